//! Figures of random histories: what the fold says is what a naive reading of the whole diary says,
//! whenever it is fed, closed, stored or restored; and what must add up adds up.

use std::collections::BTreeMap;

use strowger::fact::Fact;
use strowger::figures::{
    AgentTimelinePiece, ClosedFigures, Figures, FiguresConfig, Handling, LineFlow, ServiceCounts,
    ServiceLevel, StatusTime,
};
use strowger::model::{AgentId, ChannelId, QueueId, Zone, ZoneChange};
use strowger::policy::calendar::local_day;
use strowger::state::Stage;
use strowger::{Engine, Span, Timestamp};

use crate::naive::{Cut, Diary, merged, timeline};
use crate::support;
use crate::support::ops::History;
use crate::support::{Call, json, open};

/// Lives through a history; `step` sees the engine and the new facts after every call.
fn live(
    history: &History,
    mut step: impl FnMut(&Engine, &[Fact]) -> Result<(), String>,
) -> Result<(Engine, Vec<Fact>), String> {
    let (mut engine, mut facts) = open(&history.config);
    step(&engine, &facts)?;
    let mut todo: Vec<_> = support::opening(history).collect();
    let mut ops = history.ops.iter();
    let mut before: Option<Call> = None;
    loop {
        for call in todo.drain(..) {
            let outcome = call.run(&mut engine);
            step(&engine, &outcome.facts)?;
            facts.extend(outcome.facts);
            before = Some(call);
        }
        let Some(op) = ops.next() else {
            return Ok((engine, facts));
        };
        todo = support::calls(op, &engine, before.as_ref());
    }
}

fn config(minutes: u32) -> FiguresConfig {
    FiguresConfig::default()
        .with_interval(Span::from_mins(minutes))
        .with_day_begins(Span::from_mins(7))
        .with_short_abandon(Span::from_secs(1))
        .with_last(5)
}

/// Intervals that cut a history in many pieces, but not in too many.
fn fitting(engine: &Engine) -> Option<FiguresConfig> {
    let lasted = engine.now().since(support::START).as_millis() / 60_000;
    let widths = [1, 15, 60, 1_440].into_iter();
    let mut configs = widths.map(|minutes| config(minutes).with_zone(zone()));
    configs.find(|config| lasted * 60_000 / config.interval.as_millis() < 1_000)
}

/// Clocks that are put forward by an hour early in a history, and back later.
fn zone() -> Zone {
    let changes = [(2, 60), (30, 0), (600, 60)].map(|(minutes, offset_minutes)| ZoneChange {
        from: support::START + Span::from_mins(minutes),
        offset_minutes,
    });
    Zone::default().with_changes(changes)
}

/// The interval an instant is in. All but days divide the hour by which the clocks change.
fn interval(config: &FiguresConfig, at: Timestamp) -> (Timestamp, Timestamp) {
    if config.interval == Span::from_mins(1_440) {
        return local_day(&config.zone, config.day_begins, at);
    }
    let offset = config.day_begins.as_millis() as i64;
    let width = config.interval.as_millis() as i64;
    let from = (at.as_millis() - offset).div_euclid(width) * width + offset;
    (Timestamp::from_millis(from), Timestamp::from_millis(from + width))
}

fn new(config: &FiguresConfig) -> Figures {
    Figures::new(config.clone()).expect("the configuration is valid")
}

fn fold(config: &FiguresConfig, facts: &[Fact]) -> Figures {
    let mut figures = new(config);
    facts.iter().for_each(|fact| figures.apply(fact).expect("the next one"));
    figures
}

/// When everything that happened lies in closed intervals.
fn end(config: &FiguresConfig, engine: &Engine) -> Timestamp {
    // The longest day has 25 hours.
    engine.now() + config.interval + Span::from_mins(60)
}

fn append(all: &mut ClosedFigures, more: ClosedFigures) {
    all.queues.extend(more.queues);
    all.agents.extend(more.agents);
    all.agent_queues.extend(more.agent_queues);
    all.timeline.extend(more.timeline);
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, one: &T, other: &T) -> Result<(), String> {
    if one == other {
        return Ok(());
    }
    Err(format!("{what}:\n{one:#?}\n{other:#?}"))
}

