//! What a customer may see of their own journey.

use alloc::vec::Vec;

use serde::Serialize;

use crate::base::time::Timestamp;
use crate::journey::attributes::SessionAttributes;

use crate::journey::identifier::{Identifier, Proof};
use crate::journey::ids::SessionId;
use crate::journey::journeys::Journeys;
use crate::journey::person::Customer;
use crate::journey::session::{Happening, SearchTerm, VisitorSession};
use crate::journey::visit::VisitorEvent;

/// A session, for the customer whose it is: what they did, and nothing that was thought of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OwnSession<'a> {
    /// The session.
    pub id: SessionId,
    /// The identifier under which it came.
    pub identifier: &'a Identifier,
    /// The type.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The date of the first event.
    pub started: Timestamp,
    /// The date of the last activity.
    pub last_activity: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What is known of browser, device, place, referrer and campaign.
    pub attributes: &'a SessionAttributes,
    /// The terms that they searched for.
    pub searches: &'a [SearchTerm],
    /// What they did, in order of date.
    pub events: Vec<OwnEvent<'a>>,
}

/// Something that a customer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OwnEvent<'a> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: &'a VisitorEvent,
}

impl<'a> OwnSession<'a> {
    fn of(row: &'a VisitorSession) -> Self {
        let did = |what: &'a Happening| match what {
            Happening::Did(event) => Some(event),
            _ => None,
        };
        let events = row.events.iter();
        let events = events.filter_map(|one| Some(OwnEvent { at: one.at, event: did(&one.what)? }));
        Self {
            id: row.id,
            identifier: &row.identifier,
            kind: &row.kind,
            started: row.started,
            last_activity: row.last_activity,
            ended: row.ended,
            attributes: &row.attributes,
            searches: &row.searches,
            events: events.collect(),
        }
    }
}

impl Customer {
    /// True if a session is for whoever is known by an identifier: it came under this one; or this
    /// one and that of the session are both proved to be theirs. What a claim reveals is not.
    fn sees(&self, identifier: &Identifier, session: &VisitorSession) -> bool {
        let proved = |one| self.proof(one) == Some(Proof::Verified);
        let same = session.identifier == *identifier;
        !session.released && (same || (proved(identifier) && proved(&session.identifier)))
    }
}

impl Journeys {
    /// What a customer may see of themselves, newest start first: the sessions under the identifier
    /// by which the host knows them, such as their cookie, since it is theirs; and where that is
    /// verified, those under their other verified identifiers. What only a claim led to is for
    /// agents alone, whoever says to be somebody.
    ///
    /// The identifier is looked up as it is kept: e-mail addresses in lower case, telephone numbers
    /// as the normaliser writes them.
    ///
    /// ```
    /// use strowger::journey::*;
    /// use strowger::prelude::*;
    ///
    /// let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
    /// let mut log = JourneyLog::default();
    /// let config = JourneyConfig::default().with_tracked(["store.test".into()]);
    /// let mut journeys = Journeys::new(config, at(0), &mut log)?;
    /// let (jo, other) = (Identifier::cookie("c-1"), Identifier::cookie("c-2"));
    /// let jo_s = Identifier::email("jo@home.test");
    /// for (secs, cookie) in [(1, &jo), (2, &other)] {
    ///     let page = VisitorEvent::page_viewed("https://store.test/", "Store");
    ///     journeys.execute(at(secs), Track::new(cookie.clone(), page), &mut log)?;
    ///     let claim = Identify::new(cookie.clone()).with_identifiers([jo_s.clone()]);
    ///     journeys.execute(at(secs), claim, &mut log)?;
    /// }
    /// // An agent sees both sessions. Whoever says to be Jo sees what they did themselves.
    /// assert_eq!(journeys.sessions_of(journeys.customers_of(&jo).next().unwrap().id).count(), 2);
    /// assert_eq!(journeys.own(&other).count(), 1);
    /// # Ok::<(), JourneyRefusal>(())
    /// ```
    pub fn own<'a>(
        &'a self,
        identifier: &Identifier,
    ) -> impl Iterator<Item = OwnSession<'a>> + use<'a> {
        let identifier = identifier.clone();
        let holder = self.store.holder(&identifier).and_then(|id| self.store.customer(id));
        holder.into_iter().flat_map(move |row| {
            let identifier = identifier.clone();
            let rows = row.sessions.iter().rev().filter_map(|(_, id)| self.store.session(*id));
            rows.filter(move |session| row.sees(&identifier, session)).map(OwnSession::of)
        })
    }
}
