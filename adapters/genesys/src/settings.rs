//! The settings of a queue, as Genesys Cloud tells them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Number, Value};

use crate::media::MediaType;
use crate::ring::Bullseye;
use crate::words::{body, lenient, words};
use strowger_wire::{Request, escaped};

body! {
    /// In what time how many should be answered.
    pub ServiceTarget {
        /// What share, 0 to 1.
        percentage: Option<Number>,
        /// In what time, in milliseconds.
        duration_ms: Option<u64>,
    }
}

/// What a queue says of a medium.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MediaSettings {
    /// How long it alerts, in seconds: at least 7.
    pub alerting_timeout_seconds: Option<u32>,
    /// Whether it is accepted in the agent's name.
    pub enable_auto_answer: Option<bool>,
    /// In what time how many should be answered.
    pub service_level: Option<ServiceTarget>,
    /// What else it says.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

words! {
    /// When preferred agents are asked.
    RuleOperator {
        /// Those with a score at or above the threshold.
        MeetsThreshold = "MEETS_THRESHOLD",
        /// All of them.
        Any = "ANY",
    }
}

body! {
    /// One step of the wait for preferred agents.
    pub RoutingRule {
        /// Who is asked.
        operator: Option<RuleOperator>,
        /// The least score.
        threshold: Option<u8>,
        /// For how long, in seconds; usually 5.
        wait_seconds: Option<Number>,
    }
}

words! {
    /// In what order work waits.
    ScoringMethod {
        /// By time and priority: a point is worth a minute.
        TimestampAndPriority = "TimestampAndPriority",
        /// By priority alone.
        PriorityOnly = "PriorityOnly",
    }
}

words! {
    /// How skills are taken.
    SkillEvaluation {
        /// Not at all.
        None = "NONE",
        /// The best comes first.
        Best = "BEST",
        /// All of them are needed.
        All = "ALL",
    }
}

words! {
    /// How agents wrap up.
    WrapupPrompt {
        /// Until the agent ends it.
        Mandatory = "MANDATORY",
        /// As the agent likes.
        Optional = "OPTIONAL",
        /// Until the agent ends it or time does.
        MandatoryTimeout = "MANDATORY_TIMEOUT",
        /// Until time ends it.
        MandatoryForcedTimeout = "MANDATORY_FORCED_TIMEOUT",
        /// If the agent asks for it.
        AgentRequested = "AGENT_REQUESTED",
    }
}

body! {
    /// After-call work.
    pub AcwSettings {
        /// How agents wrap up.
        wrapup_prompt: Option<WrapupPrompt>,
        /// For how long, in milliseconds: 1 s to 60 min.
        timeout_ms: Option<u64>,
    }
}

/// A queue of Genesys Cloud: `GET /routing/queues/{id}` is answered with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct QueueSettings {
    /// Its id: the key of the queue here.
    #[serde(deserialize_with = "lenient")]
    pub id: String,
    /// What it is called.
    #[serde(deserialize_with = "lenient")]
    pub name: String,
    /// What it says of each medium.
    #[serde(deserialize_with = "lenient")]
    pub media_settings: BTreeMap<MediaType, MediaSettings>,
    /// The steps of the wait for preferred agents: at most six.
    #[serde(deserialize_with = "lenient")]
    pub routing_rules: Vec<RoutingRule>,
    /// Rings of agents.
    pub bullseye: Option<Bullseye>,
    /// In what order work waits.
    pub scoring_method: Option<ScoringMethod>,
    /// How skills are taken.
    pub skill_evaluation_method: Option<SkillEvaluation>,
    /// After-call work.
    pub acw_settings: Option<AcwSettings>,
    /// What else it says.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

/// The settings of a queue: `GET /routing/queues/{id}`, answered with [`QueueSettings`].
#[must_use]
pub fn get_queue(queue: &str) -> Request {
    let path = format!("/api/v2/routing/queues/{}", escaped(queue));
    Request::get(path).with_permissions(&["routing:queue:view"])
}
