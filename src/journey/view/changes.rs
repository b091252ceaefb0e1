//! What changed in a view since a fact: by the numbers that rows keep of what changed them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::fact::log::Seq;
use crate::interaction::{InteractionId, ProfileStore, Records};

use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::journeys::Journeys;
use crate::journey::person::Customer;
use crate::journey::refusal::JourneyRefusal;
use crate::journey::rows::JourneyRows;
use crate::journey::session::VisitorSession;
use crate::journey::talk::{ConversationCard, TalkMarks};
use crate::journey::view::delta::{CardChange, MapChange, ViewChange, ViewDelta};
use crate::journey::view::draw::{Eye, conversation_details};
use crate::journey::view::looked::Looked;
use crate::journey::view::page::CardId;
use crate::journey::view::reach::{Reach, ReadRecord, reader};
use crate::journey::view::rights::{Gated, JourneyRight, JourneyViewer};
use crate::journey::view::whole::{CustomerBlock, Regarded};

impl Journeys {
    /// What changed in the [view](Self::view) of an interaction since a fact, whose number is the
    /// `as_of` of the view, with the same permissions. [Folded](crate::journey::JourneyView::fold)
    /// into it they make what the same pages would be, made anew, but for `as_of` itself: if
    /// nothing changed that this viewer sees, nothing comes.
    ///
    /// It costs what changed. If the interaction is another customer's by now, the licence was
    /// given or taken, so much was archived that nobody knows what, or `since` has not come yet,
    /// the one delta says that the view must be made [anew](ViewChange::Anew).
    ///
    /// # Errors
    /// As [`view`](Self::view).
    pub fn changes<P: ProfileStore>(
        &self,
        records: &Records<P>,
        viewer: &JourneyViewer,
        interaction: InteractionId,
        since: u64,
    ) -> Result<Vec<ViewDelta>, JourneyRefusal> {
        let subject = self.subject_of(records, interaction)?;
        Self::check_view(records, viewer, interaction)?;
        Ok(self.deltas(viewer, subject, &reader(Some(records)), since))
    }

    /// The same for the [view of a customer](Self::view_customer).
    ///
    /// # Errors
    /// As [`view_customer`](Self::view_customer).
    pub fn changes_of_customer<P: ProfileStore>(
        &self,
        records: Option<&Records<P>>,
        viewer: &JourneyViewer,
        customer: CustomerId,
        since: u64,
    ) -> Result<Vec<ViewDelta>, JourneyRefusal> {
        let subject = self.subject_of_customer(customer)?;
        Ok(self.deltas(viewer, subject, &reader(records), since))
    }

    fn deltas(
        &self,
        viewer: &JourneyViewer,
        subject: Regarded<'_>,
        read: &ReadRecord<'_>,
        since: Seq,
    ) -> Vec<ViewDelta> {
        let eye = self.eye(viewer);
        let mut found = Changes { eye, since, changes: BTreeMap::new() };
        let reach = eye.reach(subject.from(), subject.head, |reach| reach);
        match self.anew(subject, &reach, since) {
            Some(seq) => found.put(seq, ViewChange::Anew),
            None => found.look(subject, &reach, read),
        }
        let delta = |(seq, changes)| ViewDelta { as_of: self.as_of(seq), changes };
        found.changes.into_iter().map(delta).collect()
    }

    /// The number of the fact because of which a view must be made anew, if one came.
    fn anew(&self, subject: Regarded<'_>, reach: &Gated<Reach<'_>>, since: Seq) -> Option<Seq> {
        let rows = &self.store.rows;
        if since > rows.seq {
            return Some(rows.seq);
        }
        let link = match subject.interaction {
            Some((_, Some(link))) => link.since,
            Some((interaction, None)) => unlinked(rows, interaction),
            None => 0,
        };
        let gone = match reach {
            Gated::Shown(Reach::All(head)) => head.gone_before,
            _ => 0,
        };
        let last = rows.licence.max(link).max(gone);
        (last > since).then_some(last)
    }
}

/// The number of the fact that took the customer of an interaction away, or may have.
fn unlinked(rows: &JourneyRows, interaction: InteractionId) -> Seq {
    let known = rows.unlinked.iter().rev().find(|(_, id)| *id == interaction);
    known.map_or(rows.unlinked_before, |(seq, _)| *seq)
}

/// The changes that were found, by their numbers.
struct Changes<'a> {
    eye: Eye<'a>,
    since: Seq,
    changes: BTreeMap<Seq, Vec<ViewChange>>,
}

impl<'a> Changes<'a> {
    fn put(&mut self, seq: Seq, change: ViewChange) {
        self.changes.entry(seq).or_default().push(change);
    }

