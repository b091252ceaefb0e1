//! What a floor is made of, as plain data: an engine and its rivals are built from the same plan.

use std::collections::{BTreeMap, BTreeSet};

use strowger::model::AgentChoice;

use super::random::Random;

/// What kind of floor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One queue, no skills.
    Plain,
    /// 500 queues, 1,000 skills with 5 levels, 5,000 different requirements.
    Enterprise,
    /// Everything that keeps a short cut from being taken.
    Hard,
}

impl Shape {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Enterprise, Self::Hard];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Enterprise => "enterprise",
            Self::Hard => "hard",
        }
    }
}

/// An agent: levels by skill, and the agent's queues.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub skills: BTreeMap<u32, u8>,
    pub queues: BTreeSet<u32>,
    /// Whether the agent stays away while all others come.
    pub away: bool,
}

/// What a piece of work asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ask {
    pub queue: u32,
    /// At least this level of each of these skills.
    pub least: Vec<(u32, u8)>,
    pub priority: i32,
    /// It waits for this agent and for nobody else.
    pub only: Option<u32>,
    /// Whoever it is offered to first declines it for good.
    pub declined: bool,
}

/// A floor before anything happens.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub shape: Shape,
    pub choice: AgentChoice,
    pub skills: u32,
    pub queues: u32,
    pub people: Vec<Person>,
    pub asks: Vec<Ask>,
    /// After how many minutes work asks for 20 less of each skill and a wider ring sees it.
    pub relaxes: Option<u32>,
}

/// How many agents of a hard floor decline what they are offered first: they have every skill, are
/// members of every queue, and come on queue only for that.
pub(crate) const DECLINERS: u32 = 16;

impl Plan {
    pub(crate) fn new(shape: Shape, agents: usize) -> Self {
        let mut random = Random::new(1_891);
        match shape {
            Shape::Plain => Self::plain(agents),
            Shape::Enterprise => Self::enterprise(agents, &mut random),
            Shape::Hard => Self::hard(agents, &mut random),
        }
    }

    /// The same floor, where work asks for less after 10 minutes.
    pub(crate) fn relaxing(shape: Shape, agents: usize) -> Self {
        Self { relaxes: Some(10), ..Self::new(shape, agents) }
    }

    fn plain(agents: usize) -> Self {
        let person = Person { queues: BTreeSet::from([0]), ..Person::default() };
        Self {
            shape: Shape::Plain,
            choice: AgentChoice::LongestIdle,
            skills: 0,
            queues: 1,
            people: vec![person; agents],
            asks: vec![Ask::default()],
            relaxes: None,
        }
    }

    /// 100 departments of 5 queues and 10 skills. An agent is at home in one, and has queues and
    /// skills of it and the next few.
    fn enterprise(agents: usize, random: &mut Random) -> Self {
        const DEPARTMENTS: usize = 100;
        let person = |random: &mut Random| {
            let home = random.below(DEPARTMENTS);
            let queues = random.between(1, 20);
            let departments = queues.div_ceil(5);
            let near = |place: usize, each: usize| {
                u32::try_from((home * each + place) % (DEPARTMENTS * each)).expect("a small number")
            };
            let mut person = Person::default();
            person.queues.extend((0..queues).map(|place| near(place, 5)));
            let wanted = random.between(5, (departments * 10).min(20));
            while person.skills.len() < wanted {
                let skill = near(random.below(departments * 10), 10);
                person.skills.insert(skill, *random.pick(&[20, 40, 60, 80, 100]));
            }
            person
        };
        let people: Vec<_> = (0..agents).map(|_| person(random)).collect();
        let asks = distinct(5_000, random, |random| ask_of(&people, random));
        Self {
            shape: Shape::Enterprise,
            choice: AgentChoice::LongestIdle,
            skills: 1_000,
            queues: 500,
            people,
            asks,
            relaxes: None,
        }
    }

    /// 8 queues that take the most proficient. A quarter of the work finds many who can have it, a
    /// quarter asks for a skill that nobody who is there has, a quarter was declined before, and a
    /// quarter waits for one agent alone.
    fn hard(agents: usize, random: &mut Random) -> Self {
        const QUEUES: u32 = 8;
        const COMMON: u32 = 60;
        const SCARCE: u32 = 4;
        let level = |random: &mut Random| random.between(1, 100) as u8;
        let person = |number: usize, random: &mut Random| {
            let mut person = Person::default();
            if number < DECLINERS as usize {
                person.queues.extend(0..QUEUES);
                person.skills.extend((0..COMMON + SCARCE).map(|skill| (skill, 100)));
                person.away = true;
                return person;
            }
            while person.queues.len() < 3 {
                person.queues.insert(random.below(QUEUES as usize) as u32);
            }
            while person.skills.len() < 12 {
                person.skills.insert(random.below(COMMON as usize) as u32, level(random));
            }
            person.away = number.is_multiple_of(100);
            person
        };
        let people: Vec<_> = (0..agents).map(|number| person(number, random)).collect();
        let others = &people[DECLINERS as usize..];
        let away: Vec<u32> = (0..agents as u32)
            .skip(DECLINERS as usize)
            .filter(|number| people[*number as usize].away)
            .collect();
        let mut kind = 0;
        let asks = distinct(2_000, random, |random| {
            let mut ask = ask_of(others, random);
            kind = (kind + 1) % 4;
            match kind {
                0 => ask.declined = true,
                1 => ask.least.push((COMMON + random.below(SCARCE as usize) as u32, 1)),
                2 if !away.is_empty() => {
                    let agent = *random.pick(&away);
                    let theirs: Vec<u32> = people[agent as usize].queues.iter().copied().collect();
                    ask = Ask { queue: *random.pick(&theirs), only: Some(agent), ..Ask::default() };
                }
                _ => {}
            }
            ask
        });
        Self {
            shape: Shape::Hard,
            choice: AgentChoice::MostProficient,
            skills: COMMON + SCARCE,
            queues: QUEUES,
            people,
            asks,
            relaxes: None,
        }
    }
}

/// What some agent can do: 1 to 3 of the agent's skills at the levels of a scale, none above the
/// agent's own level.
fn ask_of(people: &[Person], random: &mut Random) -> Ask {
    let person = random.pick(people);
    let queues: Vec<u32> = person.queues.iter().copied().collect();
    let skills: Vec<(u32, u8)> = person.skills.iter().map(|(skill, has)| (*skill, *has)).collect();
    let mut least = BTreeMap::new();
    for _ in 0..random.between(1, 3) {
        let (skill, has) = *random.pick(&skills);
        let steps = usize::from(has / 20).clamp(1, 3);
        least.insert(skill, has.min(random.between(1, steps) as u8 * 20));
    }
    Ask {
        queue: *random.pick(&queues),
        least: least.into_iter().collect(),
        priority: random.below(4) as i32,
        ..Ask::default()
    }
}

fn distinct(
    count: usize,
    random: &mut Random,
    mut ask: impl FnMut(&mut Random) -> Ask,
) -> Vec<Ask> {
    let mut known = BTreeSet::new();
    let mut asks = Vec::new();
    for _ in 0..count * 20 {
        let ask = ask(random);
        if known.insert((ask.queue, ask.least.clone(), ask.only)) {
            asks.push(ask);
        }
        if asks.len() == count {
            break;
        }
    }
    asks
}
