//! Calls that are brought to a worker.

use strowger::command::{Answer, Force};
use strowger::interaction::InteractionId;
use strowger::knowledge::*;
use strowger::model::WorkCondition;
use strowger::prelude::*;
use strowger_engage::*;

use crate::floor::{CALL, EXPERTS, Floor, IDA, KIM, LEE, SUPPORT, VOICE, event, experts};

fn seat(dn: &str) -> Destination {
    Destination::Seat { dn: dn.into() }
}

fn point() -> Destination {
    Destination::Point { dn: "7200".into() }
}

fn with_call() -> (Floor, InteractionId) {
    let mut floor = Floor::seated(experts());
    let target = Target::Particular { key: "expert".into(), otherwise: Otherwise::Refuse };
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS).with_target(target)));
    let call = floor.call();
    (floor, call)
}

fn expert(key: &str) -> UserData {
    [("expert".into(), key.into())].into()
}

#[test]
fn straight_to_the_seat() {
    let (mut floor, call) = with_call();
    floor.tell(AttachData::new(call, [("Contract".into(), "A-17".into())].into()));
    let escalate = Escalate::new(call, seat("5117"), How::Transfer);
    floor.tell(escalate.with_user_data([("Notes".into(), "The left one".into())]));
    let Request::SingleStepTransfer { user_data, .. } = &floor.requests[0] else { panic!() };
    assert_eq!(user_data.keys().map(|key| &**key).collect::<Vec<_>>(), ["Contract", "Notes"]);
    assert_eq!(floor.asked(), [format!("4001 transfer {CALL} to 5117")]);

    let (mut floor, call) = with_call();
    floor.tell(Escalate::new(call, seat("5118"), How::Conference));
    assert_eq!(floor.asked(), [format!("4001 conference {CALL} with 5118")]);
}

#[test]
fn nothing_is_asked_before_somebody_accepts() {
    let (mut floor, call) = with_call();
    floor.tell(Escalate::new(call, point(), How::Transfer).with_user_data(expert("kim")));
    assert_eq!(floor.asked(), [""; 0]);
    // Declined: the call stays where it is.
    let preview = floor.offer(KIM);
    floor.tell(Reject::new(preview));
    assert_eq!(floor.asked(), [""; 0]);
    floor.tell(Escalate::new(call, point(), How::Transfer).with_user_data(expert("lee")));
    // A switch that comes later knows that it is pending.
    floor.switch = Switch::resume(SwitchConfig::default(), &floor.centre);
    floor.switch.place(IDA, "4001");
    let preview = floor.offer(LEE);
    floor.tell(Accept::new(preview));
    // It goes to the routing point, where the switch asks for the way.
    assert_eq!(floor.asked(), [format!("4001 transfer {CALL} to 7200")]);
    let mut asks = event("EventRouteRequest", "7200", "", 10);
    asks.conn = Some(CALL.into());
    assert_eq!(floor.hear(&asks), Some(WhyNot::Requested));
    assert_eq!(floor.asked(), [format!("7200 route {CALL} to 5118")]);
    // However it is written.
    asks.conn = Some(CALL.to_uppercase().into());
    assert_eq!(floor.hear(&asks), Some(WhyNot::Requested));
    assert_eq!(floor.asked(), [format!("7200 route {CALL} to 5118")]);
    // What nobody has, or is at no routing point, goes nowhere.
    asks.conn = Some("0000000000000001".into());
    assert_eq!(floor.hear(&asks), Some(WhyNot::NoCall));
    asks.dn = "5118".into();
    assert_eq!(floor.hear(&asks), Some(WhyNot::UnknownDn { dn: "5118".into() }));
    assert_eq!(floor.asked(), [""; 0]);
}

#[test]
fn a_call_whose_key_is_in_capitals_is_found() {
    let mut floor = Floor::seated(experts());
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS)));
    let key = CALL.to_uppercase();
    let work = floor.tell(Submit::new(WorkRequest::new(SUPPORT, VOICE).with_key(key)));
    floor.tell(SetMembership::new(KIM, SUPPORT));
    floor.tell(Force::new(work, KIM));
    let mut asks = event("EventRouteRequest", "7200", "", 10);
    for conn in [CALL.to_owned(), CALL.to_uppercase()] {
        asks.conn = Some(conn.into());
        assert_eq!(floor.hear(&asks), Some(WhyNot::Requested));
        assert_eq!(floor.asked(), [format!("7200 route {CALL} to 5117")]);
    }
}

#[test]
fn a_conference_through_a_point_goes_to_the_telephone() {
    let (mut floor, call) = with_call();
    let never = RoutingPoint::new(EXPERTS)
        .with_target(Target::Particular { key: "expert".into(), otherwise: Otherwise::Refuse })
        .with_preview(WorkCondition::Any(Vec::new()));
    floor.tell(SetRoutingPoint::new("7200", never));
    floor.tell(Escalate::new(call, point(), How::Conference).with_user_data(expert("lee")));
    assert_eq!(floor.asked(), [format!("4001 conference {CALL} with 5118")]);
}

#[test]
fn a_call_that_rings_is_asked_for_when_it_is_answered() {
    let (mut floor, call) = with_call();
    let ring = KnowledgeConfig::default().with_direct(Direct::Ring);
    floor.tell(ConfigureKnowledge::new(ring));
    floor.tell(Escalate::new(call, seat("5117"), How::Transfer));
    assert_eq!(floor.asked(), [""; 0]);
    let work = floor.centre.engine().view().work_id(CALL).unwrap();
    floor.tell(Answer::new(work, KIM));
    assert_eq!(floor.asked(), [format!("4001 transfer {CALL} to 5117")]);
}

#[test]
fn what_cannot_be_sent_is_told() {
    // Nobody said where Ida is.
    let mut floor = Floor::seated(experts());
    let call = floor.call();
    floor.switch = Switch::resume(SwitchConfig::default(), &floor.centre);
    floor.tell(Escalate::new(call, seat("5117"), How::Transfer));
    assert_eq!(floor.not_sent, [NotSent::NoTelephone { agent: IDA }]);
    // The login says it, although Ida is no knowledge worker.
    let mut floor = Floor::seated(experts());
    let call = floor.call();
    floor.switch = Switch::resume(SwitchConfig::default(), &floor.centre);
    for (dn, sec) in [("4001", 10), ("4002", 20), ("4001", 15)] {
        let login = floor.hear(&event("EventAgentLogin", dn, "ida", sec));
        assert_eq!(login, Some(WhyNot::NotAWorker { agent: IDA }));
    }
    floor.tell(Escalate::new(call, seat("5117"), How::Transfer));
    assert_eq!(floor.asked(), [format!("4002 transfer {CALL} to 5117")]);
    // Work whose key is no call at the switch.
    let mut floor = Floor::seated(experts());
    floor.switch.place(IDA, "4001");
    let opening = strowger::interaction::InteractionType::Phone;
    let opening = strowger::interaction::InteractionRequest::new(opening);
    let call = floor.tell(strowger::interaction::OpenInteraction::new(opening));
    let request = WorkRequest::new(SUPPORT, VOICE).with_key("order-4711");
    let work = floor.tell(strowger::interaction::SubmitWork::new(call, request));
    let offer = floor.offer(IDA);
    floor.tell(Accept::new(offer));
    floor.tell(Escalate::new(call, seat("5117"), How::Conference));
    assert_eq!(floor.not_sent, [NotSent::NoCall { work }]);
}
