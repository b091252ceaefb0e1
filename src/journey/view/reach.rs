//! Which cards there are for somebody, and in which order.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::interaction::{InteractionId, ProfileStore, Records};

use crate::journey::ids::SessionId;
use crate::journey::person::Customer;
use crate::journey::rows::Linked;
use crate::journey::session::VisitorSession;
use crate::journey::store::JourneyStore;
use crate::journey::talk::ConversationCard;
use crate::journey::view::card::Card;
use crate::journey::view::draw::Eye;
use crate::journey::view::page::{CardId, Cursor, Page};
use crate::journey::view::rights::{Gated, JourneyRight};

/// The cards that somebody reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach<'a> {
    /// All of a customer.
    All(&'a Customer),
    /// That of one session alone, if it is known.
    Only(Option<SessionId>),
}

/// Reads the record of an interaction.
pub(crate) type ReadRecord<'a> = dyn Fn(InteractionId, &Linked) -> Option<ConversationCard> + 'a;

/// Reads records, if there are any.
pub(crate) fn reader<P: ProfileStore>(
    records: Option<&Records<P>>,
) -> impl Fn(InteractionId, &Linked) -> Option<ConversationCard> + '_ {
    move |id, link| {
        let record = records?.interaction(id)?;
        Some(ConversationCard::of(record, &link.rang))
    }
}

fn talk_place(row: &ConversationCard) -> Cursor {
    Cursor { at: row.started, id: CardId::Conversation(row.interaction) }
}

/// The conversations of a customer: those whose records are not archived, and the others.
fn talks<'a>(
    store: &'a JourneyStore,
    head: &'a Customer,
    read: &'a ReadRecord<'a>,
) -> impl Iterator<Item = Cow<'a, ConversationCard>> + 'a {
    let open = store.talks_of(head.id).filter_map(move |id| {
        let link = store.rows.links.get(&id)?;
        read(id, link).map(Cow::Owned)
    });
    open.chain(head.conversations.iter().map(|kept| Cow::Borrowed(&*kept.card)))
}

impl<'a> Eye<'a> {
    /// A page of the cards within reach, newest start first.
    pub(crate) fn page(
        self,
        reach: Reach<'a>,
        read: &ReadRecord<'_>,
        size: usize,
        after: Option<Cursor>,
    ) -> Page<Card> {
        let head = match reach {
            Reach::All(head) => head,
            Reach::Only(id) => {
                let row = id.and_then(|id| self.store.session(id));
                let row = row.filter(|row| after.is_none_or(|after| session_place(row) < after));
                let items = row.into_iter().map(|row| self.session(row)).collect();
                return Page { items, next: None };
            }
        };
        let behind = |place: Cursor| after.is_none_or(|after| place < after);
        let talks = talks(self.store, head, read).filter(|talk| behind(talk_place(talk)));
        let mut talks: Vec<_> = talks.collect();
        talks.sort_by_key(|talk| core::cmp::Reverse(talk_place(talk)));
        let end = head
            .sessions
            .partition_point(|(at, id)| behind(Cursor { at: *at, id: CardId::Session(*id) }));
        let older = head.sessions.get(..end).unwrap_or_default().iter().rev();
        let mut sessions = older.filter_map(|(_, id)| self.store.session(*id)).peekable();
        let mut talks = talks.into_iter().peekable();
        let mut items = Vec::new();
        while items.len() <= size {
            let (session, talk) = (sessions.peek().map(|row| session_place(row)), talks.peek());
            items.push(if session >= talk.map(|talk| talk_place(talk)) {
                let Some(row) = sessions.next() else { break };
                self.session(row)
            } else {
                let Some(talk) = talks.next() else { break };
                self.conversation(&talk)
            });
        }
        Page::of(items, size, Card::place)
    }

    /// The place of the oldest card of a customer.
    pub(crate) fn oldest(self, head: &Customer, read: &ReadRecord<'_>) -> Option<Cursor> {
        let session = head.sessions.first();
        let session = session.map(|(at, id)| Cursor { at: *at, id: CardId::Session(*id) });
        talks(self.store, head, read).map(|talk| talk_place(&talk)).chain(session).min()
    }

    /// Says whether cards are shown, and which, to somebody who looks at an interaction (with the
    /// session from which it came) or at a customer.
    pub(crate) fn reach<T>(
        self,
        from: Option<Option<SessionId>>,
        head: Option<&'a Customer>,
        shown: impl FnOnce(Reach<'a>) -> T,
    ) -> Gated<T> {
        if !self.has(JourneyRight::Session) {
            return Gated::Hidden { missing: JourneyRight::Session };
        }
        match (self.has(JourneyRight::Customer), from) {
            (true, _) => Gated::Shown(shown(head.map_or(Reach::Only(None), Reach::All))),
            (false, Some(session)) => Gated::Shown(shown(Reach::Only(session))),
            (false, None) => Gated::Hidden { missing: JourneyRight::Customer },
        }
    }
}

pub(crate) const fn session_place(row: &VisitorSession) -> Cursor {
    Cursor { at: row.started, id: CardId::Session(row.id) }
}
