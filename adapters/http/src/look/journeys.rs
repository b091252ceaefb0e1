//! What visitors did, as far as the one who asks may see it.

use strowger::Centre;
use strowger::host::Calls;
use strowger::interaction::InteractionId;
use strowger::journey::{CustomerId, JourneyViewer, PageRequest};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::look::{agent_self, hidden};
use crate::problem::ProblemDetails;
use crate::site::Site;

/// The page that a request asks for: `size`, and as `after` the cursor that the last page gave.
fn page(asked: &Asked) -> Result<PageRequest, ProblemDetails> {
    let mut page = PageRequest::default();
    page.size = asked.count("size")?;
    if let Some(cursor) = asked.word("after") {
        let wrong = |_| ProblemDetails::malformed("`after` is no cursor of a page");
        page.after = Some(serde_json::from_str(cursor).map_err(wrong)?);
    }
    Ok(page)
}

/// The agent who looks, with the rights that their token gives.
fn viewer(asked: &Asked, calls: &Calls<'_, Centre>) -> Result<JourneyViewer, ProblemDetails> {
    let me = agent_self(&asked.caller.actor(calls.view())?)?;
    Ok(JourneyViewer::new(me, asked.caller.journeys))
}

/// The journey behind an interaction that the agent has or takes part in.
///
/// # Errors
/// 403 for all but agents, 404 if there is none for them, and what the centre refuses.
pub(crate) async fn journey(site: &Site, asked: Asked) -> Said {
    asked.only(&["size", "after"])?;
    let id = InteractionId::from_raw(asked.number("interaction")?);
    let page = page(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let shown = calls.decides().journey(&viewer(&asked, calls)?, id, page);
        let shown = shown.map_err(|refusal| hidden(calls, &refusal))?;
        Ok(Answer::keyed(calls.view(), &shown)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// What changed in the journey behind an interaction, since a fact of journeys.
///
/// # Errors
/// As of [`journey`].
pub(crate) async fn journey_changes(site: &Site, asked: Asked) -> Said {
    asked.only(&["since"])?;
    let id = InteractionId::from_raw(asked.number("interaction")?);
    let since = asked.count("since")?.unwrap_or(0);
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let changes = calls.decides().journey_changes(&viewer(&asked, calls)?, id, since);
        let changes = changes.map_err(|refusal| hidden(calls, &refusal))?;
        Ok(Answer::keyed(calls.view(), &changes)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// The journey of a customer whom nobody has yet.
///
/// # Errors
/// As of [`journey`].
pub(crate) async fn journey_of_customer(site: &Site, asked: Asked) -> Said {
    asked.only(&["size", "after"])?;
    let id = CustomerId::from_raw(asked.number("customer")?);
    let page = page(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let shown = calls.decides().customer_journey(&viewer(&asked, calls)?, id, page);
        let shown = shown.map_err(|refusal| hidden(calls, &refusal))?;
        Ok(Answer::keyed(calls.view(), &shown)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// Who is live.
///
/// # Errors
/// As of [`journey`].
pub(crate) async fn visitors(site: &Site, asked: Asked) -> Said {
    asked.only(&["size", "after"])?;
    let page = page(&asked)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let viewer = viewer(&asked, calls)?;
        let journeys = calls.decides().journeys().ok_or_else(ProblemDetails::unknown)?;
        let live = journeys.live(&viewer, page);
        let live = live.map_err(|refusal| hidden(calls, &refusal.into()))?;
        Ok(Answer::keyed(calls.view(), &live)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}
