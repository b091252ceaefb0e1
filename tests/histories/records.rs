//! What must hold of records on every history, whatever happens to work and whatever people write.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use strowger::centre::{CentreFact, CentreLog};
use strowger::command::{Command, Submit, SubmitToAgent};
use strowger::fact::{Cause, Fact};
use strowger::figures::{Figures, FiguresConfig, Handling};
use strowger::interaction::*;
use strowger::model::{AgentId, Attributes, CalendarId, CodeId, QueueId, Value, WaitClock, WorkId};
use strowger::state::{AssignmentState, LegRole, Stage};
use strowger::{Centre, Engine, Span, Timestamp};

use crate::support;
use crate::support::ops::History;
use crate::support::{Call, json, open};

pub(crate) fn hold(what: &str, holds: bool) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&json(value)).expect("what was written can be read")
}

/// Short times, rules of wrap-up, and a virtual agent.
pub(crate) fn config() -> RecordConfig {
    let rule = |name: &str, kind, enforce| {
        WrapUpRule::new(name)
            .with_types([kind])
            .with_duration(Span::from_secs(2))
            .with_enforce(enforce)
            .with_default_code(CodeId::from_raw(0))
    };
    let secs = |secs| Some(Span::from_secs(secs));
    RecordConfig::default()
        .with_types(InteractionType::ALL)
        .with_virtual_agent(true)
        .with_wrap_up([
            rule("chat", InteractionType::Chat, true),
            rule("phone", InteractionType::Phone, false),
        ])
        .with_wrap_up_longest(secs(20))
        .with_idle(
            IdlePolicy::default()
                .with_reminder_after(secs(3))
                .with_cancel_after(secs(6))
                .with_virtual_agent_after(secs(30))
                .with_agent_reminder_after(secs(5))
                .with_messaging_after(secs(60))
                .with_counts(WaitClock::Open),
        )
        .with_limits(RecordLimits::default().with_segments(4).with_messages(5).with_profiles(2))
}

/// Numbers that look like chance and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn some_interaction(dice: &mut Dice, last: usize) -> InteractionId {
    InteractionId::from_raw(1 + dice.roll(last as u64 + 2))
}

