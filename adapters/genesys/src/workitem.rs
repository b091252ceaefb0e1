//! Work items of task management: made, changed, assigned, ended and wrapped up.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use crate::assignment::AssignmentState;
use crate::bounds::{Bounds, dates};
use crate::iso_time::IsoTime;
use crate::words::{body, words};
use strowger::Timestamp;
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

const WORKITEMS: &str = "/api/v2/taskmanagement/workitems";

fn of(workitem: &str, what: &str) -> String {
    format!("{WORKITEMS}/{}{what}", escaped(workitem))
}

body! {
    /// An agent a work item would rather have.
    pub ScoredAgent {
        /// The agent.
        id: String,
        /// How much rather: 0 to 100.
        score: u8,
    }
}

body! {
    /// Makes a work item: `POST .../workitems`.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger_genesys::WorkitemCreate;
    ///
    /// let mut case = WorkitemCreate::new("Case CS0001", "worktype-1");
    /// case.priority = Some(5);
    /// let request = case.request(Timestamp::EPOCH)?;
    /// assert_eq!(request.path, "/api/v2/taskmanagement/workitems");
    /// assert_eq!(request.permissions, ["workitems:workitem:add"]);
    /// case.priority = Some(25_000_001);
    /// assert_eq!(case.request(Timestamp::EPOCH).unwrap_err().field, "priority");
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub WorkitemCreate {
        /// What it is called: 3 to 256 characters.
        name: String,
        /// Its worktype.
        type_id: String,
        /// How urgent it is: -25,000,000 to 25,000,000.
        priority: Option<i32>,
        /// By when it should be done: within 365 days.
        date_due: Option<IsoTime>,
        /// When it is no longer wanted: within 365 days.
        date_expires: Option<IsoTime>,
        /// How long it will take, in seconds: at most 365 days.
        duration_seconds: Option<u32>,
        /// When it is deleted, in seconds since the Unix epoch: within 365 days.
        ttl: Option<u64>,
        /// Its status.
        status_id: Option<String>,
        /// Its workbin.
        workbin_id: Option<String>,
        /// Whether its status changes by itself; it does unless this says no.
        auto_status_transition: Option<bool>,
        /// What it is about: at most 512 characters.
        description: Option<String>,
        /// Fields of its worktype.
        custom_fields: BTreeMap<String, Value>,
        /// Its queue.
        queue_id: Option<String>,
        /// Who has it.
        assignee_id: Option<String>,
        /// The language it asks for.
        language_id: Option<String>,
        /// The contact it is about.
        external_contact_id: Option<String>,
        /// What another system calls it: the key of the work here.
        external_tag: Option<String>,
        /// The skills it asks for.
        skill_ids: Vec<String>,
        /// The script that is shown.
        script_id: Option<String>,
        /// Its wrap-up code.
        wrapup_code: Option<String>,
        /// The label it counts under.
        utilization_label_id: Option<String>,
        /// Agents it would rather have: at most 20.
        scored_agents: Vec<ScoredAgent>,
        /// Agents it would rather have, all of them as much.
        preferred_agent_ids: Vec<String>,
    }
}

words! {
    /// What else a change of a work item does.
    AssignmentOperation {
        /// It is given to the assignee, whom it alerts.
        AgentAssignmentAlerting = "AgentAssignmentAlerting",
        /// It is routed to somebody of the queue, whom it alerts.
        QueueAssignmentAlerting = "QueueAssignmentAlerting",
    }
}

body! {
    /// Changes a work item: `PATCH .../workitems/{id}`. What is absent stays as it is.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger_genesys::{AssignmentState, WorkitemUpdate};
    ///
    /// let accept = WorkitemUpdate::state(AssignmentState::Connected);
    /// let request = accept.request("w1", Timestamp::EPOCH)?;
    /// assert_eq!(request.body.unwrap().to_string(), r#"{"assignmentState":"Connected"}"#);
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub WorkitemUpdate {
        /// Where it is.
        assignment_state: Option<AssignmentState>,
        /// What else is done.
        assignment_operation: Option<AssignmentOperation>,
        /// What it is called: 3 to 256 characters.
        name: Option<String>,
        /// How urgent it is: -25,000,000 to 25,000,000.
        priority: Option<i32>,
        /// By when it should be done: within 365 days.
        date_due: Option<IsoTime>,
        /// When it is no longer wanted: within 365 days.
        date_expires: Option<IsoTime>,
        /// When it was closed.
        date_closed: Option<IsoTime>,
        /// How long it will take, in seconds: at most 365 days.
        duration_seconds: Option<u32>,
        /// When it is deleted, in seconds since the Unix epoch: within 365 days.
        ttl: Option<u64>,
        /// Its status.
        status_id: Option<String>,
        /// Its workbin.
        workbin_id: Option<String>,
        /// Whether its status changes by itself.
        auto_status_transition: Option<bool>,
        /// What it is about: at most 512 characters.
        description: Option<String>,
        /// Fields of its worktype; an empty map removes all.
        custom_fields: Option<BTreeMap<String, Value>>,
        /// Its queue.
        queue_id: Option<String>,
        /// Who has it.
        assignee_id: Option<String>,
        /// The language it asks for.
        language_id: Option<String>,
        /// The contact it is about.
        external_contact_id: Option<String>,
        /// What another system calls it.
        external_tag: Option<String>,
        /// The skills it asks for.
        skill_ids: Option<Vec<String>>,
        /// The script that is shown.
        script_id: Option<String>,
        /// The label it counts under.
        utilization_label_id: Option<String>,
        /// Agents it would rather have: at most 20.
        scored_agents: Option<Vec<ScoredAgent>>,
        /// Agents it would rather have, all of them as much.
        preferred_agent_ids: Option<Vec<String>>,
    }
}

