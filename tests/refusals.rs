//! What every command answers in every stage of a piece of work, which refusal wins where several
//! apply, and every bound. A refused command leaves no trace.

mod golden;
#[path = "golden/table.rs"]
mod table;

use serde_json::{Value, json};
use strowger::{
    Action, AgentId, Command, Config, Engine, Entity, Limits, Log, OfferId, Refusal, Timestamp,
    Unavailable, WorkId,
};

/// An engine whose commands are written as JSON.
#[derive(Clone)]
struct Hall {
    engine: Engine,
    now: Timestamp,
}

const VOICE: u32 = 0;
const SUPPORT: u32 = 0;
const BILLING: u32 = 1;
const FORCED: u32 = 2;
const ANA: u32 = 0;
const BO: u32 = 1;
const RETIRED_AGENT: u32 = 2;
const FRENCH: u32 = 0;
const BUSY: u32 = 0;
const RETIRED_REASON: u32 = 1;
const SALE: u32 = 0;
const OTHER_CODE: u32 = 1;
const ON_QUEUE: u32 = 2;
const LUNCH: u32 = 9;
const NOBODY: u32 = 999;

impl Hall {
    fn new(limits: Limits) -> Self {
        let config = Config {
            remembered: 1,
            limits,
        };
        let now = Timestamp::EPOCH;
        let engine = Engine::new(config, now, &mut Log::default()).unwrap();
        Self { engine, now }
    }

    /// Does what must be possible.
    fn run(&mut self, command: Value) {
        let text = command.to_string();
        let command: Command = serde_json::from_value(command).unwrap();
        let done = self.execute(command);
        assert!(done.is_ok(), "{text}: {done:?}");
    }

    fn execute<A: Action>(&mut self, action: A) -> Result<A::Output, Refusal> {
        let done = self.engine.execute(self.now, action, &mut Log::default());
        self.engine.check().unwrap();
        done
    }

    /// What a command would answer: `ok` with facts, `done` without, or the refusal.
    fn answer(&self, command: Value) -> String {
        let text = command.to_string();
        let command: Command = serde_json::from_value(command).expect(&text);
        let (mut engine, mut log) = (self.engine.clone(), Log::default());
        let answer = engine.execute(self.now, command, &mut log);
        engine.check().expect(&text);
        let untouched = engine.digest() == self.engine.digest();
        assert_eq!(log.is_empty(), untouched, "{text}");
        match answer {
            Ok(_) if untouched => "done".into(),
            Ok(_) => "ok".into(),
            Err(refusal) => {
                assert!(untouched, "{text} was refused and left {log:?}");
                name(&refusal)
            }
        }
    }
}

fn kind(entity: Entity) -> String {
    let text = entity.to_string();
    text.rsplit_once(' ').unwrap().0.to_owned()
}

/// A refusal in few words, without ids.
fn name(refusal: &Refusal) -> String {
    let json = serde_json::to_value(refusal).unwrap();
    let variant = match &json {
        Value::String(variant) => variant.clone(),
        Value::Object(fields) => fields.keys().next().unwrap().clone(),
        _ => unreachable!(),
    };
    let detail = match refusal {
        Refusal::Unknown { entity }
        | Refusal::Retired { entity }
        | Refusal::KeyTaken { entity }
        | Refusal::BuiltIn { entity } => kind(*entity),
        Refusal::InUse { user, .. } => format!("by {}", kind(*user)),
        Refusal::Unavailable {
            why: Unavailable::NoRoom(_),
            ..
        } => "no_room".into(),
        Refusal::Unavailable { why, .. } => word(why),
        Refusal::Limit { limit, max } => format!("{} {max}", word(limit)),
        Refusal::Invalid(invalid) => invalid.field.to_string(),
        Refusal::OfferOver { end: None, .. } | Refusal::WorkOver { cause: None, .. } => {
            "forgotten".into()
        }
        _ => String::new(),
    };
    format!("{variant} {detail}").trim_end().to_owned()
}

fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap();
    json.as_str().unwrap().to_owned()
}

/// A floor on which `bo` could take anything but sees no queue of himself, and `ana` is away.
fn floor(limits: Limits) -> Hall {
    let mut hall = Hall::new(limits);
    for command in [
        json!({"define_channel": {"key": "voice", "profile": {}}}),
        json!({"define_channel": {"key": "chat", "profile": {}}}),
        json!({"define_skill": {"key": "french", "profile": {}}}),
        json!({"define_wrap_up_code": {"key": "sale", "profile": {}}}),
        json!({"define_wrap_up_code": {"key": "other", "profile": {}}}),
        json!({"define_reject_reason": {"key": "busy", "profile": {}}}),
        json!({"define_reject_reason": {"key": "old", "profile": {}}}),
        json!({"retire_reject_reason": {"id": RETIRED_REASON}}),
        json!({"define_presence": {"key": "lunch", "profile": {"system": "meal", "opens": "nothing"}}}),
        json!({"define_queue": {"key": "support", "profile":
            {"wrap_up": {"mode": "mandatory", "codes": [SALE]}}}}),
        json!({"define_queue": {"key": "billing", "profile": {"waiting_max": 1}}}),
        json!({"define_queue": {"key": "forced", "profile":
            {"wrap_up": {"mode": {"forced_timeout": {"timeout": 60_000}}, "codes": [SALE]}}}}),
        json!({"define_agent": {"key": "ana", "profile": {"lease": 3_600_000}}}),
        json!({"define_agent": {"key": "bo", "profile": {}}}),
        json!({"define_agent": {"key": "gone", "profile": {}}}),
        json!({"retire_agent": {"id": RETIRED_AGENT}}),
        json!({"set_membership": {"agent": ANA, "queue": SUPPORT}}),
        json!({"set_membership": {"agent": ANA, "queue": FORCED}}),
        json!({"set_membership": {"agent": BO, "queue": SUPPORT,
            "membership": {"rank": 2, "delay": 3_600_000}}}),
        json!({"set_presence": {"agent": BO, "presence": ON_QUEUE}}),
    ] {
        hall.run(command);
    }
    hall
}

fn request(key: &str, queue: u32) -> Value {
    json!({"key": key, "queue": queue, "channel": VOICE})
}

/// The piece of work all commands are about, and its offer.
const WORK: u64 = 1;
const OFFER: u64 = 1;

const STAGES: [&str; 10] = [
    "unknown",
    "queued",
    "offered",
    "active",
    "held",
    "parked",
    "wrap_up",
    "completed",
    "abandoned",
    "forgotten",
];

/// The floor with the work in a stage; in all but the first two it was offered to `ana`.
fn in_stage(stage: &str) -> Hall {
    let mut hall = floor(Limits::default());
    if stage == "unknown" {
        return hall;
    }
    hall.run(json!({"submit": request("c1", SUPPORT)}));
    if stage == "queued" {
        return hall;
    }
    let go = json!({"set_presence": {"agent": ANA, "presence": ON_QUEUE}});
    let accept = |offer: u64| json!({"accept": {"offer": offer}});
    let finish = |work: u64| json!({"finish_contact": {"work": work, "by": "agent"}});
    let wrap_up = |work: u64| json!({"end_wrap_up": {"work": work, "agent": ANA, "code": SALE}});
    let steps = match stage {
        "offered" => vec![go],
        "active" => vec![go, accept(OFFER)],
        "held" => vec![go, accept(OFFER), json!({"hold": {"work": WORK}})],
        "parked" => vec![go, accept(OFFER), json!({"park": {"work": WORK}})],
        "wrap_up" => vec![go, accept(OFFER), finish(WORK)],
        "completed" => vec![go, accept(OFFER), finish(WORK), wrap_up(WORK)],
        "abandoned" => vec![go, json!({"abandon": {"work": WORK}})],
        "forgotten" => {
            let other = json!({"submit": request("c2", SUPPORT)});
            let first = [go, accept(OFFER), finish(WORK), wrap_up(WORK)];
            let second = [
                other,
                accept(OFFER + 1),
                finish(WORK + 1),
                wrap_up(WORK + 1),
            ];
            first.into_iter().chain(second).collect()
        }
        other => unreachable!("{other}"),
    };
    steps.into_iter().for_each(|step| hall.run(step));
    hall
}

