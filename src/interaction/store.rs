//! The rows of records and what is derived from them.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::deadlines::Deadlines;
use crate::base::hash::{Digest, FixedMap};
use crate::base::key::Key;
use crate::base::ledger::Ledger;
use crate::base::time::Timestamp;
use crate::fact::log::Seq;
use crate::model::calendar::WaitClock;
use crate::model::ids::{OfferId, WorkId};

use crate::interaction::config::RecordConfig;
use crate::interaction::conversation::{Message, Visibility};
use crate::interaction::hours::KnownHours;
use crate::interaction::idle::{self, Due};
use crate::interaction::ids::{InteractionId, MessageId, ProfileId};
use crate::interaction::record::Interaction;
use crate::interaction::segment::{Part, Totals};

/// All there is.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize, Deserialize)]
pub(crate) struct Rows {
    /// The configuration that the host chose.
    pub(crate) config: RecordConfig,
    /// Interactions that are not archived. A snapshot, and the fact that archives one, share them.
    pub(crate) interactions: Ledger<InteractionId, Arc<Interaction>>,
    /// How many profiles were made.
    pub(crate) profiles_made: u64,
    /// How many messages were said.
    #[serde(default)]
    pub(crate) messages_said: u64,
    /// The hours that count, as long as silence is counted by any.
    #[serde(default, skip_serializing_if = "KnownHours::is_empty")]
    pub(crate) hours: KnownHours,
    /// The last number that was given to an interaction.
    pub(crate) last_number: u64,
    /// The number of the last fact.
    pub(crate) seq: Seq,
}

impl Rows {
    /// Gives ids to the messages that were kept before messages had any.
    fn give_ids(&mut self) {
        let lacks = |row: &Interaction| row.messages().any(Message::has_no_id);
        let all = self.interactions.sorted().into_iter();
        let old: alloc::vec::Vec<_> = all.filter(|(_, row)| lacks(row)).map(|(id, _)| id).collect();
        for id in old {
            let row = self.interactions.get_mut(id).map(Arc::make_mut);
            let talk = row.and_then(|row| row.conversation.as_deref_mut());
            for message in talk.into_iter().flat_map(|talk| &mut talk.messages) {
                self.messages_said = self.messages_said.saturating_add(1);
                message.id = MessageId::from_raw(self.messages_said);
            }
        }
    }
}

/// The index that is derived from the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordIndex {
    /// Whose work it is, as long as facts about it move an interaction.
    pub(crate) works: FixedMap<WorkId, InteractionId>,
    /// Whose offer it is, as long as it is open.
    pub(crate) offers: FixedMap<OfferId, InteractionId>,
    /// The interactions of a customer.
    pub(crate) customers: BTreeMap<Key, BTreeSet<InteractionId>>,
    /// The interactions that are about another, with that one first.
    pub(crate) about: BTreeSet<(InteractionId, InteractionId)>,
    /// The interaction that was opened under a key.
    pub(crate) opened: BTreeMap<Key, InteractionId>,
    /// The interaction in which the message with a key stands.
    pub(crate) said: BTreeMap<Key, InteractionId>,
    /// The ongoing interaction between a customer's address and one of the host's.
    pub(crate) ongoing: BTreeMap<(ProfileId, Key), InteractionId>,
    /// The interactions that are not closed in which a profile takes part.
    pub(crate) of_profile: BTreeSet<(ProfileId, InteractionId)>,
    /// When time does something to an interaction.
    pub(crate) deadlines: Deadlines<InteractionId>,
}

/// Rows with their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    rows: Rows,
    index: RecordIndex,
}

impl Store {
    pub(crate) const fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(crate) const fn index(&self) -> &RecordIndex {
        &self.index
    }

    pub(crate) const fn rows_mut(&mut self) -> &mut Rows {
        &mut self.rows
    }

    pub(crate) const fn index_mut(&mut self) -> &mut RecordIndex {
        &mut self.index
    }

    /// Rows and index, to change both.
    pub(crate) const fn parts_mut(&mut self) -> (&mut Rows, &mut RecordIndex) {
        (&mut self.rows, &mut self.index)
    }

    pub(crate) const fn config(&self) -> &RecordConfig {
        &self.rows.config
    }

