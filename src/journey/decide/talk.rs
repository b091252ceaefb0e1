//! Whose an interaction is.

use crate::journey::command::VerifyContact;
use crate::journey::decide::{JourneyTurn, RunOnJourneys};
use crate::journey::event::JourneyEvent;
use crate::journey::refusal::JourneyRefusal;
use crate::journey::talk::{JourneyContext, JourneyLink, LinkedBy};

impl RunOnJourneys for VerifyContact {
    fn run(self, turn: &mut JourneyTurn<'_>) -> Result<(), JourneyRefusal> {
        let Self { interaction, customer, by, replace } = self;
        let customer = turn.head(customer)?.id;
        let by = by.or_else(|| turn.agent());
        let before = turn.store.rows.links.get(&interaction).map(|row| &row.link);
        let known = before.map(|link| (turn.store.head_of(link.customer), link.verified));
        let replaced = match known {
            Some((head, true)) if head == customer => return Ok(()),
            Some((head, _)) if head == customer => None,
            Some((head, _)) if replace => Some(head),
            Some(_) => return Err(JourneyRefusal::AlreadyLinked { interaction }),
            None => {
                let context = JourneyContext::of(customer);
                let by = LinkedBy::Verified;
                let over = turn.below.over;
                let link = JourneyLink { customer, by, context, verified: false, over };
                turn.emit(JourneyEvent::Linked { interaction, link: link.into() });
                None
            }
        };
        turn.emit(JourneyEvent::Verified { interaction, customer, by, replaced });
        Ok(())
    }
}
