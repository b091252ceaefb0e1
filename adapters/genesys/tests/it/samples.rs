//! Every body as it is kept: written, read and written again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use strowger::model::{Invalid, Problem, SystemPresence};
use strowger::presence::PresenceMap;
use strowger::state::RoutingStatus;
use strowger::{Span, Timestamp};
use strowger_genesys::*;

use crate::golden;

fn kept(file: &str, name: &str) -> Value {
    let path = golden::path(&format!("samples/{file}.json"));
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all.get(name).unwrap_or_else(|| panic!("{file} has no {name}")).clone()
}

pub(crate) fn notification(name: &str) -> Event {
    Event::read(kept("notifications", name).to_string().as_bytes()).unwrap()
}

pub(crate) fn answer<T: DeserializeOwned>(name: &str) -> T {
    read(200, kept("answers", name).to_string().as_bytes()).unwrap()
}

pub(crate) fn same(name: &str, request: &Request) {
    assert_eq!(serde_json::to_value(request).unwrap(), kept("requests", name), "{name}");
}

/// The body that is kept, read and sent again, is the request that is kept.
fn request_of<T, E>(name: &str, send: impl Fn(&T) -> Result<Request, E>)
where
    T: DeserializeOwned + Serialize,
    E: std::fmt::Debug,
{
    let body: T = serde_json::from_value(kept("requests", name)["body"].clone()).unwrap();
    same(name, &send(&body).unwrap());
}

/// The same for what cannot be out of range.
fn plain_of<T: DeserializeOwned + Serialize>(name: &str, send: impl Fn(&T) -> Request) {
    request_of(name, |body: &T| Ok::<_, Invalid>(send(body)));
}

const NOW: Timestamp = Timestamp::EPOCH;

#[test]
fn work_items() {
    request_of("workitem_create", |item: &WorkitemCreate| item.request(NOW));
    request_of("workitem_update", |item: &WorkitemUpdate| item.request("w-1", NOW));
    same("workitem_assign", &assign_workitem("w-1", "u-ana"));
    same("workitem_cancel_routing", &cancel_routing("w-1"));
    same("workitem_disconnect", &disconnect_workitem("w-1"));
    plain_of("workitem_terminate", |end: &WorkitemTerminate| end.request("w-1"));
    plain_of("workitem_wrapup", |code: &WorkitemWrapup| code.request("w-1", "u-ana"));
    same("workitem_wrapups", &get_wrapups("w-1"));
    same("workitem_get", &get_workitem("w-1"));
    let item: Workitem = answer("workitem");
    assert_eq!(item.assignment_state, Some(AssignmentState::AcdStarted));
    assert_eq!(item.scored_agents[0].agent.id, "u-ana");
    assert!(item.preferred_agents.is_empty(), "null is nothing");
    let notice = WorkitemNotice::from(item);
    assert_eq!(notice.skill_ids, ["sk-billing"]);
    assert_eq!(notice.utilization_label_id.as_deref(), Some("ul-cases"));
}

#[test]
fn what_is_out_of_range_is_not_sent() {
    let item = || WorkitemCreate::new("Case", "type");
    let late = Timestamp::EPOCH + Span::from_mins(365 * 24 * 60);
    let scored = |count: usize, score| vec![ScoredAgent { id: "a".into(), score }; count];
    let too_far = Problem::OutOfRange { min: 0, max: late.as_millis() };
    let range = |min, max| Problem::OutOfRange { min, max };
    let cases: [(WorkitemCreate, Option<(&str, Problem)>); 12] = [
        (WorkitemCreate { name: "ab".into(), ..item() }, Some(("name", range(3, 256)))),
        (WorkitemCreate { name: "a".repeat(257), ..item() }, Some(("name", range(3, 256)))),
        (WorkitemCreate { name: "é".repeat(256), ..item() }, None),
        (WorkitemCreate { type_id: String::new(), ..item() }, Some(("typeId", Problem::Empty))),
        (WorkitemCreate { priority: Some(-25_000_000), ..item() }, None),
        (
            WorkitemCreate { priority: Some(-25_000_001), ..item() },
            Some(("priority", range(-25_000_000, 25_000_000))),
        ),
        (
            WorkitemCreate { description: Some("x".repeat(513)), ..item() },
            Some(("description", Problem::TooLong { max: 512 })),
        ),
        (WorkitemCreate { date_due: Some(late.into()), ..item() }, None),
        (
            WorkitemCreate { date_due: Some((late + Span::from_millis(1)).into()), ..item() },
            Some(("dateDue", too_far)),
        ),
        (
            WorkitemCreate { scored_agents: scored(21, 1), ..item() },
            Some(("scoredAgents", Problem::TooLong { max: 20 })),
        ),
        (
            WorkitemCreate { scored_agents: scored(20, 101), ..item() },
            Some(("scoredAgents.score", range(0, 100))),
        ),
        (WorkitemCreate { ttl: Some(u64::MAX), ..item() }, Some(("ttl", too_far))),
    ];
    for (item, expected) in cases {
        let refused = item.request(NOW).err();
        let refused = refused.map(|invalid| (invalid.field.to_string(), invalid.problem));
        let expected = expected.map(|(field, problem)| (field.to_owned(), problem));
        assert_eq!(refused, expected);
    }
}

