//! The list of who is live.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::journeys::Journeys;
use crate::journey::refusal::JourneyRefusal;
use crate::journey::view::card::{CardLive, CardType};
use crate::journey::view::draw::{live_of, title_of};
use crate::journey::view::page::{CardId, Cursor, Page, PageRequest};
use crate::journey::view::reach::Reach;
use crate::journey::view::rights::{Gated, JourneyRight, JourneyViewer};

/// A visitor who is live.
///
/// ```
/// use strowger::journey::LiveVisitor;
///
/// fn line(visitor: &LiveVisitor) -> String {
///     let page = visitor.live.page.as_ref().map_or("", |page| &page.title);
///     format!("{:06} {page}", visitor.session.short())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiveVisitor {
    /// The session.
    pub session: SessionId,
    /// What moves in it.
    pub live: CardLive,
    /// The customer. Hidden without [`Customer`](super::JourneyRight::Customer).
    pub customer: Gated<CustomerId>,
    /// The head of the card. Hidden where the card is: without
    /// [`Session`](super::JourneyRight::Session) or [`Customer`](super::JourneyRight::Customer).
    pub card: Gated<LiveCard>,
}

/// The head of the card of a session that is live.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LiveCard {
    /// The type and its icon. Hidden without [`SessionType`](super::JourneyRight::SessionType).
    #[serde(rename = "type")]
    pub kind: Gated<CardType>,
    /// The host of its first page.
    pub title: Box<str>,
    /// The date of the first event.
    pub started: Timestamp,
}

impl Journeys {
    /// Exactly the sessions that are live, the one with the newest activity first. Hidden without
    /// [`Visit`](crate::journey::JourneyRight::Visit).
    ///
    /// It moves while it is read: who does something between two pages is on top again.
    ///
    /// ```
    /// use strowger::journey::*;
    /// use strowger::prelude::*;
    ///
    /// fn online(journeys: &Journeys, viewer: &JourneyViewer) -> Result<usize, JourneyRefusal> {
    ///     let page = journeys.live(viewer, PageRequest::default())?;
    ///     Ok(page.shown().map_or(0, |page| page.items.len()))
    /// }
    /// ```
    ///
    /// # Errors
    /// `Invalid` for a page of another size than 1 to 100.
    pub fn live(
        &self,
        viewer: &JourneyViewer,
        page: PageRequest,
    ) -> Result<Gated<Page<LiveVisitor>>, JourneyRefusal> {
        let size = page.size(self.config().page_size)?;
        let (eye, store) = (self.eye(viewer), &self.store);
        let before = page.after.map(|after| match after.id {
            CardId::Session(id) => (after.at, id),
            CardId::Conversation(_) => (after.at, SessionId::from_raw(u64::MAX)),
        });
        Ok(eye.rights.gate(JourneyRight::Visit, || {
            let live = match before {
                Some(before) => store.index.live.range(..before),
                None => store.index.live.range(..),
            };
            let rows = live.rev().filter_map(|(_, id)| store.session(*id)).take(size + 1);
            let items: Vec<_> = rows
                .map(|row| LiveVisitor {
                    session: row.id,
                    live: live_of(row),
                    customer: eye
                        .rights
                        .gate(JourneyRight::Customer, || store.head_of(row.customer)),
                    card: eye.reach(None, None, |_: Reach<'_>| LiveCard {
                        kind: eye.kind(row),
                        title: title_of(row),
                        started: row.started,
                    }),
                })
                .collect();
            let place = |one: &LiveVisitor| Cursor {
                at: one.live.last_activity.unwrap_or_default(),
                id: CardId::Session(one.session),
            };
            Page::of(items, size, place)
        }))
    }
}
