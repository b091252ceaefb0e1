//! The order of every call: decide, keep, tell who follows, answer, act.

use alloc::vec::Vec;
use core::mem;

use crate::base::time::Timestamp;
use crate::command::refusal::Refusal;
use crate::engine::action::Action;
use crate::engine::core::Engine;
use crate::engine::view::View;
use crate::fact::log::Log;
use crate::host::act::{Act, Told};
use crate::host::ports::{Desktop, Follower, Host, Journal, Media, PresenceSink};
use crate::state::machine::Deadline;

/// An engine and its host, and the order between them.
///
/// [`execute`](Self::execute) decides a command, adds its facts to the journal and makes them safe,
/// tells them to who [follows](Follower), and only then hands out the answer.
/// [`act`](Self::act) does what follows for phones and screens, and only of what is safe. So
/// whatever anybody was told or shown is there after a crash.
///
/// **When the journal fails** nothing was answered and nothing is acted on. The engine in memory is
/// ahead of the journal, and whether the facts of the call are in it is not known (a sync that
/// failed must not be tried again: what it was to write may be gone from memory). So the driver
/// throws the engine away and [halts](DriverError::Halted); the host opens its journal anew,
/// recovers an engine from it and starts another driver. Whoever asked asks again: a command that
/// was done after all is answered as done where it can be known by an id or a key.
///
/// **After a restart** everything that stands is acted on again: what rings, who has what, who
/// hears whom, and how agents are. An act may therefore be done twice, and is known by its ids.
///
/// ```
/// use strowger::host::{Desktop, Offered};
/// use strowger::prelude::*;
/// use strowger::view::View;
///
/// #[derive(Default)]
/// struct Bells(Vec<AgentId>);
///
/// impl Desktop for Bells {
///     type Error = std::convert::Infallible;
///
///     fn offer_made(&mut self, _view: View<'_>, offer: Offered) -> Result<(), Self::Error> {
///         self.0.push(offer.pair.agent);
///         Ok(())
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let now = Timestamp::EPOCH;
/// let mut log = Log::default();
/// let engine = Engine::new(Config::default(), now, &mut log)?;
/// let host = Host::new(Vec::new()).with_desktop(Bells::default());
/// let mut driver = Driver::start(engine, log, host)?;
///
/// let voice = driver.execute(now, Define::new("voice", ChannelProfile::voice()))??;
/// let queue = driver.execute(now, Define::new("support", QueueProfile::default()))??;
/// let agent = driver.execute(now, Define::new("ana", AgentProfile::default()))??;
/// let membership = Membership::default();
/// driver.execute(now, SetMembership::new(agent, queue).with_membership(membership))??;
/// driver.execute(now, SetPresence::new(agent, SystemPresence::OnQueue.id()))??;
///
/// // The outer result is the journal's, the inner one the answer.
/// let answer: Result<WorkId, Refusal> =
///     driver.execute(now, Submit::new(WorkRequest::new(queue, voice)))?;
/// // Now whoever asked may have the answer, and then it rings.
/// assert!(answer.is_ok());
/// assert!(driver.act().is_empty(), "nothing failed");
/// assert_eq!(driver.host().desktop.0, [agent]);
///
/// // The journal alone makes the same engine again.
/// let digest = driver.engine().map(Engine::digest);
/// let journal = driver.into_host().journal;
/// assert_eq!(Some(Engine::replay(journal)?.digest()), digest);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Driver<J, D = (), M = (), P = (), F = ()> {
    /// Absent once the journal has failed.
    engine: Option<Engine>,
    host: Host<J, D, M, P, F>,
    log: Log,
    told: Told,
    acts: Vec<Act>,
}

