//! Deciding what agents say of themselves.

use crate::base::time::Timestamp;
use crate::command::commands::{Heartbeat, SetDraining, SetOwnCall, SetPresence, SetShiftEnd};
use crate::command::refusal::Refusal;
use crate::fact::event::{Event, PresenceSetBy};
use crate::model::agent::AgentProfile;
use crate::model::ids::{AgentId, PresenceId};
use crate::model::presence::{PresenceProfile, SystemPresence};
use crate::state::routing_status::{RoutingStatus, StatusStep};

use crate::engine::alerting;
use crate::engine::run::Run;
use crate::engine::turn::{Halted, Turn};

impl Run for SetPresence {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, presence } = self;
        turn.live::<AgentProfile>(agent)?;
        let opens = turn.live::<PresenceProfile>(presence)?.profile.is_on_queue();
        let lease = lease_from_now(turn, agent, presence)?;
        let row = turn.agent(agent)?;
        let until = row.presence.deadline().map(|deadline| deadline.at);
        if (row.presence.id(), until) != (presence, lease) {
            let by = PresenceSetBy::Command;
            turn.emit(Event::PresenceSet { agent, presence, lease, by })?;
        }
        let row = turn.agent(agent)?;
        if opens && row.status == RoutingStatus::NotResponding {
            let load = row.load();
            turn.step_status(agent, StatusStep::GoOn(load))?;
        }
        Ok(alerting::withdraw_unattended(turn, agent)?)
    }
}

impl Run for Heartbeat {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent } = self;
        turn.live::<AgentProfile>(agent)?;
        let row = turn.agent(agent)?;
        let old = row.presence.deadline().map(|deadline| deadline.at);
        let presence = row.presence.id();
        match lease_from_now(turn, agent, presence)? {
            lease if lease == old => {}
            Some(lease) => turn.emit(Event::AgentHeard { agent, lease })?,
            // Their profile has no lease any more.
            None => turn.emit(Event::PresenceSet {
                agent,
                presence,
                lease: None,
                by: PresenceSetBy::Command,
            })?,
        }
        Ok(())
    }
}

impl Run for SetDraining {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, draining } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.agent(agent)?.draining != draining {
            turn.emit(Event::DrainingSet { agent, draining })?;
        }
        Ok(())
    }
}

impl Run for SetOwnCall {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, active } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.agent(agent)?.own_call != active {
            turn.emit(Event::OwnCallSet { agent, active })?;
            alerting::withdraw_unattended(turn, agent)?;
        }
        Ok(())
    }
}

impl Run for SetShiftEnd {
    type Output = ();

    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, until } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.agent(agent)?.shift_end.get() != until {
            turn.emit(Event::ShiftEndSet { agent, until })?;
        }
        Ok(())
    }
}

/// Until when an agent who takes this presence now is believed to be there.
pub(crate) fn lease_from_now(
    turn: &Turn<'_>,
    agent: AgentId,
    presence: PresenceId,
) -> Result<Option<Timestamp>, Halted> {
    let system = turn.must(turn.world.entry::<PresenceProfile>(presence))?.profile.system;
    let lease = turn.must(turn.world.agent_profile(agent))?.lease;
    let lease = lease.filter(|_| system != SystemPresence::Offline);
    Ok(lease.map(|lease| turn.now + lease))
}

/// The lease of an agent is over: they were not heard of in time.
pub(crate) fn lapse(turn: &mut Turn<'_>, agent: AgentId) -> Result<(), Halted> {
    let (presence, by) = (SystemPresence::Offline.id(), PresenceSetBy::Lease);
    turn.emit(Event::PresenceSet { agent, presence, lease: None, by })?;
    alerting::withdraw_unattended(turn, agent)
}
