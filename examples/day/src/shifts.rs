//! Shifts, breaks, meals, own calls and lost connections of the made-up centre.

use strowger::prelude::*;

use crate::agenda::{Absence, AgentAct, Happening};
use crate::random::Pcg;

/// Shifts by their first and last minute of the day, with their share of the staff.
const SHIFTS: [((u32, u32), u64); 5] = [
    ((7 * 60, 15 * 60 + 30), 23),
    ((8 * 60, 16 * 60 + 30), 19),
    ((9 * 60 + 30, 18 * 60), 18),
    ((11 * 60 + 30, 20 * 60), 10),
    ((12 * 60 + 30, 21 * 60), 30),
];

/// One day of everybody's, planned so that each team has its share of every shift.
pub(crate) fn plan(
    midnight: Timestamp,
    agents: &[AgentId],
    chance: &mut Pcg,
) -> Vec<(Timestamp, Happening)> {
    let mut diary = Vec::new();
    for (number, agent) in agents.iter().enumerate() {
        let (from, to) = shift_of(number as u64);
        let mut at = |minute: u32, act| {
            let from = midnight + Span::from_mins(minute);
            diary.push((from + chance.secs(0, 240), Happening::Agent(*agent, act)));
        };
        at(from, AgentAct::SignOn);
        let stagger = (number as u32 * 17) % 60;
        at(from + 90 + stagger, leave(SystemPresence::Break, 15));
        at(from + 210 + stagger, leave(SystemPresence::Meal, 30));
        at(from + 360 + stagger, leave(SystemPresence::Break, 15));
        at(to, AgentAct::Leave(Absence { presence: SystemPresence::Offline, lasts: None }));
        extras(number, from, &mut at);
    }
    diary
}

/// A few agents have training, make calls of their own or lose their connection.
fn extras(number: usize, from: u32, at: &mut impl FnMut(u32, AgentAct)) {
    if number % 9 == 4 {
        at(from + 165, leave(SystemPresence::Training, 45));
    }
    if number % 3 == 1 {
        at(from + 130 + number as u32, AgentAct::OwnCall(Span::from_mins(4)));
    }
    if number % 21 == 10 {
        at(from + 270, AgentAct::LoseLink(Span::from_mins(12)));
    }
}

const fn leave(presence: SystemPresence, mins: u32) -> AgentAct {
    let lasts = Some(Span::from_mins(mins));
    AgentAct::Leave(Absence { presence, lasts })
}

/// Agents of a team stand next to each other, so a stride that has no divisor in common with the
/// hundred spreads each team over the shifts.
fn shift_of(number: u64) -> (u32, u32) {
    let mut place = (number * 37 + 5) % 100;
    for (shift, share) in SHIFTS {
        match place.checked_sub(share) {
            Some(rest) => place = rest,
            None => return shift,
        }
    }
    SHIFTS[0].0
}
