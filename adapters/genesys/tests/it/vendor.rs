//! A task management that does what it is asked to, and whose agents do what they like.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strowger_genesys::{Method, Request};

/// A work item there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub state: String,
    pub agent: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Vendor {
    pub items: BTreeMap<String, Item>,
    /// Notifications that are on their way.
    pub told: Vec<Value>,
}

impl Vendor {
    pub(crate) fn open(&mut self, id: &str) {
        let item = Item { state: "AcdStarted".to_owned(), agent: None };
        self.items.insert(id.to_owned(), item);
    }

    pub(crate) fn read(&self, id: &str) -> Value {
        let Item { state, agent } = &self.items[id];
        json!({"id": id, "assignmentState": state, "assigneeId": agent, "queueId": "q-billing"})
    }

    fn set(&mut self, id: &str, state: &str, agent: Option<String>) {
        let now = Item { state: state.to_owned(), agent };
        if self.items[id] != now {
            self.items.insert(id.to_owned(), now);
            self.told.push(self.read(id));
        }
    }

    /// Does what is asked. What is over stays over.
    pub(crate) fn serve(&mut self, request: &Request) {
        let path = request.path.trim_start_matches("/api/v2/taskmanagement/workitems/");
        let (id, what) = path.split_once('/').unwrap_or((path, ""));
        let body = request.body.clone().unwrap_or_default();
        let Item { state, agent } = self.items[id].clone();
        if matches!(state.as_str(), "Terminated" | "AcdCancelled") {
            return;
        }
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        match (request.method, what) {
            (Method::Patch, "") if body.get("assignmentOperation").is_some() => {
                self.set(id, "Alerting", text("assigneeId"));
            }
            (Method::Patch, "") => {
                let state = text("assignmentState").unwrap();
                let nobody = matches!(state.as_str(), "Idle" | "Declined" | "AlertTimeout");
                let agent = text("assigneeId").or(agent);
                self.set(id, &state, agent.filter(|_| !nobody));
            }
            (Method::Patch, "assignment") => self.set(id, "Connected", text("id")),
            (Method::Post, "disconnect") => self.set(id, "Disconnected", agent),
            (Method::Post, "terminate") => self.set(id, "Terminated", None),
            (Method::Post, "acd/cancel") => self.set(id, "AcdCancelled", None),
            other => panic!("nobody knows {other:?}"),
        }
    }

    /// An agent does something: what is possible where the work item is.
    pub(crate) fn press(&mut self, id: &str, what: usize) {
        let Item { state, agent } = self.items[id].clone();
        let next = match (state.as_str(), what % 6) {
            ("Alerting", 0..4) | ("Held" | "Parked", 0) => "Connected",
            ("Alerting", _) => "Declined",
            ("Connected", 1) => "Held",
            ("Connected" | "Held", 2) => "Parked",
            ("Connected" | "Held", 3) => "Disconnected",
            ("Connected" | "Parked", 4) => "AcdStarted",
            ("Disconnected" | "AcdStarted", 5) => "Terminated",
            _ => return,
        };
        let nobody = matches!(next, "Declined" | "AcdStarted" | "Terminated");
        self.set(id, next, agent.filter(|_| !nobody));
    }
}
