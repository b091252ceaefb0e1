//! Every field of a request comes to a work item or is told as left: none is lost in silence, the
//! next one neither.

use serde::Deserialize;
use serde_json::{Value, json};
use strowger::model::{Need, PoolProfile, Preferred};
use strowger::prelude::*;
use strowger_genesys::{Left, WorkitemCreate};

use crate::floor::Floor;
use crate::names::names;

/// The worktype stands for the channel, and whoever asks for the work item names it.
const NAMED_BY_THE_CALLER: &str = "channel";

/// A floor with two queues and two pools, and a request in which no field is as it is by itself.
fn full() -> (Floor, Value) {
    let mut floor = Floor::new(&["u-ana"], QueueProfile::default());
    floor.tell(Define::new("q-other", QueueProfile::default())).unwrap();
    floor.tell(Define::new("sk-billing", SkillProfile::default())).unwrap();
    for pool in ["p-first", "p-second"] {
        floor.tell(Define::new(pool, PoolProfile::default())).unwrap();
    }
    let skill = json!({"skill": {"skill": 0, "is": ">=", "level": 60}});
    let request = json!({
        "key": "case-1",
        "customer": "dora",
        "queue": 1,
        "channel": 0,
        "need": {
            "requirement": skill,
            "wishes": [{"requirement": skill, "weight": 10}],
            "evaluation": "best",
            "expiring": [{"requirement": skill, "after": 1_000}],
        },
        "priority": 5,
        "front": true,
        "credit": 1_000,
        "size": 2,
        "origin": 1_000,
        "due": 60_000,
        "lifetime": 90_000,
        "preferred": {
            "agents": [{"agent": 0, "score": 80}],
            "steps": [{"score_min": 0, "wait": 5_000}],
            "ignore_need": true,
            "ignore_capacity": true,
            "expedite": true,
        },
        "attributes": {"tier": 1},
        "attached": {"note": "twice"},
        "relaxation": {"steps": [{"after": 1_000, "ring": 1}]},
        "objective": 20_000,
        "schedule": {"at": 5_000},
        "callback": {"retries": 2, "gap": 60_000},
        "auto_accept": true,
        "internal": true,
        "pools": [0, 1],
        "never_to": [0],
    });
    (floor, request)
}

fn said(floor: &Floor, request: &Value) -> (WorkitemCreate, Vec<Left>) {
    let work = WorkRequest::deserialize(request).unwrap_or_else(|e| panic!("{request}: {e}"));
    WorkitemCreate::of(floor.engine.view(), &work, "t-case")
}

#[test]
fn no_field_of_a_request_is_lost_in_silence() {
    let (floor, full) = full();
    let all = said(&floor, &full);
    let parts = [
        ("", names::<WorkRequest>()),
        ("/need", names::<Need>()),
        ("/preferred", names::<Preferred>()),
    ];
    let mut silent = Vec::new();
    for (part, fields) in parts {
        for field in fields.into_iter().filter(|field| field != NAMED_BY_THE_CALLER) {
            let mut plain = full.clone();
            let object = plain.pointer_mut(part).and_then(Value::as_object_mut).unwrap();
            let there = object.remove(&field);
            assert!(there.is_some(), "the full request has no {part}/{field}");
            if field == "queue" {
                object.insert(field.clone(), json!(0));
            }
            if said(&floor, &plain) == all {
                silent.push(format!("{part}/{field}"));
            }
        }
    }
    assert_eq!(silent, [""; 0], "neither in the work item nor told as left");
}
