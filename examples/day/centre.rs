//! The made-up centre: its channels, skills, queues, codes, reasons and agents.

use strowger::*;

use crate::random::Pcg;
use crate::scenario::Unusable;

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
        let mut define = Definer {
            engine: &mut engine,
            log: &mut log,
            now,
        };
        let channels = define.channels()?;
        let skills = define.skills()?;
        let reasons = define.reasons()?;
        let queues = define.queues()?;
        let mut centre = Self {
            engine,
            log,
            now,
            channels,
            skills,
            queues,
            reasons,
            agents: Vec::new(),
        };
        for team in teams(&queues) {
            centre.hire(&team, chance)?;
        }
        Ok(centre)
    }

    fn hire(&mut self, team: &Team, chance: &mut Pcg) -> Result<(), Unusable> {
        for number in 0..team.agents {
            let profile = AgentProfile {
                skills: self.talents(number, chance),
                capacity: team.capacity.clone(),
                lease: Some(LEASE),
                ..AgentProfile::default()
            };
            let key = format!("{}-{:02}", team.name, number + 1);
            let command = Define::new(&key, profile);
            let agent = self.engine.execute(self.now, command, &mut self.log)?;
            for (queue, rank, delay) in &team.queues {
                let (queue, delay) = (*queue, Span::from_secs(*delay));
                let membership = Membership {
                    rank: *rank,
                    delay,
                    position: 0,
                };
                let command = SetMembership {
                    agent,
                    queue,
                    membership,
                };
                self.engine.execute(self.now, command, &mut self.log)?;
            }
            self.agents.push(agent);
        }
        Ok(())
    }

    /// Everybody speaks English, and some one or two languages more; products are known better or
    /// worse.
    fn talents(
        &self,
        number: u64,
        chance: &mut Pcg,
    ) -> std::collections::BTreeMap<SkillId, Proficiency> {
        let [english, french, german, spanish] = self.skills.languages;
        let mut level = |low, high| chance.between(low, high) as Proficiency;
        let mut talents: std::collections::BTreeMap<_, _> = [(english, 100)].into();
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

/// Agents who work alike.
struct Team {
    name: &'static str,
    agents: u64,
    capacity: Capacity,
    /// Queue, rank, and delay in seconds.
    queues: Vec<(QueueId, u8, u32)>,
}

fn teams(queues: &Queues) -> [Team; 6] {
    let one = Capacity::one;
    let team = |name, agents, capacity, queues| Team {
        name,
        agents,
        capacity,
        queues,
    };
    [
        team(
            "service",
            19,
            one(),
            vec![(queues.premium, 2, 5), (queues.service, 3, 0)],
        ),
        team(
            "sales",
            10,
            one(),
            vec![(queues.sales, 1, 0), (queues.service, 4, 30)],
        ),
        team(
            "technical",
            9,
            one(),
            vec![(queues.technical, 1, 0), (queues.cases, 3, 0)],
        ),
        team(
            "premium",
            4,
            one(),
            vec![(queues.premium, 1, 0), (queues.service, 4, 10)],
        ),
        // Three chats, or a chat and a few messages, or two e-mails at a time.
        team(
            "digital",
            17,
            Capacity::units(100),
            vec![
                (queues.chat, 1, 0),
                (queues.messages, 2, 0),
                (queues.email, 3, 0),
            ],
        ),
        team(
            "back-office",
            5,
            one(),
            vec![(queues.cases, 1, 0), (queues.email, 2, 0)],
        ),
    ]
}

/// Speaks definitions to an engine.
struct Definer<'a> {
    engine: &'a mut Engine,
    log: &'a mut Log,
    now: Timestamp,
}

