//! Explanations agree with routing: on random floors nothing that waits is without an obstacle,
//! what ends by itself ends when it was said, and whatever is named as the only obstacle, taken
//! away, lets the offer happen.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use strowger::command::{
    Activate, Cancel, Force, Park, RemoveMembership, Resume, Resumer, SetDraining, SetOwnCall,
    SetShiftEnd, Suspend, TransferToQueue, Unavailable,
};
use strowger::explain::{Decision, Gate, KeptBy, KeyPart, Obstacle, Outlook, Relation, Shortfall};
use strowger::fact::OfferedBy;
use strowger::model::{
    AgentChoice, Broadcast, Capacity, ChannelId, Comparison, Entity, Evaluation, Exhausted,
    Expiring, Limits, Order, Preferred, PreferredAgent, PreferredStep, Profile, ReasonId,
    RejectReasonProfile, Relaxation, RelaxationStep, Response, Schedule, SkillId, Value,
    WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;
use strowger::state::Stage;
use strowger::view::StepState;

const ANA: AgentId = AgentId::from_raw(0);
const BO: AgentId = AgentId::from_raw(1);
const VOICE: ChannelId = ChannelId::from_raw(0);
const CHAT: ChannelId = ChannelId::from_raw(1);
const DESK: QueueId = QueueId::from_raw(0);
const OTHER: QueueId = QueueId::from_raw(1);
const FRENCH: SkillId = SkillId::from_raw(0);
const GERMAN: SkillId = SkillId::from_raw(1);
const LATER: ReasonId = ReasonId::from_raw(0);
const NEVER: ReasonId = ReasonId::from_raw(1);

/// An engine and the time on its clock.
#[derive(Clone)]
struct Floor {
    engine: Engine,
    now: Timestamp,
    log: Log,
}

impl Floor {
    fn new(config: Config) -> Self {
        let (now, mut log) = (Timestamp::EPOCH, Log::default());
        let engine = Engine::new(config, now, &mut log).unwrap();
        Self { engine, now, log }
    }

    fn tell(&mut self, command: impl Into<Command>) -> Result<Reply, Refusal> {
        self.engine.execute(self.now, command.into(), &mut self.log)
    }

    fn must(&mut self, command: impl Into<Command>) -> Reply {
        self.tell(command).unwrap()
    }

    /// Wakes at every deadline until then, as a host would.
    fn sleep_until(&mut self, at: Timestamp) {
        while let Some(due) = self.engine.next_deadline().filter(|due| due.at <= at) {
            self.engine.advance(due.at, &mut self.log).unwrap();
        }
        self.now = self.now.max(at);
        self.engine.advance(self.now, &mut self.log).unwrap();
    }

    fn submit(&mut self, request: WorkRequest) -> WorkId {
        match self.must(Submit::new(request)) {
            Reply::Submitted(work) => work,
            other => panic!("{other:?}"),
        }
    }

    fn gates(&self, work: WorkId, agent: AgentId) -> Vec<Gate> {
        let why = self.engine.explain(work, agent).unwrap();
        why.obstacles.iter().map(|obstacle| obstacle.kept_by.gate()).collect()
    }

    fn is_offered(&self, work: WorkId, agent: AgentId) -> bool {
        let why = self.engine.explain(work, agent).unwrap();
        matches!(why.standing, Relation::Asked { .. })
    }
}

fn millis(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn set_presence(agent: AgentId, presence: SystemPresence) -> SetPresence {
    SetPresence::new(agent, presence.id())
}

fn change<P: Profile>(id: P::Id, profile: P) -> Change<P> {
    Change::new(id, profile)
}

fn french(level: u8) -> Requirement {
    Requirement::skill(FRENCH, Comparison::AtLeast, level)
}

/// Two channels, skills and queues; Ana and Bo, of whom only Ana is a member of the desk, and on
/// queue.
fn desk(config: Config, queue: QueueProfile) -> Floor {
    let mut floor = Floor::new(config);
    floor.must(Define::new("french", SkillProfile::default()));
    floor.must(Define::new("german", SkillProfile::default()));
    floor.must(Define::new("voice", ChannelProfile::voice()));
    floor.must(Define::new("chat", ChannelProfile::chat()));
    let (later, response) = (Some(Span::from_secs(5)), Some(Response::Nothing));
    let reason = RejectReasonProfile::default().with_retry_after(later).with_response(response);
    floor.must(Define::new("later", reason.clone()));
    let never = reason.with_retry_after(None).with_reassignable(false);
    floor.must(Define::new("never", never));
    floor.must(Define::new("desk", queue));
    floor.must(Define::new("other", QueueProfile::default()));
    floor.must(Define::new("ana", AgentProfile::default()));
    floor.must(Define::new("bo", AgentProfile::default()));
    floor.must(SetMembership::new(ANA, DESK));
    floor.must(set_presence(ANA, SystemPresence::OnQueue));
    floor
}

fn call() -> WorkRequest {
    WorkRequest::new(DESK, VOICE)
}

/// Ana has one obstacle to the work; without it, it is offered to them.
fn only(floor: &mut Floor, work: WorkId, gate: Gate, remove: impl FnOnce(&mut Floor)) {
    assert_eq!(floor.gates(work, ANA), [gate]);
    let before = floor.engine.explain_work(work).unwrap();
    assert_eq!(before.funnel.last().map(|passed| passed.agents), Some(0));
    remove(floor);
    assert!(floor.is_offered(work, ANA), "{gate:?}: {:?}", floor.gates(work, ANA));
}

fn plain() -> Floor {
    desk(Config::default(), QueueProfile::default())
}

#[test]
fn whoever_is_no_member_is_offered_it_as_one() {
    let mut floor = plain();
    let work = floor.submit(WorkRequest::new(OTHER, VOICE));
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NoMembers);
    only(&mut floor, work, Gate::Member, |floor| {
        floor.must(SetMembership::new(ANA, OTHER));
    });
}

#[test]
fn work_that_is_in_no_line_is_offered_when_it_enters() {
    let mut floor = plain();
    let schedule = Some(Schedule::default().with_at(millis(9_000)).with_activation(false));
    let work = floor.submit(call().with_schedule(schedule));
    let mut early = floor.clone();
    only(&mut floor, work, Gate::InLine, |floor| floor.sleep_until(millis(9_000)));
    only(&mut early, work, Gate::InLine, |floor| {
        floor.must(Suspend::new(work));
        assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NotWaiting);
        floor.must(Activate::new(work));
    });
}

