//! What an agent's workspace shows besides the agent's work. The engine knows nothing of it:
//! answers go to the screen as they are.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use crate::iso_time::IsoTime;
use crate::words::body;
use strowger::Timestamp;
use strowger_wire::{Method, Request, escaped};

body! {
    /// The time a schedule is asked for.
    ScheduleRange {
        /// From when.
        start_date: Option<IsoTime>,
        /// Until when.
        end_date: Option<IsoTime>,
    }
}

/// An agent's own schedule: `POST /workforcemanagement/agentschedules/mine`, sent as that agent.
#[must_use]
pub fn get_my_schedule(from: Timestamp, until: Timestamp) -> Request {
    let range = ScheduleRange { start_date: Some(from.into()), end_date: Some(until.into()) };
    let path = "/api/v2/workforcemanagement/agentschedules/mine".to_string();
    Request::new(Method::Post, path).with_body(&range).with_permissions(&["wfm:agentSchedule:view"])
}

/// The evaluations of an agent: `GET /quality/evaluations/query`.
#[must_use]
pub fn get_evaluations(agent: &str) -> Request {
    Request::get("/api/v2/quality/evaluations/query".to_string())
        .with_query("agentUserId", agent)
        .with_permissions(&["quality:evaluation:view"])
}

/// What an agent is to learn: `GET /learning/assignments/me`, sent as that agent.
#[must_use]
pub fn get_learning() -> Request {
    Request::get("/api/v2/learning/assignments/me".to_string())
}

/// How an agent ranks: `GET /gamification/leaderboard`, sent as that agent. Days as `yyyy-MM-dd`.
#[must_use]
pub fn get_leaderboard(first_day: &str, last_day: &str) -> Request {
    Request::get("/api/v2/gamification/leaderboard".to_string())
        .with_query("startWorkday", first_day)
        .with_query("endWorkday", last_day)
        .with_permissions(&["gamification:leaderboard:view"])
}

body! {
    /// Something that may help: knowledge, a canned response, a script.
    pub Suggestion {
        /// Its id.
        id: String,
        /// What kind it is: `KnowledgeArticle`, `CannedResponse`, `Script`, ...
        type_of = "type": Option<String>,
        /// Whether it was suggested, accepted, dismissed, ...
        state: Option<String>,
        /// When it was made.
        date_created: Option<IsoTime>,
        /// A knowledge article.
        knowledge_article: Option<Value>,
        /// What was found in the knowledge base.
        knowledge_search: Option<Value>,
        /// A canned response.
        canned_response: Option<Value>,
        /// A script.
        script: Option<Value>,
    }
}

body! {
    /// What may help in a conversation.
    pub Suggestions {
        /// All of it.
        entities: Vec<Suggestion>,
    }
}

/// What may help in a conversation: `GET /conversations/{id}/suggestions`, answered with
/// [`Suggestions`]. Without an answer there are none.
#[must_use]
pub fn get_suggestions(conversation: &str) -> Request {
    let path = format!("/api/v2/conversations/{}/suggestions", escaped(conversation));
    Request::get(path).with_permissions(&["conversation:suggestion:view"])
}
