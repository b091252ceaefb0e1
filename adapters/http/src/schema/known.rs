//! What serde cannot tell of a type: those that take whatever comes, and texts with a form.

use serde_json::{Value, json};

/// What is said of a type here instead of being found out.
pub(super) struct Known {
    /// The type's path.
    name: &'static str,
    /// What it is for those who write it.
    schema: fn() -> Value,
    /// One that is right.
    sample: fn() -> Value,
}

impl Known {
    /// What it is for those who write it.
    pub(super) fn schema(&self) -> Value {
        (self.schema)()
    }

    /// One that is right.
    pub(super) fn sample(&self) -> Value {
        (self.sample)()
    }
}

/// Something that the host names: by its key or, as it stands in a fact, by its number.
macro_rules! keyed {
    ($($id:literal $what:literal,)*) => {
        [$(Known {
            name: concat!("strowger::model::ids::", $id),
            schema: || json!({
                "type": ["string", "integer"],
                "minimum": 0,
                "description": concat!(
                    "The key of ", $what, ", or its number. ",
                    "It is written as the key if there is one."
                ),
            }),
            sample: || json!(1),
        },)*]
    };
}

static IDS: [Known; 10] = keyed! {
    "SkillId" "a skill",
    "ChannelId" "a channel",
    "PresenceId" "a presence",
    "ReasonId" "a reject reason",
    "CodeId" "a wrap-up code",
    "QueueId" "a queue",
    "AgentId" "an agent",
    "CalendarId" "a calendar",
    "PoolId" "a pool",
    "WorkId" "a piece of work",
};

static VALUES: [Known; 6] = [
    Known {
        name: "strowger::base::key::Key",
        schema: || {
            json!({
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "A name the host gives: 1 to 200 bytes of text.",
            })
        },
        sample: || json!("x"),
    },
    Known {
        name: "strowger::base::time::Timestamp",
        schema: || {
            json!({
                "type": "integer",
                "format": "int64",
                "description": "An instant: milliseconds since 1970-01-01T00:00:00Z.",
            })
        },
        sample: || json!(1),
    },
    Known {
        name: "strowger::base::time::Span",
        schema: || {
            json!({
                "oneOf": [
                    {"type": "integer", "format": "int64", "minimum": 0},
                    {
                        "type": "string",
                        "pattern":
                            "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?\
                             ([0-9]+(\\.[0-9]{1,3})?s)?([0-9]+ms)?$",
                    },
                ],
                "description":
                    "A length of time: milliseconds, or a text such as \"20s\" or \"1h30m\". It is \
                     written as milliseconds.",
            })
        },
        sample: || json!(1),
    },
    Known {
        name: "strowger::model::attribute::Value",
        schema: || {
            json!({
                "oneOf": [
                    {"type": "integer", "format": "int64"},
                    {"type": "boolean"},
                    {"type": "string"},
                    {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                ],
                "description":
                    "The value of an attribute: a whole number, a flag, a text or a set of texts.",
            })
        },
        sample: || json!("x"),
    },
    Known {
        name: "strowger::model::calendar::Date",
        schema: || json!({"type": "string", "format": "date", "description": "A date."}),
        sample: || json!("2026-12-25"),
    },
    Known {
        name: "strowger::model::calendar::TimeOfDay",
        schema: || {
            json!({
                "type": "string",
                "pattern": "^([0-9]|[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$",
                "description": "A minute of the day, from 00:00 to 24:00, the end of the day.",
            })
        },
        sample: || json!("09:00"),
    },
];

/// What is said of this type, if anything is.
pub(super) fn of(name: &str) -> Option<&'static Known> {
    const ALL: [&[Known]; 2] = [&IDS, &VALUES];
    ALL.into_iter().flatten().find(|known| known.name == name)
}

/// All that are in the table, by their paths.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    IDS.iter().chain(&VALUES).map(|known| known.name)
}
