//! The hours by which silence is counted: the calendars there are, and which queue has which.
//!
//! Records see no definitions. As long as their policy counts open time they keep what the engine
//! says of calendars; otherwise they keep nothing.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::view::View;
use crate::fact::definition::Definition;
use crate::fact::event::Event;
use crate::model::calendar::{CalendarProfile, WaitClock};
use crate::model::ids::{CalendarId, Entity, QueueId};
use crate::policy::calendar::Counted;

use crate::interaction::config::IdlePolicy;

/// What is known of hours.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize, Deserialize)]
#[allow(unnameable_types, reason = "only the joiner hands it on")]
pub struct KnownHours {
    calendars: BTreeMap<CalendarId, Arc<CalendarProfile>>,
    queues: BTreeMap<QueueId, CalendarId>,
}

/// Calendars with other hours, and queues with other calendars; without any where one is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct HoursChange {
    pub(crate) calendars: BTreeMap<CalendarId, Option<Arc<CalendarProfile>>>,
    pub(crate) queues: BTreeMap<QueueId, Option<CalendarId>>,
}

/// What makes the one table the other.
fn difference<K: Copy + Ord, V: Clone + PartialEq>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> BTreeMap<K, Option<V>> {
    let gone = before.keys().filter(|key| !after.contains_key(key)).map(|key| (*key, None));
    let other = after.iter().filter(|(key, value)| before.get(key) != Some(value));
    gone.chain(other.map(|(key, value)| (*key, Some(value.clone())))).collect()
}

fn change<K: Copy + Ord, V: Clone>(of: &mut BTreeMap<K, V>, by: &BTreeMap<K, Option<V>>) {
    for (key, value) in by {
        match value {
            Some(value) => of.insert(*key, value.clone()),
            None => of.remove(key),
        };
    }
}

impl HoursChange {
    /// What a fact of the engine changes, if it is about calendars.
    fn of(event: &Event) -> Self {
        let mut change = Self::default();
        match event {
            Event::Defined(definition) | Event::Changed(definition) => match &**definition {
                Definition::Calendar(defined) => {
                    change.calendars.insert(defined.id, Some(Arc::clone(&defined.profile)));
                }
                Definition::Queue(defined) => {
                    change.queues.insert(defined.id, defined.profile.calendar);
                }
                _ => {}
            },
            Event::Retired(Entity::Calendar(calendar)) => {
                change.calendars.insert(*calendar, None);
            }
            Event::Retired(Entity::Queue(queue)) => {
                change.queues.insert(*queue, None);
            }
            _ => {}
        }
        change
    }

    /// True if it changes nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.calendars.is_empty() && self.queues.is_empty()
    }
}

impl KnownHours {
    /// What an engine knows.
    pub(crate) fn of(view: View<'_>) -> Self {
        let calendars = view.calendars().map(|one| (one.id(), Arc::clone(one.shared())));
        let queues = view.queues().filter_map(|one| Some((one.id(), one.profile().calendar?)));
        Self { calendars: calendars.collect(), queues: queues.collect() }
    }

    /// True if nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What makes these the others.
    pub(crate) fn difference(&self, after: &Self) -> HoursChange {
        HoursChange {
            calendars: difference(&self.calendars, &after.calendars),
            queues: difference(&self.queues, &after.queues),
        }
    }

    /// What a fact of the engine makes other than it is known.
    pub(crate) fn follow(&self, event: &Event) -> HoursChange {
        let mut change = HoursChange::of(event);
        change.calendars.retain(|calendar, hours| self.calendars.get(calendar) != hours.as_ref());
        change.queues.retain(|queue, calendar| self.queues.get(queue) != calendar.as_ref());
        change
    }

    /// Makes a change.
    pub(crate) fn change(
        &mut self,
        calendars: &BTreeMap<CalendarId, Option<Arc<CalendarProfile>>>,
        queues: &BTreeMap<QueueId, Option<CalendarId>>,
    ) {
        change(&mut self.calendars, calendars);
        change(&mut self.queues, queues);
    }

    /// The clock of silence in a conversation that stood in this queue last.
    pub(crate) fn clock(&self, policy: &IdlePolicy, queue: Option<QueueId>) -> Counted<'_> {
        if policy.counts == WaitClock::Wall {
            return Counted::WALL;
        }
        let of_queue = || self.queues.get(&queue?).copied();
        let calendar = policy.calendar.or_else(of_queue);
        let hours = calendar.and_then(|calendar| self.calendars.get(&calendar));
        Counted::by(policy.counts, hours.map(|hours| &**hours))
    }
}
