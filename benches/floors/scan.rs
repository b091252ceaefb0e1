//! What a careful programmer writes first: all agents in an array, all waiting work in another, and
//! the least of those that fit. The same rules as on the floor, but only the matching: no offers,
//! no windows, no facts.

use super::plan::{Ask, Plan};
use super::random::Random;
use strowger::model::AgentChoice;

#[derive(Clone, Debug)]
struct Agent {
    skills: Vec<(u32, u8)>,
    queues: Vec<u32>,
    free: bool,
    idle_since: u64,
}

#[derive(Clone, Debug)]
struct Work {
    queue: u32,
    least: Vec<(u32, u8)>,
    only: Option<u32>,
    declined: Option<u32>,
    score: i64,
    number: u64,
}

/// The arrays.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    agents: Vec<Agent>,
    works: Vec<Work>,
    busy: Vec<u32>,
    asks: Vec<Ask>,
    proficient: bool,
    random: Random,
    now: u64,
}

impl Agent {
    fn level(&self, skill: u32) -> u8 {
        let place = self.skills.binary_search_by_key(&skill, |(skill, _)| *skill);
        place.map_or(0, |place| self.skills[place].1)
    }

    fn can_have(&self, number: u32, work: &Work) -> bool {
        self.queues.contains(&work.queue)
            && work.only.is_none_or(|only| only == number)
            && work.declined != Some(number)
            && work.least.iter().all(|(skill, least)| self.level(*skill) >= *least)
    }

    /// Average level of what is asked for, the highest first.
    fn distance(&self, work: &Work) -> u32 {
        let sum: u32 = work.least.iter().map(|(skill, _)| u32::from(self.level(*skill))).sum();
        10_000 - sum * 100 / u32::try_from(work.least.len().max(1)).unwrap_or(1)
    }
}

impl Scan {
    pub(crate) fn idle(plan: &Plan) -> Self {
        let agent = |person: &super::plan::Person| Agent {
            skills: person.skills.iter().map(|(skill, level)| (*skill, *level)).collect(),
            queues: person.queues.iter().copied().collect(),
            free: !person.away,
            idle_since: 0,
        };
        Self {
            agents: plan.people.iter().map(agent).collect(),
            works: Vec::new(),
            busy: Vec::new(),
            asks: plan.asks.clone(),
            proficient: plan.choice == AgentChoice::MostProficient,
            random: Random::new(1_912),
            now: 0,
        }
    }

    /// So much waits, and everybody is busy.
    pub(crate) fn loaded(plan: &Plan, waiting: usize) -> Self {
        let mut scan = Self::idle(plan);
        scan.agents.iter_mut().for_each(|agent| agent.free = false);
        scan.busy = (0..plan.people.len() as u32).collect();
        for _ in 0..waiting {
            let work = scan.work();
            scan.works.push(work);
        }
        scan
    }

    fn work(&mut self) -> Work {
        self.now += 1;
        let ask = self.random.pick(&self.asks);
        Work {
            queue: ask.queue,
            least: ask.least.clone(),
            only: ask.only,
            declined: ask.declined.then_some(0),
            score: i64::try_from(self.now).unwrap_or(i64::MAX) - i64::from(ask.priority) * 60_000,
            number: self.now,
        }
    }

    fn agent_for(&self, work: &Work) -> Option<u32> {
        let all = (0_u32..).zip(&self.agents);
        let able = all.filter(|(number, agent)| agent.free && agent.can_have(*number, work));
        let key = |(number, agent): &(u32, &Agent)| {
            let distance = if self.proficient { agent.distance(work) } else { 0 };
            (distance, agent.idle_since, *number)
        };
        able.min_by_key(key).map(|(number, _)| number)
    }

    fn work_for(&self, number: u32) -> Option<usize> {
        let agent = &self.agents[number as usize];
        let able = self.works.iter().enumerate().filter(|(_, work)| agent.can_have(number, work));
        able.min_by_key(|(_, work)| (work.score, work.number)).map(|(place, _)| place)
    }

    /// Work comes in and finds somebody, who is given back.
    pub(crate) fn arrive(&mut self) -> Option<u32> {
        let work = self.work();
        let found = self.agent_for(&work);
        if let Some(number) = found {
            self.agents[number as usize].idle_since = self.now;
        }
        found
    }

    /// An agent comes free and takes what waits for them; other work comes in.
    pub(crate) fn free(&mut self) {
        let place = self.random.below(self.busy.len());
        let number = self.busy[place];
        match self.work_for(number) {
            Some(work) => drop(self.works.swap_remove(work)),
            None => {
                self.busy.swap_remove(place);
                let agent = &mut self.agents[number as usize];
                (agent.free, agent.idle_since) = (true, self.now);
            }
        }
        let work = self.work();
        match self.agent_for(&work) {
            Some(number) => {
                self.agents[number as usize].free = false;
                self.busy.push(number);
            }
            None => self.works.push(work),
        }
    }

    /// Some piece of work is found by its number and taken out; other work comes in.
    pub(crate) fn abandon(&mut self) {
        let number = self.works[self.random.below(self.works.len())].number;
        let place = self.works.iter().position(|work| work.number == number);
        place.into_iter().for_each(|place| drop(self.works.swap_remove(place)));
        let work = self.work();
        self.works.push(work);
    }

    /// All come, one after the other.
    pub(crate) fn burst(&mut self) {
        for number in 0..self.agents.len() as u32 {
            if let Some(work) = self.work_for(number) {
                self.works.swap_remove(work);
            }
        }
    }

    /// How much waits.
    pub(crate) fn count_waiting(&self) -> usize {
        self.works.len()
    }
}
