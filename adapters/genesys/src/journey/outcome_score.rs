//! How probable outcomes are.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use strowger::Key;
use strowger::journey::{JourneyCommand, Score, SessionId, TenThousandths};
use strowger::model::{Invalid, Problem};
use strowger_wire::{Request, escaped};

use crate::decimal::Decimal;
use crate::iso_time::IsoTime;
use crate::journey::definition::leave_said;
use crate::journey::group::{JourneyRef, leave_others, within};
use crate::left::Left;
use crate::words::open_body;

open_body! {
    /// How probable an outcome is.
    pub OutcomeScoreBody {
        /// The outcome.
        outcome: JourneyRef,
        /// How probable it has been at most in the session.
        session_max_probability: Option<Decimal>,
        /// How probable it is.
        probability: Option<Decimal>,
    }
}

open_body! {
    /// How probable the outcomes of a session are: `GET /journey/sessions/{id}/outcomescores`.
    pub OutcomeScores {
        /// The scores.
        outcome_scores: Vec<OutcomeScoreBody>,
        /// When they were made.
        modified_date: Option<IsoTime>,
    }
}

/// The probabilities of a session as they are here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoresImport {
    /// The greatest in the session, by the key of the outcome.
    pub greatest: BTreeMap<Key, TenThousandths>,
    /// The present ones.
    pub now: BTreeMap<Key, TenThousandths>,
    /// What was not taken over.
    pub left: Vec<Left>,
}

/// The most scores of a command.
const SCORES_MAX: usize = 10;

/// A probability.
pub(super) fn probability(
    field: &'static str,
    number: Option<&Decimal>,
) -> Result<Option<TenThousandths>, Invalid> {
    let problem = Problem::OutOfRange { min: 0, max: 1 };
    let share =
        |number: &Decimal| number.ten_thousandths().ok_or_else(|| Invalid::new(field, problem));
    number.map(share).transpose()
}

impl OutcomeScores {
    /// The probabilities in ten-thousandths, rounded half up.
    ///
    /// ```
    /// use strowger::journey::SessionId;
    /// use strowger_genesys::OutcomeScores;
    ///
    /// let read = r#"{"outcomeScores":[{"outcome":{"id":"o-1"},
    ///     "sessionMaxProbability":0.9,"probability":0.81235}]}"#;
    /// let scores: OutcomeScores = serde_json::from_str(read)?;
    /// let import = scores.import()?;
    /// assert_eq!((import.greatest["o-1"], import.now["o-1"]), (9_000, 8_124));
    /// // The greatest is said first: what is said last is what is probable now.
    /// assert_eq!(import.commands(SessionId::from_raw(4)).len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A probability of less than 0 or more than 1, or an outcome without an id.
    pub fn import(&self) -> Result<ScoresImport, Invalid> {
        let mut import =
            ScoresImport { greatest: BTreeMap::new(), now: BTreeMap::new(), left: Vec::new() };
        for (place, score) in self.outcome_scores.iter().enumerate() {
            if score.outcome.id.is_empty() {
                return Err(Invalid::new("outcomeScores.outcome.id", Problem::Empty));
            }
            let field = "outcomeScores.sessionMaxProbability";
            let greatest = probability(field, score.session_max_probability.as_ref())?;
            let field = "outcomeScores.probability";
            let now = probability(field, score.probability.as_ref())?;
            let key = || Key::from(&score.outcome.id);
            import.greatest.extend(greatest.map(|greatest| (key(), greatest)));
            import.now.extend(now.map(|now| (key(), now)));
            let path = format!("outcomeScores.{place}");
            leave_others(&mut import.left, &within(&path, "outcome"), &score.outcome.others);
            leave_others(&mut import.left, &path, &score.others);
        }
        leave_said(&mut import.left, [("modifiedDate", self.modified_date.is_some())]);
        leave_others(&mut import.left, "", &self.others);
        Ok(import)
    }
}

impl ScoresImport {
    /// The commands that say it of a session here, in order: first the greatest where it is
    /// greater than now, then the present ones; ten in each at most.
    #[must_use]
    pub fn commands(&self, session: SessionId) -> Vec<JourneyCommand> {
        let greater = self.greatest.iter().filter(|(key, most)| self.now.get(*key) < Some(*most));
        let greater: Vec<_> = greater.collect();
        let now: Vec<_> = self.now.iter().collect();
        let parts = greater.chunks(SCORES_MAX).chain(now.chunks(SCORES_MAX));
        let scores = |part: &[(&Key, &TenThousandths)]| {
            part.iter().map(|(key, score)| ((*key).clone(), **score)).collect()
        };
        parts.map(|part| Score::new(session, scores(part)).into()).collect()
    }
}

/// The scores of a session: `GET /journey/sessions/{id}/outcomescores`, answered with
/// [`OutcomeScores`].
#[must_use]
pub fn get_outcome_scores(session: &str) -> Request {
    let path = format!("/api/v2/journey/sessions/{}/outcomescores", escaped(session));
    Request::get(path).with_permissions(&["journey:outcomescores:view"])
}
