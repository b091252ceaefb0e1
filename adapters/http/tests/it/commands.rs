//! What is told, by whom, and how it is refused.

use serde_json::json;

use crate::floor::Floor;

#[tokio::test]
async fn a_chat_from_arrival_to_its_end() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    let submitted = floor.post("host", "/v1/work", work).await;
    assert_eq!(submitted.status, 201, "{}", submitted.body);
    assert_eq!(submitted.header("location"), "/v1/work/chat-1");
    assert_eq!(submitted.body["reply"], json!({"submitted": "chat-1"}));

    let inbox = floor.get("ana", "/v1/agents/ana/inbox").await;
    assert_eq!(inbox.body[0]["work"], "chat-1");
    let offer = inbox.body[0]["offer"].as_u64().unwrap();
    let accepted = floor.post("ana", &format!("/v1/offers/{offer}/accept"), json!({})).await;
    assert_eq!(accepted.status, 200);
    let of_customer = floor.get("dora", "/v1/work/chat-1").await;
    assert_eq!(of_customer.body, json!({"key": "chat-1", "state": "with_agent"}));

    let finished = floor.post("ana", "/v1/work/chat-1/finish_contact", json!({})).await;
    assert_eq!(finished.status, 200, "{}", finished.body);
    let ended = floor.get("sue", "/v1/work/chat-1").await;
    assert_eq!((ended.status.as_u16(), ended.code()), (404, "unknown"));
}

#[tokio::test]
async fn the_same_request_again_is_answered_as_it_was() {
    let floor = Floor::new().await;
    let again = [("idempotency-key", "order-17")];
    let work = || Some(json!({"queue": "support", "channel": "chat"}));
    let first = floor.ask("POST", "host", "/v1/work", &again, work()).await;
    assert_eq!(first.status, 201);
    assert!(first.header("location").starts_with("/v1/work/~"), "it has no key");
    let second = floor.ask("POST", "host", "/v1/work", &again, work()).await;
    assert_eq!(second.body["reply"], first.body["reply"]);
    assert_eq!(second.header("location"), first.header("location"));

    let other = Some(json!({"queue": "support", "channel": "chat", "priority": 3}));
    let refused = floor.ask("POST", "host", "/v1/work", &again, other).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "idempotency_key_taken"));
    // The keys of another caller are other keys.
    let by_sue = floor.ask("POST", "sue", "/v1/work/~1/cancel", &again, None).await;
    assert_eq!(by_sue.status, 200, "{}", by_sue.body);
}

#[tokio::test]
async fn a_retry_is_answered_though_a_key_in_it_names_nothing_by_then() {
    let floor = Floor::new().await;
    let siesta = "/v1/definitions/presences/siesta";
    let made = floor.put("admin", siesta, json!({"system": "break", "opens": "nothing"})).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let rest = || Some(json!({"presence": "siesta"}));
    let (path, again) = ("/v1/agents/ana/presence", [("idempotency-key", "rest-1")]);
    let first = floor.ask("PUT", "ana", path, &again, rest()).await;
    assert_eq!(first.status, 200, "{}", first.body);
    floor.there("ana").await;
    let retired = floor.ask("DELETE", "admin", siesta, &[("if-match", "*")], None).await;
    assert_eq!(retired.status, 204, "{}", retired.body);

    let second = floor.ask("PUT", "ana", path, &again, rest()).await;
    assert_eq!((second.status, &second.body["reply"]), (first.status, &first.body["reply"]));
    let other = floor.ask("PUT", "ana", path, &[("idempotency-key", "rest-2")], rest()).await;
    assert_eq!(
        (other.status.as_u16(), &other.body["errors"][0]["pointer"]),
        (422, &"/presence".into())
    );
    let me = floor.get("ana", "/v1/agents/ana").await;
    assert_eq!(me.body["presence"], "on_queue", "nothing was done again");
}

