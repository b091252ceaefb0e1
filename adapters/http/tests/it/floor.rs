//! A small centre behind HTTP, without a socket.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use strowger::centre::{CentreConfig, CentreFact, CentreLog};
use strowger::figures::{Figures, FiguresConfig};
use strowger::interaction::RecordConfig;
use strowger::journey::{JourneyConfig, JourneyRights};
use strowger::knowledge::KnowledgeConfig;
use strowger::prelude::*;
use strowger_http::{Caller, Feed, Http, HttpSettings, Role, SignedTokens, Tokens};
use strowger_tokio::{Clock, Service, Settings, start};
use tower::ServiceExt as _;

/// The driver of these tests.
pub(crate) type Office = Driver<Centre, Vec<CentreFact>, (), (), (), Feed>;

/// A centre behind HTTP.
pub(crate) struct Floor {
    pub(crate) app: Router,
    pub(crate) http: Http,
    pub(crate) signed: SignedTokens,
    pub(crate) service: Service<Office>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answered {
    /// The code of the problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// When the tests begin.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_000_000);

/// The callers of the tests, by their tokens. `nobody` is an agent who does not work here.
fn tokens(signed: &SignedTokens) -> Tokens {
    let agent = |key| Caller::new(Role::Agent, key).with_journeys(JourneyRights::ALL);
    Tokens::new()
        .with("host", Caller::new(Role::Host, "pbx"))
        .with("admin", Caller::new(Role::Administrator, "kim"))
        .with("sue", Caller::new(Role::Supervisor, "sue"))
        .with("ana", agent("ana"))
        .with("bo", agent("bo"))
        .with("nobody", agent("nobody"))
        .with("dora", Caller::new(Role::Customer, "dora"))
        .with("eve", Caller::new(Role::Customer, "eve"))
        .with("wall", Caller::new(Role::Wall, "hall"))
        .with_signed(signed.clone())
}

impl Floor {
    /// A centre with all layers in which nothing is defined.
    pub(crate) fn bare(settings: HttpSettings) -> Self {
        Self::with(settings, Figures::new(FiguresConfig::default()).map(Feed::new).unwrap())
    }

    pub(crate) fn with(settings: HttpSettings, feed: Feed) -> Self {
        let (clock, mut log) = (Clock::starting_at(BEGIN), CentreLog::default());
        let config = CentreConfig::new(Config::default())
            .with_records(RecordConfig::default())
            .with_knowledge(KnowledgeConfig::default())
            .with_journeys(JourneyConfig::default());
        let centre: Centre = Centre::new(config, clock.now(), &mut log).unwrap();
        feed.begin(&centre, &log);
        let host = Host::new(Vec::new()).with_follower(feed.clone());
        let driver = Driver::start(centre, log, host).unwrap();
        let (handle, service) = start(driver, clock, Settings::default(), |_, _| vec![]);
        let signed = SignedTokens::new("the secret of the tests, which is long enough");
        let http = Http::with_settings(handle, feed, tokens(&signed), settings);
        Self { app: http.router(), http, signed, service }
    }

    /// A centre with a queue, a channel, and two agents who are members and not there.
    pub(crate) async fn new() -> Self {
        let floor = Self::bare(HttpSettings::default());
        floor.furnish().await;
        floor
    }

    /// Defines a channel, a queue and two agents.
    pub(crate) async fn furnish(&self) {
        for (path, profile) in [
            ("channels/chat", json!({"offer_window": 30_000})),
            ("queues/support", json!({})),
            ("agents/ana", json!({})),
            ("agents/bo", json!({})),
        ] {
            let answer = self.put("admin", &format!("/v1/definitions/{path}"), profile).await;
            assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        }
        for agent in ["ana", "bo"] {
            let path = format!("/v1/agents/{agent}/queues/support");
            assert_eq!(self.put("admin", &path, json!({})).await.status, 200);
        }
    }

    /// An agent is there and on queue.
    pub(crate) async fn there(&self, agent: &str) {
        let path = format!("/v1/agents/{agent}/presence");
        let answer = self.put(agent, &path, json!({"presence": "on_queue"})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Asks for something.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Answered {
        self.ask("GET", token, path, &[], None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answered {
        self.ask("POST", token, path, &[], Some(body)).await
    }

    pub(crate) async fn put(&self, token: &str, path: &str, body: Value) -> Answered {
        self.ask("PUT", token, path, &[], Some(body)).await
    }

    /// Makes a request with headers.
    pub(crate) async fn ask(
        &self,
        method: &str,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answered {
        self.raw(request(method, token, path, headers, body)).await
    }

    /// Makes a request as it is.
    pub(crate) async fn raw(&self, request: Request<Body>) -> Answered {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes: Bytes = body.collect().await.unwrap().to_bytes();
        let body =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answered { status: parts.status, headers: parts.headers, body }
    }

    /// The status alone of an answer, whatever its body is.
    pub(crate) async fn status(
        &self,
        method: &str,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> u16 {
        let request = request(method, token, path, headers, body);
        let response = self.app.clone().oneshot(request).await.unwrap();
        response.status().as_u16()
    }

    /// The text of an answer that is none of JSON.
    pub(crate) async fn text(&self, token: &str, path: &str) -> String {
        let request =
            Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        let response =
            self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Opens a stream.
    pub(crate) async fn stream(&self, token: &str, query: &str) -> Reader {
        let request = Request::builder()
            .uri(format!("/v1/stream{query}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        self.stream_of(request).await
    }

    pub(crate) async fn stream_of(&self, request: Request<Body>) -> Reader {
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Reader { body: response.into_body(), text: String::new() }
    }
}

/// A request with headers; one with a body says that it is JSON.
fn request(
    method: &str,
    token: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = match body {
        Some(body) => {
            let request = request.header("content-type", "application/json");
            request.body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    request.unwrap()
}

/// A reader of a stream.
pub(crate) struct Reader {
    body: Body,
    text: String,
}

/// An event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: Option<u64>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl Reader {
    /// The next event, comments and `retry` passed over; nothing if the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            if let Some(event) = read(&block) {
                return Some(event);
            }
        }
    }

    /// The next piece up to an empty line, as it is.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let frame = self.body.frame().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }
}

fn read(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = serde_json::from_str(field("data: ")?).unwrap();
    let id = field("id: ").map(|id| id.parse().unwrap());
    Some(Event { id, name: field("event: ").unwrap_or_default().to_owned(), data })
}
