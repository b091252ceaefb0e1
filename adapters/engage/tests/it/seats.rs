//! Agent requests: one for each change of a worker's state, and what is heard of telephones.

use strowger::knowledge::*;
use strowger::prelude::*;
use strowger_engage::*;

use crate::floor::{Floor, IDA, KIM, LEE, at, event, short};

fn unknown(dn: &str) -> Option<WhyNot> {
    Some(WhyNot::UnknownDn { dn: dn.into() })
}

#[test]
fn one_request_for_each_change_and_none_for_a_repetition() {
    let mut floor = Floor::new();
    floor.sit(KIM, Some("5117"));
    assert_eq!(floor.asked(), [""; 0]);
    for (presence, asked) in [
        // From logged out to ready is one request.
        ("Online", vec!["5117 login kim AutoIn"]),
        ("ONLINE", vec![]),
        ("Busy", vec!["5117 not ready Busy"]),
        ("Busy", vec![]),
        // Another reason is another state.
        ("Lunch", vec!["5117 not ready Lunch"]),
        ("Online", vec!["5117 ready"]),
        ("Offline", vec!["5117 logout"]),
        ("offline", vec![]),
        ("Away", vec!["5117 login kim AuxWork Away"]),
    ] {
        floor.report(KIM, presence);
        assert_eq!(floor.asked(), asked, "{presence}");
    }
    // A change here is one too; the same presence again is none.
    floor.tell(SetPresence::new(KIM, SystemPresence::Meal.id()));
    floor.tell(SetPresence::new(KIM, SystemPresence::Meal.id()));
    assert_eq!(floor.asked(), ["5117 not ready meal"]);
    // A report from the past changes nothing.
    floor.tell(ReportPresence::new(KIM, "Online", 1));
    assert_eq!(floor.asked(), [""; 0]);
    floor.tell(RemoveKnowledgeWorker::new(KIM));
    assert_eq!(floor.asked(), ["5117 logout"]);
}

#[test]
fn requests_are_in_the_order_of_the_changes() {
    let mut floor = Floor::new();
    floor.sit(KIM, Some("5117"));
    for presence in ["Online", "Busy", "Online", "Lunch", "Offline", "Online"] {
        floor.report(KIM, presence);
    }
    let references: Vec<_> = floor.requests.iter().map(Request::reference).collect();
    assert_eq!(references, [1, 2, 3, 4, 5, 6]);
    let expected = [
        "5117 login kim AutoIn",
        "5117 not ready Busy",
        "5117 ready",
        "5117 not ready Lunch",
        "5117 logout",
        "5117 login kim AutoIn",
    ];
    assert_eq!(floor.asked(), expected);
}

#[test]
fn a_worker_without_a_seat_makes_none_and_gets_what_is_missing_when_they_sit_down() {
    let mut floor = Floor::new();
    floor.report(KIM, "Online");
    floor.report(KIM, "Busy");
    assert_eq!(floor.asked(), [""; 0]);
    floor.sit(KIM, Some("5117"));
    assert_eq!(floor.asked(), ["5117 login kim AuxWork Busy"]);
    // Who moves is logged out where they sat; who takes a seat is logged in after the other is out.
    floor.sit(KIM, Some("5118"));
    assert_eq!(floor.asked(), ["5117 logout", "5118 login kim AuxWork Busy"]);
    floor.report(LEE, "Online");
    floor.sit(LEE, Some("5118"));
    assert_eq!(floor.asked(), ["5118 logout", "5118 login lee AutoIn"]);
    // Who is logged out is not logged out for sitting down, and not for standing up.
    floor.report(KIM, "Offline");
    floor.sit(KIM, Some("5119"));
    floor.sit(KIM, None);
    assert_eq!(floor.asked(), [""; 0]);
}

