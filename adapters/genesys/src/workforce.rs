//! What agents ask of the workforce modules from their workspace: time off, another shift, a
//! course. Each is sent as that agent. The engine knows nothing of it; what is granted is read as
//! the schedule is.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::iso_time::IsoTime;
use crate::words::body;
use strowger::Timestamp;
use strowger::model::{Invalid, Problem};
use strowger_wire::{Method, Request, escaped};

/// The minutes of a day.
const DAY: u32 = 24 * 60;

fn needed(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.is_empty() { Err(Invalid::new(field, Problem::Empty)) } else { Ok(()) }
}

body! {
    /// Time off that an agent asks for: whole days, or parts of days.
    ///
    /// ```
    /// use strowger_genesys::TimeOff;
    ///
    /// let holiday = TimeOff::days("vacation", ["2026-08-03", "2026-08-04"], 480);
    /// let request = holiday.request()?;
    /// assert_eq!(request.path, "/api/v2/workforcemanagement/timeoffrequests");
    /// assert_eq!(request.permissions, ["wfm:agentTimeOffRequest:submit"]);
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub TimeOff {
        /// The id of the activity code, of the category time off.
        activity_code_id: String,
        /// What the agent says about it.
        notes: Option<String>,
        /// Whole days as `yyyy-MM-dd`, in the zone of the management unit.
        full_day_management_unit_dates: Vec<String>,
        /// When the time off begins on each day of which it takes a part.
        partial_day_start_date_times: Vec<IsoTime>,
        /// How many minutes of each day: 1 to 1,440.
        daily_duration_minutes: u32,
    }
}

impl TimeOff {
    /// These whole days, of so many minutes each.
    #[must_use]
    pub fn days<D: Into<String>>(
        activity: impl Into<String>,
        days: impl IntoIterator<Item = D>,
        minutes: u32,
    ) -> Self {
        Self {
            activity_code_id: activity.into(),
            full_day_management_unit_dates: days.into_iter().map(Into::into).collect(),
            daily_duration_minutes: minutes,
            ..Self::default()
        }
    }

    /// So many minutes from an instant on.
    #[must_use]
    pub fn hours(activity: impl Into<String>, from: Timestamp, minutes: u32) -> Self {
        Self {
            activity_code_id: activity.into(),
            partial_day_start_date_times: [from.into()].into(),
            daily_duration_minutes: minutes,
            ..Self::default()
        }
    }

    /// The request: `POST /workforcemanagement/timeoffrequests`.
    ///
    /// # Errors
    /// No activity or no day is named, or whole days and parts of days, or a day has not so many
    /// minutes.
    pub fn request(&self) -> Result<Request, Invalid> {
        needed("activityCodeId", &self.activity_code_id)?;
        let whole = self.full_day_management_unit_dates.is_empty();
        if whole == self.partial_day_start_date_times.is_empty() {
            let problem = if whole { Problem::Empty } else { Problem::NotListed };
            return Err(Invalid::new("fullDayManagementUnitDates", problem));
        }
        let minutes = self.daily_duration_minutes;
        Invalid::range("dailyDurationMinutes", minutes, 1, i64::from(DAY))?;
        let path = "/api/v2/workforcemanagement/timeoffrequests".to_string();
        let permissions = ["wfm:agentTimeOffRequest:submit"];
        Ok(Request::new(Method::Post, path).with_body(self).with_permissions(&permissions))
    }
}

/// The permission of whoever trades shifts.
const TRADES: &str = "wfm:agentShiftTradeRequest:participate";

/// Where trades of a week are. The week begins on a day, as `yyyy-MM-dd`.
fn trades_of(unit: &str, week: &str) -> String {
    let (unit, week) = (escaped(unit), escaped(week));
    format!("/api/v2/workforcemanagement/managementunits/{unit}/weeks/{week}/shifttrades")
}

