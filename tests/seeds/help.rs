//! A contact centre whose agents ask colleagues for help: two agents with telephones, three
//! knowledge workers, a routing point with a queue of its own.

use strowger::Action;
use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal, Joined};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{ChannelId, OfferId, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;

/// So many milliseconds after the centre opened.
pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(crate) const IDA: AgentId = AgentId::from_raw(0);
pub(crate) const OMAR: AgentId = AgentId::from_raw(1);
pub(crate) const KIM: AgentId = AgentId::from_raw(2);
pub(crate) const LEE: AgentId = AgentId::from_raw(3);
pub(crate) const MAX: AgentId = AgentId::from_raw(4);
pub(crate) const WORKERS: [AgentId; 3] = [KIM, LEE, MAX];
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);
pub(crate) const IM: ChannelId = ChannelId::from_raw(1);
pub(crate) const SUPPORT: QueueId = QueueId::from_raw(0);
pub(crate) const EXPERTS: QueueId = QueueId::from_raw(1);

pub(crate) struct Help {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
    revision: u64,
    calls: u32,
}

/// The queue behind the number, whose offers ring for 20 seconds.
pub(crate) fn experts() -> QueueProfile {
    QueueProfile::routing_point()
        .with_offer_windows([(IM, Some(Span::from_secs(20))), (VOICE, Some(Span::from_secs(20)))])
}

/// A routing point that asks the worker whom the pair `expert` names.
pub(crate) fn particular(otherwise: Otherwise) -> RoutingPoint {
    let target = Target::Particular { key: "expert".into(), otherwise };
    RoutingPoint::new(EXPERTS).with_target(target)
}

