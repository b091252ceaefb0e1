//! Values and names: `budget.per_agent=2`, `exhausted=retry(after=30s)`, `needs=french>=60`.

use serde_json::{Value, json};

use super::Floor;

/// The way to a field.
pub(crate) type Path = Vec<String>;

/// An error as a text.
pub(crate) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Parts between separators that stand in no brackets.
pub(crate) fn split(text: &str, separates: impl Fn(char) -> bool) -> Result<Vec<String>, String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.checked_sub(1).ok_or("a bracket was never opened")?,
            _ => {}
        }
        if depth == 0 && separates(c) {
            parts.push(String::new());
        } else {
            parts.last_mut().unwrap().push(c);
        }
    }
    if depth > 0 {
        return Err("a bracket is never closed".into());
    }
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

fn list(text: &str) -> Result<Vec<String>, String> {
    let parts = split(text, |c| c == ',' || c.is_whitespace())?;
    Ok(parts)
}

/// Whether a word is `name=value`.
pub(crate) fn is_option(word: &str) -> bool {
    let equals = word.find('=');
    equals.is_some_and(|equals| word.find(['(', '[']).is_none_or(|open| equals < open))
}

/// `mm:ss.mmm`, or a date and time such as `2026-03-29T01:00:00Z`, in milliseconds; `never` is the
/// end of time.
pub(crate) fn instant(word: &str) -> Option<i64> {
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(word) {
        return Some(at.timestamp_millis());
    }
    if word == "never" {
        return Some(i64::MAX);
    }
    let (sign, word) = word.strip_prefix('-').map_or((1, word), |word| (-1, word));
    let (minutes, rest) = word.split_once(':')?;
    let (seconds, millis) = rest.split_once('.')?;
    if seconds.len() != 2 || millis.len() != 3 {
        return None;
    }
    let [minutes, seconds, millis]: [i64; 3] =
        [minutes.parse().ok()?, seconds.parse().ok()?, millis.parse().ok()?];
    Some(sign * (minutes * 60_000 + seconds * 1_000 + millis))
}

/// `20s` in milliseconds.
fn span(word: &str) -> Option<u64> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = word.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(number.parse::<u64>().ok()? * unit)
}

/// Sets a field, whatever stood there.
pub(crate) fn set(value: &mut Value, path: &[String], found: Value) {
    let Some((first, rest)) = path.split_first() else {
        match (&mut *value, &found) {
            (Value::Array(old), Value::Array(new)) if !new.is_empty() => old.extend(new.clone()),
            _ => *value = found,
        }
        return;
    };
    if !value.is_object() {
        *value = json!({});
    }
    set(value.as_object_mut().unwrap().entry(first.clone()).or_insert(Value::Null), rest, found);
}

/// What an option is called here, and where it stands in the request or profile.
const SHORT: &[(&str, &str)] = &[
    ("window", "offer_window"),
    ("needs", "need.requirement"),
    ("evaluation", "need.evaluation"),
    ("wishes", "need.wishes"),
    ("prefers", "preferred.agents"),
    ("steps", "preferred.steps"),
    ("ignore_need", "preferred.ignore_need"),
    ("ignore_capacity", "preferred.ignore_capacity"),
    ("wrap_up", "wrap_up.mode"),
    ("own_wrap_up", "wrap_up"),
    ("members", "members_where.requirement"),
    ("expiring", "need.expiring"),
    ("expedite", "preferred.expedite"),
    ("trigger", "when"),
];

impl Floor {
    /// The id under a key, as JSON has it.
    pub(crate) fn id(&self, kind: &str, key: &str) -> Result<Value, String> {
        let view = self.engine()?.view();
        let found = match kind {
            "skill" => view.skill_id(key).map(|id| json!(id)),
            "channel" => view.channel_id(key).map(|id| json!(id)),
            "presence" => view.presence_id(key).map(|id| json!(id)),
            "reason" => view.reason_id(key).map(|id| json!(id)),
            "code" => view.code_id(key).map(|id| json!(id)),
            "queue" => view.queue_id(key).map(|id| json!(id)),
            "agent" => view.agent_id(key).map(|id| json!(id)),
            "calendar" => view.calendar_id(key).map(|id| json!(id)),
            "pool" => view.pool_id(key).map(|id| json!(id)),
            "work" => view.work_id(key).or_else(|| self.stand_in(key)).map(|id| json!(id)),
            _ => None,
        };
        found.ok_or_else(|| format!("there is no {kind} {key}"))
    }

    /// The present profile of something, as JSON.
    pub(crate) fn profile(&self, kind: &str, key: &str) -> Result<Value, String> {
        let snapshot = serde_json::to_value(self.engine()?.snapshot()).map_err(text)?;
        let id = self.id(kind, key)?.as_u64().unwrap_or(u64::MAX);
        let rows = &snapshot["stores"][format!("{kind}s")];
        let entry = rows.get(usize::try_from(id).unwrap_or(usize::MAX));
        entry.map(|entry| entry["profile"].clone()).ok_or_else(|| "no profile".into())
    }

