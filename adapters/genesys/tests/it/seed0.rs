//! What the joint product of ServiceNow and Genesys Cloud promises, row by row: the side of Genesys
//! Cloud. The numbers are those of the list of features.

use serde_json::json;
use strowger::model::{
    Comparison, Evaluation, Preferred, PreferredAgent, PreferredStep, Priority, SkillId,
};
use strowger::prelude::*;
use strowger::presence::{PresenceAsk, PresenceSync, Side};
use strowger::state::Stage;
use strowger_genesys::*;
use strowger_genesys::{AssignmentState, Event};

use crate::floor::{Floor, at};
use crate::samples::{answer, notification, same};

#[test]
fn seed0_row004_suggestions_come_along_and_their_absence_stops_nothing() {
    same("suggestions", &get_suggestions("c-1"));
    let found: Suggestions = answer("suggestions");
    let kinds = found.entities.iter().map(|one| one.type_of.as_deref().unwrap_or_default());
    assert_eq!(kinds.collect::<Vec<_>>(), ["KnowledgeArticle", "CannedResponse"]);
    assert_eq!(
        found.entities[0].knowledge_article.as_ref().unwrap()["document"]["title"],
        "Refunds"
    );
    let none: Suggestions = read(503, b"").unwrap_or_default();
    assert!(none.entities.is_empty());
    // The engine goes on without them.
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let work = floor.submit("messages/c-1");
    assert!(matches!(floor.stage(work), Stage::Offered { .. }));
}

#[test]
fn seed0_row012_what_the_workforce_modules_say_passes_as_it_is() {
    let asked = [
        ("schedule", get_my_schedule(at(0), at(86_400))),
        ("evaluations", get_evaluations("u-ana")),
        ("learning", get_learning()),
        ("leaderboard", get_leaderboard("2026-05-11", "2026-05-15")),
        ("time_off_hours", TimeOff::hours("vacation", at(0), 90).request().unwrap()),
        ("shift_trades", get_my_shift_trades()),
        ("course_start", start_course("la-1")),
    ];
    for (name, request) in asked {
        same(name, &request);
    }
    let kept: serde_json::Value = answer("leaderboard");
    assert_eq!(kept["userRank"]["rank"], 4);
    let passed: serde_json::Value = read(200, kept.to_string().as_bytes()).unwrap();
    assert_eq!(passed, kept);
}

/// An engine with a queue, two skills and an agent, under the ids of Genesys Cloud.
fn billing() -> (Floor, SkillId, SkillId) {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let french = floor.tell(Define::new("l-french", SkillProfile::default())).unwrap();
    let billing = floor.tell(Define::new("sk-billing", SkillProfile::default())).unwrap();
    (floor, french, billing)
}

#[test]
fn seed0_row027_attached_data_becomes_a_routing_request() {
    let (floor, french, billing) = billing();
    let has = |skill| Requirement::skill(skill, Comparison::AtLeast, 0);
    let attached = [
        ("name", "Case CS0001041"),
        ("description", "Invoice was charged twice"),
        ("language", "l-french"),
        ("account_text", "A-17"),
    ];
    let attached = attached.map(|(name, value)| (name.into(), value.into()));
    let ana = PreferredAgent::new(floor.id("u-ana"), 80);
    let work = WorkRequest::new(floor.queue, floor.channel)
        .with_key("sn_customerservice_case/f584")
        .with_priority(Priority(5))
        .with_need(Need::of(Requirement::All(vec![has(billing), has(french)])))
        .with_preferred(Preferred::default().with_agents([ana]))
        .with_attached(attached);
    let (item, left) = WorkitemCreate::of(floor.engine.view(), &work, "t-case");
    assert_eq!(left, []);
    let request = item.request(at(0)).unwrap();
    assert_eq!(request.permissions, ["workitems:workitem:add"]);
    let expected = json!({
        "name": "Case CS0001041", "typeId": "t-case", "queueId": "q-billing", "priority": 5,
        "description": "Invoice was charged twice", "languageId": "l-french",
        "skillIds": ["sk-billing"], "scoredAgents": [{"id": "u-ana", "score": 80}],
        "externalTag": "sn_customerservice_case/f584", "customFields": {"account_text": "A-17"},
    });
    assert_eq!(request.body, Some(expected));
    let mut chat = OpenMessage::new("guest-7", IdType::Opaque, at(5), "Hello?");
    chat.attach("interaction", "5961");
    let request = chat.request("i-1").unwrap();
    assert_eq!(request.permissions, ["conversation:message:receive"]);
    let expected = json!({
        "channel": {"from": {"id": "guest-7", "idType": "Opaque"}, "time": "1970-01-01T00:00:05.000Z"},
        "text": "Hello?", "metadata": {"interaction": "5961"},
    });
    assert_eq!(request.body, Some(expected));
}

