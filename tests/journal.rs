//! Journals that are broken or written by somebody hostile: what was promised is never cut, what
//! was not promised never stands in the way, and nothing panics or takes more than its bytes say.

#![cfg(feature = "journal")]

use strowger::fact::Fact;
use strowger::host::Entry;
use strowger::journal::{self, HEADER, JournalError, Reader, RecordError, append, recover};
use strowger::model::{ChannelProfile, WorkRequest};
use strowger::model::{Comparison, Value};
use strowger::prelude::*;

const NOW: Timestamp = Timestamp::EPOCH;

/// CRC-32C as its definition says, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

/// A record with right check sums, whatever is in it.
fn record(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    let mut bytes = [length, kind, crc32c(body)].map(u32::to_le_bytes).concat();
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes.extend(body);
    bytes
}

/// A whole record of which every byte is a character.
fn record_in_characters() -> String {
    let records = (0..u32::MAX).map(|number| record(1, format!("{number}").as_bytes()));
    records.filter_map(|bytes| String::from_utf8(bytes).ok()).next().unwrap()
}

/// A journal of a floor whose last record holds a text, and where that record begins.
fn with_text(text: &str) -> (Vec<u8>, usize, Engine) {
    let (mut log, mut bytes) = (Log::default(), HEADER.to_vec());
    let mut engine = Engine::new(Config::default(), NOW, &mut log).unwrap();
    let channel = engine.execute(NOW, Define::new("voice", ChannelProfile::voice()), &mut log);
    let queue = engine.execute(NOW, Define::new("support", QueueProfile::default()), &mut log);
    append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
    let (start, before) = (bytes.len(), engine.clone());
    log.clear();
    let request = WorkRequest::new(queue.unwrap(), channel.unwrap());
    let request = request.with_attached([("said".into(), text.into())]);
    engine.execute(NOW, Submit::new(request), &mut log).unwrap();
    append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
    (bytes, start, before)
}

/// What is whole of a journal that is read in pieces of this length.
fn in_pieces(bytes: &[u8], length: usize) -> Result<usize, JournalError> {
    let mut reader = Reader::<Engine>::default();
    for piece in bytes.chunks(length) {
        reader.push(piece);
        while let Some(record) = reader.next_record() {
            record?;
        }
    }
    reader.finish()
}

fn whole(bytes: &[u8]) -> Result<usize, JournalError> {
    let whole = recover::<Engine>(bytes).map(|recovery| recovery.whole);
    for length in [1, 31, 100, 4_096] {
        if bytes.len() / length < 10_000 {
            assert_eq!(in_pieces(bytes, length), whole);
        }
    }
    whole
}

#[test]
fn what_a_customer_says_does_not_turn_a_torn_tail_into_damage() {
    let (bytes, start, before) = with_text(&format!("I said: {}!", record_in_characters()));
    assert_eq!(whole(&bytes), Ok(bytes.len()));
    // Some of the head was never written, and the text was.
    for until in 1..=16 {
        let mut torn = bytes.clone();
        torn[start..start + until].fill(0);
        assert_eq!(whole(&torn), Ok(start), "{until}");
        let recovery = recover::<Engine>(&torn).unwrap();
        assert_eq!(recovery.replica.digest(), before.digest());
    }
}

#[test]
fn no_text_looks_like_the_beginning_of_a_record() {
    // All that a text can hold of a record: a head, and behind it as much as is made of characters.
    // What comes behind the text does not complete it.
    let mut head = None;
    for number in 0..u32::MAX {
        let mut bytes = [40, 1, number].map(u32::to_le_bytes).concat();
        bytes.extend(crc32c(&bytes).to_le_bytes());
        bytes.extend(b"\xa1efacts");
        if let Ok(text) = String::from_utf8(bytes) {
            head = Some(text);
            break;
        }
    }
    let head = head.unwrap();
    let (mut log, mut bytes) = (Log::default(), HEADER.to_vec());
    let mut engine = Engine::new(Config::default(), NOW, &mut log).unwrap();
    let channel = engine.execute(NOW, Define::new("voice", ChannelProfile::voice()), &mut log);
    let queue = engine.execute(NOW, Define::new("support", QueueProfile::default()), &mut log);
    append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
    let request = WorkRequest::new(queue.unwrap(), channel.unwrap());
    let many = Value::Many(["one".into(), "two".into()].into());
    let values = [many, Value::Many([].into()), Value::from("text"), Value::from(1)];
    for value in values {
        log.clear();
        let attributes = [(head.as_str().into(), value), ("answers".into(), Value::from("x"))];
        let request = request.clone().with_attributes(attributes);
        engine.execute(NOW, Submit::new(request), &mut log).unwrap();
        let start = bytes.len();
        append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
        let mut torn = bytes.clone();
        torn[start..start + 16].fill(0);
        assert_eq!(whole(&torn), Ok(start));
    }
}