    /// `path=value`.
    pub(crate) fn option(&self, word: &str) -> Result<(Path, Value), String> {
        let (name, value) = word.split_once('=').ok_or_else(|| format!("what is {word}?"))?;
        let long = SHORT.iter().find(|(short, _)| *short == name).map_or(name, |(_, long)| long);
        let mut path: Path = Vec::new();
        for part in long.split('.') {
            let keys = match path.last().map(String::as_str) {
                Some("pools") => Some("pool"),
                Some("channels" | "offer_windows" | "costs") => Some("channel"),
                Some("skills") => Some("skill"),
                _ => None,
            };
            path.push(match keys {
                Some(kind) => self.id(kind, part)?.to_string(),
                None => part.into(),
            });
        }
        let found = match name {
            "needs" | "members" => self.requirement(value)?,
            "wishes" => self.each(value, |wish| {
                let (wish, weight) = wish.split_once('*').ok_or("with what weight?")?;
                let weight: u16 = weight.parse().map_err(text)?;
                Ok(json!({"requirement": self.requirement(wish)?, "weight": weight}))
            })?,
            "trigger" => self.trigger(value)?,
            "or_when" => self.each(value, |list| self.each(list, measured))?,
            "when" if value.starts_with('[') => self.each(value, measured)?,
            "when" if is_condition(value) => self.requirement(value)?,
            "expiring" => self.each(value, |expiring| {
                let (condition, after) = expiring.split_once('@').ok_or("for how long?")?;
                let requirement = self.requirement(condition)?;
                Ok(json!({"requirement": requirement, "after": span(after).ok_or("how long?")?}))
            })?,
            "prefers" => self.each(value, |listed| {
                let (agent, score) = listed.split_once(':').unwrap_or((listed, "100"));
                let score: u8 = score.parse().map_err(text)?;
                Ok(json!({"agent": self.id("agent", agent)?, "score": score}))
            })?,
            "steps" => self.each(value, |step| {
                let (score, wait) = step.split_once(':').unwrap_or(("0", step));
                let score: u8 = score.parse().map_err(text)?;
                Ok(json!({"score_min": score, "wait": span(wait).ok_or("how long?")?}))
            })?,
            _ if name.starts_with("week.") || name.starts_with("exceptions.") => {
                self.each(value, |hours| {
                    let (from, to) = hours.split_once('-').ok_or("from when to when?")?;
                    Ok(json!({"from": from, "to": to}))
                })?
            }
            "zone.changes" | "reset.zone.changes" => self.each(value, |change| {
                let (from, offset) = change.split_once('=').ok_or("by how much?")?;
                let offset: i16 = offset.parse().map_err(text)?;
                let from = instant(from).ok_or("from when?")?;
                Ok(json!({"from": from, "offset_minutes": offset}))
            })?,
            _ => self.value(value, path.last().map_or("", String::as_str))?,
        };
        Ok((path, found))
    }

    fn each(
        &self,
        text: &str,
        one: impl Fn(&str) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        list(inner.unwrap_or(text))?.iter().map(|part| one(part)).collect()
    }

    /// A scalar, `[a list]`, `name[a list]`, `name(a value)` or `name(field=value, ...)`. What a
    /// name stands for follows from the field it stands in.
    pub(crate) fn value(&self, text: &str, field: &str) -> Result<Value, String> {
        let Some((open, inner)) = bracketed(text) else {
            return self.scalar(text, field);
        };
        let (name, bracket) = (&text[..open], &text[open..=open]);
        let of = if name.is_empty() { field } else { name };
        let parts = list(inner)?;
        let inner = if bracket == "[" {
            parts.iter().map(|part| self.value(part, of)).collect::<Result<Value, _>>()?
        } else if parts.iter().all(|part| is_option(part)) {
            let mut fields = json!({});
            for part in &parts {
                let (path, value) = self.option(part)?;
                set(&mut fields, &path, value);
            }
            fields
        } else {
            self.value(inner, of)?
        };
        Ok(if name.is_empty() { inner } else { json!({name: inner}) })
    }

