//! What all requests share.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use axum::http::request::Parts;
use strowger::{Centre, Key};
use strowger_tokio::{Drives, Handle};

use crate::answer::Answer;
use crate::door::{Door, Job};
use crate::entry::EntryDoor;
use crate::feed::Feed;
use crate::limit::Limits;
use crate::metrics::Counted;
use crate::problem::ProblemDetails;
use crate::settings::HttpSettings;
use crate::stream::Streams;
use crate::who::{Caller, Identify};

/// A centre, who may come to it, and what is told of it.
pub(crate) struct Site {
    door: Box<dyn Door>,
    who: Box<dyn Identify>,
    pub(crate) feed: Feed,
    pub(crate) streams: Streams,
    limits: Limits,
    pub(crate) counted: Arc<Counted>,
    entries: RwLock<HashMap<Key, EntryDoor>>,
    pub(crate) settings: HttpSettings,
}

impl Site {
    pub(crate) fn new<D: Drives<Decides = Centre>>(
        door: Handle<D>,
        feed: Feed,
        who: impl Identify,
        settings: HttpSettings,
    ) -> Arc<Self> {
        let streams = Streams::new(settings.streams, settings.streams_of_one);
        let (door, who) = (Box::new(door), Box::new(who));
        let limits = Limits::new(settings.staff_rate, settings.customer_rate);
        let (counted, entries) = (Arc::default(), RwLock::default());
        Arc::new(Self { door, who, feed, streams, limits, counted, entries, settings })
    }

    /// Who makes a request.
    ///
    /// # Errors
    /// 401 if that is not known, 429 if they ask too often.
    pub(crate) fn identify(&self, parts: &Parts) -> Result<Caller, ProblemDetails> {
        let caller = self.who.identify(parts, self.door.now())?;
        self.limits.check(&caller)?;
        Ok(caller)
    }

    /// Does a job at the centre, between other calls.
    ///
    /// # Errors
    /// What the job says, and 503 if there is no answer.
    pub(crate) async fn ask(&self, job: Job) -> Result<Answer, ProblemDetails> {
        let counted = Arc::clone(&self.counted);
        let measured: Job = Box::new(move |calls, now| {
            let begun = Instant::now();
            let said = job(calls, now);
            counted.decided(begun.elapsed());
            said
        });
        self.door.ask(measured).await?
    }

    pub(crate) fn add_entry(&self, name: Key, door: EntryDoor) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).insert(name, door);
    }

    /// The way in that has a name.
    pub(crate) fn entry(&self, name: &str) -> Option<EntryDoor> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn now(&self) -> strowger::Timestamp {
        self.door.now()
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("settings", &self.settings).finish_non_exhaustive()
    }
}
