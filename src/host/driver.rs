//! The order of every call: decide, keep, tell who follows, answer, act.

use alloc::vec::Vec;
use core::{fmt, mem};

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::engine::core::Engine;
use crate::engine::decisions::Decision;
use crate::engine::view::View;
use crate::fact::log::Log;
use crate::layer::decide::Decide;
use crate::layer::fault::Fault;
use crate::state::machine::Deadline;

use crate::host::act::{Act, Told};
use crate::host::answers::{Answered, Answers, Call, TokenTaken, fingerprint};
use crate::host::hosted::{Hosted, Takes};
use crate::host::ports::{Desktop, Entry, Follower, Host, Journal, Media, PresenceSink};

/// An engine, or a [`Centre`](crate::Centre), and its host, and the order between them.
///
/// [`execute`](Self::execute) decides a command, adds its facts to the journal and makes them safe,
/// tells them to who [follows](Follower), and only then hands out the answer.
/// [`act`](Self::act) does what follows for phones and screens, and only of what is safe. So
/// whatever anybody was told or shown is there after a crash.
///
/// **When the journal fails** nothing was answered and nothing is acted on. The engine in memory is
/// ahead of the journal, and whether the facts of the call are in it is not known (a sync that
/// failed must not be tried again: what it was to write may be gone from memory). So the driver
/// drops the engine and [halts](DriverError::Halted); the host opens its journal anew,
/// recovers an engine from it and starts another driver. Whoever asked asks again: a command that
/// was done after all is answered as done where it can be known by an id or a key.
///
/// **After a restart** everything that stands is acted on again: which offers are open, who has
/// what, who hears whom, and how agents are. An act may therefore be done twice, and is known by
/// its ids.
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
/// let host = Host::new(Vec::<Fact>::new()).with_desktop(Bells::default());
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
/// // Now whoever asked may have the answer, and then the telephone alerts.
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
pub struct Driver<E: Decide, J, D = (), M = (), P = (), F = ()> {
    /// Absent once the driver has halted.
    decides: Option<E>,
    answers: Answers<E>,
    host: Host<J, D, M, P, F>,
    /// The facts that are not kept yet.
    log: Log<E::Fact>,
    answered: Vec<Answered<E>>,
    told: Told,
    acts: Vec<Act>,
}

/// The result of asking a driver: outside whether there is an answer, inside the answer.
pub type Outcome<T, E, J> = Result<Result<T, <E as Decide>::Refusal>, DriverError<J>>;

