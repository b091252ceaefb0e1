//! Both vendors around one engine: people work at the desk of ServiceNow, and Genesys Cloud hears
//! of it.

use serde_json::json;
use strowger::genesys::{
    OrganizationPresences, Subject, UserPresence, WorkitemCreate, WorkitemNotice,
};
use strowger::servicenow::{Desk, DeskConfig, Document, Event as Desked, Intake};
use strowger::*;

use crate::floor::{Floor, at};
use crate::samples::answer;

#[test]
fn seed0_row027_a_new_interaction_becomes_a_work_item() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let case = Document::new("sn_customerservice_case", "f584");
    let mut intake = Intake::new(case, floor.channel, floor.queue);
    floor.tell(Define::new("sk-billing", SkillProfile {})).unwrap();
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
        let report = PresenceReport { revision, presence: presence.into(), source: None };
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
fn seed0_row036_an_acceptance_at_the_desk_is_one_patch() {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    // The work is a work item of Genesys Cloud; the card in the inbox says its key.
    let notice = WorkitemNotice { id: "w-1".into(), ..WorkitemNotice::default() };
    let intake = genesys::Intake::new(floor.channel, floor.queue);
    let request = intake.request(floor.engine.view(), &notice, at(0)).unwrap();
    let work = floor.tell(Submit::new(request)).unwrap();
    let mut desk = Desk::new(DeskConfig::default());
    for fact in &floor.facts {
        desk.observe(floor.engine.view(), fact);
    }
    floor.sent();
    let accepted = json!({"result": {"workItem": {"sys_id": "item", "size": 1,
        "serviceChannel": {"name": "Case", "sys_id": "case"},
        "document": {"table": "workitem", "sys_id": "w-1"}}}});
    let name = "openframe_awa_workitem_accepted";
    let accepted = Desked::read(name, accepted.to_string().as_bytes()).unwrap();
    let ana = floor.id("u-ana");
    let mut commands = Vec::new();
    for _ in 0..2 {
        let heard = desk.hear(floor.engine.view(), ana, &accepted);
        commands.extend(heard.commands.clone());
        for command in heard.commands {
            floor.tell(command).unwrap();
        }
    }
    assert_eq!(commands.len(), 1);
    assert_eq!(floor.sent(), [r#"PATCH w-1 {"assignmentState":"Connected"}"#]);
    assert_eq!(floor.stage(work), Stage::Assigned { agent: ana });
    assert_eq!(Subject::of_key("workitem/w-1"), Some(Subject::Workitem("w-1".into())));
}
