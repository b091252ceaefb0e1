//! Whether an agent may have a piece of work, and which pair goes first: the one place that says
//! so.
//!
//! Each thing that must hold between the two is a *gate*. [`gate`] lists all of them by name, with
//! the reasons an explanation can give. Each gate stands in one file together with those that read
//! at the same thing, and the file holds three things of it: the predicate, the explanation made of
//! it (`kept_by` and `until`), and the conjunction that routing asks.
//!
//! | file | what its gates read |
//! |---|---|
//! | [`queue`] | the queue as a whole |
//! | [`mod@line`] | the work alone: its stage, and whom it waits for |
//! | [`agent`] | the agent and the channel, whatever the work |
//! | [`member`] | the agent's membership and skills, against the work's lane |
//! | [`room`] | what the agent has and how long they stay, against the work's size |
//! | [`item`] | the agent and this very piece of work |
//! | [`candidates`] | how many others pass all of these |
//!
//! Explanations find a gate through [`gates`]; routing through the conjunction of its file.
//! `CONTRIBUTING.md` says step by step how a gate is added.
//!
//! Routing asks in bulk where it can. What changes seldom is kept by the world as sets of agents:
//! who is open on a channel, who is a member, who fits a need; only what is left over is asked one
//! by one. [`choose`] finds the agent for a piece of work, [`shortlist`] several, [`seek`] the work
//! for an agent.
//! [`by_hand`] asks for commands that name the agent themselves, [`hope`] whether anybody could
//! ever take the work, [`arrival`] whether work that comes would wait.
//!
//! A row that is not there matches nothing. All of this reads the world and changes nothing.

pub(crate) mod agent;
pub(crate) mod arrival;
pub(crate) mod by_hand;
pub(crate) mod candidates;
pub(crate) mod case;
pub(crate) mod choose;
pub(crate) mod gate;
pub(crate) mod gates;
pub(crate) mod given;
pub(crate) mod hope;
pub(crate) mod item;
pub(crate) mod key;
pub(crate) mod line;
pub(crate) mod member;
mod named;
pub(crate) mod queue;
pub(crate) mod room;
pub(crate) mod seek;
pub(crate) mod shortlist;
