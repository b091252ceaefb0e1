//! What an agent is given of a journey: one value, made for this agent.
//!
//! What somebody may not see is not in the value they are given, and cannot be guessed from it.

mod card;
mod changed_card;
mod changes;
mod delta;
mod draw;
mod live;
mod looked;
mod map_item;
mod own;
mod page;
mod reach;
mod rights;
mod whole;

pub use card::{
    Card, CardColour, CardDetails, CardIcon, CardLive, CardType, Chip, ConversationDetails,
    OutcomeBar, WebDetails,
};
pub use delta::{CardChange, MapChange, ViewChange, ViewDelta};
pub use live::{LiveCard, LiveVisitor};
pub use map_item::{ItemDetail, MapItem, MapItemKind, OfferItem};
pub use own::{OwnEvent, OwnSession};
pub use page::{CardId, Cursor, Page, PageRequest};
pub use rights::{Gated, JourneyRight, JourneyRights, JourneyViewer};
pub use whole::{AsOf, CustomerBlock, JourneyFeature, JourneyView, ShownContext};
