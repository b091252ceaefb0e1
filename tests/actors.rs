//! What each actor may do: the tables of permissions, and every command given by everybody.

mod golden;
#[path = "golden/kept.rs"]
mod kept;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use strowger::centre::{
    CentreCommand, CentreConfig, CentreFact, CentreLog, CentreRefusal, LayerFact,
};
use strowger::command::{Actor, ActorKind, Command, CommandName, Define, Permission, Refusal};
use strowger::fact::Cause;
use strowger::interaction::{RecordCommand, RecordCommandName, RecordConfig, RecordRefusal};
use strowger::journey::JourneyCommandName;
use strowger::keyed::Keyed;
use strowger::knowledge::KnowledgeCommandName;
use strowger::model::{AgentId, AgentProfile};
use strowger::{Centre, Timestamp};

/// The permissions of all commands as a table in Markdown, by kinds of actor.
fn permissions<N: Copy + std::fmt::Display>(
    names: &[N],
    permission: impl Fn(N, ActorKind) -> Permission,
) -> String {
    const KINDS: [ActorKind; 4] =
        [ActorKind::Administrator, ActorKind::Supervisor, ActorKind::Agent, ActorKind::Customer];
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for name in names {
        let may = KINDS.map(|kind| word(permission(*name, kind))).join(" | ");
        assert_eq!(permission(*name, ActorKind::Host), Permission::All, "{name}");
        match rows.iter_mut().find(|(known, _)| *known == may) {
            Some((_, same)) => same.push(format!("`{name}`")),
            None => rows.push((may, vec![format!("`{name}`")])),
        }
    }
    let mut table = String::from(
        "| commands | administrator | supervisor | agent | customer |\n|---|---|---|---|---|\n",
    );
    for (may, names) in rows {
        writeln!(table, "| {} | {may} |", names.join(", ")).unwrap();
    }
    table
}

fn word(permission: Permission) -> String {
    match permission {
        Permission::No => "-".into(),
        other => serde_json::to_value(other).unwrap().as_str().unwrap().into(),
    }
}

#[test]
fn the_permissions_of_all_commands() {
    kept::compare(
        "tables/permissions.txt",
        &permissions(CommandName::ALL, CommandName::permission),
    );
    let records = permissions(RecordCommandName::ALL, RecordCommandName::permission);
    kept::compare("tables/record_permissions.txt", &records);
    let knowledge = permissions(KnowledgeCommandName::ALL, KnowledgeCommandName::permission);
    kept::compare("tables/knowledge_permissions.txt", &knowledge);
    let journeys = permissions(JourneyCommandName::ALL, JourneyCommandName::permission);
    kept::compare("tables/journey_permissions.txt", &journeys);
}

/// Administration is what administrators do, and nothing else is.
#[test]
fn administrators_define_and_nobody_else_does() {
    for name in CommandName::ALL {
        let may = |kind| name.permission(kind) != Permission::No;
        let administration = may(ActorKind::Administrator);
        assert_eq!(administration, name.group() == strowger::command::CommandGroup::Administration);
        let others = [ActorKind::Supervisor, ActorKind::Agent, ActorKind::Customer];
        assert!(!administration || !others.into_iter().any(may), "{name}");
    }
}

/// A story in which every command is given at least once, each line before the host gives it tried
/// by everybody else on a copy.
struct Story {
    centre: Centre,
    log: CentreLog,
    /// An agent without queue, work or offers.
    stranger: AgentId,
    /// Which commands were tried, and how often each answer came.
    tried: BTreeSet<String>,
    answers: BTreeMap<&'static str, u32>,
}

impl Story {
    fn new(at: Timestamp) -> Self {
        let config = CentreConfig::default().with_records(RecordConfig::default());
        let mut log = CentreLog::default();
        let mut centre = Centre::new(config, at, &mut log).unwrap();
        let stranger = Define::new("stranger", AgentProfile::default());
        let stranger = centre.execute(at, stranger, &mut log).unwrap();
        let (tried, answers) = Default::default();
        Self { centre, log, stranger, tried, answers }
    }

    /// A line of the story. Some cannot be read, on purpose: nothing comes of them.
    fn line(&mut self, line: &str) {
        let line: Value = serde_json::from_str(line).unwrap();
        let at = serde_json::from_value(line["at"].clone()).unwrap();
        let Some(command) = self.read(&line) else { return };
        for actor in [
            Actor::Administrator("kim".into()),
            Actor::Supervisor("sue".into()),
            Actor::Agent(self.stranger),
            Actor::Agent(AgentId::from_raw(999)),
            Actor::Customer(Some("stranger".into())),
        ] {
            self.try_as(at, &actor, &command);
        }
        let _ = self.centre.tell(at, Actor::Host, command, &mut self.log);
    }

