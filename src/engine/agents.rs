//! Deciding what agents say of themselves.

use crate::command::commands::{Heartbeat, SetDraining, SetOwnCall, SetPresence, SetShiftEnd};
use crate::command::refusal::Refusal;
use crate::fact::event::{Event, PresenceSetBy};
use crate::model::agent::AgentProfile;
use crate::model::presence::PresenceProfile;
use crate::state::routing_status::{RoutingStatus, StatusStep};

use crate::engine::action::sealed::Run;
use crate::engine::turn::Turn;

impl Run for SetPresence {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, presence } = self;
        turn.live::<AgentProfile>(agent)?;
        let opens = turn.live::<PresenceProfile>(presence)?.profile.is_on_queue();
        let lease = turn.lease_for(agent, presence);
        let row = turn.world.agent(agent)?;
        let until = row.presence.deadline().map(|deadline| deadline.at);
        if (row.presence.id(), until) != (presence, lease) {
            let by = PresenceSetBy::Command;
            turn.emit(Event::PresenceSet { agent, presence, lease, by });
        }
        let row = turn.world.agent(agent)?;
        if opens && row.status == RoutingStatus::NotResponding {
            let load = row.load();
            turn.step_status(agent, StatusStep::GoOn(load));
        }
        turn.withdraw_unattended(agent);
        Ok(())
    }
}

impl Run for Heartbeat {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent } = self;
        turn.live::<AgentProfile>(agent)?;
        let row = turn.world.agent(agent)?;
        let old = row.presence.deadline().map(|deadline| deadline.at);
        let presence = row.presence.id();
        match turn.lease_for(agent, presence) {
            lease if lease == old => {}
            Some(lease) => turn.emit(Event::AgentHeard { agent, lease }),
            // His profile has no lease any more.
            None => turn.emit(Event::PresenceSet {
                agent,
                presence,
                lease: None,
                by: PresenceSetBy::Command,
            }),
        }
        Ok(())
    }
}

impl Run for SetDraining {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, draining } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.world.agent(agent)?.draining != draining {
            turn.emit(Event::DrainingSet { agent, draining });
        }
        Ok(())
    }
}

impl Run for SetOwnCall {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, active } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.world.agent(agent)?.own_call != active {
            turn.emit(Event::OwnCallSet { agent, active });
            turn.withdraw_unattended(agent);
        }
        Ok(())
    }
}

impl Run for SetShiftEnd {
    fn run(self, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let Self { agent, until } = self;
        turn.live::<AgentProfile>(agent)?;
        if turn.world.agent(agent)?.shift_end.get() != until {
            turn.emit(Event::ShiftEndSet { agent, until });
        }
        Ok(())
    }
}
