//! Every sample body of the documentation, read and written; every refusal by its text.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use strowger::Key;
use strowger::model::Problem;
use strowger::prelude::*;
use strowger::presence::PresenceMap;
use strowger_servicenow::*;
use strowger_servicenow::{Assignment, Event};

use crate::{golden, table};

pub(crate) fn sample(name: &str) -> Value {
    let path = golden::path(&format!("samples/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn reply<T: DeserializeOwned>(name: &str) -> T {
    read(200, sample(name)["reply"].to_string().as_bytes()).unwrap()
}

/// The body that is documented, read and sent again, is the request that is kept.
fn request_of<T: DeserializeOwned + Serialize>(name: &str, send: impl Fn(&T) -> Request) {
    let sample = sample(name);
    let documented = sample.get("vendor_body").unwrap_or_else(|| &sample["request"]["body"]);
    let body: T = serde_json::from_value(documented.clone()).unwrap();
    same(&sample, &send(&body));
}

fn same(sample: &Value, request: &Request) {
    assert_eq!(serde_json::to_value(request).unwrap(), sample["request"]);
}

const AGENT: &str = "46d44a23a9fe19810012d100cca80666";
const CHAT: &str = "27f675e3739713004a905ee515f6a7c3";

#[test]
fn offers_and_assignments() {
    let chat = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
    request_of("offer_work", |offer: &OfferWork| offer.request(&chat));
    let made: OfferReply = reply("offer_work");
    assert!(made.success);
    let item = made.work_item.unwrap();
    assert_eq!(item.sys_id, "bfa3a27e87bd5210be070d48dabb3588");
    assert_eq!(item.display_name, "Interaction: IMS0000221");
    request_of("manual_assignment", |assignment: &ManualAssignment| {
        assignment.request("bfa3a27e87bd5210be070d48dabb3588")
    });
    assert!(reply::<OfferReply>("manual_assignment").work_item.is_none());
    let every = [
        ("transfer_to_agent", "consult"),
        ("transfer_to_queue", "blind"),
        ("offer_away_after_timeout", ""),
        ("offer_auto_assigned", ""),
    ];
    for (name, how) in every {
        request_of(name, |offer: &OfferWork| offer.request(&chat));
        assert!(reply::<OfferReply>(name).success, "{name}");
        let offer: OfferWork =
            serde_json::from_value(sample(name)["request"]["body"].clone()).unwrap();
        let transfer = offer.transfer.map(|transfer| transfer.transfer_type);
        let expected = match how {
            "consult" => Some(TransferType::Consult),
            "blind" => Some(TransferType::Blind),
            _ => None,
        };
        assert_eq!(transfer, expected, "{name}");
    }
}

#[test]
fn offers_are_built_as_they_are_documented() {
    let chat = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
    let queue = "92f8942787851210be070d48dabb35fb";
    let built = Transfer {
        source_queue_id: queue.into(),
        target_id: AGENT.into(),
        target_type: TargetType::Agent,
        transfer_type: TransferType::Consult,
    };
    same(&sample("transfer_to_agent"), &OfferWork::transfer(built).request(&chat));
    let since = parse_offered_on("2024-04-03T23:09:31.000").unwrap();
    let away = Assignment {
        after_timeout_presence: Some("41f9b8dfb31313005baa6e5f26a8dcac".into()),
        ..Assignment::new(AGENT).open_from(since, Span::from_secs(30))
    };
    same(&sample("offer_away_after_timeout"), &OfferWork::new(queue, away).request(&chat));
    let auto = Assignment::new(AGENT).auto_accepted(DisplayOption::CardAndTab);
    same(&sample("offer_auto_assigned"), &OfferWork::new(queue, auto).request(&chat));
}

#[test]
fn the_inbox() {
    request_of("accept", AcceptItem::request);
    assert_eq!(reply::<AcceptedItem>("accept").document().table, "incident");
    request_of("reject", RejectItem::request);
    assert_eq!(reply::<RejectItem>("reject").agent_id, "46c9e158a9fe198101d44d0d22cb640d");
    same(&sample("reject_reasons"), &get_reject_reasons(CHAT));
    let mut reasons: Vec<RejectReason> = reply("reject_reasons");
    reasons.sort_by_key(|reason| reason.order);
    assert_eq!(reasons[0].display_value, "Busy");
}

#[test]
fn presence_and_capacities() {
    same(&sample("get_presence"), &get_presence(AGENT));
    let of: PresenceOf = reply("get_presence");
    assert_eq!((&*of.sys_id, &*of.presence.name), (AGENT, "Available"));
    request_of("set_presence", |set: &SetAgentPresence| set.request(AGENT));
    let built = SetAgentPresence::new("0b10223c57a313005baaaa65ef94f970")
        .with_channel("0bbdedbb3b892300a2bac9bb34efc445", true);
    same(&sample("set_presence"), &built.request(AGENT));
    let set: PresenceOf = reply("set_presence");
    assert_eq!((&*set.sys_id, set.presence.channels.len()), (AGENT, 1));
    same(&sample("presence_states"), &get_presence_states(AGENT));
    let states: Vec<PresenceState> = reply("presence_states");
    let map = PresenceMap::service_now();
    let here: Vec<_> = states.iter().map(|state| map.to_here(&state.sys_id)).collect();
    let expected = [SystemPresence::OnQueue, SystemPresence::Away, SystemPresence::Offline];
    assert_eq!(here, expected.map(SystemPresence::id));
    same(&sample("get_capacities"), &get_capacities(AGENT));
    let has: Capacities = reply("get_capacities");
    assert_eq!((has.universal_capacity, has.universal_workload), (Some(10), Some(2)));
    request_of("set_capacities", |new: &NewCapacities| new.request(AGENT));
    assert_eq!(reply::<Capacities>("set_capacities").channels[0].max_capacity, 6);
}

#[test]
fn consults_and_external_ids() {
    request_of("consult_end", EndConsult::request);
    assert!(reply::<OutcomeReply>("consult_end").success);
    let case = Document::new("sn_customerservice_case", "f584a7b23b3d3e10c524c59a04e45a6f");
    same(&sample("get_external_id"), &get_external_id(&case));
    assert_eq!(reply::<ExternalIdReply>("get_external_id").data["external_id"], "200");
    request_of("set_external_id", |id: &ExternalId| id.request(&case));
    let kept: MappingReply = reply("set_external_id");
    assert!(kept.is_done() && kept.mapping_ids.is_empty());
}

#[test]
fn an_external_id_has_200_characters_at_most() {
    let id = |external_id: String| ExternalId { external_id, external_provider: None };
    // Characters, not bytes.
    assert_eq!(id("é".repeat(200)).check(), Ok(()));
    let long = id("a".repeat(201)).check().unwrap_err();
    assert_eq!((&*long.field, long.problem), ("external_id", Problem::TooLong { max: 200 }));
    assert_eq!(id(String::new()).check().unwrap_err().problem, Problem::Empty);
}

#[test]
fn interactions_are_made_and_closed() {
    for (name, state, number) in [
        ("new_interaction", "queued", "IMS0000075"),
        ("new_interaction_with_context", "new", "IMS0000076"),
        ("new_interaction_of_records", "new", "IMS0000077"),
    ] {
        request_of(name, NewInteraction::request);
        let made: InteractionReply = reply(name);
        assert_eq!((&*made.state, &*made.number), (state, number), "{name}");
    }
    let id = "b243cde4208f1700964f959e0488dee8";
    same(&sample("close_interaction"), &close_interaction(id));
    let closed: InteractionReply = reply("close_interaction");
    assert_eq!((&*closed.state, &*closed.opened_for), ("closed_complete", AGENT));
    assert_eq!(closed.document(), Document::new("interaction", id));
}

#[test]
fn the_record_of_a_call() {
    request_of("voice_interaction", |call: &VoiceInteraction| call.create().unwrap());
    let made: VoiceReply = reply("voice_interaction");
    assert!(made.is_done());
    assert_eq!(made.number.as_deref(), Some("IMS0000052"));
    let id = made.sys_id.unwrap();
    let changed = "voice_interaction_changed";
    request_of(changed, |call: &VoiceInteraction| call.update(&id).unwrap());
    assert_eq!(reply::<VoiceReply>(changed).sys_id, None);
    // Nothing is sent that would be refused.
    let nothing = VoiceInteraction::default();
    assert_eq!(nothing.create().unwrap_err().field, "interaction.userPhoneNumber");
    assert_eq!(nothing.update(&id).unwrap_err().field, "interaction");
    let failed = VoiceReply { status: "FAILURE".into(), sys_id: None, number: None };
    assert!(!failed.is_done());
}

#[test]
fn agents_and_their_names_outside() {
    for name in ["agent_mapping", "agent_mapping_signed_out"] {
        request_of(name, |mapping: &AgentMapping| mapping.request(AGENT, "ServiceNowVoice"));
        let kept: MappingReply = reply(name);
        assert!(kept.is_done() && kept.mapping_ids.len() == 1, "{name}");
    }
}

/// A sample nobody reads proves nothing.
#[test]
fn every_sample_is_read() {
    let folder = golden::path("samples");
    let tests = [include_str!("samples.rs"), include_str!("seed0.rs")];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("\"{}\"", path.file_stem().unwrap().to_str().unwrap());
        assert!(tests.iter().any(|test| test.contains(&name)), "{name} is read by no test");
    }
}

fn event(name: &str) -> Event {
    Event::read(name, sample(name).to_string().as_bytes()).unwrap()
}

#[test]
fn all_five_events() {
    let Event::Presence(presence) = event("openframe_awa_agent_presence") else { panic!() };
    assert_eq!(presence.channels.len(), 3);
    let report = presence.report(7, None);
    assert_eq!(&*report.presence, "0b10223c57a313005baaaa65ef94f970");
    for name in ["openframe_awa_workitem_offered", "openframe_awa_workitem_accepted"] {
        let (Event::Offered(item) | Event::Accepted(item)) = event(name) else { panic!() };
        assert!(item.is_queue_transferred && item.is_auto_accepted && item.rejection.is_none());
        assert_eq!(&*item.document.key(), "interaction/aa582040a1650610f87701807d9bc076");
        let before = &sample(name)["result"]["workItem"]["previousWorkItem"];
        assert_eq!(item.previous_work_item.as_deref(), before.as_str());
        assert!(before.is_string());
    }
    // Only this one is wrapped in `payload`.
    let Event::Rejected(item) = event("openframe_awa_workitem_rejected") else { panic!() };
    assert_eq!(item.rejection.unwrap().reason, "Not my expertise");
    assert_eq!(item.previous_work_item, None);
    let Event::OffInteraction(chat) = event("openframe_agent_off_interaction") else { panic!() };
    assert_eq!((&*chat.kind, &*chat.reason), ("chat", "INTERACTION_INACTIVE"));
    assert!(matches!(Event::read("openframe_other", b"{}"), Err(EventError::Name(_))));
    let broken = Event::read("openframe_awa_agent_presence", b"{\"result\":{}}");
    assert!(matches!(broken, Err(EventError::Body { .. })));
}

#[test]
fn every_documented_refusal() {
    for text in [
        "Caller 6816 does not have the awa_manager or awa_integration_user role",
        "Work Item accepted can not be assigned",
        "Work item 3ed5 cannot be assigned",
        "3ed5 is not a valid work item",
        "46d4 is not a valid agent",
        "Transfer failed - couldn't blind transfer to agent",
        "Work Item is already assigned to 46d4",
        "Agent is not available",
        "Timeout value cannot be negative",
        "41f9 is not a valid presence state",
        "Offered time (x) must be in the following format: yyyy-MM-dd'T'HH:mm:ss.SSS",
        "Offered time (x) must be before the current time, otherwise agent will have more time \
         to accept the work item",
        "Timestamp after timeout (x) must be after the current time, otherwise agent has no time \
         to accept the work item",
        "tab_only is not a valid display option",
        "perhaps is not a valid boolean value",
        "The user does not have the 'awa_external_user' role",
        "Document is not active",
        "Missing agent ID",
        "Missing work item ID",
        "Missing reject reason item ID",
        "Work item is assigned to a different agent",
        "Work item is not in pending accept state",
        "Wrong work item ID",
        "There is no record for awa_reject_reason : 31e3",
        "There is no record for awa_work_item : 3ed5",
        "There is no record for sys_user : 46d4",
        "Record Not Found",
        "User Not Authenticated",
        "Cannot find the work item for document ID: 5961",
    ] {
        let fault = Fault::read(text);
        assert!(!matches!(fault, Fault::Other(_)), "{text}");
        assert_eq!(fault.to_string(), text);
        for body in [
            serde_json::json!({"result": {"success": false, "message": text}}),
            serde_json::json!({"error": {"message": "no", "detail": text}, "status": "failure"}),
            serde_json::json!({"error": {"message": text, "detail": "more"}}),
        ] {
            let failure = read::<OfferReply>(409, body.to_string().as_bytes()).unwrap_err();
            assert_eq!(failure.fault(), Some(&fault), "{body}");
        }
    }
    assert_eq!(Fault::read("Surprise"), Fault::Other("Surprise".into()));
    let broken = read::<OfferReply>(502, b"<html>").unwrap_err();
    assert!(broken.is_transient());
    assert!(matches!(read::<OfferReply>(200, b"{}"), Err(Failure::Unreadable { .. })));
}

#[test]
fn the_clock_of_an_offer() {
    let at = |text| parse_offered_on(text).unwrap();
    let since = at("2024-04-03T23:09:31.000");
    let offer = Assignment::new("ana").open_from(since, Span::from_millis(30_999));
    assert_eq!(offer.offered_on.as_deref(), Some("2024-04-03T23:09:31.000"));
    assert_eq!(offer.timeout, Some(30));
    for (now, expected) in [
        ("2024-04-03T23:09:30.999", Err(ClockFault::Future)),
        ("2024-04-03T23:09:31.000", Ok(())),
        ("2024-04-03T23:10:00.999", Ok(())),
        ("2024-04-03T23:10:01.000", Err(ClockFault::TooLate)),
    ] {
        assert_eq!(offer.check(at(now)), expected, "{now}");
    }
    for wrong in ["2024-04-03 23:09:31.000", "2024-04-03T23:09:31", "2024-04-03T23:09:31.000Z", ""]
    {
        assert_eq!(parse_offered_on(wrong), Err(ClockFault::Format), "{wrong}");
    }
    // Without a timeout its time does not matter.
    assert_eq!(Assignment { timeout: None, ..offer }.check(Timestamp::EPOCH), Ok(()));
}

#[test]
fn every_place_here_against_every_place_there() {
    let (ana, bo) = (Key::from("ana"), Key::from("bo"));
    let theres = [
        ("unknown", There::Unknown),
        ("queued", There::Queued),
        ("pending, same", There::Pending(ana.clone())),
        ("pending, other", There::Pending(bo.clone())),
        ("accepted, same", There::Accepted(ana.clone())),
        ("accepted, other", There::Accepted(bo)),
        ("over", There::Over),
    ];
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(theres.iter().map(|(name, _)| (*name).to_owned()));
    for (name, wanted) in [
        ("waiting", Wanted::Waiting),
        ("offered", Wanted::Offered(ana.clone())),
        ("had", Wanted::Had(ana)),
        ("over", Wanted::Over),
    ] {
        let acts = theres.iter().map(|(_, there)| act(&wanted, there).name().to_owned());
        rows.push(std::iter::once(name.to_owned()).chain(acts).collect());
    }
    table::compare("tables/item.txt", &table::align(&rows));
}
