//! What a scraper of Prometheus reads, and what says that the service lives.
//!
//! Units are base units, a counter ends in `_total`, and no label names a person or a piece of
//! work. Figures are those of [`Feed`](crate::Feed): one fold for the board, the page and the
//! scraper.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use strowger::Centre;
use strowger::Span;
use strowger::figures::{ChannelNow, QueueNow, ServiceCounts, ServiceLevel};
use strowger::host::Calls;
use strowger::prelude::RoutingStatus;
use strowger::view::View;

use crate::answer::Answer;
use crate::asked::Asked;
use crate::door::Said;
use crate::look::only;
use crate::site::Site;
use crate::who::Role;

/// The upper ends of the buckets of decisions, in seconds: from 10 us, which an everyday call
/// stays under.
const BUCKETS: [f64; 12] =
    [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 2.5e-2, 0.1, 1.0];

/// What is counted here, and nowhere else.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// How many requests were refused, by the code of the problem.
    refused: BTreeMap<String, u64>,
    /// How many decisions took so long, each in one bucket; the last is for what took longer.
    buckets: [u64; BUCKETS.len() + 1],
    seconds: f64,
}

impl Counted {
    pub(crate) fn refused(&self, code: &str) {
        let mut inner = self.inner();
        match inner.refused.get_mut(code) {
            Some(count) => *count += 1,
            None => {
                inner.refused.insert(code.to_owned(), 1);
            }
        }
    }

    pub(crate) fn decided(&self, took: Duration) {
        let mut inner = self.inner();
        let bucket = BUCKETS.partition_point(|end| *end < took.as_secs_f64());
        if let Some(count) = inner.buckets.get_mut(bucket) {
            *count += 1;
        }
        inner.seconds += took.as_secs_f64();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, text: &mut Text) {
        let inner = self.inner();
        text.head("strowger_commands_refused_total", "counter", "Requests that were not done.");
        for (code, count) in &inner.refused {
            text.value("strowger_commands_refused_total", &[("code", code)], *count);
        }
        let name = "strowger_decision_duration_seconds";
        text.head(name, "histogram", "How long a decision took, without waiting for the disk.");
        let mut sum = 0;
        for (end, count) in BUCKETS.iter().zip(inner.buckets) {
            sum += count;
            text.value(&format!("{name}_bucket"), &[("le", &end.to_string())], sum);
        }
        let all: u64 = inner.buckets.iter().sum();
        text.value(&format!("{name}_bucket"), &[("le", "+Inf")], all);
        text.value(&format!("{name}_sum"), &[], inner.seconds);
        text.value(&format!("{name}_count"), &[], all);
    }
}

/// The text that a scraper reads.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let open = if place == 0 { '{' } else { ',' };
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{open}{label}=\"{text}\"");
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{close} {value}");
    }
}

/// All routing statuses: a gauge that comes and goes is none.
const STATUSES: [RoutingStatus; 6] = [
    RoutingStatus::OffQueue,
    RoutingStatus::Idle,
    RoutingStatus::Offered,
    RoutingStatus::Interacting,
    RoutingStatus::Communicating,
    RoutingStatus::NotResponding,
];

/// What a scraper of Prometheus reads.
///
/// # Errors
/// 403 for agents, customers and administrators.
pub(crate) async fn metrics(site: &Site, asked: Asked) -> Said {
    only(&asked.caller, &[Role::Host, Role::Supervisor, Role::Wall])?;
    let mut text = Text::default();
    text.head("strowger_build_info", "gauge", "The version that runs.");
    text.value("strowger_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.head("strowger_stream_clients", "gauge", "Streams that are open.");
    for (role, count) in site.streams.by_role() {
        text.value("strowger_stream_clients", &[("role", role.name())], count);
    }
    text.head("strowger_streams_closed_total", "counter", "Streams that ended.");
    for (reason, count) in site.streams.ended() {
        text.value("strowger_streams_closed_total", &[("reason", reason)], count);
    }
    site.counted.write(&mut text);
    let feed = site.feed.clone();
    let job = move |calls: &mut Calls<'_, Centre>, now| {
        text.head("strowger_journal_last_fact", "gauge", "The number of the last fact.");
        text.value("strowger_journal_last_fact", &[], calls.decides().position());
        let (queues, agents) =
            feed.with_figures(|figures| (figures.queues_now(now), figures.agents_now()));
        write_queues(&mut text, calls.view(), &queues);
        text.head("strowger_agents", "gauge", "Agents by their routing status.");
        for status in STATUSES {
            let count = agents.iter().filter(|agent| agent.status == status).count();
            text.value("strowger_agents", &[("status", &status_word(status))], count);
        }
        Ok(Answer::text(text.0))
    };
    site.ask(Box::new(job)).await
}

fn status_word(status: RoutingStatus) -> String {
    let word = serde_json::to_value(status).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn seconds(span: Span) -> f64 {
    Duration::from_millis(span.as_millis()).as_secs_f64()
}

fn write_queues(text: &mut Text, view: View<'_>, queues: &[QueueNow]) {
    let mut rows = Vec::new();
    for queue in queues {
        let Some(of_queue) = view.queue(queue.queue) else { continue };
        for now in &queue.channels {
            let Some(channel) = view.channel(now.channel) else { continue };
            rows.push((&**of_queue.key(), &**channel.key(), now));
        }
    }
    text.head("strowger_queue_waiting", "gauge", "Work that waits.");
    for (queue, channel, now) in &rows {
        let labels = [("queue", *queue), ("channel", *channel)];
        text.value("strowger_queue_waiting", &labels, now.waiting);
    }
    let name = "strowger_queue_oldest_wait_seconds";
    text.head(name, "gauge", "How long the oldest has waited.");
    for (queue, channel, now) in &rows {
        let oldest = now.oldest_wait.map_or(0.0, seconds);
        text.value(name, &[("queue", *queue), ("channel", *channel)], oldest);
    }
    let name = "strowger_queue_service_level_ratio";
    text.head(name, "gauge", "The share that was answered in time today; nothing of nothing.");
    for (queue, channel, now) in &rows {
        if let Some(level) = now.today.service_level(ServiceLevel::Ended) {
            let labels = [("queue", *queue), ("channel", *channel), ("formula", "ended")];
            text.value(name, &labels, f64::from(level) / 1_000.0);
        }
    }
    write_counts(text, &rows);
}

type Row<'a> = (&'a str, &'a str, &'a ChannelNow);

/// A name, what it says, and where it stands.
type Count = (&'static str, &'static str, fn(&ServiceCounts) -> u32);

/// The counts of today: they begin again with the day of the figures, as a counter may.
fn write_counts(text: &mut Text, rows: &[Row<'_>]) {
    let counts: [Count; 4] = [
        ("offered", "Work that came to the queue today.", |counts| counts.offered),
        ("answered", "Work that was answered today.", |counts| counts.answered),
        ("answered_in_target", "Work answered in time today.", |counts| counts.in_target),
        ("abandoned", "Work whose customer left today.", |counts| counts.abandoned),
    ];
    for (word, help, count) in counts {
        let name = format!("strowger_queue_{word}_total");
        text.head(&name, "counter", help);
        for (queue, channel, now) in rows {
            text.value(&name, &[("queue", queue), ("channel", channel)], count(&now.today));
        }
    }
}

/// Says that the service answers.
pub(crate) async fn live() -> (StatusCode, &'static str) {
    (StatusCode::OK, "live\n")
}
