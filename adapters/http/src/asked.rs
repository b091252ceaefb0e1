//! A request, as far as every answer needs it: who asks, of what, and with what words.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::RequestExt as _;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Query, RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH, IF_NONE_MATCH, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use strowger::Key;
use strowger::command::RefusalKind;
use tokio::time::timeout;

use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::tokens::bearer_of;
use crate::who::Caller;

/// The name of the header under which a request may be made again.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request of somebody who is known.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) caller: Caller,
    /// What stands in the path, by name.
    params: Vec<(String, String)>,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The path as it was asked for, without a query.
    pub(crate) path: String,
}

impl Asked {
    /// Reads a request, in bounded time.
    ///
    /// # Errors
    /// 408 if its body does not come, and as [`of`](Self::of).
    pub(crate) async fn read(site: &Site, request: Request) -> Result<Self, ProblemDetails> {
        let read = timeout(site.settings.patience, Self::of(site, request)).await;
        read.unwrap_or_else(|_| Err(ProblemDetails::too_slow()))
    }

    /// Reads a request.
    ///
    /// # Errors
    /// 401 if it is not known who asks, 403 if a page of another site asks, 429 if they ask too
    /// often, 413 and 415 for a body that is not taken, 400 for a query that cannot be read.
    async fn of(site: &Site, mut request: Request) -> Result<Self, ProblemDetails> {
        let params = request.extract_parts::<RawPathParams>().await;
        let params = params.map_err(|error| ProblemDetails::malformed(error.to_string()))?;
        let params = params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        let (parts, body) = request.into_parts();
        let caller = site.identify(&parts)?;
        check_site(&parts)?;
        let query = Query::try_from_uri(&parts.uri);
        let Query(query) = query.map_err(|error| ProblemDetails::malformed(error.to_string()))?;
        let body = to_bytes(body, site.settings.body_bytes).await;
        let body = body.map_err(|_| too_large(site.settings.body_bytes))?;
        check_type(&parts, &body)?;
        let path = parts.uri.path().to_owned();
        Ok(Self { caller, params, query, headers: parts.headers, body, path })
    }

    /// All that stands in the path.
    pub(crate) fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, text)| (&**name, &**text))
    }

    /// What stands in the path under a name.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params().find(|(one, _)| *one == name).map_or("", |(_, text)| text)
    }

    /// A number in the path.
    ///
    /// # Errors
    /// 404: nothing has such a name.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Result<T, ProblemDetails> {
        self.param(name).parse().map_err(|_| ProblemDetails::unknown())
    }

    /// A word of the query.
    pub(crate) fn word(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A number of the query.
    ///
    /// # Errors
    /// 400 if it is none.
    pub(crate) fn count<T: FromStr>(&self, name: &str) -> Result<Option<T>, ProblemDetails> {
        let number = |text: &str| {
            let wrong = || ProblemDetails::malformed(format!("`{name}` is no number"));
            text.parse().map_err(|_| wrong())
        };
        self.word(name).map(number).transpose()
    }

    /// Refuses words of the query that nobody asks for: a filter that is misspelt would show all.
    ///
    /// # Errors
    /// 400 names the word.
    pub(crate) fn only(&self, words: &[&str]) -> Result<(), ProblemDetails> {
        match self.query.keys().find(|word| !words.contains(&word.as_str())) {
            Some(word) => Err(ProblemDetails::malformed(format!("there is no filter `{word}`"))),
            None => Ok(()),
        }
    }

    /// The token in the header, if it stands there and not in a cookie.
    pub(crate) fn bearer(&self) -> Option<&str> {
        bearer_of(&self.headers)
    }

    fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The last fact that a stream told before it broke.
    ///
    /// # Errors
    /// 400 if it is no number.
    pub(crate) fn last_event_id(&self) -> Result<Option<u64>, ProblemDetails> {
        let Some(text) = self.headers.get("last-event-id") else { return Ok(None) };
        let number = text.to_str().ok().and_then(|text| text.parse().ok());
        number.map(Some).ok_or_else(|| ProblemDetails::malformed("`Last-Event-ID` is no number"))
    }

    /// The key under which the request may be made again.
    ///
    /// # Errors
    /// 400 if it is empty or too long.
    pub(crate) fn idempotency_key(&self) -> Result<Option<Key>, ProblemDetails> {
        let Some(text) = self.headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
        // The draft writes a string of structured fields; most clients leave the quotes out.
        let key = text.to_str().map(|text| Key::from(text.trim().trim_matches('"')));
        match key {
            Ok(key) if key.is_valid() => Ok(Some(key)),
            _ => Err(ProblemDetails::malformed("`Idempotency-Key` takes 1 to 200 letters")),
        }
    }

    /// The revision that the caller means to change.
    ///
    /// # Errors
    /// 412 if no revision is written so.
    pub(crate) fn if_match(&self) -> Result<Option<Condition>, ProblemDetails> {
        let Some(text) = self.header(&IF_MATCH) else { return Ok(None) };
        let stale = || ProblemDetails::precondition_failed("`If-Match` names no revision there is");
        Condition::read(text).map(Some).ok_or_else(stale)
    }

    /// The revision that the caller has, or `*`: they mean that there is none.
    pub(crate) fn if_none_match(&self) -> Option<Condition> {
        Condition::read(self.header(&IF_NONE_MATCH)?)
    }
}