#[test]
fn conversations() {
    let call = Part::new(MediaType::Call, "c-1", "p-1");
    let message = Part::new(MediaType::Message, "c-1", "p-1");
    request_of("part_update", |update: &PartUpdate| update.request(&call));
    let email = Part::new(MediaType::Email, "c-1", "p-1");
    same("part_update_email", &PartUpdate::disconnected().request(&email).unwrap());
    plain_of("communication_wrapup", |wrapup: &Wrapup| wrapup.request(&message, "m-1"));
    request_of("parking", |parking: &Parking| parking.request(&message));
    assert!(Parking::until(None).request(&call).is_err(), "a call is not put aside");
    plain_of("attributes", |attributes: &PartAttributes| attributes.request(&message));
    request_of("routing_data", |data: &RoutingData| data.request("c-1"));
    let urgent = RoutingData { priority: Some(25_000_001), ..RoutingData::default() };
    assert_eq!(urgent.request("c-1").unwrap_err().field, "priority");
    same("conversation_assign", &assign_conversation(&MediaType::Message, "c-1", "u-ana"));
    same("conversation_disconnect", &disconnect_conversation("c-1"));
    let parked = PartUpdate { state: Some(ParticipantState::Parked), ..PartUpdate::default() };
    assert_eq!(parked.request(&call).unwrap_err().field, "state");
    let video = Part::new(MediaType::Video, "c/1", "p-1");
    let path = PartUpdate::muted(true).request(&video).unwrap().path;
    assert_eq!(path, "/api/v2/conversations/c%2F1/participants/p-1");
}

#[test]
fn transfers_and_consults() {
    let part = Part::new(MediaType::Call, "c-1", "p-1");
    let (bo, billing) = (Target::Agent("u-bo".into()), Target::Queue("q-billing".into()));
    let outside = Target::External("+15550100".into());
    same("replace_agent", &Transfer::attended(bo.clone()).request(&part));
    same("replace_queue", &Transfer::blind(billing.clone()).request(&part));
    same("replace_external", &Transfer::blind(outside.clone()).request(&part));
    same("consult_agent", &ConsultTransfer::new(bo.clone()).request(&part).unwrap());
    let all = ConsultTransfer { target: billing, speak_to: SpeakTo::Conference };
    same("consult_queue", &all.request(&part).unwrap());
    let customer = ConsultTransfer { target: outside, speak_to: SpeakTo::Object };
    same("consult_external", &customer.request(&part).unwrap());
    same("consult_speak_to", &speak_to(&part, &SpeakTo::Both).unwrap());
    same("consult_end", &end_consult(&part).unwrap());
    assert_eq!(answer::<Consulted>("consulted").destination_participant_id, "p-2");
    let chat = Part::new(MediaType::Message, "c-1", "p-1");
    assert_eq!(ConsultTransfer::new(bo).request(&chat).unwrap_err().field, "media");
}

#[test]
fn open_messages() {
    request_of("open_message", |message: &OpenMessage| message.request("i-1"));
    let silent = OpenMessage::new("guest", IdType::Opaque, NOW, "");
    assert_eq!(silent.request("i-1").unwrap_err().field, "text");
}

