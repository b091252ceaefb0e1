//! Which agent gets it: one total key.

use core::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::model::ids::{AgentId, OfferId};
use crate::model::need::Evaluation;
use crate::model::queue::{AgentChoice, QueueProfile};

/// The rank of agents the work asks for by name: before every queue's own.
pub const RANK_PREFERRED: u8 = 0;

/// The rank of every member of a queue that treats its members alike, as they compare with each
/// other.
pub const RANK_ALIKE: u8 = 1;

/// An agent as the choice sees the agent.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The agent.
    pub agent: AgentId,
    /// The rank of the queue for the agent, or [`RANK_PREFERRED`].
    pub rank: u8,
    /// The ring of the queue that the agent stands in.
    pub ring: u8,
    /// How much the work prefers the agent; 0 if it names nobody.
    pub preference: u8,
    /// How well the agent suits the need.
    pub score: u32,
    /// The units the agent has in use, in hundredths.
    pub units: u64,
    /// The share of the agent's capacity in use, in millionths.
    pub ratio: i64,
    /// Since when the agent has been idle by the queue's clock.
    pub idle_since: Timestamp,
    /// The last offer that any queue made to the agent.
    pub last_offer: OfferId,
    /// The agent's position in the queue's list.
    pub position: u16,
    /// How far the agent is from the levels asked for; see
    /// [`distance`](crate::policy::fit::distance).
    pub distance: u32,
    /// How much of their share of the queue's work the agent has had.
    pub share: u64,
    /// The last offer of the queue to the agent, for [`AgentChoice::LeastRecentlyOffered`].
    pub offered: OfferId,
    /// The score that the host's scorer gives the agent.
    pub scored: i64,
    /// When the agent's shift ends.
    pub shift_end: Option<Timestamp>,
    /// True if the agent is spared for a scarce skill that the work does not ask for.
    pub scarce: bool,
}

/// The place of one agent among all who could take a piece of work; the lowest key gets it. Total:
/// the last part is the order of definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentKey {
    rank: u8,
    ring: u8,
    preference: Reverse<u8>,
    best: Reverse<u32>,
    scarce: bool,
    method: i64,
    idle_since: Timestamp,
    last_offer: OfferId,
    /// The agent.
    pub agent: AgentId,
}

impl AgentKey {
    /// The key of a candidate under a queue's rule; `last` is whom the queue offered to last.
    #[must_use]
    pub fn new(
        choice: AgentChoice,
        evaluation: Evaluation,
        last: Option<AgentId>,
        candidate: &Candidate,
    ) -> Self {
        let agent = candidate.agent.raw();
        let method = match choice {
            AgentChoice::LongestIdle => 0,
            AgentChoice::LeastLoaded => i64::try_from(candidate.units).unwrap_or(i64::MAX),
            AgentChoice::LeastLoadedRatio => candidate.ratio,
            AgentChoice::MostProficient => -i64::from(candidate.score),
            AgentChoice::RoundRobin => {
                let next = last.map_or(0, |last| last.raw().wrapping_add(1));
                i64::from(agent.wrapping_sub(next))
            }
            AgentChoice::LeastRecentlyOffered => {
                i64::try_from(candidate.offered.raw()).unwrap_or(i64::MAX)
            }
            AgentChoice::FixedOrder => i64::from(candidate.position) << 32 | i64::from(agent),
            AgentChoice::NearestProficient => i64::from(candidate.distance),
            AgentChoice::WeightedShare => i64::try_from(candidate.share).unwrap_or(i64::MAX),
            AgentChoice::Scored => candidate.scored.saturating_neg(),
            AgentChoice::LeastShiftLeft => shift_end(candidate).map_or(i64::MAX, |end| end),
            AgentChoice::MostShiftLeft => shift_end(candidate).map_or(i64::MAX, |end| -end),
        };
        // The nearest are sought among all, not only among the best.
        let best = match (evaluation, choice) {
            (Evaluation::Best, AgentChoice::NearestProficient)
            | (Evaluation::All | Evaluation::None, _) => 0,
            (Evaluation::Best, _) => candidate.score,
        };
        Self {
            rank: candidate.rank,
            ring: candidate.ring,
            preference: Reverse(candidate.preference),
            best: Reverse(best),
            scarce: candidate.scarce,
            method,
            idle_since: candidate.idle_since,
            last_offer: candidate.last_offer,
            agent: candidate.agent,
        }
    }
}

