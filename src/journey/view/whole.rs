//! All that an agent is given of a journey.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::interaction::{InteractionId, ProfileStore, Records};

use crate::journey::identifier::{IdentifierClaim, IdentifierKind};
use crate::journey::ids::{CustomerId, SessionId};
use crate::journey::journeys::Journeys;
use crate::journey::permission::part_of;
use crate::journey::person::{Customer, CustomerKind};
use crate::journey::refusal::{JourneyEntity, JourneyRefusal};
use crate::journey::rows::Linked;
use crate::journey::talk::{LinkedBy, MapVersion};
use crate::journey::view::card::Card;
use crate::journey::view::draw::Eye;
use crate::journey::view::page::{Page, PageRequest};
use crate::journey::view::reach::reader;
use crate::journey::view::rights::{Gated, JourneyRight, JourneyViewer};

/// Whether the organisation has the feature (Genesys: Predictive Engagement).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JourneyFeature {
    /// It has.
    Available,
    /// It has not: segments and outcomes are nowhere. Sessions, searches and journey maps go on.
    NotLicensed,
}

/// How far something that is shown has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AsOf {
    /// The number of a fact of this layer. It counts the facts about all customers, so gaps say
    /// nothing about this one.
    pub seq: u64,
    /// The instant.
    pub at: Timestamp,
}

/// Who the customer is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerBlock {
    /// The customer, who stands for all with whom they were merged.
    pub id: CustomerId,
    /// What is known of who they are.
    pub kind: CustomerKind,
    /// Their name; `None`: *Unknown*.
    pub name: Option<Box<str>>,
    /// The contact of the host's.
    pub contact: Option<Key>,
    /// Their identifiers: each claimed or verified.
    pub identifiers: Vec<IdentifierClaim>,
}

impl CustomerBlock {
    pub(crate) fn of(row: &Customer) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            name: row.name.clone(),
            contact: row.contact.clone(),
            identifiers: row.identifiers.clone(),
        }
    }
}

/// The journey behind an interaction, as far as somebody may see it (Genesys: journey context).
/// It is set once; another customer who is verified sets it anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShownContext {
    /// How the interaction came to be this customer's.
    pub by: LinkedBy,
    /// The customer at that time. Hidden without [`Customer`](super::JourneyRight::Customer).
    pub customer: Gated<CustomerId>,
    /// The kind of the identifier by which they were known. Hidden like the customer.
    pub identifier: Gated<Option<IdentifierKind>>,
    /// The session from which it came.
    pub session: Option<SessionId>,
    /// Its type. Hidden without [`SessionType`](super::JourneyRight::SessionType).
    pub session_type: Gated<Option<Key>>,
    /// The action map that was offered, in its version, with the offer.
    pub map: Option<MapVersion>,
}

