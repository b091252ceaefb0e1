//! Every caller at every path: what is for whom.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::floor::Floor;

const CALLERS: [&str; 10] =
    ["", "guess", "host", "admin", "sue", "ana", "bo", "dora", "eve", "wall"];

/// Requests on a floor where Ana has a chat of Dora's, of which Bo is a member of the queue and
/// nothing else, and where Eve is another customer.
fn requests() -> Vec<(&'static str, &'static str, serde_json::Value)> {
    let none = || json!({});
    vec![
        ("GET", "/v1/me", none()),
        ("GET", "/v1/me/conversations", none()),
        ("GET", "/v1/work", none()),
        ("GET", "/v1/work/chat-1", none()),
        ("GET", "/v1/work/chat-1/explanation", none()),
        ("GET", "/v1/agents", none()),
        ("GET", "/v1/agents/ana", none()),
        ("GET", "/v1/agents/ana/inbox", none()),
        ("GET", "/v1/agents/ana/cards", none()),
        ("GET", "/v1/agents/ana/explanation", none()),
        ("GET", "/v1/agents/ana/work/chat-1/controls", none()),
        ("GET", "/v1/queues", none()),
        ("GET", "/v1/queues/support", none()),
        ("GET", "/v1/queues/support/line", none()),
        ("GET", "/v1/interactions/1", none()),
        ("GET", "/v1/interactions/1/messages", none()),
        ("GET", "/v1/interactions/1/workspace", none()),
        ("GET", "/v1/interactions/1/targets", none()),
        ("GET", "/v1/interactions/1/parties", none()),
        ("GET", "/v1/interactions/1/journey", none()),
        ("GET", "/v1/interactions/1/journey/changes", none()),
        ("GET", "/v1/contacts/dora", none()),
        ("GET", "/v1/customers/1/journey", none()),
        ("GET", "/v1/visitors", none()),
        ("GET", "/v1/figures", none()),
        ("GET", "/v1/facts", none()),
        ("GET", "/v1/definitions/queues", none()),
        ("GET", "/v1/definitions/queues/support", none()),
        ("GET", "/metrics", none()),
        ("POST", "/v1/interactions/1/typing", none()),
        ("POST", "/v1/interactions/1/messages", json!({"text": "x"})),
        ("POST", "/v1/interactions/1/notes", json!({"text": "x"})),
        ("PATCH", "/v1/interactions/1", json!({"short_description": "x"})),
        ("POST", "/v1/interactions/1/hold_interaction", none()),
        ("POST", "/v1/work/chat-1/park", none()),
        ("POST", "/v1/work/chat-1/abandon", none()),
        ("POST", "/v1/work/chat-1/cancel", none()),
        ("POST", "/v1/work/chat-1/force", json!({"agent": "bo"})),
        ("POST", "/v1/work/chat-1/transfer_to_queue", json!({"queue": "support"})),
        ("POST", "/v1/work/chat-1/report_unreached", none()),
        ("PATCH", "/v1/work/chat-1", json!({"priority": 3})),
        ("POST", "/v1/work", json!({"queue": "support", "channel": "chat"})),
        ("POST", "/v1/offers/1/accept", none()),
        ("PUT", "/v1/agents/ana/presence", json!({"presence": "away"})),
        ("PUT", "/v1/agents/ana/queues/support", none()),
        ("PUT", "/v1/definitions/skills/french", none()),
        ("DELETE", "/v1/definitions/skills/latin", none()),
        ("PUT", "/v1/config/records", none()),
        ("PUT", "/v1/segments/s", none()),
        (
            "POST",
            "/v1/visits/track",
            json!({"event": {"page_viewed": {"url": "https://a.test/", "title": "A"}}}),
        ),
        ("POST", "/v1/entries/shop", none()),
    ]
}

/// One cell: a floor of its own, so that no cell sees what another did.
async fn cell(method: &str, caller: &str, path: &str, body: serde_json::Value) -> u16 {
    let floor = Floor::new().await;
    floor.there("ana").await;
    floor.put("admin", "/v1/definitions/skills/latin", json!({})).await;
    let opening = json!({"key": "web-1", "type": "chat", "opened_for": "dora"});
    floor.post("host", "/v1/interactions", opening).await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    floor.post("host", "/v1/interactions/1/work", work).await;
    floor.post("ana", "/v1/offers/1/accept", json!({})).await;
    let headers = [("idempotency-key", "1"), ("if-match", "*")];
    let headers = if path.ends_with("french") { &headers[..1] } else { &headers[..] };
    let body = (method != "GET").then_some(body);
    floor.status(method, caller, path, headers, body).await
}

#[tokio::test]
async fn every_caller_at_every_path_gets_what_the_table_says() {
    let mut table = BTreeMap::new();
    for (row, (method, path, body)) in requests().into_iter().enumerate() {
        let mut line = format!("{:<52}", format!("{method} {path}"));
        for caller in CALLERS {
            let status = cell(method, caller, path, body.clone()).await;
            write!(line, " {status:>6}").unwrap();
        }
        table.insert(row, line);
    }
    let mut written = format!("{:<52}", "# request");
    for caller in ["nobody", "guess", "host", "admin", "superv", "ana", "bo", "dora", "eve", "wall"]
    {
        write!(written, " {caller:>6}").unwrap();
    }
    for line in table.values() {
        written.push('\n');
        written.push_str(line);
    }
    written.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tables/who.txt");
    if std::env::var_os("STROWGER_REWRITE").is_some() {
        std::fs::write(path, &written).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        written, expected,
        "with STROWGER_REWRITE=1 it is written anew: read every line of it"
    );
}
