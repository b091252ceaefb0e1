//! The made-up day: one seed decides everything in it.

use strowger::prelude::*;

use crate::agenda::Happening;
use crate::centre::Centre;
use crate::random::Pcg;
use crate::scenario::{Habits, Scenario, Unusable};
use crate::{demand, shifts};

/// A Tuesday: 2025-03-04, in the centre's own time.
const MIDNIGHT: Timestamp = Timestamp::from_millis(1_741_046_400_000);

/// The day of a seed.
pub(crate) fn scenario(seed: u64) -> Result<Scenario, Unusable> {
    let at = |minute| MIDNIGHT + Span::from_mins(minute);
    let centre = Centre::open(at(6 * 60 + 30), &mut Pcg::new(seed, 1))?;
    let mut diary = shifts::plan(MIDNIGHT, &centre.agents, &mut Pcg::new(seed, 2));
    let mut contacts = Vec::new();
    for (arrives, contact) in demand::arrivals(MIDNIGHT, &centre, &mut Pcg::new(seed, 3)) {
        diary.push((arrives, Happening::Arrival(contacts.len())));
        contacts.push(contact);
    }
    diary.push((at(21 * 60 + 30), Happening::Close));
    let agents = centre.agents.len();
    Ok(Scenario {
        title: "A day in a contact centre".into(),
        subtitle: format!("{agents} agents, 8 queues, 5 channels; made up from seed {seed}"),
        live: vec![centre.channels.voice, centre.channels.chat],
        habits: Habits {
            seed,
            missed: 14,
            rejected: 18,
            reasons: centre.reasons,
            redial: 350,
            recall: 60,
            heartbeat: Some(Span::from_mins(2)),
            last_entry: at(20 * 60 + 45),
        },
        engine: centre.engine,
        log: centre.log,
        contacts,
        diary,
        goal: 80,
        notes: Vec::new(),
    })
}
