//! What must hold of colleagues who are asked for help on every history, whatever the host does
//! meanwhile: it repeats, reorders, names what is not there, and takes the centre down at any time.

use std::collections::{BTreeMap, BTreeSet};

use strowger::centre::{CentreCommand, CentreFact, CentreLog, CentreRefusal};
use strowger::command::{Command, Submit};
use strowger::fact::{Event, OfferedBy};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{ChannelId, OfferId, WorkCondition, WorkId};
use strowger::prelude::*;

use crate::records::{self, Dice, hold};
use crate::support;
use crate::support::ops::History;
use crate::support::{ByNumbers, Call, open};

const IM: ChannelId = ChannelId::from_raw(0);

/// A centre with everything that was told, and what a stranger knows of it.
pub(crate) struct Asked {
    centre: Centre,
    log: CentreLog,
    seen: Seen,
}

/// What a stranger who reads the log knows.
#[derive(Clone, Default)]
struct Seen {
    read: usize,
    states: BTreeMap<AgentId, AgentState>,
    /// The requests and calls that stand in line, by their work.
    works: BTreeMap<WorkId, InteractionId>,
    /// Who asked, by the work of the request.
    askers: BTreeMap<WorkId, AgentId>,
    sessions: BTreeMap<InteractionId, (u32, bool)>,
    escalations: BTreeMap<InteractionId, WorkId>,
    offers: BTreeMap<OfferId, WorkId>,
    /// The sessions that somebody has.
    live: BTreeSet<InteractionId>,
}

impl Seen {
    /// Reads what is new in the log. Nobody is asked who is not ready, nobody accepts what somebody
    /// has, a session begins and ends once, and so does an escalation.
    fn read(&mut self, log: &CentreLog) -> Result<(), String> {
        let new = &log.as_slice()[self.read..];
        self.read = log.len();
        for fact in new {
            if let Some(fact) = fact.work() {
                self.read_work(&fact.event)?;
            }
            if let Some(fact) = fact.knowledge() {
                self.read_knowledge(&fact.event.event)?;
            }
        }
        Ok(())
    }

