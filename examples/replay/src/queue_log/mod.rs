//! A PBX's own log (Asterisk's `queue_log`): what happened, and the same calls decided by this
//! engine beside it.

mod history;
mod line;
mod page;
mod picture;
mod play;

use std::fs;
use std::io::BufReader;

use strowger::prelude::*;

use crate::queue_log::history::History;
use crate::queue_log::play::{Failed, Terms, happened, what_if};
use crate::table;

/// How a log is read and shown.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Where the picture goes.
    pub out: Option<String>,
    /// Answered within so many seconds is in time.
    pub target_s: u32,
    /// How far the clocks of the floor are ahead of UTC.
    pub offset_minutes: i16,
}

impl Default for Options {
    fn default() -> Self {
        Self { out: None, target_s: 20, offset_minutes: 0 }
    }
}

/// Reads a log and prints its page; writes the picture if it has a place.
pub(crate) fn replay(path: &str, options: &Options) -> Result<(), Failed> {
    let history = History::read(BufReader::new(table::open(path)?))
        .map_err(|error| format!("{path}: {error}"))?;
    let (page, picture) = show(path, &history, options)?;
    print!("{page}");
    if let Some(out) = &options.out {
        fs::write(out, picture).map_err(|error| format!("{out}: {error}"))?;
        println!("The picture is in {out}.");
    }
    Ok(())
}

/// The page and the picture of a log.
fn show(path: &str, history: &History, options: &Options) -> Result<(String, String), Failed> {
    if history.visits.is_empty() {
        let Some(bad) = history.odd.first_bad.first() else {
            return Err(format!("{path}: no call entered a queue").into());
        };
        return Err(format!("{path}: no call entered a queue; {bad}").into());
    }
    let interval = page::interval(history, options.offset_minutes);
    let target = Span::from_secs(options.target_s);
    let terms = Terms { target, interval, offset_minutes: options.offset_minutes };
    let (was, would) = (happened(history, terms)?, what_if(history, terms)?);
    let page = page::write(path, history, terms, &was, &would);
    Ok((page, picture::draw(path, history, terms, &was, &would)))
}

#[cfg(test)]
mod tests {
    use strowger::figures::Handling;

    use super::*;
    use crate::queue_log::history::End;
    use crate::queue_log::line::Why;

    const SAMPLE: &[u8] = include_bytes!("../../sample/queue_log");

    fn read(log: &str) -> History {
        History::read(log.as_bytes()).unwrap()
    }

    /// The page of the sample is kept beside it: each number in it was checked by hand.
    #[test]
    fn the_page_of_the_sample() {
        let history = History::read(SAMPLE).unwrap();
        let (page, picture) = show("sample/queue_log", &history, &Options::default()).unwrap();
        assert_eq!(picture.matches("<path").count(), 2);
        let (target, offset_minutes) = (Span::from_secs(20), 0);
        let terms = Terms { target, interval: Span::from_mins(15), offset_minutes };
        let day = happened(&history, terms).unwrap();
        let missed: u32 = day.rows.iter().map(|row| row.handling.missed).sum();
        let declined: u32 = day.rows.iter().map(|row| row.handling.declined).sum();
        assert_eq!((missed, declined, day.refused), (2, 0, 0));
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/sample/page.txt");
        if std::env::var_os("STROWGER_REWRITE").is_some() {
            fs::write(kept, &page).unwrap();
        }
        assert_eq!(page, fs::read_to_string(kept).unwrap());
    }

    fn bad(history: &History) -> Vec<String> {
        history.odd.first_bad.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_that_cannot_be_read_are_counted_and_named() {
        let long = "x".repeat(70_000);
        let history =
            read(&format!("1|c|q|NONE|ENTERQUEUE\n{long}\n\n2|c|q|a\n3|c|q|NONE|ABANDON\n"));
        let told = ["line 2: longer than any line of a log", "line 4: fewer than five fields"];
        assert_eq!(bad(&history), told);
        assert_eq!((history.lines, history.odd.bad, history.visits.len()), (4, 2, 1));
    }

    #[test]
    fn a_clock_that_goes_back_stands_still() {
        let history = read("10|c|q|NONE|ENTERQUEUE\n4|c|q|NONE|ABANDON\n90000|d|q|NONE|ENTERQUEUE");
        assert_eq!((history.odd.back, history.odd.jumps), (1, 1));
        assert_eq!(history.visits[0].end, End::Left { at: 10_000, why: Why::HungUp, line: 2 });
        assert_eq!(history.stretches, [(10_000, 10_000), (90_000_000, 90_000_000)]);
    }

    #[test]
    fn one_line_of_a_wrong_time_moves_nothing() {
        let history = read(
            "9000000|x|q|NONE|ENTERQUEUE\n10|c|q|NONE|ENTERQUEUE\n99999|d|q|NONE|ENTERQUEUE\n\
             11|c|q|NONE|ABANDON\n12|e|q|NONE|ENTERQUEUE\n999999999|f|q|NONE|ENTERQUEUE",
        );
        let told = [1, 3, 6].map(|n| format!("line {n}: a time far ahead of the lines around it"));
        assert_eq!(bad(&history), told);
        assert_eq!((history.from, history.to, history.odd.back), (10_000, 12_000, 0));
    }

    /// Whatever is in a log, nothing panics and the page is written.
    #[test]
    fn a_mangled_log_has_a_page() {
        let sample = String::from_utf8(SAMPLE.to_vec()).unwrap();
        let mut chance = 1_u64;
        let mut below = |bound: usize| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (chance >> 33) as usize % bound
        };
        for _ in 0..300 {
            let mut lines: Vec<String> = sample.lines().map(str::to_owned).collect();
            for _ in 0..1 + below(12) {
                let (one, other) = (below(lines.len()), below(lines.len()));
                let at = below(lines[one].len() + 1);
                match below(4) {
                    0 => lines.swap(one, other),
                    1 => lines[one].truncate(at),
                    2 => lines[one].insert_str(at, ["|", "9", "-", "NONE"][below(4)]),
                    _ => lines.insert(one, lines[other].clone()),
                }
            }
            if let Ok((page, _)) = show("log", &read(&lines.join("\n")), &Options::default()) {
                assert!(page.contains("decided by strowger"));
            }
        }
    }

