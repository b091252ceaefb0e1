//! What a page in a browser needs: a cookie, a way in, and nothing of other sites.

use serde_json::json;
use strowger::interaction::InteractionType;
use strowger_http::{EntryDoor, HttpSettings, RequestRate};

use crate::floor::Floor;

#[tokio::test]
async fn a_cookie_stands_for_the_token_and_no_script_reads_it() {
    let floor = Floor::new().await;
    let begun = floor.post("ana", "/v1/session", json!({})).await;
    assert_eq!(begun.status, 204);
    let cookie = begun.header("set-cookie");
    assert_eq!(cookie, "strowger=ana; HttpOnly; SameSite=Strict; Path=/; Secure");
    let with = [("cookie", "theme=dark; strowger=ana")];
    let me = floor.ask("GET", "", "/v1/me", &with, None).await;
    assert_eq!(me.body["key"], "ana");
    // The header counts for more: a page that holds both says whom it means.
    let me = floor.ask("GET", "sue", "/v1/me", &with, None).await;
    assert_eq!(me.body["key"], "sue");
    let by_cookie = floor.ask("POST", "", "/v1/session", &with, None).await;
    assert_eq!((by_cookie.status.as_u16(), by_cookie.code()), (400, "malformed"));
    let ended = floor.ask("DELETE", "", "/v1/session", &with, None).await;
    assert!(ended.header("set-cookie").starts_with("strowger=; Max-Age=0; HttpOnly"));

    let open = Floor::bare(HttpSettings::default().with_secure_cookies(false));
    let begun = open.post("host", "/v1/session", json!({})).await;
    assert!(!begun.header("set-cookie").contains("Secure"));
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let floor = Floor::new().await;
    let path = "/v1/agents/ana/presence";
    let body = || Some(json!({"presence": "on_queue"}));
    let cookie = ("cookie", "strowger=ana");
    let host = ("host", "desk.example.org");
    let evil = [cookie, host, ("origin", "https://evil.example.org")];
    let refused = floor.ask("PUT", "", path, &evil, body()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "cross_site"));
    let unknown = [cookie, host, ("origin", "null")];
    assert_eq!(floor.ask("PUT", "", path, &unknown, body()).await.code(), "cross_site");
    let ours = [cookie, host, ("origin", "https://desk.example.org")];
    assert_eq!(floor.ask("PUT", "", path, &ours, body()).await.status, 200);
    // Who brings a token themselves is no browser that was lured.
    assert_eq!(floor.ask("PUT", "ana", path, &evil[1..], body()).await.status, 200);
}

#[tokio::test]
async fn a_customer_opens_one_conversation_by_a_door_and_finds_it_again() {
    let floor = Floor::new().await;
    let door = EntryDoor::new(InteractionType::Chat, "support", "chat");
    let nowhere = EntryDoor::new(InteractionType::Chat, "attic", "chat");
    drop(floor.http.clone().with_entry("shop", door).with_entry("old shop", nowhere));
    let first = floor.post("dora", "/v1/entries/shop", json!({})).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.header("location"), "/v1/interactions/1");
    assert_eq!(first.body, json!({"interaction": 1, "state": "waiting"}));
    let again = floor.post("dora", "/v1/entries/shop", json!({})).await;
    assert_eq!((again.status.as_u16(), again.body), (200, first.body));
    let other = floor.post("eve", "/v1/entries/shop", json!({})).await;
    assert_eq!(other.body["interaction"], 2);
    assert_eq!(floor.get("sue", "/v1/queues/support").await.body["waiting"], 2);

    assert_eq!(floor.post("dora", "/v1/entries/cellar", json!({})).await.code(), "unknown");
    let broken = floor.post("dora", "/v1/entries/old%20shop", json!({})).await;
    assert_eq!((broken.status.as_u16(), broken.code()), (503, "leads_nowhere"));
    assert_eq!(floor.post("ana", "/v1/entries/shop", json!({})).await.status, 403);

    // When it is over, the next is another.
    let end = json!({"ending": "customer"});
    let ended = floor.post("dora", "/v1/interactions/1/end_interaction", end).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    let next = floor.post("dora", "/v1/entries/shop", json!({})).await;
    assert_eq!((next.status.as_u16(), &next.body["interaction"]), (201, &json!(3)));
}

#[tokio::test]
async fn every_answer_tells_a_browser_to_run_nothing() {
    let floor = Floor::new().await;
    for path in ["/v1/me", "/v1/nothing", "/healthz"] {
        let answer = floor.app.clone();
        let request = axum::http::Request::builder().uri(path).body(axum::body::Body::empty());
        let response = tower::ServiceExt::oneshot(answer, request.unwrap()).await.unwrap();
        let policy = &response.headers()["content-security-policy"];
        assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'", "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
    }
}