/// Something somebody does to some interaction.
pub(crate) fn some_command(dice: &mut Dice, opened: usize) -> RecordCommand {
    let interaction = some_interaction(dice, opened);
    let agent = AgentId::from_raw(dice.roll(5) as u32);
    let actors = [Party::Agent(agent), Party::Customer, Party::Host];
    let by = actors[dice.roll(3) as usize];
    let code = [None, Some(CodeId::from_raw(dice.roll(3) as u32))][dice.roll(2) as usize];
    let number = format!("+4930{:07}", dice.roll(3));
    let text: Box<str> = ["", "Hello", "It is broken"][dice.roll(3) as usize].into();
    let endings =
        [Ending::Agent, Ending::Customer, Ending::Automatic, Ending::TopicDone, Ending::Fault];
    let kind = InteractionType::ALL[dice.roll(6) as usize];
    let profile = ProfileId::from_raw(dice.roll(4) + 1);
    match dice.roll(32) {
        0 | 1 => {
            let change = RecordChange::default().with_short_description(text);
            SaveInteraction::new(interaction, by, change).into()
        }
        2 => CloseInteraction::new(interaction, by).with_code(code).into(),
        3 => {
            let ending = endings[dice.roll(5) as usize];
            EndInteraction::new(interaction, ending, by).into()
        }
        4 => EndInteractionWrapUp::new(interaction, by).with_code(code).into(),
        5 | 6 => {
            let reason = [None, Some(StateReason::WaitingOnCustomer)][dice.roll(2) as usize];
            let until =
                (dice.roll(3) == 0).then(|| Timestamp::from_millis(dice.roll(9) as i64 * 400_000));
            HoldInteraction::new(interaction).with_reason(reason).with_until(until).into()
        }
        7 => ResumeInteraction::new(interaction).into(),
        8 => AssignInteraction::new(interaction, agent).into(),
        9 | 10 => ArchiveInteraction::new(interaction).into(),
        11 => SetInteractionCode::new(interaction, CodeId::from_raw(0)).into(),
        12 => {
            let variables = [("number".into(), Value::Number(dice.roll(3) as i64))];
            SetContext::new(interaction, variables).into()
        }
        13 => {
            let (document, operation) = (Document::new("task", "1"), Some(Operation::Open));
            RelateRecord::new(interaction, document, by).with_operation(operation).into()
        }
        14 | 15 => {
            let (from, to) = (Address::new("sms", &number), "+4930999");
            let mut receive = ReceiveMessage::new(kind, from, to, text);
            receive.key = some_key(dice);
            receive.quotes = some_quote(dice);
            receive.into()
        }
        16 => {
            let (to, from) = (Address::new("sms", &number), "+4930999");
            let user = [None, Some("jo".into()), Some("kim".into())][dice.roll(3) as usize].clone();
            let mut reach = ReachCustomer::new(kind, agent, to, from, text);
            reach.user = user;
            reach.key = some_key(dice);
            reach.into()
        }
        17 => LinkUser::new(profile, "jo").into(),
        18 => match dice.roll(2) {
            0 => ReplaceProfile::new(profile).into(),
            _ => EraseProfile::new(profile).into(),
        },
        19 | 20 => {
            let authors = [Author::Requester, Author::VirtualAgent, Author::Agent(agent)];
            let author = authors[dice.roll(3) as usize];
            let (visibility, automated) = (Visibility::Public, false);
            let mut post = PostMessage::new(interaction, author, text)
                .with_visibility(visibility)
                .with_automated(automated);
            post.key = some_key(dice);
            post.quotes = some_quote(dice);
            post.into()
        }
        21 => {
            let (trigger, queue) = (HandoffTrigger::User, QueueId::from_raw(0));
            let available = dice.roll(2) == 0;
            RequestHandoff::new(interaction, trigger, queue, available).into()
        }
        22 => StartTopic::new(interaction).into(),
        23 => EndTopic::new(interaction).into(),
        24 => {
            let to = [None, Some("+4930999".into())][dice.roll(2) as usize].clone();
            let mut add = AddParticipant::new(interaction, profile);
            add.to = to;
            add.into()
        }
        25 => {
            let addresses = (dice.roll(2) == 0).then(|| some_addresses(dice));
            EnterConversation::new(interaction, some_entry(dice)).with_addresses(addresses).into()
        }
        26 => {
            let reference = ["one", "two"][dice.roll(2) as usize];
            let transcript = Transcript::new(Audience::External, reference);
            AddTranscript::new(interaction, transcript).into()
        }
        27 => {
            let message = MessageId::from_raw(dice.roll(20));
            let receipt = [Receipt::Delivered, Receipt::Read][dice.roll(2) as usize];
            ConfirmMessage::new(interaction, message, receipt, by).into()
        }
        28 | 29 => {
            let into = some_interaction(dice, opened);
            MergeInteractions::new(interaction, into).into()
        }
        30 => MergeProfiles::new(profile, ProfileId::from_raw(dice.roll(4) + 1)).into(),
        _ => {
            let profiles = 1 + dice.roll(3) as u32;
            let limits = (config().limits).with_profiles(profiles);
            let wrap_up_longest = [Some(Span::from_secs(10)), None][dice.roll(2) as usize];
            let virtual_agent = dice.roll(3) > 0;
            let counts = [WaitClock::Wall, WaitClock::Open][dice.roll(2) as usize];
            let calendar = [None, Some(CalendarId::from_raw(0))][dice.roll(2) as usize];
            let idle = config().idle.with_counts(counts).with_calendar(calendar);
            let config = config()
                .with_idle(idle)
                .with_limits(limits)
                .with_wrap_up_longest(wrap_up_longest)
                .with_virtual_agent(virtual_agent);
            ConfigureRecords::new(config).into()
        }
    }
}

/// Now and then one of the first messages, which may stand anywhere.
fn some_quote(dice: &mut Dice) -> Option<MessageId> {
    (dice.roll(4) == 0).then(|| MessageId::from_raw(dice.roll(20)))
}

/// Now and then one of a few keys, so that the same comes again and is taken by something else.
fn some_key(dice: &mut Dice) -> Option<strowger::Key> {
    (dice.roll(3) == 0).then(|| format!("key-{}", dice.roll(12)).into())
}

/// Where a customer writes from, and to.
fn some_addresses(dice: &mut Dice) -> (Address, strowger::Key) {
    let number = format!("+4930{:07}", dice.roll(3));
    let to = ["+4930999", "+4930888"][dice.roll(2) as usize].into();
    (Address::new("sms", &number), to)
}

fn some_entry(dice: &mut Dice) -> EntryPoint {
    let channel = [None, Some("sms".into()), Some("web".into())][dice.roll(3) as usize].clone();
    let live_only = dice.roll(3) == 0;
    let mut entry = EntryPoint::new("portal").with_live_only(live_only);
    entry.channel = channel;
    entry
}

