//! The report of the day, as text for a supervisor.

use std::fmt::Write;

use strowger::figures::StatusTime;
use strowger::model::ChannelId;
use strowger::prelude::*;
use strowger::state::CloseCause;

use crate::host::Day;
use crate::ledger::Ledger;
use crate::tally::Tally;

/// The columns every table has.
const HEAD: &str = " offered answered abandoned flowed service level      ASA      AHT";

/// What the columns mean.
const TERMS: &str = "\
Service level: answered within the target of the queue, of those answered or abandoned. ASA: average
speed of answer, from the customer's start. AHT: average handle time (talk, hold and wrap-up).
Flowed: on to another queue, or over to the next day. Occupancy: time with contacts, of that and the time available for them.";

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
    line(out, format_args!("By half hour: {}", names.join(" and ")));
    line(out, format_args!("{:<12}{HEAD}  occupancy on queue", "half hour"));
    let is_live = |channel| live.contains(&channel);
    for half_hour in ledger.half_hours() {
        let then = |at| ledger.clock.half_hour(at) == half_hour;
        let tally = ledger.sum(|row| then(row.from) && is_live(row.channel));
        let staff = ledger.staff_in(half_hour);
        if tally != Tally::default() || !staff.on_queue().is_zero() {
            let (name, numbers) = (clock(half_hour * 30), numbers(&tally));
            line(out, format_args!("{name:<12}{numbers}  {}", staffing(&staff)));
        }
    }
    let all = numbers(&ledger.sum(|row| is_live(row.channel)));
    let occupancy = permille(ledger.staff(0..u64::MAX).occupancy());
    line(out, format_args!("{:<12}{all}  {occupancy:>9}", "all"));
    line(out, format_args!("{TERMS}\n"));
}

fn by_channel(out: &mut String, ledger: &Ledger) {
    line(out, format_args!("{:<26}{HEAD}", "By channel"));
    for (id, name) in &ledger.channels {
        let tally = ledger.sum(|row| row.channel == *id);
        line(out, format_args!("{name:<26}{}", numbers(&tally)));
    }
    line(out, format_args!("{:<26}{}\n", "all", numbers(&ledger.sum(|_| true))));
}

fn by_queue(out: &mut String, ledger: &Ledger) {
    line(out, format_args!("{:<26}{HEAD}", "By queue (target)"));
    for (id, queue) in &ledger.queues {
        let tally = ledger.sum(|row| row.queue == *id);
        let name = format!("{} ({})", queue.name, duration(queue.target.as_millis()));
        line(out, format_args!("{name:<26}{}", numbers(&tally)));
    }
    line(out, format_args!(""));
}

fn totals(out: &mut String, day: &Day) {
    let totals = &day.ledger.totals;
    let handling = day.ledger.sum(|_| true).handling;
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
            handling.offered,
            handling.accepted,
            handling.declined,
            handling.missed,
            handling.withdrawn,
            day.lost_races,
        ),
    );
    line(
        out,
        format_args!(
            "Handling: {} holds, {} transfers, {} parked and {} resumed, {} wrap-up codes, {} leases lost",
            totals.held,
            handling.transferred,
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
        tally.service.offered,
        tally.service.answered,
        tally.service.abandoned,
        tally.flowed(),
        permille(tally.service_level()),
        mean(tally.line.first_wait, tally.line.first_answered),
        mean(tally.handling.handled_time, tally.handling.handled),
    )
}

/// Occupancy, and how many agents were on queue on average in half an hour.
fn staffing(staff: &StatusTime) -> String {
    let tenths = staff.on_queue().as_millis() * 10 / 1_800_000;
    format!("{:>9} {:>6}.{}", permille(staff.occupancy()), tenths / 10, tenths % 10)
}

/// A share in percent with one decimal; nothing of nothing is a dash.
pub(crate) fn permille(share: Option<u16>) -> String {
    share.map_or_else(|| "-".into(), |share| format!("{}.{} %", share / 10, share % 10))
}

/// A mean of times.
pub(crate) fn mean(sum: Span, count: u32) -> String {
    let mean = sum.as_millis().checked_div(count.into());
    mean.map_or_else(|| "-".into(), duration)
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