#[test]
fn work_that_waits_for_others_by_name_is_offered_after_them() {
    let mut floor = plain();
    let preferred = Some(Preferred::agent(BO, Span::from_secs(7)));
    let work = floor.submit(call().with_preferred(preferred));
    assert_eq!(floor.gates(work, BO), [Gate::OnQueue]);
    only(&mut floor, work, Gate::Preferred, |floor| {
        floor.sleep_until(millis(6_999));
        assert_eq!(floor.gates(work, ANA), [Gate::Preferred]);
        floor.sleep_until(millis(7_000));
    });
}

#[test]
fn whoever_is_off_queue_or_does_not_respond_is_offered_it_once_there() {
    let mut floor = plain();
    floor.must(set_presence(ANA, SystemPresence::Away));
    let work = floor.submit(call());
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NobodyOnQueue);
    only(&mut floor, work, Gate::OnQueue, |floor| {
        floor.must(set_presence(ANA, SystemPresence::OnQueue));
    });
    // Eight seconds later it has timed out.
    floor.sleep_until(millis(8_000));
    only(&mut floor, work, Gate::Responding, |floor| {
        floor.must(set_presence(ANA, SystemPresence::OnQueue));
    });
}

#[test]
fn whoever_is_not_entitled_is_offered_it_when_they_are() {
    let mut floor = plain();
    floor.must(change(ANA, AgentProfile::default().with_entitled([CHAT])));
    let work = floor.submit(call());
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NobodyOnQueue);
    only(&mut floor, work, Gate::Entitled, |floor| {
        floor.must(change(ANA, AgentProfile::default().with_entitled([CHAT, VOICE])));
    });
}

#[test]
fn whoever_drains_or_is_on_a_call_of_their_own_is_offered_it_afterwards() {
    let mut floor = plain();
    floor.must(SetDraining::new(ANA, true));
    let work = floor.submit(call());
    let mut called = floor.clone();
    only(&mut floor, work, Gate::Responding, |floor| {
        floor.must(SetDraining::new(ANA, false));
    });
    called.must(SetOwnCall::new(ANA, true));
    let why = called.engine.explain(work, ANA).unwrap().obstacles;
    let why: Vec<_> = why.into_iter().map(|obstacle| obstacle.kept_by).collect();
    let both = [Unavailable::OwnCall, Unavailable::Draining].map(KeptBy::Unavailable);
    assert_eq!(why, both);
    called.must(SetDraining::new(ANA, false));
    only(&mut called, work, Gate::Responding, |floor| {
        floor.must(SetOwnCall::new(ANA, false));
    });
}

#[test]
fn rings_and_delays_open_when_it_was_said() {
    let ring =
        |secs, ring| RelaxationStep::default().with_after(Span::from_secs(secs)).with_ring(ring);
    let relaxation = Some(Relaxation::of([ring(3, 1), ring(5, 2)]));
    for (membership, gate, until) in [
        (Membership::default().with_ring(2), Gate::Ring, 5_000),
        (Membership::default().with_delay(Span::from_secs(4)), Gate::Delay, 4_000),
    ] {
        let mut floor = plain();
        floor.must(SetMembership::new(ANA, DESK).with_membership(membership));
        let work = floor.submit(call().with_relaxation(relaxation.clone()));
        only(&mut floor, work, gate, |floor| {
            let why = floor.engine.explain(work, ANA).unwrap();
            assert_eq!(why.obstacles[0].until, Some(millis(until)));
            floor.sleep_until(millis(until - 1));
            assert_eq!(floor.gates(work, ANA), [gate]);
            floor.sleep_until(millis(until));
        });
    }
}