pub(crate) fn some_opening(dice: &mut Dice) -> OpenInteraction {
    let kind = InteractionType::ALL[dice.roll(6) as usize];
    let opened_for = [None, Some("jo".into())][dice.roll(2) as usize].clone();
    let short_description = ["", "Known"][dice.roll(2) as usize];
    let profile = (dice.roll(3) == 0).then(|| ProfileId::from_raw(dice.roll(4) + 1));
    let addresses = (dice.roll(2) == 0).then(|| some_addresses(dice));
    let entry = (dice.roll(2) == 0).then(|| some_entry(dice));
    let context = match dice.roll(3) {
        0 => [("short_description".into(), Value::from("As the context says"))].into(),
        _ => Attributes::new(),
    };
    let mut request = InteractionRequest::new(kind)
        .with_short_description(short_description)
        .with_profile(profile)
        .with_addresses(addresses)
        .with_entry(entry)
        .with_context(context);
    request.opened_for = opened_for;
    request.key = some_key(dice);
    OpenInteraction::new(request)
}

/// Now and then an agent who has an interaction says something in it.
pub(crate) fn some_answer(dice: &mut Dice, records: &Records) -> Option<RecordCommand> {
    let has = |row: &Interaction| {
        let agent = row.assigned_to.filter(|_| row.state.is_ongoing())?;
        Some((row.id, agent))
    };
    let theirs: Vec<_> = records.interactions().filter_map(has).collect();
    let any = dice.roll(theirs.len() as u64 * 3 + 1);
    let (interaction, agent) = *theirs.get(any as usize)?;
    let automated = dice.roll(4) == 0;
    let answer = PostMessage::new(interaction, Author::Agent(agent), "I am on it");
    Some(answer.with_automated(automated).into())
}

/// Records beside an engine, with all that was said.
pub(crate) struct Lived {
    pub(crate) centre: Centre,
    pub(crate) log: CentreLog,
}

fn begin(history: &History) -> Lived {
    let (engine, facts) = open(&history.config);
    Lived::begin(engine, config(), facts[0].at)
}

/// Lives through a history in a centre. Every new piece of work has an interaction, and in between
/// people do what they like.
pub(crate) fn live(
    history: &History,
    mut step: impl FnMut(&Lived) -> Result<(), String>,
) -> Result<Lived, String> {
    let mut lived = begin(history);
    let mut dice = Dice(history.ops.len() as u64);
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    let mut last = None;
    loop {
        for call in todo.drain(..) {
            lived.call(&call, &mut dice);
            if dice.roll(2) == 0 {
                let opened = lived.records().interactions().count();
                let command = some_command(&mut dice, opened);
                lived.record(call.now, command)?;
            }
            if let Some(answer) = some_answer(&mut dice, lived.records()) {
                lived.record(call.now, answer)?;
            }
            step(&lived)?;
            last = Some(call);
        }
        let Some(op) = ops.next() else { return Ok(lived) };
        todo = support::calls(op, lived.centre.engine(), last.as_ref());
    }
}

impl Lived {
    /// An engine that was opened, and records from now on.
    fn begin(engine: Engine, config: RecordConfig, now: Timestamp) -> Self {
        let mut log = CentreLog::default();
        let mut centre = Centre::join(engine, None).unwrap();
        centre.keep_records(ProfilesInMemory::default(), config, now, &mut log).unwrap();
        Self { centre, log }
    }

    fn call(&mut self, call: &Call, dice: &mut Dice) {
        let Self { centre, log } = self;
        match &call.command {
            None => centre.advance(call.now, log).unwrap(),
            Some(Command::Submit(Submit(request))) if dice.roll(8) > 0 => {
                let opened = centre.execute(call.now, some_opening(dice), log);
                if let Ok(interaction) = opened {
                    let request = request.clone();
                    let _ = centre.execute(call.now, SubmitWork::new(interaction, request), log);
                }
            }
            Some(command) => {
                let _ = centre.execute_as(call.now, call.by.clone(), command.clone(), log);
            }
        }
    }

    /// What is refused changes neither records nor work; of whom is erased nothing is left.
    fn record(&mut self, now: Timestamp, command: RecordCommand) -> Result<(), String> {
        self.centre.advance(now, &mut self.log).unwrap();
        let before = (self.centre.digest(), self.log.clone());
        let told = format!("{command:?}");
        let erased = match &command {
            RecordCommand::EraseProfile(erase) => Some(erase.profile),
            _ => None,
        };
        match self.centre.execute(now, command, &mut self.log) {
            Ok(_) => {
                let left = erased.is_some_and(|profile| is_known(self.records(), profile));
                hold("a profile that is erased is gone", !left)
            }
            Err(refusal) => {
                let same = (self.centre.digest(), self.log.clone()) == before;
                hold(&format!("{told} was refused, {refusal}, and changed something"), same)
            }
        }
    }

    pub(crate) fn records(&self) -> &Records {
        self.centre.records().expect("the centre keeps records")
    }

    /// What was said of work.
    pub(crate) fn work_facts(&self) -> impl Iterator<Item = &Fact> {
        self.log.iter().filter_map(CentreFact::work)
    }

