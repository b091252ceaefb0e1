//! What must hold of counters and instants in the rows of records, whoever wrote them.

use alloc::collections::BTreeSet;

use crate::base::id::Id;
use crate::base::time::Timestamp;

use crate::interaction::conversation::Conversation;
use crate::interaction::profile::ProfileStore;
use crate::interaction::record::Interaction;
use crate::interaction::store::Store;

/// No counter gets past this: at a billion a second that takes 292 years. A counter below it has
/// at least as many numbers left as it has given.
const FAR: u64 = u64::MAX / 2;

impl Store {
    /// Refuses rows that come from somewhere and whose counters are near their end.
    pub(crate) fn check_counters_left(&self) -> Result<(), &'static str> {
        let rows = self.rows();
        let next = rows.interactions.next_id().map_or(u64::MAX, Id::number);
        let numbers = rows.last_number.max(rows.config.numbering.first);
        let counters = [next, rows.profiles_made, rows.messages_said, numbers, rows.seq];
        let few = counters.iter().all(|counter| *counter <= FAR);
        if few { Ok(()) } else { Err("counters are far from their end") }
    }

    /// Recomputes what must hold of the numbers that are given once.
    pub(crate) fn check_counters(&self, profiles: &impl ProfileStore) -> Result<(), &'static str> {
        let rows = self.rows();
        let next = rows.interactions.next_id().map_or(u64::MAX, Id::number);
        let interactions = &rows.interactions;
        if interactions.rows().any(|(id, row)| !interactions.was_minted(id) || row.id != id) {
            return Err("the next interaction is behind all that were opened");
        }
        let numbers: BTreeSet<_> = interactions.rows().map(|(_, row)| &row.number).collect();
        if numbers.len() != interactions.len() || rows.last_number < next.saturating_sub(1) {
            return Err("every interaction has a number of its own, and so has the next");
        }
        let taking_part = interactions.rows().flat_map(|(_, row)| {
            let own = row.profile.into_iter();
            own.chain(row.participants().map(|one| one.profile))
        });
        let last = taking_part.chain(profiles.last()).max();
        if last.is_some_and(|last| last.raw() > rows.profiles_made) {
            return Err("the next profile is behind all that were made");
        }
        Ok(())
    }

    /// Recomputes what must hold of instants, if the records were told this one last.
    pub(crate) fn check_past(&self, now: Timestamp) -> Result<(), &'static str> {
        let rows = self.rows().interactions.rows();
        let past = rows.flat_map(|(_, row)| instants(row)).all(|at| at <= now);
        if past { Ok(()) } else { Err("what happened is not in the future") }
    }
}

/// When something happened to an interaction.
fn instants(row: &Interaction) -> impl Iterator<Item = Timestamp> + use<'_> {
    let handling = row.handling.ended().iter().chain(row.handling.open());
    let segments = handling.flat_map(|segment| [Some(segment.from), segment.to]);
    let noted = row.work_notes.iter().map(|note| Some(note.at));
    let own = [Some(row.opened), Some(row.touched), row.closed, row.held_since, row.began];
    let wrap_up = row.wrap_up.iter().map(|now| Some(now.since));
    let talk = row.conversation.iter().flat_map(|talk| said(talk));
    own.into_iter().chain(segments).chain(noted).chain(wrap_up).chain(talk).flatten()
}

/// When something was said.
fn said(talk: &Conversation) -> impl Iterator<Item = Option<Timestamp>> + use<'_> {
    let messages = talk.messages.iter().flat_map(|its| [Some(its.at), its.delivered, its.read]);
    let handoffs = talk.handoffs.iter().map(|handoff| Some(handoff.at));
    let own = [
        Some(talk.heard),
        talk.answered,
        talk.first_joined,
        talk.joined,
        talk.handed_off,
        talk.unanswered,
        talk.agent_responses.owed_since,
        talk.customer_responses.owed_since,
    ];
    own.into_iter().chain(messages).chain(handoffs)
}
