//! Deciding: what a command, a deadline or a free agent leads to.
//!
//! Knows every rule and reads the world; changes it only by emitting facts. Knows nothing of hosts.
//!
//! Everything is decided in a [`turn`]: a call under way, which alone makes facts. What commands
//! and deadlines lead to is spelled out in rooms, one a file; a room calls those below it by name,
//! and none calls upwards. From the ground up:
//!
//! * [`view`] reads, [`rules`] are the host's own, [`matching`] says whether an agent may have a
//!   piece of work, [`decisions`] records how one was chosen;
//! * [`turn`] and [`action`]: a call, and the commands it can be made for;
//! * `place`, `checks` and `conditions` read for several rooms;
//! * `prefer`, `relax`, `overflow`, `requeue` and `exhaust`: what happens to work that waits;
//!   `alerting`, `agents` and `offering`: what happens to offers and to who gets them; `wrap_up`;
//! * the other commands: `definitions`, `submit`, `classify`, `works`, `transfer`, `offers`,
//!   `legs`, `aside`;
//! * `expire` fires deadlines, `route` offers what fits, [`explain`] says why;
//! * [`core`] is the engine, which begins a turn for each call.

pub(crate) mod action;
mod agents;
mod alerting;
mod aside;
mod checks;
mod classify;
mod clock;
mod conditions;
mod consulting;
pub(crate) mod core;
mod decide;
pub(crate) mod decisions;
mod definitions;
mod exhaust;
mod expire;
pub(crate) mod explain;
mod joining;
pub(crate) mod keep;
mod keys;
mod legs;
pub(crate) mod matching;
mod offering;
mod offers;
mod overflow;
mod pace;
mod parts;
pub(crate) mod permit;
mod place;
mod prefer;
mod relax;
mod requeue;
mod route;
pub(crate) mod rules;
mod run;
mod sticky;
mod submit;
mod transfer;
mod turn;
pub(crate) mod view;
mod waiting;
mod works;
mod wrap_up;
