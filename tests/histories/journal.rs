//! The format of journals: what is whole is read, what was cut is cut, what is damaged is refused
//! with its place, and what older versions wrote is readable for ever.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;
use strowger::centre::{CentreCommand, CentreConfig, CentreFact, CentreLog};
use strowger::command::Actor;
use strowger::fact::{Event, Fact};
use strowger::host::{Entry, FollowError, Saved};
use strowger::interaction::RecordConfig;
use strowger::journal::{
    Facts, HEADER, JournalError, JournalRecords, Reader, Record, RecordError, Recovery, Until,
    append, append_snapshot, decode, recover_until,
};
use strowger::journey::{JourneyConfig, JourneyEvent};
use strowger::keyed::Keyed;
use strowger::knowledge::{KnowledgeConfig, KnowledgeEvent};
use strowger::{Centre, Config, Engine, Log, Snapshot, Timestamp};

use crate::records::live;

use crate::names::names;
use crate::support;
use crate::support::{Call, open, scripted};

/// Where the journals are that older versions wrote.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/journal");

fn append_facts(facts: &[Fact], bytes: &mut Vec<u8>) -> Result<(), RecordError> {
    append::<Engine>(Entry::of(facts), bytes)
}

fn append_rows(snapshot: Snapshot, bytes: &mut Vec<u8>) -> Result<(), RecordError> {
    append_snapshot::<Engine>(&Saved::of(snapshot), bytes)
}

/// The journal of an engine, read as a whole.
fn recover(bytes: &[u8]) -> Result<Recovery<Engine>, JournalError> {
    strowger::journal::recover(bytes)
}

/// A journal, with where each record begins and the number of its last fact.
#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    facts: Vec<Fact>,
    /// Where records end, and how many facts there are then.
    ends: Vec<(usize, usize)>,
}

impl Written {
    fn new() -> Self {
        Self { bytes: HEADER.to_vec(), ..Self::default() }
    }

    fn add(&mut self, facts: &[Fact]) {
        if facts.is_empty() {
            return;
        }
        append_facts(facts, &mut self.bytes).expect("facts can be written");
        self.facts.extend_from_slice(facts);
        self.ends.push((self.bytes.len(), self.facts.len()));
    }

    /// The first so many records.
    fn first(mut self, records: usize) -> Self {
        self.ends.truncate(records);
        let (bytes, facts) = *self.ends.last().expect("a record");
        self.bytes.truncate(bytes);
        self.facts.truncate(facts);
        self
    }

    /// The records up to that in which the last of these kinds of facts happens first.
    fn until_each_happened(self, kinds: &[String]) -> Self {
        let first = |kind| {
            let fact = self.facts.iter().position(|fact| fact.event.name() == kind);
            fact.unwrap_or_else(|| panic!("{kind} does not happen"))
        };
        let last = kinds.iter().map(first).max().expect("a kind of fact");
        let records = self.ends.iter().take_while(|(_, facts)| *facts <= last).count() + 1;
        self.first(records)
    }

    /// What is whole of so many bytes: bytes and facts.
    fn whole(&self, length: usize) -> (usize, usize) {
        let header = if length < HEADER.len() { 0 } else { HEADER.len() };
        let whole = self.ends.iter().take_while(|(end, _)| *end <= length).last();
        whole.copied().unwrap_or((header, 0))
    }

    /// Where the record begins to which a byte belongs.
    fn start(&self, byte: usize) -> usize {
        let before = self.ends.iter().map(|(end, _)| *end).take_while(|end| *end <= byte);
        before.last().unwrap_or(HEADER.len())
    }

    fn last(&self) -> usize {
        self.start(self.bytes.len() - 1)
    }
}

/// A small floor with something in every stage: calls and their facts.
fn floor() -> Written {
    let config = Config::default().with_remembered(4);
    lived(config, include_str!("../snapshots/floor.jsonl"))
}

/// A story with every fact there is: calls and their facts.
fn every_fact() -> Written {
    lived(Config::default(), include_str!("../console/every_command.jsonl"))
}

/// What a script makes.
fn lived(config: Config, script: &str) -> Written {
    let (mut log, mut written) = (Log::default(), Written::new());
    let mut engine = Engine::new(config, Timestamp::EPOCH, &mut log).expect("a good config");
    for line in script.lines().filter(|line| !line.starts_with('#')) {
        let (now, command) = scripted(engine.view(), line);
        engine.execute(now, command, &mut log).expect("nothing is refused");
        written.add(log.as_slice());
        log.clear();
    }
    written
}

