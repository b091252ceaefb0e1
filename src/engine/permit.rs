//! May this actor give this command? Asked once, before anything else of the command is.

use crate::base::key::Key;
use crate::command::actor::{Actor, ActorKind, Permission};
use crate::command::commands::{Command, CommandName};
use crate::command::permission::Subject;
use crate::command::refusal::Refusal;
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, Entity, OfferId, WorkId};
use crate::model::work::WorkRequest;
use crate::world::rows::Work;
use crate::world::state::World;

/// What a piece of work is to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The agent does not see it.
    Hidden,
    /// The agent sees it. It is somebody else's, or nobody's.
    Seen {
        /// Whose it is.
        owner: Option<AgentId>,
    },
    /// The agent takes part in it as a consultant or conferee.
    TakesPart {
        /// Whose it is.
        owner: Option<AgentId>,
    },
    /// The agent has it, or had it last before it was over.
    Owned,
}

/// Refuses a command that its actor may not give: because such commands are not for them, because
/// what it names does not exist for them, or because it is another's.
pub(crate) fn check(world: &World, actor: &Actor, command: &Command) -> Result<(), Refusal> {
    if *actor == Actor::Host {
        return Ok(());
    }
    check_actor(world, actor)?;
    let name = command.name();
    let refused = || Refusal::NotAllowed { actor: actor.clone(), command: name };
    let subject = command.subject();
    let permission = permission(world, actor.kind(), name, subject);
    if permission == Permission::No {
        return Err(refused());
    }
    match actor {
        Actor::Agent(me) => by_agent(world, *me, permission, subject, refused),
        Actor::Customer(key) => by_customer(world, key.as_ref(), subject, refused),
        Actor::Host | Actor::Administrator(_) | Actor::Supervisor(_) => Ok(()),
    }
}

/// What an actor may do with a command here: agents may assign if the host says so, and cancel what
/// stands for their work.
fn permission(world: &World, kind: ActorKind, name: CommandName, subject: Subject) -> Permission {
    match (kind, name) {
        (ActorKind::Agent, CommandName::Assign) if world.stores().config.agents_assign => {
            Permission::Seen
        }
        (ActorKind::Agent, CommandName::Cancel)
            if subject.work.is_some_and(|work| stands_or_stood(world, work)) =>
        {
            Permission::Theirs
        }
        _ => name.permission(kind),
    }
}

/// True if work stands for other work, or may have stood for it before it was over.
fn stands_or_stood(world: &World, id: WorkId) -> bool {
    let ended = world.stores().ended_works.get(id);
    world.stand_in(id).is_some() || ended.is_some_and(|ended| ended.submitted.internal)
}

fn by_agent(
    world: &World,
    me: AgentId,
    permission: Permission,
    subject: Subject,
    refused: impl Fn() -> Refusal,
) -> Result<(), Refusal> {
    let another = subject.agent.is_some_and(|agent| agent != me);
    if permission == Permission::Themselves && another
        || subject.acts.is_some_and(|acts| acts != ActorKind::Agent)
    {
        return Err(refused());
    }
    if let Some(offer) = subject.offer {
        return check_offer(world, me, offer);
    }
    let Some(work) = subject.work else { return Ok(()) };
    let hidden = Err(Refusal::Unknown { entity: work.into() });
    match (sight(world, me, work), permission) {
        (Sight::Hidden, _) => hidden,
        (Sight::Owned, _) | (_, Permission::Themselves | Permission::Seen) => Ok(()),
        // Whoever takes part speaks for themselves: another's part is the owner's to end.
        (Sight::TakesPart { .. }, _) if !another => Ok(()),
        // A leg that is requested or supervises is ended by its own agent.
        (Sight::Seen { .. }, _) if subject.agent == Some(me) => Ok(()),
        (Sight::Seen { owner } | Sight::TakesPart { owner }, _) => {
            Err(Refusal::NotYours { work, owner })
        }
    }
}

/// True if there is such work for an actor: it is open, or over and remembered, and they may know
/// of it. The same as for commands, which meet a thing that is not there otherwise.
pub(crate) fn sees(world: &World, actor: &Actor, id: WorkId) -> bool {
    let request = submitted(world, id);
    match actor {
        Actor::Host | Actor::Supervisor(_) | Actor::Customer(None) => request.is_some(),
        Actor::Administrator(_) => false,
        Actor::Agent(me) => sight(world, *me, id) != Sight::Hidden,
        Actor::Customer(Some(key)) => request.is_some_and(|it| it.customer.as_ref() == Some(key)),
    }
}

