//! Why a piece of work is not offered to an agent.

use alloc::vec::Vec;

use crate::base::time::Timestamp;
use crate::command::refusal::StageName;
use crate::model::ids::AgentId;
use crate::policy::choice::AgentKey;
use crate::policy::offering::Bar;
use crate::policy::shortfall::shortfalls;
use crate::policy::{fit, relaxation};
use crate::state::assignment::AssignmentState;
use crate::state::work::Stage;
use crate::world::state::World;

use crate::engine::explain::case::Case;
use crate::engine::explain::{Gate, KeptBy, Obstacle, PairExplanation, Standing};

impl Case<'_> {
    /// Why it is not offered to an agent; nothing if there is no such agent.
    pub(crate) fn pair(self, agent: AgentId) -> Option<PairExplanation> {
        self.matching.world.agent(agent).ok()?;
        let obstacles = self.obstacles(agent);
        let asked = obstacles.iter().find_map(|obstacle| match obstacle.kept_by {
            KeptBy::Rings { offer } => Some(Standing::Asked { offer }),
            KeptBy::Has { .. } | KeptBy::TakesPart { .. } => Some(Standing::His),
            _ => None,
        });
        let standing = match asked {
            Some(standing) => standing,
            None if obstacles.is_empty() => self.place_of(agent),
            None => Standing::Kept,
        };
        Some(PairExplanation { work: self.id, agent, standing, obstacles })
    }

    /// The place of an agent among all who could have it.
    fn place_of(self, agent: AgentId) -> Standing {
        let mut keys: Vec<AgentKey> = self.matching.candidates(self.id, self.work).collect();
        keys.sort_unstable();
        let before = keys.iter().take_while(|key| key.agent != agent);
        let (count, behind) = before
            .fold((0_u32, None), |(count, _), key| (count.saturating_add(1), Some(key.agent)));
        Standing::Candidate { place: count.saturating_add(1), behind }
    }

    /// All that stands between it and an agent.
    fn obstacles(self, agent: AgentId) -> Vec<Obstacle> {
        let right = self.right(agent);
        let mut found = Vec::new();
        // What it takes of him itself is not held against him.
        let his = [Gate::NotHis, Gate::NotRinging];
        let his = !his.into_iter().all(|gate| self.passes(gate, right, agent));
        let told = |gate: &Gate| !his || !matches!(gate, Gate::Room | Gate::Assignments);
        for gate in Gate::ALL.into_iter().filter(told) {
            if !self.passes(gate, right, agent) {
                self.stands(gate, agent, &mut found);
            }
        }
        found
    }

    /// What shuts a gate to an agent.
    fn stands(self, gate: Gate, agent: AgentId, found: &mut Vec<Obstacle>) {
        let Self { matching, id, work, .. } = self;
        let (world, channel) = (matching.world, work.request.channel);
        let Ok(row) = world.agent(agent) else {
            return;
        };
        let lasting = |kept_by| Obstacle { kept_by, until: None };
        match gate {
            Gate::Member => found.push(lasting(KeptBy::NotMember)),
            Gate::InLine => found.push(self.out_of_line()),
            Gate::Preferred => {
                let step = work.step.get().map_or(0, |step| step.number);
                let until = self.named_from(agent).map(|(from, _)| from);
                found.push(Obstacle { kept_by: KeptBy::PreferredFirst { step }, until });
            }
            Gate::OnQueue | Gate::Responding => {
                let away = world.away(agent, channel).into_iter().flatten();
                let here = away.map(KeptBy::Unavailable).filter(|kept_by| kept_by.gate() == gate);
                found.extend(here.map(lasting));
            }
            Gate::Ring => {
                let his = row.membership(work.queue, channel).map_or(0, |terms| terms.ring);
                let until = self.relaxed_when(|past| {
                    let widest = relaxation::ring(work.relaxation(self.queue), past);
                    world.ring_sees(work.queue, his, widest.unwrap_or(0))
                });
                let widest = work.ring(self.queue);
                found.push(Obstacle { kept_by: KeptBy::Ring { his, widest }, until });
            }
            Gate::Delay => {
                let delay =
                    row.membership(work.queue, channel).map_or_else(Default::default, |t| t.delay);
                let until = Some(work.entered + delay);
                found.push(Obstacle { kept_by: KeptBy::Delay { delay }, until });
            }
            Gate::Need => found.extend(self.unfit(agent)),
            Gate::Room => {
                let full = matching.room(work, agent).err();
                found.extend(full.map(|full| lasting(KeptBy::NoRoom(full))));
            }
            Gate::Shift => {
                let ends = row.shift_end.get().zip(self.queue.shift_left_min);
                found.extend(ends.map(|(end, least)| lasting(KeptBy::Shift { end, least })));
            }
            Gate::NotDeclined => {
                let his = work.declines.iter().find(|decline| decline.agent == agent);
                found.extend(his.map(|decline| Obstacle {
                    kept_by: KeptBy::Declined { bar: decline.bar, times: decline.count },
                    until: match decline.bar {
                        Bar::Until(until) => Some(until.min(work.retry.get().unwrap_or(until))),
                        Bar::None | Bar::Always | Bar::Session(_) => work.retry.get(),
                    },
                }));
            }
            Gate::NotHis => {
                let has = row.assignment(id).map(|assignment| assignment.state);
                found.extend(has.map(|state| Obstacle {
                    kept_by: KeptBy::Has { state },
                    until: state.deadline().map(|deadline| deadline.at),
                }));
                let leg = row.leg(id).map(|leg| KeptBy::TakesPart { role: leg.role });
                found.extend(leg.map(lasting));
            }
            Gate::NotRinging => {
                let offer = world.rings_at(id, agent);
                found.extend(offer.map(|offer| {
                    let state = world.offer(offer).ok().and_then(|offer| offer.state.deadline());
                    let until = state.map(|deadline| deadline.at);
                    Obstacle { kept_by: KeptBy::Rings { offer }, until }
                }));
            }
            Gate::Assignments => {
                let most = world.stores().config.limits.assignments;
                found.push(lasting(KeptBy::Assignments { most }));
            }
            Gate::Enough => {
                let few = matching.too_few(id, work);
                found.extend(few.map(|(able, least)| lasting(KeptBy::TooFew { able, least })));
            }
            Gate::Ramp => {
                let until = matching.ramp_until(work.queue, self.queue);
                let offers = self.queue.ramp.map_or(0, |ramp| ramp.offers);
                found.extend(until.map(|until| Obstacle {
                    kept_by: KeptBy::Ramp { offers },
                    until: Some(until),
                }));
            }
            Gate::External => found.push(lasting(KeptBy::External)),
        }
    }

    fn unfit(self, agent: AgentId) -> Option<Obstacle> {
        let Self { matching, work, queue, .. } = self;
        let profile = matching.world.agent_profile(agent).ok()?;
        let need = matching.world.stores().needs.get(work.need)?;
        let until = self.relaxed_when(|past| {
            let need = relaxation::need(&work.request.need, work.relaxation(queue), past);
            fit::fits(&need, profile)
        });
        Some(Obstacle { kept_by: KeptBy::Need(shortfalls(need, profile)), until })
    }

    /// Why nobody at all is asked for it.
    fn out_of_line(self) -> Obstacle {
        let until = match self.work.stage {
            Stage::Queued => {
                return Obstacle { kept_by: KeptBy::Pause, until: self.work.retry.get() };
            }
            Stage::Offered { .. } => self.rings_until(),
            Stage::Scheduled { at, activation: false } => Some(at),
            Stage::Scheduled { .. }
            | Stage::Assigned { .. }
            | Stage::Parked { .. }
            | Stage::WrapUp { .. }
            | Stage::Closed { .. }
            | Stage::Suspended => None,
        };
        let name = stage_name(self.matching.world, self.id, self.work.stage);
        Obstacle { kept_by: KeptBy::Stage(name), until }
    }

    /// When it will have rung out first.
    pub(super) fn rings_until(self) -> Option<Timestamp> {
        let offers = self.work.ringing();
        let open = offers.filter_map(|offer| self.matching.world.offer(offer).ok());
        open.filter_map(|offer| offer.state.deadline()).map(|deadline| deadline.at).min()
    }
}

fn stage_name(world: &World, id: crate::model::ids::WorkId, stage: Stage) -> StageName {
    match stage {
        Stage::Queued => StageName::Queued,
        Stage::Offered { .. } => StageName::Offered,
        Stage::Assigned { agent } => {
            let his = world.agent(agent).ok().and_then(|agent| agent.assignment(id));
            match his.map(|assignment| assignment.state) {
                Some(AssignmentState::Held) => StageName::Held,
                Some(_) | None => StageName::Active,
            }
        }
        Stage::Parked { .. } => StageName::Parked,
        Stage::WrapUp { .. } | Stage::Closed { .. } => StageName::WrapUp,
        Stage::Scheduled { .. } => StageName::Scheduled,
        Stage::Suspended => StageName::Suspended,
    }
}
