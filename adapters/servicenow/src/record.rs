//! The records around a work item: consults, external ids, interactions, and the item itself.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};

use crate::loose;
use crate::request::Document;
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

/// Ends a consult: `PUT .../consult/end`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EndConsult {
    /// The document it is about.
    pub document_sys_id: String,
    /// Whether who was consulted has the document now. If they did not answer yet, the consult is
    /// cancelled either way.
    #[serde(deserialize_with = "loose::flag")]
    pub hand_over: bool,
}

impl EndConsult {
    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::new(Method::Put, "/api/now/awa/consult/end".to_string()).with_body(self)
    }
}

/// What the end of a consult is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OutcomeReply {
    /// Whether it was done.
    #[serde(deserialize_with = "loose::flag")]
    pub success: bool,
    /// What was done, or why it was not.
    pub message: String,
}

fn mapping(document: &Document) -> String {
    let (table, sys_id) = (escaped(&document.table), escaped(&document.sys_id));
    format!("/api/sn_ct_ctr_it_core/external_id_mapping/table/{table}/documentId/{sys_id}")
}

/// Keeps the engine's name of a document there: `PUT .../external_id_mapping/...`. It may be
/// repeated.
///
/// ```
/// use strowger_servicenow::{Document, ExternalId};
///
/// let case = Document::new("sn_customerservice_case", "f584");
/// let id = ExternalId { external_id: "200".into(), external_provider: Some("8b59".into()) };
/// assert_eq!(id.check(), Ok(()));
/// assert!(id.request(&case).path.ends_with("/table/sn_customerservice_case/documentId/f584"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExternalId {
    /// The engine's name, at most 200 characters.
    pub external_id: String,
    /// The provider record that stands for this engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_provider: Option<String>,
}

/// How long an external id may be, in characters.
const LONGEST_ID: u32 = 200;

impl ExternalId {
    /// Whether ServiceNow keeps it: a name, of at most 200 characters. To be asked before
    /// [`ExternalId::request`] where the name is not the engine's own.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn check(&self) -> Result<(), Invalid> {
        if self.external_id.is_empty() {
            return Err(Invalid::new("external_id", Problem::Empty));
        }
        Invalid::length("external_id", self.external_id.chars().count(), LONGEST_ID)
    }

    /// The request.
    #[must_use]
    pub fn request(&self, document: &Document) -> Request {
        Request::new(Method::Put, mapping(document)).with_body(self)
    }
}

/// The engine's name of a document: `GET .../external_id_mapping/...`.
#[must_use]
pub fn get_external_id(document: &Document) -> Request {
    Request::get(mapping(document))
}

/// What [`get_external_id`] is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExternalIdReply {
    /// The mapping: table, document, external id, provider.
    pub data: BTreeMap<String, String>,
}

/// Makes an interaction: `POST /api/now/interaction`. With a queue it is queued, else new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInteraction {
    /// The interaction connector.
    pub channel: String,
    /// The queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// What is known of it; instead of a record.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context: BTreeMap<String, String>,
    /// The table of a record that says what is known of it; with its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_table: Option<String>,
    /// The id of that record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_id: Option<String>,
    /// What the connector needs to reach the customer by its channel; instead of a record.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channel_metadata: BTreeMap<String, String>,
    /// The table of a record that says what the connector needs; with its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_metadata_table: Option<String>,
    /// The id of that record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_metadata_id: Option<String>,
}

impl NewInteraction {
    /// The request.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::new(Method::Post, "/api/now/interaction".to_string()).with_body(self)
    }
}

/// Closes an interaction: `POST .../close`.
#[must_use]
pub fn close_interaction(interaction: &str) -> Request {
    let path = format!("/api/now/interaction/{}/close", escaped(interaction));
    Request::new(Method::Post, path)
}

/// What [`NewInteraction`] and [`close_interaction`] are answered with. What is not known is empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct InteractionReply {
    /// The id of the interaction.
    pub sys_id: String,
    /// Its number, such as `IMS0000075`.
    pub number: String,
    /// Its state, such as `queued`, `new` or `closed_complete`.
    pub state: String,
    /// Its queue.
    #[serde(default)]
    pub queue: String,
    /// The user who has it.
    #[serde(default)]
    pub assigned_to: String,
    /// The user it is for.
    #[serde(default)]
    pub opened_for: String,
    /// The user who closed it.
    #[serde(default)]
    pub closed_by: String,
}

impl InteractionReply {
    /// The record, to which work can be bound.
    #[must_use]
    pub fn document(&self) -> Document {
        Document::new(Document::INTERACTION, &*self.sys_id)
    }
}

/// The active work items of a document, newest first: a query of the table of work items. There is
/// one, and one more if somebody is consulted.
#[must_use]
pub fn get_items(document: &Document) -> Request {
    let which = format!("document_id={}^active=true^ORDERBYDESCsys_created_on", document.sys_id);
    table_of_items(&which, "10")
}

/// The active work items of a queue, at most 10,000, newest first: a query of the table of work
/// items. [`Desk::take_stock`](crate::Desk::take_stock) wants the answer.
#[must_use]
pub fn get_active_items(queue: &str) -> Request {
    table_of_items(&format!("queue={queue}^active=true^ORDERBYDESCsys_created_on"), "10000")
}

fn table_of_items(which: &str, limit: &str) -> Request {
    let fields = "sys_id,state,assigned_to,consult_state,document_table,document_id";
    Request::get("/api/now/table/awa_work_item".to_string())
        .with_query("sysparm_query", which)
        .with_query("sysparm_fields", fields)
        .with_query("sysparm_display_value", "all")
        .with_query("sysparm_limit", limit)
}

/// A field as a table tells it: what is stored and what is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Field {
    #[serde(default)]
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) display_value: String,
}

/// A work item as its table tells it; a list of them is what [`get_items`] and
/// [`get_active_items`] are answered with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemRecord {
    sys_id: Field,
    state: Field,
    #[serde(default)]
    assigned_to: Field,
    #[serde(default)]
    consult_state: Field,
    #[serde(default)]
    document_table: Field,
    #[serde(default)]
    document_id: Field,
}

impl ItemRecord {
    /// Its id.
    #[must_use]
    pub fn sys_id(&self) -> &str {
        &self.sys_id.value
    }

    /// What its state is called: Queued, Pending Accept, Accepted or Canceled.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state.display_value
    }

    /// Who has it or is asked for it.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        Some(&*self.assigned_to.value).filter(|agent| !agent.is_empty())
    }

    /// What it is about, if that was told.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        let (table, sys_id) = (&self.document_table.value, &self.document_id.value);
        let told = !table.is_empty() && !sys_id.is_empty();
        told.then(|| Document::new(&**table, &**sys_id))
    }

    /// How far the consult is whose work item it is, if it is one's: Requested, Ended, ...
    #[must_use]
    pub fn consult_state(&self) -> Option<&str> {
        Some(&*self.consult_state.display_value).filter(|state| !state.is_empty())
    }
}
