//! A fixed, seeded day: work comes in until there is more than hands; agents accept, reject, miss,
//! finish, wrap up and go for a break; callers hang up.

use strowger::Action;
use strowger::model::OfferId;
use strowger::prelude::*;

use super::floor::Floor;

type OpenOffer = (OfferId, WorkId, AgentId);
type Busy = (WorkId, AgentId);

/// What the host of a day knows of.
#[derive(Default)]
struct Day {
    waiting: Vec<WorkId>,
    open_offers: Vec<OpenOffer>,
    active: Vec<Busy>,
    wrapping: Vec<Busy>,
    away: Vec<AgentId>,
}

impl Floor {
    /// So many commands of a day. What is over by the time it is meant is refused, as on any floor.
    #[inline(never)]
    pub(crate) fn play(&mut self, commands: usize) {
        let mut day = Day::default();
        let pace = (80_000 / self.plan.people.len()).max(1);
        for _ in 0..commands {
            let pause = self.random.between(0, pace);
            self.now = self.now + Span::from_millis(pause as u64);
            self.one_of_a_day(&mut day);
            self.hear(&mut day);
        }
    }

    fn one_of_a_day(&mut self, day: &mut Day) {
        let agents = self.plan.people.len();
        match self.random.below(100) {
            0..26 => day.waiting.push(self.submit()),
            26..48 => {
                let accept = |(offer, _, _)| Accept::new(offer);
                let done = self.mean_one(&mut day.open_offers, accept);
                day.active.extend(done.map(|(_, work, agent)| (work, agent)));
            }
            48..50 => {
                let reject = |(offer, _, _)| Reject::new(offer);
                self.mean_one(&mut day.open_offers, reject);
            }
            50..68 => {
                let finish = |(work, _)| FinishContact::new(work, Finisher::Agent);
                let done = self.mean_one(&mut day.active, finish);
                day.wrapping.extend(done);
            }
            68..86 => {
                let end = |(work, agent)| EndWrapUp::new(work, agent);
                self.mean_one(&mut day.wrapping, end);
            }
            86..90 => {
                self.mean_one(&mut day.waiting, Abandon::new);
            }
            90..93 => {
                let agent = AgentId::from_raw(self.random.below(agents) as u32);
                let presence = SystemPresence::Break.id();
                let gone = self.mean(agent, |agent| SetPresence::new(agent, presence));
                day.away.extend(gone);
            }
            93..97 => {
                let presence = SystemPresence::OnQueue.id();
                let back = |agent| SetPresence::new(agent, presence);
                self.mean_one(&mut day.away, back);
            }
            _ => self.engine.advance(self.now, &mut self.log).expect("time passes"),
        }
    }

    /// A command about one of a list, which is taken out.
    fn mean_one<T: Copy, A: Action<Layer = Engine>>(
        &mut self,
        list: &mut Vec<T>,
        action: impl Fn(T) -> A,
    ) -> Option<T> {
        let place = self.random.below(list.len().max(1));
        let one = (place < list.len()).then(|| list.swap_remove(place));
        self.mean(one?, action)
    }

    /// A command about a thing; the thing, if the command was not refused.
    fn mean<T: Copy, A: Action<Layer = Engine>>(
        &mut self,
        it: T,
        action: impl Fn(T) -> A,
    ) -> Option<T> {
        self.engine.execute(self.now, action(it), &mut self.log).ok().map(|_| it)
    }

    fn hear(&mut self, day: &mut Day) {
        for fact in self.log.drain() {
            self.facts += 1;
            match fact.event {
                Event::WorkOffered { offer, work, agent, .. } => {
                    day.open_offers.push((offer, work, agent));
                }
                Event::RoutingStatusChanged {
                    agent, status: RoutingStatus::NotResponding, ..
                } => {
                    day.away.push(agent);
                }
                _ => {}
            }
        }
    }
}
