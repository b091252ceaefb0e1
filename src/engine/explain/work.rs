//! Why a piece of work is where it is.

use alloc::vec::Vec;

use crate::model::ids::AgentId;
use crate::policy::shortfall::mandatory;
use crate::policy::{fit, relaxation};
use crate::state::machine::{Deadline, DeadlineKind};
use crate::state::work::Stage;

use crate::engine::explain::case::{Case, Right};
use crate::engine::explain::{Condition, Gate, Outlook, Passed, WorkExplanation};
use crate::engine::view::View;

/// The gates of a funnel: what concerns each agent first, the work as a whole last. Who has it or
/// is asked does not count among those who have no room.
const FUNNEL: [Gate; 16] = [
    Gate::Member,
    Gate::OnQueue,
    Gate::Responding,
    Gate::Ring,
    Gate::Delay,
    Gate::Need,
    Gate::NotHis,
    Gate::NotRinging,
    Gate::Room,
    Gate::Shift,
    Gate::NotDeclined,
    Gate::Assignments,
    Gate::InLine,
    Gate::Enough,
    Gate::Ramp,
    Gate::External,
];

impl Case<'_> {
    /// Why it is where it is.
    pub(crate) fn explanation(self) -> WorkExplanation {
        let agents = self.concerned();
        WorkExplanation {
            work: self.id,
            queue: self.work.queue,
            stage: self.work.stage,
            position: self.position(),
            outlook: self.outlook(),
            funnel: self.funnel(&agents),
            need: self.conditions(&agents),
            next: self.next(),
        }
    }

    /// Whom it may go to at present: those it waits for by name, or the members of its queue.
    fn concerned(self) -> Vec<AgentId> {
        let mut agents: Vec<_> = if self.work.step.is_some() {
            self.work.preferred().map(|(agent, _)| agent).collect()
        } else {
            let line = self.matching.world.index().line(self.work.queue);
            let channel = self.work.request.channel;
            line.into_iter().flat_map(|line| line.members(channel).all()).collect()
        };
        agents.sort_unstable();
        agents
    }

    fn position(self) -> Option<u32> {
        let view = View::new(self.matching.world, self.matching.now);
        u32::try_from(view.work(self.id)?.position()?).ok()
    }

    fn funnel(self, agents: &[AgentId]) -> Vec<Passed> {
        let mut left: Vec<_> = agents.iter().map(|agent| (*agent, self.right(*agent))).collect();
        let mut pass = |gate| {
            left.retain(|(agent, right)| self.passes(gate, *right, *agent));
            Passed { gate, agents: u32::try_from(left.len()).unwrap_or(u32::MAX) }
        };
        FUNNEL.into_iter().map(&mut pass).collect()
    }

    /// The conditions of the need, with how many of the agents fail each. Who is asked whatever he
    /// can fails none.
    fn conditions(self, agents: &[AgentId]) -> Vec<Condition> {
        let world = self.matching.world;
        let Some(need) = world.stores().needs.get(self.work.need) else {
            return Vec::new();
        };
        let mut conditions: Vec<_> = mandatory(need)
            .into_iter()
            .map(|(path, requirement)| {
                let requirement = requirement.clone();
                Condition { path, requirement, fail: 0, fit_without: 0 }
            })
            .collect();
        for agent in agents {
            let Ok(profile) = world.agent_profile(*agent) else {
                continue;
            };
            let ignored = match self.right(*agent) {
                Right::Member => false,
                Right::Name { terms, .. } => terms.ignore_need,
            };
            let fails =
                |condition: &Condition| !ignored && !fit::holds(&condition.requirement, profile);
            let failed = conditions.iter().filter(|condition| fails(condition)).count();
            for condition in &mut conditions {
                let own = fails(condition);
                condition.fail += u32::from(own);
                condition.fit_without += u32::from(failed == usize::from(own));
            }
        }
        conditions
    }

    /// When something is due for it. What rings will ring out; a wrap-up ends.
    fn next(self) -> Option<Deadline> {
        let world = self.matching.world;
        let ringing = || {
            let at = self.rings_until()?;
            Some(Deadline { at, kind: DeadlineKind::OfferWindow })
        };
        let owner = || {
            let owner = world.agent(self.work.stage.owner()?).ok()?;
            owner.assignment(self.id)?.state.deadline()
        };
        world.work_deadline(self.id).or_else(ringing).or_else(owner)
    }

    /// Whether there is anybody to hope for, among the members and all it asks for by name.
    fn outlook(self) -> Outlook {
        if self.work.stage != Stage::Queued {
            return Outlook::NotWaiting;
        }
        if self.queue.external {
            return Outlook::External;
        }
        let world = self.matching.world;
        let line = world.index().line(self.work.queue);
        let members = line.map(|line| line.members(self.work.request.channel));
        let members = members.into_iter().flat_map(|members| members.all());
        let listed = self.work.request.preferred.iter().filter(|_| self.work.step.is_some());
        let listed = listed.flat_map(|preferred| &preferred.agents).map(|listed| listed.agent);
        let named = self.work.preferred().map(|(agent, _)| agent);
        let mut hopes: Vec<_> = members.chain(listed).chain(named).collect();
        hopes.sort_unstable();
        hopes.dedup();
        let hopes = hopes.into_iter().map(|agent| (agent, self.right(agent)));
        let (able, unfit): (Vec<_>, Vec<_>) = hopes
            .filter(|(agent, right)| self.passes(Gate::Member, *right, *agent))
            .partition(|(agent, right)| self.passes(Gate::Need, *right, *agent));
        if able.is_empty() && unfit.is_empty() {
            return Outlook::NoMembers;
        }
        if able.is_empty() {
            let until = self.relaxed_when(|past| {
                let relaxation = self.work.relaxation(self.queue);
                let need = relaxation::need(&self.work.request.need, relaxation, past);
                let mut profiles =
                    unfit.iter().filter_map(|(agent, _)| world.agent_profile(*agent).ok());
                profiles.any(|profile| fit::fits(&need, profile))
            });
            return Outlook::NobodyFits { until };
        }
        let mut able = able.into_iter();
        if able.any(|(agent, right)| self.passes(Gate::OnQueue, right, agent)) {
            Outlook::Staffed
        } else {
            Outlook::NobodyOnQueue
        }
    }
}
