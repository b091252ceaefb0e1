//! Pages of lists: so many items, and where the next begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use strowger::view::View;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::problem::ProblemDetails;
use crate::settings::HttpSettings;

/// A page that is asked for.
#[derive(Debug)]
pub(crate) struct Page {
    limit: usize,
    after: Option<u64>,
    /// The path and the query of the list, without a cursor.
    path: String,
}

/// A list as it is written.
#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    /// The cursor of the next page, if there is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Page {
    /// The page that a request asks for by `limit` and `cursor`.
    ///
    /// # Errors
    /// 400 if it names none.
    pub(crate) fn of(asked: &Asked, settings: &HttpSettings) -> Result<Self, ProblemDetails> {
        let limit = asked.count("limit")?.unwrap_or(settings.page);
        if limit == 0 || limit > settings.page_max {
            let most = settings.page_max;
            return Err(ProblemDetails::malformed(format!("`limit` is from 1 to {most}")));
        }
        let after = asked.word("cursor").map(read_cursor).transpose()?;
        let path = format!("{}?limit={limit}", asked.path);
        Ok(Self { limit, after, path })
    }

    /// The items of this page, of all there are in rising order of their numbers.
    ///
    /// # Errors
    /// 500 if they cannot be written.
    pub(crate) fn answer<T: Serialize>(
        &self,
        view: View<'_>,
        all: impl Iterator<Item = (u64, T)>,
    ) -> Said {
        let behind = all.skip_while(|(number, _)| Some(*number) <= self.after);
        let mut taken: Vec<_> = behind.take(self.limit.saturating_add(1)).collect();
        let more = taken.len() > self.limit;
        taken.truncate(self.limit);
        let next = taken.last().filter(|_| more).map(|(number, _)| cursor(*number));
        let path = next.as_ref().map(|next| format!("{}&cursor={next}", self.path));
        let items = taken.into_iter().map(|(_, item)| item).collect();
        let answer = Answer::keyed(view, &Listed { items, next })?;
        Ok(match path {
            Some(path) => answer.with_next(&path),
            None => answer,
        })
    }
}

/// A place in a list, in signs that promise nothing.
fn cursor(number: u64) -> String {
    URL_SAFE_NO_PAD.encode(number.to_be_bytes())
}

fn read_cursor(text: &str) -> Result<u64, ProblemDetails> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let bytes: Option<[u8; 8]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_be_bytes).ok_or_else(|| ProblemDetails::malformed("no such `cursor`"))
}
