//! How a card is drawn for somebody, part by part.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::interaction::InteractionType;
use crate::model::attribute::Value;

use crate::journey::rows::{Definitions, KnownDefinition, Looks};
use crate::journey::session::{Happening, SessionEvent, VisitorSession};
use crate::journey::store::JourneyStore;
use crate::journey::talk::{ConversationCard, ConversationStatus};
use crate::journey::view::card::{
    Card, CardColour, CardDetails, CardIcon, CardLive, CardType, Chip, ConversationDetails,
    OutcomeBar, WebDetails,
};
use crate::journey::view::map_item::{MapItem, MapItemKind, OfferItem};
use crate::journey::view::page::CardId;
use crate::journey::view::rights::{Gated, JourneyRight, JourneyRights};
use crate::journey::visit::VisitorEvent;

/// Somebody's look at what there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Eye<'a> {
    pub(crate) store: &'a JourneyStore,
    pub(crate) rights: JourneyRights,
}

impl Eye<'_> {
    pub(crate) const fn has(self, right: JourneyRight) -> bool {
        self.rights.has(right)
    }

    /// Shows what only an organisation with the feature has.
    fn gate_licensed<T>(self, right: JourneyRight, shown: impl FnOnce() -> T) -> Gated<T> {
        match self.store.rows.config.licensed {
            true => self.rights.gate(right, shown),
            false => Gated::NotLicensed,
        }
    }

    /// True if segments are shown.
    pub(crate) fn sees_segments(self) -> bool {
        self.gate_licensed(JourneyRight::Segment, || ()).shown().is_some()
    }

    /// True if outcomes are shown.
    pub(crate) fn sees_outcomes(self) -> bool {
        self.gate_licensed(JourneyRight::Outcome, || ()).shown().is_some()
    }

    pub(crate) fn session(self, row: &VisitorSession) -> Card {
        Card {
            id: CardId::Session(row.id),
            kind: self.kind(row),
            title: title_of(row),
            started: row.started,
            live: self.live(row),
            details: self.details(row),
            expandable: self.is_expandable(row),
            searches: row.searches.clone(),
            map: self.map(row),
            segments: self.segments(row),
            outcomes: self.outcomes(row),
        }
    }

    pub(crate) fn kind(self, row: &VisitorSession) -> Gated<CardType> {
        self.rights.gate(JourneyRight::SessionType, || {
            let icon = match row.attributes.get("device.category") {
                Some(Value::Text(device)) => match &*device.to_lowercase() {
                    "desktop" => CardIcon::Desktop,
                    "mobile" => CardIcon::Mobile,
                    "tablet" => CardIcon::Tablet,
                    _ => CardIcon::Device,
                },
                _ => CardIcon::Device,
            };
            CardType { word: row.kind.clone(), icon }
        })
    }

    pub(crate) fn live(self, row: &VisitorSession) -> Gated<CardLive> {
        self.rights.gate(JourneyRight::Visit, || live_of(row))
    }

    pub(crate) fn details(self, row: &VisitorSession) -> CardDetails {
        let counts = self.rights.gate(JourneyRight::Event, || row.counts);
        CardDetails::Web(WebDetails { attributes: row.attributes.clone().into(), counts })
    }

    pub(crate) fn is_expandable(self, row: &VisitorSession) -> bool {
        let any = |shown: Option<bool>| shown.unwrap_or_default();
        !row.searches.is_empty()
            || any(self.segments(row).shown().map(|chips| !chips.is_empty()))
            || any(self.outcomes(row).shown().map(|bars| !bars.is_empty()))
    }

    pub(crate) fn segments(self, row: &VisitorSession) -> Gated<Vec<Chip>> {
        self.gate_licensed(JourneyRight::Segment, || {
            let all = row.segments.iter().filter_map(|one| {
                let [name, colour] = look(&self.store.rows.segments, &one.segment)?;
                let (name, colour) = (name.into(), colour.into());
                Some(Chip { segment: one.segment.clone(), name, colour, at: one.at })
            });
            all.collect()
        })
    }

    pub(crate) fn outcomes(self, row: &VisitorSession) -> Gated<Vec<OutcomeBar>> {
        let scores = self.has(JourneyRight::OutcomeScores);
        self.gate_licensed(JourneyRight::Outcome, || {
            let all = self.store.rows.outcomes.iter().filter_map(|defined| {
                let one = row.outcome(&defined.key)?;
                // What is not achieved is there for its score alone.
                (one.achieved.is_some() || scores).then(|| OutcomeBar {
                    outcome: defined.key.clone(),
                    name: defined.content.name.clone(),
                    achieved: one.achieved,
                    score: self.rights.gate(JourneyRight::OutcomeScores, || one.score),
                })
            });
            all.collect()
        })
    }

    pub(crate) fn map(self, row: &VisitorSession) -> Gated<Vec<MapItem>> {
        self.rights.gate(JourneyRight::Event, || {
            row.events.iter().filter_map(|event| self.item(event)).collect()
        })
    }

    /// The item of an event; none if this viewer sees none.
    pub(crate) fn item(self, event: &SessionEvent) -> Option<MapItem> {
        let rows = &self.store.rows;
        match &event.what {
            Happening::Did(VisitorEvent::Custom { .. }) if !self.has(JourneyRight::EventType) => {
                let name = Gated::Hidden { missing: JourneyRight::EventType };
                Some(MapItem::nameless(event, name))
            }
            Happening::Did(did) => Some(MapItem::did(event, did)),
            Happening::SegmentMatched { segment } => {
                let look = look(&rows.segments, segment).filter(|_| self.sees_segments());
                let [name, colour] = look?;
                let kind = MapItemKind::SegmentMatched;
                let item = MapItem::named(event, kind, "segment", name);
                Some(MapItem { colour: Some(colour.into()), ..item })
            }
            Happening::OutcomeAchieved { outcome } => {
                let look = look(&rows.outcomes, outcome).filter(|_| self.sees_outcomes());
                let [name, _] = look?;
                Some(MapItem::named(event, MapItemKind::OutcomeAchieved, "outcome", name))
            }
            Happening::Offer { map, media, state, .. } => {
                let kind =
                    MapItemKind::Offer { media: *media, item: OfferItem::of(*media, *state)? };
                let name = look(&rows.maps, map).map_or(&**map, |[name, _]| name);
                Some(MapItem::named(event, kind, "action_map", name))
            }
        }
    }

    pub(crate) fn conversation(self, row: &ConversationCard) -> Card {
        Card {
            id: CardId::Conversation(row.interaction),
            kind: self.rights.gate(JourneyRight::SessionType, || CardType {
                word: word_of(row.kind).into(),
                icon: CardIcon::Conversation(row.kind),
            }),
            title: match self.has(JourneyRight::SessionType) {
                true => word_of(row.kind).into(),
                false => "conversation".into(),
            },
            started: row.started,
            live: self.conversation_live(row),
            details: conversation_details(row),
            expandable: false,
            searches: Vec::new(),
            map: self.conversation_map(row),
            segments: self.gate_licensed(JourneyRight::Segment, Vec::new),
            outcomes: self.gate_licensed(JourneyRight::Outcome, Vec::new),
        }
    }

    pub(crate) fn conversation_live(self, row: &ConversationCard) -> Gated<CardLive> {
        self.rights.gate(JourneyRight::Visit, || {
            let by_customer = row.status == ConversationStatus::EndedByCustomer;
            CardLive {
                colour: match row.duration {
                    None => CardColour::Blue,
                    Some(_) if by_customer && row.code.is_none() => CardColour::White,
                    Some(_) => CardColour::Gray,
                },
                last_activity: None,
                ended: row.duration.map(|lasted| row.started + lasted),
                duration: row.duration,
                page: None,
                status: Some(row.status),
                code: row.code,
            }
        })
    }

    pub(crate) fn conversation_map(self, row: &ConversationCard) -> Gated<Vec<MapItem>> {
        self.rights.gate(JourneyRight::Event, || {
            (0..).zip(&row.steps).map(|(id, step)| MapItem::step(id, step)).collect()
        })
    }
}

