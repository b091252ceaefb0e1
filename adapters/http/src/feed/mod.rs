//! What happened, in order, and who may know of it.
//!
//! A [`Feed`] follows the driver, so all that it tells is safe by then. It keeps the last facts, as
//! they are written, with those who may hear of them; streams read from there at their own pace.
//!
//! Knows nothing of requests.

mod audience;
mod entry;
mod ring;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use strowger::Centre;
use strowger::centre::{CentreFact, CentreLog};
use strowger::fact::Seq;
use strowger::figures::Figures;
use strowger::host::Follower;
use tokio::sync::{broadcast, watch};

use crate::feed::audience::Concerned;
use crate::feed::ring::Ring;

pub(crate) use audience::{CustomerMessage, ForCustomer, takes_part};
pub(crate) use entry::{Entry, Hearer, Passing};
pub(crate) use ring::Missing;

/// How many words in passing may lie in wait for a stream; what is older is forgotten, as it would
/// be over by then.
const PASSING: usize = 1_024;

/// The facts that streams tell, and the figures that are shown: a follower of the driver.
///
/// It is cheap to clone; one clone goes to the driver, the other to the [`Http`](crate::Http).
/// Before the driver starts, the feed has to see what it starts from: [`begin`](Self::begin).
///
/// ```
/// use strowger::centre::{CentreConfig, CentreFact, CentreLog};
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::prelude::*;
/// use strowger_http::Feed;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (now, mut log) = (Timestamp::EPOCH, CentreLog::default());
/// let centre: Centre = Centre::new(CentreConfig::default(), now, &mut log)?;
/// let feed = Feed::new(Figures::new(FiguresConfig::default())?);
/// feed.begin(&centre, &log);
/// let host = Host::new(Vec::<CentreFact>::new()).with_follower(feed.clone());
/// let mut driver = Driver::start(centre, log, host)?;
/// driver.execute(now, Define::new("support", QueueProfile::default()))??;
/// assert_eq!(feed.position(), 2, "the centre was opened, and a queue defined");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    newest: watch::Sender<Seq>,
    passing: broadcast::Sender<Arc<Passing>>,
}

struct State {
    ring: Ring,
    concerned: Concerned,
    figures: Figures,
}

impl Feed {
    /// How many facts are kept at most, unless told.
    pub const FACTS: usize = 65_536;

    /// How many bytes of facts are kept at most, unless told.
    pub const BYTES: usize = 64 * 1_024 * 1_024;

    /// A feed that has heard of nothing, with the figures that it is to go on with.
    #[must_use]
    pub fn new(figures: Figures) -> Self {
        Self::with_room(figures, Self::FACTS, Self::BYTES)
    }

    /// The same, with room for so many facts and so many bytes of them: a reader who is further
    /// behind has to look anew.
    #[must_use]
    pub fn with_room(figures: Figures, facts: usize, bytes: usize) -> Self {
        let (ring, concerned) = (Ring::new(facts, bytes), Concerned::default());
        let state = Mutex::new(State { ring, concerned, figures });
        let (newest, passing) = (watch::Sender::new(0), broadcast::Sender::new(PASSING));
        Self { shared: Arc::new(Shared { state, newest, passing }) }
    }

    /// Looks at what the driver is about to start from, with the facts that it has still to keep:
    /// who has what, and after which fact the next one comes. What was heard before, while the
    /// journal was recovered, stays.
    pub fn begin(&self, centre: &Centre, log: &CentreLog) {
        let first = log.as_slice().first();
        let before =
            first.map_or_else(|| centre.position(), |fact| fact.position.saturating_sub(1));
        let mut state = self.state();
        state.concerned = Concerned::of(centre);
        state.ring.continue_behind(before);
        drop(state);
        self.shared.newest.send_replace(before);
    }

    /// The number of the last fact that was heard.
    #[must_use]
    pub fn position(&self) -> Seq {
        *self.shared.newest.borrow()
    }

    /// Does something with the figures, such as keeping them beside the journal. Facts wait
    /// meanwhile.
    pub fn with_figures<T>(&self, job: impl FnOnce(&mut Figures) -> T) -> T {
        job(&mut self.state().figures)
    }

    /// What came behind a fact, at most so much.
    ///
    /// # Errors
    /// [`Missing`] if that is not kept.
    pub(crate) fn after(&self, fact: Seq, most: usize) -> Result<Vec<Arc<Entry>>, Missing> {
        self.state().ring.after(fact, most)
    }

    /// Says in passing that somebody writes.
    pub(crate) fn pass(&self, passing: Passing) {
        // If nobody listens nobody misses it.
        let _ = self.shared.passing.send(Arc::new(passing));
    }

    /// The numbers of the newest facts as they come.
    pub(crate) fn newest(&self) -> watch::Receiver<Seq> {
        self.shared.newest.subscribe()
    }

    /// What is said in passing from now on.
    pub(crate) fn passing(&self) -> broadcast::Receiver<Arc<Passing>> {
        self.shared.passing.subscribe()
    }

    /// Nothing that is done under the lock leaves it half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower<Centre> for Feed {
    fn follow(&mut self, decides: &Centre, facts: &[CentreFact]) {
        let Some(last) = facts.last() else { return };
        let mut state = self.state();
        let State { ring, concerned, figures } = &mut *state;
        for fact in facts {
            ring.push(concerned.entry(decides, fact));
        }
        figures.follow(decides, facts);
        drop(state);
        self.shared.newest.send_replace(last.position);
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("position", &self.position()).finish_non_exhaustive()
    }
}
