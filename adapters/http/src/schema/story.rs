//! The recorded sessions once more, and all that can be looked at in them: what is only written is
//! known from here.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde::Serialize;
use serde_json::{Value, json};
use strowger::Timestamp;
use strowger::centre::{Centre, CentreCommand, CentreConfig, CentreLog};
use strowger::interaction::{Layout, NoAssist, RecordConfig, Report};
use strowger::journey::JourneyConfig;
use strowger::keyed::Keyed;
use strowger::knowledge::KnowledgeConfig;
use strowger::model::{AgentId, Config};

use super::{Types, names};

/// Values by their types, each once, as they are written with keys.
type Values = BTreeMap<String, BTreeMap<String, Value>>;

static SEEN: LazyLock<(Types, Values)> = LazyLock::new(|| {
    let mut types = Types::of_centre().expect("all is known");
    let mut values = Values::new();
    tell(&mut |shown| {
        for (name, value) in shown.look(&mut types) {
            values.entry(name).or_default().insert(value.to_string(), value);
        }
    });
    (types, values)
});

/// The types of a centre, with those that are only written. The document is made from these.
pub(crate) fn types() -> &'static Types {
    &SEEN.0
}

/// What was looked at.
pub(super) fn values() -> &'static Values {
    &SEEN.1
}

/// A centre at some instant.
struct Shown<'c> {
    centre: &'c Centre,
}

/// What was looked at: its type, and how it is written with keys.
type Looked = Vec<(String, Value)>;

/// Plays every recorded session and shows the centre after each command.
fn tell(show: &mut dyn FnMut(&Shown<'_>)) {
    for (_, lines) in recorded(".jsonl") {
        let mut log = CentreLog::default();
        let config = CentreConfig::new(Config::default().with_clock_step(None))
            .with_records(RecordConfig::default())
            .with_knowledge(KnowledgeConfig::default())
            .with_journeys(JourneyConfig::default());
        let mut centre = Centre::new(config, Timestamp::EPOCH, &mut log).expect("a centre");
        for line in lines {
            let at = Timestamp::from_millis(line["at"].as_i64().unwrap_or_default());
            let Some(command) = command(&line) else { continue };
            let command = Keyed::<CentreCommand>::read(centre.engine().view(), command);
            let Ok(command) = command else { continue };
            if centre.tell(at, strowger::command::Actor::Host, command, &mut log).is_ok() {
                show(&Shown { centre: &centre });
            }
        }
    }
}

/// The command of a line; work for an interaction stands there as a word of its own.
fn command(line: &Value) -> Option<Value> {
    let of_layer = ["command", "record", "knowledge", "journey"].into_iter();
    let mut of_layer = of_layer.filter_map(|layer| Some(json!({ layer: line.get(layer)? })));
    let submit = || line.get("submit").map(|submit| json!({"record": {"submit_work": submit}}));
    of_layer.next().or_else(submit)
}

impl Shown<'_> {
    /// Looks at everything that is only written.
    fn look(&self, types: &mut Types) -> Looked {
        let mut looked = Vec::new();
        let view = self.centre.engine().view();
        macro_rules! see {
            ($value:expr) => {{
                let value = &$value;
                types.see(value);
                looked.push(self.written(value));
            }};
        }
        view.works().for_each(|work| see!(work));
        view.agents().for_each(|agent| see!(agent));
        view.queues().for_each(|queue| see!(queue));
        view.skills().for_each(|skill| see!(skill));
        view.channels().for_each(|channel| see!(channel));
        view.presences().for_each(|presence| see!(presence));
        view.reasons().for_each(|reason| see!(reason));
        view.codes().for_each(|code| see!(code));
        view.calendars().for_each(|calendar| see!(calendar));
        view.pools().for_each(|pool| see!(pool));
        for work in view.works() {
            if let Some(customer) = &work.request().customer {
                see!(self.centre.of_customer(customer));
            }
        }
        let records = self.centre.records().expect("there are records");
        see!(records.interactions().collect::<Report>());
        let now = self.centre.engine().now();
        let agents: Vec<AgentId> = view.agents().map(|agent| agent.id()).collect();
        for agent in agents {
            if let Ok(cards) = self.centre.cards(agent, now) {
                see!(cards);
            }
            let mut copy = self.centre.clone();
            if let Ok(inbox) = copy.inbox(agent, now) {
                see!(inbox);
            }
            for row in records.interactions() {
                see!(self.centre.transfer_targets(agent, row.id));
                see!(self.centre.parties(row.id));
                let layout = Layout::default();
                if let Ok(desk) = copy.workspace(agent, row.id, now, &layout, &NoAssist) {
                    see!(desk);
                }
            }
        }
        looked
    }

    fn written<T: Serialize>(&self, value: &T) -> (String, Value) {
        let keyed = Keyed::new(self.centre.engine().view(), value);
        (names::of::<T>(), serde_json::to_value(keyed).expect("it is written"))
    }
}

/// The lines of all recorded sessions that have this ending: what goes in, or what comes out.
pub(super) fn recorded(ending: &str) -> Vec<(String, Vec<Value>)> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/console");
    let files = fs::read_dir(directory).expect("the recorded sessions");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files.retain(|file| {
        let name = file.to_str().expect("text");
        name.ends_with(".jsonl") && name.ends_with(".out.jsonl") == (ending == ".out.jsonl")
    });
    assert!(!files.is_empty());
    let read = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("a recorded session");
        let lines = text.lines().filter(|line| line.starts_with('{'));
        lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
    };
    files.iter().map(|file| (file.display().to_string(), read(file))).collect()
}
