//! Who asks.

use serde::Serialize;
use strowger::Centre;
use strowger::fact::Seq;
use strowger::host::Calls;
use strowger::journey::JourneyRights;
use strowger::{Key, Timestamp};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::site::Site;
use crate::who::Caller;

/// What somebody is told of themselves.
#[derive(Serialize)]
struct Me {
    role: &'static str,
    key: Key,
    journeys: JourneyRights,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// The time of the service: a page draws what runs against it.
    now: Timestamp,
    fact: Seq,
}

/// Who the caller is here, what time it is, and how far things are.
///
/// # Errors
/// 503 if there is no answer.
pub(crate) async fn me(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let Caller { role, key, journeys, until } = asked.caller;
        let fact = calls.decides().position();
        let me = Me { role: role.name(), key, journeys, until, now, fact };
        Ok(Answer::plain(&me)?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}
