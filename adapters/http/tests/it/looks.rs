//! What is read, and by whom.

use serde_json::{Value, json};

use crate::floor::{Answered, Floor};

async fn chat(floor: &Floor) {
    let opening = json!({"key": "web-1", "type": "chat", "opened_for": "dora"});
    assert_eq!(floor.post("host", "/v1/interactions", opening).await.status, 201);
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    assert_eq!(floor.post("host", "/v1/interactions/1/work", work).await.status, 201);
}

/// The same 404, whatever was asked for: who guesses learns nothing.
fn nothing(answer: &Answered) -> &Value {
    assert_eq!((answer.status.as_u16(), answer.code()), (404, "unknown"));
    assert!(answer.body["fact"].is_null() || answer.body["fact"].is_u64());
    &answer.body["detail"]
}

#[tokio::test]
async fn another_customers_things_are_as_if_they_were_not() {
    let floor = Floor::new().await;
    chat(&floor).await;
    for path in
        ["/v1/interactions/1", "/v1/interactions/1/messages", "/v1/work/chat-1", "/v1/work/~1"]
    {
        assert_eq!(floor.get("dora", path).await.status, 200, "{path}");
        let theirs = floor.get("eve", path).await;
        let missing = floor.get("eve", &path.replace('1', "999")).await;
        assert_eq!(nothing(&theirs), nothing(&missing), "{path}");
    }
    for (path, body) in [
        ("/v1/interactions/1/messages", json!({"text": "x", "key": "m"})),
        ("/v1/interactions/1/end_interaction", json!({"ending": "customer"})),
        ("/v1/interactions/1/typing", json!({})),
        ("/v1/work/chat-1/abandon", json!({})),
        ("/v1/work/chat-1/finish_contact", json!({})),
    ] {
        let theirs = floor.post("eve", path, body.clone()).await;
        let missing =
            floor.post("eve", &path.replace("/1", "/999").replace("-1", "-9"), body).await;
        assert_eq!(nothing(&theirs), nothing(&missing), "{path}");
    }
    let mine = floor.get("eve", "/v1/me/conversations").await;
    assert_eq!(mine.body["items"], json!([]));
    let mine = floor.get("dora", "/v1/me/conversations").await;
    assert_eq!(mine.body["items"], json!([{"interaction": 1, "state": "waiting"}]));
}

#[tokio::test]
async fn an_agent_sees_their_own_desk_and_no_other() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    chat(&floor).await;
    assert_eq!(floor.get("ana", "/v1/agents/ana").await.body["key"], "ana");
    for path in ["", "/inbox", "/cards", "/explanation"] {
        let refused = floor.get("bo", &format!("/v1/agents/ana{path}")).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "not_allowed"), "{path}");
        assert_eq!(floor.get("sue", &format!("/v1/agents/ana{path}")).await.status, 200, "{path}");
    }
    let of_nobody = floor.get("nobody", "/v1/agents/nobody").await;
    assert_eq!((of_nobody.status.as_u16(), of_nobody.code()), (403, "no_such_agent"));
    // Bo is a member of the queue, and may know of the work; the desk of it is Ana's.
    floor.post("ana", "/v1/offers/1/accept", json!({})).await;
    let desk = floor.get("ana", "/v1/interactions/1/workspace").await;
    assert_eq!(desk.status, 200, "{}", desk.body);
    assert!(desk.body["controls"].as_array().unwrap().len() > 5);
    let other = floor.get("bo", "/v1/interactions/1/workspace").await;
    assert_eq!((other.status.as_u16(), other.code()), (403, "not_yours"));
    let controls = floor.get("ana", "/v1/agents/ana/work/chat-1/controls").await;
    assert!(controls.body.as_array().unwrap().iter().any(|one| one.get("hold").is_some()));
}

#[tokio::test]
async fn the_reasons_are_told() {
    let floor = Floor::new().await;
    chat(&floor).await;
    let why = floor.get("sue", "/v1/work/chat-1/explanation").await;
    assert_eq!(why.status, 200, "{}", why.body);
    let pair = floor.get("ana", "/v1/work/chat-1/explanation").await;
    assert_eq!((pair.status.as_u16(), &pair.body["agent"]), (200, &json!("ana")), "{}", pair.body);
    assert_eq!(floor.get("dora", "/v1/work/chat-1/explanation").await.status, 403);
}

#[tokio::test]
async fn a_wall_reads_figures_without_names() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    let wall = floor.get("wall", "/v1/figures").await;
    assert_eq!(wall.status, 200);
    assert!(!wall.body.to_string().contains("ana"), "{}", wall.body);
    let all = floor.get("sue", "/v1/figures").await;
    assert_eq!(all.body["agents"][0]["agent"], "ana");
    assert_eq!(all.body["queues"][0]["longest_idle"][0], "ana");
    for path in ["/v1/agents", "/v1/queues", "/v1/work", "/v1/facts", "/v1/definitions/queues"] {
        assert_eq!(floor.get("wall", path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn facts_are_read_in_pages() {
    let floor = Floor::new().await;
    let first = floor.get("host", "/v1/facts?limit=3").await;
    assert_eq!(first.body["items"][0]["position"], 1);
    assert_eq!(first.body["after"], 3);
    let newest = first.body["newest"].as_u64().unwrap();
    let rest = floor.get("host", "/v1/facts?after=3&limit=500").await;
    assert_eq!(rest.body["items"].as_array().unwrap().len() as u64, newest - 3);
    assert_eq!(floor.get("host", &format!("/v1/facts?after={}", newest + 1)).await.status, 404);
    // Administrators hear of what is defined.
    floor.there("ana").await;
    let defined = floor.get("admin", "/v1/facts?limit=500").await.body;
    let told = defined["items"].to_string();
    assert!(told.contains("membership_set") && !told.contains("presence_set"), "{told}");
}

#[tokio::test]
async fn who_asks_is_said_first() {
    let floor = Floor::new().await;
    for (token, code) in [("", "token_missing"), ("guess", "token_unknown")] {
        let refused = floor.get(token, "/v1/me").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (401, code));
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    let me = floor.get("ana", "/v1/me").await;
    assert_eq!((&me.body["role"], &me.body["key"]), (&json!("agent"), &json!("ana")));
    assert_eq!(floor.get("ana", "/v1/nothing").await.code(), "unknown");
    let wrong = floor.ask("DELETE", "ana", "/v1/me", &[], None).await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (405, "method_not_allowed"));
}
