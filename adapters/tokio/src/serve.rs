//! The one task that owns the driver: it wakes for the mailbox or for a deadline, whichever comes
//! first.

use std::fmt;
use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use strowger::Timestamp;
use strowger::host::DriverError;
use strowger::layer::Decide;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use crate::clock::Clock;
use crate::drives::Drives;
use crate::gone::Gone;
use crate::handle::{Answer, Decision, Handle, Job};

type Command<D> = <<D as Drives>::Decides as Decide>::Command;
type Refusal<D> = <<D as Drives>::Decides as Decide>::Refusal;

/// The bounds of a service.
///
/// ```
/// use strowger_tokio::Settings;
///
/// let settings = Settings::default().with_mailbox(64);
/// assert_eq!((settings.mailbox, settings.batch), (64, 256));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// How many calls may wait, 1 or more; who makes one more waits for a place (back-pressure).
    /// 1,024 at first.
    pub mailbox: usize,
    /// How many calls are kept as one record at most (group commit), 1 or more. 256 at first: with
    /// a disk of 5 ms that is 50,000 calls a second, and the record of so many is read in one piece
    /// without effort.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mailbox: 1_024, batch: 256 }
    }
}

impl Settings {
    /// The same settings with room for so many calls that wait.
    #[must_use]
    pub const fn with_mailbox(self, mailbox: usize) -> Self {
        Self { mailbox, ..self }
    }

    /// The same settings with at most so many calls in one record.
    #[must_use]
    pub const fn with_batch(self, batch: usize) -> Self {
        Self { batch, ..self }
    }
}

/// What the host has to hear of, because nobody waits for it.
///
/// ```
/// use strowger::fact::Fact;
/// use strowger::host::{Act, Desktop};
/// use strowger::prelude::*;
/// use strowger_tokio::Trouble;
///
/// struct Phones;
///
/// impl Desktop for Phones {
///     type Error = std::io::Error;
/// }
///
/// /// An agent whose phone cannot alert is away until they come back by themselves.
/// fn troubled(
///     _engine: &Engine,
///     trouble: Trouble<Driver<Engine, Vec<Fact>, Phones>>,
/// ) -> Vec<Command> {
///     match trouble {
///         Trouble::NotDone(failed) => match failed.act {
///             Act::OfferMade(offered) => {
///                 let (agent, presence) = (offered.pair.agent, SystemPresence::Away.id());
///                 vec![SetPresence::new(agent, presence).into()]
///             }
///             _ => vec![],
///         },
///         other => {
///             eprintln!("{other:?}");
///             vec![]
///         }
///     }
/// }
/// # let _ = troubled;
/// ```
#[non_exhaustive]
pub enum Trouble<D: Drives> {
    /// Something was to be done outside and was not (a phone that cannot alert).
    NotDone(D::Failed),
    /// A command with which the host answered a trouble was refused.
    Refused {
        /// The command.
        command: Command<D>,
        /// Why.
        refusal: Refusal<D>,
    },
    /// What fell due was not fired; it is tried again after a second.
    ///
    /// If the refusal is [`ClockJump`](strowger::Refusal::ClockJump), the [`Clock`] of the service
    /// is further ahead of the latest call than the engine allows, and than the time that passed.
    /// Every call is refused then, and nothing changes. If the clock is right, the host
    /// [confirms](Handle::confirm_clock) it, and the service goes on. If it is wrong, the host
    /// [shuts the service down](Service::shutdown) and starts another with a clock that is right.
    Time(Refusal<D>),
}

impl<D: Drives<Failed: fmt::Debug>> fmt::Debug for Trouble<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDone(failed) => f.debug_tuple("NotDone").field(failed).finish(),
            Self::Refused { command, refusal } => f
                .debug_struct("Refused")
                .field("command", command)
                .field("refusal", refusal)
                .finish(),
            Self::Time(refusal) => f.debug_tuple("Time").field(refusal).finish(),
        }
    }
}

/// What is left of a service that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ended<D: Drives> {
    /// The driver, with the host in it. If it has halted nothing decides any more, and the host
    /// recovers from its journal.
    pub driver: D,
    /// Why the driver halted, if that ended the service.
    pub error: Option<DriverError<D::JournalError>>,
}