/// The beginning of it, for what is tried with every byte.
fn short() -> Written {
    floor().first(9)
}

#[test]
fn what_was_written_is_read() {
    let written = floor();
    let recovery = recover(&written.bytes).expect("it is whole");
    assert_eq!((recovery.whole, recovery.cut), (written.bytes.len(), 0));
    let engine = Engine::replay(written.facts).expect("its own facts");
    assert_eq!(recovery.replica.digest(), engine.digest());
}

#[test]
fn a_journal_that_ends_anywhere_is_read_up_to_its_last_whole_record() {
    let written = short();
    for length in 0..=written.bytes.len() {
        let recovery =
            recover(&written.bytes[..length]).unwrap_or_else(|e| panic!("{length}: {e}"));
        let (whole, facts) = written.whole(length);
        assert_eq!((recovery.whole, recovery.cut), (whole, length - whole), "{length}");
        assert_eq!(recovery.replica.position(), facts as u64, "{length}");
        let engine = Engine::replay(written.facts[..facts].iter().cloned()).expect("facts");
        assert_eq!(recovery.replica.digest(), engine.digest(), "{length}");
        // What is cut and written again is as if nothing had happened.
        let mut again = written.bytes[..whole].to_vec();
        again.extend(&written.bytes[whole..]);
        assert_eq!(again, written.bytes);
    }
}

#[test]
fn a_write_with_holes_is_cut_if_it_is_the_last() {
    let written = short();
    let (start, length) = (written.last(), written.bytes.len());
    for from in start..length {
        for until in [from + 1, usize::midpoint(from, length), length] {
            let mut bytes = written.bytes.clone();
            bytes[from..until.max(from + 1)].fill(0);
            bytes.extend([0; 40]);
            let recovery = recover(&bytes).unwrap_or_else(|e| panic!("{from}: {e}"));
            let unchanged = bytes[..length] == written.bytes;
            assert_eq!(recovery.whole, if unchanged { length } else { start }, "{from}");
        }
    }
}

#[test]
fn a_byte_that_changed_is_found_wherever_it_is() {
    let written = short();
    let last = written.last();
    for place in 0..written.bytes.len() {
        for bit in [0x01, 0x10, 0x80, 0xff] {
            let mut bytes = written.bytes.clone();
            bytes[place] ^= bit;
            let recovered = recover(&bytes).map(|r| (r.whole, r.replica.position()));
            let expected = match place {
                0..8 => Err(JournalError::Foreign),
                8..16 => Err(JournalError::Damaged { at: 0 }),
                _ if place < last => Err(JournalError::Damaged { at: written.start(place) }),
                // It cannot be told from a write that was cut.
                _ => Ok((last, written.whole(last).1 as u64)),
            };
            assert_eq!(recovered, expected, "byte {place}");
        }
    }
}

#[test]
fn a_record_that_is_missing_or_comes_twice_is_refused_with_its_place() {
    let written = short();
    let ends: Vec<usize> = written.ends.iter().map(|(end, _)| *end).collect();
    let mut missing = written.bytes.clone();
    missing.drain(ends[2]..ends[3]);
    let (at, expected) = (ends[2], written.ends[2].1 as u64 + 1);
    let found = written.ends[3].1 as u64 + 1;
    let error = FollowError::Gap { expected, found };
    assert_eq!(recover(&missing).map(drop), Err(JournalError::Misfit { at, error }));

    let mut twice = written.bytes.clone();
    twice.extend_from_within(ends[7]..);
    let (at, expected) = (written.bytes.len(), written.facts.len() as u64 + 1);
    let error = FollowError::Gap { expected, found: written.ends[7].1 as u64 + 1 };
    assert_eq!(recover(&twice).map(drop), Err(JournalError::Misfit { at, error }));
}

/// The positions of the facts that were told.
#[derive(Default)]
struct Told(Vec<u64>);

impl strowger::host::Follower<Engine> for Told {
    fn follow(&mut self, _: &Engine, facts: &[Fact]) {
        self.0.extend(facts.iter().map(|fact| fact.seq));
    }
}

