//! The document that says what there is here, for programs: OpenAPI 3.1.
//!
//! It is made from the table of commands, the list of other paths, and what serde knows of the
//! types. What is served is a file; a test holds it equal to what is made here.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use strowger::command::Command;
use strowger::explain::{AgentExplanation, PairExplanation, WorkExplanation};
use strowger::figures::{AgentNow, QueueNow};
use strowger::interaction::{CustomerContact, InboxCard, Interaction, Message, Workspace};
use strowger::journey::{Gated, JourneyView, LiveVisitor, Page, ViewDelta};
use strowger::knowledge::{CallParty, PreviewCard, TransferTarget};
use strowger::view::{AgentView, Estimate, QueueView, WorkView};

use crate::router::ASKED;
use crate::schema::{Schemas, Types, story, without};
use crate::tell::{Kind, Row, Verb, rows};

/// The whole document.
fn document() -> Value {
    let types = story::types();
    let schemas = types.schemas();
    let mut paths = Map::new();
    let mut names = BTreeSet::new();
    for row in rows() {
        let (method, operation) = told(types, &schemas, row);
        put(&mut paths, &row.path(), method, operation, &mut names);
    }
    for (method, path) in ASKED {
        let operation = asked(types, method, path);
        put(&mut paths, path, &method.to_lowercase(), operation, &mut names);
    }
    put(&mut paths, "/v1/stream", "get", stream(), &mut names);
    for (path, text) in [("/healthz", "the service lives"), ("/readyz", "the centre answers")] {
        let answers = json!({ "200": { "description": text } });
        let name = path.trim_start_matches('/');
        let operation = json!({ "operationId": name, "summary": text, "security": [],
            "tags": ["operation"], "responses": answers });
        put(&mut paths, path, "get", operation, &mut names);
    }
    let mut components = schemas.components.clone();
    components.extend(own(types));
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "strowger",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "description": "A routing engine for contact centres behind HTTP.",
        },
        "security": [{ "bearer": [] }, { "cookie": [] }],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": { "Problem": {
                "description": "Why it was not done (RFC 9457).",
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/HttpProblem" } } },
            } },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "strowger" },
            },
        },
    })
}

/// Puts an operation where it belongs. Its name is there once.
fn put(
    paths: &mut Map<String, Value>,
    path: &str,
    method: &str,
    operation: Value,
    names: &mut BTreeSet<String>,
) {
    let name = operation["operationId"].as_str().expect("a name").to_owned();
    assert!(names.insert(name.clone()), "{name} is there twice");
    let at = paths.entry(path).or_insert_with(|| json!({}));
    at.as_object_mut().expect("an object").insert(method.to_owned(), operation);
}