#[test]
fn seed0_row027_what_a_work_item_cannot_say_is_told() {
    let (floor, _, billing) = billing();
    let need = Need::default()
        .with_requirement(Requirement::All(vec![
            Requirement::skill(billing, Comparison::AtLeast, 60),
            Requirement::attribute("team", Comparison::Equal, "north"),
        ]))
        .with_evaluation(Evaluation::Best);
    let work = WorkRequest::new(floor.queue, floor.channel).with_need(need).with_front(true);
    let (item, left) = WorkitemCreate::of(floor.engine.view(), &work, "t-case");
    assert_eq!(item.skill_ids, ["sk-billing"]);
    let fields: Vec<_> = left.iter().map(|left| &*left.field).collect();
    let expected = ["need.evaluation", "front", "need.requirement.level", "need.requirement"];
    assert_eq!(fields, expected);
    assert_eq!(item.request(at(0)).unwrap_err().field, "name", "it is called nothing");
}

#[test]
fn seed0_row027_a_work_item_is_routed_by_what_it_carries() {
    let (mut floor, french, billing) = billing();
    let Event::Workitem(notice) = notification("workitem") else { panic!() };
    let five = PreferredStep::new(50, Span::from_secs(5));
    let intake = Intake {
        steps: vec![five],
        evaluation: Evaluation::Best,
        ..Intake::new(floor.channel, floor.queue)
    };
    let request = intake.request(floor.engine.view(), &notice, at(10)).unwrap();
    assert_eq!(request.key.as_deref(), Some("workitem/w-1"));
    assert_eq!((request.priority, request.origin), (Priority(5), Some(at(5))));
    let has = |skill| Requirement::skill(skill, Comparison::AtLeast, 0);
    let all = Requirement::All(vec![has(billing), has(french)]);
    assert_eq!((&request.need.requirement, request.need.evaluation), (&all, Evaluation::Best));
    // Who is not defined here is passed over.
    let preferred = request.preferred.as_ref().unwrap();
    assert_eq!(preferred.agents, [PreferredAgent::new(floor.id("u-ana"), 80)]);
    assert_eq!(&*request.attached["language"], "l-french");
    floor.now = 10;
    floor.tell(Submit::new(request)).unwrap();
    // Told again in an answer it is the same work.
    let item: Workitem = answer("workitem");
    let again = WorkitemNotice { utilization_label_id: None, ..item.into() };
    let again = intake.request(floor.engine.view(), &again, at(10)).unwrap();
    assert_eq!(
        (again.key.as_deref(), again.lifetime),
        (Some("workitem/w-1"), Some(Span::from_mins(10)))
    );
    assert_eq!(&*again.attached["amount_number"], "240");
    let refused = |change: fn(&mut WorkitemNotice)| {
        let mut notice = notice.clone();
        change(&mut notice);
        intake.request(floor.engine.view(), &notice, at(10)).unwrap_err()
    };
    let gone = || Some("gone".to_owned());
    assert_eq!(refused(|one| one.queue_id = Some("gone".into())), NotRouted::Queue("gone".into()));
    assert_eq!(refused(|one| one.skill_ids.push("gone".into())), NotRouted::Skill("gone".into()));
    assert_eq!(
        refused(|one| one.language_id = Some("gone".into())),
        NotRouted::Language("gone".into())
    );
    let label = WorkitemNotice { utilization_label_id: gone(), ..*notice.clone() };
    let label = intake.request(floor.engine.view(), &label, at(10));
    assert_eq!(label, Err(NotRouted::Label("gone".into())));
}

