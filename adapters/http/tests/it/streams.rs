//! Streams: what is told to whom, and from where a reader goes on.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use strowger::figures::{Figures, FiguresConfig};
use strowger_http::{Feed, HttpSettings};

use crate::floor::{BEGIN, Floor, Reader};

async fn chat(floor: &Floor) {
    let opening = json!({"key": "web-1", "type": "chat", "opened_for": "dora"});
    floor.post("host", "/v1/interactions", opening).await;
    let work = json!({"key": "chat-1", "queue": "support", "channel": "chat", "customer": "dora"});
    floor.post("host", "/v1/interactions/1/work", work).await;
}

/// The names of the facts up to one.
async fn names_until(reader: &mut Reader, last: &str) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let event = reader.next().await.unwrap();
        let (name, _) = event.data["event"].as_object().unwrap().iter().next().unwrap();
        names.push(name.clone());
        if name == last {
            return names;
        }
    }
}

#[tokio::test]
async fn a_reader_goes_on_behind_what_they_know() {
    let floor = Floor::new().await;
    let me = floor.get("host", "/v1/me").await;
    let known = me.body["fact"].as_u64().unwrap();
    floor.there("ana").await;
    let mut reader = floor.stream("host", &format!("?after={known}")).await;
    let first = reader.next().await.unwrap();
    assert_eq!((first.id, &*first.name), (Some(known + 1), "fact"));
    assert_eq!(first.data["event"]["presence_set"]["agent"], "ana");
    let second = reader.next().await.unwrap();
    assert_eq!(second.id, Some(known + 2));
    // A browser says by itself what it saw last; that counts for more than the address.
    let request = Request::builder()
        .uri(format!("/v1/stream?after={known}"))
        .header("authorization", "Bearer host")
        .header("last-event-id", (known + 1).to_string())
        .body(Body::empty())
        .unwrap();
    let mut again = floor.stream_of(request).await;
    assert_eq!(again.next().await.unwrap(), second);
    // Without either it begins now.
    let mut live = floor.stream("host", "").await;
    floor.there("bo").await;
    assert_eq!(live.next().await.unwrap().data["event"]["presence_set"]["agent"], "bo");
}

#[tokio::test]
async fn everybody_hears_what_is_theirs() {
    let floor = Floor::new().await;
    let mut readers = Vec::new();
    for token in ["ana", "bo", "sue", "admin", "dora", "eve"] {
        readers.push((token, floor.stream(token, "").await));
    }
    floor.there("ana").await;
    chat(&floor).await;
    floor.post("ana", "/v1/offers/1/accept", json!({})).await;
    let said = json!({"text": "Hello", "key": "m-1"});
    floor.post("ana", "/v1/interactions/1/messages", said).await;
    let note = json!({"text": "A difficult one", "key": "n-1"});
    floor.post("ana", "/v1/interactions/1/notes", note).await;
    // A last fact for everybody: all that came before it has been told.
    floor.there("bo").await;
    floor.put("admin", "/v1/definitions/skills/end", json!({})).await;
    floor.http.end_streams();

    let mut heard = std::collections::BTreeMap::new();
    for (token, mut reader) in readers {
        let mut events = Vec::new();
        while let Some(event) = reader.next().await {
            events.push(event);
        }
        heard.insert(token, events);
    }
    let text = |token: &str| {
        serde_json::to_string(&heard[token].iter().map(|one| &one.data).collect::<Vec<_>>())
            .unwrap()
    };
    assert!(text("ana").contains("work_offered") && text("ana").contains("A difficult one"));
    assert!(!text("ana").contains("\"bo\""), "{}", text("ana"));
    assert!(
        text("bo").contains("presence_set") && !text("bo").contains("chat-1"),
        "{}",
        text("bo")
    );
    assert!(text("sue").contains("work_offered") && text("sue").contains("presence_set"));
    let admin: Vec<_> = heard["admin"].iter().map(|one| one.name.as_str()).collect();
    assert_eq!(admin, ["fact", "bye"]);
    assert!(text("admin").contains("defined"));
    assert!(text("eve").contains("shutdown") && heard["eve"].len() == 1, "{}", text("eve"));
    // The customer hears in words of their own, of no agent by name, and of no note.
    let names: Vec<_> = heard["dora"].iter().map(|one| one.name.as_str()).collect();
    assert!(
        names.iter().all(|name| ["conversation", "message", "bye"].contains(name)),
        "{names:?}"
    );
    let message = heard["dora"].iter().find(|one| one.name == "message").unwrap();
    assert_eq!(message.data["message"]["text"], "Hello");
    assert_eq!(message.data["message"]["author"], "agent");
    assert!(
        !text("dora").contains("ana") && !text("dora").contains("difficult"),
        "{}",
        text("dora")
    );
    let states: Vec<_> =
        heard["dora"].iter().filter_map(|one| one.data["state"].as_str()).collect();
    assert!(states.contains(&"waiting") && states.last() == Some(&"with_agent"), "{states:?}");
}

#[tokio::test]
async fn an_agent_hears_how_their_offer_ended_and_no_more_of_that_work() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    let mut ana = floor.stream("ana", "").await;
    chat(&floor).await;
    let names = names_until(&mut ana, "work_offered").await;
    assert!(names.contains(&"work_offered".to_owned()));
    floor.post("ana", "/v1/offers/1/reject", json!({})).await;
    names_until(&mut ana, "offer_rejected").await;
    floor.there("bo").await;
    floor.post("bo", "/v1/offers/2/accept", json!({})).await;
    floor.there("ana").await;
    floor.http.end_streams();
    while let Some(event) = ana.next().await {
        let told = event.data.to_string();
        assert!(!told.contains("offer_accepted") && !told.contains("work_assigned"), "{told}");
    }
}

