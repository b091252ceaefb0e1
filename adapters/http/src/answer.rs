//! What a request is answered with when it was done.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, LINK, LOCATION, SET_COOKIE,
};
use axum::http::{HeaderName, Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;
use strowger::fact::Seq;
use strowger::keyed::Keyed;
use strowger::view::View;

use crate::problem::ProblemDetails;

/// The number of the last fact of which an answer knows: a stream is opened behind it.
pub(crate) const FACT: HeaderName = HeaderName::from_static("strowger-fact");

/// An answer, written while the keys in it were known.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    fact: Seq,
    headers: Vec<(HeaderName, String)>,
    kind: &'static str,
}

/// The type of what is written in JSON.
const JSON: &str = "application/json";

impl Answer {
    /// An answer with a value, in which keys stand for ids.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    pub(crate) fn keyed(view: View<'_>, value: &impl Serialize) -> Result<Self, ProblemDetails> {
        Self::plain(&Keyed::new(view, value))
    }

    /// An answer with a value as it is.
    ///
    /// # Errors
    /// 500 if it cannot be written.
    pub(crate) fn plain(value: &impl Serialize) -> Result<Self, ProblemDetails> {
        let body = serde_json::to_vec(value).map_err(|error| ProblemDetails::broken(&error))?;
        Ok(Self { status: StatusCode::OK, body, fact: 0, headers: Vec::new(), kind: JSON })
    }

    /// An answer without a body.
    pub(crate) const fn empty(status: StatusCode) -> Self {
        Self { status, body: Vec::new(), fact: 0, headers: Vec::new(), kind: JSON }
    }

    /// An answer in lines, as scrapers of Prometheus read them.
    pub(crate) fn text(text: String) -> Self {
        let (status, body, kind) = (StatusCode::OK, text.into_bytes(), "text/plain; version=0.0.4");
        Self { status, body, fact: 0, headers: Vec::new(), kind }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn with_fact(self, fact: Seq) -> Self {
        Self { fact, ..self }
    }

    pub(crate) fn with_location(self, path: String) -> Self {
        self.with_header(LOCATION, path)
    }

    /// The revision, as a strong tag: a weak one never matches `If-Match`.
    pub(crate) fn with_revision(self, revision: u32) -> Self {
        self.with_header(ETAG, format!("\"{revision}\""))
    }

    /// The next page.
    pub(crate) fn with_next(self, path: &str) -> Self {
        self.with_header(LINK, format!("<{path}>; rel=\"next\""))
    }

    /// A cookie for the page.
    pub(crate) fn with_cookie(self, cookie: String) -> Self {
        self.with_header(SET_COOKIE, cookie)
    }

    fn with_header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response<Body> {
        let has_body = !self.body.is_empty();
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(FACT, self.fact.into());
        for (name, value) in self.headers {
            // A key with signs that no header carries is left out.
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
