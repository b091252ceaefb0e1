//! Snapshots of random histories in which something was changed: each is refused by name, or the
//! engine that comes of it is sound, stays sound, and gives no id twice.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use strowger::centre::{CentreLog, CentreSnapshot};
use strowger::fact::{Event, Fact};
use strowger::interaction::{
    Author, InteractionRequest, InteractionType, OpenInteraction, PostMessage,
};
use strowger::model::AgentId;
use strowger::{Centre, Engine, Log, Snapshot, Timestamp};

use crate::support;
use crate::support::ops::{History, Op};
use crate::support::{ByNumbers, open};

/// Numbers that look like chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides.max(1)
    }
}

/// One thing that somebody changes in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Damage {
    Zero,
    More,
    Less,
    Most,
    Flip,
    Nothing,
    Drop,
    Double,
    Swap,
}

/// The place of each value, the fields on the way to it, joined by slashes.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{n}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(field, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found.push(path.to_owned());
}

/// A place without the numbers of rows, to tell kinds of damage apart.
fn kind_of(path: &str) -> String {
    let parts = path.split('/').filter(|part| part.parse::<u64>().is_err());
    parts.collect::<Vec<_>>().join("/")
}

/// Damages one place of a snapshot. None if that cannot be done there.
fn damaged(value: &Value, places: &[String], dice: &mut Dice) -> Option<(Damage, String, Value)> {
    let path = &places[dice.roll(places.len())];
    let mut changed = value.clone();
    let place = changed.pointer_mut(path)?;
    let damage = match place {
        Value::Number(number) => {
            let low = number.as_i64();
            let (damage, new) = match dice.roll(7) {
                0 => (Damage::Zero, Value::from(0)),
                1 | 2 => (Damage::More, Value::from(low?.checked_add(1)?)),
                3 => (Damage::Less, Value::from(low?.checked_sub(1)?)),
                4 => (Damage::Most, Value::from([u64::MAX, i64::MAX as u64][dice.roll(2)])),
                5 => (Damage::Most, Value::from([u32::MAX, 255, 65_535][dice.roll(3)])),
                _ => {
                    // Another number of the same name: two ids are taken for each other.
                    let kind = kind_of(path);
                    let alike: Vec<_> =
                        places.iter().filter(|other| kind_of(other) == kind).collect();
                    let other = alike[dice.roll(alike.len())];
                    let (one, two) = (value.pointer(path)?, value.pointer(other)?);
                    if one == two || !two.is_number() {
                        return None;
                    }
                    *changed.pointer_mut(path)? = two.clone();
                    if dice.roll(2) == 0 {
                        *changed.pointer_mut(other)? = one.clone();
                    }
                    return Some((Damage::Swap, path.clone(), changed));
                }
            };
            *place = new;
            damage
        }
        Value::Bool(flag) => {
            *flag = !*flag;
            Damage::Flip
        }
        Value::Array(items) if !items.is_empty() => {
            let n = dice.roll(items.len());
            if dice.roll(2) == 0 {
                items.remove(n);
                Damage::Drop
            } else {
                items.insert(n, items[n].clone());
                Damage::Double
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(dice.roll(fields.len()))?.clone();
            fields.remove(&name);
            Damage::Drop
        }
        Value::String(_) => {
            *place = Value::Null;
            Damage::Nothing
        }
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (changed != *value).then(|| (damage, path.clone(), changed))
}

/// The ids that a fact gives.
fn given(fact: &Fact) -> Option<(bool, u64)> {
    match &fact.event {
        Event::WorkSubmitted { work, .. } => Some((true, work.raw())),
        Event::WorkOffered { offer, .. } => Some((false, offer.raw())),
        _ => None,
    }
}

/// The ids of work and of offers that a snapshot knows, open or remembered.
fn known(snapshot: &Value) -> BTreeSet<(bool, u64)> {
    let stores = &snapshot["stores"];
    let tables = [
        (true, &stores["works"][1]),
        (true, &stores["ended_works"]["places"]),
        (false, &stores["offers"][1]),
        (false, &stores["ended_offers"]["places"]),
    ];
    let rows = tables
        .into_iter()
        .flat_map(|(work, rows)| rows.as_array().into_iter().flatten().map(move |row| (work, row)));
    rows.filter_map(|(work, row)| Some((work, row.get(0)?.as_u64()?))).collect()
}

fn advance(engine: &mut Engine, now: Timestamp, log: &mut Log) -> Result<(), String> {
    engine.confirm_clock(now);
    for _ in 0..100_000 {
        engine.advance(now, log).map_err(|refusal| refusal.to_string())?;
        let now = engine.now().max(now);
        if engine.next_deadline().is_none_or(|due| due.at > now) {
            return engine.verify().map_err(|violation| violation.to_string());
        }
    }
    Err("there is no end to what is due".to_owned())
}

/// Takes up a damaged snapshot; what it is refused for.
fn take_up(mutant: &Value, ops: &[Op]) -> Result<Option<String>, String> {
    let Ok(snapshot) = serde_json::from_value::<Snapshot>(mutant.clone()) else {
        return Ok(Some("unreadable".to_owned()));
    };
    let engine = match Engine::restore(snapshot) {
        Ok(engine) => engine,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let mut engine = engine.with_scorer(ByNumbers).with_classifier(ByNumbers);
    let mut ids = known(mutant);
    let (mut log, mut facts) = (Log::default(), Vec::new());
    let now = engine.now();
    advance(&mut engine, now, &mut log)?;
    let mut last = None;
    for op in ops {
        for call in support::calls(op, &engine, last.as_ref()) {
            advance(&mut engine, call.now, &mut log)?;
            facts.extend(call.run(&mut engine).facts);
            if let Some(fault) = engine.fault() {
                return Err(fault.to_string());
            }
            engine.verify().map_err(|violation| violation.to_string())?;
            last = Some(call);
        }
    }
    advance(&mut engine, Timestamp::MAX, &mut log)?;
    facts.extend(log);
    match facts.iter().filter_map(given).find(|id| !ids.insert(*id)) {
        Some((work, id)) => Err(format!("{} {id} twice", if work { "work" } else { "offer" })),
        None => Ok(None),
    }
}

/// What came of the mutants of one test.
#[derive(Default)]
struct Tried {
    taken: BTreeMap<String, u32>,
    refused: BTreeMap<String, u32>,
    wrong: BTreeMap<String, String>,
}

fn damage(history: &History, mutants: usize, dice: &mut Dice, tried: &mut Tried) {
    let (mut engine, _) = open(&history.config);
    support::opening(history).for_each(|call| drop(call.run(&mut engine)));
    let (lived, to_come) = history.ops.split_at(history.ops.len() * 3 / 4);
    let mut last = None;
    for op in lived {
        for call in support::calls(op, &engine, last.as_ref()) {
            call.run(&mut engine);
            last = Some(call);
        }
    }
    let value = serde_json::to_value(engine.snapshot()).expect("JSON");
    let sound =
        take_up(&value, to_come).map(|refused| refused.map(|why| format!("refused: {why}")));
    assert_eq!(sound, Ok(None), "the snapshot as it is");
    let mut found = Vec::new();
    places(&value, "", &mut found);
    for _ in 0..mutants {
        let Some((damage, path, mutant)) = damaged(&value, &found, dice) else { continue };
        tried.note((damage, &path), AssertUnwindSafe(|| take_up(&mutant, to_come)));
    }
}

impl Tried {
    /// Notes what came of one mutant.
    fn note(
        &mut self,
        (damage, path): (Damage, &str),
        take_up: AssertUnwindSafe<impl FnOnce() -> Result<Option<String>, String>>,
    ) {
        let kind = format!("{damage:?} {}", kind_of(path));
        match catch_unwind(take_up).unwrap_or_else(|_| Err("a panic".to_owned())) {
            Ok(None) => *self.taken.entry(kind).or_default() += 1,
            Ok(Some(why)) => {
                let why = why.trim_start_matches("the snapshot is inconsistent: ");
                *self.refused.entry(why.to_owned()).or_default() += 1;
            }
            Err(wrong) => {
                self.wrong.insert(kind, format!("{path}: {wrong}"));
            }
        }
    }

    /// Nothing went wrong, and some of both came about. The names are shown to whoever looks.
    fn show(&self) {
        let sum = |counts: &BTreeMap<String, u32>| counts.values().sum::<u32>();
        let (taken, refused) = (sum(&self.taken), sum(&self.refused));
        println!("{taken} taken up, {refused} refused");
        println!("refused: {:#?}\ntaken up: {:#?}", self.refused, self.taken);
        assert!(self.wrong.is_empty(), "{} kinds: {:#?}", self.wrong.len(), self.wrong);
        assert!(taken > 0 && refused > 0);
    }
}

#[test]
fn what_somebody_changed_is_refused_or_sound() {
    let (tried, dice) = (RefCell::new(Tried::default()), RefCell::new(Dice(7)));
    support::check(16, 1_801, 80, |history| {
        damage(history, 120, &mut dice.borrow_mut(), &mut tried.borrow_mut());
        Ok(())
    });
    tried.into_inner().show();
}

/// Takes up a damaged snapshot of a centre; what it is refused for.
fn take_up_centre(mutant: &Value) -> Result<Option<String>, String> {
    let Ok(snapshot) = serde_json::from_value::<CentreSnapshot>(mutant.clone()) else {
        return Ok(Some("unreadable".to_owned()));
    };
    let mut centre = match Centre::restore(snapshot) {
        Ok(centre) => centre,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let sound = |centre: &Centre| match (centre.fault(), centre.records()) {
        (Some(fault), _) => Err(fault.to_string()),
        (None, Some(records)) => records.check().map_err(str::to_owned),
        (None, None) => Ok(()),
    };
    let (now, mut log) = (centre.engine().now(), CentreLog::default());
    let known = |centre: &Centre| -> BTreeSet<_> {
        centre.records().into_iter().flat_map(|its| its.interactions()).map(|row| row.id).collect()
    };
    let old = known(&centre);
    let rows = centre.records().into_iter().flat_map(|its| its.interactions());
    let numbers: BTreeSet<_> = rows.map(|row| row.number.to_string()).collect();
    for _ in 0..3 {
        centre.advance(now, &mut log).map_err(|refusal| refusal.to_string())?;
        sound(&centre)?;
        let opening = OpenInteraction::new(InteractionRequest::new(InteractionType::Chat));
        let Ok(id) = centre.execute(now, opening, &mut log) else { continue };
        let author = Author::Agent(AgentId::from_raw(0));
        let _ = centre.execute(now, PostMessage::new(id, author, "Hello"), &mut log);
        let row = centre.records().and_then(|records| records.interaction(id));
        let number = row.map(|row| row.number.to_string()).unwrap_or_default();
        if old.contains(&id) || numbers.contains(&number) {
            return Err(format!("interaction {id} or number {number} twice"));
        }
        sound(&centre)?;
    }
    centre.confirm_clock(Timestamp::MAX);
    for _ in 0..1_000 {
        centre.advance(Timestamp::MAX, &mut log).map_err(|refusal| refusal.to_string())?;
    }
    sound(&centre).map(|()| None)
}

#[test]
fn what_somebody_changed_in_a_centre_is_refused_or_sound() {
    let (tried, dice) = (RefCell::new(Tried::default()), RefCell::new(Dice(8)));
    support::check(6, 1_802, 60, |history| {
        let lived = crate::records::live(history, |_| Ok(()))?;
        let value = serde_json::to_value(lived.centre.snapshot()).expect("JSON");
        assert_eq!(take_up_centre(&value), Ok(None), "the snapshot as it is");
        let mut found = Vec::new();
        places(&value, "", &mut found);
        found.retain(|path| !path.starts_with("/engine"));
        let (dice, tried) = (&mut *dice.borrow_mut(), &mut *tried.borrow_mut());
        for _ in 0..150 {
            let Some((damage, path, mutant)) = damaged(&value, &found, dice) else { continue };
            tried.note((damage, &path), AssertUnwindSafe(|| take_up_centre(&mutant)));
        }
        Ok(())
    });
    tried.into_inner().show();
}