fn same_rows(one: &ClosedFigures, other: &ClosedFigures) -> Result<(), String> {
    for (one, other) in one.queues.iter().zip(&other.queues) {
        same("queue", one, other)?;
    }
    for (one, other) in one.agent_queues.iter().zip(&other.agent_queues) {
        same("agent and queue", one, other)?;
    }
    for (one, other) in one.agents.iter().zip(&other.agents) {
        same("agent", one, other)?;
    }
    let len =
        |rows: &ClosedFigures| [rows.queues.len(), rows.agents.len(), rows.agent_queues.len()];
    same("number of rows", &len(one), &len(other))
}

#[test]
fn the_fold_says_what_the_whole_diary_says() {
    support::check(150, 51, 150, |history| {
        let (engine, facts) = live(history, |_, _| Ok(()))?;
        let Some(config) = fitting(&engine) else {
            return Ok(());
        };
        let mut figures = fold(&config, &facts);
        let closed = figures.close_until(end(&config, &engine));
        let diary = Diary::of(&facts);
        let mut read = ClosedFigures::default();
        let last = interval(&config, end(&config, &engine)).0;
        let mut from = interval(&config, support::START - Span::from_mins(60)).0;
        while from < last {
            let to = interval(&config, from).1;
            append(&mut read, Cut { config: &config, from, to, end: last, diary: &diary }.rows());
            from = to;
        }
        same_rows(&closed, &read)?;
        for agent in diary.agents.keys() {
            let own = closed.timeline.iter().filter(|piece| piece.agent == *agent).copied();
            same("timeline", &merged(own), &timeline(&diary, *agent))?;
        }
        Ok(())
    });
}

#[test]
fn closed_as_they_go_stored_and_restored_they_come_to_the_same() {
    support::check(100, 52, 120, |history| {
        let (engine, _) = live(history, |_, _| Ok(()))?;
        let Some(config) = fitting(&engine) else {
            return Ok(());
        };
        let (mut figures, mut rows) = (new(&config), ClosedFigures::default());
        let mut calls = 0;
        let (engine, facts) = live(history, |engine, facts| {
            facts.iter().for_each(|fact| figures.apply(fact).expect("the next one"));
            append(&mut rows, figures.close_until(engine.now()));
            calls += 1;
            if calls % 10 == 0 {
                let restored: Figures =
                    serde_json::from_str(&json(&figures)).expect("it was written");
                same("restored", &restored, &figures)?;
                figures = restored;
            }
            Ok(())
        })?;
        append(&mut rows, figures.close_until(end(&config, &engine)));
        let mut once = fold(&config, &facts);
        let closed = once.close_until(end(&config, &engine));
        same_rows(&rows, &closed)?;
        same("timeline", &rows.timeline, &closed.timeline)?;
        // What is left is the same, too: only what is open.
        same("left", &once.queues_now(engine.now()), &figures.queues_now(engine.now()))?;
        same("left", &once.agents_now(), &figures.agents_now())?;
        let empty = figures.close_until(end(&config, &engine));
        same("nothing twice", &empty, &ClosedFigures::default())
    });
}

type Sums = (
    BTreeMap<(QueueId, ChannelId), (ServiceCounts, LineFlow, Span)>,
    BTreeMap<(AgentId, QueueId, ChannelId), Handling>,
    BTreeMap<AgentId, StatusTime>,
);

fn sums(closed: &ClosedFigures) -> Sums {
    let mut sums = Sums::default();
    for row in &closed.queues {
        let (service, line, longest) = sums.0.entry((row.queue, row.channel)).or_default();
        service.add(&row.service);
        line.add(&row.line);
        *longest = (*longest).max(row.longest_wait);
    }
    for row in &closed.agent_queues {
        sums.1.entry((row.agent, row.queue, row.channel)).or_default().add(&row.handling);
    }
    for row in &closed.agents {
        sums.2.entry(row.agent).or_default().add(&row.time);
    }
    sums
}

#[test]
fn sums_over_intervals_of_any_width_are_equal() {
    support::check(100, 53, 120, |history| {
        let (engine, facts) = live(history, |_, _| Ok(()))?;
        let until = end(&config(1_440), &engine);
        let of = |minutes| {
            let mut figures = fold(&config(minutes), &facts);
            // What still goes on must end at the same instant.
            let width = i64::from(minutes) * 60_000;
            let border =
                (until.as_millis() - 420_000).div_euclid(86_400_000) * 86_400_000 + 420_000;
            assert_eq!((border - 420_000) % width, 0);
            sums(&figures.close_until(Timestamp::from_millis(border)))
        };
        let day = of(1_440);
        for minutes in [5, 15, 30, 60] {
            same("sums", &of(minutes), &day)?;
        }
        Ok(())
    });
}