#[tokio::test]
async fn bodies_are_json_of_bounded_size() {
    let floor = Floor::bare(HttpSettings::default().with_body_bytes(1_000));
    let path = "/v1/work";
    let send = |kind: &'static str, body: String| {
        let request = axum::http::Request::builder().method("POST").uri(path);
        let request = request.header("authorization", "Bearer host").header("content-type", kind);
        let request = request.header("idempotency-key", "1").body(body.into()).unwrap();
        floor.raw(request)
    };
    let large = send("application/json", format!("\"{}\"", "x".repeat(1_000))).await;
    assert_eq!((large.status.as_u16(), large.code()), (413, "body_too_large"));
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let form = send(kind, "{}".into()).await;
        assert_eq!((form.status.as_u16(), form.code()), (415, "unsupported_media_type"), "{kind}");
    }
    for broken in ["{", "[1,", "{\"a\":1,\"a\":2}", "\u{feff}{}", "nul"] {
        let answer = send("application/json; charset=utf-8", broken.into()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, "malformed"), "{broken}");
    }
    let deep = send("application/json", "[".repeat(900)).await;
    assert_eq!(deep.code(), "malformed");
    let list = send("application/json", "[]".into()).await;
    assert_eq!((list.status.as_u16(), list.code()), (422, "invalid"));
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_ask_again_and_nobody_else_is() {
    let (staff, customers) = (RequestRate::new(1, 5), RequestRate::new(1, 3));
    let floor = Floor::bare(HttpSettings::default().with_rates(staff, customers));
    for (token, burst) in [("dora", 3), ("ana", 5)] {
        for _ in 0..burst {
            assert_ne!(floor.get(token, "/v1/me").await.status, 429);
        }
        let refused = floor.get(token, "/v1/me").await;
        assert_eq!((refused.status.as_u16(), refused.code()), (429, "too_many_requests"));
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(floor.get("eve", "/v1/me").await.status, 200, "another customer");
    for _ in 0..50 {
        assert_eq!(floor.get("host", "/v1/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_scraper_reads_what_the_board_shows() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat"});
    floor.post("host", "/v1/work", work).await;
    floor.there("bo").await;
    floor.post("sue", "/v1/work/chat-9/hold", json!({})).await;
    let _stream = floor.stream("ana", "").await;
    let text = floor.text("wall", "/metrics").await;
    for line in [
        "strowger_agents{status=\"offered\"} 1",
        "strowger_agents{status=\"idle\"} 1",
        "strowger_agents{status=\"not_responding\"} 0",
        "strowger_queue_waiting{queue=\"support\",channel=\"chat\"} 0",
        "strowger_queue_offered_total{queue=\"support\",channel=\"chat\"} 1",
        "strowger_queue_abandoned_total{queue=\"support\",channel=\"chat\"} 0",
        "strowger_stream_clients{role=\"agent\"} 1",
        "strowger_commands_refused_total{code=\"unknown\"} 1",
        "strowger_build_info{version=\"0.1.0\"} 1",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    let value = |name: &str| -> f64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap().parse().unwrap()
    };
    let name = "strowger_decision_duration_seconds";
    assert!(value(&format!("{name}_count")) > 5.0 && value(&format!("{name}_sum")) > 0.0);
    assert_eq!(value(&format!("{name}_bucket{{le=\"+Inf\"}}")), value(&format!("{name}_count")));
    assert_eq!(floor.get("dora", "/metrics").await.status, 403);
    // Each name has one head, and no gauge ends as a counter does.
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let mut unique = heads.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), heads.len());
    assert!(heads.iter().all(|line| !line.ends_with("gauge") || !line.contains("_total ")));
}

#[tokio::test]
async fn the_service_says_whether_it_answers() {
    let floor = Floor::new().await;
    assert_eq!(floor.text("", "/healthz").await, "live\n");
    assert_eq!(floor.text("", "/readyz").await, "ready\n");
    floor.http.end_streams();
    let ready = floor.get("", "/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.code()), (503, "stopped"));
    drop(floor.service.shutdown().await.unwrap());
    let answer = axum::http::Request::builder().uri("/v1/me").header("authorization", "Bearer ana");
    let answer = answer.body(axum::body::Body::empty()).unwrap();
    let gone = tower::ServiceExt::oneshot(floor.app.clone(), answer).await.unwrap();
    assert_eq!(
        (gone.status().as_u16(), &gone.headers()["retry-after"]),
        (503, &"2".parse().unwrap())
    );
}