#[test]
fn a_journal_is_read_up_to_any_fact_or_instant() {
    let written = floor();
    let last = written.facts.len() as u64;
    let instants = written.facts.iter().map(|fact| fact.at);
    let before = |at: Timestamp| Timestamp::from_millis(at.as_millis() - 1);
    let limits = (0..=last + 1).map(Until::Fact);
    let limits = limits.chain(instants.flat_map(|at| [Until::At(before(at)), Until::At(at)]));
    for until in limits {
        let mut told = Told::default();
        let recovery = recover_until(&written.bytes, until, &mut told).expect("it is whole");
        // As many whole records as lie within.
        let within = |fact: &Fact| match until {
            Until::Fact(last) => fact.seq <= last,
            Until::At(last) => fact.at <= last,
        };
        let mut ends = written
            .ends
            .iter()
            .take_while(|(_, facts)| written.facts.iter().take(*facts).all(within));
        let (whole, facts) = ends.by_ref().last().copied().unwrap_or((HEADER.len(), 0));
        let cut = written.bytes.len() - whole;
        assert_eq!((recovery.whole, recovery.cut), (whole, cut), "{until:?}");
        assert_eq!(told.0, (1..=facts as u64).collect::<Vec<_>>(), "{until:?}");
        let engine = Engine::replay(written.facts[..facts].iter().cloned()).expect("facts");
        assert_eq!(recovery.replica.digest(), engine.digest(), "{until:?}");
        // What is cut there is a journal.
        assert_eq!(recover(&written.bytes[..whole]).expect("whole").cut, 0);
    }
}

#[test]
fn nobody_looks_at_what_is_behind_the_limit() {
    let written = short();
    let (whole, facts) = written.ends[3];
    let (behind, _) = written.ends[4];
    let mut bytes = written.bytes;
    // The record behind the limit is whole, the next is damaged, and one more is whole.
    bytes[behind + 20] ^= 0xff;
    assert_eq!(recover(&bytes).map(drop), Err(JournalError::Damaged { at: behind }));
    let until = Until::Fact(facts as u64);
    assert_eq!(recover_until::<Engine>(&bytes, until, &mut ()).expect("whole").whole, whole);
}

#[test]
fn a_journal_that_begins_behind_the_limit_leads_nowhere() {
    let written = floor();
    let known = written.ends[written.ends.len() / 2].1;
    let (before, behind) = written.facts.split_at(known);
    let engine = Engine::replay(before.iter().cloned()).expect("its own facts");
    let mut bytes = HEADER.to_vec();
    append_rows(engine.snapshot(), &mut bytes).expect("it can be written");
    let first = bytes.len();
    append_facts(behind, &mut bytes).expect("they can be written");
    let until = |until| recover_until::<Engine>(&bytes, until, &mut ()).map(|r| r.whole);
    let (seq, at) = (known as u64, engine.now());
    assert_eq!(until(Until::Fact(seq)), Ok(first));
    assert_eq!(until(Until::At(at)), Ok(if behind[0].at > at { first } else { bytes.len() }));
    let beyond = Err(JournalError::Beyond { at: HEADER.len() });
    assert_eq!(until(Until::Fact(seq - 1)), beyond);
    assert_eq!(until(Until::At(Timestamp::from_millis(at.as_millis() - 1))), beyond);
    assert_eq!(until(Until::Fact(u64::MAX)), Ok(bytes.len()));
}

#[test]
fn an_answer_behind_the_limit_is_left_out_with_its_record() {
    let (noon, later) = (Timestamp::EPOCH, Timestamp::from_millis(1));
    let mut log = Log::default();
    Engine::new(Config::default(), noon, &mut log).expect("a good config");
    let mut bytes = HEADER.to_vec();
    append_facts(log.as_slice(), &mut bytes).expect("they can be written");
    let whole = bytes.len();
    // A call was refused under a token: its record has no fact.
    let engine = Engine::replay(log.iter().cloned()).expect("its own facts");
    let host = strowger::host::Host::new(Records(Vec::new()));
    let mut driver = strowger::host::Driver::start(engine, Log::default(), host).expect("kept");
    let call = strowger::host::Call::at(later).with_token("order-17");
    let command = strowger::command::Accept::new(strowger::model::OfferId::from_raw(9)).into();
    driver.call(call, command).expect("kept").expect_err("there is no such offer");
    bytes.extend(driver.into_host().journal.0);
    let until = |at| recover_until::<Engine>(&bytes, Until::At(at), &mut ()).expect("whole");
    assert_eq!((until(noon).whole, until(noon).replica.answers().len()), (whole, 0));
    assert_eq!((until(later).whole, until(later).replica.answers().len()), (bytes.len(), 1));
}

