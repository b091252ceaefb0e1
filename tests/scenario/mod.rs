//! A small language for scenarios: one sentence a line, and under `----` what came of it.
//!
//! ```text
//! queue support on_miss=nothing
//! agent ana on support capacity.items=2
//! 00:00.000 ana goes on_queue
//! 00:01.000 c1 arrives on voice in support priority=5
//! ----
//! 00:01.000 work_submitted c1 in support
//! ```
//!
//! `README.md` beside the scenarios lists all sentences. After every sentence the invariants are
//! recomputed; a refused one must leave no trace; at the end the facts are replayed.

mod sentence;
mod tell;
mod values;
mod why;

use serde_json::json;
use strowger::command::{Actor, Command};
use strowger::fact::{Cause, Event, Fact};
use strowger::model::{AgentId, OfferId, QueueId, WorkId};
use strowger::{Config, Engine, Log, Refusal, Snapshot, Timestamp};

use sentence::{Sentence, command_of};
use values::{instant, set, split, text};

/// Plays a scenario and gives it back with what really came of it.
pub(crate) fn play(scenario: &str) -> Result<String, String> {
    // A scenario jumps where it likes, unless it is about that.
    let config = Config::default().with_clock_step(None);
    let mut floor = Floor { config, ..Floor::default() };
    let mut played = String::new();
    let mut told: Vec<String> = Vec::new();
    let mut lines = scenario.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        played += &format!("{line}\n");
        if line == "----" {
            while lines.next_if(|(_, line)| !line.trim().is_empty()).is_some() {}
            if told.is_empty() {
                told.push("(nothing)".into());
            }
            told.drain(..).for_each(|line| played += &format!("{line}\n"));
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            let sentence = floor.sentence(line);
            told.extend(sentence.map_err(|error| format!("line {}: {error}: {line}", number + 1))?);
        }
    }
    if !told.is_empty() {
        return Err(format!("no ---- looks at the end: {told:?}"));
    }
    floor.replay()?;
    Ok(played)
}

/// The engine on which a scenario is played.
#[derive(Default)]
pub(crate) struct Floor {
    engine: Option<Engine>,
    config: Config,
    log: Log,
    now: i64,
    /// Who says the sentence.
    actor: Actor,
    offers: Vec<(OfferId, WorkId, AgentId)>,
    /// What stands for other work has no key: here it is called after that work and the queue.
    stand_ins: Vec<(WorkId, String)>,
}

impl Floor {
    fn engine(&self) -> Result<&Engine, String> {
        self.engine.as_ref().ok_or_else(|| "nothing is defined yet".into())
    }

    fn sentence(&mut self, line: &str) -> Result<Vec<String>, String> {
        let tokens = split(line, char::is_whitespace)?;
        let mut words: Vec<&str> = tokens.iter().map(String::as_str).collect();
        if let Some(at) = words.first().and_then(|word| instant(word)) {
            self.now = at;
            words.remove(0);
        }
        if words.first() == Some(&"engine") {
            return self.configure(&words[1..]).map(|()| Vec::new());
        }
        if self.engine.is_none() {
            let (config, now) = (self.config.clone(), Timestamp::from_millis(self.now));
            let engine = Engine::new(config, now, &mut self.log);
            let mut engine = engine.map_err(|error| error.to_string())?;
            // A record that names another agent than the one who was chosen is found out.
            engine.record_decisions(1);
            self.engine = Some(engine);
        }
        self.actor = match words.as_slice() {
            ["as", actor, ..] => {
                let actor = self.actor_of(actor)?;
                words.drain(..2);
                actor
            }
            _ => Actor::Host,
        };
        match self.understand(&words)? {
            Sentence::Command(command) => self.run(*command, true),
            Sentence::Define(command, memberships, ready) => {
                let mut told = self.run(*command, false)?;
                for (queue, terms) in memberships {
                    let agent = self.id("agent", words[1])?;
                    let queue = self.id("queue", &queue)?;
                    let command = json!({"set_membership":
                        {"agent": agent, "queue": queue, "membership": terms}});
                    told.extend(self.run(command_of(command)?, false)?);
                }
                if ready {
                    let agent = self.id("agent", words[1])?;
                    let presence = self.id("presence", "on_queue")?;
                    let command = json!({"set_presence": {"agent": agent, "presence": presence}});
                    // That they are on queue and idle the sentence says; what follows it does not.
                    told.extend(self.run(command_of(command)?, false)?.drain(2..));
                }
                Ok(told)
            }
            Sentence::Advance => self.advance(),
            Sentence::Confirm => {
                let now = Timestamp::from_millis(self.now);
                self.engine.as_mut().ok_or("no engine")?.confirm_clock(now);
                Ok(Vec::new())
            }
            Sentence::Restart => {
                let engine = self.restored()?;
                self.engine = Some(engine);
                Ok(Vec::new())
            }
            Sentence::Show(names) => self.show(&names),
            Sentence::Why(names) => self.why(&names),
        }
    }

    /// `ana`, `supervisor:sue`, `administrator:kim`, `customer:dora` or `customer`.
    fn actor_of(&self, word: &str) -> Result<Actor, String> {
        Ok(match word.split_once(':') {
            Some(("supervisor", key)) => Actor::Supervisor(key.into()),
            Some(("administrator", key)) => Actor::Administrator(key.into()),
            Some(("customer", key)) => Actor::Customer(Some(key.into())),
            None if word == "customer" => Actor::Customer(None),
            // An agent who was never defined.
            None if word == "nobody" => Actor::Agent(AgentId::from_raw(999)),
            _ => {
                let id = self.id("agent", word)?;
                Actor::Agent(serde_json::from_value(id).map_err(text)?)
            }
        })
    }