/// The journey of a customer, made for one viewer: what they may not see is not in it, and cannot
/// be guessed from it.
///
/// A screen needs nothing else: half and full size, which cards are open, copying and clicking are
/// the screen's own. What happens after the view was made comes by deltas ([`Journeys::changes`])
/// and is [folded](Self::fold) into it. Who gains or loses a permission, or whose interaction is
/// another's from now on, needs a view made anew.
///
/// ```
/// use strowger::journey::*;
/// use strowger::prelude::*;
///
/// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
/// let mut log = JourneyLog::default();
/// let config = JourneyConfig::default().with_tracked(["store.test".into()]);
/// let mut journeys = Journeys::new(config, at(0), &mut log)?;
/// let cookie = Identifier::cookie("c-81");
/// let page = VisitorEvent::page_viewed("https://www.store.test/chairs", "Chairs");
/// journeys.execute(at(10), Track::new(cookie.clone(), page), &mut log)?;
/// let customer = journeys.customers_of(&cookie).next().unwrap().id;
///
/// // A supervisor who may not see journey maps looks at the visitor.
/// let rights = JourneyRights::ALL.without(JourneyRight::Event);
/// let viewer = JourneyViewer::new(AgentId::from_raw(0), rights);
/// let records: Option<&strowger::interaction::Records> = None;
/// let page = PageRequest::default();
/// let mut view = journeys.view_customer(records, &viewer, customer, page)?;
/// let cards = view.cards.shown().unwrap();
/// assert_eq!(&*cards.items[0].title, "www.store.test");
/// assert_eq!(cards.items[0].map, Gated::Hidden { missing: JourneyRight::Event });
///
/// // The visitor searches; the screen is told.
/// let search = VisitorEvent::searched("oak");
/// journeys.execute(at(20), Track::new(cookie, search), &mut log)?;
/// for delta in journeys.changes_of_customer(records, &viewer, customer, view.as_of.seq)? {
///     assert!(view.fold(&delta));
/// }
/// assert_eq!(&*view.cards.shown().unwrap().items[0].searches[0].term, "oak");
/// # Ok::<(), JourneyRefusal>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JourneyView {
    /// Whether the organisation has the feature.
    pub feature: JourneyFeature,
    /// True if an agent, or the host, verified the contact of the interaction. False for the view
    /// of a customer without an interaction.
    pub verified: bool,
    /// Who the customer is; none if nobody knows, as of a call whose contact is not verified.
    /// Hidden without [`Customer`](super::JourneyRight::Customer).
    pub customer: Gated<Option<CustomerBlock>>,
    /// The journey behind the interaction, if there is one. Hidden without
    /// [`Session`](super::JourneyRight::Session).
    pub context: Gated<Option<ShownContext>>,
    /// The cards, newest start first. Hidden without [`Session`](super::JourneyRight::Session).
    /// Without [`Customer`](super::JourneyRight::Customer) that of the session from which the
    /// interaction came is the only one; where there is no interaction they are hidden.
    pub cards: Gated<Page<Card>>,
    /// Hidden without [`Customer`](super::JourneyRight::Customer): then there may be more cards,
    /// whether there are any or not.
    pub history: Gated<()>,
    /// How far it has come.
    pub as_of: AsOf,
}

/// Whose journey somebody looks at, and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regarded<'a> {
    /// The customer as they were named.
    pub(crate) named: Option<CustomerId>,
    /// Who stands for them.
    pub(crate) head: Option<&'a Customer>,
    /// The interaction, and its link if it has one.
    pub(crate) interaction: Option<(InteractionId, Option<&'a Linked>)>,
}

impl<'a> Regarded<'a> {
    pub(crate) fn link(self) -> Option<&'a Linked> {
        self.interaction.and_then(|(_, link)| link)
    }

    /// The session from which the interaction came, if there is an interaction.
    pub(crate) fn from(self) -> Option<Option<SessionId>> {
        let (_, link) = self.interaction?;
        Some(link.and_then(|row| row.link.context.session.as_ref()).map(|(id, _)| *id))
    }
}

impl Eye<'_> {
    pub(crate) fn customer(self, subject: Regarded<'_>) -> Gated<Option<CustomerBlock>> {
        self.rights.gate(JourneyRight::Customer, || subject.head.map(CustomerBlock::of))
    }

    fn context(self, subject: Regarded<'_>) -> Gated<Option<ShownContext>> {
        self.rights.gate(JourneyRight::Session, || {
            let link = &subject.link()?.link;
            let context = &link.context;
            let (session, kind) = context.session.clone().unzip();
            Some(ShownContext {
                by: link.by.clone(),
                customer: self.rights.gate(JourneyRight::Customer, || context.customer),
                identifier: self.rights.gate(JourneyRight::Customer, || context.identifier),
                session,
                session_type: self.rights.gate(JourneyRight::SessionType, || kind),
                map: context.map.clone(),
            })
        })
    }
}