/// What was submitted, of work that is open, or over and remembered.
fn submitted(world: &World, id: WorkId) -> Option<&WorkRequest> {
    let open = world.work(id).ok().map(|row| &*row.request);
    open.or_else(|| world.stores().ended_works.get(id).map(|ended| &*ended.submitted))
}

/// Refuses an actor who cannot be: an agent who is not there, a key that no host gives.
pub(crate) fn check_actor(world: &World, actor: &Actor) -> Result<(), Refusal> {
    actor.check()?;
    match actor {
        Actor::Agent(agent) => check_agent(world, *agent),
        _ => Ok(()),
    }
}

/// Refuses an agent who was never defined or is retired: nobody speaks in their name.
pub(crate) fn check_agent(world: &World, id: AgentId) -> Result<(), Refusal> {
    let entity = Entity::from(id);
    match world.entry::<AgentProfile>(id) {
        Err(_) => Err(Refusal::Unknown { entity }),
        Ok(entry) if entry.retired => Err(Refusal::Retired { entity }),
        Ok(_) => Ok(()),
    }
}

/// Refuses an offer that is or was made to somebody else.
fn check_offer(world: &World, me: AgentId, id: OfferId) -> Result<(), Refusal> {
    let unknown = || Err(Refusal::Unknown { entity: id.into() });
    match world.offer(id) {
        Ok(offer) if offer.agent == me => Ok(()),
        Ok(offer) => match sight(world, me, offer.work) {
            Sight::Hidden => unknown(),
            // What stands for their work is nobody's yet.
            Sight::Owned => {
                let owner = world.work(offer.work).ok().and_then(|row| row.stage.owner());
                Err(Refusal::NotYours { work: offer.work, owner })
            }
            Sight::Seen { owner } | Sight::TakesPart { owner } => {
                Err(Refusal::NotYours { work: offer.work, owner })
            }
        },
        Err(_) => match world.stores().ended_offers.get(id) {
            Some(ended) if ended.agent == me => Ok(()),
            _ => unknown(),
        },
    }
}

/// What a piece of work is to an agent.
pub(crate) fn sight(world: &World, me: AgentId, id: WorkId) -> Sight {
    let Ok(agent) = world.agent(me) else { return Sight::Hidden };
    let is_member = |queue, channel| agent.member(queue, channel).is_some();
    let Ok(work) = world.work(id) else {
        return match world.stores().ended_works.get(id) {
            Some(ended) if ended.owner == Some(me) => Sight::Owned,
            Some(ended) if is_member(ended.submitted.queue, ended.submitted.channel) => {
                Sight::Seen { owner: ended.owner }
            }
            // Who still wraps up work of which another was the last owner.
            _ if agent.assignment(id).is_some() => Sight::Seen { owner: None },
            _ => Sight::Hidden,
        };
    };
    let owner = work.stage.owner();
    if owner == Some(me) || world.stands_for_agent(id) == Some(me) {
        return Sight::Owned;
    }
    match agent.leg(id) {
        Some(leg) if leg.occupies() => Sight::TakesPart { owner },
        Some(_) => Sight::Seen { owner },
        None if is_concerned(world, work, me)
            || agent.assignment(id).is_some()
            || is_member(work.queue, work.request.channel) =>
        {
            Sight::Seen { owner }
        }
        None => Sight::Hidden,
    }
}

/// True if work is offered to an agent, or if they took part in it.
fn is_concerned(world: &World, work: &Work, me: AgentId) -> bool {
    let mut offers = work.open_offers();
    offers.any(|offer| world.offer(offer).is_ok_and(|offer| offer.agent == me))
        || work.past_legs.iter().any(|past| past.agent == me)
}

/// Refuses a customer the work of others, as if there were none.
fn by_customer(
    world: &World,
    key: Option<&Key>,
    subject: Subject,
    refused: impl Fn() -> Refusal,
) -> Result<(), Refusal> {
    if subject.acts.is_some_and(|acts| acts != ActorKind::Customer) {
        return Err(refused());
    }
    let (Some(key), Some(work)) = (key, subject.work) else { return Ok(()) };
    if submitted(world, work).is_some_and(|request| request.customer.as_ref() == Some(key)) {
        return Ok(());
    }
    Err(Refusal::Unknown { entity: work.into() })
}
