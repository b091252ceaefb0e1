//! Calendars: when something is open, in the local time of a place.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::growing::growing;
use crate::base::time::Timestamp;
use crate::base::time_text::NotATime;
use crate::model::ids::{CalendarId, Entity};
use crate::model::invalid::{Invalid, Problem};
use crate::model::profile::{DefinitionId, Profile};

/// A day of the Gregorian calendar, wherever it is; `2026-12-25` in JSON.
///
/// ```
/// use strowger::model::Date;
///
/// let christmas = Date::new(2026, 12, 25).unwrap();
/// assert_eq!(christmas.to_string(), "2026-12-25");
/// assert_eq!("2026-12-25".parse(), Ok(christmas));
/// assert_eq!(Date::new(2026, 2, 29), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

/// Days from the first of January of the year 1 to the Unix epoch, the former being day 1.
const EPOCH_DAY: i64 = 719_163;

impl Date {
    /// A day of the years 0 to 9999, if there is such a day.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let year = Some(i32::from(year)).filter(|year| *year <= 9_999)?;
        NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)).map(Self)
    }

    /// The day so many days after 1970-01-01, if it is in the years 0 to 9999.
    #[must_use]
    pub fn from_epoch_day(day: i64) -> Option<Self> {
        let day = i32::try_from(day.checked_add(EPOCH_DAY)?).ok()?;
        let date = NaiveDate::from_num_days_from_ce_opt(day)?;
        (0..=9_999).contains(&date.year()).then_some(Self(date))
    }

    /// How many days after 1970-01-01 it is; negative before.
    #[must_use]
    pub fn epoch_day(self) -> i64 {
        i64::from(self.0.num_days_from_ce()) - EPOCH_DAY
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

/// Reads a part of a text that has only digits, and just so many.
fn digits<T: FromStr>(text: &str, count: usize) -> Option<T> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

impl FromStr for Date {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let read = || {
            let (year, rest) = text.split_once('-')?;
            let (month, day) = rest.split_once('-')?;
            Self::new(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
        };
        read().ok_or(NotATime("a date such as 2026-12-25"))
    }
}

/// A time of the local day, to the minute; `09:00` in JSON, and `24:00` for the end of the day.
///
/// ```
/// use strowger::model::TimeOfDay;
///
/// assert_eq!(TimeOfDay::new(9, 30).to_string(), "09:30");
/// assert_eq!("24:00".parse(), Ok(TimeOfDay::MIDNIGHT));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The end of the day.
    pub const MIDNIGHT: Self = Self(1_440);

    /// So many hours and minutes after the day began.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Self {
        Self(hour as u16 * 60 + minute as u16)
    }

    /// So many minutes after the day began: 0 to 1,440. A profile with a later one is refused.
    #[must_use]
    pub const fn from_minutes(minutes: u16) -> Self {
        Self(minutes)
    }

    /// Minutes after the day began.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let read = || {
            let (hour, minute) = text.split_once(':')?;
            let hour: u16 = digits(hour, hour.len())?;
            let minute = Some(digits::<u16>(minute, 2)?).filter(|minute| *minute < 60)?;
            hour.checked_mul(60)?.checked_add(minute).map(Self)
        };
        read().ok_or(NotATime("a time of day such as 09:00"))
    }
}