    fn read_work(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::WorkOffered { offer, work, agent, by, .. } => {
                if let Some(state) = self.states.get(agent)
                    && self.is_message(*work)
                    && *by == OfferedBy::Routing
                {
                    let ready = *state == AgentState::Ready;
                    hold(&format!("{agent} was asked and is {state:?}"), ready)?;
                }
                let own = self.askers.get(work) == Some(agent);
                hold("nobody is asked their own question", !own)?;
                self.offers.insert(*offer, *work);
            }
            // From now on it is work of another channel.
            Event::CallbackRequested { work, .. } => drop(self.works.remove(work)),
            Event::OfferAccepted { offer, .. } => {
                let work = self.offers.get(offer);
                let session = work.and_then(|work| self.works.get(work));
                let taken = session.is_some_and(|session| self.live.contains(session));
                hold("nobody accepts what somebody has", !taken)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn is_message(&self, work: WorkId) -> bool {
        self.works.get(&work).is_some_and(|id| self.sessions.contains_key(id))
    }

    fn read_knowledge(&mut self, event: &KnowledgeEvent) -> Result<(), String> {
        match event {
            KnowledgeEvent::WorkerSet { agent, state, .. }
            | KnowledgeEvent::StateChanged { agent, state, .. } => {
                self.states.insert(*agent, state.clone());
            }
            KnowledgeEvent::WorkerRemoved { agent, .. } => drop(self.states.remove(agent)),
            KnowledgeEvent::Asked { interaction, session, .. } => {
                self.works.insert(session.work, *interaction);
                self.askers.insert(session.work, session.asker);
                self.sessions.insert(*interaction, (0, false));
            }
            KnowledgeEvent::SessionBegan { interaction, .. } => {
                let (begun, over) = self.sessions.get_mut(interaction).expect("it was asked");
                *begun += 1;
                self.live.insert(*interaction);
                hold("a session begins once, before it is over", *begun == 1 && !*over)?;
            }
            KnowledgeEvent::SessionMoved { interaction, to, .. } => {
                match to {
                    Some(_) => self.live.insert(*interaction),
                    None => self.live.remove(interaction),
                };
            }
            KnowledgeEvent::SessionEnded { interaction, .. }
            | KnowledgeEvent::Unanswered { interaction, .. } => {
                let (begun, over) = self.sessions.get_mut(interaction).expect("it was asked");
                self.live.remove(interaction);
                hold("a session ends once", !std::mem::replace(over, true))?;
                let unanswered = matches!(event, KnowledgeEvent::Unanswered { .. });
                hold("whoever was answered is not unanswered", !(unanswered && *begun > 0))?;
            }
            KnowledgeEvent::EscalationBegan { interaction, escalation, .. } => {
                let before = self.escalations.insert(*interaction, escalation.work);
                hold("one escalation of a call is pending", before.is_none())?;
            }
            KnowledgeEvent::EscalationEnded { interaction, .. } => {
                let pending = self.escalations.remove(interaction);
                hold("what ends was pending", pending.is_some())?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn some_agent(dice: &mut Dice) -> AgentId {
    AgentId::from_raw(dice.roll(5) as u32)
}

fn some_dn(dice: &mut Dice) -> &'static str {
    ["7100", "7200", "7300", "5117", "5118"][dice.roll(5) as usize]
}

fn some_data(dice: &mut Dice) -> UserData {
    let agents = ["agent0", "agent1", "agent2", "5117", "5118", "nobody"];
    let expert = agents[dice.roll(6) as usize];
    let mut data: UserData = [("expert".into(), expert.into())].into();
    if dice.roll(2) == 0 {
        data.insert("Notes".into(), "Which fuse?".into());
    }
    data
}

fn some_point(dice: &mut Dice) -> RoutingPoint {
    let queue = QueueId::from_raw(dice.roll(4) as u32);
    let otherwise = match dice.roll(3) {
        0 => Otherwise::Refuse,
        1 => Otherwise::Group,
        _ => Otherwise::Queue { queue: QueueId::from_raw(dice.roll(4) as u32) },
    };
    let target = match dice.roll(2) {
        0 => Target::Group,
        _ => Target::Particular { key: "expert".into(), otherwise },
    };
    let never = WorkCondition::Any(Vec::new());
    let preview = if dice.roll(3) == 0 { never } else { WorkCondition::default() };
    RoutingPoint::new(queue)
        .with_target(target)
        .with_preview(preview)
        .with_may_decline(dice.roll(4) > 0)
}

/// The interaction of a call that somebody has, or any.
fn some_call(dice: &mut Dice, records: &Records) -> InteractionId {
    let spoken = |row: &&Interaction| {
        matches!(row.kind, InteractionType::Phone | InteractionType::Video)
            && row.state == InteractionState::WorkInProgress
    };
    let calls: Vec<_> = records.interactions().filter(spoken).map(|row| row.id).collect();
    match calls.is_empty() || dice.roll(6) == 0 {
        true => InteractionId::from_raw(1 + dice.roll(20)),
        false => calls[dice.roll(calls.len() as u64) as usize],
    }
}

/// Something that somebody tells this layer.
fn some_knowledge(dice: &mut Dice, centre: &Centre) -> KnowledgeCommand {
    let records = centre.records().expect("records are kept");
    let agent = some_agent(dice);
    match dice.roll(18) {
        0 | 1 => SetKnowledgeWorker::new(agent).into(),
        2 if dice.roll(3) == 0 => RemoveKnowledgeWorker::new(agent).into(),
        2 | 3 => {
            let seat = ["5117", "5118"][dice.roll(2) as usize];
            SetSeat::new(agent, (dice.roll(4) > 0).then(|| seat.into())).into()
        }
        4 | 5 => {
            let word = ["Online", "Online", "Busy", "Offline", "Meeting"][dice.roll(5) as usize];
            ReportPresence::new(agent, word, dice.roll(60)).into()
        }
        6 => SetRoutingPoint::new(some_dn(dice), some_point(dice)).into(),
        7 if dice.roll(4) == 0 => RemoveRoutingPoint::new(some_dn(dice)).into(),
        7..=9 => {
            let key = format!("q-{}", dice.roll(12));
            let mut ask = Ask::new(key, agent, some_dn(dice)).with_user_data(some_data(dice));
            if dice.roll(2) == 0 {
                ask = ask.with_about(some_call(dice, records));
            }
            if dice.roll(2) == 0 {
                ask = ask.with_text("It does not start.");
            }
            ask.into()
        }
        10 => {
            let interaction = match dice.roll(2) {
                0 => some_call(dice, records),
                _ => InteractionId::from_raw(1 + dice.roll(20)),
            };
            AttachData::new(interaction, some_data(dice)).into()
        }
        11 => CancelEscalation::new(some_call(dice, records)).into(),
        _ => {
            let dn = some_dn(dice).into();
            let to = match dice.roll(2) {
                0 => Destination::Seat { dn },
                _ => Destination::Point { dn },
            };
            let how = [How::Transfer, How::Conference][dice.roll(2) as usize];
            let escalate = Escalate::new(some_call(dice, records), to, how);
            escalate.with_user_data(some_data(dice)).into()
        }
    }
}

/// Now and then whoever is asked answers, and whoever has a session ends it.
fn some_answer(dice: &mut Dice, centre: &Centre) -> Option<CentreCommand> {
    let knowledge = centre.knowledge().expect("the layer is there");
    let previews: Vec<_> = knowledge.previews().collect();
    if !previews.is_empty() && dice.roll(3) == 0 {
        let preview = previews[dice.roll(previews.len() as u64) as usize];
        let command: Command = match dice.roll(3) {
            0 => Reject::new(preview).into(),
            _ => Accept::new(preview).into(),
        };
        return Some(command.into());
    }
    let agent = some_agent(dice);
    let session = knowledge.sessions_of(agent).chain(knowledge.asked_by(agent)).next()?;
    let by = Party::Agent(agent);
    (dice.roll(6) == 0)
        .then(|| RecordCommand::from(EndInteraction::new(session, Ending::Agent, by)).into())
}

impl Asked {
    fn begin(history: &History) -> Self {
        let (engine, facts) = open(&history.config);
        let (mut log, now) = (CentreLog::default(), facts[0].at);
        let mut centre = Centre::join(engine, None).unwrap();
        let profiles = ProfilesInMemory::default();
        centre.keep_records(profiles, records::config(), now, &mut log).unwrap();
        centre.keep_knowledge(KnowledgeConfig::default(), now, &mut log).unwrap();
        Self { centre, log, seen: Seen::default() }
    }

    /// A call of the host. Every new piece of work has an interaction, and most are calls.
    fn call(&mut self, call: &Call, dice: &mut Dice) {
        let Self { centre, log, .. } = self;
        match &call.command {
            None => centre.advance(call.now, log).unwrap(),
            Some(Command::Submit(Submit(request))) if dice.roll(8) > 0 => {
                let opening = match dice.roll(3) {
                    0 => records::some_opening(dice),
                    _ => OpenInteraction::new(
                        InteractionRequest::new(InteractionType::Phone)
                            .with_short_description("A call"),
                    ),
                };
                if let Ok(interaction) = centre.execute(call.now, opening, log) {
                    let request = request.clone();
                    let _ = centre.execute(call.now, SubmitWork::new(interaction, request), log);
                }
            }
            Some(command) => {
                let _ = centre.execute_as(call.now, call.by.clone(), command.clone(), log);
            }
        }
    }

    /// What is refused changes nothing in any layer, and ending one contact never ends another.
    fn tell(&mut self, now: Timestamp, command: CentreCommand) -> Result<bool, String> {
        self.centre.advance(now, &mut self.log).unwrap();
        let (before, facts) = (self.centre.digest(), self.log.len());
        let told = format!("{command:?}");
        let actor = strowger::command::Actor::Host;
        match self.centre.tell(now, actor, command, &mut self.log) {
            Ok(_) => Ok(true),
            // Something is left from before; it is done first.
            Err(CentreRefusal::Work(Refusal::Behind { .. })) => Ok(false),
            Err(refusal) => {
                let same = (self.centre.digest(), self.log.len()) == (before, facts);
                hold(&format!("{told} was refused, {refusal}, and changed something"), same)?;
                Ok(false)
            }
        }
    }

    /// Whatever happened, the layers agree; and a call that is to be brought to somebody is with
    /// its owner until somebody accepts.
    fn check(&self) -> Result<(), String> {
        let knowledge = self.centre.knowledge().expect("the layer is there");
        knowledge.check()?;
        self.centre.records().expect("records").check()?;
        let view = self.centre.engine().view();
        for id in self.seen.escalations.keys() {
            let row = knowledge.escalation(*id).ok_or("what began is pending until it ends")?;
            let owner = view.work(row.work).and_then(|work| work.stage().handler());
            hold("a call is with its owner until somebody accepts", owner == Some(row.owner))?;
            hold("nothing is half done between two calls", row.stands == StandsFor::Waiting)?;
            if let Some(stand_in) = row.stand_in() {
                let stands = view.work(stand_in).and_then(|work| work.stands_for());
                let work = stands.map(|stands| stands.work);
                hold("what stands for a call is open", work == Some(row.work))?;
            }
        }
        Ok(())
    }

    /// A snapshot that is taken now goes on the same.
    fn restored(&self) -> Result<Centre, String> {
        let restored =
            Centre::restore(self.centre.snapshot()).map_err(|error| error.to_string())?;
        hold("a snapshot is what it was taken of", restored.digest() == self.centre.digest())?;
        let host = |engine: Engine| engine.with_scorer(ByNumbers).with_classifier(ByNumbers);
        Ok(restored.map_engine(host))
    }
}

/// Opens the layer: a queue that is a strategy, numbers of each kind, and workers who are there.
fn set_up(asked: &mut Asked, now: Timestamp, dice: &mut Dice) -> Result<bool, String> {
    let view = asked.centre.engine().view();
    if view.agent(AgentId::from_raw(1)).is_none() || view.queue(QueueId::from_raw(0)).is_none() {
        return Ok(false);
    }
    let direct = [Direct::Connect, Direct::Ring][dice.roll(2) as usize];
    let config = KnowledgeConfig::default().with_im_channel(IM).with_direct(direct);
    let config = KnowledgeCommand::from(ConfigureKnowledge::new(config));
    if !asked.tell(now, config.into())? {
        return Ok(false);
    }
    let (queue, other) = (QueueId::from_raw(0), QueueId::from_raw(1));
    let strategy = Change::new(queue, QueueProfile::routing_point());
    asked.tell(now, CentreCommand::Work(Box::new(strategy.into())))?;
    let named = |otherwise| Target::Particular { key: "expert".into(), otherwise };
    let points = [
        ("7100", Target::Group),
        ("7200", named(Otherwise::Group)),
        ("7300", named(Otherwise::Queue { queue: other })),
    ];
    for (dn, target) in points {
        let point = RoutingPoint::new(queue).with_target(target);
        asked.tell(now, KnowledgeCommand::from(SetRoutingPoint::new(dn, point)).into())?;
    }
    for agent in (0..3).map(AgentId::from_raw) {
        asked.tell(now, KnowledgeCommand::from(SetKnowledgeWorker::new(agent)).into())?;
        let online = ReportPresence::new(agent, "Online", 1);
        asked.tell(now, KnowledgeCommand::from(online).into())?;
    }
    Ok(true)
}

/// Lives through a history.
pub(crate) fn live(
    history: &History,
    mut step: impl FnMut(&Centre, &CentreLog) -> Result<(), String>,
) -> Result<Asked, String> {
    let mut asked = Asked::begin(history);
    let mut dice = Dice(history.ops.len() as u64);
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    let mut last = None;
    let mut configured = false;
    loop {
        for call in todo.drain(..) {
            asked.call(&call, &mut dice);
            if !configured {
                configured = set_up(&mut asked, call.now, &mut dice)?;
            }
            let command = some_knowledge(&mut dice, &asked.centre);
            asked.tell(call.now, command.into())?;
            if let Some(answer) = some_answer(&mut dice, &asked.centre) {
                asked.tell(call.now, answer)?;
            }
            if dice.roll(4) == 0 {
                let opened = asked.centre.records().expect("records").interactions().count();
                let command = records::some_command(&mut dice, opened);
                asked.tell(call.now, command.into())?;
            }
            asked.seen.read(&asked.log)?;
            asked.check()?;
            step(&asked.centre, &asked.log)?;
            if dice.roll(16) == 0 {
                asked.restored()?;
            }
            last = Some(call);
        }
        let Some(op) = ops.next() else { return Ok(asked) };
        todo = support::calls(op, asked.centre.engine(), last.as_ref());
    }
}

/// How often each fact of this layer happened.
fn count(told: &mut BTreeMap<&'static str, u32>, facts: &CentreLog) {
    for fact in facts.iter().filter_map(CentreFact::knowledge) {
        *told.entry(fact.event.event.name()).or_default() += 1;
    }
}

#[test]
fn whoever_is_asked_is_ready_and_a_call_has_one_owner() {
    let told = std::cell::RefCell::new(BTreeMap::new());
    support::check(150, 37, 100, |history| {
        let asked = live(history, |_, _| Ok(()))?;
        count(&mut told.borrow_mut(), &asked.log);
        Ok(())
    });
    // The histories reach every fact of the layer, so none of the above holds for want of any.
    let told = told.into_inner();
    for name in crate::names::names::<KnowledgeEvent>() {
        assert!(told.contains_key(name.as_str()), "no history leads to {name}: {told:?}");
    }
}

#[test]
fn facts_rebuild_it_and_a_snapshot_goes_on_the_same() {
    support::check(40, 38, 60, |history| {
        let asked = live(history, |_, _| Ok(()))?;
        let facts: Vec<_> = asked.log.iter().cloned().collect();
        let mut whole: Vec<CentreFact> = Vec::new();
        // The engine was opened before the log began.
        let (engine, opening) = open(&history.config);
        drop(engine);
        for (position, fact) in (1..).zip(opening) {
            whole.push(
                serde_json::from_value(serde_json::json!({
                    "position": position, "fact": {"fact": fact},
                }))
                .expect("a fact of the centre"),
            );
        }
        whole.extend(facts);
        let replayed = <Centre>::replay(whole).map_err(|error| error.to_string())?;
        hold("facts rebuild it", replayed.digest() == asked.centre.digest())?;
        let kept = <Centre>::restore(replayed.snapshot()).map_err(|error| error.to_string())?;
        hold("what facts rebuilt can be kept", kept.digest() == replayed.digest())?;
        let (mut twin, mut centre) = (asked.restored()?, asked.centre);
        let (mut told, mut repeated) = (CentreLog::default(), CentreLog::default());
        for _ in 0..200 {
            let Some(due) = centre.next_deadline() else { break };
            centre.advance(due.at, &mut told).map_err(|error| error.to_string())?;
            twin.advance(due.at, &mut repeated).map_err(|error| error.to_string())?;
        }
        hold("a snapshot goes on the same", told == repeated && twin.digest() == centre.digest())
    });
}
