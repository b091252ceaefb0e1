//! What the cards of the inbox show.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::model::ids::QueueId;
use crate::model::invalid::{Invalid, Problem};

use crate::interaction::related::check_name;

/// Something that a card of the inbox shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CardField {
    /// The short description of the interaction.
    ShortDescription,
    /// The customer: of the interaction, else of the work.
    Customer,
    /// The contact of the interaction.
    Contact,
    /// The account of the interaction.
    Account,
    /// The number of the interaction.
    Number,
    /// The finer type of the interaction.
    Subtype,
    /// The host's key of the work.
    Key,
    /// A context variable of the interaction.
    Context(Key),
    /// An attribute of the work.
    Attribute(Key),
    /// Something in the metadata of the channel.
    Metadata(Key),
}

growing! {
    /// What the cards of a queue show.
    ///
    /// ```
    /// use strowger::interaction::{CardField, CardLayout};
    ///
    /// let layout = CardLayout::new([CardField::Customer, CardField::Context("order".into())]);
    /// assert_eq!(layout.queue, None);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct CardLayout {
        /// The queue; `None`: every queue that has none of its own.
        #[serde(default)]
        pub queue: Option<QueueId> => with_queue(into),
        /// The fields, [`CardLayout::MOST`] at most. The first is the title.
        pub fields: Vec<CardField> => with_fields(each CardField),
    }
}

impl CardLayout {
    /// The most fields of a card.
    pub const MOST: u32 = 5;

    /// Of every queue that has none of its own.
    pub fn new(fields: impl IntoIterator<Item = CardField>) -> Self {
        Self { queue: None, fields: fields.into_iter().collect() }
    }

    pub(crate) fn check_all(cards: &[Self]) -> Result<(), Invalid> {
        for (place, layout) in cards.iter().enumerate() {
            if layout.fields.is_empty() {
                return Err(Invalid::new("cards.fields", Problem::Empty));
            }
            Invalid::length("cards.fields", layout.fields.len(), Self::MOST)?;
            for field in &layout.fields {
                if let CardField::Context(name)
                | CardField::Attribute(name)
                | CardField::Metadata(name) = field
                {
                    check_name("cards.fields", name)?;
                }
            }
            if cards.iter().take(place).any(|before| before.queue == layout.queue) {
                return Err(Invalid::new("cards.queue", Problem::Duplicate));
            }
        }
        Ok(())
    }
}
