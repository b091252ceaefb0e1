//! Queues, and what waits in them.

use serde::Serialize;
use strowger::host::Calls;
use strowger::view::{Estimate, QueueView};
use strowger::{Centre, Key, Span, Timestamp};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::look::only;
use crate::page::Page;
use crate::problem::ProblemDetails;
use crate::site::Site;
use crate::who::Role;

const STAFF: &[Role] = &[Role::Host, Role::Administrator, Role::Supervisor, Role::Agent];

/// A queue as somebody sees it who is about to transfer to it.
#[derive(Serialize)]
struct QueueLine<'a> {
    key: &'a Key,
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_change: Option<Timestamp>,
    waiting: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_wait: Option<Span>,
    staffed: u32,
    free: u32,
    /// The share of what was answered in time, in thousandths, of the last while.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_level: Option<u16>,
    estimates: [Estimate; 4],
}

impl<'a> QueueLine<'a> {
    fn of(queue: QueueView<'a>) -> Self {
        Self {
            key: queue.key(),
            open: queue.is_open(),
            next_change: queue.next_change(),
            waiting: queue.waiting(),
            oldest_wait: queue.oldest_wait(),
            staffed: queue.staffed(),
            free: queue.free(),
            service_level: queue.service_level(),
            estimates: queue.estimates(),
        }
    }
}

/// All queues.
///
/// # Errors
/// 403 for customers and walls.
pub(crate) async fn queues(site: &Site, asked: Asked) -> Said {
    asked.only(&["limit", "cursor"])?;
    only(&asked.caller, STAFF)?;
    let page = Page::of(&asked, &site.settings)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let lines = view.queues().map(|queue| (u64::from(queue.id().raw()), QueueLine::of(queue)));
        Ok(page.answer(view, lines)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// A queue: all of it, or for an agent what they need to know before they transfer.
///
/// # Errors
/// 403 for customers and walls, 404 if there is none.
pub(crate) async fn queue(site: &Site, asked: Asked) -> Said {
    asked.only(&[])?;
    only(&asked.caller, STAFF)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let queue = view.queue_id(asked.param("queue")).and_then(|id| view.queue(id));
        let queue = queue.ok_or_else(ProblemDetails::unknown)?;
        let answer = match asked.caller.role {
            Role::Agent => Answer::keyed(view, &QueueLine::of(queue)),
            _ => Answer::keyed(view, &queue),
        };
        Ok(answer?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}

/// What waits in a queue, the next first; at most a page of it, for the line is another by then.
///
/// # Errors
/// 403 for all but supervisors and hosts, 404 if there is no such queue.
pub(crate) async fn line(site: &Site, asked: Asked) -> Said {
    asked.only(&["limit"])?;
    only(&asked.caller, &[Role::Host, Role::Supervisor])?;
    let page = Page::of(&asked, &site.settings)?;
    let job = move |calls: &mut Calls<'_, Centre>, _| {
        let view = calls.view();
        let queue = view.queue_id(asked.param("queue")).and_then(|id| view.queue(id));
        let line = queue.ok_or_else(ProblemDetails::unknown)?.line();
        let places = (1_u64..).zip(line);
        Ok(page.answer(view, places)?.with_fact(calls.decides().position()))
    };
    site.ask(Box::new(job)).await
}
