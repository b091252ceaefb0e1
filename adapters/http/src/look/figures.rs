//! Figures and facts.

use serde::Serialize;
use serde_json::value::RawValue;
use strowger::fact::Seq;
use strowger::figures::{AgentNow, QueueNow};
use strowger::host::Calls;
use strowger::{Centre, Timestamp};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::feed::{Hearer, Missing};
use crate::look::only;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::Role;

/// The floor as it is now.
#[derive(Serialize)]
struct FiguresNow {
    /// The time of the last call: as of when it is.
    at: Timestamp,
    fact: Seq,
    queues: Vec<QueueNow>,
    /// Nobody by name on a wall.
    #[serde(skip_serializing_if = "Option::is_none")]
    agents: Option<Vec<AgentNow>>,
}

/// The figures of queues and agents as they are now; on a wall those of queues, without names.
///
/// # Errors
/// 403 for agents and customers.
pub(crate) async fn figures(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor, Role::Wall])?;
    let feed = site.feed.clone();
    let wall = asked.caller.role == Role::Wall;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let (at, fact) = (now, calls.decides().position());
        let figures = feed.with_figures(|figures| {
            let mut queues = figures.queues_now(at);
            if wall {
                queues.iter_mut().for_each(|queue| queue.longest_idle = None);
            }
            FiguresNow { at, fact, queues, agents: (!wall).then(|| figures.agents_now()) }
        });
        Ok(Answer::keyed(calls.view(), &figures)?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}

/// A page of facts, as they were told.
#[derive(Serialize)]
struct Facts {
    items: Vec<Told>,
    /// The last fact that was looked at: the next page comes behind it.
    after: Seq,
    /// The last fact there is.
    newest: Seq,
}

#[derive(Serialize)]
struct Told {
    position: Seq,
    layer: &'static str,
    fact: Box<RawValue>,
}

/// The facts behind one, as far as the caller may know of them and they are kept in memory.
///
/// # Errors
/// 403 for all but hosts, supervisors and administrators, 410 if they are not kept any more, 404
/// if there is no such fact yet.
pub(crate) async fn facts(site: &Site, asked: Asked) -> Said {
    asked.only(&["after", "limit"])?;
    let hearer = match asked.caller.role {
        Role::Host => Hearer::Host,
        Role::Supervisor => Hearer::Supervisor,
        Role::Administrator => Hearer::Administrator,
        _ => return Err(ProblemDetails::not_allowed()),
    };
    let (after, limit) = (asked.count("after")?.unwrap_or(0), asked.count("limit")?);
    let most = limit.unwrap_or(site.settings.page).clamp(1, site.settings.page_max);
    let entries = site.feed.after(after, most).map_err(|missing| match missing {
        Missing::TooOld => ProblemDetails::too_old(),
        Missing::Ahead => ProblemDetails::unknown(),
    })?;
    let newest = site.feed.position();
    let last = entries.last().map_or(after, |entry| entry.number);
    let items = entries.iter().filter_map(|entry| {
        let (layer, json) = entry.for_hearer(&hearer)?;
        let fact = RawValue::from_string(json.to_owned()).ok()?;
        Some(Told { position: entry.number, layer, fact })
    });
    let facts = Facts { items: items.collect(), after: last, newest };
    Ok(Answer::plain(&facts)?.with_fact(newest))
}
