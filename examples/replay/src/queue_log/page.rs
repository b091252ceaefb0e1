//! One page for a floor manager: what happened, and what would have, side by side.

use std::collections::BTreeSet;
use std::fmt::Write;

use strowger::figures::QueueInterval;
use strowger::prelude::*;

use crate::queue_log::history::{End, History, Vain};
use crate::queue_log::play::{Day, Terms};

/// The lengths an interval may have, in minutes.
const INTERVALS: [u32; 7] = [15, 30, 60, 120, 240, 720, 1_440];
/// So many intervals fit on the page.
const ROWS: usize = 24;
/// So many queues and agents fit on the page.
const NAMES: usize = 12;
/// How long the longest bar is.
const BAR: u32 = 24;

/// The shortest interval by which all fits on a page.
pub(crate) fn interval(history: &History, offset_minutes: i16) -> Span {
    let rows = |minutes: u32| {
        let length = i64::from(minutes) * 60_000;
        let shift = i64::from(offset_minutes) * 60_000;
        let of = |at: i64| (at + shift).div_euclid(length);
        history.visits.iter().map(|visit| of(visit.entered)).collect::<BTreeSet<_>>().len()
    };
    let few = |minutes: u32| (history.to - history.from) / (i64::from(minutes) * 60_000) < 4_000;
    let fits = INTERVALS.into_iter().find(|minutes| rows(*minutes) <= ROWS && few(*minutes));
    Span::from_mins(fits.unwrap_or(1_440))
}

/// Sums of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub offered: u32,
    pub answered: u32,
    pub in_target: u32,
    pub abandoned: u32,
    pub otherwise: u32,
    waited_ms: u64,
    longest_ms: u64,
    handled: u32,
    handled_ms: u64,
}

impl Sums {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a QueueInterval>) -> Self {
        rows.fold(Self::default(), |sums, row| Self {
            offered: sums.offered + row.service.offered,
            answered: sums.answered + row.service.answered,
            in_target: sums.in_target + row.service.in_target,
            abandoned: sums.abandoned + row.service.abandoned,
            otherwise: sums.otherwise + row.line.left_otherwise,
            waited_ms: sums.waited_ms + row.line.wait_answered.as_millis(),
            longest_ms: sums.longest_ms.max(row.longest_wait.as_millis()),
            handled: sums.handled + row.handling.handled,
            handled_ms: sums.handled_ms + row.handling.handled_time.as_millis(),
        })
    }

    fn waiting(&self) -> u32 {
        self.offered.saturating_sub(self.answered + self.abandoned + self.otherwise)
    }

    fn part(&self, part: u32) -> String {
        let percent = (part * 100 + self.offered / 2).checked_div(self.offered).unwrap_or(0);
        format!("{part} ({percent} %)")
    }

    fn mean_wait(&self) -> String {
        mean(self.waited_ms, self.answered)
    }
}

fn mean(ms: u64, count: u32) -> String {
    ms.checked_div(u64::from(count)).map_or_else(|| "-".to_owned(), clock)
}

/// Minutes and seconds, rounded.
fn clock(ms: u64) -> String {
    let seconds = ms.saturating_add(500) / 1_000;
    if seconds < 3_600 {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    } else {
        format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }
}

/// The date and the time of day of an instant, by the clocks of the floor.
pub(crate) fn date_and_time(at: i64, terms: Terms) -> (String, String) {
    let there = at.saturating_add(i64::from(terms.offset_minutes) * 60_000);
    let text = Timestamp::from_millis(there).to_string();
    let (date, time) = text.split_once('T').unwrap_or((&text, ""));
    (date.to_owned(), time.chars().take(5).collect())
}

