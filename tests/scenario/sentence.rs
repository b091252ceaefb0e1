//! What the sentences mean.

use serde_json::{Value, json};
use strowger::command::Command;
use strowger::model::{AgentId, OfferId, WorkId};

use super::Floor;
use super::values::{Path, instant, is_option, set, text};

/// What a sentence comes to.
pub(crate) enum Sentence {
    Command(Box<Command>),
    /// A definition, the memberships of an agent, and whether they go on queue at once.
    Define(Box<Command>, Vec<(String, Value)>, bool),
    Advance,
    /// The host says that the time is right.
    Confirm,
    /// The engine is restored from its snapshot.
    Restart,
    Show(Vec<String>),
    /// What is to be explained.
    Why(Vec<String>),
}

impl Floor {
    pub(crate) fn understand(&self, words: &[&str]) -> Result<Sentence, String> {
        let command = match words {
            ["time", "passes"] => return Ok(Sentence::Advance),
            ["the", "clock", "is", "confirmed"] => return Ok(Sentence::Confirm),
            ["the", "engine", "restarts"] => return Ok(Sentence::Restart),
            ["show", names @ ..] => {
                return Ok(Sentence::Show(names.iter().map(|name| (*name).into()).collect()));
            }
            ["why", names @ ..] => {
                return Ok(Sentence::Why(names.iter().map(|name| (*name).into()).collect()));
            }
            [
                kind @ ("skill" | "channel" | "presence" | "reason" | "code" | "queue" | "agent"
                | "calendar" | "pool"),
                key,
                rest @ ..,
            ] => {
                return self.define(kind, key, rest);
            }
            [
                "change",
                kind
                @ ("channel" | "presence" | "reason" | "queue" | "agent" | "calendar" | "pool"),
                key,
                rest @ ..,
            ] => {
                let (revision, rest) = revision(rest)?;
                let mut profile = self.profile(kind, key)?;
                self.set_all(&mut profile, rest)?;
                let id = self.id(kind, key)?;
                let change = json!({"id": id, "profile": profile, "revision": revision});
                json!({kind_name("change", kind): change})
            }
            ["retire", kind, key, rest @ ..] => {
                let (revision, _) = revision(rest)?;
                let retire = json!({"id": self.id(kind, key)?, "revision": revision});
                json!({kind_name("retire", kind): retire})
            }
            ["change", work, rest @ ..] => {
                let mut change = json!({});
                self.set_all(&mut change, rest)?;
                json!({"change_work": {"work": self.id("work", work)?, "change": change}})
            }
            [work, "arrives", "on", channel, "in", queue, "for", agent, rest @ ..] => {
                let (channel, queue) = (self.id("channel", channel)?, self.id("queue", queue)?);
                let mut request = json!({"key": work, "channel": channel, "queue": queue});
                let straight =
                    |option: &&&str| option.starts_with("wait=") || option.starts_with("force=");
                let (how, rest): (Vec<&str>, Vec<&str>) = rest.iter().partition(straight);
                self.set_all(&mut request, &rest)?;
                let agent = self.id("agent", agent)?;
                let mut command = json!({"request": request, "agent": agent});
                self.set_all(&mut command, &how)?;
                json!({"submit_to_agent": command})
            }
            [work, "arrives", "on", channel, "in", queue, rest @ ..] => {
                let (channel, queue) = (self.id("channel", channel)?, self.id("queue", queue)?);
                let mut request = json!({"key": work, "channel": channel, "queue": queue});
                self.set_all(&mut request, rest)?;
                json!({"submit": request})
            }
            [agent, "joins", queue, rest @ ..] => {
                let (channel, rest) = self.for_channel(rest)?;
                let mut terms = json!({});
                self.set_all(&mut terms, rest)?;
                let (agent, queue) = (self.id("agent", agent)?, self.id("queue", queue)?);
                json!({"set_membership": {"agent": agent, "queue": queue, "membership": terms,
                    "channel": channel}})
            }
            [agent, "leaves", queue, rest @ ..] => {
                let (channel, []) = self.for_channel(rest)? else {
                    return Err("I do not understand".into());
                };
                let (agent, queue) = (self.id("agent", agent)?, self.id("queue", queue)?);
                json!({"remove_membership": {"agent": agent, "queue": queue,
                    "channel": channel}})
            }
            [agent, "goes", presence] => {
                let (agent, presence) = (self.id("agent", agent)?, self.id("presence", presence)?);
                json!({"set_presence": {"agent": agent, "presence": presence}})
            }
            [agent, "is", "heard"] => json!({"heartbeat": {"agent": self.id("agent", agent)?}}),
            [agent, verb @ ("drains" | "recovers")] => {
                let draining = *verb == "drains";
                json!({"set_draining": {"agent": self.id("agent", agent)?, "draining": draining}})
            }
            [agent, verb @ ("dials" | "hangs-up")] => {
                let active = *verb == "dials";
                json!({"set_own_call": {"agent": self.id("agent", agent)?, "active": active}})
            }
            [agent, "accepts", work] => json!({"accept": {"offer": self.offer(agent, work)?}}),
            [agent, "rejects", work, rest @ ..] => {
                let (reason, retry_at) = match rest {
                    [] => (Value::Null, Value::Null),
                    ["because", reason] => (self.id("reason", reason)?, Value::Null),
                    ["until", at] => (Value::Null, json!(instant(at).ok_or("until when?")?)),
                    ["because", reason, "until", at] => {
                        (self.id("reason", reason)?, json!(instant(at).ok_or("until when?")?))
                    }
                    _ => return Err("because of what, until when?".into()),
                };
                let offer = self.offer(agent, work)?;
                json!({"reject": {"offer": offer, "reason": reason, "retry_at": retry_at}})
            }
            [agent, "does-not-answer", work] => {
                json!({"report_unanswered": {"offer": self.offer(agent, work)?}})
            }
            [agent, "cannot-be-reached-for", work] => {
                let offer = self.offer(agent, work)?;
                json!({"report_unanswered": {"offer": offer, "unreachable": true}})
            }
            [agent, "works", "on"] => json!({"set_shift_end": {"agent": self.id("agent", agent)?}}),
            [agent, "works", "until", at] => {
                let until = instant(at).ok_or("until when?")?;
                json!({"set_shift_end": {"agent": self.id("agent", agent)?, "until": until}})
            }
            [agent, "pulls", work] => self.pair("pull", work, agent)?,
            [_supervisor, "assigns", work, "to", agent, options @ ..] => {
                let mut command = self.pair("assign", work, agent)?;
                self.set_all(&mut command["assign"], options)?;
                command
            }
            [_supervisor, "forces", work, "on", agent] => self.pair("force", work, agent)?,
            [_owner, verb @ ("holds" | "retrieves"), work] => {
                json!({verb.trim_end_matches('s'): {"work": self.id("work", work)?}})
            }
            [_owner, "parks", work, until @ ..] => {
                let until = match until {
                    [] => Value::Null,
                    ["until", at] => json!(instant(at).ok_or("until when?")?),
                    _ => return Err("until when?".into()),
                };
                json!({"park": {"work": self.id("work", work)?, "until": until}})
            }
            [who, "resumes", work] => {
                let by = if *who == "customer" { "customer" } else { "agent" };
                json!({"resume": {"work": self.id("work", work)?, "by": by}})
            }
            [_who, "sends", work, "to", queue, placement @ ..]
                if self.id("queue", queue).is_ok() =>
            {
                let mut command = json!({
                    "work": self.id("work", work)?, "queue": self.id("queue", queue)?,
                });
                self.set_all(&mut command, placement)?;
                json!({"transfer_to_queue": command})
            }
            [_owner, "sends", work, "to", agent, options @ ..] => {
                let mut command = self.pair("transfer_to_agent", work, agent)?;
                self.set_all(&mut command["transfer_to_agent"], options)?;
                command
            }
            [_who, "sends", work, "outside", "to", destination] => {
                json!({"transfer_outside": {"work": self.id("work", work)?, "to": destination}})
            }
            [_owner, "asks-to-wrap-up", work] => {
                json!({"request_wrap_up": {"work": self.id("work", work)?}})
            }
            [who, "finishes", work] => {
                let by = if matches!(*who, "customer" | "host") { who } else { "agent" };
                json!({"finish_contact": {"work": self.id("work", work)?, "by": by}})
            }
            [agent, "codes", work, code] => {
                let mut command = self.pair("set_code", work, agent)?;
                command["set_code"]["code"] = self.id("code", code)?;
                command
            }
            [agent, "extends", work, "by", span] => {
                let mut command = self.pair("extend_wrap_up", work, agent)?;
                command["extend_wrap_up"]["by"] = self.value(span, "by")?;
                command
            }
            [agent, "wraps-up", work, code @ ..] => {
                let mut command = self.pair("end_wrap_up", work, agent)?;
                command["end_wrap_up"]["code"] = self.code(code)?;
                command
            }
            ["host", "ends", work, "at", at] => {
                let at = instant(at).ok_or("at what time?")?;
                let at = Some(at).filter(|at| *at < i64::MAX);
                json!({"close_at": {"work": self.id("work", work)?, "at": at}})
            }
            ["host", "closes", work, code @ ..] => {
                json!({"close": {"work": self.id("work", work)?, "code": self.code(code)?}})
            }
            [
                "host",
                verb @ ("activates" | "suspends" | "postpones" | "reclassifies"),
                work,
                rest @ ..,
            ] => {
                let name = verb.trim_end_matches('s').to_owned();
                let name = if name == "reclassifie" { "reclassify".into() } else { name };
                let mut command = json!({"work": self.id("work", work)?});
                let rest = match rest {
                    ["until", at, rest @ ..] => {
                        command["at"] = json!(instant(at).ok_or("until when?")?);
                        rest
                    }
                    rest => rest,
                };
                self.set_all(&mut command, rest)?;
                json!({name: command})
            }
            [_who, "unassigns", work, rest @ ..] => {
                let mut command = json!({"work": self.id("work", work)?});
                self.set_all(&mut command, rest)?;
                json!({"unassign": command})
            }
            ["customer", "asks-for-a-call-back", work, "on", channel, rest @ ..] => {
                let channel = self.id("channel", channel)?;
                let mut command = json!({"work": self.id("work", work)?, "channel": channel});
                self.set_all(&mut command, rest)?;
                json!({"request_callback": command})
            }
            [_agent, "does-not-reach", work] => {
                json!({"report_unreached": {"work": self.id("work", work)?}})
            }
            ["customer", "abandons", work] => json!({"abandon": {"work": self.id("work", work)?}}),
            [_host, "cancels", work] => json!({"cancel": {"work": self.id("work", work)?}}),
            [_owner, "consults", queue, "about", work, options @ ..]
                if self.id("queue", queue).is_ok() =>
            {
                let (work, queue) = (self.id("work", work)?, self.id("queue", queue)?);
                let mut command = json!({"work": work, "queue": queue});
                self.set_all(&mut command, options)?;
                json!({"consult_queue": command})
            }
            [_owner, "consults", agent, "about", work] => self.pair("consult", work, agent)?,
            [agent, "answers", work] => self.pair("answer", work, agent)?,
            [agent, "declines", work] => self.pair("decline", work, agent)?,
            [_owner, "confers", "with", agent, "on", work] => self.pair("confer", work, agent)?,
            [_owner, "hands", work, "to", agent] => self.pair("hand_over", work, agent)?,
            [agent, "quits", work] | [_, "drops", agent, "from", work] => {
                self.pair("end_leg", work, agent)?
            }
            [agent, verb @ ("monitors" | "coaches" | "barges"), work] => {
                let role = verb.strip_suffix("es").filter(|_| *verb == "coaches");
                let role = role.unwrap_or_else(|| verb.trim_end_matches('s'));
                let mut command = self.pair("supervise", work, agent)?;
                command["supervise"]["role"] = json!(role);
                command
            }
            _ => return Err("I do not understand".into()),
        };
        command_of(command).map(|command| Sentence::Command(Box::new(command)))
    }

