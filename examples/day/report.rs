//! The report of the day, as text for a supervisor.

use std::fmt::Write;

use strowger::{ChannelId, CloseCause, RoutingStatus};

use crate::curves::PER_HALF_HOUR;
use crate::host::Day;
use crate::ledger::Ledger;
use crate::tally::Tally;

/// The columns every table has.
const HEAD: &str = " offered answered abandoned flowed service level      ASA      AHT";

/// What the columns mean.
const TERMS: &str = "\
Service level: answered within the target of the queue, of those offered. ASA: average speed of
answer. AHT: average handle time (talk, hold and wrap-up). Flowed: on to another queue, or over to
the next day. Occupancy: time with contacts, of that and the time available for them.";

/// The whole report.
pub(crate) fn text(day: &Day, title: &str, subtitle: &str, live: &[ChannelId]) -> String {
    let mut out = String::new();
    let ledger = &day.ledger;
    line(&mut out, format_args!("{title}\n{subtitle}\n"));
    half_hours(&mut out, ledger, live);
    by_channel(&mut out, ledger);
    by_queue(&mut out, ledger);
    line(&mut out, format_args!("{}", day.estimates.table()));
    totals(&mut out, day);
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

fn half_hours(out: &mut String, ledger: &Ledger, live: &[ChannelId]) {
    let names: Vec<_> = live.iter().filter_map(|id| ledger.channels.get(id)).cloned().collect();
    line(out, format_args!("By half hour of arrival: {}", names.join(" and ")));
    line(out, format_args!("{:<12}{HEAD}  occupancy on queue", "half hour"));
    let is_live = |channel| live.contains(&channel);
    for half_hour in 0..ledger.agents.len().div_ceil(PER_HALF_HOUR) {
        let tally = ledger.sum(|cell| cell.half_hour == half_hour && is_live(cell.channel));
        let staff = Staff::in_half_hour(ledger, half_hour);
        if tally != Tally::default() || staff.on_queue > 0 {
            let (name, numbers) = (clock(half_hour * 30), numbers(&tally));
            line(out, format_args!("{name:<12}{numbers}  {}", staff.text()));
        }
    }
    let (all, staff) = (ledger.sum(|cell| is_live(cell.channel)), Staff::all_day(ledger));
    line(out, format_args!("{:<12}{}  {:>9}", "all", numbers(&all), staff.occupancy()));
    line(out, format_args!("{TERMS}\n"));
}

fn by_channel(out: &mut String, ledger: &Ledger) {
    line(out, format_args!("{:<26}{HEAD}", "By channel"));
    for (id, name) in &ledger.channels {
        let tally = ledger.sum(|cell| cell.channel == *id);
        line(out, format_args!("{name:<26}{}", numbers(&tally)));
    }
    line(out, format_args!("{:<26}{}\n", "all", numbers(&ledger.sum(|_| true))));
}

fn by_queue(out: &mut String, ledger: &Ledger) {
    line(out, format_args!("{:<26}{HEAD}", "By queue (target)"));
    for (id, queue) in &ledger.queues {
        let tally = ledger.sum(|cell| cell.queue == *id);
        let name = format!("{} ({})", queue.name, duration(queue.target.as_millis()));
        line(out, format_args!("{name:<26}{}", numbers(&tally)));
    }
    line(out, format_args!(""));
}

fn totals(out: &mut String, day: &Day) {
    let totals = &day.ledger.totals;
    let closed = |cause| totals.closed.get(&cause).copied().unwrap_or(0);
    line(
        out,
        format_args!(
            "Contacts: {} submitted; {} completed, {} abandoned, {} carried over to the next day",
            totals.submitted,
            closed(CloseCause::Completed),
            closed(CloseCause::Abandoned),
            closed(CloseCause::Cancelled),
        ),
    );
    line(
        out,
        format_args!(
            "Offers:   {} made; {} accepted, {} rejected, {} missed, {} withdrawn; {} commands came too late",
            totals.offers,
            totals.accepted,
            totals.rejected,
            totals.missed,
            totals.withdrawn,
            day.lost_races,
        ),
    );
    line(
        out,
        format_args!(
            "Handling: {} holds, {} transfers, {} parked and {} resumed, {} wrap-up codes, {} leases lost",
            totals.held,
            totals.transferred,
            totals.parked,
            totals.resumed,
            totals.codes,
            totals.leases_lost,
        ),
    );
    let (calls, facts) = (day.effort.calls, day.effort.facts);
    line(out, format_args!("Engine:   {calls} calls, {facts} facts, digest {:?}", day.digest));
}

/// The numbers of a tally under [`HEAD`].
fn numbers(tally: &Tally) -> String {
    format!(
        "{:>8} {:>8} {:>9} {:>6} {:>13} {:>8} {:>8}",
        tally.offered,
        tally.answered,
        tally.abandoned,
        tally.flowed_out,
        percent(tally.in_target, tally.offered),
        mean(tally.waited, tally.answered),
        mean(tally.handled, tally.answered),
    )
}

/// What agents did in some stretch of time, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Staff {
    pub(crate) on_queue: u64,
    busy: u64,
    available: u64,
    half_hours: u64,
}

impl Staff {
    pub(crate) fn in_half_hour(ledger: &Ledger, half_hour: u64) -> Self {
        let spent = |status| ledger.agents.half_hour(status, half_hour);
        let busy = spent(RoutingStatus::Interacting);
        let available = spent(RoutingStatus::Idle) + spent(RoutingStatus::Offered);
        let silent = spent(RoutingStatus::NotResponding) + spent(RoutingStatus::Communicating);
        Self { on_queue: busy + available + silent, busy, available, half_hours: 1 }
    }

    pub(crate) fn all_day(ledger: &Ledger) -> Self {
        let half_hours = 0..ledger.agents.len().div_ceil(PER_HALF_HOUR);
        half_hours.map(|number| Self::in_half_hour(ledger, number)).fold(
            Self::default(),
            |sum, part| Self {
                on_queue: sum.on_queue + part.on_queue,
                busy: sum.busy + part.busy,
                available: sum.available + part.available,
                half_hours: sum.half_hours + part.half_hours,
            },
        )
    }

    /// Time with contacts, wrap-up included, of the time with contacts or available for them.
    pub(crate) fn occupancy(&self) -> String {
        percent(self.busy, self.busy + self.available)
    }

    fn text(&self) -> String {
        let tenths = self.on_queue * 10 / (self.half_hours.max(1) * 1_800_000);
        format!("{:>9} {:>6}.{}", self.occupancy(), tenths / 10, tenths % 10)
    }
}

/// A share in percent with one decimal, rounded down; nothing of nothing is a dash.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    match (part * 1_000).checked_div(whole) {
        Some(tenths) => format!("{}.{} %", tenths / 10, tenths % 10),
        None => "-".into(),
    }
}

/// A mean of times in milliseconds.
pub(crate) fn mean(sum: u64, count: u64) -> String {
    sum.checked_div(count).map_or_else(|| "-".into(), duration)
}

/// A length of time in milliseconds, in the largest units that fit.
pub(crate) fn duration(millis: u64) -> String {
    let secs = (millis + 500) / 1_000;
    match secs {
        0..60 => format!("{secs} s"),
        60..3_600 => format!("{}:{:02}", secs / 60, secs % 60),
        _ => format!("{}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60),
    }
}

/// A minute of the day as the clock shows it; past midnight the hours go on.
pub(crate) fn clock(minute: u64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