/// Records as they are kept.
struct Records(Vec<u8>);

impl strowger::host::Journal<Engine> for Records {
    type Error = RecordError;

    fn append(&mut self, entry: Entry<'_, Engine>) -> Result<(), RecordError> {
        append(entry, &mut self.0)
    }

    fn sync(&mut self) -> Result<(), RecordError> {
        Ok(())
    }
}

#[test]
fn a_centre_goes_back_as_one() {
    let written = centre_story();
    for (_, centre) in &written.ends {
        let now = centre.engine().now();
        for until in [Until::Fact(centre.position()), Until::At(now)] {
            let recovery = recover_until::<Centre>(&written.bytes, until, &mut ());
            let recovery = recovery.unwrap_or_else(|error| panic!("{until:?}: {error}"));
            let again = strowger::journal::recover::<Centre>(&written.bytes[..recovery.whole]);
            let again = again.expect("whole").replica.digest();
            assert_eq!(recovery.replica.digest(), again);
            assert!(recovery.replica.position() >= centre.position());
            if let Until::Fact(_) = until {
                assert_eq!(recovery.replica.digest(), centre.digest());
            } else {
                assert!(recovery.replica.decides().engine().now() <= now);
            }
        }
    }
}

#[test]
fn a_snapshot_and_the_facts_behind_it_are_a_journal() {
    let written = floor();
    let known = written.ends[written.ends.len() / 2].1;
    let (before, behind) = written.facts.split_at(known);
    let snapshot = Engine::replay(before.iter().cloned()).expect("its own facts").snapshot();
    let mut bytes = HEADER.to_vec();
    append_rows(snapshot.clone(), &mut bytes).expect("it can be written");
    let first = bytes.len();
    append_facts(behind, &mut bytes).expect("they can be written");
    let recovery = recover(&bytes).expect("it is whole");
    let engine = Engine::replay(written.facts.iter().cloned()).expect("its own facts");
    assert_eq!(recovery.replica.digest(), engine.digest());

    // A fact is missing behind it; a snapshot behind facts.
    let mut gap = bytes[..first].to_vec();
    append_facts(&behind[1..], &mut gap).expect("they can be written");
    let seq = known as u64 + 1;
    let error = FollowError::Gap { expected: seq, found: seq + 1 };
    assert_eq!(recover(&gap).map(drop), Err(JournalError::Misfit { at: first, error }));
    let mut behind = written.bytes;
    let at = behind.len();
    append_rows(snapshot, &mut behind).expect("it can be written");
    assert_eq!(recover(&behind).map(drop), Err(JournalError::Misplaced { at }));
}

#[test]
fn a_record_stands_for_itself() {
    let (written, mut record) = (short(), Vec::new());
    append_facts(&written.facts, &mut record).expect("they can be written");
    let decode = |bytes: &[u8]| match decode::<Engine>(bytes)? {
        Record::Facts(Facts { facts, .. }) => Ok(facts),
        other => panic!("{other:?}"),
    };
    assert_eq!(decode(&record), Ok(written.facts));
    assert_eq!(decode(&record[1..]), Err(RecordError::Damaged));
    record.push(0);
    assert_eq!(decode(&record), Err(RecordError::Damaged));
}

