//! Why a request was not done: `application/problem+json` (RFC 9457).

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use strowger::centre::CentreRefusal;
use strowger::command::{Refusal, RefusalKind};
use strowger::fact::Seq;
use strowger_tokio::Gone;

use crate::who::Unidentified;

/// Why something was not done: the body of the answer. It is boxed, so that an answer which may be
/// one is no larger.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ProblemDetails(Box<Fields>);

#[derive(Clone, Debug, Serialize)]
struct Fields {
    /// The name of the code as an address, which never changes.
    #[serde(rename = "type")]
    address: String,
    /// What kind of problem it is, the same for all of a code.
    title: Cow<'static, str>,
    status: u16,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The name of the problem for programs.
    code: Cow<'static, str>,
    /// What can be done about it.
    kind: RefusalKind,
    /// The fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    /// The number of the last fact when it was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<Seq>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// A field that is wrong.
#[derive(Clone, Debug, Serialize)]
struct Wrong {
    /// A JSON pointer (RFC 6901) into the body.
    pointer: String,
    detail: String,
}

impl ProblemDetails {
    pub(crate) fn new(status: StatusCode, kind: RefusalKind, code: &'static str) -> Self {
        Self::of(status, kind, code.into())
    }

    fn of(status: StatusCode, kind: RefusalKind, code: Cow<'static, str>) -> Self {
        Self(Box::new(Fields {
            address: format!("urn:strowger:problem:{code}"),
            title: code.replace('_', " ").into(),
            status: status.as_u16(),
            detail: None,
            code,
            kind,
            errors: Vec::new(),
            fact: None,
            retry_after: None,
        }))
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    pub(crate) fn with_fact(mut self, fact: Seq) -> Self {
        self.0.fact = Some(fact);
        self
    }

    /// After how many seconds the same request may be taken.
    pub(crate) fn with_retry_after(mut self, seconds: Option<u32>) -> Self {
        self.0.retry_after = seconds;
        self
    }

    /// A field of the body that is wrong; its path has a dot between names, as serde tells it.
    pub(crate) fn with_field(mut self, path: &str, detail: impl Into<String>) -> Self {
        let names = path.split('.').filter(|name| !name.is_empty());
        let pointer = names.flat_map(|name| ["/", name]).collect();
        self.0.errors.push(Wrong { pointer, detail: detail.into() });
        self
    }

    /// There is nothing of that name, or nothing for the one who asks: who guesses learns nothing
    /// from the difference.
    pub(crate) fn unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, RefusalKind::Unknown, "unknown")
            .with_detail("there is no such thing for you")
    }

    /// The caller may not do such things.
    pub(crate) fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, RefusalKind::NotAllowed, "not_allowed")
            .with_detail("this is not for you to do or to see")
    }

    /// The agent whom a token names does not work here.
    pub(crate) fn no_such_agent() -> Self {
        Self::new(StatusCode::FORBIDDEN, RefusalKind::NotAllowed, "no_such_agent")
            .with_detail("the agent whom the token names is not defined")
    }

    /// The body cannot be read, or says something that cannot be.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, RefusalKind::Invalid, "invalid")
            .with_detail(detail)
    }

    /// What was decided cannot be written.
    pub(crate) fn broken(error: &serde_json::Error) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, RefusalKind::Fault, "broken")
            .with_detail(error.to_string())
    }

    /// The request itself is malformed.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, RefusalKind::Invalid, "malformed").with_detail(detail)
    }

    /// The centre did not answer in time.
    pub(crate) fn timed_out() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let problem = Self::new(status, RefusalKind::Behind, "timed_out");
        let detail = "the answer took too long; it may be done nevertheless";
        problem.with_detail(detail).with_retry_after(Some(1))
    }

    /// A way in has nothing behind it: its queue or its channel is not defined.
    pub(crate) fn leads_nowhere() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, RefusalKind::Conflict, "leads_nowhere")
            .with_detail("nothing is behind this way in")
    }

    /// The body of a request did not come.
    pub(crate) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, RefusalKind::TooLate, "request_timeout")
            .with_detail("the body did not come in time")
    }

    /// The path has no such method.
    pub(crate) fn no_such_method() -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::new(status, RefusalKind::Invalid, "method_not_allowed")
            .with_detail("the path has no such method")
    }

    /// What came behind a fact is not kept any more.
    pub(crate) fn too_old() -> Self {
        Self::new(StatusCode::GONE, RefusalKind::TooLate, "too_old")
            .with_detail("some of what came behind that fact is not kept any more: look anew")
    }

    /// A condition on the revision does not hold.
    pub(crate) fn precondition_failed(detail: &str) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, RefusalKind::Conflict, "precondition_failed")
            .with_detail(detail)
    }

    /// A condition on the revision is missing.
    pub(crate) fn precondition_required(detail: &str) -> Self {
        let status = StatusCode::PRECONDITION_REQUIRED;
        Self::new(status, RefusalKind::Conflict, "precondition_required").with_detail(detail)
    }

    /// An idempotency key names another call.
    pub(crate) fn token_taken() -> Self {
        let code = "idempotency_key_taken";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, RefusalKind::Conflict, code)
            .with_detail("the idempotency key was given to another request")
    }

    /// Why a centre refused. `Unknown` is said in the same words for all.
    pub(crate) fn refused(refusal: &CentreRefusal) -> Self {
        if refusal.kind() == RefusalKind::Unknown {
            return Self::unknown();
        }
        let status = match refusal {
            CentreRefusal::Work(Refusal::Stale { .. }) => StatusCode::PRECONDITION_FAILED,
            other => status_of(other.kind()),
        };
        let problem = Self::new(status, refusal.kind(), refusal.code());
        let problem = problem.with_retry_after(retry_after(refusal.kind()));
        match refusal {
            CentreRefusal::Work(Refusal::Invalid(invalid)) => {
                problem.with_field(&invalid.field, invalid.problem.to_string())
            }
            _ => problem,
        }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name of the problem.
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }
}

fn status_of(kind: RefusalKind) -> StatusCode {
    StatusCode::from_u16(kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// How many seconds to wait where the same request may be taken later.
const fn retry_after(kind: RefusalKind) -> Option<u32> {
    match kind {
        RefusalKind::Limit | RefusalKind::Behind => Some(1),
        _ => None,
    }
}

impl From<Gone> for ProblemDetails {
    fn from(gone: Gone) -> Self {
        let code = match gone {
            Gone::InDoubt => "in_doubt",
            Gone::Halted => "halted",
            _ => "stopped",
        };
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, RefusalKind::Fault, code);
        problem.with_detail(gone.to_string()).with_retry_after(Some(2))
    }
}

impl From<Unidentified> for ProblemDetails {
    fn from(why: Unidentified) -> Self {
        let code = match why {
            Unidentified::Missing => "token_missing",
            Unidentified::Unknown => "token_unknown",
            Unidentified::Expired => "token_expired",
        };
        let problem = Self::new(StatusCode::UNAUTHORIZED, RefusalKind::NotAllowed, code);
        problem.with_detail(why.to_string())
    }
}

impl IntoResponse for ProblemDetails {
    fn into_response(self) -> Response<Body> {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let written = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, written);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
