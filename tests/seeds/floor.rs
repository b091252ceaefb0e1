//! A small contact centre with records: two queues, two agents, one of each channel.

use strowger::Action;
use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal};
use strowger::interaction::*;
use strowger::model::{Attributes, ChannelId, Value, Weights};
use strowger::prelude::*;

/// 09:00 of some day.
pub(crate) const NINE: i64 = 32_400_000;

/// So many seconds after nine.
pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(NINE + secs * 1_000)
}

pub(crate) fn secs(secs: u32) -> Span {
    Span::from_secs(secs)
}

pub(crate) const ANA: AgentId = AgentId::from_raw(0);
pub(crate) const BO: AgentId = AgentId::from_raw(1);
pub(crate) const SUPPORT: QueueId = QueueId::from_raw(0);
pub(crate) const SALES: QueueId = QueueId::from_raw(1);
pub(crate) const VOICE: ChannelId = ChannelId::from_raw(0);
pub(crate) const CHAT: ChannelId = ChannelId::from_raw(1);
pub(crate) const MESSAGE: ChannelId = ChannelId::from_raw(2);
pub(crate) const DESK: ChannelId = ChannelId::from_raw(3);

/// The agent as the one who does something.
pub(crate) const BY_ANA: Party = Party::Agent(ANA);

/// A centre with its log.
pub(crate) struct Floor {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
}

/// All types, phone too.
pub(crate) fn with_phone() -> RecordConfig {
    RecordConfig::default().with_types(InteractionType::ALL)
}

/// With a virtual agent.
pub(crate) fn with_virtual_agent() -> RecordConfig {
    RecordConfig::default().with_virtual_agent(true)
}

impl Floor {
    /// Ana and Bo serve both queues; nobody is on queue yet.
    pub(crate) fn new(config: RecordConfig) -> Self {
        Self::of(config, QueueProfile::default())
    }

    pub(crate) fn of(config: RecordConfig, support: QueueProfile) -> Self {
        let mut log = CentreLog::default();
        // Some of these customers are silent for days, in which nobody calls.
        let engine = Config::default().with_clock_step(None);
        let config = CentreConfig::new(engine).with_records(config);
        let centre = Centre::new(config, at(0), &mut log).unwrap();
        let mut floor = Self { centre, log };
        let parked_free = Weights::default().with_parked(0);
        let waiting = ChannelProfile::message().with_weights(parked_free);
        for (key, channel) in [
            ("voice", ChannelProfile::voice()),
            ("chat", ChannelProfile::chat()),
            ("message", waiting.clone()),
            ("desk", waiting),
        ] {
            floor.work(0, Define::new(key, channel));
        }
        floor.work(0, Define::new("support", support));
        floor.work(0, Define::new("sales", QueueProfile::default()));
        for (key, agent) in [("ana", ANA), ("bo", BO)] {
            floor.work(0, Define::new(key, AgentProfile::default()));
            for queue in [SUPPORT, SALES] {
                floor.work(0, SetMembership::new(agent, queue));
            }
        }
        floor
    }

    pub(crate) fn work(&mut self, when: i64, command: impl Into<Command>) -> Reply {
        self.try_work(when, command).unwrap()
    }

    pub(crate) fn try_work(
        &mut self,
        when: i64,
        command: impl Into<Command>,
    ) -> Result<Reply, CentreRefusal> {
        let done = self.centre.execute(at(when), command.into(), &mut self.log);
        self.check();
        done
    }

    pub(crate) fn record<A: Action<Layer = Records>>(&mut self, when: i64, action: A) -> A::Output {
        self.try_record(when, action).map_err(|refusal| panic!("{refusal}")).unwrap()
    }

    pub(crate) fn try_record<A: Action<Layer = Records>>(
        &mut self,
        when: i64,
        action: A,
    ) -> Result<A::Output, CentreRefusal> {
        let done = self.centre.execute(at(when), action, &mut self.log);
        self.check();
        done
    }

    /// The refusal of the records; nothing may have changed.
    pub(crate) fn refused<A: Action<Layer = Records>>(
        &mut self,
        when: i64,
        action: A,
    ) -> RecordRefusal {
        self.centre.advance(at(when), &mut self.log).unwrap();
        let before = (self.records().digest(), self.centre.engine().digest());
        let facts = self.log.len();
        let refusal = match self.try_record(when, action) {
            Ok(_) => panic!("it was done"),
            Err(CentreRefusal::Work(refusal)) => panic!("the engine refused it: {refusal}"),
            Err(CentreRefusal::Record(refusal)) => refusal,
            Err(refusal) => panic!("{refusal}"),
        };
        assert_eq!(before, (self.records().digest(), self.centre.engine().digest()));
        assert_eq!(facts, self.log.len());
        refusal
    }