/// A header of a version, with a check sum of its own.
#[test]
fn a_version_of_the_future_is_refused_by_its_number() {
    let crc = crc32c(b"strowger\x02\0\0\0");
    let header = [&b"strowger\x02\0\0\0"[..], &crc.to_le_bytes()].concat();
    assert_eq!(recover(&header).map(drop), Err(JournalError::Version { found: 2 }));
    assert_eq!(crc32c(&HEADER[..12]).to_le_bytes(), HEADER[12..]);
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

/// CRC-32C as its definition says, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

/// What version 1 wrote. These files are never written again: if this fails, a reader of what it
/// wrote is missing.
#[test]
fn what_version_1_wrote_is_read() {
    let facts = kept("v1");
    assert_eq!(facts.len(), 65, "the file is not what was written");
    let engine = Engine::replay(facts).expect("facts of a floor");
    let bytes = std::fs::read(format!("{FIXTURES}/v1-snapshot.journal")).expect("it is kept");
    let recovery = recover(&bytes).expect("a snapshot and facts behind it");
    assert_eq!(recovery.replica.digest(), engine.digest());
}

/// The same of every text that is kept. A new kind of fact is to be kept as well, in a file of its
/// own: `cargo test --all-features --test histories write_fixtures -- --ignored`.
#[test]
fn every_fact_is_kept_and_read() {
    assert_eq!(unkept(), [""; 0], "facts that are not kept; `write_fixtures` keeps them");
}

/// The kinds of facts that stand in no text that is kept.
fn unkept() -> Vec<String> {
    let folder = std::fs::read_dir(FIXTURES).expect("a folder");
    let texts = folder.map(|entry| entry.expect("a file").path());
    let texts = texts.filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    let name = |text: std::path::PathBuf| text.file_stem()?.to_str().map(ToOwned::to_owned);
    let facts = texts.filter_map(name).flat_map(|name| kept(&name));
    let known: BTreeSet<_> = facts.map(|fact| fact.event.name()).collect();
    names::<Event>().into_iter().filter(|name| !known.contains(&**name)).collect()
}

/// The same of a centre: a snapshot with records in it, and the facts of calls behind it.
#[test]
fn what_version_1_wrote_of_a_centre_is_read() {
    let bytes = std::fs::read(format!("{FIXTURES}/v1-centre.journal")).expect("it is kept");
    let rows = std::fs::read_to_string(format!("{FIXTURES}/v1-centre.json")).expect("so is this");
    let recovery = strowger::journal::recover::<Centre>(&bytes).expect("a whole journal");
    assert_eq!(recovery.whole, bytes.len());
    let snapshot = serde_json::to_value(recovery.replica.decides().snapshot()).expect("JSON");
    assert_holds(&snapshot, &serde_json::from_str(&rows).expect("JSON"), "the rows of a centre");
    let archived = recovery.replica.decides().records().expect("it keeps records");
    assert!(archived.interactions().next().is_some(), "nothing is open");
}

/// The story of the console with every fact of colleagues who are asked for help.
fn help_story() -> (Centres, CentreLog) {
    let config = CentreConfig::new(Config::default())
        .with_records(RecordConfig::default())
        .with_knowledge(KnowledgeConfig::default());
    told_story(config, include_str!("../console/every_knowledge.jsonl"))
}

/// The story of the console with every fact of the journeys of customers.
fn journey_story() -> (Centres, CentreLog) {
    let config = CentreConfig::new(Config::default().with_clock_step(None))
        .with_records(RecordConfig::default())
        .with_journeys(JourneyConfig::default());
    told_story(config, include_str!("../console/every_journey.jsonl"))
}

/// A story of the console, told to a centre.
fn told_story(config: CentreConfig, lines: &str) -> (Centres, CentreLog) {
    let (start, mut log) = (Timestamp::EPOCH, CentreLog::default());
    let mut centre = Centre::new(config, start, &mut log).expect("good configurations");
    let mut story = Centres::new();
    story.add(&centre, &log);
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let now = Timestamp::from_millis(line["at"].as_i64().expect("a time"));
        let told = match &line["submit"] {
            Value::Null => ["command", "record", "knowledge", "journey"]
                .into_iter()
                .find(|word| line.get(word).is_some())
                .map(|word| serde_json::json!({ word: line[word] })),
            submit => Some(serde_json::json!({"record": {"submit_work": submit}})),
        };
        let Some(told) = told.map(|told| told.to_string()) else { continue };
        let view = centre.engine().view();
        let told = Keyed::read(view, &mut serde_json::Deserializer::from_str(&told));
        let told: CentreCommand = told.unwrap_or_else(|error| panic!("{line}: {error}"));
        // Some of it is refused.
        let _ = centre.tell(now, Actor::Host, told, &mut log);
        story.add(&centre, &log);
    }
    (story, log)
}