    /// The channel for which terms hold, and what else is said.
    fn for_channel<'a>(&self, rest: &'a [&'a str]) -> Result<(Value, &'a [&'a str]), String> {
        match rest {
            ["for", channel, rest @ ..] => Ok((self.id("channel", channel)?, rest)),
            rest => Ok((Value::Null, rest)),
        }
    }

    fn define(&self, kind: &str, key: &str, rest: &[&str]) -> Result<Sentence, String> {
        let options: Vec<_> = rest.iter().filter(|word| is_option(word)).copied().collect();
        let mut memberships = Vec::new();
        let plain = rest.iter().filter(|word| !is_option(word));
        for word in plain.filter(|word| !matches!(**word, "on" | "ready")) {
            if kind != "agent" {
                return Err(format!("what is {word}?"));
            }
            let word = word.trim_end_matches(',');
            let (queue, terms) = match word.split_once('(') {
                Some((queue, _)) => (queue, self.value(word, "")?[queue].clone()),
                None => (word, json!({})),
            };
            memberships.push((queue.to_owned(), terms));
        }
        let mut profile = match kind {
            "presence" => json!({"opens": "nothing"}),
            _ => json!({}),
        };
        self.set_all(&mut profile, &options)?;
        let command = json!({kind_name("define", kind): {"key": key, "profile": profile}});
        let ready = rest.contains(&"ready");
        let command = Box::new(command_of(command)?);
        Ok(Sentence::Define(command, memberships, ready))
    }

    fn set_all(&self, value: &mut Value, options: &[&str]) -> Result<(), String> {
        for option in options {
            let (path, found): (Path, Value) = self.option(option)?;
            set(value, &path, found);
        }
        Ok(())
    }

    fn pair(&self, command: &str, work: &str, agent: &str) -> Result<Value, String> {
        let (work, agent) = (self.id("work", work)?, self.id("agent", agent)?);
        Ok(json!({command: {"work": work, "agent": agent}}))
    }

    fn code(&self, words: &[&str]) -> Result<Value, String> {
        match words {
            [] => Ok(Value::Null),
            ["with", code] => self.id("code", code),
            _ => Err("with which code?".into()),
        }
    }

    /// The last offer of a piece of work to an agent.
    fn offer(&self, agent: &str, work: &str) -> Result<OfferId, String> {
        let (agent, work) = (self.id("agent", agent)?, self.id("work", work)?);
        let own = |(_, w, a): &&(OfferId, WorkId, AgentId)| json!(w) == work && json!(a) == agent;
        let last = self.offers.iter().rev().find(own);
        last.map(|(offer, ..)| *offer).ok_or_else(|| "it was never offered to them".into())
    }
}

/// `from revision` *number*, and what is left.
fn revision<'a, 'b>(rest: &'a [&'b str]) -> Result<(Option<u32>, &'a [&'b str]), String> {
    match rest {
        ["from", "revision", number, rest @ ..] => Ok((Some(number.parse().map_err(text)?), rest)),
        rest => Ok((None, rest)),
    }
}

fn kind_name(verb: &str, kind: &str) -> String {
    let kind = match kind {
        "reason" => "reject_reason",
        "code" => "wrap_up_code",
        other => other,
    };
    format!("{verb}_{kind}")
}

pub(crate) fn command_of(json: Value) -> Result<Command, String> {
    serde_json::from_value(json.clone()).map_err(|error| format!("{error} in {json}"))
}