    fn configure(&mut self, options: &[&str]) -> Result<(), String> {
        if self.engine.is_some() {
            return Err("the engine has its bounds already".into());
        }
        let mut config = serde_json::to_value(&self.config).unwrap();
        for option in options {
            let (path, value) = self.option(option)?;
            set(&mut config, &path, value);
        }
        self.config = serde_json::from_value(config).map_err(text)?;
        Ok(())
    }

    /// Runs a command. Told are its facts (those of a definition are not), a refusal, or `done`.
    fn run(&mut self, command: Command, tell_definition: bool) -> Result<Vec<String>, String> {
        let now = Timestamp::from_millis(self.now);
        let mut engine = self.engine.take().ok_or("no engine")?;
        let first = self.log.len();
        let mut without = (engine.clone(), self.log.clone());
        let answer = engine.execute_as(now, self.actor.clone(), command, &mut self.log);
        self.engine = Some(engine);
        self.check()?;
        let mut told = self.tell_from(first, tell_definition);
        if let Err(refusal) = answer {
            let passed = without.0.advance(now, &mut without.1);
            if passed.is_err_and(|other| other != refusal) {
                return Err(format!("refused ({refusal}), but time alone was refused otherwise"));
            }
            if without.0.digest() != self.engine()?.digest() || without.1 != self.log {
                return Err(format!("refused ({refusal}), and yet something changed"));
            }
            told.push(self.tell_refusal(&refusal));
        } else if self
            .log
            .iter()
            .skip(first)
            .all(|fact| !matches!(fact.cause, Cause::Command { .. }))
        {
            told.push("done".into());
        }
        Ok(told)
    }

    fn advance(&mut self) -> Result<Vec<String>, String> {
        let now = Timestamp::from_millis(self.now);
        let first = self.log.len();
        let engine = self.engine.as_mut().ok_or("no engine")?;
        let before = engine.digest();
        let passed = engine.advance(now, &mut self.log);
        if self.log.len() == first && engine.digest() != before {
            return Err("something changed without a fact".into());
        }
        self.check()?;
        let mut told = self.tell_from(first, true);
        told.extend(passed.err().map(|refusal| self.tell_refusal(&refusal)));
        Ok(told)
    }

    fn tell_from(&mut self, first: usize, definitions: bool) -> Vec<String> {
        let facts: Vec<Fact> = self.log.iter().skip(first).cloned().collect();
        for fact in &facts {
            if let Event::WorkOffered { offer, work, agent, .. } = &fact.event {
                self.offers.push((*offer, *work, *agent));
            }
            if let Event::WorkSubmitted { work, request, stands_for: Some(stand_in), .. } =
                &fact.event
            {
                self.note_stand_in(*work, stand_in.work, request.queue);
            }
        }
        let told = facts.iter().filter(|fact| {
            let definition = matches!(fact.event, Event::Defined(_) | Event::MembershipSet { .. });
            definitions || !definition
        });
        told.map(|fact| self.tell(fact)).collect()
    }

    /// `c1@billing`, and after that `c1@billing-2`.
    fn note_stand_in(&mut self, id: WorkId, work: WorkId, queue: QueueId) {
        let name = format!("{}@{}", self.name(work), self.name(queue));
        let known = self.stand_ins.iter().filter(|(_, known)| known.starts_with(&name)).count();
        let number = if known == 0 { String::new() } else { format!("-{}", known + 1) };
        self.stand_ins.push((id, name + &number));
    }

    /// What stands for other work, by the name that it has here.
    fn stand_in(&self, name: &str) -> Option<WorkId> {
        self.stand_ins.iter().find(|(_, known)| known == name).map(|(id, _)| *id)
    }

    /// What holds after every call.
    fn check(&self) -> Result<(), String> {
        let engine = self.engine()?;
        engine.verify().map_err(|violation| violation.to_string())?;
        match engine.next_deadline() {
            // Unless the text says that one call does little.
            Some(due) if due.at <= engine.now() && self.config.burst == Config::default().burst => {
                Err(format!("{:?} is overdue after the call", due.kind))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The engine as its snapshot gives it again.
    fn restored(&self) -> Result<Engine, String> {
        let json = serde_json::to_string(&self.engine()?.snapshot()).map_err(text)?;
        let snapshot: Snapshot = serde_json::from_str(&json).map_err(text)?;
        let mut engine = Engine::restore(snapshot).map_err(text)?;
        engine.record_decisions(1);
        Ok(engine)
    }

    /// The facts and the snapshot each give the same engine again.
    fn replay(&self) -> Result<(), String> {
        let engine = self.engine()?;
        let replayed = Engine::replay(self.log.iter().cloned()).map_err(text)?;
        let restored = self.restored()?;
        let same = engine.digest() == replayed.digest() && engine.digest() == restored.digest();
        same.then_some(()).ok_or_else(|| "replayed or restored it is another engine".into())
    }

    fn tell_refusal(&self, refusal: &Refusal) -> String {
        format!("refused: {}", tell::refusal(self, refusal))
    }
}