impl<E, J, D, M, P, F> Driver<E, J, D, M, P, F>
where
    E: Hosted,
    J: Journal<E>,
    D: Desktop,
    M: Media,
    P: PresenceSink,
    F: Follower<E>,
{
    /// Begins with an engine or a centre that was opened, or recovered and promoted. The facts of
    /// that, in `log`, are kept first; everything that stands is to be acted on.
    ///
    /// # Errors
    /// The journal could not keep the facts.
    pub fn start(
        decides: E,
        log: Log<E::Fact>,
        host: Host<J, D, M, P, F>,
    ) -> Result<Self, J::Error> {
        let (told, acts) = (Told::default(), Vec::new());
        let (answers, answered) = (Answers::default(), Vec::new());
        let mut driver = Self { decides: None, answers, host, log, answered, told, acts };
        driver.keep()?;
        driver.host.follower.follow(&decides, driver.log.as_slice());
        driver.log.clear();
        driver.acts = driver.told.all(decides.engine().view());
        driver.decides = Some(decides);
        Ok(driver)
    }

    /// The same driver with the answers that were recovered from its journal.
    #[must_use]
    pub fn with_answers(self, answers: Answers<E>) -> Self {
        Self { answers, ..self }
    }

    /// Decides a command, keeps its facts, and hands out the answer. A refused command may have
    /// facts too: those of the deadlines that fell due. If more is due than one call does, all of
    /// it is done first, in as many records as it takes.
    ///
    /// # Errors
    /// [`DriverError`] if the driver halts in this call or halted before: there is no answer.
    pub fn execute<A>(&mut self, now: Timestamp, action: A) -> Outcome<E::Output, E, J::Error>
    where
        A: Clone,
        E: Takes<A>,
    {
        while self.owes(now) {
            match self.together(|calls| calls.execute(now, action.clone()))? {
                Err(refusal) if E::is_behind(&refusal) => {}
                answer => return Ok(answer),
            }
        }
        self.together(|calls| calls.execute(now, action))
    }

    /// True if something is due by this time.
    fn owes(&self, now: Timestamp) -> bool {
        self.decides.as_ref().is_some_and(|decides| decides.owes(now))
    }

    /// Decides a command that comes with an actor and a token. If the token names an earlier call
    /// nothing is done, and the answer is the one of then: also after a crash, and wherever the
    /// journal was recovered.
    ///
    /// ```
    /// use strowger::command::Submit;
    /// use strowger::fact::Fact;
    /// use strowger::host::Call;
    /// use strowger::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let now = Timestamp::EPOCH;
    /// let mut log = Log::default();
    /// let engine = Engine::new(Config::default(), now, &mut log)?;
    /// let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new()))?;
    /// let voice = driver.execute(now, Define::new("voice", ChannelProfile::voice()))??;
    /// let queue = driver.execute(now, Define::new("support", QueueProfile::default()))??;
    ///
    /// // The line broke before the answer came, and whoever asked asks again.
    /// let submit = || Command::from(Submit::new(WorkRequest::new(queue, voice)));
    /// let first = driver.call(Call::at(now).with_token("order-17"), submit())??;
    /// let again = driver.call(Call::at(now).with_token("order-17"), submit())??;
    /// assert_eq!(first, again);
    /// assert_eq!(driver.engine().unwrap().view().open_work(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DriverError::TokenTaken`] if the token names a call with another command; otherwise as
    /// [`execute`](Self::execute).
    pub fn call(&mut self, call: Call, command: E::Command) -> Outcome<E::Reply, E, J::Error> {
        while self.owes(call.now) {
            match self.together(|calls| calls.call(call.clone(), command.clone()))? {
                Ok(Err(refusal)) if E::is_behind(&refusal) => {}
                Ok(answer) => return Ok(answer),
                Err(taken) => return Err(DriverError::TokenTaken(taken)),
            }
        }
        let answer = self.together(|calls| calls.call(call, command))?;
        answer.map_err(DriverError::TokenTaken)
    }

    /// Lets time pass, and keeps the facts of it: in several records, if more is due than one call
    /// does.
    ///
    /// # Errors
    /// [`DriverError`] if the driver halts in this call or halted before.
    pub fn advance(&mut self, now: Timestamp) -> Outcome<(), E, J::Error> {
        loop {
            let passed = self.together(|calls| calls.advance(now))?;
            if passed.is_err() || !self.owes(now) {
                return Ok(passed);
            }
        }
    }

    /// Makes several calls and keeps their facts as those of one: the journal is made safe once for
    /// all of them, and after a crash all of them are there or none. So where a disk takes longer
    /// than everything else a host may answer many at a time. If more is due than one call does,
    /// commands are refused as [behind](crate::Refusal::Behind); [`advance`](Self::advance)
    /// catches up.
    ///
    /// ```
    /// use strowger::fact::Fact;
    /// use strowger::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let now = Timestamp::EPOCH;
    /// let mut log = Log::default();
    /// let engine = Engine::new(Config::default(), now, &mut log)?;
    /// let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new()))?;
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
    /// [`DriverError`] if the driver halts in this call or halted before: there are no answers.
    #[doc(alias = "group commit")]
    pub fn together<T>(
        &mut self,
        decide: impl FnOnce(&mut Calls<'_, E>) -> T,
    ) -> Result<T, DriverError<J::Error>> {
        let mut decides = self.decides.take().ok_or(DriverError::Halted)?;
        let mut calls = Calls {
            decides: &mut decides,
            answers: &self.answers,
            answered: &mut self.answered,
            log: &mut self.log,
        };
        let answer = decide(&mut calls);
        if let Some(fault) = decides.fault() {
            // Nothing of the calls is kept: what is in memory cannot be trusted.
            self.log.clear();
            self.answered.clear();
            self.acts.clear();
            return Err(DriverError::Faulted(fault.clone()));
        }
        self.keep().map_err(|error| {
            self.acts.clear();
            DriverError::Journal(error)
        })?;
        self.answered.drain(..).for_each(|answered| self.answers.remember(answered));
        self.host.follower.follow(&decides, self.log.as_slice());
        let facts = self.log.iter().filter_map(E::work);
        self.acts.extend(self.told.after(decides.engine().view(), facts));
        self.log.clear();
        self.decides = Some(decides);
        Ok(answer)
    }

    /// Says that it is `now`, so that the next call may name this time although it is further ahead
    /// than [`Config::clock_step`](crate::Config). Nothing is kept of it.
    ///
    /// A driver has no clock of its own and confirms nothing by itself. How the host knows that the
    /// time is right is its own affair: a monotonic clock, a second server, a person.
    ///
    /// ```
    /// use strowger::fact::Fact;
    /// use strowger::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut log = Log::default();
    /// let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
    /// let mut driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new()))?;
    /// driver.advance(Timestamp::EPOCH)??;
    ///
    /// let monday = Timestamp::EPOCH + Span::from_mins(60 * 60);
    /// let refused = Refusal::clock_jump(Timestamp::EPOCH, monday);
    /// assert_eq!(driver.advance(monday)?, Err(refused));
    /// driver.confirm_clock(monday);
    /// assert_eq!(driver.advance(monday)?, Ok(()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn confirm_clock(&mut self, now: Timestamp) {
        if let Some(decides) = &mut self.decides {
            decides.confirm_clock(now);
        }
    }

    fn keep(&mut self) -> Result<(), J::Error> {
        let entry = Entry::of(self.log.as_slice()).with_answers(&self.answered);
        if entry.is_empty() {
            return Ok(());
        }
        self.host.journal.append(entry)?;
        self.host.journal.sync()
    }

    /// Does all that is to be done since the last time, in order, and says what failed. What failed
    /// is not tried again, and the rest is done: the host says by a command what follows (a phone
    /// that cannot alert: the offer is rejected in the agent's name).
    #[must_use = "what failed has consequences"]
    pub fn act(&mut self) -> Vec<Failed<D::Error, M::Error, P::Error>> {
        let Some(decides) = &self.decides else {
            return Vec::new();
        };
        let mut failed = Vec::new();
        for act in mem::take(&mut self.acts) {
            if let Err(error) = self.host.act(decides.engine().view(), act) {
                failed.push(Failed { act, error });
            }
        }
        failed
    }
}

