//! The teams of the made-up centre: who works in which queues, and how much at a time.

use strowger::model::Capacity;
use strowger::prelude::*;

use crate::centre::Queues;

/// Agents who work alike.
pub(crate) struct Team {
    pub(crate) name: &'static str,
    pub(crate) agents: u64,
    pub(crate) capacity: Capacity,
    /// Queue, rank, and delay in seconds.
    pub(crate) queues: Vec<(QueueId, u8, u32)>,
}

/// All teams.
pub(crate) fn teams(queues: &Queues) -> [Team; 6] {
    let one = Capacity::one;
    let team = |name, agents, capacity, queues| Team { name, agents, capacity, queues };
    [
        team("service", 19, one(), vec![(queues.premium, 2, 5), (queues.service, 3, 0)]),
        team("sales", 10, one(), vec![(queues.sales, 1, 0), (queues.service, 4, 30)]),
        team("technical", 9, one(), vec![(queues.technical, 1, 0), (queues.cases, 3, 0)]),
        team("premium", 4, one(), vec![(queues.premium, 1, 0), (queues.service, 4, 10)]),
        // Three chats, or a chat and a few messages, or two e-mails at a time.
        team(
            "digital",
            17,
            Capacity::units(100),
            vec![(queues.chat, 1, 0), (queues.messages, 2, 0), (queues.email, 3, 0)],
        ),
        team("back-office", 5, one(), vec![(queues.cases, 1, 0), (queues.email, 2, 0)]),
    ]
}
