//! What is known of one person's presence in both systems, and what follows a change.

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::ids::PresenceId;

use crate::presence::mapping::PresenceMap;
use crate::presence::standing::{Follows, Heard, Standing};

/// One of the two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The engine.
    Here,
    /// The other system.
    There,
}

/// The state of a person in one system, as it shows it or should show it.
#[derive(Clone, Debug)]
struct ShownState<P> {
    /// The latest revision heard.
    revision: Option<u64>,
    /// The latest of them that was the person's own word.
    said: Option<u64>,
    /// The presence it shows, or should show once it did what it was asked.
    presence: Option<P>,
    standing: Standing,
    /// The presence it was asked for when the person said something else: its effect may still
    /// come.
    late: Option<P>,
}

impl<P> Default for ShownState<P> {
    fn default() -> Self {
        let standing = Standing::Settled;
        Self { revision: None, said: None, presence: None, standing, late: None }
    }
}

impl<P: Clone + PartialEq> ShownState<P> {
    /// Hears a report, and says what follows. `echo` is known, or else guessed: it is what was
    /// asked and not shown yet.
    fn hear(&mut self, revision: u64, presence: &P, echo: Option<bool>, primary: bool) -> Follows {
        let wanted = self.presence.as_ref() == Some(presence);
        let asked = wanted && self.standing == Standing::Asked;
        let (stale, said) = (Some(revision) <= self.revision, Some(revision) <= self.said);
        let heard = match echo {
            Some(false) if stale && !said && primary => Heard::Overtaken,
            _ if stale => Heard::Stale,
            _ if asked => Heard::Echo,
            Some(true) if wanted => Heard::Echo,
            Some(true) => Heard::LateEcho,
            None if self.late.take_if(|late| late == presence).is_some() => Heard::LateEcho,
            Some(false) | None => Heard::Person { primary },
        };
        if echo == Some(false) {
            self.said = self.said.max(Some(revision));
        }
        self.revision = self.revision.max(Some(revision));
        let (standing, follows) = self.standing.next(heard);
        if (self.standing, follows) == (Standing::Asked, Follows::PassOn) {
            self.late.clone_from(&self.presence);
        }
        self.standing = standing;
        follows
    }

    fn ask(&mut self, presence: P) {
        self.presence = Some(presence);
        self.standing = Standing::Asked;
    }
}

/// The presences that both systems are to be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub here: Option<PresenceId>,
    pub there: Option<Key>,
}

/// A person in both systems.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub primary: Side,
    here: ShownState<PresenceId>,
    there: ShownState<Key>,
    /// The person does not respond: the other system may show something else meanwhile.
    unresponsive: bool,
    /// The presence the person was in when they were not heard of any more, and when that was.
    left: Option<(Timestamp, PresenceId)>,
}

impl Person {
    /// A person who is in this presence here, and of whom nothing is known there.
    pub(crate) fn new(primary: Side, presence: PresenceId) -> Self {
        let here = ShownState { presence: Some(presence), ..ShownState::default() };
        let there = ShownState::default();
        Self { primary, here, there, unresponsive: false, left: None }
    }

    /// Something changed here. `lost` says since when the person has not been heard of, if
    /// that is why.
    pub(crate) fn changed_here(
        &mut self,
        map: &PresenceMap,
        revision: u64,
        presence: PresenceId,
        lost: Option<Timestamp>,
    ) -> Wanted {
        let primary = self.primary == Side::Here;
        match self.here.hear(revision, &presence, None, primary) {
            Follows::Nothing => Wanted::default(),
            Follows::AskAgain => Wanted { here: self.here.presence, there: None },
            // The engine's facts come in their order: nothing overtakes.
            Follows::PassOn | Follows::PassOnAndAsk => {
                self.left = lost.zip(self.here.presence.replace(presence));
                Wanted { here: None, there: self.tell_there(map) }
            }
        }
    }

    /// Something changed there. What is no change says nothing: it may not wake who does not
    /// respond.
    pub(crate) fn changed_there(
        &mut self,
        map: &PresenceMap,
        revision: u64,
        presence: &Key,
        echo: Option<bool>,
    ) -> Wanted {
        let same = self.there.presence.as_ref() == Some(presence);
        match self.there.hear(revision, presence, echo, self.primary == Side::There) {
            Follows::Nothing => Wanted::default(),
            Follows::AskAgain => Wanted { here: None, there: self.there.presence.clone() },
            Follows::PassOn if same => Wanted::default(),
            Follows::PassOn => {
                self.there.presence = Some(presence.clone());
                self.left = None;
                Wanted { here: self.tell_here(map.to_here(presence)), there: None }
            }
            Follows::PassOnAndAsk => {
                self.there.ask(presence.clone());
                let here = self.tell_here(map.to_here(presence));
                Wanted { here, there: Some(presence.clone()) }
            }
        }
    }

    /// Handles a change of whether the person responds.
    pub(crate) fn responds(
        &mut self,
        map: &PresenceMap,
        responds: bool,
        after_timeout: Option<Key>,
    ) -> Wanted {
        if self.unresponsive != responds {
            return Wanted::default();
        }
        self.unresponsive = !responds;
        let there = match after_timeout {
            _ if responds => self.tell_there(map),
            Some(shown) if self.there.presence.as_ref() != Some(&shown) => {
                self.there.ask(shown.clone());
                Some(shown)
            }
            Some(_) | None => None,
        };
        Wanted { here: None, there }
    }

    /// The person is back: what is still asked is asked again, and `restored` says which presence
    /// the person is in if they were lost.
    pub(crate) fn renew(
        &mut self,
        map: &PresenceMap,
        restored: impl FnOnce(Timestamp, PresenceId) -> PresenceId,
    ) -> Wanted {
        (self.here.late, self.there.late) = (None, None);
        if let Some((at, before)) = self.left.take() {
            let here = self.tell_here(restored(at, before));
            return Wanted { here, there: self.tell_there(map).or_else(|| self.asked().there) };
        }
        self.asked()
    }

    fn asked(&self) -> Wanted {
        let here = self.here.presence.filter(|_| self.here.standing == Standing::Asked);
        let there = self.there.presence.clone();
        Wanted { here, there: there.filter(|_| self.there.standing == Standing::Asked) }
    }

    /// The presence to ask for here so that the person is in it. For a person who does not respond
    /// it is asked even if they are in it: they chose it anew.
    fn tell_here(&mut self, presence: PresenceId) -> Option<PresenceId> {
        if self.here.presence != Some(presence) {
            self.here.ask(presence);
            Some(presence)
        } else {
            self.unresponsive.then_some(presence)
        }
    }

    /// The presence to ask for there so that it agrees with the presence here.
    fn tell_there(&mut self, map: &PresenceMap) -> Option<Key> {
        let here = self.here.presence?;
        if self.there.presence.as_ref().is_some_and(|there| map.agree(there, here)) {
            return None;
        }
        let there = map.to_there(here).clone();
        self.there.ask(there.clone());
        Some(there)
    }

    /// True if nothing is asked that was not shown, and both systems show the same or the person
    /// does not respond.
    pub(crate) fn is_in_step(&self, map: &PresenceMap) -> bool {
        let settled = self.asked() == Wanted::default();
        let agree = match (self.here.presence, &self.there.presence) {
            (Some(here), Some(there)) => map.agree(there, here),
            (Some(_) | None, None) => true,
            (None, Some(_)) => false,
        };
        settled && (agree || self.unresponsive)
    }
}