#[test]
fn presence_and_routing_status() {
    plain_of("presence", |presence: &UserPresence| presence.request("u-ana"));
    same("presence_get", &get_presence("u-ana"));
    same("presence_definitions", &get_presence_definitions());
    plain_of("primary_source", |source: &PrimarySource| source.request("u-ana"));
    same("primary_source_get", &get_primary_source("u-ana"));
    assert_eq!(answer::<PrimarySource>("primary_source").registered, Some(true));
    same("routing_status", &UserRoutingStatus::of(RoutingStatus::Offered).request("u-ana"));
    same("routing_status_get", &get_routing_status("u-ana"));
    let status: UserRoutingStatus = answer("routing_status");
    let word = status.status.unwrap();
    assert_eq!(word.status(), Some(RoutingStatus::NotResponding));
    for word in RoutingWord::KNOWN {
        assert_eq!(RoutingWord::from(word.status().unwrap()), *word);
    }
    let presence: UserPresence = answer("presence");
    assert_eq!(presence.revision(), Some(1_778_746_305_250));
    let other = UserPresence { primary: Some(false), ..presence };
    assert_eq!(other.report(1, None), None, "another source counts");
    let definitions: OrganizationPresences = answer("presence_definitions");
    let map: PresenceMap = definitions.map("pd-busy");
    assert_eq!(map.to_here("pd-on-queue"), SystemPresence::OnQueue.id());
    assert_eq!(map.to_here("pd-lunch"), SystemPresence::Meal.id());
    // The system's own comes before the organisation's, what is off or not there falls back.
    assert_eq!(&**map.to_there(SystemPresence::Meal.id()), "pd-meal");
    assert_eq!(&**map.to_there(SystemPresence::Training.id()), "pd-busy");
    assert_eq!(map.to_here("pd-nobody-knows"), SystemPresence::Busy.id());
}

#[test]
fn what_goes_beside_work() {
    same("me", &get_me());
    same("schedule", &get_my_schedule(NOW, NOW + Span::from_mins(24 * 60)));
    same("evaluations", &get_evaluations("u-ana"));
    same("learning", &get_learning());
    same("leaderboard", &get_leaderboard("2026-05-11", "2026-05-15"));
    same("suggestions", &get_suggestions("c-1"));
    let topics = [Topic::UserPresence("u-ana".into()), Topic::QueueWorkitems("q-billing".into())];
    same("subscriptions", &subscribe("ch-1", &topics));
    same("queue_get", &get_queue("q-billing"));
    same("utilization_get", &get_user_utilization("u-ana"));
    same("utilization_organization_get", &get_utilization());
    request_of("utilization", |utilization: &Utilization| utilization.request_for("u-ana"));
}

#[test]
fn what_agents_ask_of_the_workforce_modules() {
    request_of("time_off", TimeOff::request);
    same("time_off_hours", &TimeOff::hours("vacation", NOW, 90).request().unwrap());
    request_of("shift_trade", |trade: &ShiftTrade| trade.request("mu-1", "2026-08-03"));
    request_of("shift_match", |take: &ShiftMatch| take.request("mu-1", "2026-08-03", "t-9"));
    let take = ShiftMatch::new("s-1", 3).in_return("sh-8");
    same("shift_match", &take.request("mu-1", "2026-08-03", "t-9").unwrap());
    same("shift_trades", &get_my_shift_trades());
    same("course_start", &start_course("la-1"));
}

#[test]
fn what_makes_no_sense_is_not_asked_of_the_workforce_modules() {
    let wrong = |asked: Result<Request, Invalid>| asked.unwrap_err().field;
    let days = |minutes| TimeOff::days("vacation", ["2026-08-03"], minutes);
    assert!(days(1).request().is_ok() && days(1_440).request().is_ok());
    for minutes in [0, 1_441] {
        assert_eq!(wrong(days(minutes).request()), "dailyDurationMinutes");
    }
    assert_eq!(wrong(TimeOff::hours("", NOW, 90).request()), "activityCodeId");
    let none: [&str; 0] = [];
    let never = TimeOff::days("vacation", none, 480);
    assert_eq!(wrong(never.request()), "fullDayManagementUnitDates");
    let hours = TimeOff::hours("vacation", NOW, 480).partial_day_start_date_times;
    let both = TimeOff { partial_day_start_date_times: hours, ..days(480) };
    assert_eq!(wrong(both.request()), "fullDayManagementUnitDates");
    assert_eq!(wrong(ShiftTrade::new("", "sh-7").request("mu-1", "w")), "scheduleId");
    assert_eq!(wrong(ShiftTrade::new("s-1", "").request("mu-1", "w")), "initiatingShiftId");
    assert_eq!(wrong(ShiftMatch::new("", 1).request("mu-1", "w", "t")), "receivingScheduleId");
}

