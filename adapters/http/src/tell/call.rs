//! From a request to a call of the centre, and back.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};
use strowger::Centre;
use strowger::centre::{CentreCommand, CentreRefusal, CentreReply};
use strowger::command::{Permission, RefusalKind, Reply};
use strowger::fact::Seq;
use strowger::host::{Call, Calls};
use strowger::interaction::RecordReply;
use strowger::keyed::Keyed;
use strowger::model::{Entity, WorkId};
use strowger::view::View;
use strowger_wire::escaped;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::tell::body::read_json;
use crate::tell::table::{Fill, Row};
use crate::who::{Caller, Role};

/// Does what a request tells.
///
/// # Errors
/// 403 if such commands are not for the caller, 400 and 422 if the request says something that
/// cannot be, 404 if it names what is not there for them; else what the centre refuses.
pub(crate) async fn tell(site: &Site, row: &'static Row, asked: Asked) -> Said {
    check_permission(row, &asked.caller)?;
    let token = asked.idempotency_key()?;
    let fields = compose(row, &asked)?;
    if row.doubles && token.is_none() && !fields_say_key(row, &fields) {
        return Err(ProblemDetails::new(
            StatusCode::BAD_REQUEST,
            RefusalKind::Invalid,
            "idempotency_key_missing",
        )
        .with_detail("done twice it would be there twice: `Idempotency-Key`, or a `key`"));
    }
    let caller = asked.caller;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let mut call = Call::at(now).by(caller.actor(calls.view())?);
        call.token = token;
        let fact = calls.decides().position();
        let said = match read(row, fields, calls.view()) {
            Ok(command) => done(calls, call, command),
            // Whoever makes a call again names things by keys that may be gone by now.
            Err(problem) => match calls.given(&call) {
                Some(given) => Ok(given.clone()),
                None => Err(problem.with_fact(fact)),
            },
        };
        let fact = calls.decides().position();
        match said? {
            Ok(reply) => Ok(written(calls.view(), row, &reply, fact)?.with_fact(fact)),
            Err(refusal) => Err(refused(calls, &refusal).with_fact(fact)),
        }
    };
    site.ask(Box::new(job)).await
}

/// Makes a call.
///
/// # Errors
/// 422 if its token names another call.
pub(crate) fn done(
    calls: &mut Calls<'_, Centre>,
    call: Call,
    command: CentreCommand,
) -> Result<Result<CentreReply, CentreRefusal>, ProblemDetails> {
    calls.call(call, command).map_err(|_| ProblemDetails::token_taken())
}

/// Why the centre refused, in the host's keys.
pub(crate) fn refused(calls: &Calls<'_, Centre>, refusal: &CentreRefusal) -> ProblemDetails {
    let problem = ProblemDetails::refused(refusal);
    match refusal {
        _ if refusal.kind() == RefusalKind::Unknown => problem,
        CentreRefusal::Work(refusal) => {
            let engine = calls.decides().engine();
            problem.with_detail(refusal.with_keys(engine).to_string())
        }
        other => problem.with_detail(other.to_string()),
    }
}

/// Refuses who may not give such commands at all, before anything that they say is looked at: what
/// is wrong with it would say what there is.
fn check_permission(row: &Row, caller: &Caller) -> Result<(), ProblemDetails> {
    let kind = caller.role.kind();
    let permitted = kind.is_some_and(|kind| row.name.permission(kind) != Permission::No);
    // Agents cancel what stands for their work: the engine knows which that is.
    let perhaps =
        caller.role == Role::Agent && matches!(&*row.name.to_string(), "cancel" | "assign");
    let here = !row.staff || caller.role.is_staff();
    if here && (permitted || perhaps) { Ok(()) } else { Err(ProblemDetails::not_allowed()) }
}

/// The fields of the command, from the path, the body and the caller.
fn compose(row: &Row, asked: &Asked) -> Result<Map<String, Value>, ProblemDetails> {
    let body = read_json(&asked.body)?;
    let mut fields = match (row.whole, body) {
        (Some(field), body) => Map::from_iter([(field.to_owned(), body)]),
        (None, Value::Object(fields)) => fields,
        (None, _) => return Err(ProblemDetails::invalid("the body is an object of fields")),
    };
    for (name, text) in asked.params() {
        let said = fields.insert(name.to_owned(), named(name, text)?);
        if said.is_some() {
            let wrong = ProblemDetails::invalid(format!("`{name}` stands in the path"));
            return Err(wrong.with_field(name, "stands in the path"));
        }
    }
    for (name, value) in row.fixed {
        if fields.insert((*name).to_owned(), (*value).into()).is_some() {
            let wrong = ProblemDetails::invalid(format!("`{name}` is not to be said here"));
            return Err(wrong.with_field(name, "is not to be said here"));
        }
    }
    for (name, fill) in row.fill {
        if let Some(value) = filled(*fill, &asked.caller) {
            fields.entry(*name).or_insert(value);
        }
    }
    Ok(fields)
}