    /// The trigger of a rule of overflow: `all(waited(1m), position>3)`, `any(...)`, `eligible<=1`,
    /// `queue(waiting>=3)`, or what a value is elsewhere.
    fn trigger(&self, text: &str) -> Result<Value, String> {
        let sign = ["position", "eligible"].iter().find_map(|name| {
            let rest = text.strip_prefix(name)?;
            let end = rest.find(|c: char| c.is_ascii_digit())?;
            Some((name, rest.split_at(end)))
        });
        if let Some((name, (sign, value))) = sign {
            return Ok(json!({*name: {"is": sign, "value": plain(value)}}));
        }
        let (name, inner) = match bracketed(text) {
            Some((open, inner)) => (&text[..open], inner),
            None => ("", ""),
        };
        Ok(match name {
            "all" | "any" => {
                let parts = list(inner)?;
                let parts = parts.iter().map(|part| self.trigger(part));
                json!({name: parts.collect::<Result<Value, _>>()?})
            }
            "queue" => json!({"queue": measured(inner)?}),
            _ => self.value(text, "when")?,
        })
    }

    fn scalar(&self, word: &str, field: &str) -> Result<Value, String> {
        let kind = match field {
            _ if word == "null" => return Ok(Value::Null),
            // Elsewhere it is an instant.
            "wrap_up" if word == "never" => return Ok(json!(word)),
            "codes" | "code" | "default_code" => "code",
            "drop" => "skill",
            "never_to" => "agent",
            "pools" => "pool",
            "only" | "interruptible_by" | "entitled" | "channel" => "channel",
            "queue" | "presence" | "skill" | "agent" | "calendar" => field,
            _ => return Ok(plain(word)),
        };
        self.id(kind, word)
    }

    /// A condition: `french>=60`, `team!=north`, `all(...)`, `any(...)`, `not(...)`,
    /// `in(floor, 1, 2)`, `has(langs, fr)`.
    fn requirement(&self, text: &str) -> Result<Value, String> {
        let Some((open, inner)) = bracketed(text) else {
            return self.comparison(text);
        };
        let parts = list(inner)?;
        Ok(match (&text[..open], parts.as_slice()) {
            (name @ ("all" | "any"), parts) => {
                let parts = parts.iter().map(|part| self.requirement(part));
                json!({name: parts.collect::<Result<Value, _>>()?})
            }
            ("not", [part]) => json!({"not": self.requirement(part)?}),
            ("in", [name, values @ ..]) => {
                let values: Vec<_> = values.iter().map(|value| plain(value)).collect();
                json!({"in": {"name": name, "values": values}})
            }
            ("has", [name, value]) => json!({"has": {"name": name, "value": value}}),
            _ => return Err(format!("what does {text} ask for?")),
        })
    }

    fn comparison(&self, text: &str) -> Result<Value, String> {
        let signs = ["!=", ">=", "<=", "=", "<", ">"];
        let sign = signs.iter().find(|sign| text.contains(**sign));
        let sign = sign.ok_or_else(|| format!("what does {text} ask for?"))?;
        let (name, value) = text.split_once(sign).unwrap();
        let value = plain(value);
        if name == "channel" {
            return Ok(json!({"channel": self.id("channel", value.as_str().unwrap_or(""))?}));
        }
        if name == "open" {
            return Ok(json!({"open": self.id("calendar", value.as_str().unwrap_or(""))?}));
        }
        if name == "priority" {
            return Ok(json!({"priority": {"is": sign, "value": value}}));
        }
        Ok(match self.id("skill", name) {
            Ok(skill) => json!({"skill": {"skill": skill, "is": sign, "level": value}}),
            Err(_) => json!({"attribute": {"name": name, "is": sign, "value": value}}),
        })
    }
}

/// A condition on a queue: `waiting>=3`, `estimated_wait(erlang)>60000`.
fn measured(text: &str) -> Result<Value, String> {
    let signs = ["!=", ">=", "<=", "=", "<", ">"];
    let sign = signs.iter().find(|sign| text.contains(**sign)).ok_or("compared how?")?;
    let (measure, value) = text.split_once(sign).unwrap();
    let measure = match bracketed(measure) {
        Some((open, inner)) => json!({&measure[..open]: inner}),
        None => json!(measure),
    };
    Ok(json!({"measure": measure, "is": sign, "value": plain(value)}))
}

/// Whether a text is a condition with a sign, or a tree of such.
fn is_condition(text: &str) -> bool {
    match bracketed(text) {
        Some((open, _)) => matches!(&text[..open], "all" | "any" | "not" | "in"),
        None => text.contains(['=', '<', '>']),
    }
}

/// Where the bracket opens that ends with the text, and what is in it.
fn bracketed(text: &str) -> Option<(usize, &str)> {
    let open = text.find(['(', '['])?;
    text.ends_with([')', ']']).then(|| (open, &text[open + 1..text.len() - 1]))
}

fn plain(word: &str) -> Value {
    if let Some(at) = instant(word) {
        return json!(at);
    }
    if let Some(span) = span(word) {
        return json!(span);
    }
    match word {
        "null" => Value::Null,
        "true" => json!(true),
        "false" => json!(false),
        _ => word.parse::<i64>().map_or_else(|_| json!(word), |number| json!(number)),
    }
}
