//! A switch as the vendor describes it: who is logged in at which telephone, and what it tells.

use std::collections::BTreeMap;

use strowger_engage::{Event, Request, WorkMode};

/// Who is logged in at a telephone: `None` is ready, else why they are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoggedIn {
    pub(crate) agent: String,
    pub(crate) not_ready: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) telephones: BTreeMap<String, LoggedIn>,
    clock: i64,
    told: Vec<Event>,
}

impl Exchange {
    /// What was told since.
    pub(crate) fn told(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.told)
    }

    fn tell(&mut self, name: &str, dn: &str, agent: &str, reference: Option<u32>) {
        self.clock += 1;
        let why = self.telephones.get(dn).and_then(|one| one.not_ready.clone());
        let mut json = serde_json::json!({
            "Event": name, "ThisDN": dn, "time": {"sec": self.clock, "usec": 0},
        });
        if !agent.is_empty() {
            json["AgentID"] = agent.into();
        }
        if let Some(reference) = reference {
            json["ReferenceID"] = reference.into();
        }
        if let Some(why) = why.filter(|_| name == "EventAgentNotReady") {
            json["Reasons"] = serde_json::json!({"ReasonCode": why});
        }
        self.told.push(serde_json::from_value(json).unwrap());
    }

    pub(crate) fn serve(&mut self, request: &Request) {
        let (reference, dn) = (Some(request.reference()), request.dn().to_string());
        let agent = self.telephones.get(&dn).map(|one| one.agent.clone());
        let here = agent.clone().unwrap_or_default();
        match request {
            Request::RegisterAddress { .. } => {
                self.tell("EventRegistered", &dn, &here, reference);
            }
            Request::AgentLogin { agent: new, mode, reasons, .. } => {
                let why = reasons.values().next().map(|reason| reason.to_string());
                let why = why.filter(|_| *mode != WorkMode::AutoIn);
                if agent.is_some_and(|agent| agent != **new) {
                    self.tell("EventError", &dn, "", reference);
                } else {
                    self.log_in(&dn, new, why, reference);
                }
            }
            Request::AgentReady { .. } => self.state(&dn, None, reference),
            Request::AgentNotReady { reasons, .. } => {
                let why = reasons.values().next().map(|reason| reason.to_string());
                self.state(&dn, Some(why.unwrap()), reference);
            }
            Request::AgentLogout { .. } => match self.telephones.remove(&dn) {
                Some(one) => self.tell("EventAgentLogout", &dn, &one.agent, reference),
                None => self.tell("EventError", &dn, "", reference),
            },
            _ => unreachable!("no calls here"),
        }
    }

    /// Somebody logs in, and is logged out where they were. Then it is told whether they are ready.
    fn log_in(&mut self, dn: &str, agent: &str, why: Option<String>, reference: Option<u32>) {
        let elsewhere = self.telephones.iter().find(|(at, one)| one.agent == agent && **at != dn);
        if let Some(elsewhere) = elsewhere.map(|(at, _)| at.clone()) {
            self.telephones.remove(&elsewhere);
            self.tell("EventAgentLogout", &elsewhere, agent, None);
        }
        let name = if why.is_some() { "EventAgentNotReady" } else { "EventAgentReady" };
        let logged_in = LoggedIn { agent: agent.to_owned(), not_ready: why };
        self.telephones.insert(dn.to_owned(), logged_in);
        self.tell("EventAgentLogin", dn, agent, reference);
        self.tell(name, dn, agent, None);
    }

    fn state(&mut self, dn: &str, why: Option<String>, reference: Option<u32>) {
        let name = if why.is_some() { "EventAgentNotReady" } else { "EventAgentReady" };
        match self.telephones.get_mut(dn) {
            Some(one) => {
                one.not_ready = why;
                let agent = one.agent.clone();
                self.tell(name, dn, &agent, reference);
            }
            None => self.tell("EventError", dn, "", reference),
        }
    }

    /// Somebody does something at a telephone.
    pub(crate) fn press(&mut self, dn: &str, agent: &str, what: usize) {
        let free = self.telephones.get(dn).is_none_or(|one| one.agent == agent);
        let reason = ["Lunch", "Meal", "Busy"][what % 3];
        match what {
            0..4 if free => self.log_in(dn, agent, (what > 1).then(|| reason.to_owned()), None),
            4 => {
                if let Some(one) = self.telephones.remove(dn) {
                    self.tell("EventAgentLogout", dn, &one.agent, None);
                }
            }
            _ if self.telephones.contains_key(dn) => {
                self.state(dn, what.is_multiple_of(2).then(|| reason.to_owned()), None);
            }
            _ => {}
        }
    }
}
