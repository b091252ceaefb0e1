//! What changed in a view since it was made, and how a screen takes it over.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::journey::session::SearchTerm;
use crate::journey::view::card::{Card, CardDetails, CardLive, CardType, Chip, OutcomeBar};
use crate::journey::view::map_item::MapItem;
use crate::journey::view::page::{CardId, Cursor, Page};
use crate::journey::view::rights::Gated;
use crate::journey::view::whole::{AsOf, CustomerBlock, JourneyView};

/// Changes of a view that belong together: all that one fact brought about, as things are now.
///
/// Its number, [`AsOf::seq`], is that of the last fact that changed what this viewer sees there. It
/// counts the facts about all customers, so gaps say nothing. What changed and is hidden from the
/// viewer makes no delta. Deltas say how things are now, so whoever folds one twice, or in a view
/// that is newer already, does no harm.
///
/// ```
/// use strowger::journey::{JourneyView, ViewDelta};
///
/// /// Takes over what came; false if the view must be asked for anew.
/// fn take_over(view: &mut JourneyView, deltas: &[ViewDelta]) -> bool {
///     deltas.iter().all(|delta| view.fold(delta))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ViewDelta {
    /// Its number, and the instant for which it holds.
    pub as_of: AsOf,
    /// What changed.
    pub changes: Vec<ViewChange>,
}

/// A change of a view.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ViewChange {
    /// So much changed that the view must be asked for anew.
    Anew,
    /// The contact of the interaction was verified.
    Verified,
    /// It became known who the customer is, or they were merged.
    Customer(Box<CustomerBlock>),
    /// There is one more card, at its place by start and id; or it is there already, and as new.
    CardAdded(Box<Card>),
    /// Parts of a card changed.
    CardChanged(Box<CardChange>),
    /// A card is gone.
    #[non_exhaustive]
    CardRemoved {
        /// Which.
        card: CardId,
        /// The place of the oldest card that is left.
        oldest: Option<Cursor>,
    },
}

/// The parts of a card that changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CardChange {
    /// The card.
    pub card: CardId,
    /// The type and its icon.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Gated<CardType>>,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Box<str>>,
    /// What moves; the card may have another colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Gated<CardLive>>,
    /// The details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<CardDetails>,
    /// Whether it is expandable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expandable: Option<bool>,
    /// The terms, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searches: Option<Vec<SearchTerm>>,
    /// The journey map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<MapChange>,
    /// The segments, all of them, in their colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Gated<Vec<Chip>>>,
    /// The outcomes, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Gated<Vec<OutcomeBar>>>,
}

/// A change of a journey map.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MapChange {
    /// These items come at their places, or are recoloured or renamed.
    Items(Vec<MapItem>),
    /// This is the map now.
    All(Vec<MapItem>),
}

impl CardChange {
    /// Nothing of a card changed.
    pub(crate) const fn none(card: CardId) -> Self {
        Self {
            card,
            kind: None,
            title: None,
            live: None,
            details: None,
            expandable: None,
            searches: None,
            map: None,
            segments: None,
            outcomes: None,
        }
    }

    fn fold_into(&self, card: &mut Card) {
        fn set<T: Clone>(field: &mut T, changed: Option<&T>) {
            if let Some(changed) = changed {
                field.clone_from(changed);
            }
        }
        set(&mut card.kind, self.kind.as_ref());
        set(&mut card.title, self.title.as_ref());
        set(&mut card.live, self.live.as_ref());
        set(&mut card.details, self.details.as_ref());
        set(&mut card.expandable, self.expandable.as_ref());
        set(&mut card.searches, self.searches.as_ref());
        set(&mut card.segments, self.segments.as_ref());
        set(&mut card.outcomes, self.outcomes.as_ref());
        match &self.map {
            None => {}
            Some(MapChange::All(items)) => card.map = Gated::Shown(items.clone()),
            Some(MapChange::Items(items)) => {
                let Some(map) = card.map.shown_mut() else { return };
                for item in items {
                    let found = map.binary_search_by_key(&item.place(), MapItem::place);
                    put(map, found, item.clone());
                }
            }
        }
    }
}

impl JourneyView {
    /// Takes over a delta; false if the view must be asked for anew instead.
    ///
    /// The view holds the pages that were asked for, from the newest card down to the place
    /// [`Page::next`]; where there is none, all cards. It still does afterwards: what comes among
    /// those that are shown is put in, what lies behind comes by the next page.
    #[must_use = "a view that must be asked for anew stays as it was"]
    pub fn fold(&mut self, delta: &ViewDelta) -> bool {
        if delta.changes.contains(&ViewChange::Anew) {
            return false;
        }
        for change in &delta.changes {
            match change {
                ViewChange::Anew => {}
                ViewChange::Verified => self.verified = true,
                ViewChange::Customer(block) => {
                    if let Some(shown) = self.customer.shown_mut() {
                        *shown = Some((**block).clone());
                    }
                }
                ViewChange::CardAdded(card) => self.fold_card(card),
                ViewChange::CardChanged(change) => {
                    let cards = self.cards.shown_mut().into_iter();
                    let mut cards = cards.flat_map(|page| &mut page.items);
                    if let Some(card) = cards.find(|card| card.id == change.card) {
                        change.fold_into(card);
                    }
                }
                ViewChange::CardRemoved { card, oldest } => {
                    if let Some(page) = self.cards.shown_mut() {
                        page.items.retain(|one| one.id != *card);
                        page.next = page.next.filter(|next| oldest.is_some_and(|at| at < *next));
                    }
                }
            }
        }
        self.as_of = self.as_of.max(delta.as_of);
        true
    }

    fn fold_card(&mut self, card: &Card) {
        let Some(page) = self.cards.shown_mut() else { return };
        let place = card.place();
        match page.items.binary_search_by(|one| place.cmp(&one.place())) {
            Err(_) if page.next.is_some_and(|next| place < next) => {}
            found => put(&mut page.items, found, card.clone()),
        }
    }

    /// Puts the next page behind those that are there (*Load More*).
    ///
    /// The view counts from when the first of them was made, so deltas since then are to be folded
    /// into it; those that the next page knows already do no harm.
    pub fn load_more(&mut self, more: Self) {
        let as_of = self.as_of.min(more.as_of);
        if let (Some(page), Gated::Shown(Page { items, next })) =
            (self.cards.shown_mut(), more.cards)
        {
            for card in items {
                let place = card.place();
                let found = page.items.binary_search_by(|one| place.cmp(&one.place()));
                put(&mut page.items, found, card);
            }
            page.next = next;
        }
        self.as_of = as_of;
    }
}

/// Puts something at its place in a list, or in the stead of what is there.
fn put<T>(list: &mut Vec<T>, place: Result<usize, usize>, item: T) {
    match place {
        Ok(at) => {
            if let Some(there) = list.get_mut(at) {
                *there = item;
            }
        }
        Err(at) => list.insert(at, item),
    }
}
