//! What a host does for the driver: it keeps facts, follows them, and acts.

use alloc::vec::Vec;
use core::convert::Infallible;

use crate::engine::view::View;
use crate::figures::Figures;
use crate::host::answers::Answered;
use crate::host::hosted::Hosted;
use crate::layer::decide::Decide;
use crate::model::ids::{AgentId, OfferId, PresenceId, WorkId};
use crate::state::leg::LegRole;
use crate::state::routing_status::RoutingStatus;

/// The entry of a call, or of several that are made together: all of it is kept or nothing.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry<'a, E: Decide> {
    /// The facts, in order.
    pub facts: &'a [E::Fact],
    /// The answers to the calls that carried a token.
    pub answers: &'a [Answered<E>],
}

impl<'a, E: Decide> Entry<'a, E> {
    /// The entry of calls without a token.
    #[must_use]
    pub const fn of(facts: &'a [E::Fact]) -> Self {
        Self { facts, answers: &[] }
    }

    /// The same with answers.
    #[must_use]
    pub const fn with_answers(self, answers: &'a [Answered<E>]) -> Self {
        Self { answers, ..self }
    }

    /// True if there is nothing to keep.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.answers.is_empty()
    }
}

impl<E: Decide> Clone for Entry<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Decide> Copy for Entry<'_, E> {}

/// Where facts are kept (write-ahead log).
///
/// Absent is `()`, which keeps nothing: after a restart everything is gone. A `Vec` of facts keeps
/// them in memory, and no answers.
pub trait Journal<E: Decide> {
    /// Why facts could not be kept.
    type Error;

    /// Adds what is kept of one call, or of several that are made together, behind what is there:
    /// all of it or nothing. It need not be safe before [`sync`](Self::sync).
    ///
    /// # Errors
    /// The entry could not be added; some of it may be there nevertheless.
    fn append(&mut self, entry: Entry<'_, E>) -> Result<(), Self::Error>;

    /// Makes safe what was added: it is there after a crash.
    ///
    /// # Errors
    /// The journal does not know whether it is.
    fn sync(&mut self) -> Result<(), Self::Error>;
}

/// The screens of agents (agent desktop, softphone): what alerts them and what they have. Each
/// method does nothing unless it is written; absent is `()`.
///
/// What is said may be said again after a restart: an act is known by its ids.
pub trait Desktop {
    /// Why it could not be shown.
    type Error;