/// The names in a path, as parameters: keys, but for what has none and goes by numbers.
fn in_path(path: &str) -> Vec<Value> {
    const NUMBERS: &[&str] = &["offer", "interaction", "message", "profile", "session", "customer"];
    let contact = path.starts_with("/v1/contacts/");
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let schema = if NUMBERS.contains(&name) && !contact {
            json!({ "type": "integer", "minimum": 0 })
        } else if name == "kind" {
            json!({ "enum": Kind::ALL.iter().map(|kind| kind.path()).collect::<Vec<_>>() })
        } else {
            json!({ "type": "string", "minLength": 1, "maxLength": 200 })
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(parameter).collect()
}

fn header(name: &str, text: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({ "name": name, "in": "header", "description": text, "schema": schema })
}

fn idempotency() -> Value {
    header("Idempotency-Key", "Made again under the same key, it is answered as it was.")
}

/// An operation at which a command is given.
fn told(types: &Types, schemas: &Schemas, row: &Row) -> (&'static str, Value) {
    let (layer, command) = (row.name.layer(), row.name.to_string());
    let whole = schemas.command(layer, &command).expect("every command has a schema");
    let summary = whole.get("description").and_then(Value::as_str).unwrap_or(&command).to_owned();
    let body = match row.whole {
        Some(field) => whole["properties"][field].clone(),
        None => {
            let ours = row.in_path().chain(row.fixed.iter().map(|(field, _)| *field));
            let mut body = without(whole, &ours.collect::<Vec<_>>());
            let filled = |field: &Value| row.fill.iter().any(|(name, _)| field == name);
            if let Some(required) = body.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|field| !filled(field));
            }
            body
        }
    };
    let last = row.path().rsplit('/').next().unwrap_or_default().to_owned();
    // Messages and notes are one command at two paths; two layers answer.
    let name = match command.as_str() {
        "post_message" => format!("post_message_{last}"),
        "answer" if layer == "journey" => "answer_web_offer".to_owned(),
        _ => command,
    };
    let mut parameters = in_path(&row.path());
    parameters.push(idempotency());
    let reply = match layer {
        "command" => types.schema_of::<strowger::command::Reply>(),
        "record" => types.schema_of::<strowger::interaction::RecordReply>(),
        "knowledge" => types.schema_of::<strowger::knowledge::KnowledgeReply>(),
        _ => types.schema_of::<strowger::journey::JourneyReply>(),
    };
    let answer = json!({ "type": "object", "required": ["reply", "fact"],
        "properties": { "reply": reply, "fact": { "type": "integer" } } });
    let status = if row.doubles { "201" } else { "200" };
    let method = match row.verb {
        Verb::Post => "post",
        Verb::Put => "put",
        Verb::Patch => "patch",
        Verb::Delete => "delete",
    };
    let mut operation = operation(&name, &summary, &row.path(), parameters, (status, Some(answer)));
    if method != "delete" {
        let example = schemas.example(&body).expect("every body has an example");
        let content = json!({ "application/json": { "schema": body, "example": example } });
        operation["requestBody"] = json!({ "content": content });
    }
    (method, operation)
}