/// The zone as it is written behind a time.
fn zone(terms: Terms) -> String {
    let minutes = terms.offset_minutes.unsigned_abs();
    match terms.offset_minutes {
        0 => "UTC".to_owned(),
        ahead => {
            let sign = if ahead > 0 { '+' } else { '-' };
            format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}

/// From when to when the log is.
pub(crate) fn span(history: &History, terms: Terms) -> String {
    let (date, from) = date_and_time(history.from, terms);
    let (last, to) = date_and_time(history.to, terms);
    let zone = zone(terms);
    if date == last {
        format!("{date}, {from} to {to} ({zone})")
    } else {
        format!("{date} {from} to {last} {to} ({zone})")
    }
}

pub(crate) fn write(path: &str, history: &History, terms: Terms, was: &Day, would: &Day) -> String {
    let mut page = Page::default();
    page.line(&format!("{path}: {}, {} lines", span(history, terms), history.lines));
    let answered = |day: &Day| i64::from(Sums::of(day.rows.iter()).answered);
    let more = answered(would) - answered(was);
    page.line(&match more {
        0 => "Decided by strowger, as many calls would have been answered.".to_owned(),
        1.. => format!("Decided by strowger, {more} more would have been answered."),
        ..0 => format!("Decided by strowger, {} fewer would have been answered.", -more),
    });
    page.line("");
    totals(&mut page, history, terms, was, would);
    by_queue(&mut page, history, was, would);
    by_interval(&mut page, terms, was, would);
    by_agent(&mut page, history, was, would);
    assumptions(&mut page, history);
    oddities(&mut page, history, was.refused + would.refused);
    page.text
}

/// Lines of text.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// A row of the table of totals.
    fn row(&mut self, what: &str, was: &str, would: &str) {
        let mut line = String::new();
        // Writing to a string cannot fail.
        let _ = write!(line, "  {what:<44}{was:>16}{would:>24}");
        self.line(&line);
    }
}

fn totals(page: &mut Page, history: &History, terms: Terms, was: &Day, would: &Day) {
    let (a, b) = (Sums::of(was.rows.iter()), Sums::of(would.rows.iter()));
    page.row("", "what happened", "decided by strowger");
    let mut both = |what: &str, of: &dyn Fn(&Sums) -> String| page.row(what, &of(&a), &of(&b));
    both("calls", &|sums| sums.offered.to_string());
    both("answered", &|sums| sums.part(sums.answered));
    let in_time = format!("answered within {} s", terms.target.as_millis() / 1_000);
    both(&in_time, &|sums| sums.part(sums.in_target));
    both("hung up before anybody answered", &|sums| sums.part(sums.abandoned));
    both("left by a limit, a key, or out of the log", &|sums| sums.otherwise.to_string());
    both("still waiting when the log ends", &|sums| sums.waiting().to_string());
    both("mean wait of the answered", &|sums| sums.mean_wait());
    both("longest wait of anybody", &|sums| clock(sums.longest_ms));
    both("mean conversation", &|sums| mean(sums.handled_ms, sums.handled));
    let rings = |how| {
        let rings = history.visits.iter().flat_map(|visit| &visit.rings);
        rings.filter(|ring| ring.how == how).count().to_string()
    };
    page.row("rings in vain", &rings(Vain::Missed), "-");
    page.row("telephones that could not be reached", &rings(Vain::Unreachable), "-");
    page.line("");
}

fn by_queue(page: &mut Page, history: &History, was: &Day, would: &Day) {
    if history.queues.len() < 2 {
        return;
    }
    let sums = |day: &Day, queue: usize| {
        Sums::of(day.rows.iter().filter(|row| row.queue.raw() as usize == queue))
    };
    let mut queues: Vec<_> =
        (0..history.queues.len()).map(|n| (n, sums(was, n), sums(would, n))).collect();
    queues.sort_by_key(|(n, was, _)| (std::cmp::Reverse(was.offered), *n));
    let columns = "calls  answered  hung up  mean wait   answered  hung up  mean wait";
    page.line(&format!("  {:<24}{columns}", "queue"));
    for (n, a, b) in queues.iter().take(NAMES) {
        page.line(&format!(
            "  {:<24}{:>5}  {:>8}  {:>7}  {:>9}   {:>8}  {:>7}  {:>9}",
            short(&history.queues[*n], 23),
            a.offered,
            a.answered,
            a.abandoned,
            a.mean_wait(),
            b.answered,
            b.abandoned,
            b.mean_wait(),
        ));
    }
    more(page, queues.len(), "queues");
    page.line("");
}

/// Says how many are not shown.
fn more(page: &mut Page, all: usize, what: &str) {
    if all > NAMES {
        page.line(&format!("  ... and {} {what} more", all - NAMES));
    }
}

fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['~']).collect()
}

fn by_interval(page: &mut Page, terms: Terms, was: &Day, would: &Day) {
    let all: BTreeSet<Timestamp> = was.rows.iter().chain(&would.rows).map(|row| row.from).collect();
    let at = |day: &Day, from: Timestamp| Sums::of(day.rows.iter().filter(|row| row.from == from));
    let rows: Vec<_> = all.into_iter().map(|from| (from, at(was, from), at(would, from))).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|(_, a, b)| *a != Sums::default() || *b != Sums::default())
        .collect();
    let ended = |sums: &Sums| sums.answered + sums.abandoned + sums.otherwise;
    let most = rows.iter().map(|(_, a, b)| ended(a).max(ended(b))).max().unwrap_or(0).max(1);
    let scale = most.div_ceil(BAR).max(1);
    let per = if scale == 1 { String::new() } else { format!(", {scale} calls a sign") };
    page.line(&format!("  # answered, . left without an answer{per}"));
    let mut date = String::new();
    for (from, a, b) in rows.iter().rev().take(ROWS).rev() {
        let (day, time) = date_and_time(from.as_millis(), terms);
        if day != date {
            page.line(&format!("  {day}  calls  what happened{:>33}", "decided by strowger"));
            date = day;
        }
        let bar = |sums: &Sums| {
            let length = |count: u32| count.div_ceil(scale) as usize;
            let left = sums.abandoned + sums.otherwise;
            "#".repeat(length(sums.answered)) + &".".repeat(length(left))
        };
        page.line(&format!("  {time:<10}  {:>5}  {:<27}{}", a.offered, bar(a), bar(b)));
    }
    if rows.len() > ROWS {
        page.line(&format!("  ... and {} intervals before", rows.len() - ROWS));
    }
    page.line("");
}