#[test]
fn free_seating_follows_login_and_logout() {
    let mut floor = Floor::new();
    floor.report(KIM, "Online");
    assert_eq!(floor.hear(&event("EventAgentLogin", "5117", "kim", 10)), None);
    assert_eq!(floor.worker(KIM).seat.as_deref(), Some("5117"));
    // They are logged in there already, so only that they are ready is missing.
    assert_eq!(floor.asked(), ["5117 ready"]);
    assert_eq!(floor.hear(&event("EventAgentLogin", "5117", "kim", 10)), Some(WhyNot::Already));
    // Elsewhere: they are logged out where they were.
    assert_eq!(floor.hear(&event("EventAgentLogin", "5118", "kim", 20)), None);
    assert_eq!(floor.worker(KIM).seat.as_deref(), Some("5118"));
    assert_eq!(floor.asked(), ["5117 logout", "5118 ready"]);
    // What is told late of the telephone before, or twice, changes nothing.
    for (late, sec) in [("EventAgentLogin", 15), ("EventAgentLogin", 10)] {
        assert_eq!(floor.hear(&event(late, "5117", "kim", sec)), Some(WhyNot::Older));
    }
    assert_eq!(floor.hear(&event("EventAgentLogout", "5117", "kim", 21)), unknown("5117"));
    // Somebody else logs in where they sit: the seat is theirs, and nobody logs them out.
    assert_eq!(floor.hear(&event("EventAgentLogin", "5118", "lee", 30)), None);
    assert_eq!(floor.worker(LEE).seat.as_deref(), Some("5118"));
    assert_eq!(floor.worker(KIM).seat, None);
    assert_eq!(floor.asked(), [""; 0]);
    let another = WhyNot::AnotherSits { dn: "5118".into(), agent: LEE };
    assert_eq!(floor.hear(&event("EventAgentLogout", "5118", "kim", 31)), Some(another));
    assert_eq!(floor.hear(&event("EventAgentLogout", "5118", "lee", 32)), None);
    assert_eq!(floor.worker(LEE).seat, None);
    assert_eq!(floor.asked(), [""; 0]);
    let again = floor.hear(&event("EventAgentLogout", "5118", "lee", 32));
    assert_eq!(again, unknown("5118"));
}

#[test]
fn what_an_agent_does_at_a_telephone_is_not_sent_back() {
    let mut floor = Floor::new();
    floor.report(KIM, "Offline");
    floor.hear(&event("EventAgentLogin", "5117", "kim", 10));
    assert_eq!(floor.worker(KIM).seat.as_deref(), Some("5117"));
    assert_eq!(floor.hear(&event("EventAgentReady", "5117", "kim", 11)), None);
    assert_eq!(floor.worker(KIM).state, AgentState::Ready);
    let mut lunch = event("EventAgentNotReady", "5117", "kim", 12);
    lunch.reasons = [("ReasonCode".into(), "Lunch".into())].into();
    assert_eq!(floor.hear(&lunch), None);
    // The core has no presence of that name: busy stands for it.
    assert_eq!(floor.worker(KIM).state, AgentState::NotReady { reason: "busy".into() });
    let mut meal = event("EventAgentNotReady", "5117", "kim", 13);
    meal.extensions = [("ReasonCode".into(), "Meal".into())].into();
    assert_eq!(floor.hear(&meal), None);
    assert_eq!(floor.worker(KIM).state, AgentState::NotReady { reason: "meal".into() });
    assert_eq!(floor.asked(), [""; 0]);
    assert!(floor.switch.is_in_step());
    // Twice, and late.
    assert_eq!(floor.hear(&meal), Some(WhyNot::Already));
    assert_eq!(floor.hear(&lunch), Some(WhyNot::Older));
    assert_eq!(floor.hear(&event("EventAgentReady", "5117", "kim", 11)), Some(WhyNot::Older));
    // What the messenger says next counts, and the telephone is told.
    floor.report(KIM, "Busy");
    assert_eq!(floor.asked(), ["5117 not ready Busy"]);
}

