//! Nothing that comes in makes the codec panic, and what it writes it reads back.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use strowger::command::{Define, Submit};
use strowger::model::{ChannelProfile, QueueProfile, WorkRequest};
use strowger::{Config, Engine, Log, Timestamp};
use strowger_genesys::*;

use crate::samples::all_kept;

/// Words that parsers look at.
const WORDS: [&str; 36] = [
    "id",
    "participants",
    "user",
    "state",
    "connected",
    "held",
    "assignmentState",
    "Connected",
    "eventBody",
    "presenceDefinition",
    "systemPresence",
    "routingStatus",
    "utilization",
    "call",
    "maximumCapacity",
    "mediaSettings",
    "bullseye",
    "rings",
    "threshold",
    "connectedTime",
    "1970-01-01T00:00:00.000Z",
    "w-1",
    "c-1",
    "u-ana",
    "messages",
    "attributes",
    "webEvent",
    "webActionEvent",
    "eventName",
    "page_viewed",
    "customerId",
    "customerIdType",
    "cookie",
    "patterns",
    "criteria",
    "probability",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(word(), inner, 0..6)
                .prop_map(|all| Value::Object(all.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A kept body in which something is replaced by something else.
fn spoiled() -> impl Strategy<Value = Value> {
    let kept = all_kept();
    (0..kept.len(), vec(0..8_usize, 0..6), anything()).prop_map(move |(which, path, other)| {
        let mut value = kept[which].clone();
        let mut place = &mut value;
        for step in path {
            let size = place.as_object().map(Map::len).or_else(|| place.as_array().map(Vec::len));
            let Some(nth) = size.filter(|size| *size > 0).map(|size| step % size) else { break };
            place = match place {
                Value::Object(all) => all.values_mut().nth(nth).unwrap(),
                Value::Array(all) => &mut all[nth],
                _ => break,
            };
        }
        *place = other;
        value
    })
}

fn topics() -> Vec<Topic> {
    let detail = |kind: &DetailKind| Topic::Detail("c-1".into(), kind.clone());
    let mut all: Vec<_> = DetailKind::KNOWN.iter().map(detail).collect();
    let media =
        MediaType::KNOWN.iter().filter(|media| **media != MediaType::Workitem).cloned().map(Some);
    for media in media.chain([None]) {
        all.push(Topic::UserConversations("u-ana".into(), media.clone()));
        all.push(Topic::QueueConversations("q-1".into(), media));
    }
    all.extend([
        Topic::UserPresence("u-ana".into()),
        Topic::UserRoutingStatus("u-ana".into()),
        Topic::QueueUsers("q-1".into()),
        Topic::Workitem("w-1".into()),
        Topic::QueueWorkitems("q-1".into()),
        Topic::UserWorkitems("u-ana".into()),
        Topic::Channel,
        Topic::Other("v2.flows.f-1".into()),
    ]);
    all
}

/// An engine with work that is in Genesys Cloud, and what shows it there.
fn floor() -> (Engine, Mirror) {
    let mut log = Log::default();
    let mut engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log).unwrap();
    let mut mirror = Mirror::default();
    let channel = Define::new("message", ChannelProfile::message());
    let channel = engine.execute(Timestamp::EPOCH, channel, &mut log).unwrap();
    let queue = Define::new("q-1", QueueProfile::default());
    let queue = engine.execute(Timestamp::EPOCH, queue, &mut log).unwrap();
    for key in ["workitem/w-1", "messages/c-1"] {
        let request = WorkRequest::new(queue, channel).with_key(key);
        engine.execute(Timestamp::EPOCH, Submit::new(request), &mut log).unwrap();
    }
    for fact in log.drain() {
        mirror.observe(engine.view(), &fact);
    }
    (engine, mirror)
}

fn read_all(value: &Value) {
    let bytes = value.to_string().into_bytes();
    let (engine, mut mirror) = floor();
    let (view, now) = (engine.view(), Timestamp::EPOCH);
    let _ = Event::read(&bytes);
    for topic in topics() {
        if let Ok(event) = Event::of(&topic, value.clone()) {
            mirror.hear(view, &event);
            if let Event::Workitem(notice) = &event {
                let channel = view.channel_id("message").unwrap();
                let queue = view.queue_id("q-1").unwrap();
                if let Ok(request) = Intake::new(channel, queue).request(view, notice, now) {
                    let _ = WorkitemCreate::of(view, &request, "type").0.request(now);
                }
            }
            if let Event::Conversation { conversation, .. } = &event {
                let _ = conversation.attached();
            }
        }
    }
    if let Ok(settings) = read::<QueueSettings>(200, &bytes) {
        let channel = view.channel_id("message").unwrap();
        let _ = settings.import(view, &[(MediaType::Call, channel)].into());
    }
    if let Ok(utilization) = read::<Utilization>(200, &bytes) {
        let _ = utilization.capacity(&UtilizationMap::default());
        let _ = utilization.request();
    }
    if let Ok(definitions) = read::<OrganizationPresences>(200, &bytes) {
        let _ = definitions.map("pd-busy");
    }
    let _ = read::<Workitem>(200, &bytes).map(WorkitemNotice::from);
    let _ = read::<UserPresence>(200, &bytes).map(|presence| presence.report(1, None));
    let _ = read::<Me>(200, &bytes).map(|me| me.check(&[cancel_routing("w-1")]).is_ok());
    let _ = read::<WorkitemCreate>(200, &bytes).map(|item| item.request(now).is_ok());
    let _ = read::<WorkitemUpdate>(200, &bytes).map(|item| item.request("w", now).is_ok());
    let _ = read::<OpenMessage>(200, &bytes).map(|message| message.request("i").is_ok());
    let _ = read::<Suggestions>(200, &bytes);
    let _ = check(403, &bytes);
    read_journey(&bytes);
}

/// What is said of the customer's journey. What comes out may be refused, and is written again.
fn read_journey(bytes: &[u8]) {
    use strowger::interaction::InteractionType;
    use strowger::journey::{SessionId, WebOfferId};
    use strowger::model::{ChannelId, QueueId};

    let (words, session) = (FormWords::default(), SessionId::from_raw(0));
    let notice = read::<JourneyNotice>(200, bytes);
    if let Ok(Ok(import)) = notice.map(|notice| notice.import(&words)) {
        let _ = serde_json::to_string(&import.commands(Some(session))).unwrap();
        if let Told::Action(action) = import.told {
            let _ = action.command(WebOfferId::from_raw(0));
        }
    }
    let _ = read::<JourneyNotices>(200, bytes);
    if let Ok(import) = read::<JourneySession>(200, bytes).map(|one| one.import()) {
        let _ = import.map(|import| import.commands(session).len());
    }
    if let Ok(import) = read::<OutcomeScores>(200, bytes).map(|one| one.import()) {
        let _ = import.map(|import| import.commands(session).len());
    }
    let _ =
        read::<JourneySegment>(200, bytes).map(|one| one.import(&words).segment.check().is_ok());
    let outcome = read::<JourneyOutcome>(200, bytes);
    let _ = outcome.map(|one| one.import(&words, true).outcome.check().is_ok());
    if let Ok(map) = read::<JourneyActionMap>(200, bytes) {
        let _ = map.import(&words, &[].into()).map(|import| import.map.check().is_ok());
    }
    if let Ok(target) = read::<JourneyTarget>(200, bytes) {
        let (queue, channel) = (QueueId::from_raw(0), ChannelId::from_raw(0));
        let _ = target.import(queue, channel, InteractionType::Chat);
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[a-z0-9é ]{0,12}")
}

fn item() -> impl Strategy<Value = WorkitemCreate> {
    let numbers =
        (proptest::option::of(any::<i32>()), proptest::option::of(0..=i64::from(u32::MAX)));
    let lists = (vec("[a-z]{1,4}", 0..3), vec(("[a-z]{1,4}", any::<u8>()), 0..3));
    (text(), text(), text(), numbers, lists, btree_map("[a-z]{1,4}", anything(), 0..3)).prop_map(
        |(
            name,
            queue_id,
            external_tag,
            (priority, due),
            (skill_ids, scored),
            mut custom_fields,
        )| {
            // No number that JSON rounds.
            custom_fields.retain(|_, value| !value.to_string().contains(['.', 'e', 'E']));
            let scored = scored.into_iter().map(|(id, score)| ScoredAgent { id, score });
            WorkitemCreate {
                name: name.unwrap_or_default(),
                date_due: due.map(|due| Timestamp::from_millis(due).into()),
                scored_agents: scored.collect(),
                priority,
                queue_id,
                external_tag,
                skill_ids,
                custom_fields,
                ..WorkitemCreate::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(value in prop_oneof![anything(), spoiled()]) {
        read_all(&value);
    }

    #[test]
    fn what_is_written_is_read_back(item in item(), word in word(), id in "[a-z0-9-]{1,8}") {
        let text = serde_json::to_string(&item).unwrap();
        prop_assert_eq!(&serde_json::from_str::<WorkitemCreate>(&text).unwrap(), &item);
        let state = AssignmentState::from(word.as_str());
        prop_assert_eq!(state.word(), &*word);
        let update = WorkitemUpdate::state(state);
        let text = serde_json::to_string(&update).unwrap();
        prop_assert_eq!(serde_json::from_str::<WorkitemUpdate>(&text).unwrap(), update);
        for request in [assign_workitem(&id, &word), cancel_routing(&id)] {
            let text = serde_json::to_string(&request).unwrap();
            prop_assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
        }
        let subject = Subject::Workitem(id);
        prop_assert_eq!(Subject::of_key(&subject.key()), Some(subject));
        let topic = Topic::from(word.as_str());
        prop_assert_eq!(topic.to_string(), word);
    }
}

#[test]
fn every_topic_is_read_as_it_is_written() {
    for topic in topics() {
        assert_eq!(Topic::from(topic.to_string().as_str()), topic);
    }
    for odd in [
        "",
        ".",
        "v2.users..presence",
        "v2.users.u.conversations.faxes",
        "v2.detail.events.conversation.c.nap",
    ] {
        assert_eq!(Topic::from(odd), Topic::Other(odd.into()));
    }
    assert_eq!(json!(MediaType::from("hologram")), json!("hologram"));
}