    pub(crate) fn get(&self, id: InteractionId) -> Option<&Interaction> {
        self.rows.interactions.get(id).map(|row| &**row)
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.rows)
    }

    /// When time does something next.
    pub(crate) fn first_deadline(&self) -> Option<(Timestamp, InteractionId)> {
        self.index.deadlines.first()
    }

    /// The rows with an index that is made from them.
    pub(crate) fn from_rows(mut rows: Rows) -> Self {
        rows.give_ids();
        let mut store = Self { rows, index: RecordIndex::default() };
        let ids: alloc::vec::Vec<_> =
            store.rows.interactions.sorted().into_iter().map(|(id, _)| id).collect();
        ids.into_iter().for_each(|id| store.enter(id));
        store
    }

    /// Enters an interaction in the index as if it had never been there.
    fn enter(&mut self, id: InteractionId) {
        let Some(row) = self.rows.interactions.get(id) else { return };
        for work in row.work.iter().chain(row.trailing.iter().map(|(work, _)| work)) {
            self.index.works.insert(*work, id);
        }
        for (offer, _) in &row.offers {
            self.index.offers.insert(*offer, id);
        }
        if let Some(customer) = &row.opened_for {
            self.index.customers.entry(customer.clone()).or_default().insert(id);
        }
        self.index.about.extend(row.about.map(|about| (about, id)));
        self.index.enter_keys(row);
        self.index.enter_people(row);
        self.set_deadline(id);
    }

    /// The interactions that are not closed in which a profile takes part.
    pub(crate) fn open_with(&self, profile: ProfileId) -> impl Iterator<Item = InteractionId> {
        let all =
            (profile, InteractionId::from_raw(0))..=(profile, InteractionId::from_raw(u64::MAX));
        self.index.of_profile.range(all).map(|(_, id)| *id)
    }

    /// Those of them that were opened for it.
    pub(crate) fn open_of(&self, profile: ProfileId) -> impl Iterator<Item = InteractionId> {
        let own = move |id: &InteractionId| self.get(*id).and_then(|row| row.profile);
        self.open_with(profile).filter(move |id| own(id) == Some(profile))
    }

    /// The interactions in which one of these profiles takes part, in order.
    pub(crate) fn with_profiles(
        &self,
        profiles: &[ProfileId],
    ) -> impl Iterator<Item = InteractionId> {
        let all = self.rows.interactions.sorted().into_iter();
        all.filter(move |(_, row)| {
            let mut own = row.profile.into_iter().chain(row.participants().map(|one| one.profile));
            own.any(|profile| profiles.contains(&profile))
        })
        .map(|(id, _)| id)
    }

    /// The interactions that are about one, in order of opening.
    pub(crate) fn about(&self, id: InteractionId) -> impl Iterator<Item = InteractionId> {
        let all = (id, InteractionId::from_raw(0))..=(id, InteractionId::from_raw(u64::MAX));
        self.index.about.range(all).map(|(_, about)| *about)
    }

    /// True if a profile takes part in an interaction that is not closed.
    pub(crate) fn is_in_use(&self, profile: ProfileId) -> bool {
        self.open_with(profile).next().is_some()
    }

    /// The message with a key, and its interaction.
    pub(crate) fn message(&self, key: &Key) -> Option<(&Interaction, &Message)> {
        let row = self.get(*self.index.said.get(key)?)?;
        Some((row, row.messages().find(|message| message.key.as_ref() == Some(key))?))
    }

    /// When time does something to an interaction next, and what.
    pub(crate) fn due(&self, id: InteractionId) -> Option<(Timestamp, Due)> {
        let row = self.get(id)?;
        let policy = &self.rows.config.idle;
        idle::deadline(row, policy, self.rows.hours.clock(policy, row.queue))
    }

    /// Finds when time does something to an interaction next.
    pub(crate) fn set_deadline(&mut self, id: InteractionId) {
        let due = self.due(id);
        self.index.deadlines.set(id, due.map(|(at, _)| at));
    }

    /// Finds all of them anew.
    pub(crate) fn set_all_deadlines(&mut self) {
        let ids: alloc::vec::Vec<_> =
            self.rows.interactions.sorted().into_iter().map(|(id, _)| id).collect();
        ids.into_iter().for_each(|id| self.set_deadline(id));
    }

    /// Recomputes what is derived, and what must hold of every row.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let fresh = Self::from_rows(self.rows.clone());
        let sorted = |map: &FixedMap<WorkId, InteractionId>| -> BTreeMap<_, _> {
            map.iter().map(|(work, id)| (*work, *id)).collect()
        };
        let offers = |map: &FixedMap<OfferId, InteractionId>| -> BTreeMap<_, _> {
            map.iter().map(|(offer, id)| (*offer, *id)).collect()
        };
        if sorted(&fresh.index.works) != sorted(&self.index.works) {
            return Err("the index of work");
        }
        if offers(&fresh.index.offers) != offers(&self.index.offers) {
            return Err("the index of offers");
        }
        if fresh.index.customers != self.index.customers {
            return Err("the index of customers");
        }
        if fresh.index.about != self.index.about {
            return Err("the index of what is about another");
        }
        if (&fresh.index.opened, &fresh.index.said) != (&self.index.opened, &self.index.said) {
            return Err("the index of keys");
        }
        if fresh.index.ongoing != self.index.ongoing {
            return Err("the index of ongoing interactions");
        }
        if self.rows.config.idle.counts == WaitClock::Wall && !self.rows.hours.is_empty() {
            return Err("hours are known only where they count");
        }
        let rows = self.rows.interactions.rows();
        if rows.flat_map(|(_, row)| ongoing_between(row)).count() != self.index.ongoing.len() {
            return Err("between the same two goes on one interaction at most");
        }
        if fresh.index.of_profile != self.index.of_profile {
            return Err("the index of profiles");
        }
        if fresh.index.deadlines.sorted() != self.index.deadlines.sorted() {
            return Err("the index of deadlines");
        }
        for (_, row) in self.rows.interactions.sorted() {
            check_row(row)?;
            let into = row.merged_into;
            if into.is_some_and(|into| !self.rows.interactions.was_minted(into)) {
                return Err("what was merged says where it went on");
            }
        }
        self.check_messages()
    }

    fn check_messages(&self) -> Result<(), &'static str> {
        let mut ids = BTreeSet::new();
        for (_, row) in self.rows.interactions.rows() {
            let mut before = BTreeMap::<MessageId, bool>::new();
            for message in row.messages() {
                let quoted = message.quotes.map(|id| before.get(&id).copied());
                let shown = message.visibility == Visibility::Public;
                if quoted.is_some_and(|of| of.is_none_or(|public| shown && !public)) {
                    return Err("a message quotes one before it, for the same readers");
                }
                if message.read.is_some_and(|read| message.delivered.is_none_or(|at| at > read)) {
                    return Err("what was read was delivered before");
                }
                before.insert(message.id, shown);
                if message.id.raw() > self.rows.messages_said || !ids.insert(message.id) {
                    return Err("every message has an id of its own");
                }
            }
        }
        Ok(())
    }
}