    #[test]
    fn what_the_log_does_not_end_is_open_or_lost() {
        let history = read(
            "1|a|q|NONE|ENTERQUEUE\n2|b|q|NONE|ENTERQUEUE\n3|b|q|x|CONNECT|1\n\
             4|NONE|NONE|NONE|QUEUESTART\n5|b|q|x|COMPLETEAGENT|1|2|1\n\
             6|c|q|NONE|ENTERQUEUE\n7|c|q|NONE|ENTERQUEUE\n8|c|q|x|CONNECT|1",
        );
        let ends: Vec<_> = history.visits.iter().map(|visit| visit.end).collect();
        let lost = |at, line| End::Lost { at, line };
        assert_eq!(ends, [lost(4_000, 4), lost(4_000, 4), lost(7_000, 7), End::Open]);
        // The end of a call that the restart cut off.
        assert_eq!(history.odd.orphans, 1);
        let (page, _) = show("log", &history, &Options::default()).unwrap();
        assert!(page.contains("calls that are not over when the log ends: 1"), "{page}");
        assert!(page.contains("out of the log                  2"), "{page}");
    }

    #[test]
    fn who_is_there_is_who_signed_or_who_answered() {
        let history = read(
            "1|NONE|q|on|ADDMEMBER\n2|NONE|q|paused|PAUSE\n3|c|q|NONE|ENTERQUEUE\n\
             4|c|q|silent|RINGNOANSWER|1000\n5|c|q|there|CONNECT|2\n6|NONE|q|on|REMOVEMEMBER\n\
             7|NONE|q|paused|UNPAUSE\n9|c|q|there|COMPLETEAGENT|2|4|1\n20000|d|q|NONE|ENTERQUEUE",
        );
        let there = |name: &str| {
            let agent = history.agents.iter().position(|agent| agent.name == name).unwrap();
            history.there(agent)
        };
        assert_eq!(there("on"), [(1_000, 6_000)]);
        assert_eq!(there("paused"), [(1_000, 2_000), (7_000, 20_000_000)]);
        assert_eq!(there("there"), [(1_000, 9_000)]);
        assert_eq!(there("silent"), []);
    }

    #[test]
    fn a_log_without_a_call_is_no_log() {
        let refused = |log: &str| show("log", &read(log), &Options::default()).unwrap_err();
        assert_eq!(refused("").to_string(), "log: no call entered a queue");
        let bad = "log: no call entered a queue; line 1: fewer than five fields";
        assert_eq!(refused("a,b,c").to_string(), bad);
    }

    /// The sums that are published with the log, where it is there.
    #[test]
    fn the_sums_of_a_real_log() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/queue_log/queue_log");
        let Ok(log) = fs::read(path) else {
            eprintln!("skipped: {path} is not here");
            return;
        };
        let history = History::read(log.as_slice()).unwrap();
        let (target, offset_minutes) = (Span::from_secs(20), 0);
        let terms = Terms { target, interval: Span::from_mins(15), offset_minutes };
        let day = happened(&history, terms).unwrap();
        let calls = history.visits.iter().zip(&day.fates);
        let waits = |answered: bool| -> Vec<i64> {
            let calls = calls.clone().filter(|(_, fate)| fate.answered.is_some() == answered);
            calls.map(|(visit, fate)| (fate.out.unwrap() - visit.entered) / 1_000).collect()
        };
        assert_eq!(waits(true), [1, 2, 36, 6]);
        assert_eq!(waits(false), [13, 45, 17]);
        assert_eq!(day.agents.iter().map(|(_, talked)| talked).sum::<i64>(), 27_000);
        assert_eq!((day.refused, history.odd.bad), (0, 0));
        // What rang in vain was missed, each for itself, and who was not reached declined nothing.
        let sum = |of: fn(&Handling) -> u32| -> u32 {
            day.rows.iter().map(|row| of(&row.handling)).sum()
        };
        assert_eq!((sum(|row| row.missed), sum(|row| row.declined)), (11, 0));
        assert_eq!((sum(|row| row.withdrawn), sum(|row| row.accepted)), (7, 4));
    }
}
