//! Keeps facts, is killed 200 times, and has lost nothing.
//!
//! `kill FOLDER` kills and recovers; `measure FACTS FOLDER` times a recovery. `serve` is the child.

mod centre;
mod ledger;
mod stores;

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use ledger::{Ledger, Promised};
use stores::{Failure, Plain, Redb, Store};
use strowger::host::Journal;
use strowger::journal;
use strowger::prelude::*;

/// How often the child is killed, with each store.
const TIMES: u64 = 200;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["kill", folder] => {
            kill::<Plain>("plain", folder)?;
            kill::<Redb>("redb", folder)
        }
        ["measure", facts, folder] => measure(facts.parse()?, Path::new(folder)),
        ["serve", "plain", folder, seed] => serve::<Plain>(folder, seed.parse()?),
        ["serve", "redb", folder, seed] => serve::<Redb>(folder, seed.parse()?),
        _ => Err("kill FOLDER | measure FACTS FOLDER".into()),
    }
}

/// Chance (xorshift).
fn chance(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// After so many facts the child begins its journal anew.
const ROTATE: u64 = 50;

/// Works until it is killed. A line goes out only after the facts of its command are safe.
fn serve<S: Store>(folder: &str, seed: u64) -> Result<(), Failure> {
    let (store, replica) = S::open(Path::new(folder), &mut |_| {})?;
    let mut last = replica.seq();
    let mut driver = centre::start(store, replica)?;
    let (mut state, mut out) = (seed * 2 + 1, std::io::stdout().lock());
    for number in 0.. {
        let engine = driver.engine().ok_or("the journal failed")?;
        let key = seed * 1_000_000 + number;
        let command = centre::next(engine, chance(&mut state), key);
        let answer = driver.execute(centre::now(), command).map_err(|error| error.to_string())?;
        let seq = driver.engine().ok_or("the journal failed")?.view().seq();
        match answer {
            Ok(Reply::Submitted(_)) => writeln!(out, "{seq} call-{key}")?,
            _ => writeln!(out, "{seq}")?,
        }
        out.flush()?;
        let _nobody_is_there = driver.act();
        if seq / ROTATE > last / ROTATE {
            let snapshot = driver.engine().ok_or("the journal failed")?.snapshot();
            driver.host_mut().journal.rotate(&snapshot, seq)?;
        }
        last = seq;
    }
    Ok(())
}

/// Starts the child, kills it at a random moment, and looks at what is left; many times over.
fn kill<S: Store>(name: &str, folder: &str) -> Result<(), Failure> {
    let folder = Path::new(folder).join(name);
    std::fs::create_dir_all(&folder)?;
    let (mut state, mut promised, mut longest) = (1_912, Promised::default(), Duration::ZERO);
    let (mut facts, mut rotations) = (0, 0);
    for round in 1..=TIMES {
        let mut child = start(name, &folder, round)?;
        // Some die while they recover, some while they write.
        std::thread::sleep(Duration::from_micros(chance(&mut state) % 150_000));
        child.kill()?;
        let mut said = String::new();
        let pipe = child.stdout.take().ok_or("no pipe")?;
        BufReader::new(pipe).read_to_string(&mut said)?;
        child.wait()?;
        // The last line may have been cut.
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        for line in whole.lines() {
            promised.note(line).ok_or_else(|| format!("{line}?"))?;
        }
        let began = Instant::now();
        let mut ledger = Ledger::default();
        let (store, replica) = S::open(&folder, &mut |fact| ledger.note(fact))?;
        longest = longest.max(began.elapsed());
        (facts, rotations) = (ledger.facts(), store.rotations()?);
        if facts > 0 {
            // Nothing fires at the instant of the last fact.
            let engine = replica.promote(strowger::Timestamp::EPOCH, &mut Log::default())?;
            ledger.verify(&promised, &engine).map_err(|what| format!("round {round}: {what}"))?;
        }
    }
    let (keys, longest) = (promised.keys.len(), longest.as_millis());
    println!(
        "{name}: killed {TIMES} times, begun anew {rotations} times; {facts} facts, {keys} calls"
    );
    println!("  acknowledged, none lost or doubled; the longest recovery took {longest} ms");
    Ok(())
}

fn start(name: &str, folder: &Path, round: u64) -> Result<Child, Failure> {
    let mut process = Process::new(std::env::current_exe()?);
    process.arg("serve").arg(name).arg(folder).arg(round.to_string());
    Ok(process.stdout(Stdio::piped()).spawn()?)
}

/// Collects facts and records them, without a disk.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
}

impl Journal for Memory {
    type Error = Failure;

    fn append(&mut self, facts: &[strowger::fact::Fact]) -> Result<(), Failure> {
        Ok(journal::append_facts(facts, &mut self.bytes)?)
    }

    fn sync(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Times the recovery of so many facts from a file, and of a snapshot in their place.
fn measure(facts: u64, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let memory = Memory { bytes: journal::HEADER.to_vec() };
    let mut driver = centre::start(memory, strowger::host::Replica::default())?;
    let (mut state, mut key) = (1_912, 0);
    while let Some(engine) = driver.engine().filter(|engine| engine.view().seq() < facts) {
        let command = centre::next(engine, chance(&mut state), key);
        let answer = driver.execute(centre::now(), command).map_err(|error| error.to_string())?;
        key += u64::from(answer.is_ok());
        let _nobody_is_there = driver.act();
    }
    let engine = driver.engine().ok_or("the journal failed")?;
    let (digest, snapshot) = (engine.digest(), engine.snapshot());
    let mut bytes = journal::HEADER.to_vec();
    journal::append_snapshot(&snapshot, &mut bytes)?;
    let kept = driver.into_host().journal.bytes;
    let mut store = Redb::open(folder, &mut |_| {})?.0;
    for record in journal::Records::of(&kept)? {
        if let journal::Record::Facts(facts) = record? {
            store.append(&facts)?;
        }
    }
    store.sync()?;
    drop(store);
    let began = Instant::now();
    let replica = Redb::open(folder, &mut |_| {})?.1;
    let (took, same) = (began.elapsed(), replica.digest() == digest);
    println!("redb: {} facts, recovered in {took:.2?}, the same: {same}", replica.seq());
    for (name, bytes) in [("facts", kept), ("snapshot", bytes)] {
        let path = folder.join(name);
        std::fs::write(&path, bytes)?;
        let began = Instant::now();
        let bytes = std::fs::read(&path)?;
        let recovery = journal::recover(&bytes)?;
        let took = began.elapsed();
        let same = recovery.replica.digest() == digest;
        let (seq, size) = (recovery.replica.seq(), bytes.len());
        println!("{name}: {seq} facts, {size} bytes, recovered in {took:.2?}, the same: {same}");
    }
    Ok(())
}
