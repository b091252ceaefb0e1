//! Gates of what an agent has and of how long they stay: [`Gate::Room`] and [`Gate::Shift`].

use alloc::vec::Vec;

use crate::base::time::{Span, Timestamp};
use crate::model::ids::{AgentId, ChannelId, PoolId, QueueId};
use crate::policy::room::Full;
use crate::world::lanes::LaneKey;
use crate::world::member::PackedMember;
use crate::world::rows::Work;

use crate::engine::matching::case::{Pair, Waiver};
use crate::engine::matching::gate::{Gate, KeptBy};
use crate::engine::matching::given::Matching;

/// `Ok` if an agent has room for a new item of a channel that takes `cost` units, by what it says
/// itself or unless the agent has a cost of their own, and draws on these pools. A new item takes
/// the greater of what it takes offered and active.
pub(crate) fn room_for(
    matching: Matching<'_>,
    agent: AgentId,
    (channel, cost, sized): (ChannelId, u32, bool),
    pools: &[PoolId],
) -> Result<(), Full> {
    let claim = matching.world.new_claim(channel, cost);
    let room = claim.and_then(|claim| matching.world.has_room(agent, (claim, sized), pools));
    room.unwrap_or(Err(Full::Debt))
}

/// `Ok` if an agent has room for a piece of work that draws on these pools, or would if it were
/// there.
pub(crate) fn room_drawing(
    matching: Matching<'_>,
    (work, pools): (&Work, &[PoolId]),
    agent: AgentId,
) -> Result<(), Full> {
    Size::drawing_on(pools, work).room(matching, agent)
}

/// What these gates look at in work: one piece of it, or all of a lane.
#[derive(Clone, Copy)]
struct Size<'a> {
    queue: QueueId,
    channel: ChannelId,
    cost: u32,
    sized: bool,
    pools: &'a [PoolId],
}

impl<'a> Size<'a> {
    fn of(matching: Matching<'a>, work: &Work) -> Self {
        Self::drawing_on(matching.world.pools(work.pool_set), work)
    }

    fn drawing_on(pools: &'a [PoolId], work: &Work) -> Self {
        let Work { queue, cost, .. } = *work;
        Self { queue, channel: work.request.channel, cost, sized: work.is_sized(), pools }
    }

    fn room(self, matching: Matching<'_>, agent: AgentId) -> Result<(), Full> {
        room_for(matching, agent, (self.channel, self.cost, self.sized), self.pools)
    }

    /// The bound that leaves an agent no room, if they must have room. Debt is never passed over.
    fn full(self, matching: Matching<'_>, waiver: Waiver, agent: AgentId) -> Option<Full> {
        let full = self.room(matching, agent).err();
        full.filter(|full| *full == Full::Debt || !waiver.capacity)
    }

    /// True if an agent passes these gates: the one conjunction of them, whoever asks.
    fn is_open(self, matching: Matching<'_>, waiver: Waiver, agent: AgentId) -> bool {
        shift_too_short(matching, self.queue, agent).is_none()
            && self.full(matching, waiver, agent).is_none()
    }
}

/// When the shift of an agent ends and how much must be left of it for work of a queue, if that is
/// too soon.
fn shift_too_short(
    matching: Matching<'_>,
    queue: QueueId,
    agent: AgentId,
) -> Option<(Timestamp, Span)> {
    let profile = matching.world.queue_profile(queue).ok()?;
    matching.world.agent(agent).ok()?.shift_too_short(profile, matching.now)
}

/// True if a member passes these gates for a piece of work.
pub(super) fn is_open(matching: Matching<'_>, work: &Work, agent: AgentId) -> bool {
    is_open_with(matching, Waiver::default(), work, agent)
}

/// True if an agent passes these gates under a waiver.
pub(super) fn is_open_with(
    matching: Matching<'_>,
    waiver: Waiver,
    work: &Work,
    agent: AgentId,
) -> bool {
    Size::of(matching, work).is_open(matching, waiver, agent)
}

/// True if an agent passes these gates under a waiver for work that is not there yet, and would
/// draw on these pools.
pub(super) fn is_open_drawing(
    matching: Matching<'_>,
    waiver: Waiver,
    (work, pools): (&Work, &[PoolId]),
    agent: AgentId,
) -> bool {
    Size::drawing_on(pools, work).is_open(matching, waiver, agent)
}

/// True if a member passes these gates for all work of a lane.
pub(super) fn is_open_for_lane(
    matching: Matching<'_>,
    agent: AgentId,
    member: PackedMember<'_>,
    LaneKey { channel, cost, sized, pool_set, .. }: LaneKey,
) -> bool {
    let pools = matching.world.pools(pool_set);
    let size = Size { queue: member.queue(), channel, cost, sized, pools };
    size.is_open(matching, Waiver::default(), agent)
}

/// The reason why one of these gates is shut.
pub(super) fn kept_by(gate: Gate, Pair { case, agent, right, .. }: Pair<'_>) -> Vec<KeptBy> {
    let (matching, work) = (case.matching, case.work);
    let shut = match gate {
        Gate::Room => {
            let full = Size::of(matching, work).full(matching, right.waiver(), agent);
            full.map(KeptBy::NoRoom)
        }
        Gate::Shift => {
            let short = shift_too_short(matching, work.queue, agent);
            short.map(|(end, least)| KeptBy::Shift { end, least })
        }
        _ => None,
    };
    Vec::from_iter(shut)
}

/// Time alone opens none of these gates.
pub(super) const fn until(_kept_by: &KeptBy, _pair: Pair<'_>) -> Option<Timestamp> {
    None
}