/// The parts of a key, in the order in which they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyPart {
    /// The rank of the queue for the agent; lowest first.
    Rank,
    /// The ring the agent stands in; lowest first.
    Ring,
    /// How much the work prefers the agent; highest first.
    Preference,
    /// The agent's score, under [`Evaluation::Best`]; highest first.
    Score,
    /// The sparing of an agent for a scarce skill; agents who are not spared come first.
    Spared,
    /// The queue's rule; lowest first.
    Method,
    /// Since when the agent has been idle by the queue's clock; earliest first.
    Idle,
    /// The last offer made to the agent; earliest first.
    LastOffered,
    /// The order of definition.
    Definition,
}

/// A key taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyParts {
    /// The rank of the queue for the agent, or [`RANK_PREFERRED`].
    pub rank: u8,
    /// The ring the agent stands in.
    pub ring: u8,
    /// How much the work prefers the agent; 0 if it names nobody.
    pub preference: u8,
    /// The agent's score, where it comes before the queue's rule; else 0.
    pub score: u32,
    /// True if the agent is spared for a scarce skill.
    pub spared: bool,
    /// The agent's value under the queue's rule. The lowest comes first, so a value that counts
    /// highest first is negative.
    pub method: i64,
    /// Since when the agent has been idle by the queue's clock.
    pub idle_since: Timestamp,
    /// The last offer made to the agent.
    pub last_offered: OfferId,
}

impl AgentKey {
    /// True if a higher score always comes first among agents of one rank, ring and preference.
    #[must_use]
    pub const fn goes_by_score(queue: &QueueProfile, evaluation: Evaluation) -> bool {
        match (evaluation, queue.choice) {
            (Evaluation::Best, AgentChoice::NearestProficient) => false,
            (Evaluation::Best, _) => true,
            (Evaluation::All | Evaluation::None, AgentChoice::MostProficient) => {
                queue.spare_scarce == 0
            }
            (Evaluation::All | Evaluation::None, _) => false,
        }
    }

    /// The parts of the key.
    #[must_use]
    pub const fn parts(&self) -> KeyParts {
        KeyParts {
            rank: self.rank,
            ring: self.ring,
            preference: self.preference.0,
            score: self.best.0,
            spared: self.scarce,
            method: self.method,
            idle_since: self.idle_since,
            last_offered: self.last_offer,
        }
    }

    /// The first part in which it is not like another.
    #[must_use]
    pub fn differs_in(&self, other: &Self) -> KeyPart {
        let parts = [
            (self.rank == other.rank, KeyPart::Rank),
            (self.ring == other.ring, KeyPart::Ring),
            (self.preference == other.preference, KeyPart::Preference),
            (self.best == other.best, KeyPart::Score),
            (self.scarce == other.scarce, KeyPart::Spared),
            (self.method == other.method, KeyPart::Method),
            (self.idle_since == other.idle_since, KeyPart::Idle),
            (self.last_offer == other.last_offer, KeyPart::LastOffered),
        ];
        let first = parts.into_iter().find(|(same, _)| !same);
        first.map_or(KeyPart::Definition, |(_, part)| part)
    }
}

/// The end of a shift as a number whose negative is one, too.
fn shift_end(candidate: &Candidate) -> Option<i64> {
    let end = candidate.shift_end?.as_millis();
    Some(end.clamp(-i64::MAX + 1, i64::MAX - 1))
}

/// Of a share of a queue's work one offer takes this much from a member of weight 1.
const STRIDE: u64 = 1_000_000;

