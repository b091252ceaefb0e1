#![doc = include_str!("../README.md")]
//!
//! Everything is a value: the host has the connection to the switch and to the messenger, and puts
//! these values into the form of its library. Their fields have the names of the vendor's
//! attributes. What comes in is read leniently: what is absent or `null` has its default, and what
//! is unknown is passed over.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::indexing_slicing,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

extern crate alloc;

mod answer;
mod bring;
mod card;
mod conn_id;
mod event;
mod fault;
mod hear;
mod messenger;
mod previews;
mod request;
mod switch;
mod telephone;

pub use answer::Answer;
pub use card::{CancelStatus, MediaType, PreviewMessage, Targets, check_notes};
pub use conn_id::{ConnId, NotAConnId};
pub use event::{Event, EventName, EventTime, Unreadable};
pub use fault::{NotSent, WhyNot};
pub use messenger::MessengerPresence;
pub use previews::{PreviewConfig, Previews};
pub use request::{Request, WorkMode};
pub use switch::{Switch, SwitchConfig};