#[test]
fn whoever_does_not_meet_the_need_is_offered_it_once_they_do() {
    let mut floor = plain();
    let needs = [french(60), Requirement::skill(GERMAN, Comparison::AtLeast, 0)];
    let need = Need::of(Requirement::All(needs.to_vec()));
    let work = floor.submit(call().with_need(need));
    let why = floor.engine.explain_work(work).unwrap();
    assert_eq!(why.outlook, Outlook::NobodyFits { until: None });
    assert_eq!(why.need.iter().map(|one| one.fit_without).collect::<Vec<_>>(), [0, 0]);
    let skilled = |level| AgentProfile::default().with_skills([(FRENCH, level), (GERMAN, 0)]);
    floor.must(change(ANA, skilled(59)));
    let why = floor.engine.explain_work(work).unwrap();
    assert_eq!(why.need.iter().map(|one| one.fit_without).collect::<Vec<_>>(), [1, 0]);
    let has = Some(Value::Number(59));
    let lacks = Shortfall::Condition { path: vec![0], requirement: french(60), has };
    let obstacle = floor.engine.explain(work, ANA).unwrap().obstacles.remove(0);
    assert_eq!((obstacle.kept_by, obstacle.until), (KeptBy::Need(vec![lacks]), None));
    only(&mut floor, work, Gate::Need, |floor| {
        floor.must(change(ANA, skilled(60)));
    });
}

#[test]
fn a_condition_that_expires_says_when() {
    let mut floor = plain();
    let expiring = vec![Expiring::new(french(1), Span::from_secs(6))];
    let work = floor.submit(call().with_need(Need::default().with_expiring(expiring)));
    let outlook = Outlook::NobodyFits { until: Some(millis(6_000)) };
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, outlook);
    only(&mut floor, work, Gate::Need, |floor| {
        let why = floor.engine.explain(work, ANA).unwrap();
        assert_eq!(why.obstacles[0].until, Some(millis(6_000)));
        floor.sleep_until(millis(6_000));
    });
}

#[test]
fn whoever_has_no_room_is_offered_it_once_there_is_room() {
    let mut floor = plain();
    let first = floor.submit(WorkRequest::new(DESK, CHAT));
    let work = floor.submit(call());
    only(&mut floor, work, Gate::Room, |floor| {
        floor.must(Cancel::new(first));
    });
}

#[test]
fn whose_shift_ends_too_soon_is_offered_it_if_it_ends_later() {
    let shift_left_min = Some(Span::from_mins(5));
    let queue = QueueProfile::default().with_shift_left_min(shift_left_min);
    let mut floor = desk(Config::default(), queue);
    floor.must(SetShiftEnd::new(ANA).with_until(millis(299_999)));
    let work = floor.submit(call());
    only(&mut floor, work, Gate::Shift, |floor| {
        floor.must(SetShiftEnd::new(ANA).with_until(millis(300_000)));
    });
}

#[test]
fn whoever_declined_is_offered_it_when_the_bar_is_over() {
    let mut floor = plain();
    let work = floor.submit(call());
    let Relation::Asked { offer } = floor.engine.explain(work, ANA).unwrap().standing else {
        panic!("nobody is asked");
    };
    assert_eq!(floor.gates(work, ANA), [Gate::InLine, Gate::NotAlerting]);
    floor.must(Reject::new(offer).with_reason(LATER));
    only(&mut floor, work, Gate::NotDeclined, |floor| {
        let until = millis(5_000);
        let why = floor.engine.explain(work, ANA).unwrap();
        let [alone] = why.obstacles.as_slice() else { panic!("{why:?}") };
        let declined = json!({"declined": {"bar": {"until": 5_000}, "times": 1}});
        assert_eq!((json!(alone.kept_by), alone.until), (declined, Some(until)));
        floor.sleep_until(until);
    });
}

#[test]
fn whoever_sent_it_is_not_offered_it_in_this_stay() {
    let mut floor = plain();
    let work = floor.submit(call());
    let Relation::Asked { offer } = floor.engine.explain(work, ANA).unwrap().standing else {
        panic!("nobody is asked");
    };
    floor.must(Accept::new(offer));
    floor.must(TransferToQueue::new(work, DESK).with_not_to_sender(true));
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NobodyOnQueue);
    only(&mut floor, work, Gate::NotSender, |floor| {
        let why = floor.engine.explain(work, ANA).unwrap();
        assert_eq!(
            (json!(why.obstacles[0].kept_by), why.obstacles[0].until),
            (json!("sender"), None)
        );
        // It enters the line anew, and nobody sends it.
        floor.must(TransferToQueue::new(work, DESK).with_not_to_sender(true));
    });
}

#[test]
fn whoever_is_never_to_have_it_is_forced_to_or_not_at_all() {
    let mut floor = plain();
    let work = floor.submit(call().with_never_to([ANA]));
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::NobodyOnQueue);
    let why = floor.engine.explain(work, ANA).unwrap();
    let [alone] = why.obstacles.as_slice() else { panic!("{why:?}") };
    assert_eq!((json!(alone.kept_by), alone.until), (json!("excluded"), None));
    assert_eq!(alone.kept_by.gate(), Gate::NotExcluded);
    // What comes behind it is not kept from them.
    let next = floor.submit(call());
    assert!(floor.is_offered(next, ANA) && !floor.is_offered(work, ANA));
}

#[test]
fn whoever_gave_it_away_is_offered_it_after_the_wrap_up() {
    let timeout = Span::from_secs(9);
    let mode = WrapUpMode::MandatoryTimeout { timeout };
    let wrap_up = WrapUpProfile::of(mode).with_after_transfer(true);
    let queue = QueueProfile::default().with_wrap_up(wrap_up);
    let mut floor = desk(Config::default(), queue);
    let capacity = Capacity::items(2);
    floor.must(change(ANA, AgentProfile::default().with_capacity(capacity)));
    let work = floor.submit(call());
    let Relation::Asked { offer } = floor.engine.explain(work, ANA).unwrap().standing else {
        panic!("nobody is asked");
    };
    floor.must(Accept::new(offer));
    assert_eq!(floor.engine.explain(work, ANA).unwrap().standing, Relation::Involved);
    floor.must(TransferToQueue::new(work, DESK));
    only(&mut floor, work, Gate::NotInvolved, |floor| {
        let why = floor.engine.explain(work, ANA).unwrap();
        assert_eq!(why.obstacles[0].until, Some(millis(9_000)));
        floor.sleep_until(millis(9_000));
    });
}