#[test]
fn seed0_row034_a_presence_is_passed_on_once() {
    let definitions: OrganizationPresences = answer("presence_definitions");
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    let agent = floor.id("u-ana");
    let map = definitions.map("pd-busy");
    // People set their presence at the desk of the other product: here is where it comes from.
    let mut sync = PresenceSync::new(map).with_primary(Side::Here).with_people(floor.engine.view());
    let mut passed_on = |floor: &mut Floor, presence: SystemPresence| {
        let first = floor.facts.len();
        floor.tell(SetPresence::new(agent, presence.id())).unwrap();
        let asks = floor.facts[first..].iter().flat_map(|fact| sync.observe(fact));
        let asks = asks.collect::<Vec<_>>().into_iter().map(|ask| match ask {
            PresenceAsk::There { presence, .. } => UserPresence::new(&*presence).request("u-ana"),
            PresenceAsk::Here(command) => panic!("{command:?}"),
        });
        let asks: Vec<_> = asks.collect();
        // The effect of it is told back, and is no news.
        for request in &asks {
            let shown: UserPresence =
                serde_json::from_value(request.body.clone().unwrap()).unwrap();
            let report = shown.report(floor.facts.len() as u64, None).unwrap();
            assert_eq!(sync.report(agent, &report), []);
        }
        asks
    };
    let body = |requests: &[Request]| {
        let [request] = requests else { panic!("{requests:?}") };
        assert_eq!(request.path, "/api/v2/users/u-ana/presences/purecloud");
        request.body.as_ref().unwrap()["presenceDefinition"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(body(&passed_on(&mut floor, SystemPresence::Meal)), "pd-meal");
    // The same once more is no change.
    assert_eq!(passed_on(&mut floor, SystemPresence::Meal), []);
    // What is in no row falls back.
    assert_eq!(body(&passed_on(&mut floor, SystemPresence::Training)), "pd-busy");
    assert_eq!(body(&passed_on(&mut floor, SystemPresence::OnQueue)), "pd-on-queue");
}

#[test]
fn seed0_row036_an_acceptance_is_one_patch() {
    let mut floor = Floor::new(&["u-ana", "u-bo"], QueueProfile::default());
    let item = floor.submit("workitem/w-1");
    let message = floor.submit("messages/c-1");
    let participants = json!([{"id": "p-1", "purpose": "agent", "userId": "u-bo",
        "messages": [{"id": "m-1", "state": "alerting"}]}]);
    floor.hear("v2.users.u-bo.conversations", json!({"id": "c-1", "participants": participants}));
    floor.sent();
    // The desk tells it twice: the second time it is done already.
    let offer = floor.offer(item);
    for _ in 0..2 {
        floor.tell(Accept::new(offer)).unwrap();
    }
    assert_eq!(floor.sent(), [r#"PATCH w-1 {"assignmentState":"Connected"}"#]);
    let offer = floor.offer(message);
    for _ in 0..2 {
        floor.tell(Accept::new(offer)).unwrap();
    }
    assert_eq!(floor.sent(), [r#"PATCH messages/c-1/participants/p-1 {"state":"connected"}"#]);
    // And what comes back of it from there makes nothing.
    assert_eq!(floor.workitem("Connected", "u-ana"), []);
    assert_eq!(floor.sent(), [""; 0]);
    assert!(matches!(floor.stage(item), Stage::Assigned { .. }));
}

#[test]
fn seed0_row043_what_is_missing_is_known_before_anything_is_sent() {
    same("me", &get_me());
    let me: Me = answer("me");
    let message = OpenMessage::new("guest-7", IdType::Opaque, at(0), "Hello?");
    let able = [
        WorkitemCreate::new("Case", "t-case").request(at(0)).unwrap(),
        WorkitemUpdate::state(AssignmentState::Connected).request("w-1", at(0)).unwrap(),
        message.request("i-1").unwrap(),
        get_user_utilization("u-ana"),
        UserPresence::new("pd-meal").request("u-ana"),
    ];
    assert_eq!(me.check(&able), Ok(()));
    let part = Part::new(MediaType::Message, "c-1", "p-1");
    let parking = Parking::until(None).request(&part).unwrap();
    let missing = me.check(&[cancel_routing("w-1"), parking.clone(), parking]).unwrap_err();
    assert_eq!(
        missing.any_of,
        [["workitems:workitem:cancelRouting"], ["conversation:message:park"]]
    );
    let nobody: Me = serde_json::from_value(json!({"id": "u", "authorization": null})).unwrap();
    assert!(!nobody.may("workitems:workitem:add"));
    assert!(me.may("routing:queue:view") && !me.may("routing:queue"));
}
