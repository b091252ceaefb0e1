//! Two kinds of tokens: opaque ones that are kept as hashes, and signed ones that say themselves
//! whom they name and until when.

use std::collections::HashMap;
use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use strowger::Timestamp;

use crate::who::{Caller, Identify, Role, Unidentified};

/// The name of the cookie in which a page keeps its token.
pub(crate) const COOKIE_NAME: &str = "strowger";

/// The token of a request: behind `Authorization: Bearer`, else in the cookie of a page.
pub(crate) fn token_of(request: &Parts) -> Option<&str> {
    bearer_of(&request.headers).or_else(|| cookie(request))
}

/// What stands behind `Authorization: Bearer`.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The token in the cookie of a page.
fn cookie(request: &Parts) -> Option<&str> {
    let lines = request.headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// Callers by the tokens they bring: opaque ones of the configuration, of which nothing but a hash
/// (SHA-256) is kept, and signed ones of customers ([`SignedTokens`]).
///
/// An opaque token is to be drawn by chance, of 128 bits or more: a hash without salt says nothing
/// of such a one.
///
/// ```
/// use axum::http::Request;
/// use strowger::Timestamp;
/// use strowger_http::{Caller, Identify, Role, Tokens, Unidentified};
///
/// let tokens = Tokens::new().with("m6Jv2lYq0cT8", Caller::new(Role::Agent, "ana"));
/// let ask = |token: &str| {
///     let request = Request::builder().header("authorization", format!("Bearer {token}"));
///     tokens.identify(&request.body(()).unwrap().into_parts().0, Timestamp::EPOCH)
/// };
/// assert_eq!(ask("m6Jv2lYq0cT8"), Ok(Caller::new(Role::Agent, "ana")));
/// assert_eq!(ask("guessed"), Err(Unidentified::Unknown));
/// ```
#[derive(Clone, Default)]
pub struct Tokens {
    by_hash: HashMap<[u8; 32], Caller>,
    signed: Option<SignedTokens>,
}

impl Tokens {
    /// Tokens of nobody.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same tokens, and one more.
    #[must_use]
    pub fn with(self, token: &str, caller: Caller) -> Self {
        self.with_hash(Sha256::digest(token).into(), caller)
    }

    /// The same tokens, and one of which the host has the hash alone.
    #[must_use]
    pub fn with_hash(mut self, hash: [u8; 32], caller: Caller) -> Self {
        self.by_hash.insert(hash, caller);
        self
    }

    /// The same tokens, and those that are signed.
    #[must_use]
    pub fn with_signed(self, signed: SignedTokens) -> Self {
        Self { signed: Some(signed), ..self }
    }
}

impl Identify for Tokens {
    fn identify(&self, request: &Parts, now: Timestamp) -> Result<Caller, Unidentified> {
        let token = token_of(request).ok_or(Unidentified::Missing)?;
        let hash: [u8; 32] = Sha256::digest(token).into();
        if let Some(caller) = self.by_hash.get(&hash) {
            return Ok(caller.clone());
        }
        let signed = self.signed.as_ref().ok_or(Unidentified::Unknown)?;
        let (customer, until) = signed.read(token).ok_or(Unidentified::Unknown)?;
        if until <= now {
            return Err(Unidentified::Expired);
        }
        Ok(Caller::new(Role::Customer, customer).with_until(until))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("known", &self.by_hash.len()).finish_non_exhaustive()
    }
}

/// Tokens of customers that nobody has to remember: the customer and the end stand in them, signed
/// with HMAC-SHA-256.
///
/// The service that knows a customer issues one for a short time, and the page asks that service
/// for another before it ends. What was issued cannot be taken back before its end.
///
/// ```
/// use strowger::{Span, Timestamp};
/// use strowger_http::{SignedTokens, Unidentified};
///
/// let tokens = SignedTokens::new(b"a secret of 32 bytes or more ...");
/// let end = Timestamp::EPOCH + Span::from_mins(15);
/// let token = tokens.issue("dora", end);
/// assert_eq!(tokens.customer(&token, Timestamp::EPOCH).as_deref(), Ok("dora"));
/// assert_eq!(tokens.customer(&token, end), Err(Unidentified::Expired));
/// assert_eq!(tokens.customer(&token[1..], Timestamp::EPOCH), Err(Unidentified::Unknown));
/// ```
#[derive(Clone)]
pub struct SignedTokens {
    secret: Box<[u8]>,
}

impl SignedTokens {
    /// Tokens that are signed with a secret, which is to be of 32 bytes or more, drawn by chance.
    #[must_use]
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        Self { secret: secret.as_ref().into() }
    }

    /// A token that names a customer up to, and not at, an instant.
    #[must_use]
    pub fn issue(&self, customer: &str, until: Timestamp) -> String {
        let said = format!("{}.{}", until.as_millis(), URL_SAFE_NO_PAD.encode(customer));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&said).finalize().into_bytes());
        format!("c1.{said}.{signature}")
    }

    /// The customer whom a token names.
    ///
    /// # Errors
    /// [`Unidentified`] if it was not issued with this secret, or has ended.
    pub fn customer(&self, token: &str, now: Timestamp) -> Result<String, Unidentified> {
        let (customer, until) = self.read(token).ok_or(Unidentified::Unknown)?;
        if now < until { Ok(customer) } else { Err(Unidentified::Expired) }
    }

    fn read(&self, token: &str) -> Option<(String, Timestamp)> {
        let (said, signature) = token.strip_prefix("c1.")?.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // The comparison takes as long whatever is wrong.
        self.sign(said).verify_slice(&signature).ok()?;
        let (until, customer) = said.split_once('.')?;
        let customer = String::from_utf8(URL_SAFE_NO_PAD.decode(customer).ok()?).ok()?;
        Some((customer, Timestamp::from_millis(until.parse().ok()?)))
    }

    fn sign(&self, said: &str) -> Hmac<Sha256> {
        // A key of any length is taken: a long one is hashed first.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.secret) {
            Ok(mac) => mac,
            Err(never) => unreachable!("{never}"),
        };
        mac.update(said.as_bytes());
        mac
    }
}

impl fmt::Debug for SignedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedTokens").finish_non_exhaustive()
    }
}
