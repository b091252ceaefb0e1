//! What an agent is shown: previews, where a call can go, and who takes part in it.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::engine::core::Engine;
use crate::engine::view::View;
use crate::interaction::{InteractionId, ProfileStore, Records};
use crate::model::ids::{AgentId, OfferId, WorkId};
use crate::state::leg::{LegRole, LegState};
use crate::state::offer::OfferState;
use crate::world::rows::Offer;

use crate::knowledge::command::Escalate;
use crate::knowledge::ends::How;
use crate::knowledge::layer::Knowledge;
use crate::knowledge::named::stands;
use crate::knowledge::point::{RoutingPoint, Target, UserData, in_a_few_words};
use crate::knowledge::rows::{Destination, Session};
use crate::knowledge::store::InLineFor;

/// By what way somebody is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PreviewMedia {
    /// In writing.
    Message,
    /// For a call.
    Voice,
}

/// What a card lets its agent answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Button {
    /// [`Accept`](crate::command::Accept).
    Accept,
    /// [`Reject`](crate::command::Reject).
    Decline,
}

/// What rings at an agent because of a routing point (Genesys: interaction preview). It is an
/// offer, and answered as one.
///
/// ```
/// use strowger::knowledge::{Button, PreviewCard};
///
/// fn may_decline(card: &PreviewCard) -> bool {
///     card.buttons.contains(&Button::Decline)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PreviewCard {
    /// The offer.
    pub preview: OfferId,
    /// The agent who asks, or who has the call.
    pub from: AgentId,
    /// By what way.
    pub media: PreviewMedia,
    /// The number at which they ask.
    pub point: Key,
    /// The interaction it is about; of a call the call itself.
    pub about: Option<InteractionId>,
    /// Its number.
    pub about_number: Option<Box<str>>,
    /// In a few words what it is about.
    pub notes: Box<str>,
    /// The user data, without those that no card shows.
    pub user_data: UserData,
    /// Since when it rings.
    pub since: Timestamp,
    /// When it is over; `None`: it rings until it is answered.
    pub until: Option<Timestamp>,
    /// How much time is left.
    pub remaining: Option<Span>,
    /// What may be answered.
    pub buttons: Vec<Button>,
    /// How many others are asked at the same time.
    pub others: u32,
}

/// Where an agent can bring a call: to whoever helps them in writing.
///
/// ```
/// use strowger::interaction::InteractionId;
/// use strowger::knowledge::{Escalate, How, TransferTarget};
///
/// fn chosen(target: TransferTarget, call: InteractionId) -> Escalate {
///     target.escalate(call, How::Conference)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TransferTarget {
    /// Where.
    #[serde(flatten)]
    pub to: Destination,
    /// The worker who sits there; `None`: the user data name the worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// The user data that go along.
    #[serde(skip_serializing_if = "UserData::is_empty")]
    pub user_data: UserData,
}

impl TransferTarget {
    /// The command that brings a call there.
    #[must_use]
    pub fn escalate(self, interaction: InteractionId, how: How) -> Escalate {
        Escalate::new(interaction, self.to, how).with_user_data(self.user_data)
    }
}

/// Who talks in a call. Supervisors who listen are not among them.
///
/// ```
/// use strowger::knowledge::CallParty;
///
/// fn is_conference(parties: &[CallParty]) -> bool {
///     parties.iter().any(|party| matches!(party, CallParty::Conferee(_)))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallParty {
    /// The customer.
    Customer,
    /// The agent who has the call.
    Owner(AgentId),
    /// An agent who talks with the owner alone.
    Consultant(AgentId),
    /// An agent who talks with the owner and the customer.
    Conferee(AgentId),
}

impl Destination {
    /// The number.
    #[must_use]
    pub const fn dn(&self) -> &Key {
        match self {
            Self::Seat { dn } | Self::Point { dn } => dn,
        }
    }
}

/// The cards of an agent, the oldest first.
pub(crate) fn cards<P: ProfileStore>(
    layer: &Knowledge,
    view: View<'_>,
    records: Option<&Records<P>>,
    agent: AgentId,
    now: Timestamp,
) -> Vec<PreviewCard> {
    let offers = view.agent(agent).into_iter().flat_map(|agent| agent.offers());
    let cards = offers.filter_map(|id| card(layer, records, *id, view.offer(*id)?, now));
    let mut cards: Vec<_> = cards.collect();
    cards.sort_by_key(|card| (card.since, card.preview));
    cards
}

