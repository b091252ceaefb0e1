//! Previews at the messenger, and what is answered there.

use strowger::knowledge::*;
use strowger::model::Broadcast;
use strowger::prelude::*;
use strowger::state::{OfferEnd, Withdrawal};
use strowger_engage::Event;
use strowger_engage::*;

use crate::floor::{CALL, EXPERTS, Floor, IDA, KIM, LEE, WORKERS, at, event, experts};

fn ask(floor: &mut Floor, key: &str, notes: &str) -> AskedAnswer {
    let data = [("Notes".into(), notes.into()), ("Contract".into(), "O'Brien".into())];
    floor.tell(Ask::new(key, IDA, "7100").with_user_data(data))
}

fn answers(agent: &str, conn: &str, reason: &str, sec: i64) -> Event {
    let mut event = event("EventUserEvent", "5117", agent, sec);
    event.conn = Some(conn.into());
    event.user_data = [("UCC_Reason".into(), reason.into())].into();
    event
}

fn conn(message: &PreviewMessage) -> String {
    match message {
        PreviewMessage::Request { conn_id, .. }
        | PreviewMessage::Cancel { conn_id, .. }
        | PreviewMessage::Multiple { conn_id, .. } => conn_id.to_string(),
        _ => unreachable!("a message of a later version"),
    }
}

/// Messages in short: to whom, or why not any more.
fn shown(floor: &mut Floor) -> Vec<String> {
    let short = |message: PreviewMessage| match message {
        PreviewMessage::Request { agent, dn, .. } => format!("{agent} at {}", dn.unwrap()),
        PreviewMessage::Cancel { dn, status, .. } => format!("{} {status:?}", dn.unwrap()),
        PreviewMessage::Multiple { targets, .. } => String::from(targets),
        _ => unreachable!("a message of a later version"),
    };
    floor.messages.drain(..).map(short).collect()
}

#[test]
fn a_preview_is_shown_and_accepted() {
    let mut floor = Floor::seated(experts());
    let asked = ask(&mut floor, "q-1", "Which fuse is it?");
    let [PreviewMessage::Request { agent, dn, media_type, switch, user_data, .. }] =
        &floor.messages[..]
    else {
        panic!("{:?}", floor.messages)
    };
    assert_eq!((&**agent, dn.as_deref(), &**switch), ("kim", Some("5117"), "SIP_Switch"));
    assert_eq!((*media_type, user_data.len()), (MediaType::Chat, 2));
    let conn = conn(&floor.messages[0]);
    floor.messages.clear();
    let accepts = answers("kim", &conn, "Accepted", 10);
    assert_eq!(floor.hear(&accepts), None);
    let session = floor.centre.knowledge().unwrap().session(asked.interaction).unwrap();
    assert_eq!(session.live_with(), Some(KIM));
    // Nothing is taken away from whoever answered there; a repetition is none.
    assert!(floor.messages.is_empty() && floor.previews.is_empty());
    assert_eq!(floor.hear(&accepts), Some(WhyNot::Already));
    assert_eq!(floor.hear(&answers("kim", &conn, "Rejected", 9)), Some(WhyNot::Older));
    let over = WhyNot::PreviewOver { end: OfferEnd::Accepted };
    assert_eq!(floor.hear(&answers("kim", &conn, "Rejected", 11)), Some(over));
}

#[test]
fn a_decline_goes_to_the_next_and_a_window_that_ends_takes_it_away() {
    let mut floor = Floor::seated(experts());
    ask(&mut floor, "q-1", "Which fuse is it?");
    let conn = conn(&floor.messages[0]);
    assert_eq!(shown(&mut floor), ["kim at 5117"]);
    assert_eq!(floor.hear(&answers("kim", &conn, "Rejected", 10)), None);
    assert_eq!(shown(&mut floor), ["lee at 5118"]);
    floor.wait(19_999);
    assert_eq!(shown(&mut floor), [""; 0]);
    floor.wait(1);
    assert_eq!(shown(&mut floor), ["5118 TimedOut", "max at 5119"]);
    let late = floor.hear(&answers("lee", &conn, "Accepted", 30));
    assert_eq!(late, Some(WhyNot::PreviewOver { end: OfferEnd::Missed }));
    // Who answers at another desk has it taken away here.
    let preview = floor.offer(WORKERS[2]);
    floor.tell(Accept::new(preview));
    assert_eq!(shown(&mut floor), ["5119 Accepted"]);
}

#[test]
fn a_broadcast_is_one_message_and_the_others_are_told() {
    let mut floor = Floor::seated(experts().with_broadcast(Broadcast::up_to(3)));
    let asked = ask(&mut floor, "q-1", "Which fuse is it?");
    let conn = conn(&floor.messages[0]);
    assert_eq!(shown(&mut floor), ["kim^lee^max"]);
    assert_eq!(floor.hear(&answers("lee", &conn, "Accepted", 10)), None);
    assert_eq!(shown(&mut floor), ["5117 Taken", "5119 Taken"]);
    let session = floor.centre.knowledge().unwrap().session(asked.interaction).unwrap();
    assert_eq!(session.live_with(), Some(LEE));
    let why = Withdrawal::AcceptedElsewhere;
    let late = floor.hear(&answers("kim", &conn, "Accepted", 11));
    assert_eq!(late, Some(WhyNot::PreviewOver { end: OfferEnd::Withdrawn { why } }));
}