/// Begins to serve a driver in a task of the present runtime of tokio.
///
/// Deciding, the journal and what is [done outside](strowger::host::Driver::act) run on a thread
/// that may wait for a disk, one batch at a time. What goes wrong where nobody waits for an answer
/// is told to `trouble`, which may answer with commands: an offer whose phone cannot alert is
/// rejected. They are decided next.
///
/// The service ends when it is [shut down](Service::shutdown), when the last handle is gone, or
/// when the driver halts.
///
/// # Panics
/// Outside of a runtime of tokio.
pub fn start<D, T>(
    driver: D,
    clock: Clock,
    settings: Settings,
    trouble: T,
) -> (Handle<D>, Service<D>)
where
    D: Drives,
    T: FnMut(&D::Decides, Trouble<D>) -> Vec<Command<D>> + Send + 'static,
{
    let (handle, jobs, halted) = Handle::new(settings.mailbox, clock);
    let (pending, error, not_before) = (Vec::new(), None, None);
    let measured = Measured::of(driver.decides().map_or_else(Timestamp::default, Decide::now));
    let served = Served { driver, trouble, clock, measured, pending, halted, error, not_before };
    let task = tokio::spawn(serve(served, jobs, settings.batch.max(1)));
    let service = Service { mailbox: handle.mailbox(), task, ended: None };
    (handle, service)
}

/// A service that runs. Dropping it leaves it running until the last handle is gone.
///
/// ```
/// use strowger::host::DriverError;
/// use strowger::prelude::*;
/// use strowger_tokio::{Drives, Service};
///
/// /// Waits until the service ends by itself, and says why.
/// async fn watch<D>(mut service: Service<D>) -> Option<DriverError<D::JournalError>>
/// where
///     D: Drives<Decides = Engine>,
/// {
///     service.ended().await;
///     service.shutdown().await.ok()?.error
/// }
/// # let _ = watch::<Driver<Engine, ()>>;
/// ```
pub struct Service<D: Drives> {
    mailbox: mpsc::WeakSender<Job<D>>,
    task: JoinHandle<Ended<D>>,
    ended: Option<Result<Ended<D>, JoinError>>,
}

impl<D: Drives> Service<D> {
    /// Takes nothing more in, does what waits in the mailbox already, and gives back the driver.
    ///
    /// # Errors
    /// [`JoinError`] if something panicked on the way.
    pub async fn shutdown(mut self) -> Result<Ended<D>, JoinError> {
        if let Some(mailbox) = self.mailbox.upgrade() {
            // A service that ended by itself takes nothing in.
            drop(mailbox.send(Job::Close).await);
        }
        match self.ended.take() {
            Some(ended) => ended,
            None => self.task.await,
        }
    }

    /// Waits until the service has ended by itself: the driver halted, the last handle is gone, or
    /// something panicked. [`shutdown`](Self::shutdown) then says what is left.
    pub async fn ended(&mut self) {
        if self.ended.is_none() {
            self.ended = Some((&mut self.task).await);
        }
    }
}

impl<D: Drives> fmt::Debug for Service<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("ended", &self.task.is_finished()).finish_non_exhaustive()
    }
}

/// How long what fell due is left alone after its time was refused: without it the service would
/// try again and again without a pause.
const RETRY: Duration = Duration::from_secs(1);

/// The latest instant that a call named, and when the monotonic clock saw it first.
#[derive(Clone, Copy)]
struct Measured {
    latest: Timestamp,
    seen: Instant,
}

impl Measured {
    fn of(latest: Timestamp) -> Self {
        Self { latest, seen: Instant::now() }
    }

    /// Notes an instant that calls have come to, if it is another.
    fn note(&mut self, latest: Timestamp, seen: Instant) {
        if latest != self.latest {
            *self = Self { latest, seen };
        }
    }

    /// True if so much time has really passed since the latest call. A millisecond more is allowed,
    /// because both times were rounded to whole ones.
    fn bears_out(&self, now: Timestamp, read: Instant) -> bool {
        let passed = read.saturating_duration_since(self.seen).as_millis();
        u128::from(now.since(self.latest).as_millis()) <= passed.saturating_add(1)
    }
}

/// The driver, and what belongs to serving it.
struct Served<D: Drives, T> {
    driver: D,
    trouble: T,
    clock: Clock,
    measured: Measured,
    /// With what the host answered troubles.
    pending: Vec<Command<D>>,
    halted: Arc<AtomicBool>,
    error: Option<DriverError<D::JournalError>>,
    /// When the timer may fire at the earliest.
    not_before: Option<Instant>,
}

