//! What changed of the card of a session since a fact.

use alloc::vec::Vec;

use crate::fact::log::Seq;

use crate::journey::session::{Happening, SessionEvent, VisitorSession};
use crate::journey::view::delta::{CardChange, MapChange};
use crate::journey::view::draw::{Eye, title_of};
use crate::journey::view::looked::{Changed, Looked};
use crate::journey::view::page::CardId;
use crate::journey::view::rights::JourneyRight;

impl Eye<'_> {
    /// What changed of a session that this viewer sees, with the number of the last fact that did.
    pub(crate) fn change(
        self,
        row: &VisitorSession,
        looked: &Looked<'_>,
        since: Seq,
    ) -> Option<(Seq, CardChange)> {
        let (eye, marks) = (self, row.marks);
        let mut last = Last { since, seq: 0 };
        let mut change = CardChange::none(CardId::Session(row.id));
        if last.notes(marks.details) {
            change.title = Some(title_of(row));
            change.kind = Some(eye.kind(row)).filter(|kind| kind.shown().is_some());
            change.details = Some(eye.details(row));
        }
        if eye.has(JourneyRight::Visit) && last.notes(marks.live) {
            change.live = Some(eye.live(row));
        }
        if eye.has(JourneyRight::Event) {
            change.map = self.map_change(row, looked, &mut last);
            if self.counts_changed(row, since) {
                change.details = Some(eye.details(row));
            }
        }
        if last.notes(marks.searches) {
            change.searches = Some(row.searches.clone());
        }
        // One that was hidden first and taken away then may still stand there.
        let taken = |key: &str| marks.unmatched > since && row.had_segment(key);
        let there = |one: &&Changed<'_>| row.has_segment(one.key) || taken(one.key);
        let chips = looked.segments.iter().filter(there);
        let chips = chips.map(|one| one.seq).max().unwrap_or_default();
        if eye.sees_segments() && last.notes(marks.segments.max(chips)) {
            change.segments = Some(eye.segments(row));
        }
        let scores = eye.has(JourneyRight::OutcomeScores);
        let shown = |one: &&Changed<'_>| {
            row.outcome(one.key).is_some_and(|progress| progress.achieved.is_some() || scores)
        };
        let bars = looked.outcomes.iter().filter(shown).map(|one| one.seq).max();
        let scores = if scores { marks.scores } else { 0 };
        let bars = marks.outcomes.max(scores).max(bars.unwrap_or_default());
        if eye.sees_outcomes() && last.notes(bars) {
            change.outcomes = Some(eye.outcomes(row));
        }
        if change.searches.is_some() || change.segments.is_some() || change.outcomes.is_some() {
            change.expandable = Some(eye.is_expandable(row));
        }
        (last.seq > 0).then_some((last.seq, change))
    }

    /// The items that came, or look otherwise; all, if some are gone.
    fn map_change(
        self,
        row: &VisitorSession,
        looked: &Looked<'_>,
        last: &mut Last,
    ) -> Option<MapChange> {
        let since = last.since;
        let mut all = last.notes(row.marks.lost);
        if row.marks.map <= since && looked.is_empty() && !all {
            return None;
        }
        let mut items = Vec::new();
        for event in &row.events {
            let (look, new) = (looked.of(&event.what), event.seq > since);
            if !new && look.is_none() {
                continue;
            }
            let seq = look.map_or(0, |look| look.seq);
            if let Some(item) = self.item(event) {
                last.notes(event.seq.max(seq));
                items.push(item);
            } else if !new && look.is_some_and(|look| !look.shown) {
                all |= last.notes(seq);
            }
        }
        if all {
            return self.map(row).shown().cloned().map(MapChange::All);
        }
        (!items.is_empty()).then_some(MapChange::Items(items))
    }

    /// True if the visitor did something more.
    fn counts_changed(self, row: &VisitorSession, since: Seq) -> bool {
        let new = |one: &SessionEvent| one.seq > since && matches!(one.what, Happening::Did(_));
        row.marks.lost > since || (row.marks.map > since && row.events.iter().any(new))
    }
}

/// The last fact that changed anything of a card.
struct Last {
    since: Seq,
    seq: Seq,
}

impl Last {
    /// Notes a fact; true if it came since.
    fn notes(&mut self, seq: Seq) -> bool {
        let new = seq > self.since;
        if new {
            self.seq = self.seq.max(seq);
        }
        new
    }
}
