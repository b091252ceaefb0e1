//! What a host does for the driver: it keeps facts, follows them, and acts.

use alloc::vec::Vec;
use core::convert::Infallible;

use crate::engine::view::View;
use crate::fact::log::Fact;
use crate::model::ids::{AgentId, OfferId, PresenceId, WorkId};
use crate::state::leg::LegRole;
use crate::state::routing_status::RoutingStatus;

/// Where facts are kept (write-ahead log).
///
/// Absent is `()`, which keeps nothing: after a restart everything is gone. A `Vec<Fact>` keeps
/// them in memory.
pub trait Journal {
    /// Why facts could not be kept.
    type Error;

    /// Adds the facts of one call, or of several that are made together, behind those that are
    /// there: all of them or none. They need not be safe before [`sync`](Self::sync).
    ///
    /// # Errors
    /// They could not be added; some of them may be there nevertheless.
    fn append(&mut self, facts: &[Fact]) -> Result<(), Self::Error>;

    /// Makes safe what was added: it is there after a crash.
    ///
    /// # Errors
    /// It is not known whether it is.
    fn sync(&mut self) -> Result<(), Self::Error>;
}

/// What agents see (agent desktop, softphone): what rings at them and what they have. Each method
/// does nothing unless it is written; absent is `()`.
///
/// What is said may be said again after a restart: an act is known by its ids.
pub trait Desktop {
    /// Why it could not be shown.
    type Error;

    /// Work rings at an agent.
    ///
    /// # Errors
    /// It does not.
    fn offer_made(&mut self, _view: View<'_>, _offer: Offered) -> Result<(), Self::Error> {
        Ok(())
    }