/// The facts of a layer as version 1 wrote them, in a journal of a centre that has the layer.
fn check_written(
    end: &str,
    names: Vec<String>,
    of: fn(&CentreFact) -> Option<&'static str>,
) -> Centre {
    let path = |kind| format!("{FIXTURES}/v1-{end}.{kind}");
    let bytes = std::fs::read(path("journal")).expect("a journal that is kept");
    let text = std::fs::read_to_string(path("json")).expect("a text that is kept");
    let text: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let records = JournalRecords::<Centre>::of(&bytes).expect("a journal");
    let read = records.flat_map(|record| match record.expect("a whole record") {
        Record::Facts(Facts { facts, .. }) => facts,
        _ => Vec::new(),
    });
    let mut known = BTreeSet::new();
    let mut texts = text.iter();
    for fact in read {
        let old = texts.next().expect("as many as in the journal");
        assert_holds(&serde_json::to_value(&fact).expect("JSON"), old, "a fact of a centre");
        known.extend(of(&fact));
    }
    assert_eq!(texts.next(), None);
    for name in names {
        assert!(known.contains(&*name), "{name} is not kept: `write_fixtures` keeps it");
    }
    let recovery = strowger::journal::recover::<Centre>(&bytes).expect("a whole journal");
    assert_eq!(recovery.whole, bytes.len());
    recovery.replica.decides().clone()
}

/// The facts of colleagues who are asked for help, as version 1 wrote them.
#[test]
fn what_version_1_wrote_of_colleagues_who_are_asked_is_read() {
    let centre = check_written("knowledge", names::<KnowledgeEvent>(), |fact| {
        fact.knowledge().map(|fact| fact.event.event.name())
    });
    assert!(centre.knowledge().is_some());
}

/// The facts of the journeys of customers, as version 1 wrote them.
#[test]
fn what_version_1_wrote_of_journeys_is_read() {
    let centre = check_written("journey", names::<JourneyEvent>(), |fact| {
        fact.journey().map(|fact| fact.event.event.name())
    });
    assert!(centre.journeys().is_some());
}

/// A centre that has lived a history, in pieces as they were kept.
fn centre_story() -> Centres {
    let lived = RefCell::new(Centres::new());
    support::check(1, 42, 60, |history| {
        live(history, |step| {
            lived.borrow_mut().add(&step.centre, &step.log);
            Ok(())
        })
        .map(drop)
    });
    lived.into_inner()
}

/// The facts that are kept as text and as a journal: the same, making the same engine, and nothing
/// that was written is passed over.
fn kept(name: &str) -> Vec<Fact> {
    let path = |end| format!("{FIXTURES}/{name}.{end}");
    let lines = std::fs::read_to_string(path("jsonl")).expect("a text that is kept");
    let bytes = std::fs::read(path("journal")).expect("a journal that is kept");
    let fact = |line| {
        let fact: Fact = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let (old, new) = (serde_json::from_str(line), serde_json::to_value(&fact));
        assert_holds(&new.expect("JSON"), &old.expect("JSON"), line);
        fact
    };
    let facts: Vec<Fact> = lines.lines().map(fact).collect();
    let read: Result<Vec<_>, _> =
        JournalRecords::<Engine>::of(&bytes).expect("a journal").collect();
    let read = read.expect("whole records").into_iter().flat_map(|record| match record {
        Record::Facts(Facts { facts, .. }) => facts,
        other => panic!("{other:?}"),
    });
    assert!(read.eq(facts.iter().cloned()), "the same facts");
    let engine = Engine::replay(facts.iter().cloned()).expect("facts of a floor");
    assert_eq!(recover(&bytes).expect("it is whole").replica.digest(), engine.digest());
    facts
}

/// What is written today says all that was written then; it may say more. A field that was renamed
/// would be passed over in silence where its absence has a meaning.
fn assert_holds(new: &Value, old: &Value, line: &str) {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            for (name, old) in old {
                let new = new.get(name).unwrap_or_else(|| panic!("{name} is lost: {line}"));
                assert_holds(new, old, line);
            }
        }
        (Value::Array(new), Value::Array(old)) => {
            assert_eq!(new.len(), old.len(), "{line}");
            new.iter().zip(old).for_each(|(new, old)| assert_holds(new, old, line));
        }
        _ => assert_eq!(new, old, "{line}"),
    }
}

