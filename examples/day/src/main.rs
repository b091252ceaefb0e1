//! A day in a contact centre, routed by strowger: a discrete-event simulation whose host knows
//! nothing but facts, with a supervisor's report and picture of the day.
//!
//! `cargo run --release -p strowger-day`; `--help` lists the options.

mod agenda;
mod agents;
mod args;
mod bank;
mod bars;
mod centre;
mod clock;
mod customers;
mod definer;
mod demand;
mod estimates;
mod frame;
mod host;
mod ledger;
mod made_up;
mod people;
mod picture;
mod random;
mod replay;
mod report;
mod scenario;
mod shifts;
mod stacks;
mod strips;
mod svg;
mod tally;
mod teams;

use std::io::Write;
use std::process::ExitCode;

use args::Args;
use host::Day;
use scenario::Unusable;

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)) {
        Ok(args) if args.help => {
            say(&format!("{}\n", args::HELP));
            ExitCode::SUCCESS
        }
        Ok(args) => run(&args).unwrap_or_else(|Unusable(why)| complain(&why, 2)),
        Err(why) => complain(&why, 2),
    }
}

fn complain(why: &str, status: u8) -> ExitCode {
    eprintln!("day: {why}");
    ExitCode::from(status)
}

fn run(args: &Args) -> Result<ExitCode, Unusable> {
    let scenario = match &args.calls {
        Some(path) => bank::scenario(path, args.date.as_deref())?,
        None => made_up::scenario(args.seed)?,
    };
    let (title, subtitle) = (scenario.title.clone(), scenario.subtitle.clone());
    let (live, goal, notes) = (scenario.live.clone(), scenario.goal, scenario.notes.concat());
    let day = match host::run(scenario, args.check) {
        Ok(day) => day,
        Err(violation) => return Ok(complain(&format!("the engine is wrong: {violation}"), 1)),
    };
    let text = report::text(&day, &title, &subtitle, &live);
    let picture = picture::draw(&day.ledger, &picture::Caption { title, subtitle, live, goal });
    let out = &args.out;
    write(out, &picture).map_err(|error| Unusable(format!("{}: {error}", out.display())))?;
    say(&format!("{text}{notes}Picture:  {}\n", out.display()));
    // How fast it was differs from run to run; the report does not.
    eprintln!("{}", speed(&day));
    let wrong = wrong(&day);
    say(&format!("{}\n", verdict(&day, &wrong)));
    Ok(ExitCode::from(u8::from(!wrong.is_empty())))
}

/// Prints the report. A reader who stops halfway has what they wanted.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn write(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}

fn speed(day: &Day) -> String {
    let (effort, secs) = (&day.effort, day.effort.time.as_secs_f64());
    let rate = |count: u64| count as f64 / secs / 1e6;
    format!(
        "Speed:    {:.2} million calls and {:.2} million facts per second of engine time \
         ({:.1} ms); {} checks",
        rate(effort.calls),
        rate(effort.facts),
        secs * 1e3,
        effort.checks,
    )
}

/// The last line: whether everything that came in came out again, once.
fn verdict(day: &Day, wrong: &[String]) -> String {
    let submitted = day.ledger.totals.submitted;
    if wrong.is_empty() {
        format!(
            "Conservation holds: {submitted} contacts submitted, {submitted} closed, none open."
        )
    } else {
        format!("Conservation is violated: {}", wrong.join("; "))
    }
}

/// Counts that should agree and do not, and commands that should not have been refused.
fn wrong(day: &Day) -> Vec<String> {
    let (ledger, totals) = (&day.ledger, &day.ledger.totals);
    let all = ledger.sum(|_| true);
    let (offers, line) = (&all.handling, &all.line);
    let answers = offers.accepted + offers.declined + offers.missed + offers.withdrawn;
    let (came, gone) = (all.service.offered + line.callback_in, all.ended() + all.flowed());
    let pairs = [
        ("submitted and closed", totals.submitted, totals.closed.values().sum()),
        ("open work", day.open_work as u64, 0),
        ("unfinished on the books", ledger.unfinished().into(), 0),
        ("offered and left", came.into(), (gone + line.callback_out).into()),
        ("offers and answers", offers.offered.into(), answers.into()),
        ("signed in", ledger.signed_in() as u64, 0),
    ];
    let differing = pairs.into_iter().filter(|(_, one, other)| one != other);
    differing.map(|(what, one, other)| format!("{what}: {one} and {other}")).collect()
}
