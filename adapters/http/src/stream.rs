//! Streams of what happened: server-sent events.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use futures_core::Stream;
use serde::Serialize;
use strowger::Centre;
use strowger::command::RefusalKind;
use strowger::fact::Seq;
use strowger::host::Calls;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::feed::{Feed, Hearer, Missing, Passing};
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::{Caller, Role};

/// How many facts are looked at in one go.
const AT_ONCE: usize = 256;

/// How many pieces may wait for a reader before its stream waits too. What lies in the feed is not
/// copied, so a reader who is slow costs a number.
const WAITING: usize = 4;

/// How long a reader may take nothing at all.
const STUCK: Duration = Duration::from_secs(60);

/// The streams that are open.
#[derive(Debug)]
pub(crate) struct Streams {
    open: Arc<Mutex<Open>>,
    most: usize,
    most_of_one: usize,
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_caller: HashMap<(Role, strowger::Key), usize>,
    ended: HashMap<&'static str, u64>,
}

/// A place among the streams, given back when it is dropped.
#[derive(Debug)]
struct Place {
    open: Arc<Mutex<Open>>,
    caller: (Role, strowger::Key),
    why: &'static str,
}

impl Streams {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Self {
        let (open, closing) = (Arc::default(), watch::Sender::new(false));
        Self { open, most, most_of_one, closing }
    }

    /// Ends all of them, with a word that they may come back.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// True once they are ended.
    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// How many are open, by the role of who listens.
    pub(crate) fn by_role(&self) -> Vec<(Role, usize)> {
        let open = lock(&self.open);
        let of = |role: Role| {
            let of_role = open.by_caller.iter().filter(|((one, _), _)| *one == role);
            (role, of_role.map(|(_, count)| count).sum())
        };
        Role::ALL.into_iter().map(of).collect()
    }

    /// How many ended, by why.
    pub(crate) fn ended(&self) -> Vec<(&'static str, u64)> {
        let mut ended: Vec<_> = lock(&self.open).ended.clone().into_iter().collect();
        ended.sort_unstable();
        ended
    }

    /// A place for one more.
    fn place(&self, caller: &Caller) -> Result<Place, ProblemDetails> {
        let key = (caller.role, caller.key.clone());
        let mut open = lock(&self.open);
        let of_one = open.by_caller.get(&key).copied().unwrap_or_default();
        if open.all >= self.most || of_one >= self.most_of_one {
            let status = StatusCode::TOO_MANY_REQUESTS;
            return Err(ProblemDetails::new(status, RefusalKind::Limit, "too_many_streams")
                .with_detail("as many streams are open as may be"));
        }
        open.all += 1;
        *open.by_caller.entry(key.clone()).or_default() += 1;
        drop(open);
        Ok(Place { open: Arc::clone(&self.open), caller: key, why: "reader_left" })
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = lock(&self.open);
        open.all = open.all.saturating_sub(1);
        *open.ended.entry(self.why).or_default() += 1;
        if let Some(count) = open.by_caller.get_mut(&self.caller) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_caller.remove(&self.caller);
            }
        }
    }
}