macro_rules! as_text {
    ($($type:ident,)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::string::String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

as_text! { Date, TimeOfDay, }

/// Hours of one day, `[from, to)`. Hours over midnight are two, one on either day.
///
/// ```
/// use strowger::model::{Hours, TimeOfDay};
///
/// let morning = Hours::new(TimeOfDay::new(8, 0), TimeOfDay::new(12, 30));
/// assert!(morning.from < morning.to);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Open from this minute on.
    pub from: TimeOfDay,
    /// Closed from this minute on; later than `from`, `24:00` for the end of the day.
    pub to: TimeOfDay,
}

impl Hours {
    /// The whole day.
    pub const ALL_DAY: Self = Self::new(TimeOfDay(0), TimeOfDay::MIDNIGHT);

    /// From one minute to another.
    #[must_use]
    pub const fn new(from: TimeOfDay, to: TimeOfDay) -> Self {
        Self { from, to }
    }
}

/// The hours of every weekday, sorted, none overlapping another, at most 48 a day. A day without
/// hours is closed.
///
/// ```
/// use strowger::model::{Hours, TimeOfDay, Week};
///
/// let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
/// let week = Week { saturday: Vec::new(), sunday: Vec::new(), ..Week::every_day(hours) };
/// assert_eq!(week, Week::working_days(hours));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    /// Mondays.
    pub monday: Vec<Hours>,
    /// Tuesdays.
    pub tuesday: Vec<Hours>,
    /// Wednesdays.
    pub wednesday: Vec<Hours>,
    /// Thursdays.
    pub thursday: Vec<Hours>,
    /// Fridays.
    pub friday: Vec<Hours>,
    /// Saturdays.
    pub saturday: Vec<Hours>,
    /// Sundays.
    pub sunday: Vec<Hours>,
}

impl Week {
    /// The same hours Monday to Sunday.
    #[must_use]
    pub fn every_day(hours: Hours) -> Self {
        let weekend = || alloc::vec![hours];
        Self { saturday: weekend(), sunday: weekend(), ..Self::working_days(hours) }
    }

    /// The same hours Monday to Friday, and closed at the weekend.
    #[must_use]
    pub fn working_days(hours: Hours) -> Self {
        let day = || alloc::vec![hours];
        let (monday, tuesday, wednesday, thursday, friday) = (day(), day(), day(), day(), day());
        Self { monday, tuesday, wednesday, thursday, friday, ..Self::default() }
    }

    /// The days with their names, Monday first.
    #[must_use]
    pub fn days(&self) -> [(&'static str, &[Hours]); 7] {
        [
            ("week.monday", &self.monday),
            ("week.tuesday", &self.tuesday),
            ("week.wednesday", &self.wednesday),
            ("week.thursday", &self.thursday),
            ("week.friday", &self.friday),
            ("week.saturday", &self.saturday),
            ("week.sunday", &self.sunday),
        ]
    }
}

growing! {
    /// How far the clocks of a place are ahead of UTC: an offset, and a table of changes of it. The
    /// engine knows no time zones; the host supplies as many changes as it wants to rely on (out of
    /// the tz database, say). After the last one its offset stays.
    ///
    /// ```
    /// use strowger::model::{Zone, ZoneChange};
    /// use strowger::prelude::*;
    ///
    /// // Berlin in 2026: summer time from 29 March to 25 October, each at 01:00 UTC.
    /// let berlin = Zone::default().with_offset_minutes(60).with_changes([
    ///     ZoneChange { from: Timestamp::from_millis(1_774_746_000_000), offset_minutes: 120 },
    ///     ZoneChange { from: Timestamp::from_millis(1_792_890_000_000), offset_minutes: 60 },
    /// ]);
    /// assert_eq!(berlin.changes[0].from.to_string(), "2026-03-29T01:00:00.000Z");
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Zone {
        /// Minutes ahead of UTC before the first change: -1,080 to 1,080 (18 hours).
        pub offset_minutes: i16 => with_offset_minutes,
        /// The changes, earliest first, no two at one instant; at most 1,000.
        pub changes: Vec<ZoneChange> => with_changes(each ZoneChange),
    }
}

impl Zone {
    /// Refuses what no clock shows, under the names its fields have where it stands.
    pub(crate) fn check(
        &self,
        offset: &'static str,
        changes: &'static str,
        changed: &'static str,
    ) -> Result<(), Invalid> {
        Invalid::range(offset, self.offset_minutes, -1_080, 1_080)?;
        Invalid::length(changes, self.changes.len(), 1_000)?;
        for change in &self.changes {
            Invalid::range(changed, change.offset_minutes, -1_080, 1_080)?;
        }
        let later = self.changes.iter().skip(1);
        if !self.changes.iter().zip(later).all(|(one, next)| one.from < next.from) {
            return Err(Invalid::new(changes, Problem::OutOfOrder));
        }
        Ok(())
    }
}

/// A change of the clocks of a place, such as the begin of summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneChange {
    /// The first instant at which it holds.
    pub from: Timestamp,
    /// Minutes ahead of UTC from then on: -1,080 to 1,080.
    pub offset_minutes: i16,
}