#[test]
fn a_history_cut_anywhere_is_the_engine_of_the_facts_that_are_whole() {
    support::check(60, 41, 60, |history| {
        let (mut engine, opening) = open(&history.config);
        let mut written = Written::new();
        written.add(&opening);
        let mut last = None;
        for call in support::opening(history) {
            written.add(&call.run(&mut engine).facts);
        }
        for op in &history.ops {
            for call in support::calls(op, &engine, last.as_ref()) {
                written.add(&Call::run(&call, &mut engine).facts);
                last = Some(call);
            }
        }
        let bytes = &written.bytes;
        // Everywhere would be too much: at steps that meet every part of a record.
        for length in (0..bytes.len()).step_by(bytes.len() / 40 + 1).chain([bytes.len()]) {
            let recovery = recover(&bytes[..length]).map_err(|error| error.to_string())?;
            let (whole, facts) = written.whole(length);
            if (recovery.whole, recovery.replica.position()) != (whole, facts as u64) {
                return Err(format!("{length}: {} of {whole} are whole", recovery.whole));
            }
            if facts > 0 {
                let expected = Engine::replay(written.facts[..facts].iter().cloned());
                let expected = expected.map_err(|error| error.to_string())?;
                if expected.digest() != recovery.replica.digest() {
                    return Err(format!("{length}: another world"));
                }
            }
        }
        Ok(())
    });
}

/// A centre's journal, with the state of the centre behind each record.
struct Centres {
    bytes: Vec<u8>,
    said: usize,
    ends: Vec<(usize, Centre)>,
}

impl Centres {
    /// What was said since the last time; the first time all that stands.
    fn add(&mut self, centre: &Centre, log: &CentreLog) {
        let said = std::mem::replace(&mut self.said, log.len());
        if self.ends.is_empty() {
            let saved = Saved::of(centre.snapshot());
            append_snapshot::<Centre>(&saved, &mut self.bytes).expect("it can be written");
        } else {
            let facts = &log.as_slice()[said..];
            append::<Centre>(Entry::of(facts), &mut self.bytes).expect("it can be written");
        }
        self.ends.push((self.bytes.len(), centre.clone()));
    }

    fn new() -> Self {
        Self { bytes: HEADER.to_vec(), said: 0, ends: Vec::new() }
    }
}

impl Centres {
    /// Wherever the journal is cut, it is the centre behind the last record that is whole.
    fn cut_anywhere(&self) -> Result<(), String> {
        let bytes = &self.bytes;
        for length in (0..bytes.len()).step_by(bytes.len() / 30 + 1).chain([bytes.len()]) {
            let recovered = strowger::journal::recover::<Centre>(&bytes[..length]);
            let recovered = recovered.map_err(|error| error.to_string())?;
            let Some((whole, centre)) = self.ends.iter().rfind(|(end, _)| *end <= length) else {
                assert_eq!(recovered.replica.position(), 0, "{length}");
                continue;
            };
            if recovered.whole != *whole {
                return Err(format!("{length}: {} of {whole} are whole", recovered.whole));
            }
            // It takes up its work at once, as the other would at its next call.
            let now = centre.engine().now();
            let (mut log, mut same) = (CentreLog::default(), CentreLog::default());
            let mut expected = centre.clone();
            expected.advance(now, &mut same).map_err(|error| error.to_string())?;
            let promoted = recovered.replica.promote(now, &mut log);
            let centre = promoted.map_err(|error| error.to_string())?;
            if centre.digest() != expected.digest() || log != same {
                return Err(format!("{length}: another centre, {log:?} for {same:?}"));
            }
            let profiles = |centre: &Centre| centre.records().map(|kept| kept.profiles().clone());
            if profiles(&centre) != profiles(&expected) {
                return Err(format!("{length}: other profiles"));
            }
        }
        Ok(())
    }
}

#[test]
fn the_journal_of_a_centre_is_the_centre_wherever_it_is_cut() {
    support::check(40, 42, 60, |history| {
        let mut centres = Centres::new();
        live(history, |lived| {
            centres.add(&lived.centre, &lived.log);
            Ok(())
        })?;
        centres.cut_anywhere()
    });
}

#[test]
fn the_journal_of_a_centre_in_which_colleagues_are_asked_is_the_centre_wherever_it_is_cut() {
    support::check(40, 43, 60, |history| {
        let mut centres = Centres::new();
        crate::knowledge::live(history, |centre, log| {
            centres.add(centre, log);
            Ok(())
        })?;
        centres.cut_anywhere()
    });
}