impl<E: Hosted, J, D, M, P, F> Driver<E, J, D, M, P, F> {
    /// The engine or centre that decides, to read; absent once the driver has halted.
    #[must_use]
    pub const fn decides(&self) -> Option<&E> {
        self.decides.as_ref()
    }

    /// For questions that are answered by trying a command; they change nothing.
    pub(super) const fn decides_mut(&mut self) -> Option<&mut E> {
        self.decides.as_mut()
    }

    /// The engine, to read; absent once the driver has halted.
    #[must_use]
    pub fn engine(&self) -> Option<&Engine> {
        self.decides.as_ref().map(Hosted::engine)
    }

    /// Hands out the records of how agents were chosen that the engine keeps, the oldest first.
    /// There are none once the driver has halted. The engine keeps some if it was asked to, before
    /// the driver was started ([`Engine::record_decisions`]).
    pub fn decisions(&mut self) -> Vec<Decision> {
        self.decides.as_mut().map(Hosted::decisions).unwrap_or_default()
    }

    /// When to call [`advance`](Self::advance) next, and what for.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.decides.as_ref()?.next_deadline()
    }

    /// The answers to calls that carried a token.
    #[must_use]
    pub const fn answers(&self) -> &Answers<E> {
        &self.answers
    }

    /// All that has to be kept to begin another journal; absent once the driver has halted.
    #[must_use]
    pub fn save(&self) -> Option<Saved<E>> {
        let snapshot = self.decides.as_ref()?.snapshot();
        Some(Saved { snapshot, answers: self.answers.clone() })
    }

    /// The acts that are to be done by [`act`](Self::act).
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

    /// The follower, beside the engine or centre that decides: to ask it what it has to send.
    /// Absent once the driver has halted.
    #[must_use]
    pub fn follower(&mut self) -> Option<(&E, &mut F)> {
        Some((self.decides.as_ref()?, &mut self.host.follower))
    }

    /// Gives back the host. What decides is dropped.
    #[must_use]
    pub fn into_host(self) -> Host<J, D, M, P, F> {
        self.host
    }
}

/// Calls that are kept [together](Driver::together). Their answers are not to leave the closure but
/// by what it returns: nothing is safe before.
#[derive(Debug)]
pub struct Calls<'a, E: Decide> {
    decides: &'a mut E,
    answers: &'a Answers<E>,
    answered: &'a mut Vec<Answered<E>>,
    log: &'a mut Log<E::Fact>,
}