impl WorkitemCreate {
    /// A work item of this worktype.
    #[must_use]
    pub fn new(name: impl Into<String>, worktype: impl Into<String>) -> Self {
        Self { name: name.into(), type_id: worktype.into(), ..Self::default() }
    }

    /// The request.
    ///
    /// # Errors
    /// A field that is out of its range.
    pub fn request(&self, now: Timestamp) -> Result<Request, Invalid> {
        let bounds = Bounds {
            name: Some(&self.name),
            description: self.description.as_deref(),
            priority: self.priority,
            duration_seconds: self.duration_seconds,
            dates: dates(self.date_due, self.date_expires, self.ttl),
            scored: &self.scored_agents,
        };
        bounds.check(now)?;
        if self.type_id.is_empty() {
            return Err(Invalid::new("typeId", Problem::Empty));
        }
        let request = Request::new(Method::Post, WORKITEMS.to_string()).with_body(self);
        Ok(request.with_permissions(&["workitems:workitem:add"]))
    }
}

impl WorkitemUpdate {
    /// It is in this state now.
    #[must_use]
    pub fn state(state: AssignmentState) -> Self {
        Self { assignment_state: Some(state), ..Self::default() }
    }

    /// It alerts this agent.
    #[must_use]
    pub fn alert(agent: impl Into<String>) -> Self {
        Self {
            assignment_operation: Some(AssignmentOperation::AgentAssignmentAlerting),
            assignee_id: Some(agent.into()),
            ..Self::default()
        }
    }

    /// The request.
    ///
    /// # Errors
    /// A field that is out of its range.
    pub fn request(&self, workitem: &str, now: Timestamp) -> Result<Request, Invalid> {
        let bounds = Bounds {
            name: self.name.as_deref(),
            description: self.description.as_deref(),
            priority: self.priority,
            duration_seconds: self.duration_seconds,
            dates: dates(self.date_due, self.date_expires, self.ttl),
            scored: self.scored_agents.as_deref().unwrap_or_default(),
        };
        bounds.check(now)?;
        Ok(self.unchecked(workitem))
    }

    /// The request for what is in range as it stands.
    pub(super) fn unchecked(&self, workitem: &str) -> Request {
        let request = Request::new(Method::Patch, of(workitem, "")).with_body(self);
        request.with_permissions(&["workitems:workitem:edit", "workitems:workitem:accept"])
    }
}

body! {
    /// A user, by their id.
    pub UserId {
        /// The user's id.
        id: String,
    }
}

/// A work item: `GET .../workitems/{id}`, answered with a [`Workitem`](super::Workitem).
#[must_use]
pub fn get_workitem(workitem: &str) -> Request {
    Request::get(of(workitem, "")).with_permissions(&["workitems:workitem:view"])
}

/// Gives a work item to an agent by hand, whatever its ring, scores, skills and language:
/// `PATCH .../assignment`.
#[must_use]
pub fn assign_workitem(workitem: &str, agent: &str) -> Request {
    let body = UserId { id: agent.to_string() };
    let request = Request::new(Method::Patch, of(workitem, "/assignment")).with_body(&body);
    request.with_permissions(&["workitems:workitem:pull", "workitems:workitem:assign"])
}

/// Takes a work item out of the line: `POST .../acd/cancel`.
#[must_use]
pub fn cancel_routing(workitem: &str) -> Request {
    let request = Request::new(Method::Post, of(workitem, "/acd/cancel"));
    request.with_permissions(&["workitems:workitem:cancelRouting"])
}

/// Its agent leaves a work item and stays who it is assigned to: `POST .../disconnect`.
#[must_use]
pub fn disconnect_workitem(workitem: &str) -> Request {
    let request = Request::new(Method::Post, of(workitem, "/disconnect"));
    request.with_permissions(&["workitems:workitem:disconnect"])
}

body! {
    /// Ends a work item: `POST .../terminate`.
    pub WorkitemTerminate {
        /// The status it has then, of the category closed.
        status_id: Option<String>,
    }
}

impl WorkitemTerminate {
    /// The request.
    #[must_use]
    pub fn request(&self, workitem: &str) -> Request {
        let request = Request::new(Method::Post, of(workitem, "/terminate")).with_body(self);
        request.with_permissions(&["workitems:workitem:terminate"])
    }
}

words! {
    /// What is done with a wrap-up code.
    WrapupAction {
        /// It is given.
        Add = "Add",
        /// It is taken back.
        Remove = "Remove",
    }
}

/// Gives a work item a wrap-up code, or takes it back, for an agent:
/// `PATCH .../users/{agent}/wrapups`.
///
/// ```
/// use strowger_genesys::{WorkitemWrapup, WrapupAction};
///
/// let code = WorkitemWrapup { action: WrapupAction::Add, wrapup_code: "c1".into() };
/// let request = code.request("w1", "ana");
/// assert_eq!(request.path, "/api/v2/taskmanagement/workitems/w1/users/ana/wrapups");
/// assert_eq!(request.permissions, ["workitems:wrapup:edit"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkitemWrapup {
    /// What is done.
    pub action: WrapupAction,
    /// The code.
    pub wrapup_code: String,
}

impl WorkitemWrapup {
    /// The request.
    #[must_use]
    pub fn request(&self, workitem: &str, agent: &str) -> Request {
        let path = of(workitem, &format!("/users/{}/wrapups", escaped(agent)));
        Request::new(Method::Patch, path)
            .with_body(self)
            .with_permissions(&["workitems:wrapup:edit"])
    }
}

/// The wrap-up codes of a work item: `GET .../wrapups`.
#[must_use]
pub fn get_wrapups(workitem: &str) -> Request {
    Request::get(of(workitem, "/wrapups")).with_permissions(&["workitems:wrapup:view"])
}
