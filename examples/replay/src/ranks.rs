//! One rank for each member, where a trace has two: which agent a type of call takes first, and
//! which type an agent takes first.
//!
//! A membership's rank orders both. Among members of one rank their ring, or their place on the
//! queue's list, orders the queue's agents and not the agents' queues. So ranks are sought that
//! order every agent's queues as the trace does, and that never order a queue's agents otherwise.

use std::collections::BTreeSet;

/// The order of a trace: `None` where the two never meet, the lowest first, equals alike.
pub(crate) type Order = Vec<Vec<Option<usize>>>;

/// The highest rank a membership may have.
const RANK_MAX: u8 = 99;

/// The ranks by agent and queue, if there are any: `of_queues[agent][queue]` is how an agent takes
/// their queues, `of_agents[queue][agent]` how a queue takes its agents. Of those it takes one after
/// the other, ring or place on the list tells so many apart.
pub(crate) fn both_ways(
    of_queues: &Order,
    of_agents: &Order,
    told_apart: usize,
) -> Option<Vec<Vec<u8>>> {
    let queues = of_agents.len();
    // The rank at one place is at least the rank at another, and so much more.
    let mut rules: Vec<(usize, usize, u8)> = Vec::new();
    let mut steps = |order: &[Option<usize>], place: &dyn Fn(usize) -> usize, step: u8| {
        let mut sorted: Vec<_> =
            (0..order.len()).filter_map(|n| order[n].map(|level| (level, n))).collect();
        sorted.sort_unstable();
        for pair in sorted.windows(2) {
            let ((low, from), (high, to)) = (pair[0], pair[1]);
            rules.push((place(from), place(to), if low < high { step } else { 0 }));
            if low == high {
                rules.push((place(to), place(from), 0));
            }
        }
    };
    for (agent, order) in of_queues.iter().enumerate() {
        steps(order, &|queue| agent * queues + queue, 1);
    }
    for (queue, order) in of_agents.iter().enumerate() {
        let levels = order.iter().flatten().collect::<BTreeSet<_>>().len();
        let step = u8::from(levels > told_apart);
        steps(order, &|agent| agent * queues + queue, step);
    }
    let mut ranks = vec![1_u8; of_queues.len() * queues];
    loop {
        let mut rose = false;
        for (from, to, step) in &rules {
            let least = ranks[*from] + step;
            if ranks[*to] < least {
                if least > RANK_MAX {
                    return None;
                }
                ranks[*to] = least;
                rose = true;
            }
        }
        if !rose {
            return Some(ranks.chunks(queues.max(1)).map(<[u8]>::to_vec).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::both_ways;

    const A: Option<usize> = Some(1);
    const B: Option<usize> = Some(2);

    #[test]
    fn agents_who_are_alike_to_every_queue_keep_the_order_of_their_queues() {
        let ranks = both_ways(&vec![vec![A, B]; 2], &vec![vec![A, A]; 2], 16);
        assert_eq!(ranks, Some(vec![vec![1, 2]; 2]));
    }

    #[test]
    fn a_helper_stands_behind_in_the_queue_they_help() {
        // The helper takes their own queue first, and the other takes its own agent first.
        let ranks =
            both_ways(&vec![vec![A, None], vec![B, A]], &vec![vec![A, B], vec![None, A]], 16);
        assert_eq!(ranks, Some(vec![vec![1, 1], vec![2, 1]]));
    }

    #[test]
    fn opposite_wishes_of_two_agents_whom_both_queues_take_alike_are_a_circle() {
        assert_eq!(both_ways(&vec![vec![A, B], vec![B, A]], &vec![vec![A, A]; 2], 16), None);
    }

    #[test]
    fn agents_whom_rings_tell_apart_need_no_ranks_that_differ() {
        // Both agents take queue 1 last; queue 0 prefers the one, and queue 1 the other.
        let (of_queues, of_agents) = (vec![vec![A, B]; 2], vec![vec![B, A], vec![A, B]]);
        assert_eq!(both_ways(&of_queues, &of_agents, 2), Some(vec![vec![1, 2]; 2]));
        assert_eq!(both_ways(&of_queues, &of_agents, 1), Some(vec![vec![2, 3], vec![1, 4]]));
    }
}
