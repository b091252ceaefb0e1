//! The router: every path, and what is done there.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, get, on};
use strowger::host::Calls;
use strowger::{Centre, Key};
use strowger_tokio::{Drives, Gone, Handle};
use tokio::time::timeout;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::entry::EntryDoor;
use crate::feed::Feed;
use crate::problem::ProblemDetails;
use crate::settings::HttpSettings;
use crate::site::Site;
use crate::tell::{Row, Verb};
use crate::who::Identify;
use crate::{entry, look, metrics, session, stream, tell};

/// A centre behind HTTP: a router, to be merged into that of the host.
///
/// ```
/// use strowger::centre::{CentreConfig, CentreFact, CentreLog};
/// use strowger::figures::{Figures, FiguresConfig};
/// use strowger::prelude::*;
/// use strowger_http::{Caller, Feed, Http, Role, Tokens};
/// use strowger_tokio::{Clock, Settings, start};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (clock, mut log) = (Clock::system(), CentreLog::default());
/// let centre: Centre = Centre::new(CentreConfig::default(), clock.now(), &mut log)?;
/// let feed = Feed::new(Figures::new(FiguresConfig::default())?);
/// feed.begin(&centre, &log);
/// let host = Host::new(Vec::<CentreFact>::new()).with_follower(feed.clone());
/// let driver = Driver::start(centre, log, host)?;
/// let (handle, service) = start(driver, clock, Settings::default(), |_, _| vec![]);
///
/// let tokens = Tokens::new().with("a long secret", Caller::new(Role::Host, "shop"));
/// let http = Http::new(handle, feed, tokens);
/// let app = axum::Router::new().merge(http.router());
/// // axum::serve(listener, app).with_graceful_shutdown(...)
///
/// // Streams first, or the shutdown waits for readers who never leave.
/// http.end_streams();
/// # drop((app, service));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Http {
    site: Arc<Site>,
}

impl Http {
    /// A centre behind HTTP, with the usual bounds.
    pub fn new<D: Drives<Decides = Centre>>(
        handle: Handle<D>,
        feed: Feed,
        who: impl Identify,
    ) -> Self {
        Self::with_settings(handle, feed, who, HttpSettings::default())
    }

    /// A centre behind HTTP.
    pub fn with_settings<D: Drives<Decides = Centre>>(
        handle: Handle<D>,
        feed: Feed,
        who: impl Identify,
        settings: HttpSettings,
    ) -> Self {
        Self { site: Site::new(handle, feed, who, settings) }
    }

    /// The same, with a way in for customers under a name: `POST /v1/entries/{entry}`.
    #[must_use]
    pub fn with_entry(self, name: impl Into<Key>, door: EntryDoor) -> Self {
        self.site.add_entry(name.into(), door);
        self
    }

    /// Ends every stream, with a word that its reader may come back: the first step of a shutdown.
    /// Streams that are opened later end at once.
    pub fn end_streams(&self) {
        self.site.streams.close();
    }

    /// All paths.
    pub fn router(&self) -> Router {
        let site = &self.site;
        let mut router = Router::new();
        for row in tell::rows() {
            router = router.route(&row.path(), tells(site, row));
        }
        for (path, answer) in paths(site) {
            router = router.route(path, answer);
        }
        router
            .route("/v1/stream", streams(site))
            .route("/v1/openapi.json", get(described))
            .route("/healthz", get(metrics::live))
            .route("/readyz", ready(site))
            .fallback(nothing)
            .method_not_allowed_fallback(no_such_method)
            .layer(map_response(guarded))
    }
}

/// A path at which something is asked: its closure, which no type can name for all of them.
macro_rules! answers {
    ($site:expr, $method:ident, $answer:path) => {{
        let site = Arc::clone($site);
        on(MethodFilter::$method, move |request: Request| async move {
            match Asked::read(&site, request).await {
                Ok(asked) => within(&site, $answer(&site, asked)).await,
                Err(problem) => refused(&site, problem),
            }
        })
    }};
}