#[test]
fn what_came_in_was_answered_left_or_is_there() {
    support::check(100, 54, 150, |history| {
        let (engine, facts) = live(history, |_, _| Ok(()))?;
        let mut figures = fold(&config(60), &facts);
        let closed = figures.close_until(end(&config(60), &engine));
        let (lines, ..) = sums(&closed);
        let mut there = BTreeMap::new();
        for queue in figures.queues_now(engine.now()) {
            for channel in queue.channels {
                let line = channel.waiting + channel.offered;
                there.insert((queue.queue, channel.channel), (line, line + channel.put_off));
            }
        }
        for (cell, (service, line, _)) in &lines {
            same("entered", &line.entered(), &service.offered)?;
            let came = service.offered + line.callback_in;
            let gone = service.answered
                + service.abandoned
                + line.transferred_out
                + line.overflowed_out
                + line.reclassified_out
                + line.left_otherwise
                + line.callback_out;
            let (least, most) = there.get(cell).copied().unwrap_or_default();
            let left = came.checked_sub(gone).ok_or("more went than came")?;
            same("still there", &(least <= left && left <= most), &true)?;
        }
        for (_, handling) in sums(&closed).1 {
            let ended =
                handling.accepted + handling.declined + handling.missed + handling.withdrawn;
            same("offers", &(ended <= handling.offered), &true)?;
            let had = handling.accepted + handling.assigned + handling.taken_over;
            same("handled", &(handling.handled <= had), &true)?;
        }
        Ok(())
    });
}

#[test]
fn pieces_cover_the_login_time_without_gap_or_overlap() {
    support::check(100, 55, 150, |history| {
        let (engine, facts) = live(history, |_, _| Ok(()))?;
        let mut figures = fold(&config(60), &facts);
        let open = figures.agents_now();
        let border = end(&config(60), &engine);
        let closed = figures.close_until(border);
        let border = closed.agents.iter().map(|row| row.to).max().unwrap_or(border);
        let mut pieces = BTreeMap::<AgentId, Vec<AgentTimelinePiece>>::new();
        closed.timeline.iter().for_each(|piece| {
            pieces.entry(piece.agent).or_default().push(*piece);
        });
        let diary = Diary::of(&facts);
        for (agent, time) in sums(&closed).2 {
            let own = pieces.remove(&agent).unwrap_or_default();
            let overlap = own.windows(2).any(|pair| pair[1].from < pair[0].to);
            same("overlap", &overlap, &false)?;
            let length = |piece: &AgentTimelinePiece| piece.to.since(piece.from).as_millis();
            let mut covered: u64 = own.iter().map(length).sum();
            let now = open.iter().find(|row| row.agent == agent);
            let on = now.filter(|row| !diary.offline.contains(&row.presence));
            if let Some(row) = on {
                covered += border.since(row.presence_since.max(row.status_since)).as_millis();
            }
            same("login time", &covered, &time.login().as_millis())?;
        }
        Ok(())
    });
}

#[test]
fn they_agree_with_the_tallies_and_the_screens_of_the_engine() {
    support::check(100, 56, 150, |history| {
        // The tallies count by five minutes of UTC.
        let config =
            FiguresConfig::default().with_interval(Span::from_mins(5)).with_day_begins(Span::ZERO);
        let mut figures = new(&config);
        let (engine, _) = live(history, |engine, facts| {
            facts.iter().for_each(|fact| figures.apply(fact).expect("the next one"));
            screens(engine, &figures)
        })?;
        let closed = figures.close_until(end(&config, &engine));
        let five = |at: Timestamp| at.as_millis().div_euclid(300_000);
        let window = five(engine.now()) - 12;
        for queue in engine.view().queues() {
            let rows = || closed.queues.iter().filter(|row| row.queue == queue.id());
            let (mut all, mut lately) = (ServiceCounts::default(), ServiceCounts::default());
            rows().for_each(|row| all.add(&row.service));
            rows().filter(|row| five(row.from) > window).for_each(|row| lately.add(&row.service));
            let tally = queue.tally();
            same("window", &lately.counts(), &tally.window(engine.now()))?;
            let level = lately.service_level(ServiceLevel::Ended);
            same("service level", &level, &queue.service_level())?;
            same("answered", &all.answered, &tally.waits().samples())?;
            let handled: u32 = rows().map(|row| row.handling.handled).sum();
            same("handled", &handled, &tally.handling().samples())?;
        }
        Ok(())
    });
}

