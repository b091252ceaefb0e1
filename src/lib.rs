//! A routing engine for contact centres, and for every other place where work waits for people.
//!
//! Work waits, people become free, and the engine decides who gets what, when, and why: an
//! automatic call distributor as a library. It does no I/O, reads no clock and starts no thread.
//!
//! ```
//! use strowger::prelude::*;
//!
//! # let (now, mut log) = (Timestamp::EPOCH, Log::default());
//! let mut engine = Engine::new(Config::default(), now, &mut log)?;
//! let voice = engine.execute(now, Define::new("voice", ChannelProfile::voice()), &mut log)?;
//! let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
//! let ana = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
//! engine.execute(now, SetMembership::new(ana, queue), &mut log)?;
//! engine.execute(now, SetPresence::new(ana, SystemPresence::OnQueue.id()), &mut log)?;
//! engine.execute(now, Submit::new(WorkRequest::new(queue, voice)), &mut log)?;
//! assert_eq!(engine.view().agent(ana).unwrap().status(), RoutingStatus::Offered);
//! # Ok::<(), Refusal>(())
//! ```
//!
//! # The doors
//!
//! | module | what is behind it |
//! |---|---|
//! | [`prelude`] | the names most programs need |
//! | [`guide`] | how to embed it, keep it, model a floor, and test it; the words of other systems |
//! | [`model`] | what things are: queues, channels, agents, skills, requests, calendars |
//! | [`command`] | what the engine can be told, by whom, and why it refuses |
//! | [`fact`] | what happened, with everything it carries |
//! | [`state`] | the stages of work, the states of offers, assignments and agents |
//! | [`view`] | what stands now |
//! | [`explain`] | why, and how each decision was made |
//! | [`figures`] | counts and times per interval, folded from facts |
//! | [`interaction`] | the record of each contact, its conversation and the people in it |
//! | [`journey`] | what visitors did and were offered, who they are, what of it somebody may see |
//! | [`knowledge`] | colleagues who are asked for help, and what comes of it |
//! | [`centre`] | an engine and the layers above it, as one |
//! | [`host`] | the driver, what a host provides, and a replica that follows |
//! | [`journal`](guide::keep) | facts as bytes, and back (feature `journal`) |
//! | [`keyed`] | JSON with the host's own keys |
//! | [`presence`] | presence kept the same in two systems |
//! | [`layer`] | what every layer has in common, for whoever writes one |
//!
//! # The host's loop
//!
//! A host owns sockets, threads, clocks and disks. [`Driver`](host::Driver) keeps the order of
//! every call: decide, keep the facts, tell whoever follows, answer, act.
//!
//! ```
//! use strowger::fact::Fact;
//! use strowger::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let second = |n: i64| Timestamp::from_millis(n * 1_000);
//! let mut log = Log::default();
//! let engine = Engine::new(Config::default(), second(0), &mut log)?;
//! let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new()))?;
//!
//! // What comes in from outside, each with its time: here a channel, a queue and a call.
//! let voice = driver.execute(second(0), Define::new("voice", ChannelProfile::voice()))??;
//! let support = QueueProfile::default().with_max_wait(Span::from_secs(60));
//! let queue = driver.execute(second(0), Define::new("support", support))??;
//! let mut requests = vec![(second(5), WorkRequest::new(queue, voice))];
//!
//! loop {
//!     // Sleep until something comes in or something is due, whichever is first.
//!     let due = driver.next_deadline().map(|deadline| deadline.at);
//!     match requests.pop() {
//!         Some((at, request)) => drop(driver.execute(at, Submit::new(request))??),
//!         None => match due {
//!             Some(due) => driver.advance(due)??,
//!             None => break,
//!         },
//!     }
//!     // Everything is kept: now telephones may alert and screens may change.
//!     assert!(driver.act().is_empty(), "nothing failed");
//! }
//! // Nobody was there, and after a minute the call was closed.
//! assert_eq!(driver.engine().unwrap().now(), second(65));
//!
//! // The facts alone make the same engine again.
//! let digest = driver.engine().map(Engine::digest);
//! assert_eq!(Some(Engine::replay(driver.into_host().journal)?.digest()), digest);
//! # Ok(())
//! # }
//! ```
//!
//! # The rules
//!
//! * Time is an argument and never runs back: a `now` earlier than the latest seen counts as the
//!   latest seen.
//! * Every call first fires everything that fell due, then does the command, then offers work until
//!   nothing fits. At the very instant of its deadline an offer has timed out.
//! * A refused command changes nothing. A command that was done before is answered as done.
//! * A late call punishes nobody: what a timer ends counts from its deadline, and what begins anew
//!   begins now, with its full length.
//! * Facts alone change anything, so a journal of them rebuilds everything.
//! * After any call no waiting work and no agent exist that could be matched and are not.
//!
//! [`guide::how_an_agent_is_chosen`] tells the whole order of decisions on one page, with a
//! diagram. What the page leaves open the engine says itself: [`Engine::explain`] names all that
//! stands between a piece of work and an agent.
//!
//! # JSON
//!
//! Every command, answer, refusal and fact is serialisable. [`Keyed`](keyed::Keyed) writes and
//! reads them with the host's keys in place of ids; the example `console` speaks it through a
//! pipe, in any language.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
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