    /// Work is offered to an agent.
    ///
    /// # Errors
    /// The work is not shown as offered.
    fn offer_made(&mut self, _view: View<'_>, _offer: Offered) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Work is offered to an agent no more: the agent answered, the offer was missed, or the offer
    /// was taken back.
    ///
    /// # Errors
    /// The work is still shown as offered.
    fn offer_ended(&mut self, _view: View<'_>, _offer: Offered) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent is asked about work that another has.
    ///
    /// # Errors
    /// The agent is not asked.
    fn consult_made(&mut self, _view: View<'_>, _pair: WorkAndAgent) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent is no longer asked about work that another has: the agent answered, the request was
    /// missed, or the request was taken back.
    ///
    /// # Errors
    /// The agent is still asked.
    fn consult_ended(&mut self, _view: View<'_>, _pair: WorkAndAgent) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent has work now.
    ///
    /// # Errors
    /// It is not shown.
    fn assignment_begun(
        &mut self,
        _view: View<'_>,
        _pair: WorkAndAgent,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent is done with work, its wrap-up included, or has it no more.
    ///
    /// # Errors
    /// It is still shown.
    fn assignment_ended(
        &mut self,
        _view: View<'_>,
        _pair: WorkAndAgent,
    ) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Media control: who hears whom. Each method does nothing unless it is written; absent is `()`.
pub trait Media {
    /// Why it could not be done.
    type Error;

    /// An agent takes part in the contact in this way now, whatever they did before.
    ///
    /// # Errors
    /// The agent does not take part in this way.
    fn join(
        &mut self,
        _view: View<'_>,
        _pair: WorkAndAgent,
        _part: Involvement,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// An agent takes no part in the contact any more.
    ///
    /// # Errors
    /// The agent still takes part.
    fn leave(&mut self, _view: View<'_>, _pair: WorkAndAgent) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// A receiver of how agents are (presence bus, wallboard). Each method does nothing unless it is
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

/// A subscriber to every fact that is safe, in order: figures, screens, the desk of another system
/// (event subscriber). Absent is `()`; two follow as a pair.
///
/// A follower is told at once, before whoever asked has the answer, so it folds in memory and
/// leaves all else to the host. Nothing is told again after a restart: what is
/// [recovered](crate::journal) from a journal is told to a follower on the way, and a follower that
/// keeps what it knows passes over what it knows already, as [`Figures`] do.
///
/// ```
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::fact::Fact;
/// use strowger::host::Follower;
/// use strowger::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
/// let host = Host::new(Vec::<Fact>::new()).with_follower(Figures::new(FiguresConfig::default())?);
/// let driver = Driver::start(engine, log, host)?;
/// let (journal, kept) = (driver.host().journal.clone(), driver.host().follower.clone());
/// # drop(driver);
///
/// // After a restart the figures go on where they were kept, whatever of the journal they know.
/// let (mut figures, mut log) = (kept, Log::default());
/// let mut engine = Engine::replay(journal.iter().cloned())?;
/// figures.follow(&engine, &journal);
/// engine.execute(Timestamp::EPOCH, Define::new("voice", ChannelProfile::voice()), &mut log)?;
/// figures.follow(&engine, log.as_slice());
/// assert_eq!(figures.seq(), engine.view().seq());
/// # Ok(())
/// # }
/// ```
pub trait Follower<E: Decide> {
    /// These facts are safe, and `decides` is as it is after them.
    fn follow(&mut self, decides: &E, facts: &[E::Fact]);
}

impl<E: Decide> Follower<E> for () {
    fn follow(&mut self, _decides: &E, _facts: &[E::Fact]) {}
}

impl<E: Decide, A: Follower<E>, B: Follower<E>> Follower<E> for (A, B) {
    fn follow(&mut self, decides: &E, facts: &[E::Fact]) {
        self.0.follow(decides, facts);
        self.1.follow(decides, facts);
    }
}

impl<E: Hosted> Follower<E> for Figures {
    /// Passes over what they know already. After a gap they stay where they are, and
    /// [`Figures::seq`] says where.
    fn follow(&mut self, _decides: &E, facts: &[E::Fact]) {
        facts.iter().filter_map(E::work).for_each(|fact| {
            let _ = self.apply(fact);
        });
    }
}

/// An offer, with what it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Offered {
    /// The offer.
    pub offer: OfferId,
    /// The work that is offered, and the agent to whom it is offered.
    pub pair: WorkAndAgent,
}

/// A piece of work and an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkAndAgent {
    /// The work.
    pub work: WorkId,
    /// The agent.
    pub agent: AgentId,
}

/// How an agent takes part in a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Involvement {
    /// The agent has the work and speaks with the customer.
    Owner,
    /// The agent has the work, and the customer is on hold.
    OnHold,
    /// Another agent has the work.
    Leg(LegRole),
}

impl<E: Decide> Journal<E> for () {
    type Error = Infallible;

    fn append(&mut self, _entry: Entry<'_, E>) -> Result<(), Infallible> {
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<E: Decide> Journal<E> for Vec<E::Fact> {
    type Error = Infallible;

    fn append(&mut self, entry: Entry<'_, E>) -> Result<(), Infallible> {
        self.extend_from_slice(entry.facts);
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
///         println!("offered to {:?}", view.agent(offer.pair.agent).map(|agent| agent.key()));
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
    /// The screens of agents.
    pub desktop: D,
    /// Media control.
    pub media: M,
    /// The receiver of how agents are.
    pub presence: P,
    /// The subscriber to every fact.
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
