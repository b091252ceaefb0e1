//! Nothing that comes in makes the codec panic, and what it writes it reads back.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};
use strowger_engage::*;

use crate::floor::{Floor, KIM};
use crate::samples::{all, kept};

fn anything() -> impl Strategy<Value = Value> {
    let words = ["5117", "kim", "EventAgentLogin", "UCC_Reason", "Accepted", "7100", "", "é^'"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| vec(inner, 0..4).prop_map(Value::from))
}

/// A kept sample in which something is replaced by something else.
fn spoiled() -> impl Strategy<Value = Value> {
    let kept = all();
    (0..kept.len(), vec(0..8_usize, 0..5), anything()).prop_map(move |(which, path, other)| {
        let mut value = kept[which].clone();
        let mut place = &mut value;
        for step in path {
            let Some(size) = place.as_object().map(Map::len).filter(|size| *size > 0) else {
                break;
            };
            place = place.as_object_mut().unwrap().values_mut().nth(step % size).unwrap();
        }
        *place = other;
        value
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_makes_it_panic(values in vec(spoiled(), 1..4)) {
        let mut floor = Floor::new();
        floor.sit(KIM, Some("5117"));
        for value in values {
            let json = value.to_string();
            if let Ok(event) = Event::read(json.as_bytes()) {
                let again = serde_json::to_vec(&event).unwrap();
                prop_assert_eq!(Event::read(&again).unwrap(), event.clone());
                let answer = floor.switch.hear(&floor.centre, &event);
                let _ = answer.heard.map(|command| floor.execute(command));
                let answer = floor.previews.hear(&floor.centre, &event);
                let _ = answer.heard.map(|command| floor.execute(command));
            }
            if let Ok(presence) = serde_json::from_str::<MessengerPresence>(&json) {
                let _ = presence.hear(&floor.centre).heard.map(|command| floor.execute(command));
            }
            if let Ok(request) = serde_json::from_str::<Request>(&json) {
                let again = serde_json::to_string(&request).unwrap();
                prop_assert_eq!(serde_json::from_str::<Request>(&again).unwrap(), request.clone());
                floor.switch.lost(&request);
            }
            if let Ok(message) = serde_json::from_str::<PreviewMessage>(&json) {
                let again = serde_json::to_string(&message).unwrap();
                prop_assert_eq!(serde_json::from_str::<PreviewMessage>(&again).unwrap(), message);
            }
        }
    }
}

#[test]
fn what_is_absent_or_null_has_its_default() {
    let mut json = kept("events", "agent_login");
    json["Reasons"] = Value::Null;
    json["time"] = Value::Null;
    json["AgentID"] = Value::Null;
    let event: Event = serde_json::from_value(json).unwrap();
    assert_eq!((event.time, event.agent), (EventTime::default(), None));
    let other: Event = serde_json::from_str(r#"{"Event": "EventOffHook"}"#).unwrap();
    assert_eq!((other.event, &*other.dn), (EventName::Other, ""));
    assert!(Event::read(b"[]").is_err());
}
