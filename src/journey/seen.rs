//! What the joiner saw of the floor before a command: who could answer, and what is open.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use crate::base::time::Timestamp;
use crate::engine::core::Engine;
use crate::model::ids::{CalendarId, ChannelId, QueueId};
use crate::model::work::WorkRequest;
use crate::policy::calendar;

use crate::journey::journeys::Journeys;
use crate::journey::ports::Floor;

/// The floor as it was seen. Of what was not asked nothing is there and nothing is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    available: BTreeMap<(QueueId, ChannelId), bool>,
    open: BTreeMap<CalendarId, bool>,
}

impl Floor for Seen {
    fn available(&self, queue: QueueId, channel: ChannelId) -> bool {
        self.available.get(&(queue, channel)).copied().unwrap_or_default()
    }

    fn is_open(&self, calendar: CalendarId, _at: Timestamp) -> bool {
        self.open.get(&calendar).copied().unwrap_or_default()
    }
}

impl Journeys {
    /// Sees who could answer what the action maps offer, and which of their calendars are open.
    pub(crate) fn look_at(&mut self, engine: &Engine) {
        let mut seen = Seen::default();
        let rows = &self.store.rows;
        for part in &self.store.index.program.maps {
            let map = &part.content;
            if let Some(id) = map.calendar {
                let open = || {
                    let known = engine.view().calendar(id);
                    known.is_some_and(|one| calendar::is_open(one.profile(), engine.now()))
                };
                seen.open.entry(id).or_insert_with(open);
            }
            if let Some(target) = map.target.as_ref().and_then(|key| rows.targets.get(key)) {
                let (queue, channel) = (target.content.queue, target.content.channel);
                seen.available.entry((queue, channel)).or_insert_with(|| {
                    let request = Arc::new(WorkRequest::new(queue, channel));
                    engine.is_anybody_available(&request)
                });
            }
        }
        self.seen = Some(seen);
    }
}