#[test]
fn events_that_become_no_command_say_why() {
    let mut floor = Floor::with(
        crate::floor::experts(),
        SwitchConfig::default().with_telephones(["5117".into(), "5118".into()]),
    );
    let login = |dn: &str, agent: &str| event("EventAgentLogin", dn, agent, 10);
    assert_eq!(floor.hear(&login("5999", "kim")), unknown("5999"));
    assert_eq!(floor.hear(&login("7100", "kim")), unknown("7100"));
    assert_eq!(floor.hear(&event("EventAgentReady", "5117", "kim", 10)), unknown("5117"));
    let nobody = WhyNot::UnknownAgent { agent: "zoe".into() };
    assert_eq!(floor.hear(&login("5117", "zoe")), Some(nobody));
    assert_eq!(floor.hear(&login("5117", "ida")), Some(WhyNot::NotAWorker { agent: IDA }));
    let mut nameless = login("5117", "kim");
    nameless.agent = None;
    assert_eq!(floor.hear(&nameless), Some(WhyNot::NoAgent));
    assert_eq!(floor.hear(&event("EventOffHook", "5117", "kim", 10)), Some(WhyNot::OtherEvent));
    assert_eq!(floor.worker(KIM).seat, None);
    // A routing point is no telephone, whatever telephones there are.
    let mut anywhere = Floor::new();
    assert_eq!(anywhere.hear(&login("7100", "kim")), unknown("7100"));
    assert_eq!(anywhere.hear(&login("5999", "kim")), None);
    // Another agent's word at somebody's telephone.
    floor.hear(&login("5117", "kim"));
    let another = WhyNot::AnotherSits { dn: "5117".into(), agent: KIM };
    assert_eq!(floor.hear(&event("EventAgentReady", "5117", "lee", 11)), Some(another));
}

#[test]
fn answers_to_requests_change_nothing_and_are_put_right() {
    let mut floor = Floor::new();
    floor.sit(KIM, Some("5117"));
    floor.report(KIM, "Online");
    let login = floor.requests.remove(0);
    assert!(!floor.switch.is_in_step());
    let answer = |name: &str, request: &Request, sec| {
        let mut event = event(name, "5117", "kim", sec);
        event.reference = Some(request.reference());
        event
    };
    // While it is under way, what the telephone says waits for the answer.
    let waits = WhyNot::UnderWay { dn: "5117".into() };
    assert_eq!(floor.hear(&event("EventAgentNotReady", "5117", "kim", 9)), Some(waits));
    let done = answer("EventAgentLogin", &login, 10);
    assert_eq!(floor.hear(&done), Some(WhyNot::Answer));
    assert_eq!(floor.hear(&event("EventAgentReady", "5117", "kim", 10)), Some(WhyNot::Already));
    assert!(floor.switch.is_in_step());
    // A request that is done once more, after a later one, is undone.
    floor.report(KIM, "Offline");
    let logout = floor.requests.remove(0);
    assert_eq!(short(&logout), "5117 logout");
    floor.hear(&answer("EventAgentLogout", &logout, 20));
    assert_eq!(floor.worker(KIM).seat.as_deref(), Some("5117"));
    assert_eq!(floor.hear(&answer("EventAgentLogin", &login, 30)), Some(WhyNot::Answer));
    let again = floor.requests.remove(0);
    assert_eq!(short(&again), "5117 logout");
    assert_eq!(floor.hear(&answer("EventAgentLogout", &again, 31)), Some(WhyNot::Answer));
    assert!(floor.switch.is_in_step() && floor.requests.is_empty());
    // What is refused or lost is read again, and asked for again where it is missing.
    floor.report(KIM, "Online");
    let login = floor.requests.remove(0);
    let mut refused = answer("EventError", &login, 40);
    (refused.error_code, refused.error_message) = (Some(59), Some("DN is not configured".into()));
    let why = WhyNot::Refused { code: 59, message: "DN is not configured".into() };
    assert_eq!(floor.hear(&refused), Some(why));
    assert!(!floor.switch.is_in_step());
    let read = floor.switch.renew().remove(0);
    assert_eq!(short(&read), "5117 read");
    let mut registered = answer("EventRegistered", &read, 41);
    registered.agent = None;
    assert_eq!(floor.hear(&registered), Some(WhyNot::Answer));
    let login = floor.requests.remove(0);
    assert_eq!(short(&login), "5117 login kim AutoIn");
    floor.switch.lost(&login);
    let read = floor.switch.renew().remove(0);
    assert_eq!(floor.hear(&answer("EventRegistered", &read, 42)), Some(WhyNot::Answer));
    // Who is logged in is read, but not whether they are ready.
    let ready = floor.requests.remove(0);
    assert_eq!(short(&ready), "5117 ready");
    // Where nobody knows what a telephone shows, the next change is a login.
    floor.switch.lost(&ready);
    floor.report(KIM, "Busy");
    assert_eq!(floor.asked(), ["5117 login kim AuxWork Busy"]);
}

