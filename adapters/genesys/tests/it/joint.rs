//! Both vendors around one engine: people work at the desk of ServiceNow, and Genesys Cloud hears
//! of it.

use serde_json::json;
use strowger::prelude::*;
use strowger::presence::{PresenceAsk, PresenceMap, PresenceReport, PresenceSync, Side};
use strowger::state::Stage;
use strowger_genesys::{MediaType, OrganizationPresences, Subject, UserPresence, WorkitemCreate};
use strowger_servicenow::{Desk, DeskConfig, Document, Event as Desked, Intake};

use crate::floor::{Floor, at};
use crate::samples::answer;

#[test]
fn seed0_row027_a_new_interaction_becomes_a_work_item() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let case = Document::new("sn_customerservice_case", "f584");
    let mut intake = Intake::new(case, floor.channel, floor.queue);
    floor.tell(Define::new("sk-billing", SkillProfile::default())).unwrap();
    for (name, value) in [("priority", "5"), ("skills", "sk-billing"), ("name", "CS0001041")] {
        intake.fields.insert(name.into(), value.into());
    }
    let work = intake.request(floor.engine.view()).unwrap();
    let (item, left) = WorkitemCreate::of(floor.engine.view(), &work, "t-case");
    assert_eq!(left, []);
    let expected = json!({
        "name": "CS0001041", "typeId": "t-case", "queueId": "q-billing", "priority": 5,
        "skillIds": ["sk-billing"], "externalTag": "sn_customerservice_case/f584",
    });
    assert_eq!(item.request(at(0)).unwrap().body, Some(expected));
}

#[test]
fn seed0_row034_a_presence_of_the_desk_reaches_the_other_side_once() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let agent = floor.id("u-ana");
    let view = floor.engine.view();
    let mut desk = PresenceSync::new(PresenceMap::service_now()).with_people(view);
    let definitions: OrganizationPresences = answer("presence_definitions");
    let map = definitions.map("pd-busy");
    let mut phones = PresenceSync::new(map).with_primary(Side::Here).with_people(view);
    let mut patches = Vec::new();
    let mut chosen = |floor: &mut Floor, revision, presence: &str| {
        let report = PresenceReport::new(revision, presence).with_source(None);
        let first = floor.facts.len();
        for ask in desk.report(agent, &report) {
            let PresenceAsk::Here(command) = ask else { panic!("{ask:?}") };
            floor.tell(command).unwrap();
        }
        for fact in &floor.facts[first..] {
            assert_eq!(desk.observe(fact), [], "what comes of it is an echo at the desk");
            for ask in phones.observe(fact) {
                let PresenceAsk::There { presence, .. } = ask else { panic!("{ask:?}") };
                patches.push(UserPresence::new(&*presence).request("u-ana"));
            }
        }
        std::mem::take(&mut patches)
    };
    const AWAY: &str = "41f9b8dfb31313005baa6e5f26a8dcac";
    let [patch] = chosen(&mut floor, 1, AWAY).try_into().unwrap();
    assert_eq!(patch.body, Some(json!({"presenceDefinition": {"id": "pd-away"}})));
    // The same event again, and an older one: nothing.
    assert_eq!(chosen(&mut floor, 1, AWAY), []);
    // A presence nobody mapped is busy here, and what busy is there.
    let [patch] = chosen(&mut floor, 2, "jury-duty").try_into().unwrap();
    assert_eq!(patch.body, Some(json!({"presenceDefinition": {"id": "pd-busy"}})));
}

#[test]
fn seed0_row036_an_acceptance_at_the_desk_is_one_request() {
    let (item, message) = ("w-1", "c-1");
    let workitem = Subject::Workitem(item.into());
    let chat = Subject::Conversation { media: MediaType::Message, id: message.into() };
    let accept = r#"PATCH w-1 {"assignmentState":"Connected"}"#;
    assert_eq!(accepted_at_the_desk("sn_customerservice_case", workitem), [accept]);
    let accept = r#"PATCH messages/c-1/participants/p-1 {"state":"connected"}"#;
    assert_eq!(accepted_at_the_desk("interaction", chat), [accept]);
}

/// A document of the desk that is this in Genesys Cloud as well. It alerts ana, who accepts it in
/// the inbox, which is told twice: what is sent to Genesys Cloud.
fn accepted_at_the_desk(table: &str, subject: Subject) -> Vec<String> {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let document = Document::new(table, "5961");
    let intake = Intake::new(document, floor.channel, floor.queue);
    let request = intake.request(floor.engine.view()).unwrap();
    let work = floor.tell(Submit::new(request)).unwrap();
    let linked = floor.mirror.link(floor.engine.view(), work, subject);
    assert_eq!(linked.len(), 1, "it alerts over there too");
    let mut desk = Desk::new(DeskConfig::default());
    for fact in &floor.facts {
        desk.observe(floor.engine.view(), fact);
    }
    let offer = desk.requests(floor.engine.view(), at(0)).pop().unwrap();
    let done = json!({"result": {"success": true, "message": "done",
        "work_item": {"sys_id": "item", "document_id": "5961", "document_table": table}}});
    desk.answer(floor.engine.view(), offer.0, 200, done.to_string().as_bytes());
    let topic = "v2.users.u-ana.conversations.messages";
    let alerts =
        json!({"id": "p-1", "purpose": "agent", "user": {"id": "u-ana"}, "state": "alerting"});
    floor.hear(topic, json!({"id": "c-1", "participants": [alerts]}));
    floor.sent();

    let accepted = json!({"result": {"workItem": {"sys_id": "item", "size": 1,
        "serviceChannel": {"name": "Case", "sys_id": "case"},
        "document": {"table": table, "sys_id": "5961"}}}});
    let name = "openframe_awa_workitem_accepted";
    let accepted = Desked::read(name, accepted.to_string().as_bytes()).unwrap();
    let ana = floor.id("u-ana");
    for _ in 0..2 {
        let heard = desk.hear(floor.engine.view(), ana, &accepted);
        let first = floor.facts.len();
        for command in heard.commands {
            floor.tell(command).unwrap();
        }
        for fact in &floor.facts[first..] {
            desk.observe(floor.engine.view(), fact);
        }
    }
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
    // The desk knows it already.
    assert_eq!(desk.requests(floor.engine.view(), at(0)), []);
    assert!(desk.is_in_step());
    floor.sent()
}
