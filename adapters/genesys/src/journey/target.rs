//! Who answers what is offered.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use strowger::interaction::InteractionType;
use strowger::journey::ActionTarget;
use strowger::model::{ChannelId, Invalid, QueueId};
use strowger::{Key, Span};
use strowger_wire::{Request, escaped};

use crate::decimal::Decimal;
use crate::iso_time::IsoTime;
use crate::journey::definition::{leave_dates, leave_said};
use crate::journey::group::{leave, leave_others};
use crate::journey::outcome_score::probability;
use crate::left::{Left, WhyLeft};
use crate::words::open_body;

open_body! {
    /// In what time how many visitors should be answered.
    pub JourneyServiceLevel {
        /// What share, 0 to 1.
        percentage: Option<Decimal>,
        /// In what time, in milliseconds.
        duration_ms: Option<u64>,
    }
}

open_body! {
    /// A target: `GET /journey/actiontargets/{id}`.
    pub JourneyTarget {
        /// The id.
        id: String,
        /// The name people read.
        name: Option<String>,
        /// What it answers.
        supported_media_types: Vec<String>,
        /// `active`, `inactive` or `deleted`.
        state: Option<String>,
        /// What it is for.
        description: Option<String>,
        /// In what time how many visitors should be answered.
        service_level: JourneyServiceLevel,
        /// A visitor who waits for less and leaves does not count.
        short_abandon_threshold: Option<u64>,
        /// When it was made.
        created_date: Option<IsoTime>,
        /// When it was changed last.
        modified_date: Option<IsoTime>,
    }
}

/// A target as it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetImport {
    /// Its key: the id there.
    pub key: Key,
    /// The target.
    pub target: ActionTarget,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// The longest a time may be here, in milliseconds: a day.
const DAY: u64 = 86_400_000;

impl JourneyTarget {
    /// The target as it is here. Its body names no queue, so the caller does, with the channel of
    /// the work and the type of the interaction.
    ///
    /// # Errors
    /// A service level of less than 0 or more than 1.
    pub fn import(
        &self,
        queue: QueueId,
        channel: ChannelId,
        kind: InteractionType,
    ) -> Result<TargetImport, Invalid> {
        let mut left = Vec::new();
        let mut target = ActionTarget::new(queue, channel, kind);
        let level = probability("serviceLevel.percentage", self.service_level.percentage.as_ref())?;
        if let Some(level) = level {
            target.level = level;
        }
        match self.service_level.duration_ms {
            Some(duration) if duration > DAY => {
                leave(&mut left, "serviceLevel.durationMs", WhyLeft::OutOfRange);
            }
            Some(duration) => target.within = Span::from_millis(duration),
            None => {}
        }
        if self.short_abandon_threshold.is_some() {
            // Its unit is not published.
            leave(&mut left, "shortAbandonThreshold", WhyLeft::UnknownValue);
        }
        let said = [
            ("name", self.name.is_some()),
            ("supportedMediaTypes", !self.supported_media_types.is_empty()),
            ("state", self.state.is_some()),
            ("description", self.description.is_some()),
        ];
        leave_said(&mut left, said);
        leave_dates(&mut left, self.created_date, self.modified_date);
        leave_others(&mut left, "serviceLevel", &self.service_level.others);
        leave_others(&mut left, "", &self.others);
        Ok(TargetImport { key: Key::from(&self.id), target, left })
    }
}

/// A target: `GET /journey/actiontargets/{id}`, answered with a [`JourneyTarget`].
#[must_use]
pub fn get_action_target(target: &str) -> Request {
    let path = format!("/api/v2/journey/actiontargets/{}", escaped(target));
    Request::get(path).with_permissions(&["journey:actiontarget:view"])
}
