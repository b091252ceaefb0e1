//! A child that works until it is killed, and what is checked then.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use strowger::figures::{Figures, FiguresConfig};
use strowger::host::Journal;
use strowger::prelude::*;
use strowger_store::{FileStore, Past, RedbStore, Store, StoreError};

use crate::floor::{Floor, define, next, now};
use crate::ledger::{Ledger, Promised};

pub(crate) type Failure = Box<dyn Error>;

/// Where the child is told what it is.
const CHILD: &str = "STROWGER_KILL_CHILD";

/// What every line of the child that counts begins with.
const ACKNOWLEDGED: &str = "acknowledged ";

/// What the line of a child begins with that ends by itself.
const FAILED: &str = "failed ";

/// After so many facts the child begins its journal anew.
const ROTATE: u64 = 50;

/// After so many lines a child has done something.
const LINES: usize = 20;

/// What follows in the child, and survives it.
const FIGURES: &str = "figures";

/// A store by its name.
pub(crate) trait Named: Store {
    const NAME: &'static str;
}

impl Named for FileStore {
    const NAME: &'static str = "file";
}

impl Named for RedbStore {
    const NAME: &'static str = "redb";
}

/// Chance (xorshift).
fn chance(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Works until it is killed, if this process is a child.
pub(crate) fn serve_if_child() -> Result<(), Failure> {
    let Ok(told) = std::env::var(CHILD) else { return Ok(()) };
    let words: Vec<_> = told.splitn(4, ' ').collect();
    let [store, decides, seed, folder] = words[..] else { return Err(told.into()) };
    let seed = seed.parse()?;
    let served = match (store, decides) {
        ("file", "engine") => serve::<FileStore, Engine>(folder, seed),
        ("redb", "engine") => serve::<RedbStore, Engine>(folder, seed),
        ("file", "centre") => serve::<FileStore, Centre>(folder, seed),
        ("redb", "centre") => serve::<RedbStore, Centre>(folder, seed),
        _ => Err(told.clone().into()),
    };
    // It may be killed while it says so elsewhere.
    if let Err(error) = &served {
        println!("{FAILED}{error}");
    }
    served
}

/// A line goes out only after the facts of its command are safe.
fn serve<S, E>(folder: &str, seed: u64) -> Result<(), Failure>
where
    S: Named + Journal<E, Error = StoreError>,
    E: Floor<Refusal: Error + 'static>,
{
    let mut store = S::open(folder, Past::Kept)?;
    let (heard, mut figures) = match store.beside(FIGURES)? {
        Some(beside) => (beside.position, serde_json::from_slice(&beside.bytes)?),
        None => (0, Figures::new(FiguresConfig::default())?),
    };
    let replica = store.recover_from::<E>(heard, &mut figures)?;
    if figures.seq() != replica.decides().engine().view().seq() {
        return Err("the figures missed something".into());
    }
    let (mut log, answers) = (Log::default(), replica.answers().clone());
    let decides = match replica.position() {
        0 => E::open(&mut log)?,
        _ => replica.promote(now(), &mut log).map_err(|error| error.to_string())?,
    };
    let host = Host::new(store).with_follower(figures);
    let mut driver = Driver::start(decides, log, host)?.with_answers(answers);
    driver.together(define)??;
    let (mut state, mut last) = (seed * 2 + 1, driver.decides().map_or(0, E::position));
    for number in 0.. {
        let key = format!("call-{}", seed * 1_000_000 + number);
        let engine = driver.engine().ok_or("the journal failed")?;
        let arrived = match next(engine, chance(&mut state)) {
            Some(command) => {
                // Whatever was overtaken meanwhile is refused, and that is kept as well.
                drop(driver.together(|calls| calls.tell(now(), command.into()))?);
                ""
            }
            None => {
                driver.together(|calls| E::arrive(calls, &key))??;
                &key
            }
        };
        let position = driver.decides().map_or(0, E::position);
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", format!("{ACKNOWLEDGED}{position} {arrived}").trim_end())?;
        out.flush()?;
        let _nobody_is_there = driver.act();
        if position / ROTATE > last / ROTATE {
            let saved = driver.save().ok_or("the journal failed")?;
            let host = driver.host_mut();
            host.journal.save_beside(FIGURES, &serde_json::to_vec(&host.follower)?)?;
            host.journal.rotate(&saved)?;
        }
        last = position;
    }
    Ok(())
}

/// Starts the child, kills it at a random moment, and checks what is left; many times over.
pub(crate) fn kill<S, E>(
    times: u64,
    folder: &Path,
    program: impl Fn() -> Process,
) -> Result<(), Failure>
where
    S: Named,
    E: Floor,
{
    let folder = folder.join(S::NAME).join(E::NAME);
    let (mut state, mut promised, mut longest) = (1_912, Promised::default(), Duration::ZERO);
    let (mut facts, mut closed, mut snapshots) = (0, 0, 0);
    for round in 1..=times {
        let told = format!("{} {} {round} {}", S::NAME, E::NAME, folder.display());
        let mut child = program().env(CHILD, told).stdout(Stdio::piped()).spawn()?;
        let mut pipe = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let mut said = String::new();
        // Some die while they recover, some while they write; every fourth has done something
        // before, however slow the machine is.
        while round.is_multiple_of(4) && said.lines().count() < LINES {
            if pipe.read_line(&mut said)? == 0 {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(chance(&mut state) % 150_000));
        child.kill()?;
        pipe.read_to_string(&mut said)?;
        let code = child.wait()?.code();
        if code.is_some() || said.lines().any(|line| line.starts_with(FAILED)) {
            return Err(format!("round {round}: the child ended by itself\n{said}").into());
        }
        // The last line may have been cut.
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        for line in whole.lines().filter_map(|line| line.strip_prefix(ACKNOWLEDGED)) {
            promised.note(line).ok_or_else(|| format!("{line}?"))?;
        }
        let began = Instant::now();
        let (mut ledger, mut store) = (Ledger::default(), S::open(&folder, Past::Kept)?);
        let replica = store.recover_from::<E>(0, &mut ledger)?;
        longest = longest.max(began.elapsed());
        (facts, closed, snapshots) = (ledger.facts(), ledger.closed(), store.snapshots()?);
        if facts > 0 {
            let wrong = |what| format!("{} {}, round {round}: {what}", S::NAME, E::NAME);
            ledger.verify(&promised, &replica).map_err(wrong)?;
        }
    }
    let (keys, longest) = (promised.keys.len(), longest.as_millis());
    if keys == 0 || closed == 0 {
        return Err("the children did nothing that could be lost".into());
    }
    println!("{} {}: killed {times} times, {snapshots} snapshots", S::NAME, E::NAME);
    println!(
        "  {facts} facts, {keys} calls acknowledged and {closed} closed, none lost or doubled;"
    );
    println!("  the longest recovery of every fact there ever was took {longest} ms");
    Ok(())
}