pub(crate) const fn conversation_details(row: &ConversationCard) -> CardDetails {
    CardDetails::Conversation(ConversationDetails { queue: row.queue, agent: row.agent })
}

/// The host of the first page.
pub(crate) fn title_of(row: &VisitorSession) -> Box<str> {
    row.host.clone().unwrap_or_default()
}

/// What moves in a session.
pub(crate) fn live_of(row: &VisitorSession) -> CardLive {
    CardLive {
        colour: if row.is_live() { CardColour::Blue } else { CardColour::Gray },
        last_activity: Some(row.last_activity),
        ended: row.ended,
        duration: Some(row.ended.unwrap_or(row.last_activity).since(row.started)),
        page: row.page.clone(),
        status: None,
        code: None,
    }
}

const fn word_of(kind: InteractionType) -> &'static str {
    match kind {
        InteractionType::Chat => "chat",
        InteractionType::Phone => "phone",
        InteractionType::WalkUp => "walk_up",
        InteractionType::Messaging => "messaging",
        InteractionType::Email => "email",
        InteractionType::Video => "video",
        InteractionType::Case => "case",
    }
}

/// How something that is defined looks to agents.
fn look<'a, T: Looks>(all: &'a Definitions<T>, key: &str) -> Option<[&'a str; 2]> {
    all.known(key).and_then(KnownDefinition::look)
}