#[tokio::test]
async fn what_would_double_needs_a_key() {
    let floor = Floor::new().await;
    let work = json!({"queue": "support", "channel": "chat"});
    let refused = floor.post("host", "/v1/work", work).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "idempotency_key_missing"));
    for key in ["", "x".repeat(201).as_str()] {
        let header = [("idempotency-key", key)];
        let work = json!({"queue": "support", "channel": "chat"});
        let refused = floor.ask("POST", "host", "/v1/work", &header, Some(work)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed"), "{key}");
    }
}

#[tokio::test]
async fn a_wrong_field_is_named() {
    let floor = Floor::new().await;
    let header = [("idempotency-key", "1")];
    for (body, pointer) in [
        (json!({"queue": "support", "channel": "telex"}), "/channel"),
        (json!({"queue": "support", "channel": "chat", "priority": "high"}), "/priority"),
        (json!({"queue": "support", "channel": "chat", "attributes": {"a": {}}}), "/attributes/a"),
    ] {
        let refused = floor.ask("POST", "host", "/v1/work", &header, Some(body)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid"));
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.body);
        assert_eq!(refused.header("content-type"), "application/problem+json");
    }
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat"});
    floor.post("host", "/v1/work", work).await;
    let twice = floor.post("sue", "/v1/work/chat-1/hold", json!({"work": "chat-2"})).await;
    assert_eq!(
        (twice.status.as_u16(), &twice.body["errors"][0]["pointer"]),
        (422, &"/work".into())
    );
}

#[tokio::test]
async fn a_refusal_of_the_centre_says_its_code_and_the_hosts_keys() {
    let floor = Floor::new().await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat"});
    floor.post("host", "/v1/work", work).await;
    let refused = floor.post("sue", "/v1/work/chat-1/hold", json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "wrong_stage"));
    assert_eq!(refused.body["detail"], "chat-1 is in line, where this is not possible");
    assert_eq!(refused.body["type"], "urn:strowger:problem:wrong_stage");
    assert_eq!(refused.body["kind"], "conflict");
    assert!(refused.body["fact"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn messages_and_notes_have_paths_of_their_own() {
    let floor = Floor::new().await;
    let opening = json!({"key": "web-1", "type": "chat", "opened_for": "dora"});
    let opened = floor.post("host", "/v1/interactions", opening).await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (201, "/v1/interactions/1"));
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat"});
    let queued = floor.post("host", "/v1/interactions/1/work", work).await;
    assert_eq!(queued.status, 201, "{}", queued.body);
    floor.there("ana").await;
    assert_eq!(floor.post("ana", "/v1/offers/1/accept", json!({})).await.status, 200);

    let path = "/v1/interactions/1";
    let said = json!({"text": "Where is my parcel?", "key": "m-1"});
    assert_eq!(floor.post("dora", &format!("{path}/messages"), said).await.status, 201);
    let note = json!({"text": "They were angry last week", "key": "n-1"});
    assert_eq!(floor.post("ana", &format!("{path}/notes"), note.clone()).await.status, 201);
    let by_customer = floor.post("dora", &format!("{path}/notes"), note).await;
    assert_eq!((by_customer.status.as_u16(), by_customer.code()), (403, "not_allowed"));
    let hidden = json!({"text": "x", "key": "m-2", "visibility": "private"});
    let refused = floor.post("ana", &format!("{path}/messages"), hidden).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid"));

    let read = floor.get("dora", &format!("{path}/messages")).await;
    let texts: Vec<_> =
        read.body["items"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert_eq!(texts, ["Where is my parcel?"]);
    let read = floor.get("ana", &format!("{path}/messages")).await;
    assert_eq!(read.body["items"].as_array().unwrap().len(), 2);
    // Nobody speaks in another's name.
    let forged = json!({"text": "x", "key": "m-3", "author": {"agent": "bo"}});
    let refused = floor.post("ana", &format!("{path}/messages"), forged).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
}