#[test]
fn whoever_has_as_many_assignments_as_there_may_be_is_offered_it_afterwards() {
    let limits = Limits::default().with_assignments(1);
    let config = Config::default().with_limits(limits);
    let mut floor = desk(config, QueueProfile::default());
    let capacity = Capacity::items(2);
    floor.must(change(ANA, AgentProfile::default().with_capacity(capacity)));
    let first = floor.submit(call());
    let work = floor.submit(call());
    only(&mut floor, work, Gate::Assignments, |floor| {
        floor.must(Cancel::new(first));
    });
}

#[test]
fn work_for_two_is_offered_when_both_can_be_asked() {
    let broadcast = Broadcast::default().with_min(2).with_max(2);
    let queue = QueueProfile::default().with_broadcast(broadcast);
    let mut floor = desk(Config::default(), queue);
    floor.must(SetMembership::new(BO, DESK));
    let work = floor.submit(call());
    let why = floor.engine.explain(work, ANA).unwrap();
    let [alone] = why.obstacles.as_slice() else { panic!("{why:?}") };
    let too_few = json!({"too_few": {"able": 1, "least": 2}});
    assert_eq!((json!(alone.kept_by), alone.until), (too_few, None));
    only(&mut floor, work, Gate::EnoughAgents, |floor| {
        floor.must(set_presence(BO, SystemPresence::OnQueue));
    });
    assert!(floor.is_offered(work, BO));
}

#[test]
fn work_of_an_external_queue_waits_for_another_engine() {
    let external = QueueProfile::default().with_external(true);
    let mut floor = desk(Config::default(), external);
    let work = floor.submit(call());
    let why = floor.engine.explain(work, ANA).unwrap();
    let [alone] = why.obstacles.as_slice() else { panic!("{why:?}") };
    assert_eq!((&alone.kept_by, alone.until), (&KeptBy::External, None));
    assert_eq!(floor.engine.explain_work(work).unwrap().outlook, Outlook::External);
    only(&mut floor, work, Gate::External, |floor| {
        floor.must(change(DESK, QueueProfile::default()));
    });
}

#[test]
fn who_comes_next_is_said_before_anybody_is_asked() {
    // An engine that has only heard the facts so far has offered nothing yet.
    let mut floor = plain();
    floor.must(SetMembership::new(BO, DESK));
    floor.must(set_presence(BO, SystemPresence::OnQueue));
    let work = floor.submit(call());
    let facts = floor.log.drain().take_while(|f| !matches!(f.event, Event::WorkOffered { .. }));
    let engine = Engine::replay(facts.collect::<Vec<_>>()).unwrap();
    let standing = |agent| engine.explain(work, agent).unwrap().standing;
    assert_eq!(standing(ANA), Relation::Candidate { place: 1, behind: None });
    assert_eq!(standing(BO), Relation::Candidate { place: 2, behind: Some(ANA) });
    let passed = engine.explain_work(work).unwrap().funnel;
    assert_eq!(passed.last().map(|passed| passed.agents), Some(2));
}

#[test]
fn a_record_says_who_else_could_have_had_it_and_what_decided() {
    let mut floor = plain();
    floor.must(SetMembership::new(BO, DESK));
    floor.submit(WorkRequest::new(DESK, CHAT));
    assert_eq!(floor.engine.decisions().count(), 0, "it is off at first");
    floor.engine.record_decisions(2);
    floor.must(change(DESK, QueueProfile::default().with_order(Order::Lifo)));
    let queue = QueueProfile::default().with_choice(AgentChoice::MostProficient);
    floor.must(change(DESK, queue));
    let capacity = Capacity::items(9);
    let profile = AgentProfile::default().with_capacity(capacity);
    floor.must(change(ANA, profile.clone()));
    floor.must(change(BO, profile.with_skills([(FRENCH, 7)])));
    let alone = floor.submit(call());
    floor.must(set_presence(BO, SystemPresence::OnQueue));
    let need = Need::of(Requirement::All(vec![Requirement::Any(vec![
        french(7),
        Requirement::Not(Box::new(french(0))),
    ])]));
    let by_rule = floor.submit(call().with_need(need));
    // Equal, and Ana was offered something earlier.
    let by_turn = floor.submit(call());
    let recorded: Vec<_> = floor.engine.decisions().collect();
    assert_eq!(floor.engine.decisions().count(), 0, "they are handed out once");
    let told = |decision: &Decision| (decision.work, decision.agent, decision.decided_by);
    let expected =
        [(by_rule, BO, Some(KeyPart::Method)), (by_turn, ANA, Some(KeyPart::LastOffered))];
    assert_eq!(recorded.iter().map(told).collect::<Vec<_>>(), expected, "{alone} is too old");
    for decision in &recorded {
        let fact = floor.log.iter().find(|fact| fact.seq == decision.seq).unwrap();
        let offer = decision.offer;
        assert!(matches!(fact.event, Event::WorkOffered { offer: made, .. } if made == offer));
        assert_eq!(
            (decision.candidate_count, decision.candidates.len(), decision.queue_revision),
            (2, 2, 2)
        );
        assert_eq!(decision.choice, AgentChoice::MostProficient);
        assert_eq!(decision.candidates[0].agent, decision.agent);
    }
    let methods: Vec<_> = recorded[0].candidates.iter().map(|one| one.key.method).collect();
    assert_eq!(methods, [-7, 0]);
    let json = serde_json::to_string(&recorded).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Decision>>(&json).unwrap(), recorded);
    floor.engine.record_decisions(0);
    floor.submit(call());
    assert_eq!(floor.engine.decisions().count(), 0);
}