#[test]
fn whoever_asks_takes_it_back_and_whoever_leaves_is_not_asked() {
    let mut floor = Floor::seated(experts());
    ask(&mut floor, "q-1", "Which fuse is it?");
    floor.messages.clear();
    floor.report(KIM, "Offline");
    assert_eq!(shown(&mut floor), ["5117 Unavailable", "lee at 5118"]);
    let session = floor.centre.knowledge().unwrap().asked_by(IDA).next().unwrap();
    let ends = strowger::interaction::EndInteraction::new(
        session,
        strowger::interaction::Ending::Agent,
        strowger::interaction::Party::Agent(IDA),
    );
    floor.tell(ends);
    let PreviewMessage::Cancel { contact, point, message, status_message, .. } = &floor.messages[0]
    else {
        panic!("{:?}", floor.messages)
    };
    assert_eq!((&**contact, &**point, &**message), ("ida", "7100", "Which fuse is it?"));
    assert_eq!(&**status_message, CancelStatus::Withdrawn.message());
    assert_eq!(shown(&mut floor), ["5118 Withdrawn"]);
}

#[test]
fn a_preview_of_a_call_has_its_connection() {
    let mut floor = Floor::seated(experts());
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS)));
    let call = floor.call();
    floor.messages.clear();
    let to = Destination::Point { dn: "7200".into() };
    floor.tell(Escalate::new(call, to, How::Transfer));
    assert_eq!(conn(&floor.messages[0]), CALL);
    assert!(matches!(
        floor.messages[0],
        PreviewMessage::Request { media_type: MediaType::Voice, .. }
    ));
    // After a restart it is shown again, under the same name.
    let config = PreviewConfig::new("SIP_Switch");
    let (previews, again) = Previews::resume(config, &floor.centre);
    assert_eq!(again, [Ok(floor.messages.remove(0))]);
    floor.previews = previews;
    assert_eq!(floor.hear(&answers("kim", CALL, "Accepted", 10)), None);
    assert_eq!(floor.asked(), [format!("4001 transfer {CALL} to 7200")]);
}

#[test]
fn notes_with_a_single_quote_are_refused_before_they_are_sent() {
    let mut floor = Floor::seated(experts());
    ask(&mut floor, "q-1", "It's the left one");
    assert_eq!(floor.messages, []);
    assert_eq!(floor.not_sent, [NotSent::Quoted { field: "Notes".into() }]);
    // It rings all the same, and may be answered at another desk.
    let preview = floor.offer(KIM);
    floor.tell(Accept::new(preview));
    assert_eq!(floor.messages, []);
}

#[test]
fn targets_are_joined_and_a_name_with_the_separator_is_in_no_list() {
    let mut floor = Floor::seated(experts().with_broadcast(Broadcast::up_to(5)));
    let config = PreviewConfig::new("SIP_Switch").with_stat_server("StatServer");
    floor.previews = Previews::new(config);
    let worker = AgentProfile::default();
    let odd = floor.tell(Define::new("no^el", worker));
    floor.tell(SetMembership::new(odd, EXPERTS));
    floor.tell(SetKnowledgeWorker::new(odd));
    floor.report(odd, "Online");
    floor.sit(odd, Some("5120"));
    ask(&mut floor, "q-1", "Which fuse is it?");
    let listed = "kim@StatServer.A^lee@StatServer.A^max@StatServer.A";
    assert_eq!(shown(&mut floor), [listed, "no^el at 5120"]);
}

#[test]
fn answers_that_become_no_command_say_why() {
    let mut floor = Floor::seated(experts());
    ask(&mut floor, "q-1", "Which fuse is it?");
    let conn = conn(&floor.messages[0]);
    let mut heard = |event: Event| floor.hear(&event);
    assert_eq!(heard(answers("lee", &conn, "Accepted", 10)), Some(WhyNot::NoPreview));
    assert_eq!(heard(answers("kim", CALL, "Accepted", 10)), Some(WhyNot::NoPreview));
    assert_eq!(heard(answers("kim", "no call", "Accepted", 10)), Some(WhyNot::NoPreview));
    assert_eq!(heard(answers("kim", &conn, "Ringing", 10)), Some(WhyNot::NoDecision));
    let nobody = WhyNot::UnknownAgent { agent: "zoe".into() };
    assert_eq!(heard(answers("zoe", &conn, "Accepted", 10)), Some(nobody));
    let mut other = answers("kim", &conn, "Accepted", 10);
    other.user_data.clear();
    assert_eq!(heard(other), Some(WhyNot::OtherEvent));
    // Agent and connection may stand in the user data alone.
    let mut inside = answers("kim", &conn, "Accepted", 10);
    (inside.agent, inside.conn) = (None, None);
    let pairs = [("UCC_AgentId", "kim"), ("UCC_ConnID", &conn)];
    inside.user_data.extend(pairs.map(|(name, value)| (name.into(), value.into())));
    assert_eq!(heard(inside), None);
}

