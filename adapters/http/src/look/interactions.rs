//! Interactions, and what was said in them.

use axum::http::StatusCode;
use serde::Serialize;
use strowger::command::Actor;
use strowger::host::Calls;
use strowger::interaction::{Interaction, InteractionId, Layout, MessageId, NoAssist, Viewer};
use strowger::{Centre, Key};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::feed::{CustomerMessage, ForCustomer, Passing, takes_part};
use crate::look::{agent_self, hidden, only};
use crate::page::Page;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::Role;

/// An interaction, if there is one for an actor.
fn seen<'a>(
    calls: &'a Calls<'_, Centre>,
    actor: &Actor,
    id: InteractionId,
) -> Result<&'a Interaction, ProblemDetails> {
    let centre = calls.decides();
    let row = centre.records().and_then(|records| records.interaction(id));
    row.filter(|_| centre.sees(actor, id)).ok_or_else(ProblemDetails::unknown)
}

fn interaction_named(asked: &Asked) -> Result<InteractionId, ProblemDetails> {
    Ok(InteractionId::from_raw(asked.number("interaction")?))
}

/// The record of an interaction; for its customer, where it is.
///
/// # Errors
/// 404 if there is none for the caller.
pub(crate) async fn interaction(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let id = interaction_named(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = asked.caller.actor(calls.view())?;
        let row = seen(calls, &actor, id)?;
        let answer = match actor {
            Actor::Customer(_) => Answer::plain(&ForCustomer::of(row)),
            _ => Answer::keyed(calls.view(), row),
        };
        Ok(answer?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// A page of what was said: the last messages, or those before or after one of them. A customer
/// reads what is for them.
///
/// # Errors
/// 404 if there is no such interaction or message for the caller, 400 for `before` and `after`.
pub(crate) async fn messages(site: &Site, asked: Asked) -> Said {
    #[derive(Serialize)]
    struct Messages<T> {
        items: Vec<T>,
    }

    asked.only(&["before", "after", "limit"])?;
    let id = interaction_named(&asked)?;
    let before = asked.count("before")?.map(MessageId::from_raw);
    let after = asked.count("after")?.map(MessageId::from_raw);
    if before.is_some() && after.is_some() {
        return Err(ProblemDetails::malformed("a page takes `before` or `after`"));
    }
    let most = asked.count("limit")?.unwrap_or(site.settings.page).min(site.settings.page_max);
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = asked.caller.actor(calls.view())?;
        let viewer = match actor {
            Actor::Customer(_) => Viewer::Requester,
            _ => Viewer::Staff,
        };
        let talk = seen(calls, &actor, id)?.conversation.as_deref();
        let page = match (talk, after) {
            (None, _) => Some(Vec::new()),
            (Some(talk), Some(after)) => talk.page_after(viewer, after, most),
            (Some(talk), None) => talk.page_before(viewer, before, most),
        };
        let page = page.ok_or_else(ProblemDetails::unknown)?;
        let answer = match viewer {
            Viewer::Requester => {
                let items = page.into_iter().map(CustomerMessage::of).collect();
                Answer::plain(&Messages { items })
            }
            Viewer::Staff => Answer::keyed(calls.view(), &Messages { items: page }),
        };
        Ok(answer?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// What an agent sees of an interaction that they have or take part in, and what they may do.
///
/// # Errors
/// 404 if there is none for them, 403 if it is another's.
pub(crate) async fn workspace(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let id = interaction_named(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let me = agent_self(&asked.caller.actor(calls.view())?)?;
        let (layout, fact) = (Layout::default(), calls.decides().position());
        let written = match calls.workspace(me, id, now, &layout, &NoAssist) {
            Ok(desk) => serde_json::to_value(&desk).map_err(|error| ProblemDetails::broken(&error)),
            Err(refusal) => return Err(hidden(calls, &refusal)),
        };
        Ok(Answer::keyed(calls.view(), &written?)?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}

/// Where an agent can bring a call that they have.
///
/// # Errors
/// 404 if there is no such interaction for them.
pub(crate) async fn targets(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let id = interaction_named(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = asked.caller.actor(calls.view())?;
        let me = agent_self(&actor)?;
        seen(calls, &actor, id)?;
        let targets = calls.decides().transfer_targets(me, id);
        Ok(Answer::keyed(calls.view(), &targets)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// Who talks in a call.
///
/// # Errors
/// 403 for customers, 404 if there is no such interaction for the caller.
pub(crate) async fn parties(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor, Role::Agent])?;
    let id = interaction_named(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = asked.caller.actor(calls.view())?;
        seen(calls, &actor, id)?;
        let parties = calls.decides().parties(id);
        Ok(Answer::keyed(calls.view(), &parties)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// All that there is of a customer.
///
/// # Errors
/// 403 for all but hosts and supervisors: an agent sees in the workspace what is there for them.
pub(crate) async fn contacts(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let contacts = calls.decides().of_customer(asked.param("customer"));
        Ok(Answer::keyed(calls.view(), &contacts)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// The conversations of the customer who asks, in the order in which they were opened.
///
/// # Errors
/// 403 for everybody else.
pub(crate) async fn mine(site: &Site, asked: Asked) -> Said {
    asked.only(&["limit", "cursor"])?;
    only(&asked.caller, &[Role::Customer])?;
    let page = Page::of(&asked, &site.settings)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let (view, fact) = (calls.view(), calls.decides().position());
        let actor = asked.caller.actor(view)?;
        let key: &Key = &asked.caller.key;
        let rows = calls.decides().records().into_iter().flat_map(|one| one.of_customer(key));
        let rows = rows.filter(|row| calls.decides().sees(&actor, row.id));
        let mut rows: Vec<_> = rows.map(|row| (row.id.raw(), ForCustomer::of(row))).collect();
        rows.sort_unstable_by_key(|(number, _)| *number);
        Ok(page.answer(view, rows.into_iter())?.with_fact(fact))
    };
    site.ask(Box::new(job)).await
}

/// Says that the caller writes in an interaction. It is no fact, and over after some seconds.
///
/// # Errors
/// 404 if there is no such interaction for the caller, 403 if they take no part in it.
pub(crate) async fn typing(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let id = interaction_named(&asked)?;
    let feed = site.feed.clone();
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let actor = asked.caller.actor(calls.view())?;
        let row = seen(calls, &actor, id)?;
        let agents = takes_part(row);
        let (by, me) = match actor {
            Actor::Customer(_) => ("customer", None),
            Actor::Agent(me) if agents.contains(&me) => ("agent", Some(me)),
            _ => return Err(ProblemDetails::not_allowed()),
        };
        let customer = row.opened_for.clone().filter(|_| me.is_some());
        let agents = agents.into_iter().filter(|agent| Some(*agent) != me).collect();
        feed.pass(Passing { interaction: id, by, agents, customer });
        Ok(Answer::empty(StatusCode::NO_CONTENT).with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}
