//! A centre in which colleagues are asked for help, its switch and its previews.

use strowger::Action;
use strowger::centre::{
    CentreCommand, CentreConfig, CentreLog, CentreRefusal, CentreReply, Joined,
};
use strowger::command::Actor;
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{ChannelId, OfferId, Preferred};
use strowger::prelude::*;
use strowger_engage::Event;
use strowger_engage::*;

pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) const IDA: AgentId = AgentId::from_raw(0);
pub(crate) const OMAR: AgentId = AgentId::from_raw(1);
pub(crate) const KIM: AgentId = AgentId::from_raw(2);
pub(crate) const LEE: AgentId = AgentId::from_raw(3);
pub(crate) const WORKERS: [AgentId; 3] = [KIM, LEE, AgentId::from_raw(4)];
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);
pub(crate) const IM: ChannelId = ChannelId::from_raw(1);
pub(crate) const SUPPORT: QueueId = QueueId::from_raw(0);
pub(crate) const EXPERTS: QueueId = QueueId::from_raw(1);
/// The call of [`Floor::call`] at the switch.
pub(crate) const CALL: &str = "006c0198a0b5d001";

pub(crate) struct Floor {
    pub(crate) centre: Centre,
    pub(crate) switch: Switch,
    pub(crate) previews: Previews,
    /// What the switch is asked for.
    pub(crate) requests: Vec<Request>,
    /// What is shown.
    pub(crate) messages: Vec<PreviewMessage>,
    pub(crate) not_sent: Vec<NotSent>,
    pub(crate) now: i64,
    revision: u64,
}

pub(crate) fn experts() -> QueueProfile {
    let window = Some(Span::from_secs(20));
    QueueProfile::routing_point().with_offer_windows([(IM, window), (VOICE, window)])
}

/// An event of the switch at a telephone.
pub(crate) fn event(name: &str, dn: &str, agent: &str, sec: i64) -> Event {
    let json = serde_json::json!({
        "Event": name, "ThisDN": dn, "AgentID": agent, "time": {"sec": sec, "usec": 0},
    });
    serde_json::from_value(json).unwrap()
}

impl Floor {
    pub(crate) fn new() -> Self {
        Self::with(experts(), SwitchConfig::default())
    }

    pub(crate) fn with(experts: QueueProfile, config: SwitchConfig) -> Self {
        let mut log = CentreLog::default();
        let opening = CentreConfig::new(Config::default().with_clock_step(None))
            .with_records(RecordConfig::default().with_types(InteractionType::ALL))
            .with_knowledge(KnowledgeConfig::default());
        let centre = Centre::new(opening, at(0), &mut log).unwrap();
        let mut floor = Self {
            centre,
            switch: Switch::new(config),
            previews: Previews::new(PreviewConfig::new("SIP_Switch")),
            requests: Vec::new(),
            messages: Vec::new(),
            not_sent: Vec::new(),
            now: 0,
            revision: 0,
        };
        floor.tell(Define::new("voice", ChannelProfile::voice()));
        floor.tell(Define::new("im", ChannelProfile::chat()));
        floor.tell(Define::new("support", QueueProfile::default()));
        floor.tell(Define::new("experts", experts));
        for key in ["ida", "omar"] {
            let agent = floor.tell(Define::new(key, AgentProfile::default()));
            floor.tell(SetMembership::new(agent, SUPPORT));
            floor.tell(SetPresence::new(agent, SystemPresence::OnQueue.id()));
        }
        floor.tell(ConfigureKnowledge::new(KnowledgeConfig::default().with_im_channel(IM)));
        for key in ["kim", "lee", "max"] {
            let worker = AgentProfile::knowledge_worker(IM, VOICE);
            let worker = floor.tell(Define::new(key, worker));
            floor.tell(SetMembership::new(worker, EXPERTS));
            floor.tell(SetKnowledgeWorker::new(worker).with_im(format!("{key}@example.org")));
        }
        floor.tell(SetRoutingPoint::new("7100", RoutingPoint::new(EXPERTS)));
        floor
    }

    /// With all workers online, at telephones 5117 to 5119.
    pub(crate) fn seated(experts: QueueProfile) -> Self {
        let mut floor = Self::with(experts, SwitchConfig::default());
        for (worker, dn) in WORKERS.into_iter().zip(["5117", "5118", "5119"]) {
            floor.report(worker, "Online");
            floor.sit(worker, Some(dn));
        }
        floor.requests.clear();
        floor
    }

