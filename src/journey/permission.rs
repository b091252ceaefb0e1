//! What each kind of actor may do with each command of this layer, and whether this one may.

use alloc::string::ToString;

use crate::command::actor::{Actor, ActorKind, Permission};
use crate::interaction::{Interaction, InteractionId, ProfileStore, Records};
use crate::model::ids::AgentId;

use crate::journey::command::{JourneyCommand, JourneyCommandName};
use crate::journey::identifier::{Identifier, Proof};
use crate::journey::ids::WebOfferId;
use crate::journey::journeys::Journeys;
use crate::journey::refusal::{JourneyEntity, JourneyRefusal};

impl JourneyCommandName {
    /// What an actor of this kind may do with the command.
    ///
    #[doc = include_str!("../../tests/tables/journey_permissions.txt")]
    ///
    /// A customer is known by the value of an identifier, such as their cookie: they track,
    /// identify, sign out, leave and answer for themselves alone; that it is proved who they are,
    /// or which contact they are, they cannot say. An agent verifies the contact of
    /// an interaction that they have or take part in. What is defined an administrator may define.
    #[must_use]
    pub const fn permission(self, kind: ActorKind) -> Permission {
        use Permission::{All, No, Theirs, Themselves};
        let (administrator, agent, customer) = match self {
            Self::ConfigureJourneys
            | Self::SetSegment
            | Self::RemoveSegment
            | Self::SetOutcome
            | Self::RemoveOutcome
            | Self::SetActionMap
            | Self::RemoveActionMap
            | Self::SetTarget
            | Self::RemoveTarget => (All, No, No),
            Self::Track | Self::Identify | Self::SignOut | Self::Leave => (No, No, Themselves),
            Self::Answer => (No, No, Theirs),
            Self::VerifyContact => (No, Theirs, No),
            // What the host alone does: for its models, its screens, its storage, or the law.
            Self::Match
            | Self::Unmatch
            | Self::Score
            | Self::Achieve
            | Self::SetTargetCounts
            | Self::Evaluate
            | Self::FailOffer
            | Self::LinkInteraction
            | Self::ImportSession
            | Self::ArchiveSessions
            | Self::EraseCustomer => (No, No, No),
        };
        match kind {
            ActorKind::Host => All,
            ActorKind::Administrator => administrator,
            ActorKind::Supervisor => No,
            ActorKind::Agent => agent,
            ActorKind::Customer => customer,
        }
    }
}

impl JourneyCommand {
    /// The identifier in whose name it is given.
    const fn visitor(&self) -> Option<&Identifier> {
        match self {
            Self::Track(command) => Some(&command.customer),
            Self::Identify(command) => Some(&command.customer),
            Self::SignOut(command) => Some(&command.customer),
            Self::Leave(command) => Some(&command.customer),
            _ => None,
        }
    }

    /// The interaction that must be the actor's, and the agent it names.
    pub(crate) const fn verifies(&self) -> Option<(InteractionId, Option<AgentId>)> {
        match self {
            Self::VerifyContact(command) => Some((command.interaction, command.by)),
            _ => None,
        }
    }
}

impl Journeys {
    /// Refuses an actor a command that is not theirs to give, as far as this layer knows.
    pub(crate) fn check_allowed(
        &self,
        actor: &Actor,
        command: &JourneyCommand,
    ) -> Result<(), JourneyRefusal> {
        let name = command.name();
        let permission = name.permission(actor.kind());
        let allowed = match (permission, actor, command.visitor()) {
            (Permission::No, ..) => false,
            (Permission::Themselves, Actor::Customer(key), Some(visitor)) => {
                // Without a key the host knows the customer by their session alone.
                key.as_ref().is_none_or(|key| **key == *visitor.value)
            }
            _ => true,
        };
        if !allowed {
            let command = name.to_string().into();
            return Err(JourneyRefusal::NotAllowed { actor: actor.clone(), command });
        }
        match (actor, command) {
            (Actor::Customer(Some(key)), JourneyCommand::Answer(answer)) => {
                self.check_own_offer(key, answer.offer)
            }
            // They say who they are. That it is proved, or whose contact it is, the host says.
            (Actor::Customer(_), JourneyCommand::Identify(identify))
                if identify.proof != Proof::Claimed || identify.contact.is_some() =>
            {
                let command = name.to_string().into();
                Err(JourneyRefusal::NotAllowed { actor: actor.clone(), command })
            }
            (Actor::Agent(me), command) => match command.verifies() {
                Some((_, Some(agent))) if agent != *me => {
                    let command = name.to_string().into();
                    Err(JourneyRefusal::NotAllowed { actor: actor.clone(), command })
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// To a customer no offer exists that is another's.
    fn check_own_offer(&self, key: &str, id: WebOfferId) -> Result<(), JourneyRefusal> {
        let session = self.offer(id).and_then(|offer| self.session(offer.session));
        match session.is_some_and(|row| *row.identifier.value == *key) {
            true => Ok(()),
            false => Err(JourneyRefusal::Unknown { what: JourneyEntity::Offer(id) }),
        }
    }

    /// The same for journeys that are joined with nothing: who has an interaction they do not know.
    pub(crate) fn permit_alone(
        &self,
        actor: &Actor,
        command: &JourneyCommand,
    ) -> Result<(), JourneyRefusal> {
        if *actor == Actor::Host {
            return Ok(());
        }
        self.check_allowed(actor, command)?;
        match command.verifies() {
            Some(_) => Err(JourneyRefusal::NotJoined),
            None => Ok(()),
        }
    }
}

/// Refuses an agent an interaction that they neither have nor take part in. To somebody who never
/// had part in it, it does not exist.
pub(crate) fn check_part<P: ProfileStore>(
    records: &Records<P>,
    me: AgentId,
    interaction: InteractionId,
) -> Result<(), JourneyRefusal> {
    let what = JourneyEntity::Interaction(interaction);
    let unknown = JourneyRefusal::Unknown { what };
    let row = records.interaction(interaction).ok_or_else(|| unknown.clone())?;
    match part_of(row, me) {
        Some(true) => Ok(()),
        Some(false) => Err(JourneyRefusal::NotYours { interaction }),
        None => Err(unknown),
    }
}

/// Whether an agent has an interaction or takes part in it; false if they did before, or it rings
/// at them; nothing if it is not for them.
pub(crate) fn part_of(row: &Interaction, me: AgentId) -> Option<bool> {
    let (open, ended) = (row.handling.open(), row.handling.ended());
    let wraps_up = row.trailing.iter().any(|(_, agent)| *agent == me);
    if wraps_up || open.iter().any(|segment| segment.part.agent() == Some(me)) {
        return Some(true);
    }
    let rings = row.offers.iter().any(|(_, agent)| *agent == me);
    let had = ended.iter().any(|segment| segment.part.agent() == Some(me));
    (rings || had || row.assigned_to == Some(me)).then_some(false)
}