impl<J, D, M, P, F> Driver<J, D, M, P, F>
where
    J: Journal,
    D: Desktop,
    M: Media,
    P: PresenceSink,
    F: Follower,
{
    /// Begins with an engine that was opened, or recovered and promoted. The facts of that, in
    /// `log`, are kept first; everything that stands is to be acted on.
    ///
    /// # Errors
    /// They could not be kept.
    pub fn start(engine: Engine, log: Log, host: Host<J, D, M, P, F>) -> Result<Self, J::Error> {
        let (told, acts) = (Told::default(), Vec::new());
        let mut driver = Self { engine: None, host, log, told, acts };
        driver.keep()?;
        driver.host.follower.follow(engine.view(), driver.log.as_slice());
        driver.log.clear();
        driver.acts = driver.told.all(engine.view());
        driver.engine = Some(engine);
        Ok(driver)
    }

    /// Decides a command, keeps its facts, and hands out the answer. A refused command may have
    /// facts too: those of the deadlines that fell due.
    ///
    /// # Errors
    /// [`DriverError`] if the journal failed in this call or before: there is no answer.
    pub fn execute<A: Action>(
        &mut self,
        now: Timestamp,
        action: A,
    ) -> Result<Result<A::Output, Refusal>, DriverError<J::Error>> {
        self.together(|calls| calls.execute(now, action))
    }

    /// Lets time pass, and keeps the facts of it.
    ///
    /// # Errors
    /// [`DriverError`] if the journal failed in this call or before.
    pub fn advance(
        &mut self,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, DriverError<J::Error>> {
        self.together(|calls| calls.advance(now))
    }

    /// Makes several calls and keeps their facts as those of one: the journal is made safe once for
    /// all of them, and after a crash all of them are there or none. So where a disk takes longer
    /// than everything else a host may answer many at a time.
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let now = Timestamp::EPOCH;
    /// let mut log = Log::default();
    /// let engine = Engine::new(Config::default(), now, &mut log)?;
    /// let mut driver = Driver::start(engine, log, Host::new(Vec::new()))?;
    /// let waiting = ["support", "sales", "support"];
    /// let answers: Vec<Result<QueueId, Refusal>> = driver.together(|calls| {
    ///     let define = |name: &&str| Define::new(*name, QueueProfile::default());
    ///     waiting.iter().map(|name| calls.execute(now, define(name))).collect()
    /// })?;
    /// assert_eq!(answers[0], answers[2]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DriverError`] if the journal failed in this call or before: there are no answers.
    #[doc(alias = "group commit")]
    pub fn together<T>(
        &mut self,
        decide: impl FnOnce(&mut Calls<'_>) -> T,
    ) -> Result<T, DriverError<J::Error>> {
        let mut engine = self.engine.take().ok_or(DriverError::Halted)?;
        let answer = decide(&mut Calls { engine: &mut engine, log: &mut self.log });
        self.keep().map_err(|error| {
            self.acts.clear();
            DriverError::Journal(error)
        })?;
        self.host.follower.follow(engine.view(), self.log.as_slice());
        self.acts.extend(self.told.after(engine.view(), self.log.as_slice()));
        self.log.clear();
        self.engine = Some(engine);
        Ok(answer)
    }

    fn keep(&mut self) -> Result<(), J::Error> {
        if self.log.is_empty() {
            return Ok(());
        }
        self.host.journal.append(self.log.as_slice())?;
        self.host.journal.sync()
    }

    /// Does all that is to be done since the last time, in order, and says what failed. What failed
    /// is not tried again, and the rest is done: the host says by a command what follows (a phone
    /// that cannot ring: the offer is rejected in the agent's name).
    #[must_use = "what failed has consequences"]
    pub fn act(&mut self) -> Vec<Failed<D::Error, M::Error, P::Error>> {
        let Some(engine) = &self.engine else {
            return Vec::new();
        };
        let mut failed = Vec::new();
        for act in mem::take(&mut self.acts) {
            if let Err(error) = self.host.act(engine.view(), act) {
                failed.push(Failed { act, error });
            }
        }
        failed
    }
}

impl<J, D, M, P, F> Driver<J, D, M, P, F> {
    /// The engine, to read; absent once the journal has failed.
    #[must_use]
    pub const fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    /// When to call [`advance`](Self::advance) next, and what for.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.engine.as_ref()?.next_deadline()
    }

    /// What is to be done by [`act`](Self::act).
    #[must_use]
    pub fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &Host<J, D, M, P, F> {
        &self.host
    }

    /// The host, to begin another journal with a snapshot.
    #[must_use]
    pub const fn host_mut(&mut self) -> &mut Host<J, D, M, P, F> {
        &mut self.host
    }

    /// Who follows, beside the engine's state: to ask what it has to send. Absent once the journal
    /// has failed.
    #[must_use]
    pub fn follower(&mut self) -> Option<(View<'_>, &mut F)> {
        Some((self.engine.as_ref()?.view(), &mut self.host.follower))
    }

    /// Gives back the host. The engine is thrown away.
    #[must_use]
    pub fn into_host(self) -> Host<J, D, M, P, F> {
        self.host
    }
}

/// Calls that are kept [together](Driver::together). Their answers are not to leave the closure but
/// by what it returns: nothing is safe before.
#[derive(Debug)]
pub struct Calls<'a> {
    engine: &'a mut Engine,
    log: &'a mut Log,
}