#[test]
fn a_record_passes_over_the_rank_where_members_are_alike() {
    for (alike, agent) in [(false, BO), (true, ANA)] {
        let mut floor = plain();
        floor.must(change(DESK, QueueProfile::default().with_members_alike(alike)));
        for (agent, rank) in [(ANA, 9), (BO, 1)] {
            let terms = Membership::default().with_rank(rank);
            floor.must(SetMembership::new(agent, DESK).with_membership(terms));
        }
        floor.now = millis(1_000);
        floor.must(set_presence(BO, SystemPresence::OnQueue));
        floor.engine.record_decisions(1);
        floor.submit(call());
        let recorded: Vec<_> = floor.engine.decisions().collect();
        let [decision] = &recorded[..] else { panic!("{recorded:?}") };
        assert_eq!((decision.agent, decision.candidate_count), (agent, 2), "{alike}");
        assert_eq!(decision.decided_by == Some(KeyPart::Rank), !alike);
        let ranks: Vec<_> = decision.candidates.iter().map(|one| one.key.rank).collect();
        assert_eq!(ranks, if alike { [1, 1] } else { [1, 9] });
    }
}

#[test]
fn long_lists_of_candidates_are_cut() {
    let mut floor = plain();
    for number in 0..150 {
        let Reply::Defined(Entity::Agent(agent)) =
            floor.must(Define::new(format!("a{number}"), AgentProfile::default()))
        else {
            panic!("no agent");
        };
        floor.must(SetMembership::new(agent, DESK));
        floor.must(set_presence(agent, SystemPresence::OnQueue));
    }
    floor.engine.record_decisions(usize::MAX);
    floor.submit(call());
    let decision = floor.engine.decisions().next().unwrap();
    assert_eq!(
        (decision.candidate_count, decision.candidates.len()),
        (151, Decision::CANDIDATES_MAX)
    );
}

#[test]
fn what_is_not_there_is_not_explained() {
    let mut floor = plain();
    let work = floor.submit(call());
    assert_eq!(floor.engine.explain(work, AgentId::from_raw(9)), None);
    floor.must(Cancel::new(work));
    assert_eq!(floor.engine.explain(work, ANA), None);
    assert_eq!(floor.engine.explain_work(work), None);
    assert_eq!(floor.engine.explain_agent(AgentId::from_raw(9)), None);
}

/// One thing that happens on a random floor; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    Submit(Box<WorkRequest>),
    Presence(u32, SystemPresence),
    Draining(u32, bool),
    OwnCall(u32, bool),
    Skills(u32, u8, u16),
    Member(u32, u32, Membership),
    NoMember(u32, u32),
    ShiftEnd(u32, Option<i64>),
    Accept(usize),
    Reject(usize, Option<ReasonId>),
    Finish(usize),
    Send(usize, u32),
    Park(usize),
    Resume(usize),
    Force(usize, u32),
    Suspend(usize),
    Cancel(usize),
    Wait(i64),
}

fn request() -> impl Strategy<Value = WorkRequest> {
    let secs = || select(&[1_u32, 2, 5][..]).prop_map(Span::from_secs);
    let condition = || {
        prop_oneof![
            2 => (0..100_u8).prop_map(french),
            1 => (0..100_u8).prop_map(|level| {
                Requirement::Any(vec![
                    french(level),
                    Requirement::skill(GERMAN, Comparison::Less, level),
                ])
            }),
            1 => (0..100_u8).prop_map(|level| Requirement::Not(Box::new(french(level)))),
        ]
    };
    let expiring = (condition(), secs());
    let expiring = expiring.prop_map(|(requirement, after)| Expiring::new(requirement, after));
    let evaluation = select(&[Evaluation::All, Evaluation::All, Evaluation::Best][..]);
    let conditions = prop::collection::vec(condition(), 0..3).prop_map(Requirement::All);
    let need = (conditions, prop::collection::vec(expiring, 0..2), evaluation);
    let need = need.prop_map(|(requirement, expiring, evaluation)| {
        Need::default()
            .with_requirement(requirement)
            .with_expiring(expiring)
            .with_evaluation(evaluation)
            .with_wishes(Vec::new())
    });
    let agents = (0..4_u32, any::<bool>(), any::<bool>(), secs());
    let preferred = agents.prop_map(|(first, ignore_need, ignore_capacity, wait)| {
        let listed = |agent, score| PreferredAgent::new(AgentId::from_raw(agent % 4), score);
        let step = |score_min| PreferredStep::new(score_min, wait);
        Preferred::default()
            .with_agents([listed(first, 90), listed(first + 1, 50)])
            .with_steps([step(60), step(0)])
            .with_ignore_need(ignore_need)
            .with_ignore_capacity(ignore_capacity)
            .with_expedite(false)
    });
    let relaxation = (secs(), 0..60_u8, 0..3_u8, any::<bool>());
    let relaxation = relaxation.prop_map(|(after, lower, ring, skip_empty)| {
        let step = RelaxationStep::default().with_after(after).with_lower(lower).with_ring(ring);
        Relaxation::of([step]).with_skip_empty(skip_empty)
    });
    let extras = (
        prop::option::weighted(0.3, preferred),
        prop::option::weighted(0.3, relaxation),
        prop::option::weighted(0.1, secs()),
    );
    (0..2_u32, 0..2_u32, need, extras).prop_map(|(queue, channel, need, extras)| {
        let (preferred, relaxation, lifetime) = extras;
        let (queue, channel) = (QueueId::from_raw(queue), ChannelId::from_raw(channel));
        WorkRequest::new(queue, channel)
            .with_need(need)
            .with_preferred(preferred)
            .with_relaxation(relaxation)
            .with_lifetime(lifetime)
    })
}

