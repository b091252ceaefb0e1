//! Derived: the agents by the attributes they have, so that who meets a need is looked up and not
//! asked one by one.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Bound;

use crate::base::bits::Bits;
use crate::base::key::Key;
use crate::model::agent::AgentProfile;
use crate::model::attribute::Value;
use crate::model::ids::AgentId;
use crate::model::need::Comparison;

/// Agents in rising order. Bits would take more than a kilobyte for a value that one agent in
/// 100,000 has, and a number of an employee is such a value.
type Agents = Vec<AgentId>;

/// The agents who have an attribute, by what they have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Named {
    values: BTreeMap<Value, Agents>,
    /// By each text of a list.
    texts: BTreeMap<Box<str>, Agents>,
}

/// The agents by the attributes they have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holders {
    names: BTreeMap<Key, Named>,
    /// The profile by which each agent is noted, by agent.
    noted: Vec<Option<Arc<AgentProfile>>>,
}

impl PartialEq for Holders {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Holders {
    /// Notes what an agent has now, and forgets what they had before.
    pub(crate) fn note(&mut self, id: AgentId, profile: &Arc<AgentProfile>) {
        let place = id.raw() as usize;
        let had = self.noted.get_mut(place).and_then(Option::take);
        for (name, value) in had.iter().flat_map(|had| &had.attributes) {
            self.set(name, value, id, false);
        }
        for (name, value) in &profile.attributes {
            self.set(name, value, id, true);
        }
        if !profile.attributes.is_empty() {
            if self.noted.len() <= place {
                self.noted.resize(place + 1, None);
            }
            self.noted.get_mut(place).into_iter().for_each(|at| *at = Some(Arc::clone(profile)));
        }
    }

    fn set(&mut self, name: &Key, value: &Value, id: AgentId, has: bool) {
        if has && !self.names.contains_key(name) {
            self.names.insert(name.clone(), Named::default());
        }
        let Some(named) = self.names.get_mut(name) else {
            return;
        };
        set_in(&mut named.values, value, id, has);
        if let Value::Many(texts) = value {
            texts.iter().for_each(|text| set_in(&mut named.texts, text, id, has));
        }
        if named.values.is_empty() {
            self.names.remove(name);
        }
    }

    /// The agents whose value of an attribute compares so with another. For `!=`, which everybody
    /// meets who has another value or none, those who do not meet it.
    pub(crate) fn comparing(&self, name: &str, is: Comparison, value: &Value) -> Bits {
        let Some(named) = self.names.get(name) else {
            return Bits::default();
        };
        let (first, end) = type_of(value);
        let first = Bound::Included(&first);
        let end = end.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let (here, beside) = (Bound::Included(value), Bound::Excluded(value));
        let within = |range: (Bound<&Value>, Bound<&Value>)| {
            named.values.range::<Value, _>(range).flat_map(|(_, agents)| agents).copied()
        };
        within(match is {
            Comparison::Equal | Comparison::NotEqual => (here, here),
            Comparison::Less => (first, beside),
            Comparison::AtMost => (first, here),
            Comparison::More => (beside, end),
            Comparison::AtLeast => (here, end),
        })
        .collect()
    }

    /// The agents who have one of these values of an attribute.
    pub(crate) fn having_one(&self, name: &str, values: &[Value]) -> Bits {
        let named = self.names.get(name).map(|named| &named.values);
        let known = values.iter().filter_map(|value| named.and_then(|named| named.get(value)));
        known.flatten().copied().collect()
    }

