//! Work, and why it is where it is.

use serde::Serialize;
use strowger::Centre;
use strowger::command::Actor;
use strowger::host::Calls;
use strowger::model::WorkId;
use strowger::view::{Estimate, View, WorkView};
use strowger::{Key, Span};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::look::{only, work_seen};
use crate::page::Page;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::Role;

/// Work as its customer sees it.
#[derive(Serialize)]
struct WorkOfCustomer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a Key>,
    /// `waiting`, `with_agent` or `ended`.
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited: Option<Span>,
    /// The place in the line, from 1; what is more urgent comes before it, so it may rise.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<usize>,
    /// How long it may still be, by each estimator, with how much it goes by.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimates: Option<[Estimate; 4]>,
}

impl<'a> WorkOfCustomer<'a> {
    fn of(work: Option<WorkView<'a>>) -> Self {
        let Some(work) = work else {
            let (key, waited, position, estimates) = (None, None, None, None);
            return Self { key, state: "ended", waited, position, estimates };
        };
        let waits = work.stage().is_unowned();
        let state = if waits { "waiting" } else { "with_agent" };
        let waited = waits.then(|| work.waited(work.now()));
        let position = waits.then(|| work.position()).flatten();
        let estimates = waits.then(|| work.estimates()).flatten();
        Self { key: work.key(), state, waited, position, estimates }
    }
}

/// Open work: all of it or that of a queue for supervisors, what they have to do with for agents.
///
/// # Errors
/// 403 for everybody else, 404 if there is no such queue.
pub(crate) async fn all_work(site: &Site, asked: Asked) -> Said {
    asked.only(&["queue", "limit", "cursor"])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor, Role::Agent])?;
    let page = Page::of(&asked, &site.settings)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let (view, fact) = (calls.view(), calls.decides().position());
        let actor = asked.caller.actor(view)?;
        let queue = asked.word("queue").map(|key| view.queue_id(key));
        let queue = queue.map(|queue| queue.ok_or_else(ProblemDetails::unknown)).transpose()?;
        let in_queue = |work: &WorkView<'_>| queue.is_none_or(|queue| work.queue() == queue);
        let numbered = |work: WorkView<'_>| (work.id().raw(), work.id());
        let ids: Vec<(u64, WorkId)> = match actor {
            Actor::Agent(me) => {
                let mut ids = of_agent(view, me);
                ids.retain(|work| view.work(*work).is_some_and(|work| in_queue(&work)));
                ids.into_iter().filter_map(|work| view.work(work).map(numbered)).collect()
            }
            _ => view.works().filter(in_queue).map(numbered).collect(),
        };
        let works = ids.into_iter().filter_map(|(number, id)| Some((number, view.work(id)?)));
        Ok(page.answer(view, works)?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}

/// The work that an agent has, wraps up, is asked for or takes part in.
fn of_agent(view: View<'_>, me: strowger::model::AgentId) -> Vec<WorkId> {
    let Some(agent) = view.agent(me) else { return Vec::new() };
    let offered = agent.offers().iter().filter_map(|offer| Some(view.offer(*offer)?.work));
    let assigned = agent.assignments().iter().map(|one| one.work);
    let legs = agent.legs().iter().map(|leg| leg.work);
    let mut ids: Vec<_> = offered.chain(assigned).chain(legs).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A piece of work.
///
/// # Errors
/// 404 if there is none for the caller. What is over is there for its customer alone.
pub(crate) async fn one_work(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let (view, fact) = (calls.view(), calls.decides().position());
        let actor = asked.caller.actor(view)?;
        let id = work_seen(view, &actor, asked.param("work"))?;
        let work = view.work(id);
        let answer = match (&actor, work) {
            (Actor::Customer(_), work) => Answer::keyed(view, &WorkOfCustomer::of(work)),
            (_, Some(work)) => Answer::keyed(view, &work),
            (_, None) => Err(ProblemDetails::unknown()),
        };
        Ok(answer?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}

/// Why a piece of work is where it is; for an agent, what stands between it and them.
///
/// # Errors
/// 403 for customers, 404 if there is no such open work for the caller.
pub(crate) async fn work_why(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor, Role::Agent])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let (view, engine) = (calls.view(), calls.decides().engine());
        let actor = asked.caller.actor(view)?;
        let id = work_seen(view, &actor, asked.param("work"))?;
        let answer = match actor {
            Actor::Agent(me) => {
                let why = engine.explain(id, me).ok_or_else(ProblemDetails::unknown)?;
                Answer::keyed(view, &why)
            }
            _ => {
                let why = engine.explain_work(id).ok_or_else(ProblemDetails::unknown)?;
                Answer::keyed(view, &why)
            }
        };
        Ok(answer?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}
