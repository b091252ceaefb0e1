//! The record of a call: made as an agent takes it, and kept up to date.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

const PATH: &str = "/api/now/openframe/voice-interaction";

/// What is known of a call. Numbers are written as E.164 says: `+` and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceCall {
    /// The number of who called. Needed to make a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_phone_number: Option<String>,
    /// The number to call the caller back by if the call drops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_phone_number: Option<String>,
    /// What the call is named outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_session_id: Option<String>,
    /// The inbound id of the provider of the voice service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound_id: Option<String>,
    /// Fields of the interaction, such as `direction`, `short_description` and `assigned_to`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub additional_params: BTreeMap<String, String>,
}

/// A record the call is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallRecord {
    /// Its table.
    pub document_table: String,
    /// Its id there.
    pub document_id: String,
}

/// Makes or changes the interaction of a call:
/// `POST /api/now/openframe/voice-interaction`, `PATCH .../{interaction}`.
///
/// ```
/// use strowger_servicenow::VoiceInteraction;
///
/// let mut call = VoiceInteraction::new("+4930123456");
/// call.interaction_context.insert("devicetype".into(), "genesys".into());
/// let request = call.create()?;
/// assert_eq!(request.body.unwrap()["interaction"]["userPhoneNumber"], "+4930123456");
/// assert!(VoiceInteraction::default().create().is_err());
/// # Ok::<(), strowger::model::Invalid>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceInteraction {
    /// The call.
    pub interaction: VoiceCall,
    /// Variables of the context of the interaction.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub interaction_context: BTreeMap<String, String>,
    /// Logs of the phone: fields of their table, such as `call_id`, `agent` and `start_time`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phone_logs: Vec<BTreeMap<String, String>>,
    /// What the call is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_records: Vec<CallRecord>,
}

impl VoiceInteraction {
    /// A call from this number.
    #[must_use]
    pub fn new(user_phone_number: impl Into<String>) -> Self {
        let user_phone_number = Some(user_phone_number.into());
        Self {
            interaction: VoiceCall { user_phone_number, ..VoiceCall::default() },
            ..Self::default()
        }
    }

    /// The request that makes the interaction, as an agent takes the call.
    ///
    /// # Errors
    /// [`Problem::Empty`] without the number of who called.
    pub fn create(&self) -> Result<Request, Invalid> {
        if self.interaction.user_phone_number.as_deref().unwrap_or_default().is_empty() {
            return Err(Invalid::new("interaction.userPhoneNumber", Problem::Empty));
        }
        Ok(Request::new(Method::Post, PATH.to_string()).with_body(self))
    }

    /// The request that changes the interaction with this id.
    ///
    /// # Errors
    /// [`Problem::Empty`] if nothing is said of the call itself.
    pub fn update(&self, interaction: &str) -> Result<Request, Invalid> {
        if self.interaction == VoiceCall::default() {
            return Err(Invalid::new("interaction", Problem::Empty));
        }
        Ok(Request::new(Method::Patch, format!("{PATH}/{}", escaped(interaction))).with_body(self))
    }
}

/// What [`VoiceInteraction`] is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VoiceReply {
    /// `SUCCESS`, or `FAILURE`.
    pub status: String,
    /// The id of the interaction that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sys_id: Option<String>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl VoiceReply {
    /// Whether it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status.eq_ignore_ascii_case("success")
    }
}
