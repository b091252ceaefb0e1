//! A routing engine for contact centres, and for every other place where work waits for people.
//!
//! Work waits, people become free, and the engine decides who gets what, and when: an automatic
//! call distributor as a library. It does no I/O, reads no clock and starts no thread. The host
//! tells it what happens and at what time; it answers, writes what follows as *facts*, and says
//! when it wants to be called again.
//!
//! # The host's loop
//!
//! There is one way in, [`Engine::execute`], and one thing to do afterwards: keep the facts,
//! answer, and act on them, in this order. [`Engine::next_deadline`] says how long the host may
//! sleep.
//!
//! ```
//! use strowger::prelude::*;
//!
//! # fn main() -> Result<(), Refusal> {
//! # let second = |n: i64| Timestamp::from_millis(n * 1_000);
//! let mut log = Log::default();
//! let mut engine = Engine::new(Config::default(), second(0), &mut log)?;
//!
//! // Set up: channels, queues and agents are defined under the host's own keys.
//! let mut tell = |engine: &mut Engine, at, does: Command| engine.execute(at, does, &mut log);
//! tell(&mut engine, second(0), Define::new("voice", ChannelProfile::voice()).into())?;
//! tell(&mut engine, second(0), Define::new("support", QueueProfile::default()).into())?;
//! tell(&mut engine, second(0), Define::new("ana", AgentProfile::default()).into())?;
//! let view = engine.view();
//! let voice = view.channel_id("voice").unwrap();
//! let queue = view.queue_id("support").unwrap();
//! let agent = view.agent_id("ana").unwrap();
//! let membership = Membership::default();
//! tell(
//!     &mut engine,
//!     second(0),
//!     SetMembership::new(agent, queue).with_membership(membership).into(),
//! )?;
//!
//! // What comes in from outside, each with its time. Nobody answers the call in this little world.
//! let mut requests = vec![
//!     (second(1), Command::from(SetPresence::new(agent, SystemPresence::OnQueue.id()))),
//!     (second(2), Command::from(Submit::new(WorkRequest::new(queue, voice)))),
//! ];
//! requests.reverse();
//!
//! let mut journal = Vec::new();
//! let mut rang = 0;
//! loop {
//!     // Sleep until something comes in or something is due, whichever is first.
//!     let deadline = engine.next_deadline().map(|deadline| deadline.at);
//!     let arrival = requests.last().map(|(at, _)| *at);
//!     let answer = match (arrival, deadline) {
//!         (Some(at), due) if due.is_none_or(|due| at < due) => {
//!             let (at, command) = requests.pop().unwrap();
//!             Some(engine.execute(at, command, &mut log))
//!         }
//!         (_, Some(due)) => {
//!             engine.advance(due, &mut log)?;
//!             None
//!         }
//!         (_, None) => break,
//!     };
//!     // 1. Keep: the facts are there even if the command was refused.
//!     journal.extend(log.iter().cloned());
//!     // 2. Answer whoever asked.
//!     if let Some(answer) = answer {
//!         let _: Result<Reply, Refusal> = answer;
//!     }
//!     // 3. Act: ring phones, update screens. The engine may be read meanwhile.
//!     for fact in log.drain() {
//!         if let Event::WorkOffered { agent, .. } = fact.event {
//!             assert_eq!(&**engine.view().agent(agent).unwrap().key(), "ana");
//!             rang += 1;
//!         }
//!     }
//! }
//! // Eight seconds later the call had rung out, and Ana is asked for nothing until she shows up.
//! assert_eq!(rang, 1);
//! assert_eq!(engine.view().agent(agent).unwrap().status(), RoutingStatus::NotResponding);
//!
//! // The facts alone make the same engine again.
//! assert_eq!(Engine::replay(journal).unwrap().digest(), engine.digest());
//! # Ok(())
//! # }
//! ```
//!
//! # Rules of the house
//!
//! * `now` never runs back: an earlier value counts as the latest seen.
//! * Every call first fires everything that fell due, then does the command, then offers work until
//!   nothing fits. At the very instant of its deadline an offer is missed.
//! * A refused command changes nothing; a command that was done before is answered as done.
//! * A late call punishes nobody: what a timer ends counts from its deadline, what begins anew
//!   begins now, with its full length.
//!
//! # How an agent is chosen
//!
//! [`how_an_agent_is_chosen`] tells the whole order of decisions on one page, with a diagram.
//!
//! What the picture leaves open the engine says itself. [`Engine::explain`] names all that stands
//! between a piece of work and an agent, and until when, if time will remove it;
//! [`Engine::explain_work`] counts how many agents are left at each step and says whether there is
//! anybody to hope for; [`Engine::explain_agent`] says what keeps an agent from the work of his
//! queues. They ask what routing asks, so they cannot disagree with it. How the agent of an offer
//! was chosen among all who could have had it is kept by [`Engine::record_decisions`].
//!
//! ```
//! use strowger::explain::{Gate, KeptBy, Outlook};
//! use strowger::model::Comparison;
//! use strowger::prelude::*;
//!
//! # let (now, mut log) = (Timestamp::EPOCH, Log::default());
//! # let mut engine = Engine::new(Config::default(), now, &mut log)?;
//! # let voice = engine.execute(now, Define::new("voice", ChannelProfile::voice()), &mut log)?;
//! # let french = engine.execute(now, Define::new("french", SkillProfile::default()), &mut log)?;
//! # let queue = engine.execute(now, Define::new("support", QueueProfile::default()), &mut log)?;
//! # let agent = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log)?;
//! # let membership = Membership::default().with_delay(Span::from_secs(20));
//! # engine.execute(now, SetMembership::new(agent, queue).with_membership(membership), &mut log)?;
//! # let presence = SystemPresence::OnQueue.id();
//! # engine.execute(now, SetPresence::new(agent, presence), &mut log)?;
//! // Ana helps out after 20 s, and speaks no French.
//! let need = Need::of(Requirement::skill(french, Comparison::AtLeast, 60));
//! let request = WorkRequest::new(queue, voice).with_need(need);
//! let call = engine.execute(now, Submit::new(request), &mut log)?;
//!
//! let why = engine.explain(call, agent).unwrap();
//! let [delay, need] = why.obstacles.as_slice() else { panic!("{why:?}") };
//! let KeptBy::Delay { delay: held_back, .. } = delay.kept_by else { panic!("{why:?}") };
//! assert_eq!(held_back, Span::from_secs(20));
//! assert_eq!(delay.until, Some(Timestamp::from_millis(20_000)));
//! assert_eq!(need.kept_by.gate(), Gate::Need);
//!
//! let why = engine.explain_work(call).unwrap();
//! assert_eq!(why.outlook, Outlook::NobodyFits { until: None });
//! assert_eq!(why.need[0].fit_without, 1);
//! # Ok::<(), Refusal>(())
//! ```
//!
//! # Interaction records
//!
//! [`interaction`] keeps the record of each contact above the engine, folded from its facts:
//! numbered, with its state and reason, who handled it and for how long, the conversation, the
//! tasks that came of it and the people behind the addresses. [`interaction::Desk`] joins both for
//! hosts that want everything in one call; the example `interaction` shows one conversation.
//!
//! # JSON
//!
//! Every command, reply, refusal and fact is serialisable. [`Keyed`](keyed::Keyed) writes and
//! reads them with the
//! host's keys in place of ids; the example `console` speaks it through a pipe. An example of each,
//! in a session that can be run, is in `tests/console/every_command.jsonl`, and what came of it in
//! `tests/console/every_command.out.jsonl`.

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