/// What stands where, against the engine's own view.
fn screens(engine: &Engine, figures: &Figures) -> Result<(), String> {
    let (view, now) = (engine.view(), engine.now());
    for shown in figures.queues_now(now) {
        let queue = view.queue(shown.queue).ok_or("a queue the engine does not know")?;
        let sum = |of: &dyn Fn(&strowger::figures::ChannelNow) -> u32| {
            shown.channels.iter().map(of).sum()
        };
        let count = |suits: &dyn Fn(Stage) -> bool| {
            let works = view.works().filter(|work| work.queue() == shown.queue);
            let works = works.filter(|work| !work.request().internal);
            works.filter(|work| suits(work.stage())).count() as u32
        };
        let waiting: u32 = sum(&|row| row.waiting);
        same("waiting", &waiting, &count(&|stage| stage == Stage::Queued))?;
        let offered: u32 = sum(&|row| row.offered);
        same("offered", &offered, &count(&|stage| matches!(stage, Stage::Offered { .. })))?;
        let put_off: u32 = sum(&|row| row.put_off);
        let aside = |stage: Stage| matches!(stage, Stage::Scheduled { .. } | Stage::Suspended);
        same("put off", &put_off, &count(&aside))?;
        let internal: u32 = sum(&|row| row.internal);
        let works = || view.works().filter(|work| work.queue() == shown.queue);
        let unowned = works().filter(|work| work.stage().is_unowned());
        let apart = unowned.filter(|work| work.request().internal).count();
        same("internal", &internal, &(apart as u32))?;
        let customers = works().filter(|work| !work.request().internal);
        let waits = customers.filter(|work| work.stage() == Stage::Queued);
        let waits = waits.map(|work| now.since(work.entered())).max();
        let oldest = shown.channels.iter().filter_map(|row| row.oldest_wait).max();
        same("oldest", &oldest, &waits)?;
        let members: u32 = shown.statuses.iter().map(|(_, count)| count).sum();
        same("members", &members, &(queue.members().count() as u32))?;
        let drain = queue.members().filter_map(|id| view.agent(id));
        let drain = drain.filter(|row| row.is_draining() && row.status().is_staffed()).count();
        // Which rings have joined is checked beside the naive reference.
        if queue.profile().conditional.is_empty() {
            same("staffed", &(staffed(&shown) - drain as u32), &queue.staffed())?;
        }
    }
    for shown in figures.agents_now() {
        let agent = view.agent(shown.agent).ok_or("an agent the engine does not know")?;
        same("status", &shown.status, &agent.status())?;
        same("presence", &shown.presence, &agent.presence())?;
        let work = shown.work;
        let parts = work.active + work.held + work.parked + work.wrapping_up;
        same("assignments", &parts, &(agent.assignments().len() as u32))?;
        let legs = agent.legs().iter().filter(|leg| !leg.role.supervises());
        let alerting = legs.clone().filter(|leg| leg.alerts()).count();
        same("alerting", &shown.alerting, &((agent.offers().len() + alerting) as u32))?;
        same("consults", &shown.consults, &((legs.count() - alerting) as u32))?;
    }
    Ok(())
}

fn staffed(queue: &strowger::figures::QueueNow) -> u32 {
    let staffed = queue.statuses.iter().filter(|(status, _)| status.is_staffed());
    staffed.map(|(_, count)| count).sum()
}

#[test]
fn a_fact_that_is_missing_is_missed() {
    support::check(5, 57, 20, |history| {
        let (_, facts) = live(history, |_, _| Ok(()))?;
        let mut figures = fold(&config(30), &facts);
        let before = figures.clone();
        for fact in facts.iter().rev().take(3) {
            same("again", &figures.apply(fact).is_err(), &true)?;
        }
        same("unchanged", &figures, &before)?;
        same("seq", &figures.seq(), &(facts.len() as u64))
    });
}