    /// What was said of records.
    pub(crate) fn record_facts(&self) -> impl Iterator<Item = &RecordFact> {
        self.log.iter().filter_map(CentreFact::record)
    }
}

/// Whether records know anything of a profile.
fn is_known(records: &Records, profile: ProfileId) -> bool {
    let mut interactions = records.interactions();
    let takes_part = |row: &Interaction| row.participants().any(|one| one.profile == profile);
    interactions.any(|row| row.profile == Some(profile) || takes_part(row))
        || records.profiles().get(profile).is_some()
}

/// The engine and the record say the same of the work they share.
fn agree(engine: &Engine, row: &Interaction, work: WorkId) -> Result<(), String> {
    let view = engine.view();
    let Some(open) = view.work(work) else {
        return Err(format!("{} of {} is over", work, row.id));
    };
    let owner = open.stage().owner();
    let state = owner.and_then(|agent| {
        let agent = view.agent(agent)?;
        Some(agent.assignments().iter().find(|has| has.work == work)?.state)
    });
    let queue = open.queue();
    let (expected, part) = match (open.stage(), owner) {
        (Stage::Queued | Stage::Offered { .. }, _) => {
            (InteractionState::Queued, Some(Part::InLine(queue)))
        }
        (Stage::Assigned { agent }, _) if state == Some(AssignmentState::Held) => {
            (InteractionState::OnHold, Some(Part::Held(agent)))
        }
        (Stage::Assigned { agent }, _) => {
            (InteractionState::WorkInProgress, Some(Part::Active(agent)))
        }
        (Stage::Parked { agent, .. }, _) => (InteractionState::OnHold, Some(Part::Parked(agent))),
        (Stage::WrapUp { .. }, _) => (InteractionState::WrapUp, None),
        (Stage::Scheduled { .. } | Stage::Suspended, _) => (InteractionState::Queued, None),
        (Stage::Closed { .. }, _) => return Err("closed work is not open".into()),
    };
    let same = (row.state, row.handling.main(), row.assigned_to) == (expected, part, owner);
    let told = || format!("{row:?}\nbut {work} is {:?}", open.stage());
    if same { Ok(()) } else { Err(told()) }
}

#[test]
fn engine_and_records_stay_in_step_in_a_centre() {
    support::check(150, 31, 100, |history| {
        live(history, |lived| {
            lived.records().check()?;
            let engine = lived.centre.engine();
            for row in lived.records().interactions() {
                match row.work {
                    Some(work) if row.state.is_closed() => {
                        // Its queue wants a code nobody gave: the agent still wraps up.
                        let stage = engine.view().work(work).map(|work| work.stage());
                        let wraps_up = matches!(stage, Some(Stage::WrapUp { .. }));
                        hold("work ends with its interaction", wraps_up)?;
                    }
                    Some(work) => agree(engine, row, work)?,
                    None => {}
                }
            }
            Ok(())
        })
        .map(drop)
    });
}

/// Whatever was defined, changed and retired meanwhile: the hours that were followed are those that
/// are asked for anew.
#[test]
fn the_hours_that_count_are_those_of_the_engine() {
    support::check(150, 36, 100, |history| {
        let lived = live(history, |_| Ok(()))?;
        let now = lived.centre.engine().now();
        let open = lived.records().config().clone();
        let mut again = lived.centre.clone();
        let mut log = CentreLog::default();
        let idle = open.idle.clone().with_counts(WaitClock::Wall);
        for config in [open.clone().with_idle(idle), open] {
            let configure = ConfigureRecords::new(config);
            again.execute(now, configure, &mut log).map_err(|refusal| refusal.to_string())?;
        }
        let hours = |records: &Records| {
            let snapshot = serde_json::from_str::<serde_json::Value>(&json(&records.snapshot()));
            snapshot.expect("JSON").pointer("/rows/hours").cloned()
        };
        hold("the same", again.records().map(hours) == Some(hours(lived.records())))
    });
}

/// The events of records, by their names in JSON.
fn names(log: &RecordLog) -> impl Iterator<Item = String> + '_ {
    log.iter().map(|fact| {
        let event: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&json(&fact.event)).expect("its name and what it says");
        event.keys().next().expect("it has a name").clone()
    })
}