pub(crate) fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> UserData {
    pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

pub(crate) fn point(dn: &str) -> Destination {
    Destination::Point { dn: dn.into() }
}

pub(crate) fn bring(call: InteractionId, dn: &str, how: How) -> Escalate {
    Escalate::new(call, point(dn), how)
}

pub(crate) fn to_expert(call: InteractionId, expert: &str) -> Escalate {
    bring(call, "7200", How::Transfer).with_user_data(pairs([("expert", expert)]))
}

/// The ends of escalations since a place in the log.
pub(crate) fn ends(help: &Help, from: usize) -> Vec<EscalationEnd> {
    let events = help.events(from).into_iter();
    let ends = events.filter_map(|event| match event {
        KnowledgeEvent::EscalationEnded { why, .. } => Some(*why),
        _ => None,
    });
    ends.collect()
}

/// The call is with Ida as if nobody had been asked, and nobody is.
pub(crate) fn unchanged(help: &Help, call: InteractionId) {
    assert_eq!(help.owner(call), Some(IDA));
    assert!(help.knowledge().escalation(call).is_none());
    assert_eq!(help.knowledge().previews().count(), 0);
    assert_eq!(help.centre.parties(call).len(), 2);
    let work = help.record(call).work.unwrap();
    assert_eq!(help.centre.engine().view().work(work).unwrap().stand_ins().count(), 0);
    help.check_replay();
}

impl Help {
    /// Ida and Omar are on queue; nobody knows yet where the workers are.
    pub(crate) fn new() -> Self {
        Self::with(experts())
    }

    pub(crate) fn with(experts: QueueProfile) -> Self {
        let mut log = CentreLog::default();
        let config = CentreConfig::new(Config::default().with_clock_step(None))
            .with_records(RecordConfig::default().with_types(InteractionType::ALL))
            .with_knowledge(KnowledgeConfig::default());
        let centre = Centre::new(config, at(0), &mut log).unwrap();
        let mut help = Self { centre, log, revision: 0, calls: 0 };
        let window = Span::from_secs(15);
        help.tell(0, Define::new("voice", ChannelProfile::voice().with_offer_window(window)));
        help.tell(0, Define::new("im", ChannelProfile::chat()));
        let mandatory = WrapUpMode::MandatoryTimeout { timeout: Span::from_secs(30) };
        let wrap_up = WrapUpProfile::default().with_mode(mandatory);
        help.tell(0, Define::new("support", QueueProfile::default().with_wrap_up(wrap_up)));
        help.tell(0, Define::new("experts", experts));
        for key in ["ida", "omar"] {
            let agent = help.tell(0, Define::new(key, AgentProfile::default()));
            help.tell(0, SetMembership::new(agent, SUPPORT));
            help.presence(0, agent, SystemPresence::OnQueue);
        }
        help.tell(0, ConfigureKnowledge::new(KnowledgeConfig::default().with_im_channel(IM)));
        for key in ["kim", "lee", "max"] {
            let worker = AgentProfile::knowledge_worker(IM, VOICE);
            let worker = help.tell(0, Define::new(key, worker));
            help.tell(0, SetMembership::new(worker, EXPERTS));
            help.tell(0, SetKnowledgeWorker::new(worker).with_im(key));
        }
        help.tell(0, SetRoutingPoint::new("7100", RoutingPoint::new(EXPERTS)));
        help
    }

    /// With all workers online.
    pub(crate) fn online(experts: QueueProfile) -> Self {
        let mut help = Self::with(experts);
        WORKERS.into_iter().for_each(|worker| help.report(0, worker, "Online"));
        help
    }

    pub(crate) fn tell<A>(&mut self, when: i64, action: A) -> A::Output
    where
        A: Action,
        A::Layer: Joined,
    {
        self.attempt(when, action).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub(crate) fn attempt<A>(&mut self, when: i64, action: A) -> Result<A::Output, CentreRefusal>
    where
        A: Action,
        A::Layer: Joined,
    {
        let done = self.centre.execute(at(when), action, &mut self.log);
        self.check();
        done
    }

    /// The refusal of a command; nothing may have changed in any layer.
    pub(crate) fn refused<A>(&mut self, when: i64, action: A) -> KnowledgeRefusal
    where
        A: Action,
        A::Layer: Joined,
    {
        self.advance(when);
        let (before, facts) = (self.centre.digest(), self.log.len());
        let refusal = match self.attempt(when, action) {
            Ok(_) => panic!("it was done"),
            Err(CentreRefusal::Knowledge(refusal)) => refusal,
            Err(refusal) => panic!("{refusal}"),
        };
        assert_eq!((before, facts), (self.centre.digest(), self.log.len()));
        refusal
    }

    pub(crate) fn advance(&mut self, when: i64) {
        self.centre.advance(at(when), &mut self.log).unwrap();
        self.check();
    }

    /// Every invariant holds, and a snapshot goes on the same.
    fn check(&self) {
        self.centre.engine().verify().unwrap();
        self.centre.records().unwrap().check().unwrap();
        self.knowledge().check().unwrap();
        let restored = <Centre>::restore(self.centre.snapshot()).unwrap();
        assert_eq!(restored.digest(), self.centre.digest());
    }

    /// The facts alone make the same centre again.
    pub(crate) fn check_replay(&self) {
        let facts: Vec<CentreFact> = self.log.iter().cloned().collect();
        let replayed = <Centre>::replay(facts).unwrap();
        assert_eq!(replayed.digest(), self.centre.digest());
        // And it can be kept.
        assert_eq!(<Centre>::restore(replayed.snapshot()).unwrap().digest(), replayed.digest());
    }

    pub(crate) fn presence(&mut self, when: i64, agent: AgentId, presence: SystemPresence) {
        self.tell(when, SetPresence::new(agent, presence.id()));
    }

    /// The messenger reports what a worker shows.
    pub(crate) fn report(&mut self, when: i64, worker: AgentId, presence: &str) {
        self.revision += 1;
        let revision = self.revision;
        self.tell(when, ReportPresence::new(worker, presence, revision));
    }

    /// A customer calls and Ida answers; the interaction of the call.
    pub(crate) fn call(&mut self, when: i64) -> InteractionId {
        self.calls += 1;
        let opening = InteractionRequest::new(InteractionType::Phone)
            .with_opened_for(format!("customer-{}", self.calls));
        let call = self.tell(when, OpenInteraction::new(opening));
        let request = WorkRequest::new(SUPPORT, VOICE)
            .with_preferred(strowger::model::Preferred::agent(IDA, Span::from_mins(5)));
        self.tell(when, SubmitWork::new(call, request));
        let offer = self.offers(IDA)[0];
        self.tell(when, Accept::new(offer));
        let described = RecordChange::default().with_short_description("It does not start");
        self.tell(when, SaveInteraction::new(call, Party::Agent(IDA), described));
        call
    }

    pub(crate) fn ask(&mut self, when: i64, key: &str, about: InteractionId) -> AskedAnswer {
        let ask = Ask::new(key, IDA, "7100")
            .with_about(about)
            .with_user_data([("Notes".into(), "Which fuse is it?".into())])
            .with_text("The customer reads the label to me.");
        self.tell(when, ask)
    }

    pub(crate) fn offers(&self, agent: AgentId) -> &[OfferId] {
        self.centre.engine().view().agent(agent).unwrap().offers()
    }

    /// Whoever rings because of a routing point, in order of their definition.
    pub(crate) fn ringing(&self, now: i64) -> Vec<AgentId> {
        let all = [IDA, OMAR, KIM, LEE, MAX];
        all.into_iter().filter(|agent| !self.cards(now, *agent).is_empty()).collect()
    }

    pub(crate) fn cards(&self, now: i64, agent: AgentId) -> Vec<PreviewCard> {
        self.centre.cards(agent, at(now)).unwrap()
    }

    pub(crate) fn preview(&self, agent: AgentId) -> OfferId {
        let now = self.centre.engine().now();
        self.centre.cards(agent, now).unwrap()[0].preview
    }

    pub(crate) fn accept(&mut self, when: i64, agent: AgentId) {
        self.tell(when, Accept::new(self.preview(agent)));
    }

    pub(crate) fn decline(&mut self, when: i64, agent: AgentId) {
        self.tell(when, Reject::new(self.preview(agent)));
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        self.centre.knowledge().unwrap()
    }

    pub(crate) fn record(&self, interaction: InteractionId) -> &Interaction {
        self.centre.records().unwrap().interaction(interaction).unwrap()
    }

    pub(crate) fn owner(&self, interaction: InteractionId) -> Option<AgentId> {
        let work = self.record(interaction).work?;
        self.centre.engine().view().work(work)?.stage().owner()
    }

    pub(crate) fn state(&self, worker: AgentId) -> &AgentState {
        &self.knowledge().worker(worker).unwrap().state
    }

    pub(crate) fn status(&self, agent: AgentId) -> RoutingStatus {
        self.centre.engine().view().agent(agent).unwrap().status()
    }

    /// The events of this layer since a place in the log.
    pub(crate) fn events(&self, from: usize) -> Vec<&KnowledgeEvent> {
        let facts = self.log.as_slice()[from..].iter();
        facts.filter_map(CentreFact::knowledge).map(|fact| &fact.event.event).collect()
    }

    /// The names of all facts since a place in the log.
    pub(crate) fn names(&self, from: usize) -> Vec<&'static str> {
        let facts = self.log.as_slice()[from..].iter();
        let name = |fact: &CentreFact| {
            let work = fact.work().map(|fact| fact.event.name());
            let record = fact.record().map(|fact| fact.event.name());
            work.or(record).or_else(|| fact.knowledge().map(|fact| fact.event.event.name()))
        };
        facts.map(|fact| name(fact).unwrap()).collect()
    }
}