impl<E: Hosted> Calls<'_, E> {
    /// Decides a command.
    ///
    /// # Errors
    /// A refusal says why the command changed nothing.
    pub fn execute<A>(&mut self, now: Timestamp, action: A) -> Result<E::Output, E::Refusal>
    where
        E: Takes<A>,
    {
        self.decides.take(now, action, self.log)
    }

    /// Decides a command of any kind.
    ///
    /// # Errors
    /// A refusal says why the command changed nothing.
    pub fn tell(&mut self, now: Timestamp, command: E::Command) -> Result<E::Reply, E::Refusal> {
        self.decides.tell(now, Actor::Host, command, self.log)
    }

    /// Decides a command that comes with an actor and a token, or finds the answer of then.
    ///
    /// # Errors
    /// [`TokenTaken`] if the token names a call with another command.
    pub fn call(
        &mut self,
        call: Call,
        command: E::Command,
    ) -> Result<Result<E::Reply, E::Refusal>, TokenTaken> {
        let Call { now: at, actor, token } = call.clone();
        let Some(token) = token else {
            return Ok(self.decides.tell(at, actor, command, self.log));
        };
        // Nobody decided a call at such a time: under its token it may be made again. The answers
        // of a day are forgotten by what time it is, so they must not hear of it either.
        if let Err(refusal) = self.decides.check_clock(at) {
            return Ok(Err(refusal));
        }
        let print = fingerprint(&command);
        let same = |one: &&Answered<E>| one.actor == actor && one.token == token;
        // Of the calls that are made together some may have the same token.
        let found = match self.answered.iter().find(same) {
            Some(one) if one.command == print => Some(&one.answer),
            Some(_) => return Err(TokenTaken { token }),
            None => self.answers.find(&call, &command)?,
        };
        if let Some(answer) = found {
            return Ok(answer.clone());
        }
        let answer = self.decides.tell(at, actor.clone(), command, self.log);
        // It was not decided: under its token it is to be made again.
        if answer.as_ref().is_err_and(E::is_behind) {
            return Ok(answer);
        }
        let answered = Answered { at, actor, token, command: print, answer: answer.clone() };
        self.answered.push(answered);
        Ok(answer)
    }

    /// The answer under the token of a call that was made before, whatever its command was. A host
    /// asks when it cannot read the command any more: whoever makes a call again names things by
    /// their keys, and work that is over has none.
    #[must_use]
    pub fn given(&self, call: &Call) -> Option<&Result<E::Reply, E::Refusal>> {
        let same =
            |one: &&Answered<E>| one.actor == call.actor && call.token.as_ref() == Some(&one.token);
        let here = self.answered.iter().find(same).map(|one| &one.answer);
        here.or_else(|| self.answers.given(call))
    }

    /// Says that it is `now`, as [`Driver::confirm_clock`] does.
    pub fn confirm_clock(&mut self, now: Timestamp) {
        self.decides.confirm_clock(now);
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// A refusal says why no time passed.
    pub fn advance(&mut self, now: Timestamp) -> Result<(), E::Refusal> {
        self.decides.advance(now, self.log)
    }

    /// The engine or centre that decides, as it is by now.
    #[must_use]
    pub const fn decides(&self) -> &E {
        self.decides
    }

    pub(super) const fn decides_mut(&mut self) -> &mut E {
        self.decides
    }

    /// The engine's state as it is by now.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        self.decides.engine().view()
    }
}

/// All that has to be kept to begin a journal anew: the rows, and the answers to calls that carried
/// a token.
#[derive(Serialize, Deserialize)]
#[serde(bound(
    serialize = "E::Snapshot: Serialize, E::Reply: Serialize, E::Refusal: Serialize",
    deserialize = "E::Snapshot: Deserialize<'de>, E::Reply: Deserialize<'de>, \
                   E::Refusal: Deserialize<'de>"
))]
#[non_exhaustive]
pub struct Saved<E: Decide> {
    /// The rows.
    pub snapshot: E::Snapshot,
    /// The answers.
    pub answers: Answers<E>,
}

impl<E: Decide> Saved<E> {
    /// Rows without answers.
    #[must_use]
    pub fn of(snapshot: E::Snapshot) -> Self {
        Self { snapshot, answers: Answers::default() }
    }
}

impl<E: Decide<Snapshot: Clone>> Clone for Saved<E> {
    fn clone(&self) -> Self {
        Self { snapshot: self.snapshot.clone(), answers: self.answers.clone() }
    }
}

impl<E: Decide<Snapshot: PartialEq>> PartialEq for Saved<E> {
    fn eq(&self, other: &Self) -> bool {
        self.snapshot == other.snapshot && self.answers == other.answers
    }
}

impl<E: Decide> fmt::Debug for Saved<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved").field("answers", &self.answers).finish_non_exhaustive()
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError<E> {
    /// The journal failed in this call. What was asked may or may not be kept.
    #[error("the journal failed: {0}")]
    Journal(E),
    /// The driver halted before, and there is no engine any more. What was asked was not done.
    #[error("the driver has halted: recover, and start another driver")]
    Halted,
    /// The engine or centre that decides met a contradiction in its own state: a bug. Nothing of
    /// the call is kept, and the engine or centre is dropped. What was asked was not done.
    #[error("recover, and start another driver: {0}")]
    Faulted(Fault),
    /// The token of the call names an earlier call with another command. Nothing was done.
    #[error(transparent)]
    TokenTaken(TokenTaken),
}

/// Something that was to be done and was not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{act:?}: {error}")]
#[non_exhaustive]
pub struct Failed<D, M, P> {
    /// The act that was not done.
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