/// Opens a stream of what the caller may know: from behind the fact that they name, else from now
/// on.
///
/// # Errors
/// 403 for a caller who hears nothing, 429 if too many are open.
pub(crate) async fn open(site: &Arc<Site>, asked: Asked) -> Result<Response<Body>, ProblemDetails> {
    asked.only(&["after"])?;
    let after = match asked.last_event_id()? {
        Some(seen) => Some(seen),
        None => asked.count("after")?,
    };
    let hearer = hearer(site, &asked.caller).await?;
    let place = site.streams.place(&asked.caller)?;
    let (pieces, body) = mpsc::channel(WAITING);
    // Both are taken before the first look, so nothing falls between.
    let (newest, passing) = (site.feed.newest(), site.feed.passing());
    let seen = after.unwrap_or_else(|| site.feed.position());
    let until = asked.caller.until.map(|until| {
        let left = until.as_millis().saturating_sub(site.now().as_millis());
        Instant::now() + Duration::from_millis(u64::try_from(left).unwrap_or(0))
    });
    let teller = Teller {
        feed: site.feed.clone(),
        hearer,
        seen,
        newest,
        passing,
        closing: site.streams.closing.subscribe(),
        pieces,
        heartbeat: site.settings.heartbeat,
        until,
        place,
    };
    tokio::spawn(teller.tell());
    let mut response = Response::new(Body::from_stream(Pieces(body)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // A proxy of nginx would hold back what it has not enough of.
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    Ok(response)
}

/// Who listens.
async fn hearer(site: &Site, caller: &Caller) -> Result<Hearer, ProblemDetails> {
    let (caller, (sender, hearer)) = (caller.clone(), tokio::sync::oneshot::channel());
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = caller.actor(calls.view())?;
        let _ = sender.send(Hearer::of(actor).ok_or_else(ProblemDetails::not_allowed)?);
        Ok(Answer::empty(StatusCode::OK))
    };
    site.ask(Box::new(job)).await?;
    hearer.await.map_err(|_| ProblemDetails::not_allowed())
}

/// Tells one reader.
struct Teller {
    feed: Feed,
    hearer: Hearer,
    /// The last fact that was looked at for them.
    seen: Seq,
    newest: watch::Receiver<Seq>,
    passing: broadcast::Receiver<Arc<Passing>>,
    closing: watch::Receiver<bool>,
    pieces: mpsc::Sender<Bytes>,
    heartbeat: Duration,
    /// When the token of the reader ends.
    until: Option<Instant>,
    place: Place,
}

/// Why a stream ends.
#[derive(Serialize)]
struct Bye {
    reason: &'static str,
}

/// A reader who is gone, or to whom nothing more is to be said.
struct Over;

impl Teller {
    async fn tell(mut self) {
        // Browsers that lost the same service come back one by one.
        let retry = fastrand::u32(500..=1_500);
        let begun = self.say(format!("retry: {retry}\n\n")).await;
        if begun.is_err() {
            return;
        }
        while self.turn().await.is_ok() {}
    }

    /// Tells what is new, then waits for more.
    async fn turn(&mut self) -> Result<(), Over> {
        self.newest.mark_unchanged();
        self.catch_up().await?;
        if *self.closing.borrow() {
            return self.bye("shutdown").await;
        }
        let silent = sleep_until(Instant::now() + self.heartbeat);
        let expired = async {
            match self.until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            // What came before is told first, in the next turn.
            _ = self.closing.changed() => Ok(()),
            () = expired => self.bye("expired").await,
            changed = self.newest.changed() => match changed {
                Ok(()) => Ok(()),
                Err(_) => self.bye("shutdown").await,
            },
            said = self.passing.recv() => self.pass(said).await,
            () = self.pieces.closed() => Err(Over),
            () = silent => self.say(": still here\n\n".to_owned()).await,
        }
    }

    /// Tells all that came since.
    async fn catch_up(&mut self) -> Result<(), Over> {
        loop {
            let entries = match self.feed.after(self.seen, AT_ONCE) {
                Ok(entries) => entries,
                Err(missing) => return self.reset(missing).await,
            };
            let Some(last) = entries.last() else { return Ok(()) };
            self.seen = last.number;
            let mut piece = String::new();
            for entry in &entries {
                if let Some((name, json)) = entry.for_hearer(&self.hearer) {
                    let number = entry.number;
                    piece.push_str(&format!("id: {number}\nevent: {name}\ndata: {json}\n\n"));
                }
            }
            if !piece.is_empty() {
                self.say(piece).await?;
            }
        }
    }

    /// What the reader knows is no beginning to go on from: they look anew.
    async fn reset(&mut self, missing: Missing) -> Result<(), Over> {
        let reason = match missing {
            Missing::TooOld => "too_old",
            Missing::Ahead => "unknown",
        };
        let newest = self.feed.position();
        let said = format!("{{\"reason\":\"{reason}\",\"newest\":{newest}}}");
        self.place.why = "reset";
        let _ = self.say(format!("event: reset\ndata: {said}\n\n")).await;
        Err(Over)
    }

    async fn bye(&mut self, reason: &'static str) -> Result<(), Over> {
        self.place.why = reason;
        let said = serde_json::to_string(&Bye { reason }).unwrap_or_default();
        let _ = self.say(format!("event: bye\ndata: {said}\n\n")).await;
        Err(Over)
    }

    /// Something without a number: the mark of the reader does not move.
    async fn pass(
        &mut self,
        said: Result<Arc<Passing>, broadcast::error::RecvError>,
    ) -> Result<(), Over> {
        match said {
            Ok(passing) if passing.is_for(&self.hearer) => {
                let json = serde_json::to_string(&*passing).unwrap_or_default();
                self.say(format!("event: typing\ndata: {json}\n\n")).await
            }
            _ => Ok(()),
        }
    }

    async fn say(&mut self, piece: String) -> Result<(), Over> {
        match timeout(STUCK, self.pieces.send(piece.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over),
            Err(_) => {
                self.place.why = "slow";
                Err(Over)
            }
        }
    }
}

/// The pieces of a stream as a body.
struct Pieces(mpsc::Receiver<Bytes>);

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|piece| piece.map(Ok))
    }
}
