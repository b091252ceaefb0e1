//! The made-up centre: everything defined in an engine, and everybody hired.

use std::collections::BTreeMap;

use strowger::model::{ChannelId, Proficiency, ReasonId, SkillId};
use strowger::prelude::*;

use crate::definer::Definer;
use crate::random::Pcg;
use crate::scenario::Unusable;
use crate::teams::{Team, teams};

/// The centre as it is defined in an engine.
#[derive(Debug)]
pub(crate) struct Centre {
    pub(crate) engine: Engine,
    pub(crate) log: Log,
    now: Timestamp,
    pub(crate) channels: Channels,
    pub(crate) skills: Skills,
    pub(crate) queues: Queues,
    pub(crate) reasons: Vec<ReasonId>,
    pub(crate) agents: Vec<AgentId>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels {
    pub(crate) voice: ChannelId,
    pub(crate) chat: ChannelId,
    pub(crate) message: ChannelId,
    pub(crate) email: ChannelId,
    pub(crate) case: ChannelId,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Skills {
    /// English first: everybody speaks it.
    pub(crate) languages: [SkillId; 4],
    pub(crate) products: [SkillId; 3],
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Queues {
    pub(crate) service: QueueId,
    pub(crate) sales: QueueId,
    pub(crate) technical: QueueId,
    pub(crate) premium: QueueId,
    pub(crate) chat: QueueId,
    pub(crate) messages: QueueId,
    pub(crate) email: QueueId,
    pub(crate) cases: QueueId,
}

/// How long an agent is believed without a sign of life.
const LEASE: Span = Span::from_mins(5);

impl Centre {
    /// Defines everything.
    pub(crate) fn open(now: Timestamp, chance: &mut Pcg) -> Result<Self, Unusable> {
        let mut log = Log::default();
        let mut engine = Engine::new(Config::default(), now, &mut log)?;
        let mut define = Definer { engine: &mut engine, log: &mut log, now };
        let channels = define.channels()?;
        let skills = define.skills()?;
        let reasons = define.reasons()?;
        let queues = define.queues()?;
        let mut centre =
            Self { engine, log, now, channels, skills, queues, reasons, agents: Vec::new() };
        for team in teams(&queues) {
            centre.hire(&team, chance)?;
        }
        Ok(centre)
    }

    fn hire(&mut self, team: &Team, chance: &mut Pcg) -> Result<(), Unusable> {
        for number in 0..team.agents {
            let profile = AgentProfile::default()
                .with_skills(self.talents(number, chance))
                .with_capacity(team.capacity.clone())
                .with_lease(LEASE);
            let key = format!("{}-{:02}", team.name, number + 1);
            let command = Define::new(&key, profile);
            let agent = self.engine.execute(self.now, command, &mut self.log)?;
            for (queue, rank, delay) in &team.queues {
                let (queue, delay) = (*queue, Span::from_secs(*delay));
                let membership = Membership::default().with_rank(*rank).with_delay(delay);
                let command = SetMembership::new(agent, queue).with_membership(membership);
                self.engine.execute(self.now, command, &mut self.log)?;
            }
            self.agents.push(agent);
        }
        Ok(())
    }

    /// Everybody speaks English, and some one or two languages more; products are known better or
    /// worse.
    fn talents(&self, number: u64, chance: &mut Pcg) -> BTreeMap<SkillId, Proficiency> {
        let [english, french, german, spanish] = self.skills.languages;
        let mut level = |low, high| chance.between(low, high) as Proficiency;
        let mut talents: BTreeMap<_, _> = [(english, 100)].into();
        for (language, every, rest) in [(french, 3, 0), (german, 4, 1), (spanish, 5, 2)] {
            if number % every == rest {
                talents.insert(language, level(60, 100));
            }
        }
        let products = self.skills.products.iter();
        talents.extend(products.map(|product| (*product, level(35, 100))));
        talents
    }
}