    /// The agents whose list under an attribute has this text.
    pub(crate) fn listing(&self, name: &str, text: &str) -> Bits {
        let agents = self.names.get(name).and_then(|named| named.texts.get(text));
        agents.into_iter().flatten().copied().collect()
    }
}

fn set_in<K: Ord + Clone>(all: &mut BTreeMap<K, Agents>, key: &K, id: AgentId, has: bool) {
    if has {
        let agents = match all.get_mut(key) {
            Some(agents) => agents,
            None => all.entry(key.clone()).or_default(),
        };
        if let Err(place) = agents.binary_search(&id) {
            agents.insert(place, id);
        }
    } else if let Some(agents) = all.get_mut(key) {
        if let Ok(place) = agents.binary_search(&id) {
            agents.remove(place);
        }
        if agents.is_empty() {
            all.remove(key);
        }
    }
}

/// The values of the same type: the lowest, and the lowest of the next type. The order of values
/// puts the types one behind the other.
fn type_of(value: &Value) -> (Value, Option<Value>) {
    let (number, flag) = (Value::Number(i64::MIN), Value::Flag(false));
    let (text, many) = (Value::Text(Box::default()), Value::Many(BTreeSet::new()));
    match value {
        Value::Number(_) => (number, Some(flag)),
        Value::Flag(_) => (flag, Some(text)),
        Value::Text(_) => (text, Some(many)),
        Value::Many(_) => (many, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bits::IdSet;
    use crate::model::need::Requirement;
    use crate::policy::fit;
    use alloc::vec;

    fn many(texts: &[&str]) -> Value {
        Value::Many(texts.iter().map(|text| (*text).into()).collect())
    }

    fn values() -> Vec<Value> {
        let numbers = [i64::MIN, -1, 0, 7, i64::MAX].map(Value::Number);
        let texts = ["", "a", "b"].map(Value::from);
        let lists = [many(&[]), many(&["a"]), many(&["a", "b"]), many(&["b"])];
        let flags = [Value::Flag(false), Value::Flag(true)];
        numbers.into_iter().chain(flags).chain(texts).chain(lists).collect()
    }

    /// One agent for each value, and one who has none.
    fn floor() -> (Holders, Vec<Arc<AgentProfile>>) {
        let mut holders = Holders::default();
        let with = |value| Arc::new(AgentProfile::default().with_attributes([("x".into(), value)]));
        let mut agents: Vec<_> = values().into_iter().map(with).collect();
        agents.push(Arc::new(AgentProfile::default()));
        for (id, agent) in (0..).map(AgentId::from_raw).zip(&agents) {
            holders.note(id, agent);
        }
        (holders, agents)
    }

    fn asked(agents: &[Arc<AgentProfile>], requirement: &Requirement) -> Vec<AgentId> {
        let ids = (0..).map(AgentId::from_raw).zip(agents);
        ids.filter(|(_, agent)| fit::holds(requirement, agent)).map(|(id, _)| id).collect()
    }

    #[test]
    fn looking_up_finds_whom_asking_finds() {
        let (holders, agents) = floor();
        let all = [
            Comparison::Equal,
            Comparison::Less,
            Comparison::AtMost,
            Comparison::More,
            Comparison::AtLeast,
        ];
        for value in values() {
            for is in all {
                let found: Vec<AgentId> = holders.comparing("x", is, &value).ids().collect();
                let asks = Requirement::Attribute { name: "x".into(), is, value: value.clone() };
                assert_eq!(found, asked(&agents, &asks), "{is:?} {value:?}");
            }
            let found: Vec<AgentId> =
                holders.having_one("x", core::slice::from_ref(&value)).ids().collect();
            let asks = Requirement::In { name: "x".into(), values: vec![value] };
            assert_eq!(found, asked(&agents, &asks));
        }
        let found: Vec<AgentId> = holders.listing("x", "a").ids().collect();
        let asks = Requirement::Has { name: "x".into(), value: "a".into() };
        assert_eq!(found, asked(&agents, &asks));
    }

    #[test]
    fn of_another_type_is_nobody_and_for_unequal_come_those_who_are_equal() {
        let (holders, _) = floor();
        assert_eq!(holders.comparing("x", Comparison::More, &Value::Flag(true)).count(), 0);
        assert_eq!(holders.comparing("y", Comparison::AtLeast, &Value::Number(0)).count(), 0);
        let same = holders.comparing("x", Comparison::NotEqual, &Value::Number(7));
        assert_eq!(same.ids().collect::<Vec<AgentId>>(), [AgentId::from_raw(3)]);
    }

    #[test]
    fn what_somebody_had_before_is_forgotten() {
        let (mut holders, mut agents) = floor();
        let mut kept = agents.clone();
        for (place, id) in (0..values().len()).zip((0..).map(AgentId::from_raw)) {
            let nothing = Arc::new(AgentProfile::default());
            holders.note(id, &nothing);
            agents[place] = nothing;
        }
        assert_eq!(holders, Holders::default());
        kept.reverse();
        let ids = (0..).map(AgentId::from_raw);
        ids.zip(&kept).for_each(|(id, agent)| holders.note(id, agent));
        let asks = Requirement::Has { name: "x".into(), value: "b".into() };
        let found: Vec<AgentId> = holders.listing("x", "b").ids().collect();
        assert_eq!((found.clone(), found.len()), (asked(&kept, &asks), 2));
        assert_ne!(found, vec![]);
    }
}
