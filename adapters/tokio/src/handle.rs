//! What everybody else holds: the way to the one task that owns the driver.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use strowger::Timestamp;
use strowger::host::{Call, Calls, Takes};
use strowger::layer::Decide;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::drives::Drives;
use crate::gone::{CallError, Gone};

type Decides<D> = <D as Drives>::Decides;
type Refusal<D> = <Decides<D> as Decide>::Refusal;
type Reply<D> = <Decides<D> as Decide>::Reply;

/// Decides something, and says how its answer is sent once it is safe.
pub(crate) type Decision<E> = Box<dyn FnOnce(&mut Calls<'_, E>, Timestamp) -> Answer + Send>;

/// Sends an answer, or why there is none.
pub(crate) type Answer = Box<dyn FnOnce(Result<(), Gone>) + Send>;

/// What lies in the mailbox.
pub(crate) enum Job<D: Drives> {
    /// Something to decide, together with what lies beside it.
    Decide(Decision<D::Decides>),
    /// Something between two calls.
    With(Box<dyn FnOnce(&mut D) + Send>),
    /// Nothing more is taken in, and what lies behind it is still done.
    Close,
}

/// A service as everybody else sees it: cheap to clone, and free to go to any task.
///
/// A command waits for a place in the mailbox, is decided together with all that waits beside it,
/// and is answered once its facts are safe. Whoever drops the future of an answer has still made
/// the call if it reached the mailbox.
///
/// ```
/// use strowger::fact::Fact;
/// use strowger::prelude::*;
/// use strowger_tokio::{Clock, Settings, start};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (clock, mut log) = (Clock::system(), Log::default());
/// let engine = Engine::new(Config::default(), clock.now(), &mut log)?;
/// let driver = Driver::start(engine, log, Host::new(Vec::<Fact>::new()))?;
/// let (handle, service) = start(driver, clock, Settings::default(), |_, _| vec![]);
///
/// let queue = handle.execute(Define::new("support", QueueProfile::default())).await??;
/// assert_eq!(handle.read(move |engine| engine.view().queue(queue).is_some()).await, Ok(true));
/// drop(service.shutdown().await?);
/// # Ok(())
/// # }
/// ```
pub struct Handle<D: Drives> {
    mailbox: mpsc::Sender<Job<D>>,
    halted: Arc<AtomicBool>,
    clock: Clock,
}

impl<D: Drives> Handle<D> {
    pub(crate) fn new(
        capacity: usize,
        clock: Clock,
    ) -> (Self, mpsc::Receiver<Job<D>>, Arc<AtomicBool>) {
        let (mailbox, jobs) = mpsc::channel(capacity.max(1));
        let halted = Arc::<AtomicBool>::default();
        (Self { mailbox, halted: Arc::clone(&halted), clock }, jobs, halted)
    }

    /// The time of the service.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Does a command of any kind.
    ///
    /// # Errors
    /// The outer one is [`Gone`]: there is no answer. The inner one is a refusal.
    pub async fn tell(
        &self,
        command: impl Into<<Decides<D> as Decide>::Command>,
    ) -> Result<Result<Reply<D>, Refusal<D>>, Gone> {
        let command = command.into();
        self.together(move |calls, now| calls.tell(now, command)).await
    }

    /// Does a command that comes with an actor and a token, or finds the answer of then. The time
    /// of the call is that of the service when it is decided.
    ///
    /// # Errors
    /// The outer one is [`CallError`]: there is no answer. The inner one is a refusal.
    pub async fn call(
        &self,
        call: Call,
        command: impl Into<<Decides<D> as Decide>::Command>,
    ) -> Result<Result<Reply<D>, Refusal<D>>, CallError> {
        let (mut call, command) = (call, command.into());
        let answer = self.together(move |calls, now| {
            call.now = now;
            calls.call(call, command)
        });
        Ok(answer.await??)
    }

    /// Does a command with its own type of answer.
    ///
    /// # Errors
    /// The outer one is [`Gone`]: there is no answer. The inner one is a refusal.
    pub async fn execute<A>(
        &self,
        action: A,
    ) -> Result<Result<<Decides<D> as Takes<A>>::Output, Refusal<D>>, Gone>
    where
        A: Send + 'static,
        Decides<D>: Takes<A, Output: Send + 'static>,
    {
        self.together(move |calls, now| calls.execute(now, action)).await
    }

    /// Says that the time of the service is right, and fires what fell due by now.
    ///
    /// The service confirms by itself whatever its monotonic clock bears out: a floor may be quiet
    /// for a week. The host has to say it where the [`Clock`] began further ahead of the latest
    /// call than [`Config::clock_step`](strowger::Config) allows
    /// ([`Trouble::Time`](crate::Trouble::Time)).
    ///
    /// # Errors
    /// The outer one is [`Gone`]: there is no answer. The inner one is a refusal.
    pub async fn confirm_clock(&self) -> Result<Result<(), Refusal<D>>, Gone> {
        let confirm = |calls: &mut Calls<'_, Decides<D>>, now| {
            calls.confirm_clock(now);
            calls.advance(now)
        };
        self.together(confirm).await
    }

    /// Asks what decides. Whatever the answer shows is safe.
    ///
    /// # Errors
    /// [`Gone`]: there is no answer.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Decides<D>) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        self.together(move |calls, _| question(calls.decides())).await
    }

    /// Makes several calls in one go, at the time it is given: nothing comes between them, and
    /// after a crash all of them are there or none. Others wait meanwhile, so it is to be short.
    ///
    /// # Errors
    /// [`Gone`]: there is no answer.
    pub async fn together<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Calls<'_, Decides<D>>, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (sender, answer) = oneshot::channel();
        let decision: Decision<Decides<D>> = Box::new(move |calls, now| {
            let value = decide(calls, now);
            // The asker may be gone; what was asked for is done.
            Box::new(move |safe| drop(sender.send(safe.map(|()| value))))
        });
        self.post(Job::Decide(decision)).await?;
        answer.await.unwrap_or_else(|_| Err(self.gone()))
    }

    /// Does something with the driver between two calls, such as beginning its journal anew or
    /// reading figures. It may wait for a disk.
    ///
    /// # Errors
    /// [`Gone`]: it was not done.
    pub async fn with<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut D) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (sender, answer) = oneshot::channel();
        let job = Box::new(move |driver: &mut D| drop(sender.send(job(driver))));
        self.post(Job::With(job)).await?;
        answer.await.map_err(|_| self.gone())
    }

    async fn post(&self, job: Job<D>) -> Result<(), Gone> {
        self.mailbox.send(job).await.map_err(|_| self.gone())
    }

    pub(crate) fn mailbox(&self) -> mpsc::WeakSender<Job<D>> {
        self.mailbox.downgrade()
    }

    fn gone(&self) -> Gone {
        if self.halted.load(Ordering::Acquire) { Gone::Halted } else { Gone::Stopped }
    }
}

impl<D: Drives> Clone for Handle<D> {
    fn clone(&self) -> Self {
        let (mailbox, halted) = (self.mailbox.clone(), Arc::clone(&self.halted));
        Self { mailbox, halted, clock: self.clock }
    }
}

impl<D: Drives> fmt::Debug for Handle<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl<D: Drives> Handle<D> {
    /// How many places of the mailbox are taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.mailbox.max_capacity().saturating_sub(self.mailbox.capacity())
    }
}