fn membership() -> impl Strategy<Value = Membership> {
    let delay = select(&[0_u32, 0, 1, 3][..]).prop_map(Span::from_secs);
    (1..3_u8, delay, 0..3_u8).prop_map(|(rank, delay, ring)| {
        Membership::default().with_rank(rank).with_delay(delay).with_ring(ring)
    })
}

fn step() -> impl Strategy<Value = Step> {
    let presence =
        select(&[SystemPresence::OnQueue, SystemPresence::OnQueue, SystemPresence::Away][..]);
    let reason = prop::option::of(select(&[LATER, NEVER][..]));
    prop_oneof![
        8 => request().prop_map(|request| Step::Submit(Box::new(request))),
        4 => (0..4_u32, presence).prop_map(|(agent, at)| Step::Presence(agent, at)),
        1 => (0..4_u32, any::<bool>()).prop_map(|(agent, on)| Step::Draining(agent, on)),
        1 => (0..4_u32, any::<bool>()).prop_map(|(agent, on)| Step::OwnCall(agent, on)),
        2 => (0..4_u32, 0..100_u8, 1..3_u16).prop_map(|(a, level, n)| Step::Skills(a, level, n)),
        3 => (0..4_u32, 0..2_u32, membership()).prop_map(|(a, q, terms)| Step::Member(a, q, terms)),
        1 => (0..4_u32, 0..2_u32).prop_map(|(agent, queue)| Step::NoMember(agent, queue)),
        1 => (0..4_u32, prop::option::of(0..40_000_i64)).prop_map(|(a, at)| Step::ShiftEnd(a, at)),
        5 => any::<usize>().prop_map(Step::Accept),
        3 => (any::<usize>(), reason).prop_map(|(n, reason)| Step::Reject(n, reason)),
        3 => any::<usize>().prop_map(Step::Finish),
        2 => (any::<usize>(), 0..2_u32).prop_map(|(n, queue)| Step::Send(n, queue)),
        1 => any::<usize>().prop_map(Step::Park),
        1 => any::<usize>().prop_map(Step::Resume),
        1 => (any::<usize>(), 0..4_u32).prop_map(|(n, agent)| Step::Force(n, agent)),
        1 => any::<usize>().prop_map(Step::Suspend),
        1 => any::<usize>().prop_map(Step::Cancel),
        6 => select(&[1_i64, 500, 1_000, 2_000, 8_000][..]).prop_map(Step::Wait),
    ]
}

fn queues() -> impl Strategy<Value = [QueueProfile; 2]> {
    let one = || {
        let choice = select(
            &[AgentChoice::LongestIdle, AgentChoice::MostProficient, AgentChoice::RoundRobin][..],
        );
        let retry = Exhausted::Retry { after: Span::from_secs(2) };
        let exhausted = select(vec![Exhausted::Wait, retry, Exhausted::Close]);
        let broadcast = select(&[(1_u8, 1_u8), (1, 2), (2, 2)][..]);
        (choice, exhausted, broadcast, any::<bool>()).prop_map(
            |(choice, exhausted, (min, max), short)| {
                QueueProfile::default()
                    .with_choice(choice)
                    .with_exhausted(exhausted)
                    .with_broadcast(Broadcast::default().with_min(min).with_max(max))
                    .with_on_miss(Response::Nothing)
                    .with_on_reject(Response::Nothing)
                    .with_shift_left_min(short.then(|| Span::from_secs(10)))
            },
        )
    };
    (one(), one()).prop_map(|(first, second)| [first, second])
}