body! {
    /// A shift that an agent gives away, to a colleague or to whoever takes it.
    ///
    /// ```
    /// use strowger_genesys::ShiftTrade;
    ///
    /// let trade = ShiftTrade::new("schedule-1", "shift-7").to("u-bo");
    /// let request = trade.request("unit-1", "2026-08-03")?;
    /// assert!(request.path.ends_with("/managementunits/unit-1/weeks/2026-08-03/shifttrades"));
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub ShiftTrade {
        /// The schedule in which the shift is.
        schedule_id: String,
        /// The shift.
        initiating_shift_id: String,
        /// The colleague who is asked; `None`: whoever takes it.
        receiving_user_id: Option<String>,
        /// When the question is withdrawn by itself.
        expiration: Option<IsoTime>,
        /// When a shift in return may be, as intervals of ISO 8601.
        acceptable_intervals: Vec<String>,
    }
}

impl ShiftTrade {
    /// This shift, to whoever takes it.
    #[must_use]
    pub fn new(schedule: impl Into<String>, shift: impl Into<String>) -> Self {
        let (schedule_id, initiating_shift_id) = (schedule.into(), shift.into());
        Self { schedule_id, initiating_shift_id, ..Self::default() }
    }

    /// The same to one colleague.
    #[must_use]
    pub fn to(self, agent: impl Into<String>) -> Self {
        Self { receiving_user_id: Some(agent.into()), ..self }
    }

    /// The request, by the management unit and the first day of the week:
    /// `POST .../weeks/{week}/shifttrades`.
    ///
    /// # Errors
    /// No schedule or no shift is named.
    pub fn request(&self, unit: &str, week: &str) -> Result<Request, Invalid> {
        needed("scheduleId", &self.schedule_id)?;
        needed("initiatingShiftId", &self.initiating_shift_id)?;
        let request = Request::new(Method::Post, trades_of(unit, week));
        Ok(request.with_body(self).with_permissions(&[TRADES]))
    }
}

/// The version of a trade that was read, so that no other is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TradeVersion {
    /// Its number.
    pub version: u64,
}

/// An agent takes a colleague's shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ShiftMatch {
    /// The schedule of the agent who takes it.
    pub receiving_schedule_id: String,
    /// The shift that they give in return, if any is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving_shift_id: Option<String>,
    /// The version of the trade that they saw.
    pub metadata: TradeVersion,
}

impl ShiftMatch {
    /// They take a trade that they saw in this version, and give nothing in return.
    #[must_use]
    pub fn new(schedule: impl Into<String>, version: u64) -> Self {
        let (receiving_schedule_id, metadata) = (schedule.into(), TradeVersion { version });
        Self { receiving_schedule_id, receiving_shift_id: None, metadata }
    }

    /// The same with a shift in return.
    #[must_use]
    pub fn in_return(self, shift: impl Into<String>) -> Self {
        Self { receiving_shift_id: Some(shift.into()), ..self }
    }

    /// The request: `POST .../weeks/{week}/shifttrades/{trade}/match`.
    ///
    /// # Errors
    /// No schedule is named.
    pub fn request(&self, unit: &str, week: &str, trade: &str) -> Result<Request, Invalid> {
        needed("receivingScheduleId", &self.receiving_schedule_id)?;
        let path = format!("{}/{}/match", trades_of(unit, week), escaped(trade));
        Ok(Request::new(Method::Post, path).with_body(self).with_permissions(&[TRADES]))
    }
}

/// The trades an agent takes part in: `GET /workforcemanagement/shifttrades`, sent as that agent.
#[must_use]
pub fn get_my_shift_trades() -> Request {
    let path = "/api/v2/workforcemanagement/shifttrades".to_string();
    Request::get(path).with_permissions(&[TRADES])
}

body! {
    /// How far an agent is with a course.
    LearningUpdate {
        /// The word for it.
        state: String,
    }
}

/// An agent starts a course that was assigned to them: `PATCH /learning/assignments/{id}`, sent as
/// that agent.
#[must_use]
pub fn start_course(assignment: &str) -> Request {
    let path = format!("/api/v2/learning/assignments/{}", escaped(assignment));
    Request::new(Method::Patch, path).with_body(&LearningUpdate { state: "InProgress".into() })
}