#[test]
fn of_two_requests_the_one_that_was_done_last_holds() {
    let mut floor = Floor::new();
    floor.sit(KIM, Some("5117"));
    floor.report(KIM, "Online");
    floor.report(KIM, "Offline");
    let (login, logout) = (floor.requests.remove(0), floor.requests.remove(0));
    let answer = |name: &str, request: &Request, sec| {
        let mut event = event(name, "5117", "kim", sec);
        event.reference = Some(request.reference());
        event
    };
    // The logout overtakes the login on the way there, and its answer is overtaken on the way back.
    assert_eq!(floor.hear(&answer("EventAgentLogin", &login, 20)), Some(WhyNot::Answer));
    assert_eq!(floor.asked(), [""; 0]);
    assert_eq!(floor.hear(&answer("EventAgentLogout", &logout, 10)), Some(WhyNot::Answer));
    assert_eq!(floor.asked(), ["5117 logout"]);
}

#[test]
fn what_is_late_of_a_telephone_is_late_for_everybody() {
    let mut floor = Floor::new();
    assert_eq!(floor.hear(&event("EventAgentLogin", "5117", "lee", 20)), None);
    // Kim was there before.
    assert_eq!(floor.hear(&event("EventAgentLogin", "5117", "kim", 10)), Some(WhyNot::Older));
    assert_eq!(floor.hear(&event("EventAgentLogout", "5117", "lee", 15)), Some(WhyNot::Older));
    assert_eq!(floor.worker(LEE).seat.as_deref(), Some("5117"));
    // A logout that is told first is not followed by a login from before.
    assert_eq!(floor.hear(&event("EventAgentLogout", "5118", "kim", 40)), unknown("5118"));
    assert_eq!(floor.hear(&event("EventAgentLogin", "5118", "kim", 30)), Some(WhyNot::Older));
    assert_eq!(floor.worker(KIM).seat, None);
    // Whoever logs in while the core has them logged out waits for what they say next.
    assert_eq!(floor.hear(&event("EventAgentLogin", "5118", "kim", 50)), None);
    assert_eq!(floor.hear(&event("EventAgentLogin", "5118", "kim", 51)), Some(WhyNot::Already));
    assert_eq!(floor.asked(), [""; 0]);
}

