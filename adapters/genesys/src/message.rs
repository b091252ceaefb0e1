//! Open messaging: what a customer writes somewhere else comes in as a message.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::iso_time::IsoTime;
use crate::words::{body, words};
use strowger::Timestamp;
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

words! {
    /// What kind of name a customer has in open messaging.
    IdType {
        /// An e-mail address.
        Email = "Email",
        /// A telephone number.
        Phone = "Phone",
        /// Any other.
        Opaque = "Opaque",
    }
}

/// Who writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// The sender's id in the other channel.
    pub id: String,
    /// What kind of id.
    pub id_type: IdType,
    /// What the sender calls themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The sender's first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The sender's last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The sender's e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// By what way a message came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageChannel {
    /// Who wrote it.
    pub from: Sender,
    /// When.
    pub time: IsoTime,
    /// Its id in the other channel: the same message sent twice is taken once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

body! {
    /// Something sent along.
    pub Attachment {
        /// What kind it is: image, video, audio, file, link.
        media_type: String,
        /// Where it is.
        url: String,
        /// Its MIME type.
        mime: Option<String>,
        /// What it is called.
        filename: Option<String>,
        /// What is said of it.
        text: Option<String>,
    }
}

body! {
    /// A part of a message.
    pub MessageContent {
        /// Something sent along.
        attachment: Option<Attachment>,
    }
}

/// A message of a customer: `POST .../messages/{integration}/inbound/open/message`.
///
/// ```
/// use strowger::prelude::*;
/// use strowger_genesys::{IdType, OpenMessage};
///
/// let mut first = OpenMessage::new("guest-7", IdType::Opaque, Timestamp::EPOCH, "Hello?");
/// first.attach("topic", "refund");
/// let request = first.request("integration-1")?;
/// assert_eq!(request.path, "/api/v2/conversations/messages/integration-1/inbound/open/message");
/// assert_eq!(request.permissions, ["conversation:message:receive"]);
/// # Ok::<(), strowger::model::Invalid>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenMessage {
    /// By what way it came.
    pub channel: MessageChannel,
    /// What the sender writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What else the sender sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<MessageContent>,
    /// What is known of it besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl OpenMessage {
    /// A text.
    #[must_use]
    pub fn new(
        from: impl Into<String>,
        id_type: IdType,
        time: Timestamp,
        text: impl Into<String>,
    ) -> Self {
        let from = Sender {
            id: from.into(),
            id_type,
            nickname: None,
            first_name: None,
            last_name: None,
            email: None,
        };
        let channel = MessageChannel { from, time: IsoTime(time), message_id: None };
        Self { channel, text: Some(text.into()), content: Vec::new(), metadata: BTreeMap::new() }
    }

    /// Attaches something that is known of it.
    pub fn attach(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.metadata.insert(name.into(), value.into());
    }

    /// The request, by the id of the open messaging integration (ServiceNow: provider application
    /// id).
    ///
    /// # Errors
    /// Nobody writes it, or nothing.
    pub fn request(&self, integration: &str) -> Result<Request, Invalid> {
        if self.channel.from.id.is_empty() {
            return Err(Invalid::new("channel.from.id", Problem::Empty));
        }
        if self.text.as_deref().unwrap_or_default().is_empty() && self.content.is_empty() {
            return Err(Invalid::new("text", Problem::Empty));
        }
        let integration = escaped(integration);
        let path = format!("/api/v2/conversations/messages/{integration}/inbound/open/message");
        Ok(Request::new(Method::Post, path)
            .with_body(self)
            .with_permissions(&["conversation:message:receive"]))
    }
}