fn operation(
    name: &str,
    summary: &str,
    path: &str,
    parameters: Vec<Value>,
    (status, answer): (&str, Option<Value>),
) -> Value {
    let tag = path.split('/').find(|part| !["", "v1"].contains(part)).unwrap_or_default();
    let mut done = json!({ "description": "Done." });
    if let Some(answer) = answer {
        done["content"] = json!({ "application/json": { "schema": answer } });
        done["headers"] = json!({ "strowger-fact": { "schema": { "type": "integer" },
            "description": "The last fact that the answer knows of: a stream opens behind it." } });
    }
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    json!({ "operationId": name, "summary": summary, "tags": [tag], "parameters": parameters,
        "responses": { status: done, "default": problem } })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list(item: Value) -> Value {
    json!({ "type": "object", "required": ["items"], "properties": {
        "items": { "type": "array", "items": item },
        "next": { "type": "string", "description": "The cursor of the next page." } } })
}

fn array(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

/// An operation at which something is asked, or said that is no command.
fn asked(types: &Types, method: &str, path: &str) -> Value {
    const PAGE: &[&str] = &["limit", "cursor"];
    const SIZE: &[&str] = &["size", "after"];
    let either = |one: Value, other: Value| json!({ "anyOf": [one, other] });
    let definition = reference("HttpDefinition");
    let (name, summary, query, status, answer): (&str, &str, &[&str], &str, Option<Value>) =
        match (method, path.trim_start_matches("/v1")) {
            (_, "/me") => (
                "me",
                "Who the caller is, and what time it is.",
                &[],
                "200",
                Some(reference("HttpMe")),
            ),
            (_, "/me/conversations") => (
                "my_conversations",
                "The caller's conversations.",
                PAGE,
                "200",
                Some(list(reference("HttpConversation"))),
            ),
            (_, "/entries/{entry}") => (
                "enter",
                "Opens a conversation, or finds the one that goes \
                on.",
                &[],
                "201",
                Some(reference("HttpConversation")),
            ),
            ("POST", "/session") => {
                ("begin_session", "Puts the token into a cookie.", &[], "204", None)
            }
            (_, "/session") => ("end_session", "Takes the cookie back.", &[], "204", None),
            (_, "/work") => (
                "list_work",
                "Open work.",
                &["queue", "limit", "cursor"],
                "200",
                Some(list(types.schema_of::<WorkView<'_>>())),
            ),
            (_, "/work/{work}") => (
                "get_work",
                "A piece of work.",
                &[],
                "200",
                Some(either(types.schema_of::<WorkView<'_>>(), reference("HttpWorkOfCustomer"))),
            ),
            (_, "/work/{work}/explanation") => (
                "explain_work",
                "Why it is where it is.",
                &[],
                "200",
                Some(either(
                    types.schema_of::<WorkExplanation>(),
                    types.schema_of::<PairExplanation>(),
                )),
            ),
            (_, "/agents") => (
                "list_agents",
                "Everybody, as they are now.",
                PAGE,
                "200",
                Some(list(types.schema_of::<AgentNow>())),
            ),
            (_, "/agents/{agent}") => (
                "get_agent",
                "An agent, with all that they have.",
                &[],
                "200",
                Some(types.schema_of::<AgentView<'_>>()),
            ),
            (_, "/agents/{agent}/explanation") => (
                "explain_agent",
                "Why they get what they get.",
                &[],
                "200",
                Some(types.schema_of::<AgentExplanation>()),
            ),
            (_, "/agents/{agent}/inbox") => (
                "get_inbox",
                "What asks them for an answer.",
                &[],
                "200",
                Some(array(types.schema_of::<InboxCard>())),
            ),
            (_, "/agents/{agent}/cards") => (
                "get_cards",
                "What rings because of a routing point.",
                &[],
                "200",
                Some(array(types.schema_of::<PreviewCard>())),
            ),
            (_, "/agents/{agent}/work/{work}/controls") => (
                "get_controls",
                "What would be taken \
                from them.",
                &[],
                "200",
                Some(array(types.schema_of::<Command>())),
            ),
            (_, "/queues") => {
                ("list_queues", "All queues.", PAGE, "200", Some(list(reference("HttpQueue"))))
            }
            (_, "/queues/{queue}") => (
                "get_queue",
                "A queue.",
                &[],
                "200",
                Some(either(types.schema_of::<QueueView<'_>>(), reference("HttpQueue"))),
            ),
            (_, "/queues/{queue}/line") => (
                "get_line",
                "What waits, the next first.",
                &["limit"],
                "200",
                Some(list(types.schema_of::<WorkView<'_>>())),
            ),
            (_, "/interactions/{interaction}") => (
                "get_interaction",
                "The record of an \
                interaction.",
                &[],
                "200",
                Some(either(types.schema_of::<Interaction>(), reference("HttpConversation"))),
            ),
            (_, "/interactions/{interaction}/messages") => (
                "list_messages",
                "A page of what was \
                said.",
                &["before", "after", "limit"],
                "200",
                Some(list(either(types.schema_of::<Message>(), reference("HttpMessage")))),
            ),
            (_, "/interactions/{interaction}/typing") => {
                ("say_typing", "The caller writes.", &[], "204", None)
            }
            (_, "/interactions/{interaction}/workspace") => (
                "get_workspace",
                "What an agent sees \
                of it, and may do.",
                &[],
                "200",
                Some(types.schema_of::<Workspace<'_>>()),
            ),
            (_, "/interactions/{interaction}/targets") => (
                "get_targets",
                "Where a call can be \
                brought.",
                &[],
                "200",
                Some(array(types.schema_of::<TransferTarget>())),
            ),
            (_, "/interactions/{interaction}/parties") => (
                "get_parties",
                "Who talks in it.",
                &[],
                "200",
                Some(array(types.schema_of::<CallParty>())),
            ),
            (_, "/interactions/{interaction}/journey") => (
                "get_journey",
                "The journey behind it.",
                SIZE,
                "200",
                Some(types.schema_of::<JourneyView>()),
            ),
            (_, "/interactions/{interaction}/journey/changes") => (
                "get_journey_changes",
                "What \
                changed in it.",
                &["since"],
                "200",
                Some(array(types.schema_of::<ViewDelta>())),
            ),
            (_, "/contacts/{customer}") => (
                "get_contacts",
                "All there is of a customer.",
                &[],
                "200",
                Some(array(types.schema_of::<CustomerContact>())),
            ),
            (_, "/customers/{customer}/journey") => (
                "get_journey_of_customer",
                "The journey of a \
                visitor.",
                SIZE,
                "200",
                Some(types.schema_of::<JourneyView>()),
            ),
            (_, "/visitors") => (
                "list_visitors",
                "Who is live.",
                SIZE,
                "200",
                Some(types.schema_of::<Gated<Page<LiveVisitor>>>()),
            ),
            (_, "/figures") => (
                "get_figures",
                "Queues and agents as they are now.",
                &[],
                "200",
                Some(reference("HttpFigures")),
            ),
            (_, "/facts") => (
                "list_facts",
                "The facts behind one.",
                &["after", "limit"],
                "200",
                Some(reference("HttpFacts")),
            ),
            (_, "/definitions/{kind}") => {
                ("list_definitions", "All of a kind.", PAGE, "200", Some(list(definition)))
            }
            ("GET", "/definitions/{kind}/{key}") => {
                ("get_definition", "A definition.", &[], "200", Some(definition))
            }
            ("PUT", "/definitions/{kind}/{key}") => {
                ("put_definition", "Defines or changes.", &[], "200", Some(definition))
            }
            ("DELETE", "/definitions/{kind}/{key}") => {
                ("retire_definition", "Retires it.", &[], "204", None)
            }
            (_, "/metrics") => {
                ("metrics", "Figures for a scraper of Prometheus.", &[], "200", None)
            }
            (method, path) => panic!("{method} {path} has no description"),
        };
    let mut parameters = in_path(path);
    let numbers = ["limit", "size", "before", "since"];
    for word in query {
        let number = numbers.contains(word) || *word == "after" && query != SIZE;
        let schema = json!({ "type": if number { "integer" } else { "string" } });
        parameters.push(json!({ "name": word, "in": "query", "schema": schema }));
    }
    let changes = path.ends_with("{key}") && method != "GET";
    if changes {
        parameters.push(header("If-Match", "The revision that is meant, or `*`."));
        parameters.push(idempotency());
    }
    if path.ends_with("{key}") && method != "DELETE" {
        parameters.push(header("If-None-Match", "What the caller has; `*`: there is none."));
    }
    let mut operation = operation(name, summary, path, parameters, (status, answer));
    if path.ends_with("{key}") && method == "GET" {
        operation["responses"]["304"] = json!({ "description": "The caller has it." });
    }
    if path.ends_with("{key}") && method == "PUT" {
        let made = operation["responses"]["200"].clone();
        operation["responses"]["201"] = made;
        operation["requestBody"] = json!({ "required": true,
            "content": { "application/json": { "schema": { "type": "object" }, "example": {} } } });
    }
    if name == "enter" {
        let found = operation["responses"]["201"].clone();
        operation["responses"]["200"] = found;
    }
    operation
}

/// The stream, of which OpenAPI says no more than that it is one.
fn stream() -> Value {
    let after = json!({ "name": "after", "in": "query", "schema": { "type": "integer" } });
    let text = json!({ "schema": { "type": "string" } });
    let parameters = json!([after, header("Last-Event-ID", "The last fact that was heard.")]);
    json!({ "operationId": "stream", "tags": ["stream"], "parameters": parameters,
        "summary": "What the caller may know, as it happens: server-sent events.",
        "description": "Events: `fact`, `record_fact`, `knowledge_fact`, `journey_fact` (the fact, \
            with its number as id), for customers `message` and `conversation`; without an id \
            `typing`, `reset` (look anew) and `bye` (why the stream ends).",
        "responses": {
            "200": { "description": "It is open.", "content": { "text/event-stream": text } },
            "default": { "$ref": "#/components/responses/Problem" } } })
}

/// The types of this package.
fn own(types: &Types) -> Map<String, Value> {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let object = |required: &[&str], properties: Value| {
        let required = json!(required);
        json!({ "type": "object", "required": required, "properties": properties })
    };
    let roles = crate::who::Role::ALL.map(crate::who::Role::name);
    let state = json!({ "enum": ["virtual_agent", "waiting", "with_agent", "ended"] });
    let estimates = array(types.schema_of::<Estimate>());
    let error = object(&["pointer", "detail"], json!({ "pointer": text, "detail": text }));
    let fact = object(
        &["position", "layer", "fact"],
        json!({ "position": number,
        "layer": { "enum": ["fact", "record_fact", "knowledge_fact", "journey_fact"] },
        "fact": { "type": "object" } }),
    );
    let schemas = [
        (
            "HttpProblem",
            object(
                &["type", "title", "status", "code", "kind"],
                json!({
            "type": text, "title": text, "status": number, "detail": text, "code": text,
            "kind": types.schema_of::<strowger::command::RefusalKind>(),
            "errors": array(error), "fact": number }),
            ),
        ),
        (
            "HttpMe",
            object(
                &["role", "key", "journeys", "now", "fact"],
                json!({
            "role": { "enum": roles },
            "key": text, "journeys": array(text.clone()), "until": number, "now": number,
            "fact": number }),
            ),
        ),
        (
            "HttpConversation",
            object(
                &["interaction", "state"],
                json!({
            "interaction": number, "state": state }),
            ),
        ),
        (
            "HttpMessage",
            object(
                &["id", "at", "author", "text"],
                json!({
            "id": number, "at": number, "text": text, "key": text, "quotes": number,
            "delivered": number, "read": number,
            "author": { "enum": ["customer", "agent", "virtual_agent", "system"] } }),
            ),
        ),
        (
            "HttpWorkOfCustomer",
            object(
                &["state"],
                json!({
            "key": text, "state": { "enum": ["waiting", "with_agent", "ended"] },
            "waited": number, "position": number, "estimates": estimates }),
            ),
        ),
        (
            "HttpQueue",
            object(
                &["key", "open", "waiting", "staffed", "free", "estimates"],
                json!({
            "key": text, "open": { "type": "boolean" }, "next_change": number, "waiting": number,
            "oldest_wait": number, "staffed": number, "free": number, "service_level": number,
            "estimates": estimates }),
            ),
        ),
        (
            "HttpFigures",
            object(
                &["at", "fact", "queues"],
                json!({ "at": number, "fact": number,
            "queues": array(types.schema_of::<QueueNow>()),
            "agents": array(types.schema_of::<AgentNow>()) }),
            ),
        ),
        (
            "HttpFacts",
            object(
                &["items", "after", "newest"],
                json!({
            "items": array(fact), "after": number, "newest": number }),
            ),
        ),
        (
            "HttpDefinition",
            object(
                &["key", "profile", "revision"],
                json!({
            "key": text, "profile": { "type": "object" }, "revision": number }),
            ),
        ),
    ];
    schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// The document, a path and a component a line: so a change of it can be read.
fn written(document: &Value) -> String {
    let mut text = String::from("{\n");
    let lines = |of: &Value| -> String {
        let lines = of.as_object().into_iter().flatten();
        let lines: Vec<_> = lines.map(|(name, one)| format!("{}: {one}", json!(name))).collect();
        lines.join(",\n")
    };
    for (name, part) in document.as_object().expect("an object") {
        let end = if Some(name) == document.as_object().and_then(|all| all.keys().next_back()) {
            "\n"
        } else {
            ",\n"
        };
        let part = match name.as_str() {
            "paths" => format!("{{\n{}\n}}", lines(part)),
            "components" => {
                let schemas = format!("\"schemas\": {{\n{}\n}}", lines(&part["schemas"]));
                let mut others = part.clone();
                others.as_object_mut().expect("an object").remove("schemas");
                format!("{{\n{schemas},\n{}\n}}", lines(&others))
            }
            _ => part.to_string(),
        };
        text.push_str(&format!("{}: {part}{end}", json!(name)));
    }
    text.push_str("}\n");
    text
}

#[test]
fn the_document_is_what_is_made_from_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let made = written(&document());
    assert_eq!(serde_json::from_str::<Value>(&made).expect("JSON"), document());
    if std::env::var_os("STROWGER_REWRITE").is_some() {
        std::fs::write(path, &made).expect("it is written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let differ = || made.lines().zip(kept.lines()).find(|(made, kept)| made != kept);
    assert!(made == kept, "STROWGER_REWRITE=1 writes it anew: {:?}", differ());
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(document: &Value, at: &Value, seen: &mut usize) {
        match at {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    let pointer = to.strip_prefix('#').expect("a reference inside");
                    assert!(document.pointer(pointer).is_some(), "{to} leads nowhere");
                    *seen += 1;
                }
                fields.values().for_each(|value| walk(document, value, seen));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(document, value, seen)),
            _ => {}
        }
    }
    let (document, mut seen) = (document(), 0);
    walk(&document, &document, &mut seen);
    assert!(seen > 1_000, "{seen}");
}
