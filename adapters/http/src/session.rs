//! The token of a page, in a cookie that no script can read.

use axum::http::StatusCode;
use strowger::Centre;
use strowger::host::Calls;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::tokens::COOKIE_NAME;

/// Puts the token of the request into a cookie: an `EventSource` sends no headers, and no token is
/// ever to stand in an address.
///
/// # Errors
/// 400 if the token does not stand in `Authorization`.
pub(crate) async fn begin(site: &Site, asked: Asked) -> Said {
    let token = asked.bearer().ok_or_else(|| {
        ProblemDetails::malformed("the token that the cookie is to hold stands in `Authorization`")
    })?;
    // Only what stands in no cookie otherwise ends it: tokens are letters, digits and marks.
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)) {
        return Err(ProblemDetails::malformed("no cookie holds such a token"));
    }
    set(site, format!("{COOKIE_NAME}={token}")).await
}

/// Takes the cookie back.
///
/// # Errors
/// 503 if there is no answer.
pub(crate) async fn end(site: &Site, _: Asked) -> Said {
    set(site, format!("{COOKIE_NAME}=; Max-Age=0")).await
}

async fn set(site: &Site, said: String) -> Said {
    let secure = if site.settings.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{said}; HttpOnly; SameSite=Strict; Path=/{secure}");
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let fact = calls.decides().position();
        Ok(Answer::empty(StatusCode::NO_CONTENT).with_cookie(cookie).with_fact(fact))
    };
    site.ask(Box::new(job)).await
}
