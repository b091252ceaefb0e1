//! What the joiner saw of the floor before a command: who could answer, and what is open.

use alloc::collections::BTreeMap;

use crate::base::time::Timestamp;
use crate::model::ids::{CalendarId, ChannelId, QueueId};

use crate::journey::ports::Floor;

/// The floor as it was seen. Of what was not asked nothing is there and nothing is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenFloor {
    pub(crate) available: BTreeMap<(QueueId, ChannelId), bool>,
    pub(crate) open: BTreeMap<CalendarId, bool>,
}

impl Floor for SeenFloor {
    fn available(&self, queue: QueueId, channel: ChannelId) -> bool {
        self.available.get(&(queue, channel)).copied().unwrap_or_default()
    }

    fn is_open(&self, calendar: CalendarId, _at: Timestamp) -> bool {
        self.open.get(&calendar).copied().unwrap_or_default()
    }
}