#[test]
fn a_later_record_that_was_begun_proves_that_an_earlier_one_was_whole() {
    let (bytes, start, _) = with_text("hello");
    let damaged = Err(JournalError::Damaged { at: HEADER.len() });
    // The head of the first record is gone, and of the second all is there or no more than this.
    for left in [bytes.len(), bytes.len() - 1, start + 30] {
        for place in HEADER.len()..HEADER.len() + 16 {
            let mut broken = bytes[..left].to_vec();
            broken[place] ^= 0xff;
            assert_eq!(whole(&broken), damaged, "{left}, {place}");
        }
    }
}

#[test]
fn a_header_that_was_torn_is_that_of_an_empty_journal() {
    let (bytes, start, _) = with_text("hello");
    for length in 0..60 {
        assert_eq!(whole(&vec![0; length]), Ok(0), "{length} zeros");
    }
    for from in 0..HEADER.len() {
        for until in from + 1..=HEADER.len() {
            let mut header = HEADER;
            header[from..until].fill(0);
            if header == HEADER {
                continue;
            }
            for length in 0..=HEADER.len() {
                if header[..length] != HEADER[..length] {
                    assert_eq!(whole(&header[..length]), Ok(0), "{from} to {until}, {length}");
                }
            }
            // Zeros behind it, or some of the first record, which was written with it.
            assert_eq!(whole(&[&header[..], &[0; 40]].concat()), Ok(0));
            let rest = &bytes[HEADER.len() + 16..start];
            assert_eq!(whole(&[&header[..], &[0; 16], rest].concat()), Ok(0));
            // What was promised is not given up.
            let mut broken = bytes.clone();
            broken[..HEADER.len()].copy_from_slice(&header);
            assert_eq!(whole(&broken), Err(JournalError::Damaged { at: 0 }));
        }
    }
    // Something else is still something else.
    let mut foreign = HEADER;
    foreign[2] = b'x';
    assert_eq!(whole(&foreign), Err(JournalError::Foreign));
    assert_eq!(whole(&foreign[..9]), Err(JournalError::Foreign));
    let mut damaged = HEADER;
    damaged[14] ^= 0xff;
    assert_eq!(whole(&damaged), Err(JournalError::Damaged { at: 0 }));
}

/// A record with a value so deep inside an attribute.
fn deep(levels: usize, open: &[u8]) -> Vec<u8> {
    let mut body = b"\xa1\x65facts\x81\xa1\x65event\xa1\x6ework_submitted".to_vec();
    body.extend(b"\xa1\x67request\xa1\x6aattributes\xa1\x61x");
    for _ in 0..levels {
        body.extend(open);
    }
    body.push(0);
    record(1, &body)
}

#[test]
fn a_value_that_is_too_deep_is_refused_by_name() {
    // Lists, maps, tags, and lists of no length.
    for open in [&b"\x81"[..], b"\xa1\x61x", b"\xc2", b"\x9f"] {
        for levels in [200, 100_000, 1_000_000] {
            let record = deep(levels, open);
            let error = RecordError::TooDeep { most: 128 };
            assert_eq!(journal::decode::<Engine>(&record).map(drop), Err(error.clone()));
            let bytes = [&HEADER[..], &record].concat();
            let unreadable = JournalError::Unreadable { at: HEADER.len(), error };
            assert_eq!(whole(&bytes), Err(unreadable));
        }
    }
}