#[tokio::test]
async fn who_knows_too_little_or_too_much_looks_anew() {
    let figures = Figures::new(FiguresConfig::default()).unwrap();
    let floor = Floor::with(HttpSettings::default(), Feed::with_room(figures, 3, usize::MAX));
    floor.furnish().await;
    for (after, reason) in [(0, "too_old"), (100_000, "unknown")] {
        let mut reader = floor.stream("host", &format!("?after={after}")).await;
        let event = reader.next().await.unwrap();
        assert_eq!((&*event.name, event.id), ("reset", None));
        assert_eq!(event.data["reason"], reason);
        assert_eq!(reader.next().await, None, "nothing follows");
    }
    let gone = floor.get("host", "/v1/facts").await;
    assert_eq!((gone.status.as_u16(), gone.code()), (410, "too_old"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_says_that_it_is_there_and_when_to_come_back() {
    let floor = Floor::bare(HttpSettings::default().with_heartbeat(Duration::from_secs(15)));
    let mut reader = floor.stream("host", "").await;
    let retry = reader.block().await.unwrap();
    let millis: u32 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
    assert!((500..=1_500).contains(&millis), "{millis}");
    let begun = tokio::time::Instant::now();
    assert_eq!(reader.block().await.unwrap(), ": still here");
    assert_eq!(begun.elapsed().as_secs(), 15);
    floor.http.end_streams();
    assert_eq!(reader.block().await.unwrap(), "event: bye\ndata: {\"reason\":\"shutdown\"}");
    assert_eq!(reader.block().await, None);
}

#[tokio::test]
async fn who_reads_too_slowly_looks_anew_and_nothing_is_kept_for_them() {
    let figures = Figures::new(FiguresConfig::default()).unwrap();
    let floor = Floor::with(HttpSettings::default(), Feed::with_room(figures, 20, usize::MAX));
    floor.furnish().await;
    let mut reader = floor.stream("host", "").await;
    for number in 0..100 {
        let path = format!("/v1/definitions/skills/s{number}");
        floor.put("admin", &path, json!({})).await;
    }
    let mut events = Vec::new();
    while let Some(event) = reader.next().await {
        events.push(event);
    }
    let reset = events.pop().unwrap();
    assert_eq!((&*reset.name, &reset.data["reason"]), ("reset", &json!("too_old")));
    // What was told before follows without a gap, and is no more than a few pieces.
    let ids: Vec<u64> = events.iter().filter_map(|event| event.id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] + 1 == pair[1]) && ids.len() < 50, "{ids:?}");
    let text = floor.text("host", "/metrics").await;
    assert!(text.contains("strowger_streams_closed_total{reason=\"reset\"} 1"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn who_reads_nothing_is_given_up() {
    let floor = Floor::bare(HttpSettings::default().with_heartbeat(Duration::from_secs(1)));
    let _reader = floor.stream("host", "").await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    let text = floor.text("sue", "/metrics").await;
    assert!(text.contains("strowger_streams_closed_total{reason=\"slow\"} 1"), "{text}");
    assert!(text.contains("strowger_stream_clients{role=\"host\"} 0"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_the_token_of_its_reader() {
    let floor = Floor::bare(HttpSettings::default());
    let token = floor.signed.issue("dora", BEGIN + strowger::Span::from_secs(20));
    let mut reader = floor.stream(&token, "").await;
    let bye = reader.next().await.unwrap();
    assert_eq!((&*bye.name, &bye.data["reason"]), ("bye", &json!("expired")));
    let refused = floor.get(&token, "/v1/me").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, "token_expired"));
}

#[tokio::test]
async fn streams_are_bounded_in_all_and_by_caller() {
    let floor = Floor::bare(HttpSettings::default().with_streams(3, 2));
    let first = floor.stream("host", "").await;
    let _second = floor.stream("host", "").await;
    let refused = floor.get("host", "/v1/stream").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, "too_many_streams"));
    let _third = floor.stream("sue", "").await;
    assert_eq!(floor.get("admin", "/v1/stream").await.code(), "too_many_streams");
    drop(first);
    // Its task sees that nobody reads any more.
    while floor.get("admin", "/v1/me").await.status != 200 {}
    tokio::time::sleep(Duration::from_millis(50)).await;
    let _again = floor.stream("host", "").await;
}

#[tokio::test]
async fn typing_is_heard_by_the_others_and_is_no_fact() {
    let floor = Floor::new().await;
    floor.there("ana").await;
    chat(&floor).await;
    floor.post("ana", "/v1/offers/1/accept", json!({})).await;
    let (mut ana, mut dora) = (floor.stream("ana", "").await, floor.stream("dora", "").await);
    let before = floor.get("host", "/v1/me").await.body["fact"].clone();
    let path = "/v1/interactions/1/typing";
    assert_eq!(floor.post("dora", path, json!({})).await.status, 204);
    let event = ana.next().await.unwrap();
    assert_eq!((event.id, &*event.name), (None, "typing"));
    assert_eq!(event.data, json!({"interaction": 1, "by": "customer"}));
    assert_eq!(floor.post("ana", path, json!({})).await.status, 204);
    assert_eq!(dora.next().await.unwrap().data, json!({"interaction": 1, "by": "agent"}));
    assert_eq!(floor.post("bo", path, json!({})).await.status, 403);
    assert_eq!(floor.get("host", "/v1/me").await.body["fact"], before);
}
