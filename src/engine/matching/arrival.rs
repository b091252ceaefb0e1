//! Whether work that is in no line yet would be offered as soon as it comes, or would wait.
//!
//! It is asked only where a line is full. The row is one that the work would have; nothing of it is
//! in an index, so agents are asked one by one unless other work asked for the same before.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::model::ids::{AgentId, PoolId, WorkId};
use crate::model::need::Need;
use crate::model::queue::QueueProfile;
use crate::policy::fit;
use crate::world::needs::NeedId;
use crate::world::pool_sets::pools_named;
use crate::world::rows::Work;

use crate::engine::matching::case::Waiver;
use crate::engine::matching::given::Matching;
use crate::engine::matching::seek::best_work;
use crate::engine::matching::{agent, item, member, queue, room};

/// Work as it would come into a line.
struct Arrival<'a> {
    matching: Matching<'a>,
    id: WorkId,
    work: &'a Work,
    need: Cow<'a, Need>,
    /// The place of the need, if it has one.
    known: Option<NeedId>,
    pools: Vec<PoolId>,
    /// The work it will stand for, if it does not yet.
    origin: Option<WorkId>,
}

/// True if work would be offered at once in the line that this row of it names: as many agents as
/// the queue asks at least could take it, and nothing that waits could be offered to them. (An
/// agent for whom something waits came free in this very call, and is asked for that.)
pub(crate) fn is_offered_at_once(
    matching: Matching<'_>,
    (id, origin): (WorkId, Option<WorkId>),
    work: &Work,
) -> bool {
    if queue::is_held_back(matching, work.queue) {
        return false;
    }
    let profile = matching.world.queue_profile(work.queue).ok();
    let arrival = profile.and_then(|profile| Arrival::new(matching, (id, origin), work, profile));
    arrival.zip(profile).is_some_and(|(arrival, profile)| {
        let least = usize::from(profile.broadcast.min);
        arrival.takers().take(least).count() >= least
    })
}

impl<'a> Arrival<'a> {
    fn new(
        matching: Matching<'a>,
        (id, origin): (WorkId, Option<WorkId>),
        work: &'a Work,
        profile: &'a QueueProfile,
    ) -> Option<Self> {
        let need = work.need_now(profile);
        let known = matching.world.index().needs.id(&need);
        let channel = matching.world.channel_profile(work.request.channel).ok()?;
        let pools = match origin {
            Some(origin) => {
                matching.world.pools(matching.world.work(origin).ok()?.pool_set).to_vec()
            }
            None => pools_named(&work.request, channel),
        };
        Some(Self { matching, id, work, need, known, pools, origin })
    }

    /// The agents who would be asked.
    fn takers(&self) -> impl Iterator<Item = AgentId> + '_ {
        let named = self.work.preferred().map(|(agent, _)| agent);
        let named = named.filter(|agent| self.takes(*agent, Waiver::by_name(self.work)));
        let members = self.work.step.is_none().then(|| self.members());
        let all = named.chain(members.into_iter().flatten());
        all.filter(|agent| best_work(self.matching, *agent).is_none())
    }

    fn members(&self) -> impl Iterator<Item = AgentId> + '_ {
        let Self { matching, work, .. } = *self;
        let line = matching.world.index().line(work.queue);
        let open = agent::open(matching, work.request.channel);
        let members = line.zip(open).into_iter().flat_map(move |(line, open)| {
            let fit = self.known.and_then(|need| member::fit(matching, need));
            let members = line.members(work.request.channel);
            let fitting = fit.map(|fit| members.among((&fit.agents, open)));
            let all = fit.is_none().then(|| members.among(open));
            fitting.into_iter().flatten().chain(all.into_iter().flatten())
        });
        members.filter(move |agent| {
            member::is_visible(matching, work, *agent) && self.takes(*agent, Waiver::default())
        })
    }

    fn takes(&self, agent: AgentId, waiver: Waiver) -> bool {
        let Self { matching, id, work, origin, .. } = *self;
        let has = |origin| matching.world.agent(agent).is_ok_and(|row| row.has(origin));
        !origin.is_some_and(has)
            && agent::is_open(matching, agent, work.request.channel)
            && item::is_open(matching, id, work, agent)
            && item::alerting(matching.world, id, agent).is_none()
            && room::is_open_drawing(matching, waiver, (work, &self.pools), agent)
            && (waiver.need || self.fits(agent))
    }

    fn fits(&self, agent: AgentId) -> bool {
        let profile = self.matching.world.agent_profile(agent);
        match self.known {
            Some(need) => member::fits(self.matching, need, agent),
            None => profile.is_ok_and(|profile| fit::fits(&self.need, profile)),
        }
    }
}