/// Every command, some of them in several ways.
fn commands() -> Vec<(&'static str, Value)> {
    let (work, offer) = (WORK, OFFER);
    let same = |key: &str, profile: Value| json!({"key": key, "profile": profile});
    let change = |id: u32, profile: Value| json!({"id": id, "profile": profile});
    vec![
        ("define_skill", same("french", json!({}))),
        ("change_skill", change(FRENCH, json!({}))),
        ("retire_skill", json!({"id": FRENCH})),
        ("define_channel", same("chat", json!({"cost": 2}))),
        ("change_channel", change(VOICE, json!({"cost": 2}))),
        ("retire_channel", json!({"id": VOICE})),
        (
            "define_presence",
            same("lunch", json!({"system": "meal", "opens": "nothing"})),
        ),
        (
            "change_presence",
            change(LUNCH, json!({"system": "meal", "opens": "everything"})),
        ),
        ("retire_presence", json!({"id": LUNCH})),
        ("define_reject_reason", same("busy", json!({}))),
        (
            "change_reject_reason",
            change(BUSY, json!({"reassignable": false})),
        ),
        ("retire_reject_reason", json!({"id": BUSY})),
        ("define_wrap_up_code", same("sale", json!({}))),
        ("change_wrap_up_code", change(SALE, json!({}))),
        ("retire_wrap_up_code", json!({"id": SALE})),
        ("define_queue", same("billing", json!({"waiting_max": 1}))),
        ("change_queue", change(SUPPORT, json!({"order": "lifo"}))),
        ("retire_queue", json!({"id": SUPPORT})),
        ("define_agent", same("carl", json!({}))),
        ("change_agent", change(ANA, json!({"auto_accept": true}))),
        ("retire_agent", json!({"id": ANA})),
        ("set_membership", json!({"agent": ANA, "queue": BILLING})),
        ("remove_membership", json!({"agent": ANA, "queue": SUPPORT})),
        ("set_presence", json!({"agent": ANA, "presence": LUNCH})),
        ("heartbeat", json!({"agent": ANA})),
        ("set_draining", json!({"agent": ANA, "draining": true})),
        ("set_own_call", json!({"agent": ANA, "active": true})),
        ("submit again", request("c1", SUPPORT)),
        ("submit other", request("c1", BILLING)),
        (
            "change_work",
            json!({"work": work, "change": {"priority": 5}}),
        ),
        ("abandon", json!({"work": work})),
        ("cancel", json!({"work": work})),
        ("accept", json!({"offer": offer})),
        ("reject", json!({"offer": offer})),
        ("reject reason", json!({"offer": offer, "reason": BUSY})),
        ("pull", json!({"work": work, "agent": BO})),
        ("pull ana", json!({"work": work, "agent": ANA})),
        ("assign", json!({"work": work, "agent": BO})),
        ("assign ana", json!({"work": work, "agent": ANA})),
        ("force", json!({"work": work, "agent": BO})),
        ("force ana", json!({"work": work, "agent": ANA})),
        ("hold", json!({"work": work})),
        ("retrieve", json!({"work": work})),
        ("park", json!({"work": work})),
        ("park until", json!({"work": work, "until": 60_000})),
        ("resume agent", json!({"work": work, "by": "agent"})),
        ("resume customer", json!({"work": work, "by": "customer"})),
        ("transfer_to_queue", json!({"work": work, "queue": BILLING})),
        ("transfer_to_agent", json!({"work": work, "agent": BO})),
        ("transfer_to_agent ana", json!({"work": work, "agent": ANA})),
        ("request_wrap_up", json!({"work": work})),
        ("finish_contact", json!({"work": work, "by": "agent"})),
        (
            "set_code",
            json!({"work": work, "agent": ANA, "code": SALE}),
        ),
        (
            "set_code bo",
            json!({"work": work, "agent": BO, "code": SALE}),
        ),
        (
            "extend_wrap_up",
            json!({"work": work, "agent": ANA, "by": 1_000}),
        ),
        (
            "end_wrap_up",
            json!({"work": work, "agent": ANA, "code": SALE}),
        ),
        ("end_wrap_up no code", json!({"work": work, "agent": ANA})),
        (
            "end_wrap_up bo",
            json!({"work": work, "agent": BO, "code": SALE}),
        ),
        ("close", json!({"work": work, "code": SALE})),
        ("close no code", json!({"work": work})),
        ("advance", json!({})),
    ]
}