    /// It rings no more: he answered, it was missed, or it was taken back.
    ///
    /// # Errors
    /// It does.
    fn offer_ended(&mut self, _view: View<'_>, _offer: Offered) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent is asked about work that another has.
    ///
    /// # Errors
    /// He is not.
    fn consult_made(&mut self, _view: View<'_>, _pair: Pair) -> Result<(), Self::Error> {
        Ok(())
    }

    /// He is asked no more: he answered, it was missed, or it was taken back.
    ///
    /// # Errors
    /// He is.
    fn consult_ended(&mut self, _view: View<'_>, _pair: Pair) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent has work now.
    ///
    /// # Errors
    /// It is not shown.
    fn assignment_begun(&mut self, _view: View<'_>, _pair: Pair) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent is done with work, its wrap-up included, or has it no more.
    ///
    /// # Errors
    /// It is still shown.
    fn assignment_ended(&mut self, _view: View<'_>, _pair: Pair) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Who hears whom (media control). Each method does nothing unless it is written; absent is `()`.
pub trait Media {
    /// Why it could not be done.
    type Error;

    /// An agent takes part in the contact in this way now, whatever he did before.
    ///
    /// # Errors
    /// He does not.
    fn join(
        &mut self,
        _view: View<'_>,
        _pair: Pair,
        _part: Involvement,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent takes no part in the contact any more.
    ///
    /// # Errors
    /// He still does.
    fn leave(&mut self, _view: View<'_>, _pair: Pair) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Who is shown how agents are (presence bus, wallboard). Each method does nothing unless it is
/// written; absent is `()`.
pub trait PresenceSink {
    /// Why it could not be shown.
    type Error;

    /// An agent has this presence now, whoever set it.
    ///
    /// # Errors
    /// It is not shown.
    fn presence_changed(
        &mut self,
        _view: View<'_>,
        _agent: AgentId,
        _presence: PresenceId,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The engine knows this of an agent now.
    ///
    /// # Errors
    /// It is not shown.
    fn status_changed(
        &mut self,
        _view: View<'_>,
        _agent: AgentId,
        _status: RoutingStatus,
    ) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Who hears of every fact that is safe, in order: figures, records, the desk of another system
/// (event subscriber). Absent is `()`; two follow as a pair.
///
/// It is told at once, before whoever asked has the answer, so it folds in memory and leaves all
/// else to the host. Nothing is told again after a restart: a follower that keeps what it knows
/// says itself from which fact on it needs them, and the host reads those from its journal.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::host::Follower;
/// use strowger::view::View;
///
/// struct Wall(Figures);
///
/// impl Follower for Wall {
///     fn follow(&mut self, _view: View<'_>, facts: &[Fact]) {
///         for fact in facts {
///             self.0.apply(fact).expect("a driver leaves out nothing");
///         }
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// let host = Host::new(Vec::new()).with_follower(Wall(Figures::new(FiguresConfig::default())?));
/// let driver = Driver::start(engine, log, host)?;
/// let facts = driver.host().journal.len();
/// assert_eq!(u64::try_from(facts)?, driver.host().follower.0.seq());
/// # Ok(())
/// # }
/// ```
pub trait Follower {
    /// These facts are safe, and this is how things stand after them.
    fn follow(&mut self, view: View<'_>, facts: &[Fact]);
}

impl Follower for () {
    fn follow(&mut self, _view: View<'_>, _facts: &[Fact]) {}
}

impl<A: Follower, B: Follower> Follower for (A, B) {
    fn follow(&mut self, view: View<'_>, facts: &[Fact]) {
        self.0.follow(view, facts);
        self.1.follow(view, facts);
    }
}

/// An offer, with what it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Offered {
    /// The offer.
    pub offer: OfferId,
    /// What rings, and at whom.
    pub pair: Pair,
}

/// A piece of work and an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
}

/// How an agent takes part in a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Involvement {
    /// He has the work and speaks with the customer.
    Owner,
    /// He has the work, and the customer is on hold.
    OnHold,
    /// Another has the work.
    Leg(LegRole),
}

impl Journal for () {
    type Error = Infallible;

    fn append(&mut self, _facts: &[Fact]) -> Result<(), Infallible> {
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Journal for Vec<Fact> {
    type Error = Infallible;

    fn append(&mut self, facts: &[Fact]) -> Result<(), Infallible> {
        self.extend_from_slice(facts);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Desktop for () {
    type Error = Infallible;
}

impl Media for () {
    type Error = Infallible;
}

impl PresenceSink for () {
    type Error = Infallible;
}

/// A host: where facts are kept, and who acts on them. What is absent is `()`.
///
/// There is no trait for what comes in: work, people and what they do are commands, the clock is
/// the time each of them is called at, and a directory is read by whoever says
/// [`Define`](crate::command::Define). Another system's desk, figures and records
/// [follow](Follower) the
/// facts. What is over leaves by its facts, records by
/// [`Archived`](crate::interaction::RecordEvent::Archived); profiles of customers are behind
/// [`ProfileStore`](crate::interaction::ProfileStore).
///
/// ```
/// use strowger::prelude::*;
/// use strowger::host::{Desktop, Offered};
/// use strowger::view::View;
///
/// struct Bell;
///
/// impl Desktop for Bell {
///     type Error = std::convert::Infallible;
///
///     fn offer_made(&mut self, view: View<'_>, offer: Offered) -> Result<(), Self::Error> {
///         println!("it rings at {:?}", view.agent(offer.pair.agent).map(|agent| agent.key()));
///         Ok(())
///     }
/// }
///
/// let host = Host::new(Vec::<Fact>::new()).with_desktop(Bell);
/// # drop(host);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Host<J, D = (), M = (), P = (), F = ()> {
    /// Where facts are kept.
    pub journal: J,
    /// What agents see.
    pub desktop: D,
    /// Who hears whom.
    pub media: M,
    /// Who is shown how agents are.
    pub presence: P,
    /// Who hears of every fact.
    pub follower: F,
}

impl<J> Host<J> {
    /// A host that keeps facts and does nothing about them.
    pub const fn new(journal: J) -> Self {
        Self { journal, desktop: (), media: (), presence: (), follower: () }
    }
}

impl<J, D, M, P, F> Host<J, D, M, P, F> {
    /// The same with agents who see something.
    pub fn with_desktop<New>(self, desktop: New) -> Host<J, New, M, P, F> {
        let Self { journal, media, presence, follower, .. } = self;
        Host { journal, desktop, media, presence, follower }
    }

    /// The same with agents who hear somebody.
    pub fn with_media<New>(self, media: New) -> Host<J, D, New, P, F> {
        let Self { journal, desktop, presence, follower, .. } = self;
        Host { journal, desktop, media, presence, follower }
    }

    /// The same with somebody who is shown how agents are.
    pub fn with_presence<New>(self, presence: New) -> Host<J, D, M, New, F> {
        let Self { journal, desktop, media, follower, .. } = self;
        Host { journal, desktop, media, presence, follower }
    }

    /// The same with somebody who hears of every fact.
    pub fn with_follower<New>(self, follower: New) -> Host<J, D, M, P, New> {
        let Self { journal, desktop, media, presence, .. } = self;
        Host { journal, desktop, media, presence, follower }
    }
}