mod adapter;
mod base;
pub mod command;
mod engine;
pub mod fact;
pub mod figures;
pub mod host;
pub mod interaction;
#[cfg(feature = "journal")]
pub mod journal;
pub mod keyed;
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
pub use command::Refusal;
#[doc(inline)]
pub use engine::action::Action;
#[doc(inline)]
pub use engine::core::{Engine, ReplayError, RestoreError, Snapshot, Violation};
#[doc(inline)]
pub use fact::Log;
#[doc(inline)]
pub use model::Config;

pub mod view {
    //! The state of an engine, to read: definitions, agents, queues, work, offers, and what a
    //! queue has experienced.
    //!
    //! [`Engine::view`](crate::Engine::view) gives a [`View`]; everything else is reached from
    //! there. Reading changes nothing.

    pub use crate::engine::view::{AgentView, DefinitionView, QueueView, View, WorkView};
    pub use crate::policy::estimate::Estimate;
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
    pub use crate::engine::explain::{
        AgentExplanation, Condition, Gate, KeptBy, Obstacle, Opening, Outlook, PairExplanation,
        Passed, Prospect, Standing, Stopped, WorkExplanation,
    };
    pub use crate::policy::choice::{KeyPart, KeyParts};
    pub use crate::policy::room::Full;
    pub use crate::policy::shortfall::Shortfall;
}

#[cfg(feature = "servicenow")]
pub mod servicenow {
    //! The words of ServiceNow: requests, replies and events of Advanced Work Assignment, and what
    //! keeps its inbox in step with the engine. Feature `servicenow`.

    pub use crate::adapter::servicenow::*;
}

#[cfg(feature = "genesys")]
pub mod genesys {
    //! The words of Genesys Cloud: requests, replies and notifications of work items,
    //! conversations, presence, utilisation and queues, and what shows work there where the engine
    //! has it. Feature `genesys`.

    pub use crate::adapter::genesys::*;
}

#[doc = include_str!("../docs/how_an_agent_is_chosen.md")]
pub mod how_an_agent_is_chosen {}

#[doc = include_str!("../docs/figures.md")]
pub mod how_figures_are_counted {}
