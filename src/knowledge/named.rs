//! What this layer names in the engine: whether it is there, and what presences stand for.

use alloc::vec::Vec;

use crate::engine::core::Engine;
use crate::engine::view::View;
use crate::model::ids::{Entity, PresenceId, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::presence::{PresenceProfile, SystemPresence};

use crate::knowledge::config::KnowledgeConfig;
use crate::knowledge::refusal::KnowledgeRefusal;
use crate::knowledge::rows::KnownPresence;

/// The presences that an engine has beside those of the system, and those that were changed.
pub(crate) fn presences_of(view: View<'_>) -> Vec<(PresenceId, KnownPresence)> {
    let usual = |system: &SystemPresence, one: PresenceId, profile: &PresenceProfile| {
        system.id() == one && PresenceProfile::of(*system) == *profile
    };
    let own = view.presences().filter(|one| {
        let mut systems = SystemPresence::ALL.iter();
        !systems.any(|system| usual(system, one.id(), one.profile()))
    });
    own.map(|one| {
        let (key, profile) = (one.key().clone(), one.profile().clone());
        (one.id(), KnownPresence { key, profile })
    })
    .collect()
}

/// True if a queue is there and is not retired.
pub(crate) fn stands(view: View<'_>, queue: QueueId) -> bool {
    view.queue(queue).is_some_and(|queue| !queue.is_retired())
}

/// Refuses something that is not in the engine, or is retired.
pub(crate) fn check_there(there: bool, entity: impl Into<Entity>) -> Result<(), KnowledgeRefusal> {
    let entity = entity.into();
    if there { Ok(()) } else { Err(KnowledgeRefusal::UnknownEntity { entity }) }
}

/// Refuses a configuration that names what is not there, or by which workers who are not ready
/// would be asked: in a presence that opens the channel of messages.
pub(crate) fn check_config(
    engine: &Engine,
    config: &KnowledgeConfig,
) -> Result<(), KnowledgeRefusal> {
    let view = engine.view();
    if let Some(id) = config.im_channel {
        check_there(view.channel(id).is_some_and(|channel| !channel.is_retired()), id)?;
    }
    config.presences.presences().try_for_each(|id| {
        let presence = view.presence(id).filter(|presence| !presence.is_retired());
        check_there(presence.is_some(), id)?;
        let opens = |im| presence.is_some_and(|presence| presence.profile().opens(im));
        match config.im_channel.is_some_and(opens) {
            true => Err(Invalid::new("presences.reasons", Problem::OutOfPlace).into()),
            false => Ok(()),
        }
    })
}