macro_rules! paths {
    ($($method:ident $path:literal $answer:path;)*) => {
        /// Every path but those of commands and streams, with its method.
        #[cfg(test)]
        pub(crate) const ASKED: &[(&str, &str)] = &[$((stringify!($method), $path),)*];

        fn paths(site: &Arc<Site>) -> [(&'static str, MethodRouter); [$($path),*].len()] {
            [$(($path, answers!(site, $method, $answer)),)*]
        }
    };
}

paths! {
    GET "/v1/me" look::me;
    GET "/v1/me/conversations" look::mine;
    POST "/v1/entries/{entry}" entry::enter;
    POST "/v1/session" session::begin;
    DELETE "/v1/session" session::end;
    GET "/v1/work" look::all_work;
    GET "/v1/work/{work}" look::one_work;
    GET "/v1/work/{work}/explanation" look::work_why;
    GET "/v1/agents" look::agents;
    GET "/v1/agents/{agent}" look::agent;
    GET "/v1/agents/{agent}/explanation" look::agent_why;
    GET "/v1/agents/{agent}/inbox" look::inbox;
    GET "/v1/agents/{agent}/cards" look::cards;
    GET "/v1/agents/{agent}/work/{work}/controls" look::controls;
    GET "/v1/queues" look::queues;
    GET "/v1/queues/{queue}" look::queue;
    GET "/v1/queues/{queue}/line" look::line;
    GET "/v1/interactions/{interaction}" look::interaction;
    GET "/v1/interactions/{interaction}/messages" look::messages;
    POST "/v1/interactions/{interaction}/typing" look::typing;
    GET "/v1/interactions/{interaction}/workspace" look::workspace;
    GET "/v1/interactions/{interaction}/targets" look::targets;
    GET "/v1/interactions/{interaction}/parties" look::parties;
    GET "/v1/interactions/{interaction}/journey" look::journey;
    GET "/v1/interactions/{interaction}/journey/changes" look::journey_changes;
    GET "/v1/contacts/{customer}" look::contacts;
    GET "/v1/customers/{customer}/journey" look::journey_of_customer;
    GET "/v1/visitors" look::visitors;
    GET "/v1/figures" look::figures;
    GET "/v1/facts" look::facts;
    GET "/v1/definitions/{kind}" tell::show;
    GET "/v1/definitions/{kind}/{key}" tell::show;
    PUT "/v1/definitions/{kind}/{key}" tell::define;
    DELETE "/v1/definitions/{kind}/{key}" tell::retire;
    GET "/metrics" metrics::metrics;
}

/// A path at which a command is given.
fn tells(site: &Arc<Site>, row: &'static Row) -> MethodRouter {
    let method = match row.verb {
        Verb::Post => MethodFilter::POST,
        Verb::Put => MethodFilter::PUT,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
    };
    let site = Arc::clone(site);
    on(method, move |request: Request| async move {
        match Asked::read(&site, request).await {
            Ok(asked) => within(&site, tell::tell(&site, row, asked)).await,
            Err(problem) => refused(&site, problem),
        }
    })
}

/// The path of streams, which take as long as their readers stay.
fn streams(site: &Arc<Site>) -> MethodRouter {
    let site = Arc::clone(site);
    on(MethodFilter::GET, move |request: Request| async move {
        let opened = match Asked::read(&site, request).await {
            Ok(asked) => stream::open(&site, asked).await,
            Err(problem) => Err(problem),
        };
        opened.unwrap_or_else(|problem| refused(&site, problem))
    })
}

/// An answer, if it comes in time. What reached the centre is done nevertheless: whoever asks again
/// under the same key of idempotency hears of it.
async fn within(site: &Site, answer: impl Future<Output = Said>) -> Response<Body> {
    match timeout(site.settings.patience, answer).await {
        Ok(Ok(answer)) => answer.into_response(),
        Ok(Err(problem)) => refused(site, problem),
        Err(_) => refused(site, ProblemDetails::timed_out()),
    }
}

/// A problem is counted as it goes out.
fn refused(site: &Site, problem: ProblemDetails) -> Response<Body> {
    site.counted.refused(problem.code());
    problem.into_response()
}

/// The path that says whether the centre answers: a balancer of load sends nobody here otherwise.
fn ready(site: &Arc<Site>) -> MethodRouter {
    let site = Arc::clone(site);
    get(move || async move {
        let job = |_: &mut Calls<'_, Centre>, _| Ok(Answer::text("ready\n".to_owned()));
        match site.streams.is_closing() {
            true => ProblemDetails::from(Gone::Stopped).into_response(),
            false => within(&site, site.ask(Box::new(job))).await,
        }
    })
}

/// What every answer says to a browser: it is what it is said to be, it runs nothing, and it is
/// shown in no frame. A page of the host says for itself what it runs.
async fn guarded(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What there is here, for programs: OpenAPI 3.1. Everybody may read it.
async fn described() -> ([(HeaderName, &'static str); 1], &'static [u8]) {
    ([(CONTENT_TYPE, "application/json")], include_bytes!("../openapi.json"))
}

async fn nothing() -> ProblemDetails {
    ProblemDetails::unknown()
}

async fn no_such_method() -> ProblemDetails {
    ProblemDetails::no_such_method()
}