fn play(floor: &mut Floor, step: &Step) {
    let agent = |raw: u32| AgentId::from_raw(raw);
    let view = floor.engine.view();
    let pick = |number: usize, stage: &str| -> Option<WorkId> {
        let works: Vec<_> = view.works().filter(|work| work.stage().name() == stage).collect();
        (!works.is_empty()).then(|| works[number % works.len()].id())
    };
    let offer = |number: usize| {
        let offers: Vec<_> = view.agents().flat_map(|agent| agent.offers().to_vec()).collect();
        (!offers.is_empty()).then(|| offers[number % offers.len()])
    };
    let command: Option<Command> = match step {
        Step::Submit(request) => Some(Submit::new((**request).clone()).into()),
        Step::Presence(a, at) => Some(set_presence(agent(*a), *at).into()),
        Step::Draining(a, draining) => Some(SetDraining::new(agent(*a), *draining).into()),
        Step::OwnCall(a, active) => Some(SetOwnCall::new(agent(*a), *active).into()),
        Step::Skills(a, level, items) => {
            let skills = [(FRENCH, *level), (GERMAN, 100 - *level)];
            let capacity = Capacity::items(*items).with_channel(CHAT, 1);
            let profile = AgentProfile::default().with_skills(skills).with_capacity(capacity);
            Some(change(agent(*a), profile).into())
        }
        Step::Member(a, queue, membership) => {
            let (agent, queue) = (agent(*a), QueueId::from_raw(*queue));
            Some(SetMembership::new(agent, queue).with_membership(*membership).into())
        }
        Step::NoMember(a, queue) => {
            Some(RemoveMembership::new(agent(*a), QueueId::from_raw(*queue)).into())
        }
        Step::ShiftEnd(a, at) => {
            Some(SetShiftEnd::new(agent(*a)).with_until(at.map(millis)).into())
        }
        Step::Accept(n) => offer(*n).map(|offer| Accept::new(offer).into()),
        Step::Reject(n, reason) => {
            offer(*n).map(|offer| Reject::new(offer).with_reason(*reason).into())
        }
        Step::Finish(n) => {
            pick(*n, "assigned").map(|work| FinishContact::new(work, Finisher::Agent).into())
        }
        Step::Send(n, queue) => pick(*n, "assigned").map(|work| {
            let queue = QueueId::from_raw(*queue);
            TransferToQueue::new(work, queue).into()
        }),
        Step::Park(n) => pick(*n, "assigned").map(|work| Park::new(work).into()),
        Step::Resume(n) => {
            pick(*n, "parked").map(|work| Resume::new(work, Resumer::Customer).into())
        }
        Step::Force(n, a) => pick(*n, "queued").map(|work| Force::new(work, agent(*a)).into()),
        Step::Suspend(n) => pick(*n, "queued").map(|work| Suspend::new(work).into()),
        Step::Cancel(n) => pick(*n, "suspended").map(|work| Cancel::new(work).into()),
        Step::Wait(more) => {
            floor.sleep_until(millis(floor.now.as_millis() + more));
            None
        }
    };
    if let Some(command) = command {
        let _ = floor.tell(command);
    }
}

fn hold(what: impl FnOnce() -> String, holds: bool) -> Result<(), TestCaseError> {
    if holds { Ok(()) } else { Err(TestCaseError::fail(what())) }
}

/// What holds of all explanations after every call.
fn explained(floor: &Floor) -> Result<(), TestCaseError> {
    let (engine, view) = (&floor.engine, floor.engine.view());
    for work in view.works() {
        let why = engine.explain_work(work.id()).unwrap();
        hold(|| format!("stage {why:?}"), why.stage == work.stage())?;
        let line = view.queue(work.queue()).unwrap().line();
        let place = line.iter().position(|other| other.id() == work.id());
        let position = place.and_then(|place| u32::try_from(place + 1).ok());
        hold(|| format!("position {why:?}, {position:?}"), why.position == position)?;
        let narrows = why.funnel.is_sorted_by_key(|passed| std::cmp::Reverse(passed.agents));
        let left = why.funnel.last().map(|passed| passed.agents);
        hold(|| format!("funnel {why:?}"), narrows && left == Some(0))?;
        let waits = work.stage() == Stage::Queued;
        hold(|| format!("{why:?}"), waits == (why.outlook != Outlook::NotWaiting))?;
        for agent in view.agents() {
            let pair = engine.explain(work.id(), agent.id()).unwrap();
            hold(|| format!("no obstacle: {pair:?}"), !pair.obstacles.is_empty())?;
            let gate = |obstacle: &Obstacle| obstacle.kept_by.gate();
            hold(|| format!("order {pair:?}"), pair.obstacles.is_sorted_by_key(gate))?;
            let offered =
                agent.offers().iter().any(|id| view.offer(*id).unwrap().work == work.id());
            let asked = matches!(pair.standing, Relation::Asked { .. });
            hold(|| format!("asked {pair:?}"), asked == offered)?;
            let over = pair.obstacles.iter().any(|o| o.until.is_some_and(|at| at <= floor.now));
            hold(|| format!("over already {pair:?}"), !waits || !over)?;
            let json = serde_json::to_string(&pair).unwrap();
            hold(|| json.clone(), serde_json::from_str(&json).ok() == Some(pair))?;
        }
    }
    for agent in view.agents() {
        let why = engine.explain_agent(agent.id()).unwrap();
        for prospect in &why.queues {
            let stopped: u32 = prospect.stopped.iter().map(|stopped| stopped.works).sum();
            let counted = stopped == prospect.waiting && prospect.offerable == 0;
            let waiting = view.queue(prospect.queue).unwrap().waiting();
            let narrows =
                prospect.fitting <= prospect.visible && prospect.visible <= prospect.waiting;
            hold(|| format!("{why:?}"), counted && narrows && prospect.waiting == waiting)?;
        }
    }
    Ok(())
}