/// Between whom an interaction goes on, if it does.
pub(crate) fn ongoing_between(
    row: &Interaction,
) -> impl Iterator<Item = (ProfileId, Key)> + use<'_> {
    let people = row.participants().filter(|_| row.state.is_ongoing());
    people.filter_map(|one| Some((one.profile, one.to?)))
}

fn check_row(row: &Interaction) -> Result<(), &'static str> {
    let handling = &row.handling;
    let sums: Totals = handling.ended().iter().collect();
    if sums.plus(handling.forgotten()) != handling.totals() {
        return Err("segments sum up to the totals");
    }
    if handling.open().iter().filter(|segment| segment.part.is_main()).count() > 1 {
        return Err("an interaction is in one hand at most");
    }
    let has_it = handling.main().and_then(Part::agent);
    let guests = handling.open().iter().filter_map(|segment| match segment.part {
        Part::Guest(agent, _) => Some(agent),
        _ => None,
    });
    if guests.into_iter().any(|guest| Some(guest) == has_it) {
        return Err("nobody is a guest in their own interaction");
    }
    if row.merged_into.is_some() && (!row.state.is_closed() || row.messages().next().is_some()) {
        return Err("what was merged is closed, and what was said in it is elsewhere");
    }
    if row.state.is_closed() {
        let complete = row.closed.is_some()
            && row.closed_by.is_some()
            && row.ending.is_some()
            && row.reason.is_some_and(|reason| !reason.is_of_hold())
            && row.is_described()
            && !row.number.is_empty()
            && row.offers.is_empty()
            && handling.main().is_none();
        return if complete { Ok(()) } else { Err("a closed interaction has every field it must") };
    }
    if row.is_internal() != row.asker.is_some() || (row.about.is_some() && !row.is_internal()) {
        return Err("colleagues ask in internal interactions alone, and there about another");
    }
    let customer = row.opened_for.is_some() || row.participants().next().is_some();
    if row.is_internal() && customer {
        return Err("no customer is in an internal interaction");
    }
    let of_hold = row.reason.is_some();
    if of_hold && row.state != crate::interaction::state::InteractionState::OnHold {
        return Err("only what is on hold or closed has a reason");
    }
    Ok(())
}