    pub(crate) fn advance(&mut self, when: i64) {
        self.centre.advance(at(when), &mut self.log).unwrap();
        self.check();
    }

    fn check(&self) {
        self.records().check().unwrap();
        self.centre.engine().verify().unwrap();
    }

    pub(crate) fn on_queue(&mut self, when: i64, agent: AgentId) {
        let presence = SystemPresence::OnQueue.id();
        self.work(when, SetPresence::new(agent, presence));
    }

    pub(crate) fn open(&mut self, when: i64, kind: InteractionType) -> InteractionId {
        self.open_as(when, InteractionRequest::new(kind))
    }

    pub(crate) fn open_as(&mut self, when: i64, opening: InteractionRequest) -> InteractionId {
        self.record(when, OpenInteraction::new(opening))
    }

    pub(crate) fn submit(
        &mut self,
        when: i64,
        interaction: InteractionId,
        queue: QueueId,
        channel: ChannelId,
    ) -> WorkId {
        let request = WorkRequest::new(queue, channel);
        self.record(when, SubmitWork::new(interaction, request))
    }

    /// The agent accepts what was offered to them first.
    pub(crate) fn accept(&mut self, when: i64, agent: AgentId) {
        let offers = self.centre.engine().view().agent(agent).unwrap().offers();
        let offer = *offers.first().expect("something is offered to them");
        self.work(when, Accept::new(offer));
    }

    /// An interaction of a type, waiting since a moment and accepted at another.
    pub(crate) fn accepted(
        &mut self,
        (opened, accepted): (i64, i64),
        kind: InteractionType,
        channel: ChannelId,
    ) -> (InteractionId, WorkId) {
        let id = self.open(opened, kind);
        let work = self.submit(opened, id, SUPPORT, channel);
        self.on_queue(opened, ANA);
        self.accept(accepted, ANA);
        (id, work)
    }

    pub(crate) fn row(&self, id: InteractionId) -> &Interaction {
        self.records().interaction(id).expect("it is not archived")
    }

    pub(crate) fn state(&self, id: InteractionId) -> InteractionState {
        self.row(id).state
    }

    pub(crate) fn describe(&mut self, when: i64, interaction: InteractionId, text: &str) {
        let change = RecordChange::default().with_short_description(text);
        self.record(when, SaveInteraction::new(interaction, BY_ANA, change));
    }

    pub(crate) fn say(
        &mut self,
        when: i64,
        interaction: InteractionId,
        author: Author,
        text: &str,
    ) {
        self.record(when, say(interaction, author, text));
    }

    pub(crate) fn receive(&mut self, when: i64, from: Address, text: &str) -> Received {
        let (kind, to) = (InteractionType::Messaging, "+4930999");
        self.record(when, ReceiveMessage::new(kind, from, to, text))
    }

    pub(crate) fn profile(&self, id: ProfileId) -> ChannelUserProfile {
        self.records().profiles().get(id).unwrap()
    }

    /// How often something happened to records.
    pub(crate) fn count(&self, of: impl Fn(&RecordEvent) -> bool) -> usize {
        self.record_facts().filter(|fact| of(&fact.event)).count()
    }

    pub(crate) fn records(&self) -> &Records {
        self.centre.records().expect("the centre keeps records")
    }

    /// The facts of records that there are.
    pub(crate) fn record_facts(&self) -> impl Iterator<Item = &RecordFact> {
        self.log.iter().filter_map(CentreFact::record)
    }

    /// The facts of the engine that there are.
    pub(crate) fn work_facts(&self) -> impl Iterator<Item = &Fact> {
        self.log.iter().filter_map(CentreFact::work)
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.centre.next_deadline().map(|deadline| deadline.at)
    }
}

pub(crate) fn say(interaction: InteractionId, author: Author, text: &str) -> PostMessage {
    let (visibility, automated) = (Visibility::Public, false);
    PostMessage::new(interaction, author, text)
        .with_visibility(visibility)
        .with_automated(automated)
}

pub(crate) fn close(interaction: InteractionId) -> CloseInteraction {
    CloseInteraction::new(interaction, BY_ANA)
}

pub(crate) fn end(interaction: InteractionId, ending: Ending, by: Party) -> EndInteraction {
    EndInteraction::new(interaction, ending, by)
}

pub(crate) fn sms(number: &str) -> Address {
    Address::new("sms", number)
}

pub(crate) fn variables(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).into(), Value::from(*value))).collect()
}
