//! A service that is started again: what was answered is answered so again, and a stream goes on.

use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use strowger::centre::{CentreConfig, CentreLog};
use strowger::figures::{Figures, FiguresConfig};
use strowger::prelude::*;
use strowger_http::{Caller, Feed, Http, Role, Tokens};
use strowger_store::{FileStore, Past, Store};
use strowger_tokio::{Clock, Service, Settings, start};
use tower::ServiceExt as _;

type Office = Driver<Centre, FileStore, (), (), (), Feed>;

/// Starts the service on what is kept in a folder, or on nothing.
fn open(folder: &Path) -> (axum::Router, Http, Service<Office>) {
    let (clock, mut log) = (Clock::system(), CentreLog::default());
    let mut store = FileStore::open(folder, Past::Kept).unwrap();
    let mut feed = Feed::new(Figures::new(FiguresConfig::default()).unwrap());
    let replica = store.recover_from::<Centre>(0, &mut feed).unwrap();
    let answers = replica.answers().clone();
    let centre = match replica.position() {
        0 => Centre::new(CentreConfig::default(), clock.now(), &mut log).unwrap(),
        _ => replica.promote(clock.now(), &mut log).unwrap(),
    };
    feed.begin(&centre, &log);
    let host = Host::new(store).with_follower(feed.clone());
    let driver = Driver::start(centre, log, host).unwrap().with_answers(answers);
    let (handle, service) = start(driver, clock, Settings::default(), |_, _| vec![]);
    let tokens = Tokens::new().with("host", Caller::new(Role::Host, "pbx"));
    let http = Http::new(handle, feed, tokens);
    (http.router(), http, service)
}

async fn post(app: &axum::Router, path: &str, key: &str, body: Value) -> (u16, Value) {
    let request = Request::builder().method("POST").uri(path).header("idempotency-key", key);
    let request = request.header("authorization", "Bearer host");
    let request = request.header("content-type", "application/json");
    let response =
        app.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

/// All that is told behind a fact, up to the end of the stream.
async fn told(app: &axum::Router, http: &Http, after: u64) -> String {
    let request = Request::builder().uri(format!("/v1/stream?after={after}"));
    let request = request.header("authorization", "Bearer host").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    http.end_streams();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn ids(told: &str) -> Vec<u64> {
    told.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
}

#[tokio::test]
async fn answers_and_streams_outlive_the_process() {
    let folder = std::env::temp_dir().join(format!("strowger-http-{}", std::process::id()));
    let (app, http, service) = open(&folder);
    for (path, profile) in [("channels/chat", json!({})), ("queues/support", json!({}))] {
        let request = Request::builder().method("PUT").uri(format!("/v1/definitions/{path}"));
        let request = request.header("authorization", "Bearer host");
        let request = request.header("content-type", "application/json");
        let request = request.body(Body::from(profile.to_string())).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 201);
    }
    let work = || json!({"queue": "support", "channel": "chat"});
    let first = post(&app, "/v1/work", "order-17", work()).await;
    assert_eq!(first.0, 201, "{}", first.1);
    let before = told(&app, &http, 0).await;
    // Nothing is put in order: what was answered is kept by then.
    drop((app, http));
    drop(service.shutdown().await.unwrap());

    let (app, http, service) = open(&folder);
    let again = post(&app, "/v1/work", "order-17", work()).await;
    assert_eq!((again.0, &again.1["reply"]), (first.0, &first.1["reply"]));
    let other = json!({"queue": "support", "channel": "chat", "front": true});
    assert_eq!(post(&app, "/v1/work", "order-17", other).await.1["code"], "idempotency_key_taken");
    let second = post(&app, "/v1/work", "order-18", work()).await;
    assert_ne!(second.1["reply"], first.1["reply"]);
    let known = ids(&before);
    let last = *known.last().unwrap();
    let after = told(&app, &http, last).await;
    assert_eq!(ids(&after).first(), Some(&(last + 1)), "{after}");
    assert!(after.contains("work_submitted") && !after.contains("event: reset"), "{after}");
    drop((app, http));
    drop(service.shutdown().await.unwrap());

    // A reader who knows nothing yet is told the same as the first one was.
    let (app, http, _service) = open(&folder);
    let whole = told(&app, &http, 0).await;
    let events = |told: &str| -> Vec<String> {
        told.split("\n\n").filter(|block| block.starts_with("id: ")).map(str::to_owned).collect()
    };
    assert_eq!(events(&whole)[..known.len()], events(&before)[..]);
    std::fs::remove_dir_all(&folder).unwrap();
}