/// What a part of the path names: a key, or behind `~` the number of what has none. Offers,
/// interactions and what else has no keys go by numbers.
fn named(name: &str, text: &str) -> Result<Value, ProblemDetails> {
    let by_number =
        matches!(name, "offer" | "interaction" | "message" | "profile" | "session" | "customer");
    let number = if by_number { Some(text) } else { text.strip_prefix('~') };
    match number {
        Some(number) => {
            let number: u64 = number.parse().map_err(|_| ProblemDetails::unknown())?;
            Ok(number.into())
        }
        None => Ok(text.into()),
    }
}

/// How a field spells the caller; nothing where the caller has to say it.
fn filled(fill: Fill, caller: &Caller) -> Option<Value> {
    let Caller { role, key, .. } = caller;
    Some(match (fill, role) {
        (Fill::Agent, Role::Agent) => json!(**key),
        (Fill::Author | Fill::Party, Role::Agent) => json!({ "agent": **key }),
        (Fill::Author, Role::Customer) => json!("requester"),
        (Fill::Party | Fill::Word, Role::Customer) => json!("customer"),
        (Fill::Word, Role::Agent) => json!("agent"),
        // Supervisors act for the house: they are no party to a conversation.
        (Fill::Party | Fill::Word, Role::Host) | (Fill::Party, Role::Supervisor) => json!("host"),
        (Fill::Visitor, Role::Customer) => json!({ "type": "cookie", "value": **key }),
        _ => return None,
    })
}

/// True if the body names what it makes, so that doing it again is known.
fn fields_say_key(row: &Row, fields: &Map<String, Value>) -> bool {
    let inner = row.whole.or_else(|| fields.contains_key("request").then_some("request"));
    let fields = match inner.and_then(|field| fields.get(field)) {
        Some(Value::Object(inner)) => inner,
        Some(_) => return false,
        None => fields,
    };
    matches!(fields.get("key"), Some(Value::String(_)))
}

/// Reads the command.
fn read(
    row: &Row,
    fields: Map<String, Value>,
    view: View<'_>,
) -> Result<CentreCommand, ProblemDetails> {
    let command = json!({ row.name.layer(): { row.name.to_string(): fields } });
    let mut track = serde_path_to_error::Track::new();
    let source = serde_path_to_error::Deserializer::new(command, &mut track);
    Keyed::<CentreCommand>::read(view, source).map_err(|error| {
        let path = track.path().to_string();
        // The layer and the name are ours.
        let mut parts = path.splitn(3, '.');
        let field = parts.nth(2).unwrap_or_default();
        if row.in_path().any(|name| name == field) {
            return ProblemDetails::unknown();
        }
        let field = row.whole.and_then(|whole| field.strip_prefix(whole)).unwrap_or(field);
        ProblemDetails::invalid(error.to_string()).with_field(field, error.to_string())
    })
}

/// What a command is answered with.
#[derive(Serialize)]
struct Told<T> {
    reply: T,
    fact: Seq,
}

/// The answer to a call: whoever asked knows of which layer it is.
fn written(view: View<'_>, row: &Row, reply: &CentreReply, fact: Seq) -> Said {
    let answer = match reply {
        CentreReply::Work(reply) => Answer::keyed(view, &Told { reply, fact }),
        CentreReply::Record(reply) => Answer::keyed(view, &Told { reply, fact }),
        CentreReply::Knowledge(reply) => Answer::keyed(view, &Told { reply, fact }),
        CentreReply::Journey(reply) => Answer::keyed(view, &Told { reply, fact }),
        reply => Answer::keyed(view, &Told { reply, fact }),
    }?;
    if !row.doubles {
        return Ok(answer);
    }
    let answer = answer.with_status(StatusCode::CREATED);
    Ok(match location(view, reply) {
        Some(path) => answer.with_location(path),
        None => answer,
    })
}

/// Where what was made is.
fn location(view: View<'_>, reply: &CentreReply) -> Option<String> {
    Some(match reply {
        CentreReply::Work(Reply::Submitted(work))
        | CentreReply::Record(RecordReply::Submitted(work)) => {
            format!("/v1/work/{}", segment(view, *work))
        }
        CentreReply::Record(RecordReply::Interaction(id)) => {
            format!("/v1/interactions/{}", id.raw())
        }
        CentreReply::Record(RecordReply::Received(received)) => {
            format!("/v1/interactions/{}", received.interaction.raw())
        }
        _ => return None,
    })
}

/// How work is named in a path.
pub(crate) fn segment(view: View<'_>, work: WorkId) -> String {
    let key = view.key(Entity::Work(work)).filter(|key| !key.starts_with('~'));
    key.map_or_else(|| format!("~{}", work.raw()), |key| escaped(key))
}