#[test]
fn the_journal_of_a_centre_to_which_visitors_come_is_the_centre_wherever_it_is_cut() {
    support::check(40, 53, 50, |history| {
        let mut centres = Centres::new();
        crate::journey::live(history, |centre, log| {
            centres.add(centre, log);
            Ok(())
        })?;
        centres.cut_anywhere()
    });
}

#[test]
fn a_journal_that_comes_in_pieces_is_read_as_one_that_lies_there() {
    let written = floor();
    for piece in [1, 7, 16, 100, 4_096] {
        let (mut reader, mut facts) = (Reader::<Engine>::default(), Vec::new());
        for bytes in written.bytes.chunks(piece) {
            reader.push(bytes);
            while let Some(record) = reader.next_record() {
                match record.expect("it is whole") {
                    Record::Facts(kept) => facts.extend(kept.facts),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(facts, written.facts, "{piece}");
        assert_eq!(reader.finish(), Ok(written.bytes.len()), "{piece}");
    }
    // A torn tail, and damage in the middle.
    let whole = written.last();
    for length in whole..written.bytes.len() {
        let mut reader = Reader::<Engine>::default();
        reader.push(&written.bytes[..length]);
        while let Some(record) = reader.next_record() {
            record.expect("it is whole");
        }
        assert_eq!(reader.finish(), Ok(whole), "{length}");
    }
    let mut bytes = written.bytes.clone();
    bytes[written.ends[2].0 + 20] ^= 1;
    let mut reader = Reader::<Engine>::default();
    reader.push(&bytes);
    while let Some(record) = reader.next_record() {
        record.expect("it is whole");
    }
    assert_eq!(reader.finish(), Err(JournalError::Damaged { at: written.ends[2].0 }));
}

#[test]
fn a_centre_is_not_made_of_an_engine_s_journal() {
    let bytes = floor().bytes;
    let refused = strowger::journal::recover::<Centre>(&bytes).map(drop);
    let error = RecordError::Kind { kind: 1 };
    assert_eq!(refused, Err(JournalError::Unreadable { at: HEADER.len(), error }));
}

/// Writes the files of the present version where there are none yet, and for kinds of facts that
/// no file has a file more, named by them. A file that is there stays as it is.
#[test]
#[ignore = "done once for every version and every new fact"]
fn write_fixtures() {
    std::fs::create_dir_all(FIXTURES).expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = format!("{FIXTURES}/v{}{name}", strowger::journal::VERSION);
        if std::fs::metadata(&path).map_or(0, |there| there.len()) == 0 {
            std::fs::write(path, bytes).expect("a file");
        }
    };
    let lines = |written: &Written| {
        let lines = written.facts.iter().map(|fact| support::json(fact) + "\n");
        lines.collect::<String>()
    };
    let every = every_fact();
    write("-every.jsonl", lines(&every).as_bytes());
    write("-every.journal", &every.bytes);
    let new = unkept();
    if !new.is_empty() {
        let name = new.join("-");
        let story = every.until_each_happened(&new);
        write(&format!("-{name}.jsonl"), lines(&story).as_bytes());
        write(&format!("-{name}.journal"), &story.bytes);
    }
    let written = floor();
    write(".jsonl", lines(&written).as_bytes());
    write(".journal", &written.bytes);
    let (before, behind) = written.facts.split_at(written.facts.len() / 2);
    let snapshot = Engine::replay(before.iter().cloned()).expect("its own facts").snapshot();
    let mut bytes = HEADER.to_vec();
    append_rows(snapshot, &mut bytes).expect("it can be written");
    append_facts(behind, &mut bytes).expect("they can be written");
    write("-snapshot.journal", &bytes);
    let centres = centre_story();
    write("-centre.journal", &centres.bytes);
    // What the journal holds: how often a clock ran back is no fact.
    let recovered = strowger::journal::recover::<Centre>(&centres.bytes).expect("its own journal");
    let rows = recovered.replica.decides().snapshot();
    write("-centre.json", support::json(&rows).as_bytes());
    for (end, (story, log)) in [("knowledge", help_story()), ("journey", journey_story())] {
        let begun = story.ends[0].1.position();
        let told = log.iter().filter(|fact| fact.position > begun);
        let told: Vec<_> = told.collect();
        write(&format!("-{end}.json"), support::json(&told).as_bytes());
        write(&format!("-{end}.journal"), &story.bytes);
    }
}