    pub(crate) fn tell<A>(&mut self, action: A) -> A::Output
    where
        A: Action,
        A::Layer: Joined,
    {
        self.attempt(action).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub(crate) fn attempt<A>(&mut self, action: A) -> Result<A::Output, CentreRefusal>
    where
        A: Action,
        A::Layer: Joined,
    {
        let mut log = CentreLog::default();
        let done = self.centre.execute(at(self.now), action, &mut log);
        self.follow(log);
        done
    }

    /// Executes what an event became.
    pub(crate) fn execute(&mut self, command: CentreCommand) -> Result<CentreReply, CentreRefusal> {
        let mut log = CentreLog::default();
        let done = self.centre.tell(at(self.now), Actor::Host, command, &mut log);
        self.follow(log);
        done
    }

    fn follow(&mut self, log: CentreLog) {
        for fact in log.iter().filter_map(|fact| fact.knowledge()) {
            for made in self.switch.observe(&self.centre, fact) {
                match made {
                    Ok(request) => self.requests.push(request),
                    Err(why) => self.not_sent.push(why),
                }
            }
        }
        for made in self.previews.observe(&self.centre, log.as_slice()) {
            match made {
                Ok(message) => self.messages.push(message),
                Err(why) => self.not_sent.push(why),
            }
        }
        self.centre.knowledge().unwrap().check().unwrap();
    }

    /// Hears an event, does what it says, and answers why it says nothing.
    pub(crate) fn hear(&mut self, event: &Event) -> Option<WhyNot> {
        let answer = match event.event {
            EventName::UserEvent => self.previews.hear(&self.centre, event),
            _ => self.switch.hear(&self.centre, event),
        };
        self.requests.extend(answer.requests);
        match answer.heard {
            Ok(command) => {
                self.execute(command).unwrap();
                None
            }
            Err(why) => Some(why),
        }
    }

    pub(crate) fn wait(&mut self, millis: i64) {
        self.now += millis;
        let mut log = CentreLog::default();
        self.centre.advance(at(self.now), &mut log).unwrap();
        self.follow(log);
    }

    pub(crate) fn report(&mut self, worker: AgentId, presence: &str) {
        self.revision += 1;
        self.tell(ReportPresence::new(worker, presence, self.revision));
    }

    pub(crate) fn sit(&mut self, worker: AgentId, dn: Option<&str>) {
        self.tell(SetSeat::new(worker, dn.map(Into::into)));
    }

    /// A customer calls and Ida answers, at telephone 4001.
    pub(crate) fn call(&mut self) -> InteractionId {
        self.switch.place(IDA, "4001");
        let opening = InteractionRequest::new(InteractionType::Phone);
        let call = self.tell(OpenInteraction::new(opening));
        let request = WorkRequest::new(SUPPORT, VOICE)
            .with_key(CALL)
            .with_preferred(Preferred::agent(IDA, Span::from_mins(5)));
        self.tell(SubmitWork::new(call, request));
        let offer = self.offer(IDA);
        self.tell(Accept::new(offer));
        let described = RecordChange::default().with_short_description("It does not start");
        self.tell(SaveInteraction::new(call, Party::Agent(IDA), described));
        call
    }

    pub(crate) fn offer(&self, agent: AgentId) -> OfferId {
        self.centre.engine().view().agent(agent).unwrap().offers()[0]
    }

    pub(crate) fn worker(&self, agent: AgentId) -> &Worker {
        self.centre.knowledge().unwrap().worker(agent).unwrap()
    }

    /// What was asked since it was looked at last, in short.
    pub(crate) fn asked(&mut self) -> Vec<String> {
        self.requests.drain(..).map(|request| short(&request)).collect()
    }
}

/// A request without its number.
pub(crate) fn short(request: &Request) -> String {
    let why = |reasons: &UserData| {
        reasons.values().map(|reason| format!(" {reason}")).collect::<String>()
    };
    match request {
        Request::RegisterAddress { dn, .. } => format!("{dn} read"),
        Request::AgentLogin { dn, agent, mode, reasons, .. } => {
            format!("{dn} login {agent} {mode:?}{}", why(reasons))
        }
        Request::AgentReady { dn, .. } => format!("{dn} ready"),
        Request::AgentNotReady { dn, reasons, .. } => format!("{dn} not ready{}", why(reasons)),
        Request::AgentLogout { dn, .. } => format!("{dn} logout"),
        Request::RouteCall { dn, conn, to, .. } => format!("{dn} route {conn} to {to}"),
        Request::SingleStepTransfer { dn, conn, to, .. } => format!("{dn} transfer {conn} to {to}"),
        Request::SingleStepConference { dn, conn, to, .. } => {
            format!("{dn} conference {conn} with {to}")
        }
        _ => unreachable!("a request of a later version"),
    }
}