growing! {
    /// When something is open: hours for every weekday, exceptions for single days, and the zone in
    /// whose local time both are meant (Genesys Cloud: schedules and schedule groups; Amazon
    /// Connect: hours of operation and overrides; D365: operating hours). The default is never
    /// open.
    ///
    /// A queue that names one is open when it is; see [`QueueProfile::calendar`]. The arithmetic is
    /// in [`policies::calendar`](crate::policy::calendar).
    ///
    /// [`QueueProfile::calendar`]: crate::model::QueueProfile::calendar
    ///
    /// ```
    /// use strowger::model::{CalendarProfile, Date, Hours, TimeOfDay, Week};
    /// use strowger::policy::calendar::{is_open, next_change};
    /// use strowger::prelude::*;
    ///
    /// let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
    /// let mut office = CalendarProfile::default().with_week(Week::working_days(hours));
    /// // New Year's Day 1970, a Thursday, is a holiday.
    /// office.exceptions.insert(Date::new(1970, 1, 1).unwrap(), Vec::new());
    /// let friday_at_nine = Timestamp::from_millis((24 + 9) * 3_600_000);
    /// assert!(!is_open(&office, Timestamp::EPOCH));
    /// assert_eq!(next_change(&office, Timestamp::EPOCH), Some(friday_at_nine));
    /// ```
    #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct CalendarProfile {
        /// The hours of every weekday.
        pub week: Week => with_week,
        /// The hours of single local days in place of those of their weekday; no hours close the
        /// whole day. At most 1,000.
        pub exceptions: BTreeMap<Date, Vec<Hours>> => with_exceptions(each (Date, Vec<Hours>)),
        /// The local time that is meant.
        pub zone: Zone => with_zone,
    }
}

/// Which time counts as waiting.
///
/// ```
/// use strowger::model::{QueueProfile, WaitClock};
///
/// let profile = QueueProfile::default().with_counts(WaitClock::Open);
/// assert_ne!(profile.counts, WaitClock::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitClock {
    /// All of it.
    #[default]
    Wall,
    /// The time in which the queue's calendar is open; all of it if the queue names none
    /// (ServiceNow: schedule of an SLA; Zendesk: business hours).
    Open,
}

impl WaitClock {
    pub(crate) const fn is_wall(&self) -> bool {
        matches!(self, Self::Wall)
    }
}

/// Hours of one day: within it, in order, none overlapping another.
fn check_day(field: &'static str, day: &[Hours]) -> Result<(), Invalid> {
    Invalid::length(field, day.len(), 48)?;
    for hours in day {
        Invalid::range(field, hours.to.0, 0, 1_440)?;
        if hours.from >= hours.to {
            return Err(Invalid::new(field, Problem::OutOfOrder));
        }
    }
    let apart = day.iter().zip(day.iter().skip(1)).all(|(one, next)| one.to <= next.from);
    if apart { Ok(()) } else { Err(Invalid::new(field, Problem::OutOfOrder)) }
}

impl DefinitionId for CalendarId {
    type Profile = CalendarProfile;
}

impl Profile for CalendarProfile {
    type Id = CalendarId;

    fn check(&self) -> Result<(), Invalid> {
        for (field, day) in self.week.days() {
            check_day(field, day)?;
        }
        Invalid::length("exceptions", self.exceptions.len(), 1_000)?;
        for day in self.exceptions.values() {
            check_day("exceptions", day)?;
        }
        let changes = "zone.changes";
        self.zone.check("zone.offset_minutes", changes, "zone.changes.offset_minutes")
    }

    fn mentions(&self, _name: &mut dyn FnMut(Entity)) {}
}
