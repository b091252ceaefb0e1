//! Where work goes that comes to a queue with rules.

use crate::model::classification::{Classification, ClassificationRule, Split, WorkCondition};
use crate::model::ids::{CalendarId, QueueId};
use crate::model::work::WorkRequest;
use crate::policy::fit::{compares, order};

/// The first rule that holds and leads somewhere, its number, and the queue if it names any.
///
/// `counts` says how often each rule has spread work before, `is_open` whether a calendar is open
/// now, `has_room` whether a queue can take one more. A full queue is passed over: its share falls
/// to the next that is not.
#[must_use]
pub fn classify<'a>(
    classification: &'a Classification,
    request: &WorkRequest,
    counts: &[u64],
    seed: u64,
    is_open: impl Fn(CalendarId) -> bool,
    has_room: impl Fn(QueueId) -> bool,
) -> Option<(u16, &'a ClassificationRule, Option<QueueId>)> {
    let mut numbered = (0..=u16::MAX).zip(&classification.rules);
    numbered.find_map(|(number, rule)| {
        if !holds(&rule.when, request, &is_open) {
            return None;
        }
        if rule.to.is_empty() {
            return Some((number, rule, None));
        }
        let draw = counts.get(usize::from(number)).copied().unwrap_or(0);
        let first = share(rule, draw, seed ^ u64::from(number) << 48);
        let round = rule.to.iter().cycle().skip(first).take(rule.to.len());
        let mut open = round.map(|share| share.queue).filter(|queue| has_room(*queue));
        Some((number, rule, Some(open.next()?)))
    })
}

/// Which share is next, by its place in the list.
fn share(rule: &ClassificationRule, draw: u64, seed: u64) -> usize {
    let total: u64 = rule.to.iter().map(|share| u64::from(share.weight)).sum();
    let total = total.max(1);
    let mut point = match rule.split {
        Split::Random => mixed(seed.wrapping_add(draw)) % total,
        Split::Even => draw % total * stride(total) % total,
    };
    for (place, share) in rule.to.iter().enumerate() {
        let weight = u64::from(share.weight);
        if point < weight {
            return place;
        }
        point -= weight;
    }
    0
}

/// A step without a common factor with the whole, near the golden section of it: going round by it
/// meets every point once, and neighbours far apart.
fn stride(total: u64) -> u64 {
    let near = total * 618 / 1_000;
    (near.max(1)..).find(|step| common(*step, total) == 1).unwrap_or(1)
}

const fn common(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A number that looks like chance (SplitMix64; Steele, Lea and Flood 2014).
const fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// True if a condition holds for work, given which calendars are open.
#[must_use]
pub fn holds(
    condition: &WorkCondition,
    request: &WorkRequest,
    is_open: &dyn Fn(CalendarId) -> bool,
) -> bool {
    match condition {
        WorkCondition::All(parts) => parts.iter().all(|part| holds(part, request, is_open)),
        WorkCondition::Any(parts) => parts.iter().any(|part| holds(part, request, is_open)),
        WorkCondition::Not(part) => !holds(part, request, is_open),
        WorkCondition::Attribute { name, is, value } => {
            let own = request.attributes.get(&**name);
            compares(own.and_then(|own| order(own, value)), *is)
        }
        WorkCondition::In { name, values } => {
            request.attributes.get(&**name).is_some_and(|own| values.contains(own))
        }
        WorkCondition::Channel(channel) => request.channel == *channel,
        WorkCondition::Priority { is, value } => compares(Some(request.priority.0.cmp(value)), *is),
        WorkCondition::Open(calendar) => is_open(*calendar),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::classification::Share;
    use crate::model::ids::ChannelId;
    use alloc::vec;
    use alloc::vec::Vec;

    fn queue(number: u32) -> QueueId {
        QueueId::from_raw(number)
    }

    fn spread(split: Split, weights: &[u32], draws: u64) -> Vec<usize> {
        let to = (0..).zip(weights).map(|(n, weight)| Share { queue: queue(n), weight: *weight });
        let rule = ClassificationRule { to: to.collect(), split, ..Default::default() };
        let mut counts = vec![0; weights.len()];
        (0..draws).for_each(|draw| counts[share(&rule, draw, 42)] += 1);
        counts
    }

    #[test]
    fn an_even_split_is_exact_over_each_round_and_a_random_one_in_the_long_run() {
        assert_eq!(spread(Split::Even, &[3, 2], 5), [3, 2]);
        assert_eq!(spread(Split::Even, &[70, 30], 100), [70, 30]);
        assert_eq!(spread(Split::Even, &[1], 7), [7]);
        let counts = spread(Split::Random, &[70, 30], 100_000);
        assert!((69_000..71_000).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn an_even_split_alternates() {
        let to = [queue(0), queue(1)].map(|queue| Share { queue, weight: 50 });
        let rule = ClassificationRule { to: to.into(), split: Split::Even, ..Default::default() };
        let run: Vec<_> = (0..20).map(|draw| share(&rule, draw, 0)).collect();
        let longest = run.chunk_by(|a, b| a == b).map(<[_]>::len).max();
        assert!(longest <= Some(2), "{run:?}");
    }

    #[test]
    fn a_full_queue_is_passed_over_and_then_the_rule() {
        let to = vec![Share { queue: queue(1), weight: 1 }, Share { queue: queue(2), weight: 1 }];
        let spread = ClassificationRule { to, split: Split::Even, ..Default::default() };
        let rules = Classification::of([spread, ClassificationRule::default()]);
        let request = WorkRequest::new(queue(0), ChannelId::from_raw(0));
        let to = |full: &[u32]| {
            let open = |queue: QueueId| !full.contains(&queue.raw());
            classify(&rules, &request, &[0], 0, |_| false, open)
                .map(|(number, _, queue)| (number, queue))
        };
        assert_eq!(to(&[]), Some((0, Some(queue(1)))));
        assert_eq!(to(&[1]), Some((0, Some(queue(2)))));
        assert_eq!(to(&[1, 2]), Some((1, None)));
    }
}