fn variant(row: &str) -> &str {
    row.split(' ').next().unwrap()
}

#[test]
fn every_command_in_every_stage() {
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(STAGES.map(String::from));
    let halls: Vec<_> = STAGES.iter().map(|stage| in_stage(stage)).collect();
    for (row, fields) in commands() {
        let command = json!({variant(row): fields});
        let mut cells = vec![row.to_owned()];
        cells.extend(halls.iter().map(|hall| hall.answer(command.clone())));
        rows.push(cells);
    }
    let mut text = String::from(
        "What a command answers, by the stage of the work. ok: with facts; done: nothing to do. \
         ana has it, bo could take anything.\n\n",
    );
    text += &table::align(&rows);
    text += "\nWhere several refusals apply, this one wins.\n\n";
    text += &table::align(&several());
    text += "\nBounds: what fits, and one more.\n\n";
    text += &table::align(&bounds());
    table::compare("tables/refusals.txt", &text);
}

/// serde names all variants when it is given one it does not know.
#[test]
fn no_command_is_left_out() {
    let error = serde_json::from_str::<Command>(r#"{"?": {}}"#)
        .unwrap_err()
        .to_string();
    let names: Vec<_> = error.split('`').skip(3).step_by(2).collect();
    assert!(names.contains(&"submit") && names.len() > 40, "{error}");
    let commands = commands();
    for name in names {
        let known = commands.iter().any(|(row, _)| variant(row) == name);
        assert!(known, "{name} has no row");
    }
}

/// Where several refusals apply.
fn several() -> Vec<Vec<String>> {
    let over = in_stage("completed");
    let queued = in_stage("queued");
    let offered = in_stage("offered");
    let active = in_stage("active");
    let wrap_up = in_stage("wrap_up");
    let mut full = in_stage("active");
    full.run(json!({"submit": request("b1", BILLING)}));
    let mut wrapped = full.clone();
    wrapped.run(json!({"finish_contact": {"work": WORK, "by": "agent"}}));
    let mut forced = floor(Limits::default());
    for command in [
        json!({"set_presence": {"agent": ANA, "presence": ON_QUEUE}}),
        json!({"submit": request("c1", FORCED)}),
        json!({"accept": {"offer": 1}}),
        json!({"finish_contact": {"work": 1, "by": "agent"}}),
    ] {
        forced.run(command);
    }
    let mut one_open = floor(Limits {
        open_work: 1,
        ..Limits::default()
    });
    one_open.run(json!({"submit": request("b1", BILLING)}));
    let mut one_need = floor(Limits {
        needs: 1,
        ..Limits::default()
    });
    one_need.run(json!({"submit": request("b1", BILLING)}));
    let mut bounded = floor(Limits {
        definitions: 10,
        memberships: 2,
        ..Limits::default()
    });
    for key in 3..10 {
        bounded.run(json!({"define_queue": {"key": key.to_string(), "profile": {}}}));
    }
    let no_room = json!({"key": "c1", "queue": BILLING, "channel": VOICE, "need":
        {"requirement": {"skill": {"skill": FRENCH, "is": ">=", "level": 1}}}});
    let with = |mut request: Value, field: &str, value: Value| {
        request[field] = value;
        request
    };
    let future = json!(3_600_000);
    let mut rows = Vec::new();
    let mut case = |hall: &Hall, what: &str, command: &str, fields: Value| {
        let answer = hall.answer(json!({command: fields}));
        rows.push(vec![command.to_owned(), what.to_owned(), answer]);
    };
    let w = WORK;
    case(
        &over,
        "no such work, no such agent",
        "pull",
        json!({"work": NOBODY, "agent": NOBODY}),
    );
    case(
        &over,
        "work over, no such agent",
        "pull",
        json!({"work": w, "agent": NOBODY}),
    );
    case(
        &over,
        "work over, agent retired",
        "pull",
        json!({"work": w, "agent": RETIRED_AGENT}),
    );
    case(
        &over,
        "work over, no such agent",
        "assign",
        json!({"work": w, "agent": NOBODY}),
    );
    case(
        &over,
        "work over, agent retired",
        "force",
        json!({"work": w, "agent": RETIRED_AGENT}),
    );
    case(
        &over,
        "work over, no such agent",
        "transfer_to_agent",
        json!({"work": w, "agent": NOBODY}),
    );
    case(
        &over,
        "no such work, no such queue",
        "transfer_to_queue",
        json!({"work": NOBODY, "queue": NOBODY}),
    );
    case(
        &over,
        "work over, no such queue",
        "transfer_to_queue",
        json!({"work": w, "queue": NOBODY}),
    );
    case(
        &wrapped,
        "in wrap-up, queue full",
        "transfer_to_queue",
        json!({"work": w, "queue": BILLING}),
    );
    case(
        &full,
        "queue full",
        "transfer_to_queue",
        json!({"work": w, "queue": BILLING}),
    );
    case(
        &queued,
        "queued, agent away",
        "transfer_to_agent",
        json!({"work": w, "agent": ANA}),
    );
    case(
        &active,
        "active, agent has it",
        "force",
        json!({"work": w, "agent": BO}),
    );
    let french = json!({"requirement": {"skill": {"skill": NOBODY, "is": ">=", "level": 1}}});
    let urgent = json!(25_000_001);
    case(
        &over,
        "work over, priority out of range",
        "change_work",
        json!({"work": w, "change": {"priority": urgent}}),
    );
    case(
        &over,
        "no such work, priority out of range",
        "change_work",
        json!({"work": NOBODY, "change": {"priority": urgent}}),
    );
    case(
        &over,
        "work over, no such skill, priority out of range",
        "change_work",
        json!({"work": w, "change": {"priority": urgent, "need": french}}),
    );
    case(
        &active,
        "active, nothing to change",
        "change_work",
        json!({"work": w, "change": {}}),
    );
    case(
        &over,
        "no such offer, no such reason",
        "reject",
        json!({"offer": NOBODY, "reason": NOBODY}),
    );
    case(
        &over,
        "offer over, no such reason",
        "reject",
        json!({"offer": OFFER, "reason": NOBODY}),
    );
    case(
        &offered,
        "reason retired",
        "reject",
        json!({"offer": OFFER, "reason": RETIRED_REASON}),
    );
    case(
        &over,
        "no such work, no such agent, no such code",
        "set_code",
        json!({"work": NOBODY, "agent": NOBODY, "code": NOBODY}),
    );
    case(
        &over,
        "work over, no such code",
        "set_code",
        json!({"work": w, "agent": ANA, "code": NOBODY}),
    );
    case(
        &active,
        "not his, code not of the queue",
        "set_code",
        json!({"work": w, "agent": BO, "code": OTHER_CODE}),
    );
    case(
        &active,
        "code not of the queue",
        "set_code",
        json!({"work": w, "agent": ANA, "code": OTHER_CODE}),
    );
    case(
        &queued,
        "queued and not his",
        "extend_wrap_up",
        json!({"work": w, "agent": ANA, "by": 1}),
    );
    case(
        &over,
        "no such work, agent retired",
        "extend_wrap_up",
        json!({"work": NOBODY, "agent": RETIRED_AGENT, "by": 1}),
    );
    case(
        &wrap_up,
        "not his, no such code",
        "end_wrap_up",
        json!({"work": w, "agent": BO, "code": NOBODY}),
    );
    case(
        &active,
        "active, code required",
        "end_wrap_up",
        json!({"work": w, "agent": ANA}),
    );
    case(
        &forced,
        "time not over, code not of the queue",
        "end_wrap_up",
        json!({"work": 1, "agent": ANA, "code": OTHER_CODE}),
    );
    case(
        &queued,
        "queued, no such code",
        "close",
        json!({"work": w, "code": NOBODY}),
    );
    case(
        &queued,
        "queued, code not of the queue",
        "close",
        json!({"work": w, "code": OTHER_CODE}),
    );
    case(
        &active,
        "code not of the queue",
        "close",
        json!({"work": w, "code": OTHER_CODE}),
    );
    case(
        &queued,
        "key taken, no such queue",
        "submit",
        request("c1", NOBODY),
    );
    case(
        &queued,
        "no such queue, no such channel, begins in the future",
        "submit",
        json!({"queue": NOBODY, "channel": NOBODY, "origin": future}),
    );
    case(
        &one_open,
        "begins in the future, too much open work",
        "submit",
        with(request("c1", SUPPORT), "origin", future.clone()),
    );
    case(
        &one_open,
        "too much open work, queue full",
        "submit",
        request("c1", BILLING),
    );
    case(
        &one_need,
        "queue full, too many needs",
        "submit",
        no_room.clone(),
    );
    case(
        &bounded,
        "key taken, priority of nothing",
        "define_queue",
        json!({"key": "billing", "profile": {"max_wait": 0}}),
    );
    case(
        &bounded,
        "no such code, empty key",
        "define_queue",
        json!({"key": "", "profile": {"wrap_up": {"codes": [NOBODY]}}}),
    );
    case(
        &bounded,
        "empty key, no time to wait, too many",
        "define_queue",
        json!({"key": "", "profile": {"max_wait": 0}}),
    );
    case(
        &bounded,
        "no time to wait, too many",
        "define_queue",
        json!({"key": "new", "profile": {"max_wait": 0}}),
    );
    case(
        &bounded,
        "no such agent, no such queue",
        "set_membership",
        json!({"agent": NOBODY, "queue": NOBODY}),
    );
    case(
        &bounded,
        "rank of nothing, too many",
        "set_membership",
        json!({"agent": ANA, "queue": BILLING, "membership": {"rank": 0}}),
    );
    case(
        &queued,
        "in use, comes with the engine",
        "retire_presence",
        json!({"id": ON_QUEUE}),
    );
    case(
        &queued,
        "other presence system, no such channel",
        "change_presence",
        json!({"id": LUNCH, "profile": {"system": "away", "opens": {"only": [NOBODY]}}}),
    );
    // Everything that keeps an agent from work at once; one thing after the other is put right.
    let mut agent = in_stage("queued");
    agent.run(json!({"change_work": {"work": w, "change": {"need":
        {"requirement": {"skill": {"skill": FRENCH, "is": ">=", "level": 1}}}}}}));
    for command in [
        json!({"submit": request("b1", FORCED)}),
        json!({"submit": request("b2", FORCED)}),
        json!({"assign": {"work": 2, "agent": BO}}),
        json!({"reject": {"offer": 1}}),
        json!({"force": {"work": 3, "agent": BO}}),
        json!({"set_own_call": {"agent": BO, "active": true}}),
        json!({"set_draining": {"agent": BO, "draining": true}}),
        json!({"remove_membership": {"agent": BO, "queue": SUPPORT}}),
        json!({"set_presence": {"agent": BO, "presence": LUNCH}}),
    ] {
        agent.run(command);
    }
    let pull = json!({"work": w, "agent": BO});
    case(
        &agent,
        "no member, off queue, own call, draining, unfit, no room",
        "pull",
        pull.clone(),
    );
    let member = json!({"set_membership": {"agent": BO, "queue": SUPPORT, "membership":
        {"rank": 2, "delay": 3_600_000}}});
    let skilled = json!({"change_agent": {"id": BO, "profile": {"skills": {"0": 1}}}});
    // A chosen presence makes him respond again, so that he does not comes after all of these.
    for (what, repair) in [
        ("off queue, own call, draining, unfit, no room", member),
        (
            "own call, draining, unfit, no room",
            json!({"set_presence": {"agent": BO, "presence": ON_QUEUE}}),
        ),
        (
            "draining, unfit, no room",
            json!({"set_own_call": {"agent": BO, "active": false}}),
        ),
        (
            "unfit, no room",
            json!({"set_draining": {"agent": BO, "draining": false}}),
        ),
        ("no room", skilled),
    ] {
        agent.run(repair);
        case(&agent, what, "pull", pull.clone());
    }
    let mut silent = in_stage("queued");
    for command in [
        json!({"submit": request("b1", FORCED)}),
        json!({"assign": {"work": 2, "agent": BO}}),
        json!({"reject": {"offer": 1}}),
        json!({"set_draining": {"agent": BO, "draining": true}}),
    ] {
        silent.run(command);
    }
    case(&silent, "not responding, draining", "pull", pull.clone());
    silent.run(json!({"set_own_call": {"agent": BO, "active": true}}));
    case(&silent, "own call, not responding, draining", "pull", pull);
    let mut burdened = floor(Limits {
        assignments: 1,
        ..Limits::default()
    });
    for command in [
        json!({"submit": request("c1", SUPPORT)}),
        json!({"submit": request("c2", SUPPORT)}),
        json!({"assign": {"work": 1, "agent": BO}}),
        json!({"abandon": {"work": 1}}),
        json!({"force": {"work": 2, "agent": BO}}),
        json!({"submit": request("c3", SUPPORT)}),
    ] {
        burdened.run(command);
    }
    case(
        &burdened,
        "no room, too many assignments",
        "pull",
        json!({"work": 3, "agent": BO}),
    );
    case(
        &burdened,
        "offer over, too many assignments",
        "accept",
        json!({"offer": 1}),
    );
    case(
        &active,
        "has it already, no room",
        "transfer_to_agent",
        json!({"work": w, "agent": ANA}),
    );
    rows
}

/// Each bound with what fits and what does not.
fn bounds() -> Vec<Vec<String>> {
    let tight = Limits {
        definitions: 3,
        agents: 3,
        memberships: 2,
        open_work: 3,
        assignments: 1,
        needs: 2,
    };
    let roomy = |limits: Limits| Limits {
        definitions: 10,
        agents: 4,
        ..limits
    };
    let mut rows = Vec::new();
    let mut bound = |hall: &mut Hall, what: &str, fits: Value, more: Value| {
        let first = hall.answer(fits.clone());
        hall.run(fits);
        rows.push(vec![what.to_owned(), first, hall.answer(more)]);
    };
    let queue = |key: &str| json!({"define_queue": {"key": key, "profile": {}}});
    let mut hall = Hall::new(tight.clone());
    hall.run(queue("1"));
    hall.run(queue("2"));
    bound(&mut hall, "definitions", queue("3"), queue("4"));
    let skill = |key: &str| json!({"define_skill": {"key": key, "profile": {}}});
    hall.run(skill("1"));
    hall.run(skill("2"));
    bound(
        &mut hall,
        "definitions of another kind",
        skill("3"),
        skill("4"),
    );
    let agent = |key: &str| json!({"define_agent": {"key": key, "profile": {}}});
    hall.run(agent("1"));
    hall.run(agent("2"));
    hall.run(json!({"retire_agent": {"id": 0}}));
    bound(&mut hall, "agents, one retired", agent("3"), agent("4"));
    let member = |queue: u32| json!({"set_membership": {"agent": 1, "queue": queue}});
    hall.run(member(0));
    bound(&mut hall, "memberships", member(1), member(2));
    let mut hall = floor(roomy(tight.clone()));
    let submit = |key: &str| json!({"submit": request(key, SUPPORT)});
    hall.run(submit("1"));
    hall.run(submit("2"));
    bound(&mut hall, "open work", submit("3"), submit("4"));
    let mut hall = floor(roomy(tight.clone()));
    let waiting = |key: &str| json!({"submit": request(key, BILLING)});
    bound(&mut hall, "waiting", waiting("1"), waiting("2"));
    let mut hall = floor(roomy(tight.clone()));
    let need = |key: &str, level: u32| {
        let mut request = request(key, SUPPORT);
        request["need"] = json!({"requirement":
            {"skill": {"skill": FRENCH, "is": ">=", "level": level}}});
        json!({"submit": request})
    };
    hall.run(need("1", 1));
    bound(&mut hall, "needs", need("2", 2), need("3", 3));
    let change = json!({"change_work": {"work": 1, "change": {"need": {"evaluation": "none"}}}});
    rows.push(vec![
        "needs, by a change".into(),
        String::new(),
        hall.answer(change),
    ]);
    // A need that nobody has any more gives its place to another.
    hall.run(json!({"cancel": {"work": 1}}));
    rows.push(vec![
        "needs, one given up".into(),
        hall.answer(need("3", 3)),
        String::new(),
    ]);
    let mut hall = floor(roomy(tight));
    for key in ["1", "2"] {
        hall.run(submit(key));
    }
    let agent = json!({"items": null});
    hall.run(json!({"change_agent": {"id": BO, "profile": {"capacity": agent}}}));
    let mut held = hall.clone();
    for (what, command) in [("pull", "pull"), ("assign", "assign"), ("force", "force")] {
        let give = |work: u64| json!({command: {"work": work, "agent": BO}});
        let mut hall = hall.clone();
        let first = hall.answer(give(1));
        hall.run(give(1));
        let row = vec![format!("assignments, {what}"), first, hall.answer(give(2))];
        rows.push(row);
    }
    for command in [
        json!({"assign": {"work": 1, "agent": BO}}),
        json!({"force": {"work": 2, "agent": BO}}),
    ] {
        held.run(command);
    }
    let accept = json!({"accept": {"offer": 1}});
    rows.push(vec![
        "assignments, accept".into(),
        String::new(),
        held.answer(accept),
    ]);
    rows
}

/// Ids that were never handed out are unknown in every command, whatever their number.
#[test]
fn the_largest_ids_are_only_unknown() {
    let mut hall = floor(Limits::default());
    let (work, agent) = (WorkId::from_raw(u64::MAX), AgentId::from_raw(u32::MAX));
    let offer = OfferId::from_raw(u64::MAX);
    let refused = hall.execute(strowger::Pull { work, agent });
    assert_eq!(
        refused.unwrap_err(),
        Refusal::Unknown {
            entity: work.into()
        }
    );
    let refused = hall.execute(strowger::Accept { offer });
    assert_eq!(
        refused.unwrap_err(),
        Refusal::Unknown {
            entity: offer.into()
        }
    );
    let work = WorkId::from_raw(0);
    let refused = hall.execute(strowger::Abandon { work });
    assert_eq!(
        refused.unwrap_err(),
        Refusal::Unknown {
            entity: work.into()
        }
    );
}