/// All of them that there are, as the reader of JSON lists them.
fn all_names() -> BTreeSet<String> {
    let unknown = serde_json::from_str::<RecordEvent>("{\"?\": {}}").unwrap_err().to_string();
    unknown.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_journal_of_record_facts_rebuilds_the_records() {
    let seen = RefCell::new(BTreeSet::new());
    support::check(250, 32, 100, |history| {
        let lived = live(history, |_| Ok(()))?;
        let said: RecordLog = lived.record_facts().cloned().collect();
        seen.borrow_mut().extend(names(&said));
        let journal = through_json(&said);
        let journal = journal.iter().cloned();
        let replayed = Records::replay(journal).map_err(|error| error.to_string())?;
        hold("digest", replayed.digest() == lived.records().digest())?;
        hold("profiles", replayed.profiles() == lived.records().profiles())?;
        hold("deadline", replayed.next_deadline() == lived.records().next_deadline())?;
        replayed.check()?;
        // What it did not hear of the engine changes nothing when it is told again.
        let mut replayed = replayed;
        replayed.follow_after(lived.records().followed());
        let mut log = RecordLog::default();
        for fact in lived.work_facts() {
            replayed.follow(fact, &mut log).map_err(|gap| gap.to_string())?;
        }
        hold("nothing new", log.is_empty())?;
        hold("digest", replayed.digest() == lived.records().digest())
    });
    let never: Vec<_> = all_names().difference(&seen.borrow()).cloned().collect();
    // What hardly any history does; the rows of the requirements do.
    let rare = ["wrap_up_extended"];
    assert!(never.iter().all(|name| rare.contains(&name.as_str())), "never seen: {never:?}");
}

#[test]
fn the_engine_s_facts_alone_move_restored_records_in_the_same_way() {
    support::check(60, 33, 60, |history| {
        let mut records: Option<Records> = None;
        let mut seen = 0;
        live(history, |lived| {
            if let Some(restored) = &mut records {
                // Whatever was said since then that came from the engine, or from time.
                let behind = lived.record_facts().skip(seen).cloned();
                let resumed = restored.clone().resume(behind).map_err(|e| e.to_string())?;
                hold("digest", resumed.digest() == lived.records().digest())?;
                hold("followed", resumed.followed() <= lived.records().followed())?;
            }
            let snapshot: RecordSnapshot = through_json(&lived.records().snapshot());
            let restored = Records::restore(snapshot).map_err(|e| e.to_string())?;
            hold("digest", restored.digest() == lived.records().digest())?;
            hold("now", restored.now() == lived.records().now())?;
            seen = lived.record_facts().count();
            records = Some(restored);
            Ok(())
        })
        .map(drop)
    });
}

/// The interactions that were merged, or into which others were.
fn merged(lived: &Lived) -> BTreeSet<InteractionId> {
    let merged = lived.record_facts().filter_map(|fact| match &fact.event {
        RecordEvent::Merged { interaction, from, .. } => Some([*interaction, *from]),
        _ => None,
    });
    merged.flatten().collect()
}

#[test]
fn sums_are_what_the_segments_say_and_no_main_hands_overlap() {
    support::check(100, 34, 100, |history| {
        let lived = live(history, |_| Ok(()))?;
        let archived = lived.record_facts().filter_map(|fact| match &fact.event {
            RecordEvent::Archived { record, .. } => Some(&**record),
            _ => None,
        });
        let merged = merged(&lived);
        for row in lived.records().interactions().chain(archived) {
            let handling = &row.handling;
            let sums: Totals = handling.ended().iter().collect();
            hold("sums", sums.plus(handling.forgotten()) == handling.totals())?;
            let mut until = Timestamp::from_millis(i64::MIN);
            // Two that became one may have been in two hands at a time.
            let main = |segment: &&Segment| segment.part.is_main() && !merged.contains(&row.id);
            for segment in handling.ended().iter().filter(main) {
                hold("one after the other", segment.from >= until)?;
                until = segment.to.ok_or("it ended")?;
                hold("forwards", until >= segment.from)?;
            }
            let totals = handling.totals();
            let main =
                [totals.virtual_agent, totals.in_line, totals.active, totals.held, totals.parked];
            let main: u64 = main.iter().map(|span| span.as_millis()).sum();
            let end = row.closed.unwrap_or_else(|| lived.records().now());
            let within = merged.contains(&row.id) || main <= end.since(row.opened).as_millis();
            hold("no more than there was", within)?;
            if row.state.is_closed() {
                let complete = row.closed.is_some() && row.is_described() && row.reason.is_some();
                hold("a closed interaction is complete", complete)?;
                hold("and has a number", row.number.starts_with("IMS"))?;
            }
        }
        Ok(())
    });
}

/// Lives through a history in which every piece of work has an interaction, and nobody does
/// anything but to work. Answers with all facts of the engine too.
fn live_by_work_alone(history: &History) -> Result<(Lived, Vec<Fact>), String> {
    let (engine, mut facts) = open(&history.config);
    let config = RecordConfig::default().with_types(InteractionType::ALL);
    let mut lived = Lived::begin(engine, config, facts[0].at);
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    let mut last = None;
    loop {
        for call in todo.drain(..) {
            let Lived { centre, log } = &mut lived;
            match &call.command {
                None => centre.advance(call.now, log).unwrap(),
                Some(
                    Command::Submit(Submit(request))
                    | Command::SubmitToAgent(SubmitToAgent { request, .. }),
                ) => {
                    let opening = InteractionRequest::new(InteractionType::Phone)
                        .with_short_description("Known");
                    let open = OpenInteraction::new(opening);
                    let interaction = centre.execute(call.now, open, log).unwrap();
                    let submit = SubmitWork::new(interaction, (**request).clone());
                    let _ = centre.execute(call.now, submit, log);
                }
                Some(command) => drop(centre.execute(call.now, command.clone(), log)),
            }
            last = Some(call);
        }
        let Some(op) = ops.next() else { break };
        todo = support::calls(op, lived.centre.engine(), last.as_ref());
    }
    facts.extend(lived.work_facts().cloned());
    Ok((lived, facts))
}

/// How long an agent had work active, on hold and parked, wrapped it up, and took part in that of
/// others, in milliseconds.
type Times = BTreeMap<AgentId, [u64; 5]>;

/// As the figures say until the end of the day, who know nothing of records.
fn times_of_figures(facts: &[Fact], until: Timestamp) -> Times {
    let day = Span::from_mins(24 * 60);
    let config = FiguresConfig::default().with_interval(day);
    let mut figures = Figures::new(config).expect("a day is an interval");
    facts.iter().for_each(|fact| figures.apply(fact).expect("the next one"));
    let mut times = Times::new();
    for row in figures.close_until(until).agent_queues {
        let Handling { talk, hold, parked, wrap_up, wrap_up_aside, consulting, .. } = row.handling;
        let [talk, hold, parked, wrap_up, wrap_up_aside, consulting] =
            [talk, hold, parked, wrap_up, wrap_up_aside, consulting].map(Span::as_millis);
        add(&mut times, row.agent, [talk, hold, parked, wrap_up + wrap_up_aside, consulting]);
    }
    times
}

/// As the segments of the records say, of which none is forgotten.
fn times_of_segments(records: &Records, until: Timestamp) -> Times {
    let mut times = Times::new();
    for row in records.interactions() {
        for segment in row.handling.ended().iter().chain(row.handling.open()) {
            let (agent, place) = match segment.part {
                Part::Active(agent) => (agent, 0),
                Part::Held(agent) => (agent, 1),
                Part::Parked(agent) => (agent, 2),
                Part::WrapUp(agent) => (agent, 3),
                Part::Guest(agent, LegRole::Consultant | LegRole::Conferee) => (agent, 4),
                Part::Guest(..) | Part::VirtualAgent | Part::InLine(_) => continue,
                _ => unreachable!("this test does not know it"),
            };
            let mut more = [0; 5];
            more[place] = segment.to.unwrap_or(until).since(segment.from).as_millis();
            add(&mut times, agent, more);
        }
    }
    times
}

fn add(times: &mut Times, agent: AgentId, more: [u64; 5]) {
    if more == [0; 5] {
        return;
    }
    let sums = times.entry(agent).or_default();
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

#[test]
fn segments_say_of_every_agent_what_the_figures_say() {
    let worked = RefCell::new([0; 5]);
    support::check(150, 36, 150, |history| {
        let (lived, facts) = live_by_work_alone(history)?;
        let day = Span::from_mins(24 * 60).as_millis() as i64;
        let until = lived.centre.engine().now().as_millis().div_euclid(day) + 1;
        let until = Timestamp::from_millis(until * day);
        let segments = times_of_segments(lived.records(), until);
        let figures = times_of_figures(&facts, until);
        hold(&format!("{segments:?}\nbut {figures:?}"), segments == figures)?;
        let mut worked = worked.borrow_mut();
        for more in segments.values() {
            worked.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
        Ok(())
    });
    let worked = worked.into_inner();
    assert!(worked.iter().all(|span| *span > 0), "all of it happens: {worked:?}");
}

#[test]
fn records_beside_an_engine_of_which_nobody_keeps_them_in_step() {
    support::check(100, 35, 100, |history| {
        let (mut engine, facts) = open(&history.config);
        let mut log = RecordLog::default();
        let mut records = Records::new(config(), facts[0].at, &mut log).unwrap();
        let mut dice = Dice(7);
        let mut todo: Vec<_> = support::opening(history).collect();
        let mut ops = history.ops.iter();
        let follow = |records: &mut Records, log: &mut RecordLog, facts: &[Fact]| {
            facts
                .iter()
                .try_for_each(|fact| records.follow(fact, log))
                .map_err(|gap| gap.to_string())
        };
        follow(&mut records, &mut log, &facts)?;
        let mut last = None;
        loop {
            for call in todo.drain(..) {
                let outcome = call.run(&mut engine);
                for fact in &outcome.facts {
                    let submitted = match fact.event {
                        strowger::fact::Event::WorkSubmitted { work, .. } => Some(work),
                        _ => None,
                    };
                    if let (Some(work), Cause::Command { .. }) = (submitted, &fact.cause) {
                        // Each piece of work has an interaction of its own.
                        let mut open = some_opening(&mut dice);
                        open.opening.key = None;
                        let opened = records.execute(fact.at, open, &mut log);
                        if let Ok(interaction) = opened {
                            let link = LinkWork::new(interaction, work);
                            records
                                .execute(fact.at, link, &mut log)
                                .map_err(|refusal| refusal.to_string())?;
                        }
                    }
                    follow(&mut records, &mut log, std::slice::from_ref(fact))?;
                }
                let command = some_command(&mut dice, records.interactions().count());
                let _ = records.execute(call.now, command, &mut log);
                records.check()?;
                last = Some(call);
            }
            let Some(op) = ops.next() else { break };
            todo = support::calls(op, &engine, last.as_ref());
        }
        let replayed = Records::replay(log.iter().cloned()).map_err(|error| error.to_string())?;
        hold("digest", replayed.digest() == records.digest())
    });
}

/// How often an agent answered for the first time since they got it, and how long that took.
type Firsts = Vec<(AgentId, u32, u64)>;

/// What an interaction's facts say of who had it and who answered, read naively.
#[derive(Default)]
struct Watched {
    written: bool,
    inbound: bool,
    engaged: bool,
    touched: Option<Timestamp>,
    /// Who has it since when, and whether they have answered.
    has: Option<(AgentId, Timestamp, bool)>,
    firsts: Firsts,
    got: Vec<(AgentId, Timestamp)>,
    opened: Option<Timestamp>,
    /// With the virtual agent since then.
    machine: Option<Timestamp>,
    handed_off: Option<Timestamp>,
    response: Option<Span>,
    /// Until when nothing is expected of the customer.
    promised: Option<Timestamp>,
    /// Whether time let the customer go before that.
    broken: bool,
}

impl Watched {
    fn see(&mut self, fact: &RecordFact) {
        let beside = matches!(
            fact.event,
            RecordEvent::OfferEnded { .. }
                | RecordEvent::GuestLeft { .. }
                | RecordEvent::TrailingWrapUpEnded { .. }
        );
        let touched = self.touched.filter(|_| !beside);
        let effective = fact.effective();
        let at = touched.map_or(effective, |touched| touched.max(effective));
        self.touched = self.touched.max(Some(at));
        self.promise(fact);
        match &fact.event {
            RecordEvent::Opened { opening, .. } => {
                self.written = opening.kind.is_written();
                self.inbound = opening.direction == Direction::Inbound;
                self.opened = Some(at);
            }
            RecordEvent::Queued { .. } | RecordEvent::SetAside { .. } => {
                self.has = None;
                self.leave_machine(at);
            }
            RecordEvent::HandoffRequested { handoff, .. } if handoff.available => {
                self.leave_machine(at);
            }
            RecordEvent::Returned { .. } => self.has = None,
            RecordEvent::Assigned { agent, .. } | RecordEvent::HandedOver { agent, .. } => {
                self.leave_machine(at);
                if self.has.is_none_or(|(has, ..)| has != *agent) {
                    self.has = Some((*agent, at, false));
                    self.got.push((*agent, at));
                }
            }
            RecordEvent::Said { message, .. } => self.hear(message),
            _ => {}
        }
    }

    fn promise(&mut self, fact: &RecordFact) {
        match &fact.event {
            RecordEvent::Held { until, .. } | RecordEvent::SetAside { until, .. } => {
                self.promised = *until;
            }
            RecordEvent::Queued { .. }
            | RecordEvent::Returned { .. }
            | RecordEvent::Assigned { .. }
            | RecordEvent::HandedOver { .. }
            | RecordEvent::Resumed { .. } => self.promised = None,
            RecordEvent::Closed { ending: Ending::Silence | Ending::Unreached, .. } => {
                let timed = matches!(fact.cause, Cause::Deadline { .. });
                self.broken |= timed && self.promised.is_some_and(|until| fact.effective() < until);
            }
            _ => {}
        }
    }

    fn leave_machine(&mut self, at: Timestamp) {
        if self.machine.take().is_some() {
            self.handed_off = Some(at);
        }
    }

    fn hear(&mut self, message: &Message) {
        self.engaged |= message.author == Author::Requester;
        let Author::Agent(agent) = message.author else { return };
        if message.automated || message.visibility != Visibility::Public || !self.written {
            return;
        }
        if self.inbound && self.response.is_none() {
            let since = self.handed_off.or(self.opened).expect("it was opened");
            self.response = Some(message.at.since(since));
        }
        let Some((has, since, answered @ false)) = &mut self.has else { return };
        if *has != agent {
            return;
        }
        *answered = true;
        if self.inbound || self.engaged {
            let took = message.at.since(*since).as_millis();
            match self.firsts.iter_mut().find(|first| first.0 == agent) {
                Some((_, count, total)) => (*count, *total) = (*count + 1, *total + took),
                None => self.firsts.push((agent, 1, took)),
            }
            // As many as segments are kept.
            self.firsts.drain(..self.firsts.len().saturating_sub(4));
        }
    }
}

#[test]
fn first_answers_and_promises_are_what_facts_and_segments_say() {
    let seen = RefCell::new([0_u32; 4]);
    support::check(250, 37, 100, |history| {
        let watched = RefCell::new((0, BTreeMap::<InteractionId, Watched>::new()));
        let lived = live(history, |lived| {
            let (told, all) = &mut *watched.borrow_mut();
            for fact in lived.record_facts().skip(*told) {
                let Some(id) = fact.event.interaction() else { continue };
                let one = all.entry(id).or_default();
                one.see(fact);
                // Who has the word is the business of another test; here it is believed.
                if matches!(fact.event, RecordEvent::Opened { .. } | RecordEvent::Returned { .. }) {
                    let row = lived.records().interaction(id);
                    let machine = row.is_some_and(Interaction::has_virtual_agent);
                    one.machine = one.touched.filter(|_| machine);
                }
            }
            *told = lived.record_facts().count();
            Ok(())
        })?;
        let (_, all) = watched.into_inner();
        let archived = lived.record_facts().filter_map(|fact| match &fact.event {
            RecordEvent::Archived { record, .. } => Some(&**record),
            _ => None,
        });
        let said =
            lived.record_facts().filter(|fact| matches!(fact.event, RecordEvent::Said { .. }));
        let rows: Vec<_> = lived.records().interactions().chain(archived).collect();
        let talks = rows.iter().filter_map(|row| row.conversation.as_ref());
        let kept: usize = talks.map(|talk| talk.messages.len()).sum();
        hold("all that was said stands somewhere, once", said.count() == kept)?;
        let merged = merged(&lived);
        seen.borrow_mut()[3] += u32::from(!merged.is_empty());
        for row in rows {
            let talk = row.conversation.as_ref();
            let in_order = |talk: &Conversation| talk.messages.is_sorted_by_key(|said| said.at);
            hold("messages stand by time", talk.is_none_or(|talk| in_order(talk)))?;
            // What two were before they became one is told apart by nothing here.
            if merged.contains(&row.id) {
                continue;
            }
            let Some(talk) = row.conversation.as_ref().filter(|_| row.kind.is_written()) else {
                continue;
            };
            let watched = &all[&row.id];
            hold("nobody is let go before the date they were promised", !watched.broken)?;
            let firsts: Firsts = (talk.first_answers.iter())
                .map(|first| (first.agent, first.count, first.total.as_millis()))
                .collect();
            hold(&format!("{firsts:?}, not {:?}", watched.firsts), firsts == watched.firsts)?;
            hold("the hand-off", talk.handed_off == watched.handed_off)?;
            if row.direction == Direction::Inbound {
                let (said, is) = (row.first_response_wait, watched.response);
                hold(&format!("first response {said:?}, not {is:?}"), said == is)?;
            }
            let segments: Vec<_> = row.handling.ended().iter().chain(row.handling.open()).collect();
            if row.handling.forgotten() == Totals::default() && segments.len() < 4 {
                for (agent, at) in &watched.got {
                    let is = |s: &&&Segment| s.part == Part::Active(*agent) && s.from == *at;
                    hold("who gets it has a segment", segments.iter().any(|s| is(&s)))?;
                }
            }
            if let (Some(persons), Some(closed)) = (row.resolution(), row.closed) {
                let machine = row.handling.totals().virtual_agent;
                let whole = closed.since(row.opened);
                hold("persons and the virtual agent together", persons.plus(machine) == whole)?;
            }
            let mut seen = seen.borrow_mut();
            seen[0] += firsts.iter().map(|first| first.1).sum::<u32>();
            seen[1] += u32::from(talk.handed_off.is_some() && row.first_response_wait.is_some());
            seen[2] += u32::from(firsts.len() > 1);
        }
        Ok(())
    });
    let seen = seen.into_inner();
    assert!(seen.iter().all(|times| *times > 0), "all of it happens: {seen:?}");
}
