//! Answering for an agent: AWA Inbox Actions.

use alloc::format;
use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};

use crate::request::Document;
use strowger_wire::{Method, Request, escaped};

/// Accepts a work item that is offered to an agent, in the agent's name: `POST .../accept`.
///
/// ```
/// use strowger_servicenow::AcceptItem;
///
/// let request = AcceptItem::new("ana", "item").request();
/// assert_eq!(request.path, "/api/now/awa/inbox/actions/accept");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AcceptItem {
    /// The agent.
    pub agent_id: String,
    /// The work item.
    pub work_item_id: String,
}

impl AcceptItem {
    /// This agent takes this work item.
    #[must_use]
    pub fn new(agent: impl Into<String>, work_item: impl Into<String>) -> Self {
        Self { agent_id: agent.into(), work_item_id: work_item.into() }
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::new(Method::Post, "/api/now/awa/inbox/actions/accept".to_string()).with_body(self)
    }
}

/// What an acceptance is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedItem {
    /// The document of the work item.
    pub document_sys_id: String,
    /// The table it is in.
    pub document_table: String,
}

impl AcceptedItem {
    /// The document.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::new(self.document_table.clone(), self.document_sys_id.clone())
    }
}

/// Rejects a work item that is offered to an agent, in the agent's name: `POST .../reject`. It is
/// answered with the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RejectItem {
    /// The agent.
    pub agent_id: String,
    /// The work item.
    pub work_item_id: String,
    /// Why.
    pub reject_reason_id: String,
}

impl RejectItem {
    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::new(Method::Post, "/api/now/awa/inbox/actions/reject".to_string()).with_body(self)
    }
}

/// The reject reasons of a service channel: `GET .../reject_reasons/{channel}`.
#[must_use]
pub fn get_reject_reasons(channel: &str) -> Request {
    Request::get(format!("/api/now/awa/inbox/actions/reject_reasons/{}", escaped(channel)))
}

/// A reject reason; a list of them is what [`get_reject_reasons`] is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RejectReason {
    /// Its place in the list.
    pub order: i32,
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub display_value: String,
    /// Its id: the key of the reject reason in the engine.
    pub sys_id: String,
}
