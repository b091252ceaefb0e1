//! Whether an agent whom work asks for by name can take it: every gate of an agent at once, for
//! their membership says nothing.

use crate::model::ids::{AgentId, WorkId};
use crate::world::rows::Work;

use crate::engine::matching::case::Waiver;
use crate::engine::matching::given::Matching;
use crate::engine::matching::{agent, item, member, room};

/// True if an agent on the work's list can take it now.
pub(super) fn can_take(matching: Matching<'_>, id: WorkId, work: &Work, listed: AgentId) -> bool {
    let waiver = Waiver::by_name(work);
    agent::is_open(matching, listed, work.request.channel)
        && room::is_open_with(matching, waiver, work, listed)
        && member::fits_or_need_not(matching, waiver, work, listed)
        && item::is_open(matching, id, work, listed)
}