#[test]
fn a_refused_answer_may_be_given_again() {
    let mut floor = Floor::seated(experts());
    let strict = RoutingPoint::new(EXPERTS).with_may_decline(false);
    floor.tell(SetRoutingPoint::new("7100", strict));
    ask(&mut floor, "q-1", "Which fuse is it?");
    let conn = conn(&floor.messages[0]);
    let answer = floor.previews.hear(&floor.centre, &answers("kim", &conn, "Rejected", 10));
    // Before it is done it is given once only.
    let doubled = floor.previews.hear(&floor.centre, &answers("kim", &conn, "Rejected", 10));
    assert_eq!(doubled.heard, Err(WhyNot::Already));
    let refused = floor.execute(answer.heard.unwrap());
    assert!(refused.is_err());
    floor.previews.refused(floor.offer(KIM));
    assert_eq!(floor.hear(&answers("kim", &conn, "Accepted", 11)), None);
    assert!(floor.centre.cards(KIM, at(floor.now)).unwrap().is_empty());
}

#[test]
fn an_answer_to_an_earlier_preview_of_the_same_call_is_none_to_this_one() {
    let mut floor = Floor::seated(experts());
    let target = Target::Particular { key: "expert".into(), otherwise: Otherwise::Refuse };
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS).with_target(target)));
    let call = floor.call();
    let bring = |floor: &mut Floor| {
        let to = Destination::Point { dn: "7200".into() };
        let data = [("expert".into(), "kim".into())];
        floor.tell(Escalate::new(call, to, How::Transfer).with_user_data(data));
    };
    bring(&mut floor);
    floor.wait(20_000);
    assert_eq!(shown(&mut floor), ["kim at 5117", "5117 TimedOut"]);
    // Something is told meanwhile, and Ida asks Kim once more.
    assert_eq!(floor.hear(&answers("lee", CALL, "Ringing", 30)), Some(WhyNot::NoDecision));
    bring(&mut floor);
    assert_eq!(shown(&mut floor), ["kim at 5117"]);
    let late = floor.hear(&answers("kim", CALL, "Rejected", 29));
    assert_eq!(late, Some(WhyNot::PreviewOver { end: OfferEnd::Missed }));
    assert_eq!(floor.hear(&answers("kim", CALL, "Accepted", 31)), None);
    assert_eq!(floor.asked(), [format!("4001 transfer {CALL} to 7200")]);
}

#[test]
fn what_is_attached_later_is_shown_at_once() {
    let mut floor = Floor::seated(experts().with_broadcast(Broadcast::up_to(2)));
    let asked = ask(&mut floor, "q-1", "Which fuse is it?");
    assert_eq!(shown(&mut floor), ["kim^lee"]);
    let conn = ConnId::of_message(asked.work).to_string();
    let data = |notes: &str| [("Notes".into(), notes.into())].into();
    floor.tell(AttachData::new(asked.interaction, data("The left one?")));
    let [PreviewMessage::Multiple { user_data, .. }] = &floor.messages[..] else {
        panic!("{:?}", floor.messages)
    };
    assert_eq!(&*user_data["Notes"], "The left one?");
    assert_eq!(shown(&mut floor), ["kim^lee"]);
    // The same again, or of another, shows nothing.
    floor.tell(AttachData::new(asked.interaction, data("The left one?")));
    let call = floor.call();
    floor.tell(AttachData::new(call, data("Something else")));
    assert_eq!(shown(&mut floor), [""; 0]);
    // Data of a call are shown where it rings; those of the command go before them.
    floor.tell(SetRoutingPoint::new("7200", RoutingPoint::new(EXPERTS)));
    let to = Destination::Point { dn: "7200".into() };
    let own = [("Notes".into(), "Mine".into())];
    floor.tell(Escalate::new(call, to, How::Transfer).with_user_data(own));
    assert_eq!(shown(&mut floor).len(), 1);
    floor.tell(AttachData::new(call, data("Hidden by the command")));
    assert_eq!(shown(&mut floor), [""; 0]);
    floor.tell(AttachData::new(call, [("Contract".into(), "A-17".into())].into()));
    assert_eq!(shown(&mut floor).len(), 1);
    // An answer counts, whichever of the two it is of; both are taken away.
    floor.messages.clear();
    assert_eq!(floor.hear(&answers("lee", &conn, "Accepted", 10)), None);
    assert_eq!(shown(&mut floor), ["5117 Taken", "5118 Accepted"]);
}