#[test]
fn a_telephone_that_is_read_says_who_sits_there() {
    let telephones = ["5117".into(), "5118".into()];
    let config = SwitchConfig::default().with_telephones(telephones);
    let mut floor = Floor::with(crate::floor::experts(), config.clone());
    floor.report(KIM, "Busy");
    floor.sit(LEE, Some("5117"));
    // A switch that comes later knows what the core knows.
    floor.switch = Switch::resume(config, &floor.centre);
    let reads = floor.switch.renew();
    assert_eq!(reads.iter().map(short).collect::<Vec<_>>(), ["5117 read", "5118 read"]);
    let mut registered = event("EventRegistered", "5117", "kim", 10);
    registered.reference = Some(reads[0].reference());
    assert_eq!(floor.hear(&registered), None);
    assert_eq!(floor.worker(KIM).seat.as_deref(), Some("5117"));
    assert_eq!(floor.worker(LEE).seat, None);
    assert_eq!(floor.asked(), ["5117 not ready Busy"]);
    // Lee is logged out in the core, so they are logged out where they are found.
    let mut registered = event("EventRegistered", "5118", "lee", 10);
    registered.reference = Some(reads[1].reference());
    assert_eq!(floor.hear(&registered), Some(WhyNot::Answer));
    assert_eq!(floor.asked(), ["5118 logout"]);
    // Of whom the core knows nothing is left alone.
    let reads = floor.switch.renew();
    let mut registered = event("EventRegistered", "5118", "zoe", 20);
    registered.reference = Some(reads[1].reference());
    let nobody = WhyNot::UnknownAgent { agent: "zoe".into() };
    assert_eq!(floor.hear(&registered), Some(nobody));
    assert_eq!(floor.asked(), [""; 0]);
}

#[test]
fn each_switch_has_its_own_telephones() {
    let config = SwitchConfig::default().with_telephones(["5117".into(), "4001".into()]);
    let mut floor = Floor::with(crate::floor::experts(), config.clone());
    floor.report(KIM, "Online");
    floor.sit(KIM, Some("6117"));
    assert_eq!(floor.asked(), [""; 0]);
    floor.sit(KIM, Some("5117"));
    assert_eq!(floor.asked(), ["5117 login kim AutoIn"]);
    floor.sit(KIM, Some("6117"));
    floor.report(KIM, "Busy");
    assert_eq!(floor.asked(), ["5117 logout"]);
    // A call at a telephone of the other switch is brought by that one.
    let call = floor.call();
    let to = || Destination::Seat { dn: "6117".into() };
    floor.switch.place(IDA, "6001");
    floor.report(KIM, "Online");
    floor.tell(Escalate::new(call, to(), How::Transfer));
    assert_eq!(floor.asked(), [""; 0]);
    assert_eq!(floor.not_sent, []);
    // A telephone that is read says where an ordinary agent is, and is in step.
    floor.switch = Switch::resume(config, &floor.centre);
    for (read, agent) in floor.switch.renew().into_iter().zip(["ida", ""]) {
        let mut registered = event("EventRegistered", read.dn(), agent, 10);
        registered.reference = Some(read.reference());
        registered.agent = registered.agent.filter(|agent| !agent.is_empty());
        floor.hear(&registered);
    }
    assert!(floor.switch.is_in_step());
}

#[test]
fn presences_of_the_messenger_are_reports() {
    let mut floor = Floor::new();
    let heard = |floor: &mut Floor, presence: &MessengerPresence| {
        let answer = presence.hear(&floor.centre);
        answer.heard.map(|command| floor.execute(command).map(drop).unwrap())
    };
    let kim =
        |presence: &str, revision| MessengerPresence::new("kim@example.org", presence, revision);
    assert_eq!(heard(&mut floor, &kim("Online", 7)), Ok(()));
    assert_eq!(floor.worker(KIM).state, AgentState::Ready);
    assert_eq!(heard(&mut floor, &kim("Online", 7)), Err(WhyNot::Already));
    assert_eq!(heard(&mut floor, &kim("Offline", 6)), Err(WhyNot::Older));
    assert_eq!(heard(&mut floor, &kim("Away", 8)), Ok(()));
    assert_eq!(floor.worker(KIM).state, AgentState::NotReady { reason: "Away".into() });
    let stranger = MessengerPresence::new("zoe@example.org", "Online", 1);
    let why = WhyNot::UnknownAddress { im: "zoe@example.org".into() };
    assert_eq!(heard(&mut floor, &stranger), Err(why));
    let alone: Centre = Centre::new(
        strowger::centre::CentreConfig::default(),
        at(0),
        &mut strowger::centre::CentreLog::default(),
    )
    .unwrap();
    assert_eq!(kim("Online", 9).hear(&alone).heard, Err(WhyNot::NoLayer));
}
