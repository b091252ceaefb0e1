//! A ServiceNow that does what its documentation says: work items, their states and refusals.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use strowger_servicenow::{Document, Method, Request};

/// Where a work item is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Queued,
    Pending(String),
    Accepted(String),
    Over,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub sys_id: String,
    pub state: State,
    pub consult: Option<Consult>,
}

/// A work item of its own: it alerts who is consulted until they answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Consult {
    pub sys_id: String,
    pub agent: String,
    pub accepted: bool,
}

/// An event, and the agent in whose browser it is told.
pub(crate) type Told = (String, &'static str, Value);

#[derive(Clone, Debug, Default)]
pub(crate) struct Vendor {
    pub items: BTreeMap<String, Item>,
    pub told: Vec<Told>,
    pub unavailable: BTreeSet<String>,
    made: u32,
}

impl Vendor {
    pub(crate) fn open(&mut self, document: &Document) {
        let item = self.fresh(State::Queued);
        self.items.insert(document.sys_id.clone(), item);
    }

    fn name(&mut self) -> String {
        self.made += 1;
        format!("item{}", self.made)
    }

    fn fresh(&mut self, state: State) -> Item {
        Item { sys_id: self.name(), state, consult: None }
    }

    fn tell(&mut self, agent: &str, name: &'static str, document: &str) {
        let sys_id = self.items[document].sys_id.clone();
        self.tell_of(agent, name, document, &sys_id);
    }

    fn tell_of(&mut self, agent: &str, name: &'static str, document: &str, sys_id: &str) {
        let told = json!({"workItem": {
            "sys_id": sys_id, "size": 1, "serviceChannel": {"name": "Chat", "sys_id": "chat"},
            "document": {"sys_id": document, "table": "interaction"},
        }});
        let wrapped = if name.ends_with("rejected") {
            json!({"payload": told})
        } else {
            json!({"result": told})
        };
        self.told.push((agent.to_owned(), name, wrapped));
    }

    /// An agent presses a button.
    pub(crate) fn press(&mut self, document: &str, accept: bool) {
        let Some(item) = self.items.get_mut(document) else { return };
        let State::Pending(agent) = item.state.clone() else { return };
        if accept {
            item.state = State::Accepted(agent.clone());
            self.tell(&agent, "openframe_awa_workitem_accepted", document);
        } else {
            item.state = State::Queued;
            self.tell(&agent, "openframe_awa_workitem_rejected", document);
        }
    }

    /// Who has a chat leaves it for good.
    pub(crate) fn leave(&mut self, document: &str) {
        let Some(item) = self.items.get_mut(document) else { return };
        let State::Accepted(agent) = item.state.clone() else { return };
        (item.state, item.consult) = (State::Over, None);
        let off = json!({"result": {"interaction": {"sys_id": document, "number": "IMS0000050",
            "type": "chat", "reason": "INTERACTION_INACTIVE"}}});
        self.told.push((agent, "openframe_agent_off_interaction", off));
    }

    /// What nobody has waited too long or qualifies no more; nobody is told.
    pub(crate) fn cancel(&mut self, document: &str) {
        let Some(item) = self.items.get_mut(document) else { return };
        if !matches!(item.state, State::Accepted(_)) {
            item.state = State::Over;
        }
    }

    /// Who is consulted presses a button.
    pub(crate) fn press_consult(&mut self, document: &str, accept: bool) {
        let Some(item) = self.items.get_mut(document) else { return };
        let Some(consult) = item.consult.take_if(|consult| !consult.accepted) else { return };
        let (agent, sys_id) = (consult.agent.clone(), consult.sys_id.clone());
        if accept {
            item.consult = Some(Consult { accepted: true, ..consult });
            self.tell_of(&agent, "openframe_awa_workitem_accepted", document, &sys_id);
        } else {
            self.tell_of(&agent, "openframe_awa_workitem_rejected", document, &sys_id);
        }
    }

    pub(crate) fn serve(&mut self, request: &Request) -> (u16, Value) {
        let body = request.body.clone().unwrap_or_default();
        let path: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match (request.method, path.as_slice()) {
            (Method::Put, ["api", "sn_ct_ctr_it_core", ..]) => {
                (200, json!({"result": {"status": "success", "message": "updated"}}))
            }
            (
                Method::Post,
                ["api", "now", "awa", "documents", "interaction", document, "offer"],
            ) => match self.offer(document, &body) {
                Ok(sys_id) => {
                    let item = json!({"sys_id": sys_id,
                            "document_id": document, "document_table": "interaction"});
                    (
                        200,
                        json!({"result": {"success": true, "work_item": item,
                            "message": "Manual assignment successfully requested."}}),
                    )
                }
                Err(why) => (409, json!({"result": {"success": false, "message": why}})),
            },
            (Method::Post, ["api", "now", "awa", "inbox", "actions", answer]) => {
                match self.answer(*answer == "accept", &body) {
                    Ok(document) => (
                        200,
                        json!({"result":
                        {"documentSysId": document, "documentTable": "interaction"}}),
                    ),
                    Err(why) => (400, json!({"error": {"message": why, "detail": why}})),
                }
            }
            (Method::Put, ["api", "now", "awa", "consult", "end"]) => {
                let item = self.items.get_mut(body["document_sys_id"].as_str().unwrap()).unwrap();
                let Some(consult) = item.consult.take() else {
                    let why = "Cannot find the work item for document ID: x";
                    return (404, json!({"result": {"success": false, "message": why}}));
                };
                // Who did not answer yet has nothing to take over: the consult is cancelled.
                if body["hand_over"] == true && consult.accepted {
                    (item.sys_id, item.state) = (consult.sys_id, State::Accepted(consult.agent));
                }
                (200, json!({"result": {"success": true, "message": "Consult is ended."}}))
            }
            (Method::Post, ["api", "now", "interaction", document, "close"]) => {
                let item = self.items.get_mut(*document).unwrap();
                (item.state, item.consult) = (State::Over, None);
                (200, json!({"result": {"state": "closed_complete"}}))
            }
            (Method::Get, ["api", "now", "table", "awa_work_item"]) => {
                let query = &request.query[0].1;
                let (what, which) = query.split_once('=').unwrap();
                let rows = match what {
                    "queue" => self.items.keys().flat_map(|document| self.rows(document)).collect(),
                    _ => self.rows(which.split('^').next().unwrap()),
                };
                (200, json!({"result": rows}))
            }
            other => panic!("nobody knows {other:?}"),
        }
    }

    fn rows(&self, document: &str) -> Vec<Value> {
        let item = &self.items[document];
        let (state, agent) = match &item.state {
            State::Queued => ("Queued", ""),
            State::Pending(agent) => ("Pending Accept", agent.as_str()),
            State::Accepted(agent) => ("Accepted", agent.as_str()),
            State::Over => return Vec::new(),
        };
        let field = |value: &str| json!({"value": value, "display_value": value});
        let row = |sys_id: &str, state, agent, consult| {
            json!({"sys_id": field(sys_id), "state": field(state),
                "assigned_to": field(agent), "consult_state": field(consult),
                "document_table": field("interaction"), "document_id": field(document)})
        };
        let consult = item.consult.as_ref().map(|consult| {
            let state = if consult.accepted { "Accepted" } else { "Pending Accept" };
            row(&consult.sys_id, state, &consult.agent, "Requested")
        });
        consult.into_iter().chain([row(&item.sys_id, state, agent, "")]).collect()
    }

    /// Says which work item is offered.
    fn offer(&mut self, document: &str, body: &Value) -> Result<String, String> {
        let item = self.items.get(document).expect("a document");
        if item.state == State::Over {
            return Err("Document is not active".into());
        }
        if let Some(transfer) = body.get("transfer") {
            let target = transfer["target_id"].as_str().unwrap().to_owned();
            if transfer["transfer_type"] == "consult" {
                return self.consult(document, target);
            }
            let to_agent = transfer["target_type"] == "agent";
            let state = if to_agent { State::Pending(target) } else { State::Queued };
            let item = self.fresh(state);
            self.items.insert(document.into(), item);
            return Ok(self.items[document].sys_id.clone());
        }
        let agent = body["assignment"]["agent_sys_id"].as_str().unwrap().to_owned();
        match &item.state {
            State::Accepted(_) => return Err("Work Item accepted can not be assigned".into()),
            State::Pending(other) if *other != agent => {
                return Err(format!("Work Item is already assigned to {other}"));
            }
            _ if self.unavailable.contains(&agent) => return Err("Agent is not available".into()),
            _ => {}
        }
        let auto = body["assignment"]["enable_auto_assign"] == true;
        let item = self.items.get_mut(document).unwrap();
        item.state =
            if auto { State::Accepted(agent.clone()) } else { State::Pending(agent.clone()) };
        let name = if auto { "accepted" } else { "offered" };
        let name = if name == "accepted" {
            "openframe_awa_workitem_accepted"
        } else {
            "openframe_awa_workitem_offered"
        };
        self.tell(&agent, name, document);
        Ok(self.items[document].sys_id.clone())
    }

    fn consult(&mut self, document: &str, agent: String) -> Result<String, String> {
        let item = &self.items[document];
        match (&item.state, &item.consult) {
            (State::Accepted(_), None) if !self.unavailable.contains(&agent) => {}
            (State::Accepted(_), None) => return Err("Agent is not available".into()),
            (State::Accepted(_), Some(consult)) => {
                return Err(format!("Work Item is already assigned to {}", consult.agent));
            }
            (_, _) => return Err(format!("Work item {} cannot be assigned", item.sys_id)),
        }
        let sys_id = self.name();
        self.tell_of(&agent, "openframe_awa_workitem_offered", document, &sys_id);
        let consult = Consult { sys_id: sys_id.clone(), agent, accepted: false };
        self.items.get_mut(document).unwrap().consult = Some(consult);
        Ok(sys_id)
    }

    fn answer(&mut self, accept: bool, body: &Value) -> Result<String, String> {
        let id = body["work_item_id"].as_str().unwrap();
        let of_it = |consult: &Consult| consult.sys_id == id && body["agent_id"] == *consult.agent;
        for (document, item) in &mut self.items {
            if let Some(consult) = item.consult.as_mut().filter(|consult| of_it(consult)) {
                if consult.accepted {
                    return Err("Work item is not in pending accept state".into());
                }
                consult.accepted = true;
                return Ok(document.clone());
            }
        }
        let found = self.items.iter_mut().find(|(_, item)| item.sys_id == id);
        let (document, item) = found.ok_or("Wrong work item ID")?;
        match &item.state {
            State::Pending(agent) if body["agent_id"] == agent.as_str() => {
                item.state = if accept { State::Accepted(agent.clone()) } else { State::Queued };
                Ok(document.clone())
            }
            State::Pending(_) => Err("Work item is assigned to a different agent".into()),
            _ => Err("Work item is not in pending accept state".into()),
        }
    }
}