/// The share of a member after one more offer, and the queue's: stride scheduling. Nobody is behind
/// the queue, so who was away does not catch up.
#[must_use]
pub fn next_share(queue: u64, member: u64, weight: u16) -> (u64, u64) {
    let from = member.max(queue);
    (from, from.saturating_add(STRIDE / u64::from(weight.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn candidate(agent: u32) -> Candidate {
        Candidate {
            agent: AgentId::from_raw(agent),
            rank: 1,
            preference: 0,
            score: 0,
            units: 0,
            ratio: 0,
            idle_since: Timestamp::EPOCH,
            last_offer: OfferId::NONE,
            position: 0,
            ring: 0,
            distance: 0,
            share: 0,
            offered: OfferId::NONE,
            scored: 0,
            shift_end: None,
            scarce: false,
        }
    }

    fn order(choice: AgentChoice, last: Option<u32>, candidates: &[Candidate]) -> Vec<u32> {
        let last = last.map(AgentId::from_raw);
        let key = |c: &Candidate| AgentKey::new(choice, Evaluation::All, last, c);
        let mut keys: Vec<_> = candidates.iter().map(key).collect();
        keys.sort_unstable();
        keys.iter().map(|key| key.agent.raw()).collect()
    }

    #[test]
    fn ties_go_to_whoever_was_offered_something_longest_ago() {
        let offered = Candidate { last_offer: OfferId::from_raw(9), ..candidate(0) };
        let earlier = Candidate { last_offer: OfferId::from_raw(8), ..candidate(2) };
        let never = candidate(1);
        assert_eq!(order(AgentChoice::LongestIdle, None, &[offered, earlier, never]), [1, 2, 0]);
    }

    #[test]
    fn round_robin_goes_on_behind_the_last_and_wraps() {
        let all = [candidate(0), candidate(1), candidate(2), candidate(u32::MAX)];
        assert_eq!(order(AgentChoice::RoundRobin, None, &all), [0, 1, 2, u32::MAX]);
        assert_eq!(order(AgentChoice::RoundRobin, Some(1), &all), [2, u32::MAX, 0, 1]);
        assert_eq!(order(AgentChoice::RoundRobin, Some(u32::MAX), &all), [0, 1, 2, u32::MAX]);
    }

    #[test]
    fn least_load_ratio_then_longest_available() {
        // Azure Job Router's example: A 3/5 since 5 min, B 3/4 3 min, C 3/5 7 min, D 0/3 2 min.
        let agent = |id, ratio, minutes: i64| Candidate {
            ratio,
            idle_since: Timestamp::from_millis(-minutes * 60_000),
            ..candidate(id)
        };
        let all =
            [agent(0, 600_000, 5), agent(1, 750_000, 3), agent(2, 600_000, 7), agent(3, 0, 2)];
        assert_eq!(order(AgentChoice::LeastLoadedRatio, None, &all), [3, 2, 0, 1]);
    }

    #[test]
    fn rank_comes_before_everything_and_preference_before_the_rule() {
        let helper = Candidate { rank: 2, score: 100, ..candidate(0) };
        let own = candidate(1);
        let named = Candidate { rank: RANK_PREFERRED, preference: 10, ..candidate(2) };
        let favoured = Candidate { preference: 90, ..named };
        let favoured = Candidate { agent: AgentId::from_raw(3), ..favoured };
        let all = [helper, own, named, favoured];
        assert_eq!(order(AgentChoice::MostProficient, None, &all), [3, 2, 1, 0]);
    }

    #[test]
    fn fixed_order_goes_by_position_then_definition() {
        let long_idle = Candidate { idle_since: Timestamp::from_millis(-9), ..candidate(2) };
        let first = Candidate { position: 0, ..candidate(1) };
        let last = Candidate { position: 7, ..candidate(0) };
        assert_eq!(order(AgentChoice::FixedOrder, None, &[last, long_idle, first]), [1, 2, 0]);
    }
}
