//! The document against the service: every operation is tried, and its answer is as it is written.

use serde_json::{Value, json};
use strowger::interaction::InteractionType;
use strowger_http::EntryDoor;

use crate::floor::Floor;

fn document() -> Value {
    serde_json::from_str(include_str!("../../openapi.json")).unwrap()
}

/// A floor on which most names of the examples mean something.
async fn furnished() -> Floor {
    let floor = Floor::new().await;
    let door = EntryDoor::new(InteractionType::Chat, "support", "chat");
    drop(floor.http.clone().with_entry("shop", door));
    floor.there("ana").await;
    let opening = json!({"key": "web-1", "type": "chat", "opened_for": "dora"});
    floor.post("host", "/v1/interactions", opening).await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    floor.post("host", "/v1/interactions/1/work", work).await;
    floor.post("ana", "/v1/offers/1/accept", json!({})).await;
    let text = json!({"text": "Hello", "key": "m-1"});
    floor.post("dora", "/v1/interactions/1/messages", text).await;
    floor
}

/// A path with names that are there.
fn path_of(template: &str) -> String {
    let name = |part: &str| match part {
        "{work}" => "chat-1".to_owned(),
        "{queue}" => "support".to_owned(),
        "{agent}" => "ana".to_owned(),
        "{kind}" => "queues".to_owned(),
        "{key}" => "support".to_owned(),
        "{entry}" => "shop".to_owned(),
        "{dn}" => "7100".to_owned(),
        "{target}" => "sales".to_owned(),
        "{customer}" if template.contains("contacts") => "dora".to_owned(),
        number if number.starts_with('{') => "1".to_owned(),
        part => part.to_owned(),
    };
    template.split('/').map(name).collect::<Vec<_>>().join("/")
}

/// The schema of what is answered with a status, if it is in JSON.
fn schema_of<'d>(document: &'d Value, operation: &'d Value, status: u16) -> Option<&'d Value> {
    let responses = &operation["responses"];
    let response = responses.get(status.to_string()).unwrap_or_else(|| &responses["default"]);
    let response = match response.get("$ref").and_then(Value::as_str) {
        Some(to) => document.pointer(to.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let content = response.get("content")?.as_object().unwrap();
    content.values().next().unwrap().get("schema")
}

fn faults(document: &Value, schema: &Value, answer: &Value) -> Vec<String> {
    let mut whole = schema.clone();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&whole).unwrap();
    let errors = validator.iter_errors(answer);
    errors.map(|error| format!("{} {error}", error.instance_path())).collect()
}

#[tokio::test]
async fn every_operation_answers_as_it_is_written() {
    let document = document();
    let (mut tried, mut done, mut wrong) = (0, 0, Vec::new());
    for (template, operations) in document["paths"].as_object().unwrap() {
        if ["/v1/stream", "/metrics", "/healthz", "/readyz"].contains(&template.as_str()) {
            continue;
        }
        for (method, operation) in operations.as_object().unwrap() {
            for token in ["host", "ana", "dora"] {
                let floor = furnished().await;
                let body = &operation["requestBody"]["content"]["application/json"]["example"];
                let body = (!body.is_null()).then(|| body.clone());
                let headers = [("idempotency-key", "example"), ("if-match", "*")];
                let (path, method) = (path_of(template), method.to_uppercase());
                let answer = floor.ask(&method, token, &path, &headers, body).await;
                let status = answer.status.as_u16();
                let line = format!("{method} {template} by {token}: {status} {}", answer.body);
                tried += 1;
                let succeeded = (200..400).contains(&status);
                done += usize::from(succeeded);
                if succeeded && operation["responses"].get(status.to_string()).is_none() {
                    wrong.push(format!("{line}: not documented"));
                }
                // What the example names is there, or is refused by a rule of the centre: no
                // example is malformed.
                if [400, 405, 415, 500].contains(&status) {
                    wrong.push(line.clone());
                }
                match schema_of(&document, operation, status) {
                    Some(schema) => {
                        let faults = faults(&document, schema, &answer.body);
                        if !faults.is_empty() {
                            wrong.push(format!("{line}: {faults:?}"));
                        }
                    }
                    None if answer.body.is_null() => {}
                    None => wrong.push(format!("{line}: a body that is not documented")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    // The others are refused by a rule of the centre: an example knows no state.
    assert!(tried > 400 && done > 100, "{done} of {tried} were done");
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let floor = Floor::new().await;
    let served = floor.ask("GET", "", "/v1/openapi.json", &[], None).await;
    assert_eq!((served.status.as_u16(), served.body), (200, document()));
}