fn card<P: ProfileStore>(
    layer: &Knowledge,
    records: Option<&Records<P>>,
    preview: OfferId,
    offer: &Offer,
    now: Timestamp,
) -> Option<PreviewCard> {
    let until = match offer.state {
        OfferState::Open { until } => until,
        OfferState::Over(_) => return None,
    };
    if until.is_some_and(|until| until <= now) {
        return None;
    }
    let asking = layer.store.asking(offer.work)?;
    let (from, media, point, about, data) = match layer.store.purpose(offer.work)? {
        InLineFor::Session(id) => {
            let session = layer.session(id)?;
            let Session { asker, about, user_data, .. } = session;
            (*asker, PreviewMedia::Message, &session.point, *about, user_data)
        }
        InLineFor::Call(id) => {
            let row = layer.escalation(id)?;
            (row.owner, PreviewMedia::Voice, row.to.dn(), Some(id), &row.user_data)
        }
    };
    // What is attached to a call is shown at once; what the command says of it wins.
    let of_call = about.filter(|_| media == PreviewMedia::Voice);
    let mut all = of_call.and_then(|id| layer.user_data(id)).cloned().unwrap_or_default();
    all.extend(data.clone());
    let hidden = &layer.config().hidden;
    all.retain(|name, _| !hidden.contains(name));
    let number = about.and_then(|id| Some(records?.interaction(id)?.number.clone()));
    let buttons = match asking.may_decline {
        true => vec![Button::Accept, Button::Decline],
        false => vec![Button::Accept],
    };
    Some(PreviewCard {
        preview,
        from,
        media,
        point: point.clone(),
        about,
        about_number: number,
        notes: in_a_few_words(&all, point),
        user_data: all,
        since: offer.since,
        until,
        remaining: until.map(|until| until.since(now)),
        buttons,
        others: others(layer, offer.work),
    })
}

/// How many others are asked for the same work.
fn others(layer: &Knowledge, work: WorkId) -> u32 {
    let asked = layer.store.offers_of(work).count();
    u32::try_from(asked.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// Where an agent can bring a call that they have: to those with whom they write about it.
pub(crate) fn transfer_targets<P: ProfileStore>(
    layer: &Knowledge,
    view: View<'_>,
    records: &Records<P>,
    agent: AgentId,
    call: InteractionId,
) -> Vec<TransferTarget> {
    let work = records.interaction(call).and_then(|row| row.work);
    let owner = work.and_then(|work| view.work(work)?.stage().handler());
    if owner != Some(agent) {
        return Vec::new();
    }
    let mut targets = Vec::new();
    let takes_part = |helper| {
        let work = work.and_then(|work| view.work(work));
        work.is_some_and(|work| work.legs().any(|leg| leg.agent == helper))
    };
    let reaches = |point: &RoutingPoint| point.queue.is_some_and(|queue| stands(view, queue));
    for (_, session) in layer.about(call).filter(|(_, session)| session.asker == agent) {
        let Some(helper) = session.live_with().filter(|helper| !takes_part(*helper)) else {
            continue;
        };
        let Some(worker) = layer.worker(helper) else { continue };
        if let Some(dn) = worker.seat.clone() {
            let (to, agent) = (Destination::Seat { dn }, Some(helper));
            targets.push(TransferTarget { to, agent, user_data: UserData::new() });
        }
        let Some(key) = view.agent(helper).map(|agent| agent.key()) else { continue };
        for (dn, point) in layer.store.by_name().filter(|(_, point)| reaches(point)) {
            if let Target::Particular { key: pair, .. } = &point.target {
                let user_data = [(pair.clone(), Box::from(&**key))].into();
                let to = Destination::Point { dn: dn.clone() };
                targets.push(TransferTarget { to, agent: None, user_data });
            }
        }
    }
    targets
}

/// Who talks in a call.
pub(crate) fn parties<P: ProfileStore>(
    engine: &Engine,
    records: &Records<P>,
    call: InteractionId,
) -> Vec<CallParty> {
    let view = engine.view();
    let work = records.interaction(call).and_then(|row| view.work(row.work?));
    let Some((work, owner)) = work.and_then(|work| Some((work, work.stage().handler()?))) else {
        return Vec::new();
    };
    let mut parties = vec![CallParty::Customer, CallParty::Owner(owner)];
    let joined = work.legs().filter(|leg| leg.state == LegState::Joined);
    parties.extend(joined.filter_map(|leg| match leg.role {
        LegRole::Consultant => Some(CallParty::Consultant(leg.agent)),
        LegRole::Conferee => Some(CallParty::Conferee(leg.agent)),
        _ => None,
    }));
    parties
}