impl Journeys {
    pub(crate) const fn eye(&self, viewer: &JourneyViewer) -> Eye<'_> {
        Eye { store: &self.store, rights: viewer.rights }
    }

    pub(crate) const fn as_of(&self, seq: u64) -> AsOf {
        AsOf { seq, at: self.followed.latest }
    }

    /// What an interaction shows to somebody who takes part in it.
    pub(crate) fn subject_of<P: ProfileStore>(
        &self,
        records: &Records<P>,
        interaction: InteractionId,
    ) -> Result<Regarded<'_>, JourneyRefusal> {
        if records.interaction(interaction).is_none() {
            return Err(match records.was_opened(interaction) {
                true => JourneyRefusal::InteractionArchived { interaction },
                false => JourneyRefusal::Unknown { what: JourneyEntity::Interaction(interaction) },
            });
        }
        let link = self.store.rows.links.get(&interaction);
        let named = link.map(|row| row.link.customer);
        let head = named.and_then(|id| self.store.customer(self.store.head_of(id)));
        Ok(Regarded { named, head, interaction: Some((interaction, link)) })
    }

    /// Refuses whoever neither has an interaction nor takes part in it.
    pub(crate) fn check_view<P: ProfileStore>(
        records: &Records<P>,
        viewer: &JourneyViewer,
        interaction: InteractionId,
    ) -> Result<(), JourneyRefusal> {
        let row = records.interaction(interaction);
        match row.and_then(|row| part_of(row, viewer.agent)) {
            Some(true) => Ok(()),
            _ => Err(JourneyRefusal::NotYours { interaction }),
        }
    }

    pub(crate) fn subject_of_customer(
        &self,
        customer: CustomerId,
    ) -> Result<Regarded<'_>, JourneyRefusal> {
        let head = Some(self.store.known_head(customer)?);
        Ok(Regarded { named: Some(customer), head, interaction: None })
    }

    /// The journey behind an interaction, for an agent who has it or takes part in it, with that
    /// agent's permissions: from acceptance on, until they are done with it. After a transfer the
    /// next agent sees what that agent may see.
    ///
    /// Of a telephone call whose contact nobody verified it is empty.
    ///
    /// # Errors
    /// `Unknown` and `InteractionArchived`; `Invalid` for a page of another size than 1 to 100;
    /// `NotYours` before the agent has it, also while it rings, and for everybody else.
    pub fn view<P: ProfileStore>(
        &self,
        records: &Records<P>,
        viewer: &JourneyViewer,
        interaction: InteractionId,
        page: PageRequest,
    ) -> Result<JourneyView, JourneyRefusal> {
        let subject = self.subject_of(records, interaction)?;
        page.size(self.config().page_size)?;
        Self::check_view(records, viewer, interaction)?;
        self.view_of(Some(records), viewer, subject, page)
    }

    /// The journey of a customer whom nobody has yet, for the list of who is live and for
    /// supervisors: the same value, by the same permissions. With records it has the cards of
    /// conversations; without them those of conversations that were archived.
    ///
    /// # Errors
    /// `Unknown` and `Forgotten`; `Invalid` for a page of another size than 1 to 100.
    pub fn view_customer<P: ProfileStore>(
        &self,
        records: Option<&Records<P>>,
        viewer: &JourneyViewer,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<JourneyView, JourneyRefusal> {
        let subject = self.subject_of_customer(customer)?;
        self.view_of(records, viewer, subject, page)
    }

    fn view_of<P: ProfileStore>(
        &self,
        records: Option<&Records<P>>,
        viewer: &JourneyViewer,
        subject: Regarded<'_>,
        page: PageRequest,
    ) -> Result<JourneyView, JourneyRefusal> {
        let size = page.size(self.config().page_size)?;
        let (eye, read) = (self.eye(viewer), reader(records));
        Ok(JourneyView {
            feature: match self.config().licensed {
                true => JourneyFeature::Available,
                false => JourneyFeature::NotLicensed,
            },
            verified: subject.link().is_some_and(|row| row.link.verified),
            customer: eye.customer(subject),
            context: eye.context(subject),
            cards: eye.reach(subject.from(), subject.head, |reach| {
                eye.page(reach, &read, size, page.after)
            }),
            history: eye.rights.gate(JourneyRight::Customer, || ()),
            as_of: self.as_of(self.store.rows.seq),
        })
    }
}