impl Calls<'_> {
    /// Decides a command.
    ///
    /// # Errors
    /// A [`Refusal`] says why the command changed nothing.
    pub fn execute<A: Action>(&mut self, now: Timestamp, action: A) -> Result<A::Output, Refusal> {
        self.engine.execute(now, action, self.log)
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// A [`Refusal`] says why no time passed.
    pub fn advance(&mut self, now: Timestamp) -> Result<(), Refusal> {
        self.engine.advance(now, self.log)
    }

    /// The engine's state as it is by now.
    #[must_use]
    pub const fn view(&self) -> View<'_> {
        self.engine.view()
    }
}

type Acted<D, M, P> =
    Result<(), ActError<<D as Desktop>::Error, <M as Media>::Error, <P as PresenceSink>::Error>>;

impl<J, D: Desktop, M: Media, P: PresenceSink, F> Host<J, D, M, P, F> {
    fn act(&mut self, view: View<'_>, act: Act) -> Acted<D, M, P> {
        let Self { desktop, media, presence, .. } = self;
        match act {
            Act::Leave(pair) => media.leave(view, pair).map_err(ActError::Media),
            Act::Join(pair, part) => media.join(view, pair, part).map_err(ActError::Media),
            Act::OfferMade(offer) => desktop.offer_made(view, offer).map_err(ActError::Desktop),
            Act::OfferEnded(offer) => desktop.offer_ended(view, offer).map_err(ActError::Desktop),
            Act::ConsultMade(pair) => desktop.consult_made(view, pair).map_err(ActError::Desktop),
            Act::ConsultEnded(pair) => desktop.consult_ended(view, pair).map_err(ActError::Desktop),
            Act::AssignmentBegun(pair) => {
                desktop.assignment_begun(view, pair).map_err(ActError::Desktop)
            }
            Act::AssignmentEnded(pair) => {
                desktop.assignment_ended(view, pair).map_err(ActError::Desktop)
            }
            Act::PresenceChanged(agent, id) => {
                presence.presence_changed(view, agent, id).map_err(ActError::Presence)
            }
            Act::StatusChanged(agent, status) => {
                presence.status_changed(view, agent, status).map_err(ActError::Presence)
            }
        }
    }
}

/// Why a driver has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError<E> {
    /// The journal failed in this call. What was asked may or may not be kept.
    #[error("the journal failed: {0}")]
    Journal(E),
    /// The journal failed before, and there is no engine any more. What was asked was not done.
    #[error("the journal failed before: recover, and start another driver")]
    Halted,
}

/// Something that was to be done and was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{act:?}: {error}")]
#[non_exhaustive]
pub struct Failed<D, M, P> {
    /// What it was.
    pub act: Act,
    /// Why it was not done.
    pub error: ActError<D, M, P>,
}

/// Whose error it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActError<D, M, P> {
    /// The [`Desktop`]'s.
    #[error("desktop: {0}")]
    Desktop(D),
    /// The [`Media`]'s.
    #[error("media: {0}")]
    Media(M),
    /// The [`PresenceSink`]'s.
    #[error("presence: {0}")]
    Presence(P),
}