impl Definer<'_> {
    fn define<P>(&mut self, key: &str, profile: P) -> Result<P::Id, Refusal>
    where
        P: Profile,
        Define<P>: Action<Output = P::Id>,
    {
        self.engine
            .execute(self.now, Define::new(key, profile), self.log)
    }

    fn channels(&mut self) -> Result<Channels, Refusal> {
        let cost = |cost, profile| ChannelProfile { cost, ..profile };
        Ok(Channels {
            voice: self.define("voice", cost(100, ChannelProfile::voice()))?,
            chat: self.define("chat", cost(33, ChannelProfile::chat()))?,
            message: self.define("message", cost(25, ChannelProfile::message()))?,
            email: self.define("e-mail", cost(50, ChannelProfile::email()))?,
            case: self.define("case", cost(100, ChannelProfile::work_item()))?,
        })
    }

    fn skills(&mut self) -> Result<Skills, Refusal> {
        let mut skill = |key| self.define(key, SkillProfile::default());
        Ok(Skills {
            languages: [
                skill("english")?,
                skill("french")?,
                skill("german")?,
                skill("spanish")?,
            ],
            products: [skill("mobile")?, skill("broadband")?, skill("television")?],
        })
    }

    fn reasons(&mut self) -> Result<Vec<ReasonId>, Refusal> {
        let response = Some(Response::Nothing);
        let expertise = RejectReasonProfile {
            reassignable: false,
            response,
            retry_after: None,
        };
        let retry_after = Some(Span::from_mins(2));
        let busy = RejectReasonProfile {
            reassignable: true,
            response,
            retry_after,
        };
        Ok(vec![
            self.define("not my expertise", expertise)?,
            self.define("busy", busy)?,
        ])
    }

    fn codes(&mut self, keys: &[&str]) -> Result<Vec<CodeId>, Refusal> {
        let code = |key: &&str| self.define(key, WrapUpCodeProfile::default());
        keys.iter().map(code).collect()
    }

    fn queues(&mut self) -> Result<Queues, Refusal> {
        let talk = self.codes(&["resolved", "follow-up needed", "wrong department"])?;
        let sale = self.codes(&["sold", "offer sent", "not interested"])?;
        let after = |mode, codes: &[CodeId]| WrapUpProfile {
            codes: codes.to_vec(),
            default_code: codes.first().copied(),
            ..WrapUpProfile::of(mode)
        };
        let timeout = Span::from_secs;
        let minute = WrapUpMode::MandatoryTimeout {
            timeout: timeout(60),
        };
        let fixed = WrapUpMode::ForcedTimeout {
            timeout: timeout(20),
        };
        let aside = WrapUpMode::Optional {
            timeout: timeout(120),
        };
        let asked = WrapUpMode::OnRequest {
            timeout: timeout(180),
        };
        let best = AgentChoice::MostProficient;
        let least = AgentChoice::LeastLoaded;
        let queue = |target, wrap_up| QueueProfile {
            service_target: Span::from_secs(target),
            wrap_up,
            exhausted: Exhausted::Retry {
                after: Span::from_secs(30),
            },
            ..QueueProfile::default()
        };
        let none = WrapUpProfile::default;
        let (order, choice) = (Order::Priority, best);
        Ok(Queues {
            service: self.define("service", queue(20, after(minute, &talk)))?,
            sales: self.define(
                "sales",
                QueueProfile {
                    choice,
                    ..queue(20, after(WrapUpMode::Mandatory, &sale))
                },
            )?,
            technical: self.define(
                "technical",
                QueueProfile {
                    choice,
                    ..queue(60, after(minute, &talk))
                },
            )?,
            premium: self.define(
                "premium",
                QueueProfile {
                    order,
                    ..queue(10, after(fixed, &talk))
                },
            )?,
            chat: self.define(
                "chat",
                QueueProfile {
                    choice: least,
                    ..queue(45, after(aside, &talk))
                },
            )?,
            messages: self.define(
                "messages",
                QueueProfile {
                    choice: least,
                    ..queue(300, none())
                },
            )?,
            email: self.define(
                "e-mail",
                QueueProfile {
                    order: Order::Deadline,
                    ..queue(7_200, none())
                },
            )?,
            cases: self.define(
                "cases",
                QueueProfile {
                    order: Order::Deadline,
                    ..queue(14_400, after(asked, &[]))
                },
            )?,
        })
    }
}