/// A condition on the revision of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Whatever it is at.
    Any,
    /// It is at this revision.
    Revision(u32),
}

impl Condition {
    /// Weak tags and lists of tags name nothing: our tags are strong, and a thing has one.
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "*" => Some(Self::Any),
            tag => {
                let revision = tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()?;
                Some(Self::Revision(revision))
            }
        }
    }
}

/// Refuses a change that a page of another site asks for with the cookie of ours. A cookie of
/// `SameSite=Strict` is not sent then; old browsers know neither.
fn check_site(parts: &Parts) -> Result<(), ProblemDetails> {
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    if reads || parts.headers.contains_key(AUTHORIZATION) {
        return Ok(());
    }
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let elsewhere = |origin: &str| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_none() || host != text(HOST)
    };
    match text(ORIGIN) {
        Some(origin) if elsewhere(origin) => {
            let code = "cross_site";
            Err(ProblemDetails::new(StatusCode::FORBIDDEN, RefusalKind::NotAllowed, code)
                .with_detail("a page of another site asks"))
        }
        _ => Ok(()),
    }
}

/// Refuses a body that is not said to be JSON: a form of another site cannot say that.
fn check_type(parts: &Parts, body: &[u8]) -> Result<(), ProblemDetails> {
    let said = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = said.map(|said| said.split(';').next().unwrap_or_default().trim());
    match kind {
        None if body.is_empty() => Ok(()),
        Some(kind) if kind.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Err(ProblemDetails::new(status, RefusalKind::Invalid, "unsupported_media_type")
                .with_detail("a body is `application/json`"))
        }
    }
}

fn too_large(most: usize) -> ProblemDetails {
    ProblemDetails::new(StatusCode::PAYLOAD_TOO_LARGE, RefusalKind::Limit, "body_too_large")
        .with_detail(format!("a body has {most} bytes at most"))
}

#[cfg(test)]
mod tests {
    use super::Condition;

    #[test]
    fn a_condition_is_a_strong_tag_or_a_star() {
        assert_eq!(Condition::read("*"), Some(Condition::Any));
        assert_eq!(Condition::read(" \"7\" "), Some(Condition::Revision(7)));
        for wrong in ["7", "W/\"7\"", "\"7\", \"8\"", "\"x\"", "\"\"", ""] {
            assert_eq!(Condition::read(wrong), None, "{wrong}");
        }
    }
}