async fn serve<D, T>(
    mut served: Served<D, T>,
    mut jobs: mpsc::Receiver<Job<D>>,
    batch: usize,
) -> Ended<D>
where
    D: Drives,
    T: FnMut(&D::Decides, Trouble<D>) -> Vec<Command<D>> + Send + 'static,
{
    let mut taken = Vec::new();
    loop {
        let received = match served.wakes_at() {
            Some(due) => timeout_at(due, jobs.recv_many(&mut taken, batch)).await.ok(),
            None => Some(jobs.recv_many(&mut taken, batch).await),
        };
        let over = received == Some(0) && served.pending.is_empty();
        if over {
            break;
        }
        if taken.iter().any(|job| matches!(job, Job::Close)) {
            jobs.close();
        }
        served = elsewhere(served, mem::take(&mut taken)).await;
        if served.driver.decides().is_none() {
            // Whoever waits in the mailbox is told as it goes.
            break;
        }
    }
    Ended { driver: served.driver, error: served.error }
}

/// Does a batch on a thread that may wait for a disk.
async fn elsewhere<D, T>(mut served: Served<D, T>, jobs: Vec<Job<D>>) -> Served<D, T>
where
    D: Drives,
    T: FnMut(&D::Decides, Trouble<D>) -> Vec<Command<D>> + Send + 'static,
{
    let done = spawn_blocking(move || {
        served.perform(jobs);
        served
    });
    match done.await.map_err(JoinError::try_into_panic) {
        Ok(served) => served,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime goes down, and this task with it.
        Err(Err(_)) => std::future::pending().await,
    }
}

impl<D, T> Served<D, T>
where
    D: Drives,
    T: FnMut(&D::Decides, Trouble<D>) -> Vec<Command<D>>,
{
    /// When there is something to do even if nobody asks.
    fn wakes_at(&self) -> Option<Instant> {
        if !self.pending.is_empty() {
            return Some(Instant::now());
        }
        let due = self.clock.instant(self.driver.decides()?.next_deadline()?.at);
        Some(self.not_before.map_or(due, |earliest| due.max(earliest)))
    }

    /// Does what was taken out of the mailbox, and fires what is due.
    fn perform(&mut self, jobs: Vec<Job<D>>) {
        let mut decisions = Vec::new();
        for job in jobs {
            match job {
                Job::Decide(decision) => decisions.push(decision),
                Job::With(job) => {
                    self.decide(mem::take(&mut decisions));
                    if self.driver.decides().is_none() {
                        return;
                    }
                    job(&mut self.driver);
                    self.note_halt();
                }
                Job::Close => {}
            }
        }
        self.decide(decisions);
    }

    /// Decides, keeps and answers all of these together, then acts on them.
    fn decide(&mut self, decisions: Vec<Decision<D::Decides>>) {
        let (mut pending, mut decisions) = (mem::take(&mut self.pending), decisions);
        // A job of the host may have moved the clock of what decides.
        if let Some(decides) = self.driver.decides() {
            self.measured.note(decides.now(), Instant::now());
        }
        let (now, read) = (self.clock.now(), Instant::now());
        let borne_out = self.measured.bears_out(now, read);
        let mut answers: Vec<Answer> = Vec::with_capacity(decisions.len());
        let (passed, mut troubles, latest) = loop {
            let kept = self.driver.together(|calls| {
                let mut troubles = Vec::new();
                if borne_out {
                    calls.confirm_clock(now);
                }
                let passed = calls.advance(now);
                if passed.is_ok() && calls.decides().owes(now) {
                    return None;
                }
                for command in pending.drain(..) {
                    if let Err(refusal) = calls.tell(now, command.clone()) {
                        troubles.push(Trouble::Refused { command, refusal });
                    }
                }
                answers.extend(decisions.drain(..).map(|decide| decide(calls, now)));
                Some((passed, troubles, calls.decides().now()))
            });
            match kept {
                Ok(Some(kept)) => break kept,
                // More is due than one call does, and no command overtakes it.
                Ok(None) => {}
                Err(error) => return self.halt(error, answers),
            }
        };
        answers.into_iter().for_each(|answer| answer(Ok(())));
        self.measured.note(latest, read);
        self.not_before = passed.is_err().then(|| Instant::now() + RETRY);
        troubles.extend(passed.err().map(Trouble::Time));
        troubles.extend(self.driver.act().into_iter().map(Trouble::NotDone));
        let Some(decides) = self.driver.decides() else { return };
        for trouble in troubles {
            self.pending.extend((self.trouble)(decides, trouble));
        }
    }

    /// Tells everybody whose call was decided that it is not kept, or not for certain.
    fn halt(&mut self, error: DriverError<D::JournalError>, answers: Vec<Answer>) {
        self.note_halt();
        let gone = match error {
            DriverError::Journal(_) => Gone::InDoubt,
            _ => Gone::Halted,
        };
        self.error.get_or_insert(error);
        answers.into_iter().for_each(|answer| answer(Err(gone)));
    }

    fn note_halt(&self) {
        if self.driver.decides().is_none() {
            self.halted.store(true, Ordering::Release);
        }
    }
}