#[test]
fn notifications() {
    let Event::Presence { user, presence } = notification("presence") else { panic!() };
    assert_eq!(&*user, "9ed7d9f6-0c59-4360-ac54-40dd35eb9c2f");
    let definition = presence.presence_definition.unwrap();
    let system = system_presence(&definition.system_presence.unwrap());
    assert_eq!(system, Some(SystemPresence::Available));
    let Event::RoutingStatus { status, .. } = notification("routing_status") else { panic!() };
    assert_eq!(status.status, Some(RoutingWord::NotResponding));
    let Event::Workitem(notice) = notification("workitem") else { panic!() };
    assert_eq!((&*notice.id, notice.priority), ("w-1", 5));
    let Event::Detail { kind, detail } = notification("acd_end") else { panic!() };
    assert_eq!(kind, DetailKind::AcdEnd);
    assert_eq!(detail.answered_user_id.as_deref(), Some("u-ana"));
    let Event::Detail { detail, .. } = notification("wrapup") else { panic!() };
    assert_eq!(detail.wrapup_code.as_deref(), Some("wc-1"));
    let Event::Detail { detail, .. } = notification("attributes") else { panic!() };
    assert_eq!(detail.attributes["topic"], "refund");
    assert_eq!(notification("heartbeat"), Event::Alive);
    let Event::Other { topic, body } = notification("unknown") else { panic!() };
    assert_eq!(topic.to_string(), "v2.users.u-ana.greetings");
    assert_eq!(body["anything"][0], 1);
    assert!(matches!(Event::read(b"<html>"), Err(EventError::Unreadable { .. })));
    let wrong = br#"{"topicName":"v2.users.u.presence","eventBody":{"primary":"perhaps"}}"#;
    assert!(matches!(Event::read(wrong), Err(EventError::Body { .. })));
}

#[test]
fn both_forms_of_a_conversation() {
    let Event::Conversation { media, conversation } = notification("messages") else { panic!() };
    assert_eq!((media, &*conversation.id), (Some(MediaType::Message), "c-1"));
    let ana = conversation.part_of("u-ana").unwrap();
    assert_eq!(ana.assignment_state(), AssignmentState::Parked);
    assert_eq!(ana.resume.unwrap().0.to_string(), "2026-05-14T09:00:00.000Z");
    // The last connected participant has the last word, not the last in the list.
    let attributes = conversation.attributes();
    assert_eq!((attributes["topic"], attributes["account"]), ("refund", "A-17"));
    let Event::Conversation { media, conversation } = notification("all_media") else { panic!() };
    assert_eq!(media, None);
    let ana = conversation.part_of("u-ana").unwrap();
    assert_eq!((&ana.media, ana.communication.as_deref()), (&Some(MediaType::Call), Some("k-2")));
    assert!(ana.held && ana.muted);
    assert_eq!(ana.assignment_state(), AssignmentState::Held);
    assert!(conversation.participants[0].is_customer());
}

#[test]
fn refusals() {
    let refused = kept("answers", "refused").to_string();
    let failure = read::<Workitem>(403, refused.as_bytes()).unwrap_err();
    let fault = failure.fault().unwrap();
    assert!(fault.is_permission() && !failure.is_transient());
    assert_eq!(fault.message_params["permissions"], "[workitems:workitem:add]");
    let busy = br#"{"message":"Rate limit exceeded","code":"too.many.requests","status":429}"#;
    assert!(check(429, busy).unwrap_err().is_transient());
    assert_eq!(check(502, b"<html>"), Err(Failure::Status { status: 502 }));
    assert_eq!(check(202, b""), Ok(()));
    assert!(matches!(read::<Workitem>(200, b"<html>"), Err(Failure::Unreadable { .. })));
}

/// Every answer and the body of every notification and request.
pub(crate) fn all_kept() -> Vec<Value> {
    let all = |file: &str| {
        let path = golden::path(&format!("samples/{file}.json"));
        let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        all.as_object().unwrap().values().cloned().collect::<Vec<_>>()
    };
    let body = |field: &'static str| move |one: Value| one.get(field).cloned().unwrap_or_default();
    let requests = all("requests").into_iter().map(body("body"));
    let told = all("notifications");
    let bodies = told.clone().into_iter().map(body("eventBody"));
    let journeys = crate::journey::samples().into_values();
    let kept = all("answers").into_iter().chain(requests).chain(bodies).chain(told);
    kept.chain(journeys).collect()
}
