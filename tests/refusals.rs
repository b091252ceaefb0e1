//! What every command answers in every stage of a piece of work, which refusal wins where several
//! apply, and every bound. A refused command leaves no trace.
//!
//! Commands are lines: the name as in JSON, and its fields, in which `$ana` stands for a number.

mod golden;
#[path = "golden/names.rs"]
mod names;
#[path = "golden/table.rs"]
mod table;

use serde_json::Value;
use strowger::command::{Command, Unavailable};
use strowger::model::{Entity, Limits};
use strowger::{Config, Engine, Log, Refusal, Timestamp};

/// The numbers of things, in order of definition. The work and the offer all is about are the first.
const NUMBERS: [(&str, &str); 21] = [
    ("$nobody", "999"),
    ("$most", "18446744073709551615"),
    ("$voice", "0"),
    ("$support", "0"),
    ("$billing", "1"),
    ("$forced", "2"),
    ("$ana", "0"),
    ("$bo", "1"),
    ("$gone", "2"),
    ("$french", "0"),
    ("$busy", "0"),
    ("$old", "1"),
    ("$sale", "0"),
    ("$other", "1"),
    ("$on_queue", "2"),
    ("$lunch", "9"),
    ("$office", "0"),
    ("$trials", "0"),
    ("$work", "1"),
    ("$offer", "1"),
    ("$skilled", r#""requirement": {"skill": {"skill": 0, "is": ">=", "level": 1}}"#),
];

/// A floor on which `bo` could take anything but sees nothing for an hour, and `ana` is away.
const FLOOR: &str = r#"
    define_channel {"key": "voice", "profile": {}}
    define_skill {"key": "french", "profile": {}}
    define_wrap_up_code {"key": "sale", "profile": {}}
    define_wrap_up_code {"key": "other", "profile": {}}
    define_reject_reason {"key": "busy", "profile": {}}
    define_reject_reason {"key": "old", "profile": {}}
    retire_reject_reason {"id": $old}
    define_presence {"key": "lunch", "profile": {"system": "meal", "opens": "nothing"}}
    define_queue {"key": "support", "profile": {"wrap_up": {"mode": "mandatory", "codes": [$sale]}}}
    define_calendar {"key": "office", "profile": {}}
    define_queue {"key": "billing", "profile": {"waiting_max": 1, "calendar": $office}}
    define_queue {"key": "forced", "profile":
        {"wrap_up": {"mode": {"forced_timeout": {"timeout": 60000}}, "codes": [$sale]}}}
    define_pool {"key": "trials", "profile": {}}
    define_agent {"key": "ana", "profile": {"lease": 3600000}}
    define_agent {"key": "bo", "profile": {}}
    define_agent {"key": "gone", "profile": {}}
    retire_agent {"id": $gone}
    set_membership {"agent": $ana, "queue": $support}
    set_membership {"agent": $ana, "queue": $forced}
    set_membership {"agent": $bo, "queue": $support, "membership": {"rank": 2, "delay": 3600000}}
    set_presence {"agent": $bo, "presence": $on_queue}
"#;

const SUBMIT: &str = r#"
    submit {"key": "c1", "queue": $support, "channel": $voice}
"#;
const OFFERED: &str = r#"
    set_presence {"agent": $ana, "presence": $on_queue}
"#;
const ACCEPTED: &str = r#"
    accept {"offer": $offer}
"#;
const FINISHED: &str = r#"
    finish_contact {"work": $work, "by": "agent"}
"#;
const WRAPPED_UP: &str = r#"
    end_wrap_up {"work": $work, "agent": $ana, "code": $sale}
"#;
const ANOTHER: &str = r#"
    submit {"key": "c2", "queue": $support, "channel": $voice}
    accept {"offer": 2}
    finish_contact {"work": 2, "by": "agent"}
    end_wrap_up {"work": 2, "agent": $ana, "code": $sale}
"#;

const CONSULTED: &str = r#"
    consult {"work": $work, "agent": $bo}
"#;
const JOINED: &str = r#"
    answer {"work": $work, "agent": $bo}
"#;
const DECLINED: &str = r#"
    decline {"work": $work, "agent": $bo}
"#;

const SOUGHT: &str = r#"
    consult_queue {"work": $work, "queue": $billing}
"#;

/// The stages, with what leads to them. Only one closed piece of work is remembered.
const STAGES: [(&str, &[&str]); 16] = [
    ("unknown", &[]),
    ("queued", &[SUBMIT]),
    ("offered", &[SUBMIT, OFFERED]),
    ("active", &[SUBMIT, OFFERED, ACCEPTED]),
    ("held", &[SUBMIT, OFFERED, ACCEPTED, r#"hold {"work": $work}"#]),
    ("parked", &[SUBMIT, OFFERED, ACCEPTED, r#"park {"work": $work}"#]),
    ("wrap_up", &[SUBMIT, OFFERED, ACCEPTED, FINISHED]),
    ("completed", &[SUBMIT, OFFERED, ACCEPTED, FINISHED, WRAPPED_UP]),
    ("abandoned", &[SUBMIT, OFFERED, r#"abandon {"work": $work}"#]),
    ("forgotten", &[SUBMIT, OFFERED, ACCEPTED, FINISHED, WRAPPED_UP, ANOTHER]),
    ("asked", &[SUBMIT, OFFERED, ACCEPTED, CONSULTED]),
    ("joined", &[SUBMIT, OFFERED, ACCEPTED, CONSULTED, JOINED]),
    ("declined", &[SUBMIT, OFFERED, ACCEPTED, CONSULTED, DECLINED]),
    ("sought", &[SUBMIT, OFFERED, ACCEPTED, SOUGHT]),
    ("scheduled", &[SUBMIT, r#"postpone {"work": $work, "at": 3600000}"#]),
    ("suspended", &[SUBMIT, r#"suspend {"work": $work}"#]),
];

/// Every command, some of them in several ways.
const COMMANDS: &str = r#"
    define_skill {"key": "french", "profile": {}}
    change_skill {"id": $french, "profile": {}}
    retire_skill {"id": $french}
    define_channel {"key": "voice", "profile": {"cost": 2}}
    change_channel {"id": $voice, "profile": {"cost": 2}}
    retire_channel {"id": $voice}
    define_presence {"key": "lunch", "profile": {"system": "meal", "opens": "nothing"}}
    change_presence {"id": $lunch, "profile": {"system": "meal", "opens": "everything"}}
    retire_presence {"id": $lunch}
    define_reject_reason {"key": "busy", "profile": {}}
    change_reject_reason {"id": $busy, "profile": {"reassignable": false}}
    retire_reject_reason {"id": $busy}
    define_wrap_up_code {"key": "sale", "profile": {}}
    change_wrap_up_code {"id": $sale, "profile": {}}
    retire_wrap_up_code {"id": $sale}
    define_queue {"key": "billing", "profile": {"waiting_max": 1, "calendar": $office}}
    change_queue {"id": $support, "profile": {"order": "lifo"}}
    retire_queue {"id": $support}
    define_agent {"key": "carl", "profile": {}}
    change_agent {"id": $ana, "profile": {"auto_accept": true}}
    retire_agent {"id": $ana}
    set_membership {"agent": $ana, "queue": $billing}
    remove_membership {"agent": $ana, "queue": $support}
    set_presence {"agent": $ana, "presence": $lunch}
    heartbeat {"agent": $ana}
    set_draining {"agent": $ana, "draining": true}
    set_own_call {"agent": $ana, "active": true}
    submit (again) {"key": "c1", "queue": $support, "channel": $voice}
    submit (other) {"key": "c1", "queue": $billing, "channel": $voice}
    submit_to_agent {"agent": $bo, "request": {"key": "c9", "queue": $billing, "channel": $voice}}
    submit_to_agent (ana) {"agent": $ana, "request": {"key": "c9", "queue": $billing, "channel": $voice}}
    submit_to_agent (again) {"agent": $bo, "request": {"key": "c1", "queue": $support, "channel": $voice}}
    submit_to_agent (force) {"agent": $ana, "request": {"queue": $billing, "channel": $voice}, "force": true}
    change_work {"work": $work, "change": {"priority": 5}}
    change_work (front) {"work": $work, "change": {"front": true}}
    change_work (pools) {"work": $work, "change": {"pools": [$trials]}}
    abandon {"work": $work}
    cancel {"work": $work}
    accept {"offer": $offer}
    reject {"offer": $offer}
    reject (reason) {"offer": $offer, "reason": $busy}
    pull {"work": $work, "agent": $bo}
    pull (ana) {"work": $work, "agent": $ana}
    assign {"work": $work, "agent": $bo}
    assign (ana) {"work": $work, "agent": $ana}
    force {"work": $work, "agent": $bo}
    force (ana) {"work": $work, "agent": $ana}
    hold {"work": $work}
    retrieve {"work": $work}
    park {"work": $work}
    park (until) {"work": $work, "until": 60000}
    resume (agent) {"work": $work, "by": "agent"}
    resume (customer) {"work": $work, "by": "customer"}
    transfer_to_queue {"work": $work, "queue": $billing}
    transfer_to_queue (careful) {"work": $work, "queue": $billing, "careful": true}
    transfer_to_agent {"work": $work, "agent": $bo}
    transfer_outside {"work": $work, "to": "0800"}
    transfer_to_agent (careful) {"work": $work, "agent": $bo, "careful": true}
    transfer_to_agent (ana) {"work": $work, "agent": $ana}
    transfer_to_agent (wait) {"work": $work, "agent": $bo, "wait": 60000}
    transfer_to_agent (ana, wait) {"work": $work, "agent": $ana, "wait": 60000}
    request_wrap_up {"work": $work}
    finish_contact {"work": $work, "by": "agent"}
    set_code {"work": $work, "agent": $ana, "code": $sale}
    set_code (bo) {"work": $work, "agent": $bo, "code": $sale}
    extend_wrap_up {"work": $work, "agent": $ana, "by": 1000}
    end_wrap_up {"work": $work, "agent": $ana, "code": $sale}
    end_wrap_up (no code) {"work": $work, "agent": $ana}
    end_wrap_up (bo) {"work": $work, "agent": $bo, "code": $sale}
    close {"work": $work, "code": $sale}
    close (no code) {"work": $work}
    advance {}
    define_calendar {"key": "office", "profile": {}}
    change_calendar {"id": $office, "profile": {"zone": {"offset_minutes": 60}}}
    retire_calendar {"id": $office}
    define_pool {"key": "trials", "profile": {}}
    change_pool {"id": $trials, "profile": {"reset": {"at": "18:00"}}}
    retire_pool {"id": $trials}
    consult {"work": $work, "agent": $bo}
    consult (ana) {"work": $work, "agent": $ana}
    consult_queue {"work": $work, "queue": $billing}
    answer {"work": $work, "agent": $bo}
    decline {"work": $work, "agent": $bo}
    confer {"work": $work, "agent": $bo}
    hand_over {"work": $work, "agent": $bo}
    hand_over (ana) {"work": $work, "agent": $ana}
    end_leg {"work": $work, "agent": $bo}
    supervise {"work": $work, "agent": $bo, "role": "monitor"}
    supervise (ana) {"work": $work, "agent": $ana, "role": "monitor"}
    set_shift_end {"agent": $ana, "until": 60000}
    reject (retry) {"offer": $offer, "retry_at": 60000}
    activate {"work": $work}
    suspend {"work": $work}
    postpone {"work": $work, "at": 60000}
    close_at {"work": $work, "at": 60000}
    close_at (past) {"work": $work, "at": 0}
    postpone (same) {"work": $work, "at": 3600000}
    unassign {"work": $work}
    unassign (suspend) {"work": $work, "suspend": true}
    request_callback {"work": $work, "channel": $voice}
    report_unreached {"work": $work}
    report_unanswered {"offer": $offer}
    report_unanswered (out) {"offer": $offer, "unreachable": true}
    reclassify {"work": $work}
"#;

/// Where several refusals apply: what is wrong, and in which hall which command shows it.
const SEVERAL: &str = r#"
    completed: no such work, no such agent: pull {"work": $nobody, "agent": $nobody}
    completed: work over, no such agent: pull {"work": $work, "agent": $nobody}
    completed: work over, agent retired: pull {"work": $work, "agent": $gone}
    completed: work over, no such agent: assign {"work": $work, "agent": $nobody}
    completed: work over, agent retired: force {"work": $work, "agent": $gone}
    completed: work over, no such agent: transfer_to_agent {"work": $work, "agent": $nobody}
    completed: no such work, no such queue: transfer_to_queue {"work": $nobody, "queue": $nobody}
    completed: work over, no such queue: transfer_to_queue {"work": $work, "queue": $nobody}
    full, wrap-up: in wrap-up, queue full: transfer_to_queue {"work": $work, "queue": $billing}
    full: queue full: transfer_to_queue {"work": $work, "queue": $billing}
    queued: queued, agent away: transfer_to_agent {"work": $work, "agent": $ana}
    queued: queued, agent away: transfer_to_agent {"work": $work, "agent": $ana, "careful": true}
    parked: parked, not active: transfer_to_queue {"work": $work, "queue": $billing, "careful": true}
    completed: work over, no such queue: consult_queue {"work": $work, "queue": $nobody}
    queued: queued, priority out of range: consult_queue {"work": $work, "queue": $billing, "priority": 25000001}
    active: has it already, no room: transfer_to_agent {"work": $work, "agent": $ana}
    queued: never theirs, no room: submit_to_agent {"agent": $bo, "request":
        {"queue": $support, "channel": $voice, "size": 1000, "never_to": [$bo]}}
    queued: never one, twice: submit {"queue": $support, "channel": $voice, "never_to": [$bo, $bo]}
    queued: never nobody, twice: submit {"queue": $support, "channel": $voice, "never_to": [$nobody, $nobody]}
    active: another has it: force {"work": $work, "agent": $bo}
    sought: draws on what it stands for draws on: change_work {"work": 2, "change": {"pools": []}}
    completed: work over, priority out of range: change_work {"work": $work, "change": {"priority": 25000001}}
    completed: no such work, priority out of range: change_work {"work": $nobody, "change": {"priority": 25000001}}
    completed: work over, no such skill, priority out of range: change_work {"work": $work, "change":
        {"priority": 25000001, "need": {"requirement": {"skill": {"skill": 9, "is": ">=", "level": 1}}}}}
    active: active, nothing to change: change_work {"work": $work, "change": {}}
    completed: no such offer, no such reason: reject {"offer": $nobody, "reason": $nobody}
    completed: offer over, no such reason: reject {"offer": $offer, "reason": $nobody}
    offered: reason retired: reject {"offer": $offer, "reason": $old}
    completed: no such work, no such agent, no such code: set_code {"work": $nobody, "agent": $nobody, "code": $nobody}
    completed: work over, no such code: set_code {"work": $work, "agent": $ana, "code": $nobody}
    active: not owner, code not of the queue: set_code {"work": $work, "agent": $bo, "code": $other}
    active: code not of the queue: set_code {"work": $work, "agent": $ana, "code": $other}
    queued: queued, not owner: extend_wrap_up {"work": $work, "agent": $ana, "by": 1}
    completed: no such work, agent retired: extend_wrap_up {"work": $nobody, "agent": $gone, "by": 1}
    wrap_up: not owner, no such code: end_wrap_up {"work": $work, "agent": $bo, "code": $nobody}
    active: active, code required: end_wrap_up {"work": $work, "agent": $ana}
    forced wrap-up: time not over, code not of the queue: end_wrap_up {"work": $work, "agent": $ana, "code": $other}
    queued: queued, no such code: close {"work": $work, "code": $nobody}
    queued: queued, code not of the queue: close {"work": $work, "code": $other}
    active: code not of the queue: close {"work": $work, "code": $other}
    queued: key taken, no such queue: submit {"key": "c1", "queue": $nobody, "channel": $voice}
    queued: no such queue, no such channel, begins in the future: submit {"queue": $nobody, "channel": $nobody, "origin": 1}
    one open: begins in the future, too much open work: submit {"queue": $support, "channel": $voice, "origin": 1}
    one open: too much open work, queue full: submit {"queue": $billing, "channel": $voice}
    one need: queue full, too many needs: submit {"queue": $billing, "channel": $voice, "need": {$skilled}}
    one need: too many needs, by steps of its own: submit {"queue": $support, "channel": $voice, "relaxation": {"steps": [{"after": 1000, "need": {$skilled}}]}}
    queued: key taken, no such agent: submit_to_agent {"agent": $nobody, "request": {"key": "c1", "queue": $billing, "channel": $voice}}
    queued: agent retired, no such queue: submit_to_agent {"agent": $gone, "request": {"queue": $nobody, "channel": $voice}}
    queued: no such queue, begins in the future: submit_to_agent {"agent": $bo, "request": {"queue": $nobody, "channel": $voice, "origin": 1}}
    queued: the same pool twice, put off: submit_to_agent {"agent": $bo, "request": {"queue": $billing, "channel": $voice, "pools": [$trials, $trials], "schedule": {"activation": true}}}
    queued: put off, no time to wait: submit_to_agent {"agent": $bo, "request": {"queue": $billing, "channel": $voice, "schedule": {"activation": true}}, "wait": 0}
    one open: no time to wait, agent away: submit_to_agent {"agent": $ana, "request": {"queue": $billing, "channel": $voice}, "wait": 0}
    one open: agent away, too much open work: submit_to_agent {"agent": $ana, "request": {"queue": $billing, "channel": $voice}}
    one open: away, too much open work: submit_to_agent {"agent": $ana, "request": {"queue": $billing, "channel": $voice}, "force": true}
    burdened: too many assignments: submit_to_agent {"agent": $bo, "request": {"queue": $billing, "channel": $voice}, "force": true}
    burdened: no room, too many assignments: submit_to_agent {"agent": $bo, "request": {"queue": $billing, "channel": $voice}}
    one need: too many needs, in a line that is full: submit_to_agent {"agent": $bo, "request": {"queue": $billing, "channel": $voice, "need": {$skilled}}}
    one need: waits, in a line that is full: submit_to_agent {"agent": $ana, "request": {"queue": $billing, "channel": $voice}, "wait": 1000}
    queued: gone home: force {"work": $work, "agent": $ana}
    bounded: key taken, no time to wait: define_queue {"key": "billing", "profile": {"max_wait": 0}}
    bounded: no such code, empty key: define_queue {"key": "", "profile": {"wrap_up": {"codes": [$nobody]}}}
    bounded: empty key, no time to wait, too many: define_queue {"key": "", "profile": {"max_wait": 0}}
    bounded: no time to wait, too many: define_queue {"key": "new", "profile": {"max_wait": 0}}
    bounded: no such agent, no such queue: set_membership {"agent": $nobody, "queue": $nobody}
    bounded: no such queue, no such channel: set_membership {"agent": $ana, "queue": $nobody, "channel": $nobody}
    bounded: no such channel, rank of nothing, too many: set_membership {"agent": $ana, "queue": $billing, "channel": $nobody, "membership": {"rank": 0}}
    bounded: no such queue, no such channel: remove_membership {"agent": $ana, "queue": $nobody, "channel": $nobody}
    bounded: no such channel: remove_membership {"agent": $ana, "queue": $billing, "channel": $nobody}
    bounded: rank of nothing, too many: set_membership {"agent": $ana, "queue": $billing, "membership": {"rank": 0}}
    queued: in use, comes with the engine: retire_presence {"id": $on_queue}
    queued: other system presence, no such channel: change_presence {"id": $lunch, "profile": {"system": "away", "opens": {"only": [$nobody]}}}
    burdened: no room, too many assignments: pull {"work": 3, "agent": $bo}
    burdened: offer over, too many assignments: accept {"offer": $offer}
    silent: not responding, draining: pull {"work": $work, "agent": $bo}
    silent, on a call: own call, not responding, draining: pull {"work": $work, "agent": $bo}
    bounded: no such calendar, no time to wait: define_queue {"key": "new", "profile": {"calendar": $nobody, "max_wait": 0}}
    bounded: empty key, after midnight, offset too far, too many: define_calendar {"key": "", "profile":
        {"week": {"sunday": [{"from": "09:00", "to": "24:01"}]}, "zone": {"offset_minutes": 1081}}}
    bounded: after midnight, offset too far: define_calendar {"key": "new", "profile":
        {"week": {"sunday": [{"from": "09:00", "to": "24:01"}]}, "zone": {"offset_minutes": 1081}}}
    bounded: empty key, after midnight, offset too far, too many: define_pool {"key": "", "profile":
        {"reset": {"at": "24:01", "zone": {"offset_minutes": 1081}}}}
    bounded: after midnight, offset too far: define_pool {"key": "new", "profile":
        {"reset": {"at": "24:01", "zone": {"offset_minutes": 1081}}}}
    bounded: no such pool, the same pool twice: submit {"queue": $support, "channel": $voice, "pools": [$nobody, $nobody]}
    bounded: the same pool twice, too much waiting: submit {"queue": $billing, "channel": $voice, "pools": [$trials, $trials]}
    queued: no such pool, costs nothing: change_channel {"id": $voice, "profile": {"cost": 0, "pools": [$nobody]}}
    unknown: the largest id: pull {"work": $most, "agent": $ana}
    unknown: the largest id: accept {"offer": $most}
    completed: no such work, no such agent: consult {"work": $nobody, "agent": $nobody}
    completed: work over, agent retired: consult {"work": $work, "agent": $gone}
    completed: work over, agent retired: answer {"work": $work, "agent": $gone}
    completed: work over, no leg: decline {"work": $work, "agent": $bo}
    queued: queued, agent away: consult {"work": $work, "agent": $ana}
    queued: queued, no leg: end_leg {"work": $work, "agent": $bo}
    active: has it already, no room: consult {"work": $work, "agent": $ana}
    crowded: draining, too many legs: consult {"work": $work, "agent": $bo}
    crowded: has it, too many legs: supervise {"work": $work, "agent": $ana, "role": "coach"}
    supervised: a supervisor's: answer {"work": $work, "agent": $bo}
    supervised: a supervisor's: hand_over {"work": $work, "agent": $bo}
    supervised: has it already, as supervisor: consult {"work": $work, "agent": $bo}
    unknown: the lowest id, never used: abandon {"work": 0}
    bounded: weight of nothing, ring too far out: set_membership {"agent": $ana, "queue": $billing, "membership": {"weight": 0, "ring": 16}}
    bounded: ring too far out, too many: set_membership {"agent": $ana, "queue": $billing, "membership": {"ring": 16}}
    unknown: no such agent: set_shift_end {"agent": $nobody}
    unknown: agent retired: set_shift_end {"agent": $gone}
    completed: no such work, no such channel: request_callback {"work": $nobody, "channel": $nobody}
    completed: work over, no such channel, no gap: request_callback {"work": $work, "channel": $nobody, "callback": {"gap": 0}}
    completed: work over, no gap, time over: request_callback {"work": $work, "channel": $voice, "callback": {"gap": 0}, "at": 0}
    active: active, time over: request_callback {"work": $work, "channel": $voice, "at": 0}
    kept: may never be taken from them: unassign {"work": $work}
    kept, wrap-up: in wrap-up, may never be taken from them: unassign {"work": $work}
    completed: work over: activate {"work": $work}
    bounded: put off and back-dated: submit {"queue": $support, "channel": $voice, "origin": 0, "schedule": {"activation": true}}
    bounded: put off, nothing said of when: submit {"queue": $support, "channel": $voice, "schedule": {}}
    bounded: no such queue to move to, no time to inspect after: define_queue {"key": "new", "profile":
        {"overflow": [{"when": "closed", "then": {"move": {"queue": $nobody}}}], "inspect_every": 0}}
    bounded: too many points, no time to inspect after: define_queue {"key": "new", "profile":
        {"overflow": [{"when": "closed", "then": {"raise_priority": 25000001}}], "inspect_every": 0}}
    bounded: a trigger without parts, no such queue to measure: define_queue {"key": "new", "profile":
        {"overflow": [{"when": {"any": []}, "then": "relax"}, {"when": {"queue": {"queue": $nobody, "measure": "waiting", "is": ">", "value": 0}}, "then": "relax"}]}}
    bounded: nested too deep: define_queue {"key": "new", "profile":
        {"overflow": [{"when": {"all": [{"any": [{"all": [{"any": ["closed"]}]}]}]}, "then": "relax"}]}}
    bounded: another list without conditions: define_queue {"key": "new", "profile":
        {"conditional": [{"ring": 1, "when": [{"measure": "waiting", "is": ">", "value": 0}], "or_when": [[]]}]}}
    bounded: nobody may be offered anything: define_queue {"key": "new", "profile": {"ramp": {"offers": 0, "per": 1000}}}
    bounded: a share of nothing: define_queue {"key": "new", "profile":
        {"classification": {"rules": [{"to": [{"queue": $support, "weight": 0}]}]}}}
    one need: steps out of order, too many needs: submit {"queue": $support, "channel": $voice, "need": {$skilled}, "relaxation": {"steps": [{"after": 0}]}}
"#;

/// What makes `bo` unable to take the work in every way, and what puts one thing right after the
/// other. (A chosen presence makes them respond again, so that has a hall of its own.)
const UNABLE: &str = r#"
    change_work {"work": $work, "change": {"need": {$skilled}}}
    submit {"key": "b1", "queue": $forced, "channel": $voice}
    force {"work": 2, "agent": $bo}
    change_agent {"id": $bo, "profile": {"entitled": []}}
    set_own_call {"agent": $bo, "active": true}
    set_draining {"agent": $bo, "draining": true}
    remove_membership {"agent": $bo, "queue": $support}
    set_presence {"agent": $bo, "presence": $lunch}
"#;
const REPAIRS: [(&str, &str); 7] = [
    ("no member, off queue, own call, not entitled, draining, unfit, no room", "advance {}"),
    (
        "off queue, own call, not entitled, draining, unfit, no room",
        r#"set_membership {"agent": $bo, "queue": $support, "membership": {"delay": 3600000}}"#,
    ),
    (
        "own call, not entitled, draining, unfit, no room",
        r#"set_presence {"agent": $bo, "presence": $on_queue}"#,
    ),
    ("not entitled, draining, unfit, no room", r#"set_own_call {"agent": $bo, "active": false}"#),
    ("draining, unfit, no room", r#"change_agent {"id": $bo, "profile": {}}"#),
    ("unfit, no room", r#"set_draining {"agent": $bo, "draining": false}"#),
    ("no room", r#"change_agent {"id": $bo, "profile": {"skills": {"0": 1}}}"#),
];

/// Each bound: what comes before, what fits, and what does not.
const BOUNDS: [(&str, &str, &str, &str); 19] = [
    (
        "definitions",
        "",
        r#"define_queue {"key": "4", "profile": {}}"#,
        r#"define_queue {"key": "5", "profile": {}}"#,
    ),
    (
        "definitions, one retired",
        r#"retire_queue {"id": $forced}"#,
        r#"define_queue {"key": "4", "profile": {}}"#,
        r#"define_queue {"key": "5", "profile": {}}"#,
    ),
    (
        "definitions of another kind",
        r#"define_skill {"key": "2", "profile": {}}"#,
        r#"define_skill {"key": "3", "profile": {}}"#,
        r#"define_skill {"key": "11", "profile": {}}"#,
    ),
    (
        "agents, one retired",
        "",
        r#"define_agent {"key": "4", "profile": {}}"#,
        r#"define_agent {"key": "5", "profile": {}}"#,
    ),
    (
        "memberships",
        "",
        r#"set_membership {"agent": $bo, "queue": $billing}"#,
        r#"set_membership {"agent": $bo, "queue": $forced}"#,
    ),
    (
        "open work",
        r#"submit {"queue": $support, "channel": $voice}"#,
        r#"submit {"queue": $support, "channel": $voice}"#,
        r#"submit {"queue": $support, "channel": $voice}"#,
    ),
    (
        "waiting",
        "",
        r#"submit {"queue": $billing, "channel": $voice}"#,
        r#"submit {"queue": $billing, "channel": $voice}"#,
    ),
    (
        "needs",
        r#"submit {"queue": $support, "channel": $voice}"#,
        r#"submit {"queue": $forced, "channel": $voice, "need": {$skilled}}"#,
        r#"change_work {"work": 1, "change": {"need": {"evaluation": "none"}}}"#,
    ),
    (
        "needs, one given up",
        r#"
            submit {"queue": $support, "channel": $voice}
            submit {"queue": $forced, "channel": $voice, "need": {$skilled}}
            cancel {"work": 1}
        "#,
        r#"submit {"queue": $support, "channel": $voice, "need": {"evaluation": "best"}}"#,
        r#"change_work {"work": 2, "change": {"need": {"evaluation": "none"}}}"#,
    ),
    (
        "assignments, pull",
        TWO_WAIT,
        r#"pull {"work": 1, "agent": $bo}"#,
        r#"pull {"work": 2, "agent": $bo}"#,
    ),
    (
        "assignments, assign",
        TWO_WAIT,
        r#"assign {"work": 1, "agent": $bo}"#,
        r#"assign {"work": 2, "agent": $bo}"#,
    ),
    (
        "assignments, force",
        TWO_WAIT,
        r#"force {"work": 1, "agent": $bo}"#,
        r#"force {"work": 2, "agent": $bo}"#,
    ),
    (
        "assignments, accept",
        TWO_WAIT_AND_ONE_IS_OFFERED,
        r#"force {"work": 2, "agent": $bo}"#,
        r#"accept {"offer": 1}"#,
    ),
    (
        "assignments, consult",
        TWO_HAVE,
        r#"consult {"work": 1, "agent": 3}"#,
        r#"consult {"work": 2, "agent": 3}"#,
    ),
    (
        "assignments, hand over",
        TWO_HAVE_AND_ONE_HELPS,
        r#"force {"work": 2, "agent": 3}"#,
        r#"hand_over {"work": 1, "agent": 3}"#,
    ),
    (
        "legs, supervise",
        TWO_HAVE,
        r#"supervise {"work": 1, "agent": 3, "role": "monitor"}"#,
        r#"supervise {"work": 2, "agent": 3, "role": "monitor"}"#,
    ),
    (
        "needs, as they are at first",
        r#"submit {"queue": $support, "channel": $voice}"#,
        r#"submit {"queue": $forced, "channel": $voice, "need":
            {"expiring": [{"requirement": {"any": []}, "after": 1000}]}}"#,
        r#"change_work {"work": 1, "change": {"need": {$skilled}}}"#,
    ),
    (
        "waiting, what is put off does not",
        r#"submit {"queue": $billing, "channel": $voice, "schedule": {"activation": true}}"#,
        r#"submit {"queue": $billing, "channel": $voice}"#,
        r#"activate {"work": 1}"#,
    ),
    (
        "waiting, activated",
        r#"
            submit {"queue": $billing, "channel": $voice, "schedule": {"activation": true}}
            submit {"queue": $billing, "channel": $voice, "schedule": {"at": 60000}}
        "#,
        r#"activate {"work": 1}"#,
        r#"activate {"work": 2}"#,
    ),
];
const TWO_HAVE: &str = r#"
    define_agent {"key": "dora", "profile": {"capacity": {"items": null}}}
    set_presence {"agent": 3, "presence": $on_queue}
    submit {"queue": $support, "channel": $voice}
    submit {"queue": $support, "channel": $voice}
    set_presence {"agent": $ana, "presence": $lunch}
    force {"work": 1, "agent": $ana}
    force {"work": 2, "agent": $bo}
"#;
const TWO_HAVE_AND_ONE_HELPS: &str = r#"
    define_agent {"key": "dora", "profile": {"capacity": {"items": null}}}
    set_presence {"agent": 3, "presence": $on_queue}
    submit {"queue": $support, "channel": $voice}
    submit {"queue": $support, "channel": $voice}
    set_presence {"agent": $ana, "presence": $lunch}
    force {"work": 1, "agent": $ana}
    consult {"work": 1, "agent": 3}
    answer {"work": 1, "agent": 3}
"#;
const TWO_WAIT: &str = r#"
    change_agent {"id": $bo, "profile": {"capacity": {"items": null}}}
    submit {"queue": $support, "channel": $voice}
    submit {"queue": $support, "channel": $voice}
"#;
const TWO_WAIT_AND_ONE_IS_OFFERED: &str = r#"
    change_agent {"id": $bo, "profile": {"capacity": {"items": null}}}
    submit {"queue": $support, "channel": $voice}
    submit {"queue": $support, "channel": $voice}
    assign {"work": 1, "agent": $bo}
"#;

/// The lines of a text; one that begins with a brace goes on with the line before.
fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            Some(last) if line.starts_with('{') => *last += line,
            _ => lines.push(line.into()),
        }
    }
    lines
}

/// The name, the way in which it is meant and the command of a line.
fn command(line: &str) -> (&str, &str, Command) {
    let (words, _) = line.split_once(" {").expect(line);
    let fields = &line[words.len() + 1..];
    let (name, way) = words.split_once(' ').unwrap_or((words, ""));
    let number = |text: String, (name, number): &(&str, &str)| text.replace(name, number);
    let fields = NUMBERS.iter().fold(fields.to_owned(), number);
    let json = format!(r#"{{"{name}": {fields}}}"#);
    (name, way, serde_json::from_str(&json).expect(&json))
}

#[derive(Clone)]
struct Hall {
    engine: Engine,
}

impl Hall {
    fn new(limits: Limits) -> Self {
        let config = Config::default().with_remembered(1).with_limits(limits);
        let engine = Engine::new(config, Timestamp::EPOCH, &mut Log::default()).unwrap();
        Self { engine }.after(FLOOR)
    }

    fn in_stage(stage: &str) -> Self {
        let found = STAGES.iter().find(|(name, _)| *name == stage);
        let (_, steps) = found.expect(stage);
        let hall = Self::new(Limits::default());
        steps.iter().fold(hall, |hall, step| hall.after(step))
    }

    /// A stage, or a situation with a name of its own.
    fn of(name: &str) -> Self {
        let limited = |limits: Limits| Self::new(limits);
        let limits = Limits::default();
        let billing = r#"submit {"key": "b1", "queue": $billing, "channel": $voice}"#;
        match name {
            "full" => Self::in_stage("active").after(billing),
            "full, wrap-up" => Self::of("full").after(FINISHED),
            "forced wrap-up" => {
                let submit = r#"submit {"key": "c1", "queue": $forced, "channel": $voice}"#;
                let steps = [OFFERED, submit, ACCEPTED, FINISHED];
                steps.iter().fold(limited(limits), |hall, step| hall.after(step))
            }
            "one open" => limited(limits.with_open_work(1)).after(billing),
            "one need" => limited(limits.with_needs(1)).after(billing),
            "bounded" => {
                let hall = limited(limits.with_definitions(10).with_memberships(2));
                (3..10).fold(hall, |hall, key| {
                    hall.after(&format!(r#"define_queue {{"key": "{key}", "profile": {{}}}}"#))
                })
            }
            "burdened" => limited(limits.with_assignments(1)).after(
                r#"
                    submit {"key": "c1", "queue": $support, "channel": $voice}
                    submit {"key": "c2", "queue": $support, "channel": $voice}
                    submit {"key": "c3", "queue": $support, "channel": $voice}
                    assign {"work": 1, "agent": $bo}
                    abandon {"work": 1}
                    force {"work": 2, "agent": $bo}
                "#,
            ),
            "silent" => Self::in_stage("queued").after(
                r#"
                    submit {"key": "b1", "queue": $forced, "channel": $voice}
                    assign {"work": 2, "agent": $bo}
                    reject {"offer": 1}
                    set_draining {"agent": $bo, "draining": true}
                "#,
            ),
            "silent, on a call" => {
                Self::of("silent").after(r#"set_own_call {"agent": $bo, "active": true}"#)
            }
            "crowded" => (0..16).fold(Self::in_stage("active"), |hall, key| {
                hall.after(&format!(
                    r#"
                    define_agent {{"key": "s{key}", "profile": {{}}}}
                    supervise {{"work": $work, "agent": {}, "role": "monitor"}}
                    set_draining {{"agent": $bo, "draining": true}}
                    "#,
                    key + 3
                ))
            }),
            "supervised" => Self::in_stage("active")
                .after(r#"supervise {"work": $work, "agent": $bo, "role": "monitor"}"#),
            "kept" => Self::in_stage("active").after(
                r#"change_queue {"id": $support, "profile":
                    {"budget": {"unassignments": 0}, "wrap_up": {"mode": "mandatory"}}}"#,
            ),
            "kept, wrap-up" => Self::of("kept").after(FINISHED),
            stage => Self::in_stage(stage),
        }
    }

    /// The hall after commands that must be possible.
    fn after(mut self, text: &str) -> Self {
        for line in lines(text) {
            let (.., command) = command(&line);
            let mut log = Log::default();
            let done = self.engine.execute(Timestamp::EPOCH, command, &mut log);
            assert!(done.is_ok(), "{line}: {done:?}");
            self.engine.verify().unwrap();
        }
        self
    }

    /// What a command would answer: `ok` with facts, `done` without, or the refusal.
    fn answer(&self, line: &str) -> String {
        let (.., command) = command(line);
        let (mut engine, mut log) = (self.engine.clone(), Log::default());
        let answer = engine.execute(Timestamp::EPOCH, command, &mut log);
        engine.verify().unwrap();
        let untouched = engine.digest() == self.engine.digest();
        assert_eq!(log.is_empty(), untouched, "{line}");
        match answer {
            Ok(_) if untouched => "done".into(),
            Ok(_) => "ok".into(),
            Err(refusal) => {
                assert!(untouched, "{line} was refused and left {log:?}");
                assert_is_told(&refusal, &engine);
                name(&refusal)
            }
        }
    }
}

/// The name of a refusal as it is written.
fn variant(refusal: &Refusal) -> String {
    match serde_json::to_value(refusal).unwrap() {
        Value::String(variant) => variant,
        Value::Object(fields) => fields.keys().next().unwrap().clone(),
        other => panic!("{other}"),
    }
}

/// Its code is its name. Its message is a sentence, and with the host's keys it names no id of an
/// agent or a queue: both always have a key.
fn assert_is_told(refusal: &Refusal, engine: &Engine) {
    assert_eq!(refusal.code(), variant(refusal));
    let known = !matches!(refusal, Refusal::Unknown { .. });
    let told = [(refusal.to_string(), false), (refusal.with_keys(engine).to_string(), known)];
    for (message, keyed) in told {
        assert!(!message.contains(['{', '}', '"']), "{message}");
        let is_id = |word: &str| {
            let number = word.strip_prefix(['a', 'q']).unwrap_or("");
            !number.is_empty() && number.bytes().all(|sign| sign.is_ascii_digit())
        };
        let words = || message.split(|sign: char| !sign.is_alphanumeric());
        assert!(!keyed || !words().any(is_id), "{message}");
    }
}

/// A refusal in few words, without ids.
fn name(refusal: &Refusal) -> String {
    let variant = variant(refusal);
    let detail = match refusal {
        Refusal::Unknown { entity, .. }
        | Refusal::Retired { entity, .. }
        | Refusal::KeyTaken { entity, .. }
        | Refusal::BuiltIn { entity, .. } => kind(*entity),
        Refusal::InUse { user, .. } => format!("by {}", kind(*user)),
        Refusal::Unavailable { why: Unavailable::NoRoom(_), .. } => "no_room".into(),
        Refusal::Unavailable { why, .. } => word(why),
        Refusal::Limit { limit, max, .. } => format!("{} {max}", word(limit)),
        Refusal::NoLeg { end, .. } => end.map(|end| word(&end)).unwrap_or_default(),
        Refusal::WrongLeg { role, state, .. } => format!("{} {}", state.name(), role.name()),
        Refusal::Invalid(invalid) => invalid.field.to_string(),
        Refusal::OfferOver { end: None, .. } | Refusal::WorkOver { cause: None, .. } => {
            "forgotten".into()
        }
        _ => String::new(),
    };
    format!("{variant} {detail}").trim_end().to_owned()
}

fn kind(entity: Entity) -> String {
    let text = entity.to_string();
    text.rsplit_once(' ').unwrap().0.to_owned()
}

fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap();
    json.as_str().unwrap().to_owned()
}

fn stages() -> Vec<Vec<String>> {
    let halls = STAGES.map(|(stage, _)| (stage, Hall::in_stage(stage)));
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(halls.iter().map(|(stage, _)| (*stage).to_owned()));
    for line in lines(COMMANDS) {
        let (name, way, _) = command(&line);
        let mut row = vec![format!("{name} {way}").trim_end().to_owned()];
        row.extend(halls.iter().map(|(_, hall)| hall.answer(&line)));
        rows.push(row);
    }
    rows
}

fn several() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for line in lines(SEVERAL) {
        let parts: Vec<_> = line.splitn(3, ": ").collect();
        let [hall, wrong, line] = parts[..] else { panic!("{line}") };
        let answer = Hall::of(hall).answer(line);
        assert!(answer != "ok" && answer != "done", "{line}: {answer}");
        rows.push(vec![command(line).0.to_owned(), wrong.to_owned(), answer]);
    }
    let mut hall = Hall::in_stage("queued").after(UNABLE);
    for (wrong, repair) in REPAIRS {
        hall = hall.after(repair);
        let answer = hall.answer(r#"pull {"work": $work, "agent": $bo}"#);
        rows.push(vec!["pull".to_owned(), wrong.to_owned(), answer]);
    }
    rows
}

fn bounds() -> Vec<Vec<String>> {
    let limits = Limits::default()
        .with_definitions(10)
        .with_agents(4)
        .with_memberships(2)
        .with_open_work(2)
        .with_assignments(1)
        .with_needs(2);
    let row = |(bound, before, fits, more): (&str, &str, &str, &str)| {
        let mut hall = Hall::new(limits.clone());
        let mut before = before.to_owned();
        if bound.starts_with("definitions") {
            // Nine presences come with the engine, so ten is the least with one of the floor's own.
            let kind = if bound.ends_with("kind") { "skill" } else { "queue" };
            let filled = if kind == "skill" { 3..10 } else { 4..10 };
            for key in filled {
                before +=
                    &format!("\ndefine_{kind} {{\"key\": \"fill {key}\", \"profile\": {{}}}}");
            }
        }
        hall = hall.after(&before);
        let first = hall.answer(fits);
        vec![bound.to_owned(), first, hall.after(fits).answer(more)]
    };
    BOUNDS.map(row).into()
}

#[test]
fn refusals() {
    let text = format!(
        "What a command answers, by the stage of the work. ok: with facts; done: nothing to do. \
         ana has the work, bo could take anything.\n\n{}\n\
         Where several refusals apply, this one wins.\n\n{}\n\
         Bounds: what fits, and one more.\n\n{}",
        table::align(&stages()),
        table::align(&several()),
        table::align(&bounds()),
    );
    table::compare("tables/refusals.txt", &text);
}

#[test]
fn no_command_is_left_out() {
    let lines = lines(COMMANDS);
    for name in names::names::<Command>() {
        let known = lines.iter().any(|line| command(line).0 == name);
        assert!(known, "{name} has no row");
    }
}
