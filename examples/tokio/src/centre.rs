//! One task owns the engine. Everybody else sends it commands and waits for the answers, and it
//! wakes by itself when something is due.

use std::error::Error;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use strowger::host::{Desktop, Follower, Journal, Media, Offered, PresenceSink};
use strowger::prelude::*;
use strowger::view::View;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

pub type Failure = Box<dyn Error + Send + Sync>;

/// A command, and where its answer goes.
struct Ask {
    command: Command,
    answer: oneshot::Sender<Result<Reply, Refusal>>,
}

/// The centre as everybody else sees it.
#[derive(Clone)]
pub struct Centre {
    mailbox: mpsc::Sender<Ask>,
}

/// What the centre has still to read.
pub struct Mailbox(mpsc::Receiver<Ask>);

impl Centre {
    /// A centre and its mailbox. Whoever asks while so many wait has to wait himself.
    pub fn new(capacity: usize) -> (Self, Mailbox) {
        let (mailbox, asks) = mpsc::channel(capacity);
        (Self { mailbox }, Mailbox(asks))
    }

    /// Asks for something. The answer comes when it is safe.
    pub async fn ask(
        &self,
        command: impl Into<Command>,
    ) -> Result<Result<Reply, Refusal>, Failure> {
        let (answer, waiting) = oneshot::channel();
        self.mailbox.send(Ask { command: command.into(), answer }).await?;
        Ok(waiting.await?)
    }
}

/// The time, which does not run back.
#[derive(Clone, Copy)]
pub struct Clock {
    begun: Instant,
    at: Timestamp,
}

impl Clock {
    pub fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        Self { begun: Instant::now(), at }
    }

    pub fn now(self) -> Timestamp {
        let passed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(self.at.as_millis().saturating_add(passed))
    }

    /// When the timer has to ring for what is due then.
    fn instant(self, at: Timestamp) -> Instant {
        self.begun + Duration::from_millis(at.since(self.at).as_millis())
    }
}

/// What rings, for each agent.
pub struct Screens(pub Vec<mpsc::UnboundedSender<Offered>>);

impl Desktop for Screens {
    type Error = Failure;

    fn offer_made(&mut self, _view: View<'_>, offer: Offered) -> Result<(), Failure> {
        let screen = self.0.get(offer.pair.agent.raw() as usize).ok_or("no such agent")?;
        Ok(screen.send(offer)?)
    }
}

/// How the centre fared.
#[derive(Default)]
pub struct Fared {
    pub commands: usize,
    pub turns: usize,
}

/// Serves whoever asks until it is over, and says how it ended. All that waits in the mailbox is decided and kept
/// together, for the disk takes longer than everything else.
pub async fn serve<J, D, M, P, F, T>(
    driver: &mut Driver<J, D, M, P, F>,
    Mailbox(mut mailbox): Mailbox,
    clock: Clock,
    over: impl Future<Output = Result<T, Failure>>,
) -> Result<(T, Fared), Failure>
where
    J: Journal<Error = Failure>,
    D: Desktop<Error = Failure>,
    M: Media,
    P: PresenceSink,
    F: Follower,
{
    let (mut fared, mut asks) = (Fared::default(), Vec::new());
    let mut over = std::pin::pin!(over);
    loop {
        let due = driver.next_deadline().map(|deadline| clock.instant(deadline.at));
        let timer = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = mailbox.recv_many(&mut asks, 256) => {}
            () = timer => {}
            ended = &mut over => return Ok((ended?, fared)),
        }
        let (commands, waiting): (Vec<_>, Vec<_>) =
            asks.drain(..).map(|ask| (ask.command, ask.answer)).unzip();
        fared.commands += commands.len();
        fared.turns += 1;
        // The journal waits for the disk, and the other tasks go on elsewhere.
        let answers = tokio::task::block_in_place(|| {
            driver.together(|calls| {
                calls.advance(clock.now()).expect("time passes");
                let answer = |command| calls.execute(clock.now(), command);
                commands.into_iter().map(answer).collect::<Vec<_>>()
            })
        });
        let answers = answers.map_err(|error| error.to_string())?;
        for (waiting, answer) in waiting.into_iter().zip(answers) {
            // Whoever asked may be gone; what he asked for is done.
            drop(waiting.send(answer));
        }
        for failed in driver.act() {
            eprintln!("{:?} failed", failed.act);
        }
    }
}
