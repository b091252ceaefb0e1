//! A work item as Genesys Cloud tells it: in an answer, and in a notification.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use crate::assignment::AssignmentState;
use crate::iso_time::IsoTime;
use crate::words::{body, words};
use crate::workitem::ScoredAgent;

words! {
    /// The category of a work item's status.
    StatusCategory {
        /// Nobody began.
        Open = "Open",
        /// Somebody works on it.
        InProgress = "InProgress",
        /// Something else is waited for.
        Waiting = "Waiting",
        /// Over.
        Closed = "Closed",
        /// Not known.
        Unknown = "Unknown",
    }
}

body! {
    /// A thing, by its id.
    pub Reference {
        /// Its id.
        id: String,
        /// What it is called, where that is told.
        name: Option<String>,
    }
}

body! {
    /// An agent whom a work item prefers, as told in an answer.
    pub ScoredAgentReference {
        /// The agent.
        agent: Reference,
        /// How much rather: 0 to 100.
        score: u8,
    }
}

body! {
    /// A work item, as requests are answered with it.
    pub Workitem {
        /// Its id.
        id: String,
        /// What it is called.
        name: String,
        /// Its worktype.
        type_of = "type": Option<Reference>,
        /// What it is about.
        description: Option<String>,
        /// The language it asks for.
        language: Option<Reference>,
        /// The label it counts under.
        utilization_label: Option<Reference>,
        /// How urgent it is.
        priority: i32,
        /// When it was made.
        date_created: Option<IsoTime>,
        /// When it was last changed.
        date_modified: Option<IsoTime>,
        /// By when it should be done.
        date_due: Option<IsoTime>,
        /// When it is no longer wanted.
        date_expires: Option<IsoTime>,
        /// Its status.
        status: Option<Reference>,
        /// The category of its status.
        status_category: Option<StatusCategory>,
        /// Its workbin.
        workbin: Option<Reference>,
        /// Who has it.
        assignee: Option<Reference>,
        /// The contact it is about.
        external_contact: Option<Reference>,
        /// What another system calls it.
        external_tag: Option<String>,
        /// Its queue.
        queue: Option<Reference>,
        /// Where it is.
        assignment_state: Option<AssignmentState>,
        /// Since when.
        date_assignment_state_changed: Option<IsoTime>,
        /// How long it alerts, in seconds.
        alert_timeout_seconds: Option<u32>,
        /// The skills it asks for.
        skills: Vec<Reference>,
        /// Agents it would rather have, all of them as much.
        preferred_agents: Vec<Reference>,
        /// Agents it would rather have.
        scored_agents: Vec<ScoredAgentReference>,
        /// Fields of its worktype.
        custom_fields: BTreeMap<String, Value>,
    }
}

body! {
    /// A work item, as a notification tells it.
    pub WorkitemNotice {
        /// Its id.
        id: String,
        /// What it is called.
        name: String,
        /// Its worktype.
        type_id: Option<String>,
        /// What it is about.
        description: Option<String>,
        /// The language it asks for.
        language_id: Option<String>,
        /// How urgent it is.
        priority: i32,
        /// When it was made.
        date_created: Option<IsoTime>,
        /// When it was last changed.
        date_modified: Option<IsoTime>,
        /// By when it should be done.
        date_due: Option<IsoTime>,
        /// When it is no longer wanted.
        date_expires: Option<IsoTime>,
        /// Since when it is where it is.
        date_assignment_state_changed: Option<IsoTime>,
        /// Its status.
        status_id: Option<String>,
        /// The category of its status.
        status_category: Option<StatusCategory>,
        /// Its workbin.
        workbin_id: Option<String>,
        /// Who has it.
        assignee_id: Option<String>,
        /// The contact it is about.
        external_contact_id: Option<String>,
        /// What another system calls it.
        external_tag: Option<String>,
        /// Its wrap-up code.
        wrapup_id: Option<String>,
        /// What was done to it: `add`, `edit`, `delete`, ...
        operation: Option<String>,
        /// Where it is.
        assignment_state: Option<AssignmentState>,
        /// The assignment.
        assignment_id: Option<String>,
        /// How long it alerts, in seconds.
        alert_timeout_seconds: Option<u32>,
        /// Its queue.
        queue_id: Option<String>,
        /// Fields of its worktype.
        custom_fields: BTreeMap<String, Value>,
        /// The skills it asks for.
        skill_ids: Vec<String>,
        /// Agents it would rather have, all of them as much.
        preferred_agent_ids: Vec<String>,
        /// Agents it would rather have.
        scored_agents: Vec<ScoredAgent>,
        /// The label it counts under.
        utilization_label_id: Option<String>,
    }
}

impl From<Workitem> for WorkitemNotice {
    fn from(item: Workitem) -> Self {
        let id = |one: Option<Reference>| one.map(|one| one.id);
        let ids = |many: Vec<Reference>| many.into_iter().map(|one| one.id).collect();
        let scored = |one: ScoredAgentReference| ScoredAgent { id: one.agent.id, score: one.score };
        Self {
            id: item.id,
            name: item.name,
            type_id: id(item.type_of),
            description: item.description,
            language_id: id(item.language),
            priority: item.priority,
            date_created: item.date_created,
            date_modified: item.date_modified,
            date_due: item.date_due,
            date_expires: item.date_expires,
            date_assignment_state_changed: item.date_assignment_state_changed,
            status_id: id(item.status),
            status_category: item.status_category,
            workbin_id: id(item.workbin),
            assignee_id: id(item.assignee),
            external_contact_id: id(item.external_contact),
            external_tag: item.external_tag,
            assignment_state: item.assignment_state,
            alert_timeout_seconds: item.alert_timeout_seconds,
            queue_id: id(item.queue),
            custom_fields: item.custom_fields,
            skill_ids: ids(item.skills),
            preferred_agent_ids: ids(item.preferred_agents),
            scored_agents: item.scored_agents.into_iter().map(scored).collect(),
            utilization_label_id: id(item.utilization_label),
            ..Self::default()
        }
    }
}