fn by_agent(page: &mut Page, history: &History, was: &Day, would: &Day) {
    let vain = |agent: usize, how: Vain| {
        let rings = history.visits.iter().flat_map(|visit| &visit.rings);
        rings.filter(|ring| ring.agent == agent && ring.how == how).count()
    };
    let mut agents: Vec<usize> = (0..history.agents.len()).collect();
    agents.sort_by_key(|agent| (std::cmp::Reverse(was.agents[*agent].0), *agent));
    let columns = "answered  talked  in vain  unreachable   answered  talked";
    page.line(&format!("  {:<32}{columns}", "agent"));
    for agent in agents.iter().copied().take(NAMES) {
        let ((answered, talked), (b, b_talked)) = (was.agents[agent], would.agents[agent]);
        page.line(&format!(
            "  {:<32}{answered:>8}  {:>6}  {:>7}  {:>11}   {b:>8}  {:>6}",
            short(&history.agents[agent].name, 31),
            clock(talked.unsigned_abs()),
            vain(agent, Vain::Missed),
            vain(agent, Vain::Unreachable),
            clock(b_talked.unsigned_abs()),
        ));
    }
    more(page, agents.len(), "agents");
    page.line("");
}

fn assumptions(page: &mut Page, history: &History) {
    let agents = 0..history.agents.len();
    let signed = agents.clone().filter(|agent| history.has_signed(*agent)).count();
    let there = agents.clone().filter(|agent| !history.there(*agent).is_empty()).count();
    let inferred =
        agents.filter(|a| !history.has_signed(*a) && !history.there(*a).is_empty()).count();
    let out = history.agents.len() - there;
    page.line("The second column takes for granted:");
    page.line("  - the oldest call goes to who has been idle longest, one telephone at a time;");
    page.line(&format!(
        "  - {signed} agents are there when they signed on and did not pause; {inferred} who \
         never signed"
    ));
    page.line("    are there in every stretch of business (no pause of 4 hours) in which they");
    page.line(&format!(
        "    answered; {out} are never there, for they neither signed nor answered;"
    ));
    page.line("  - who is there answers, as fast as they mostly did;");
    page.line("  - who hung up hangs up after the same time, unless somebody answered before; who");
    page.line("    was answered waits as long as it takes;");
    page.line("  - a conversation takes as long as it did; one that never was takes the mean of");
    page.line("    its queue.");
}

fn oddities(page: &mut Page, history: &History, refused: usize) {
    let odd = &history.odd;
    let open = history.visits.iter().filter(|visit| visit.end == End::Open).count();
    let lost = history.visits.iter().filter(|visit| matches!(visit.end, End::Lost { .. })).count();
    let mut told = Vec::new();
    let mut tell = |what: &str, count: usize| {
        if count > 0 {
            told.push(format!("  - {what}: {count}"));
        }
    };
    tell("lines that could not be read", odd.bad);
    let names: Vec<_> = odd.unknown.iter().map(|(name, n)| format!("{name} {n}")).collect();
    let unknown = format!("lines of events that are not known ({})", names.join(", "));
    tell(&unknown, odd.unknown.values().sum());
    tell("lines of calls that the log does not know, or that contradict it", odd.orphans);
    tell("lines with an earlier time than the line before, whose time counts", odd.back);
    tell("times that more than a day passed between two lines", odd.jumps);
    tell("calls that are not over when the log ends", open);
    tell("calls without an end in the log: the PBX began anew, or they came in again", lost);
    tell("steps of the log that made no sense to the engine, and were left out", refused);
    if told.is_empty() {
        return;
    }
    page.line("");
    page.line("What was odd:");
    for line in told {
        page.line(&line);
    }
    for bad in &odd.first_bad {
        page.line(&format!("      {bad}"));
    }
    if odd.bad > odd.first_bad.len() {
        page.line("      ...");
    }
}
