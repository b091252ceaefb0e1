//! Where work stands in a line that it comes back to, or goes to.

use crate::fact::event::OfferedBy;
use crate::model::ids::{QueueId, WorkId};
use crate::model::requeue::Requeue;
use crate::policy::order::Place;
use crate::world::rows::Offer;

use crate::engine::turn::{Halted, Turn};

/// Where work stands after it came back under a policy.
pub(crate) fn after(turn: &Turn<'_>, work: WorkId, requeue: Requeue) -> Result<Place, Halted> {
    Ok(turn.work(work)?.place.after(requeue, turn.now))
}

/// Where work stands that goes to a queue under a policy. In another queue it keeps its time of
/// entry, but nothing that brought it to the front of the old one.
pub(crate) fn in_queue(
    turn: &Turn<'_>,
    work: WorkId,
    queue: QueueId,
    requeue: Requeue,
) -> Result<Place, Halted> {
    let (row, place) = (turn.work(work)?, after(turn, work, requeue)?);
    let moves = row.queue != queue && requeue == Requeue::KeepScore;
    Ok(if moves { Place { front: row.request.front, ..place } } else { place })
}

/// Where work stands whose offer was not accepted. What was transferred to the agent is at the
/// front, because its customer was in a conversation; everything else is where the queue says.
pub(crate) fn declined(turn: &Turn<'_>, offer: &Offer, requeue: Requeue) -> Result<Place, Halted> {
    let requeue = match offer.by {
        OfferedBy::Transfer => Requeue::Front,
        OfferedBy::Routing | OfferedBy::Assign => requeue,
    };
    let row = turn.work(offer.work)?;
    // Work that still alerts others stays where it is.
    if row.further_offers.is_empty() { after(turn, offer.work, requeue) } else { Ok(row.place) }
}