    fn read(&self, line: &Value) -> Option<CentreCommand> {
        let view = self.centre.engine().view();
        let (name, said) = line.as_object()?.iter().find(|(name, _)| *name != "at")?;
        match name.as_str() {
            "command" => Some(Keyed::<Command>::read(view, said.clone()).ok()?.into()),
            "record" => Some(Keyed::<RecordCommand>::read(view, said.clone()).ok()?.into()),
            name => {
                let name = if name == "submit" { "submit_work" } else { name };
                let command = serde_json::json!({ name: said });
                Some(Keyed::<RecordCommand>::read(view, command).ok()?.into())
            }
        }
    }

    /// An actor gives the command on a copy. If it is for them the same happens as if the host gave
    /// it, and the facts name them; if not, nothing does.
    fn try_as(&mut self, at: Timestamp, actor: &Actor, command: &CentreCommand) {
        let told = |actor: &Actor| {
            let (mut centre, mut log) = (self.centre.clone(), CentreLog::default());
            let answer = centre.tell(at, actor.clone(), command.clone(), &mut log);
            (answer, centre.digest(), log.iter().cloned().collect::<Vec<_>>())
        };
        let (permission, name) = match command {
            CentreCommand::Work(command) => {
                (command.name().permission(actor.kind()), command.name().to_string())
            }
            CentreCommand::Record(command) => {
                (command.name().permission(actor.kind()), command.name().to_string())
            }
            other => panic!("{other:?}"),
        };
        self.tried.insert(name.clone());
        let (answer, digest, facts) = told(actor);
        let (by_host, same, expected) = told(&Actor::Host);
        if permission == Permission::All && answer.is_ok() == by_host.is_ok() {
            assert_eq!((answer, digest), (by_host, same), "{name} by {actor:?}");
            assert!(facts.iter().all(|fact| named(fact).is_none_or(|by| by == actor)), "{name}");
            assert_eq!(facts.len(), expected.len());
            *self.answers.entry("done").or_default() += 1;
            return;
        }
        let mut passed = self.centre.clone();
        passed.advance(at, &mut CentreLog::default()).unwrap();
        assert_eq!(passed.digest(), digest, "{name} by {actor:?} changed something");
        let refused = answer.expect_err("a stranger may do nothing");
        let answer = match refused {
            CentreRefusal::Work(refusal) => match refusal {
                Refusal::Unknown { .. } => "unknown",
                Refusal::NotAllowed { .. } => "not_allowed",
                other => panic!("{name} by {actor:?}: {other}"),
            },
            CentreRefusal::Record(refusal) => match refusal {
                RecordRefusal::Unknown { .. } => "unknown",
                RecordRefusal::NotAllowed { .. } => "not_allowed",
                other => panic!("{name} by {actor:?}: {other}"),
            },
            other => panic!("{name}: {other}"),
        };
        if permission == Permission::No && *actor != Actor::Agent(AgentId::from_raw(999)) {
            assert_eq!(answer, "not_allowed", "{name} by {actor:?}");
        }
        *self.answers.entry(answer).or_default() += 1;
    }
}

/// Whom the cause of a fact names.
fn named(fact: &CentreFact) -> Option<&Actor> {
    let cause = match &fact.fact {
        LayerFact::Work(fact) => &fact.cause,
        LayerFact::Record(fact) => &fact.cause,
        other => panic!("{other:?}"),
    };
    match cause {
        Cause::Command { by } => Some(by),
        _ => None,
    }
}

#[test]
fn every_command_by_everybody() {
    let mut tried = BTreeSet::new();
    for story in ["every_command", "every_record"] {
        let lines =
            std::fs::read_to_string(golden::path(&format!("console/{story}.jsonl"))).unwrap();
        let mut story = Story::new(Timestamp::EPOCH);
        for line in lines.lines().filter(|line| line.starts_with('{')) {
            story.line(line);
        }
        println!("{:?}", story.answers);
        assert!(["done", "unknown", "not_allowed"].iter().all(|one| story.answers[one] > 50));
        tried.extend(story.tried);
    }
    let all = CommandName::ALL.iter().map(ToString::to_string);
    let all = all.chain(RecordCommandName::ALL.iter().map(ToString::to_string));
    let missing: Vec<_> = all.filter(|name| !tried.contains(name)).collect();
    assert_eq!(missing, [""; 0], "nobody tried these");
}