mod base;
pub mod centre;
pub mod command;
mod engine;
pub mod fact;
pub mod figures;
pub mod guide;
pub mod host;
pub mod interaction;
#[cfg(feature = "journal")]
pub mod journal;
pub mod journey;
pub mod keyed;
pub mod knowledge;
pub mod layer;
pub mod model;
#[doc(hidden)]
pub mod policy;
pub mod prelude;
pub mod presence;
pub mod state;
mod world;

#[doc(inline)]
pub use base::hash::Digest;
#[doc(inline)]
pub use base::key::Key;
#[doc(inline)]
pub use base::time::{Span, Timestamp};
#[doc(inline)]
pub use centre::Centre;
#[doc(inline)]
pub use command::Refusal;
#[doc(inline)]
pub use engine::core::Engine;
#[doc(inline)]
pub use engine::keep::Snapshot;
#[doc(inline)]
pub use fact::Log;
#[doc(inline)]
pub use layer::action::Action;
#[doc(inline)]
pub use layer::error::{ReplayError, RestoreError};
#[doc(inline)]
pub use layer::fault::Fault;
#[doc(inline)]
pub use model::Config;
#[doc(inline)]
pub use world::check::Violation;

pub mod view {
    //! The state of an engine, to read: definitions, agents, queues, work, offers, and what a
    //! queue has experienced.
    //!
    //! [`Engine::view`](crate::Engine::view) gives a [`View`]; everything else is reached from
    //! there. Reading changes nothing.

    pub use crate::engine::view::{AgentView, DefinitionView, QueueView, View, WorkView};
    pub use crate::engine::view::{RingView, RuleView, StepView};
    pub use crate::policy::estimate::Estimate;
    pub use crate::policy::relaxation::StepState;
    pub use crate::policy::room::{Claim, PoolUse};
    pub use crate::policy::tally::{Average, Counts, Stopwatch, Tally};
    pub use crate::world::legs::Leg;
    pub use crate::world::rows::{Assignment, Member, Offer};
}

pub mod explain {
    //! Why work and agents are kept apart, and how the agent of an offer was chosen.
    //!
    //! [`Engine::explain`](crate::Engine::explain),
    //! [`explain_work`](crate::Engine::explain_work) and
    //! [`explain_agent`](crate::Engine::explain_agent) ask the predicates that routing asks.
    //! [`Engine::record_decisions`](crate::Engine::record_decisions) keeps how the agent of each
    //! offer was chosen.

    pub use crate::engine::decisions::{CandidateRecord, Decision};
    pub use crate::engine::explain::types::{
        AgentExplanation, Condition, Obstacle, Opening, Outlook, PairExplanation, Passed, Prospect,
        Relation, Stopped, WorkExplanation,
    };
    pub use crate::engine::matching::gate::{Gate, KeptBy};
    pub use crate::policy::choice::{KeyPart, KeyParts};
    pub use crate::policy::room::Full;
    pub use crate::policy::shortfall::Shortfall;
}