#[test]
fn a_length_that_cannot_be_is_refused_and_nothing_is_made_for_it() {
    let huge = [&b"\x9a\xff\xff\xff\xff"[..], b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"];
    let huge = huge
        .into_iter()
        .chain([&b"\xbb\x80\0\0\0\0\0\0\0"[..], b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff"]);
    for length in huge.chain([&b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"[..], b"\xff", b"\x1c", b""])
    {
        for body in [[b"\xa1\x65facts", length].concat(), length.to_vec()] {
            let read = journal::decode::<Engine>(&record(1, &body)).map(drop);
            assert!(matches!(read, Err(RecordError::Unreadable { .. })), "{body:x?}: {read:?}");
        }
    }
    // Something stands behind what was read.
    let read = journal::decode::<Engine>(&record(1, b"\xa1\x65facts\x80\0")).map(drop);
    assert!(matches!(read, Err(RecordError::Unreadable { .. })), "{read:?}");
}

#[test]
fn what_is_as_deep_as_may_be_is_written_and_read() {
    let (mut log, mut bytes) = (Log::default(), HEADER.to_vec());
    let mut engine = Engine::new(Config::default(), NOW, &mut log).unwrap();
    let channel = engine.execute(NOW, Define::new("voice", ChannelProfile::voice()), &mut log);
    let queue = engine.execute(NOW, Define::new("support", QueueProfile::default()), &mut log);
    let flag = Requirement::attribute("vip", Comparison::Equal, true);
    let need = (1..Requirement::DEPTH_MAX).fold(flag, |need, _| Requirement::All(vec![need]));
    let request = WorkRequest::new(queue.unwrap(), channel.unwrap()).with_need(Need::of(need));
    engine.execute(NOW, Submit::new(request), &mut log).unwrap();
    append::<Engine>(Entry::of(log.as_slice()), &mut bytes).unwrap();
    assert_eq!(whole(&bytes), Ok(bytes.len()));
    let mut bytes = HEADER.to_vec();
    let saved = strowger::host::Saved::of(engine.snapshot());
    journal::append_snapshot::<Engine>(&saved, &mut bytes).unwrap();
    assert_eq!(whole(&bytes), Ok(bytes.len()));
}

/// All numbers of a value, by the way to each.
fn numbers(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    use serde_json::Value::{Array, Number, Object};
    match value {
        Number(_) => found.push(path.to_owned()),
        Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(place, item)| numbers(item, &format!("{path}/{place}"), found));
        }
        Object(items) => {
            items.iter().for_each(|(name, item)| numbers(item, &format!("{path}/{name}"), found));
        }
        _ => {}
    }
}

#[test]
fn what_a_snapshot_may_not_hold_a_journal_may_not_lead_to() {
    let lines = include_str!("fixtures/journal/v1.jsonl");
    let facts: Vec<Fact> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut followed, mut unsound) = (0, 0);
    for (place, line) in lines.lines().enumerate() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut paths = Vec::new();
        numbers(&value["event"], "/event", &mut paths);
        for (path, number) in paths.iter().flat_map(|path| [0, 1, 2, 7, 100_000].map(|n| (path, n)))
        {
            let mut changed = value.clone();
            *changed.pointer_mut(path).unwrap() = number.into();
            let Ok(fact) = serde_json::from_value::<Fact>(changed) else { continue };
            let mut facts = facts.clone();
            facts[place] = fact;
            let mut replica = strowger::host::Replica::<Engine>::default();
            if facts.iter().any(|fact| replica.follow(fact).is_err()) {
                continue;
            }
            followed += 1;
            let restored = Engine::restore(replica.decides().snapshot());
            let mut bytes = HEADER.to_vec();
            append::<Engine>(Entry::of(&facts), &mut bytes).unwrap();
            let recovered = recover::<Engine>(&bytes).map(|recovery| recovery.replica.digest());
            let resumed = Engine::replay(facts).map(|engine| engine.digest());
            match restored {
                Ok(engine) => {
                    assert_eq!(recovered, Ok(engine.digest()), "{place} {path} {number}");
                    assert_eq!(resumed, Ok(engine.digest()));
                }
                Err(error) => {
                    unsound += 1;
                    // The last call of these facts may not be over.
                    let status = error.to_string().contains("status true");
                    assert_eq!(
                        resumed.map_err(|error| error.reason).err(),
                        (!status).then(|| error.to_string())
                    );
                    let at = bytes.len();
                    assert_eq!(recovered, Err(JournalError::Unsound { at, error }));
                }
            }
        }
    }
    assert!(followed > 100 && unsound > 5, "{unsound} of {followed} are unsound");
}

#[test]
fn facts_that_end_in_the_middle_of_a_call_are_taken_up() {
    // Who follows fact by fact may be cut off anywhere.
    for lines in
        [include_str!("fixtures/journal/v1.jsonl"), include_str!("fixtures/journal/v1-every.jsonl")]
    {
        let facts = lines.lines().map(|line| serde_json::from_str(line).unwrap());
        let facts: Vec<Fact> = facts.collect();
        for length in 1..=facts.len() {
            let resumed = Engine::replay(facts[..length].iter().cloned());
            assert_eq!(resumed.err(), None, "{length}");
        }
    }
}
