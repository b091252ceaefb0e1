//! Agents: where they are, and what stands on their desks.

use strowger::Centre;
use strowger::command::{Actor, Command};
use strowger::host::Calls;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::look::{agent_named, hidden, only, work_seen};
use crate::page::Page;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::Role;

/// Everybody, as they are now: what a colleague needs to know before they transfer.
///
/// # Errors
/// 403 for customers and walls.
pub(crate) async fn agents(site: &Site, asked: Asked) -> Said {
    asked.only(&["limit", "cursor"])?;
    only(&asked.caller, &[Role::Host, Role::Administrator, Role::Supervisor, Role::Agent])?;
    let page = Page::of(&asked, &site.settings)?;
    let feed = site.feed.clone();
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let now = feed.with_figures(|figures| figures.agents_now());
        let numbered = now.into_iter().map(|agent| (u64::from(agent.agent.raw()), agent));
        Ok(page.answer(calls.view(), numbered)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// An agent, with all that they have: for themselves and for supervisors.
///
/// # Errors
/// 403 for everybody else, 404 if there is none.
pub(crate) async fn agent(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let actor = asked.caller.actor(view)?;
        let agent = agent_named(view, &asked.caller, &actor, asked.param("agent"))?;
        let agent = view.agent(agent).ok_or_else(ProblemDetails::unknown)?;
        Ok(Answer::keyed(view, &agent)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// Why an agent gets what they get.
///
/// # Errors
/// As of [`agent`].
pub(crate) async fn agent_why(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let actor = asked.caller.actor(view)?;
        let agent = agent_named(view, &asked.caller, &actor, asked.param("agent"))?;
        let why = calls.decides().engine().explain_agent(agent);
        let why = why.ok_or_else(ProblemDetails::unknown)?;
        Ok(Answer::keyed(view, &why)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// What asks an agent for an answer.
///
/// # Errors
/// As of [`agent`].
pub(crate) async fn inbox(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let view = calls.view();
        let actor = asked.caller.actor(view)?;
        let agent = agent_named(view, &asked.caller, &actor, asked.param("agent"))?;
        let cards = calls.inbox(agent, now).map_err(|refusal| hidden(calls, &refusal))?;
        Ok(Answer::keyed(calls.view(), &cards)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// What rings at an agent because of a routing point.
///
/// # Errors
/// As of [`agent`].
pub(crate) async fn cards(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        let view = calls.view();
        let actor = asked.caller.actor(view)?;
        let agent = agent_named(view, &asked.caller, &actor, asked.param("agent"))?;
        let cards = calls.decides().cards(agent, now);
        let cards = cards.map_err(|refusal| hidden(calls, &refusal))?;
        Ok(Answer::keyed(view, &cards)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// The commands that would be taken from an agent now about a piece of work.
///
/// # Errors
/// As of [`agent`], and 404 if there is no such work for the agent.
pub(crate) async fn controls(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let actor = asked.caller.actor(view)?;
        let agent = agent_named(view, &asked.caller, &actor, asked.param("agent"))?;
        let work = work_seen(view, &Actor::Agent(agent), asked.param("work"))?;
        let controls = calls.controls(agent, work).map_err(|refusal| hidden(calls, &refusal))?;
        let controls: Vec<Command> = controls;
        Ok(Answer::keyed(calls.view(), &controls)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}