    fn look(&mut self, subject: Regarded<'a>, reach: &Gated<Reach<'a>>, read: &ReadRecord<'_>) {
        if let Some(link) = subject.link()
            && link.verified > self.since
        {
            self.put(link.verified, ViewChange::Verified);
        }
        if let Some(head) = subject.head
            && self.eye.has(JourneyRight::Customer)
            && head.changed > self.since
        {
            self.put(head.changed, ViewChange::Customer(CustomerBlock::of(head).into()));
        }
        let looked = Looked::since(self.eye, self.since);
        match (reach, subject.link()) {
            (Gated::Shown(Reach::All(head)), _) => {
                let joined = subject.named.map_or(0, |named| head.joined_by(named));
                self.look_at_sessions(head, joined, &looked);
                self.look_at_gone(head, read);
                self.look_at_talks(head, joined, read);
            }
            (Gated::Shown(Reach::Only(Some(id))), Some(link)) => {
                self.look_at_only(*id, link.link.context.customer, &looked);
            }
            _ => {}
        }
    }

    /// All sessions of a customer. If those of the customer who was named came to them since, the
    /// others are new.
    fn look_at_sessions(&mut self, head: &'a Customer, joined: Seq, looked: &Looked<'a>) {
        let store = self.eye.store;
        let all = joined > self.since || !looked.is_empty();
        for row in head.recent.iter().rev().filter_map(|id| store.session(*id)) {
            let placed = store.placed(row);
            if !all && placed.max(row.marks.last()) <= self.since {
                break;
            }
            self.look_at_session(row, placed.max(joined), looked);
        }
    }

    fn look_at_session(&mut self, row: &VisitorSession, placed: Seq, looked: &Looked<'a>) {
        let change = self.eye.change(row, looked, self.since);
        if placed > self.since {
            let seq = change.map_or(placed, |(seq, _)| seq.max(placed));
            self.put(seq, ViewChange::CardAdded(self.eye.session(row).into()));
        } else if let Some((seq, change)) = change {
            self.put(seq, ViewChange::CardChanged(change.into()));
        }
    }

    /// The session from which an interaction came, to somebody who sees no other.
    fn look_at_only(&mut self, id: SessionId, of: CustomerId, looked: &Looked<'a>) {
        let store = self.eye.store;
        if let Some(row) = store.session(id) {
            self.look_at_session(row, row.marks.placed, looked);
            return;
        }
        let Some(head) = store.customer(store.head_of(of)) else { return };
        let gone = head.gone.iter().rev().find(|(_, gone)| *gone == id);
        let seq = gone.map_or(head.gone_before, |(seq, _)| *seq);
        if seq > self.since {
            let (card, oldest) = (CardId::Session(id), None);
            self.put(seq, ViewChange::CardRemoved { card, oldest });
        }
    }

    fn look_at_gone(&mut self, head: &Customer, read: &ReadRecord<'_>) {
        let since = self.since;
        let mut gone = head.gone.iter().rev().take_while(|(seq, _)| *seq > since).peekable();
        if gone.peek().is_none() {
            return;
        }
        let oldest = self.eye.oldest(head, read);
        for (seq, id) in gone {
            let card = CardId::Session(*id);
            self.put(*seq, ViewChange::CardRemoved { card, oldest });
        }
    }

    fn look_at_talks(&mut self, head: &'a Customer, joined: Seq, read: &ReadRecord<'_>) {
        let store = self.eye.store;
        for id in store.talks_of(head.id) {
            if let Some(link) = store.rows.links.get(&id) {
                self.look_at_talk(id, link.marks, joined, || read(id, link));
            }
        }
        if head.kept.max(joined) > self.since {
            for kept in &head.conversations {
                let read = || Some((*kept.card).clone());
                self.look_at_talk(kept.card.interaction, kept.marks, joined, read);
            }
        }
    }

    fn look_at_talk(
        &mut self,
        id: InteractionId,
        marks: TalkMarks,
        joined: Seq,
        read: impl FnOnce() -> Option<ConversationCard>,
    ) {
        let (eye, since) = (self.eye, self.since);
        let seen = |right: Option<JourneyRight>, seq: Seq| {
            let seen = right.is_none_or(|right| eye.has(right));
            Some(seq).filter(|seq| seen && *seq > since)
        };
        let details = seen(None, marks.details);
        let live = seen(Some(JourneyRight::Visit), marks.live);
        let map = seen(Some(JourneyRight::Event), marks.map);
        let added = seen(None, marks.placed.max(joined));
        let Some(seq) = [details, live, map, added].into_iter().flatten().max() else { return };
        let Some(row) = read() else { return };
        if added.is_some() {
            self.put(seq, ViewChange::CardAdded(eye.conversation(&row).into()));
            return;
        }
        let steps = || eye.conversation_map(&row).shown().cloned().map(MapChange::All);
        let change = CardChange {
            details: details.map(|_| conversation_details(&row)),
            live: live.map(|_| eye.conversation_live(&row)),
            map: map.and_then(|_| steps()),
            ..CardChange::none(CardId::Conversation(id))
        };
        self.put(seq, ViewChange::CardChanged(change.into()));
    }
}