/// Whatever obstacle of waiting work ends by itself is gone when it was said, unless the work went
/// elsewhere meanwhile.
fn ends_as_said(floor: &Floor) -> Result<(), TestCaseError> {
    let view = floor.engine.view();
    for work in view.works().filter(|work| work.stage() == Stage::Queued) {
        for agent in view.agents() {
            let pair = floor.engine.explain(work.id(), agent.id()).unwrap();
            let first = pair.obstacles.iter().find(|obstacle| obstacle.until.is_some());
            let Some((obstacle, until)) = first.and_then(|first| Some((first, first.until?)))
            else {
                continue;
            };
            let mut later = floor.clone();
            later.sleep_until(until);
            let now = later.engine.view().work(work.id());
            let stays = now.is_some_and(|now| {
                now.stage() == Stage::Queued
                    && (now.queue(), now.entered()) == (work.queue(), work.entered())
                    && now.attempts() == work.attempts()
            });
            if stays {
                let still = later.gates(work.id(), agent.id());
                let gate = obstacle.kept_by.gate();
                hold(|| format!("{pair:?} at {until}: {still:?}"), !still.contains(&gate))?;
            }
        }
    }
    Ok(())
}

/// The steps of a relaxation: where each stands up to the millisecond before it begins and from
/// then on, and when it begins.
#[test]
fn a_view_says_where_each_step_of_a_relaxation_stands() {
    use StepState::{Active, Expired, ToCome};
    let mut floor = Floor::new(Config::default());
    floor.must(Define::new("voice", ChannelProfile::voice()));
    let step = |secs| RelaxationStep::default().with_after(Span::from_secs(secs));
    let profile = QueueProfile::default().with_relaxation(Relaxation::of([step(30), step(60)]));
    floor.must(Define::new("desk", profile));
    floor.must(Define::new("other", QueueProfile::default()));
    floor.now = millis(5_000);
    let work = floor.submit(WorkRequest::new(DESK, VOICE));
    let stand = |floor: &Floor| -> Vec<_> {
        let steps = floor.engine.view().work(work).unwrap().steps();
        let begins: Vec<_> = steps.iter().map(|step| step.at).collect();
        assert_eq!(begins, [5_000, 35_000, 65_000].map(|at| Some(millis(at))));
        steps.iter().map(|step| step.state).collect()
    };
    assert_eq!(stand(&floor), [Active, ToCome, ToCome]);
    for (at, before, then) in [
        (35_000, [Active, ToCome, ToCome], [Expired, Active, ToCome]),
        (65_000, [Expired, Active, ToCome], [Expired, Expired, Active]),
    ] {
        floor.sleep_until(millis(at - 1));
        assert_eq!(stand(&floor), before);
        floor.sleep_until(millis(at));
        assert_eq!(stand(&floor), then);
    }
    let other = floor.submit(WorkRequest::new(OTHER, VOICE));
    assert!(floor.engine.view().work(other).unwrap().steps().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn explanations_agree_with_routing(
        queues in queues(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let [first, second] = queues;
        let limits = Limits::default().with_assignments(3);
        let mut floor = desk(Config::default().with_limits(limits), first);
        floor.must(change(OTHER, second));
        floor.engine.record_decisions(1_000);
        for key in ["cy", "di"] {
            floor.must(Define::new(key, AgentProfile::default()));
        }
        for (number, step) in steps.iter().enumerate() {
            let facts = floor.log.len();
            play(&mut floor, step);
            explained(&floor)?;
            let offered = floor.log.iter().skip(facts).filter_map(|fact| match fact.event {
                Event::WorkOffered { offer, agent, by: OfferedBy::Routing, .. } => {
                    Some((fact.seq, offer, agent))
                }
                _ => None,
            });
            let recorded = floor.engine.decisions();
            let recorded = recorded.map(|made| (made.seq, made.offer, made.candidates[0].agent));
            prop_assert!(offered.eq(recorded), "a record of every offer that routing made");
            if number % 8 == 7 {
                ends_as_said(&floor)?;
            }
        }
        floor.engine.verify().map_err(|violation| TestCaseError::fail(violation.to_string()))?;
    }
}

/// Work that waits for other work says for which, and whoever has that work is kept from it.
#[test]
fn what_stands_for_other_work_says_so() {
    use strowger::command::ConsultQueue;
    let mut log = Log::default();
    let at = Timestamp::EPOCH;
    let mut engine = Engine::new(Config::default(), at, &mut log).unwrap();
    let voice =
        engine.execute(at, Define::new("voice", ChannelProfile::voice()), &mut log).unwrap();
    let queue = Define::new("support", QueueProfile::default());
    let queue = engine.execute(at, queue, &mut log).unwrap();
    let ana = engine.execute(at, Define::new("ana", AgentProfile::default()), &mut log).unwrap();
    engine.execute(at, SetMembership::new(ana, queue), &mut log).unwrap();
    let on_queue = SystemPresence::OnQueue.id();
    engine.execute(at, SetPresence::new(ana, on_queue), &mut log).unwrap();
    let call = engine.execute(at, Submit::new(WorkRequest::new(queue, voice)), &mut log).unwrap();
    let offer = engine.view().agent(ana).unwrap().offers()[0];
    engine.execute(at, Accept::new(offer), &mut log).unwrap();
    let stand_in = engine.execute(at, ConsultQueue::new(call, queue), &mut log).unwrap();
    assert_eq!(engine.explain_work(stand_in).unwrap().stands_for, Some(call));
    assert_eq!(engine.explain_work(call).unwrap().stands_for, None);
    let why = engine.explain(stand_in, ana).unwrap();
    let kept = serde_json::to_value(&why.obstacles).unwrap();
    assert_eq!(kept[0], json!({"kept_by": {"has": {"state": "active"}}}));
}
