//! The answers to calls that carried a token, so that a call that is made again is not done again.

use alloc::collections::{BTreeMap, VecDeque};
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::hash::Digest;
use crate::base::key::Key;
use crate::base::time::{Span, Timestamp};
use crate::command::actor::Actor;
use crate::layer::decide::Decide;

/// The circumstances of a command: its time, its actor and its token.
///
/// A token is the caller's own name for one call (idempotency key). Whoever does not know whether
/// a call arrived makes it again under the same token, and has the answer of the first.
///
/// ```
/// use strowger::host::Call;
/// use strowger::prelude::*;
///
/// let call = Call::at(Timestamp::EPOCH).with_token("order-17");
/// assert_eq!(call.token.as_deref(), Some("order-17"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The time of the call.
    pub now: Timestamp,
    /// The actor who makes the call.
    pub actor: Actor,
    /// The caller's name for it; `None`: it is done as often as it is made.
    pub token: Option<Key>,
}

impl Call {
    /// A call of the host itself, without a token.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now, actor: Actor::Host, token: None }
    }

    /// The same call by somebody else.
    #[must_use]
    pub fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// The same call under a token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self }
    }
}

/// The answer to a call that carried a token, as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(bound(
    serialize = "E::Reply: Serialize, E::Refusal: Serialize",
    deserialize = "E::Reply: Deserialize<'de>, E::Refusal: Deserialize<'de>"
))]
pub struct Answered<E: Decide> {
    /// When it was given.
    pub at: Timestamp,
    /// The actor who made the call.
    pub actor: Actor,
    /// Under which token.
    pub token: Key,
    /// A fingerprint of the command.
    pub command: Digest,
    /// The answer.
    pub answer: Result<E::Reply, E::Refusal>,
}

impl<E: Decide> Clone for Answered<E> {
    fn clone(&self) -> Self {
        let Self { at, actor, token, command, answer } = self;
        let (actor, token, answer) = (actor.clone(), token.clone(), answer.clone());
        Self { at: *at, actor, token, command: *command, answer }
    }
}

impl<E: Decide> PartialEq for Answered<E> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, &self.actor, &self.token, self.command)
            == (other.at, &other.actor, &other.token, other.command)
            && self.answer == other.answer
    }
}

impl<E: Decide> fmt::Debug for Answered<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answered")
            .field("at", &self.at)
            .field("actor", &self.actor)
            .field("token", &self.token)
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// The token names a call with another command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token `{token}` names a call with another command")]
pub struct TokenTaken {
    /// The token.
    pub token: Key,
}

/// The answers to calls that carried a token. Each is kept for 24 hours; of one actor the latest
/// 100,000, and of all actors together the latest 1,000,000. Then the oldest is forgotten, and its
/// token names a new call.
pub struct Answers<E: Decide> {
    /// All answers, oldest first. A hole is one that was forgotten before its time, because its
    /// actor had too many.
    queue: VecDeque<Option<Answered<E>>>,
    /// The number of the first in the queue; those behind it count on.
    first: u64,
    actors: BTreeMap<Actor, OfActor>,
}

/// The answers of one actor, by their numbers.
#[derive(Clone, Debug, Default)]
struct OfActor {
    numbers: VecDeque<u64>,
    by_token: BTreeMap<Key, u64>,
}

/// The answer to a command of any kind.
type Answer<E> = Result<<E as Decide>::Reply, <E as Decide>::Refusal>;

impl<E: Decide> Answers<E> {
    /// How long an answer is kept.
    pub const KEPT_FOR: Span = Span::from_secs(24 * 60 * 60);

    /// How many answers of one actor are kept.
    pub const MOST_OF_ONE: usize = 100_000;

    /// How many answers are kept in all, however many actors there are.
    pub const MOST: usize = 1_000_000;

    /// The answer to an earlier call, if its token is remembered.
    ///
    /// # Errors
    /// [`TokenTaken`] if it was given to another command.
    pub fn find(
        &self,
        call: &Call,
        command: &E::Command,
    ) -> Result<Option<&Answer<E>>, TokenTaken> {
        match self.under_token(call) {
            None => Ok(None),
            Some(found) if found.command == fingerprint(command) => Ok(Some(&found.answer)),
            Some(found) => Err(TokenTaken { token: found.token.clone() }),
        }
    }

    /// The answer under the token of a call, whatever its command was: for a host who can no longer
    /// read the command, because the key in it names nothing by now.
    #[must_use]
    pub fn given(&self, call: &Call) -> Option<&Answer<E>> {
        self.under_token(call).map(|answered| &answered.answer)
    }

    /// What was answered under the token of a call, as long as it is kept.
    fn under_token(&self, call: &Call) -> Option<&Answered<E>> {
        let number = self.actors.get(&call.actor)?.by_token.get(call.token.as_ref()?)?;
        let found = self.queue.get(self.place(*number)?)?.as_ref();
        found.filter(|answered| call.now < answered.at + Self::KEPT_FOR)
    }

    fn place(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.first)?).ok()
    }

    /// Remembers an answer.
    pub fn remember(&mut self, answered: Answered<E>) {
        let now = answered.at;
        let number = self.first.saturating_add(self.queue.len() as u64);
        let of_actor = self.actors.entry(answered.actor.clone()).or_default();
        of_actor.by_token.insert(answered.token.clone(), number);
        of_actor.numbers.push_back(number);
        let too_many = of_actor.numbers.len() > Self::MOST_OF_ONE;
        let oldest = of_actor.numbers.front().copied().filter(|_| too_many);
        self.queue.push_back(Some(answered));
        if let Some(place) = oldest.and_then(|oldest| self.place(oldest)) {
            self.forget(place);
        }
        self.forget_until(now);
    }

    /// Forgets what is too old, and the oldest of too many.
    fn forget_until(&mut self, now: Timestamp) {
        while let Some(first) = self.queue.front() {
            let is_kept = |first: &Answered<E>| now < first.at + Self::KEPT_FOR;
            if self.queue.len() <= Self::MOST && first.as_ref().is_some_and(is_kept) {
                break;
            }
            self.forget(0);
            self.queue.pop_front();
            self.first = self.first.saturating_add(1);
        }
    }

    /// Leaves a hole where an answer was, the oldest of its actor.
    fn forget(&mut self, place: usize) {
        let Some(gone) = self.queue.get_mut(place).and_then(Option::take) else { return };
        let number = self.first.saturating_add(place as u64);
        let Some(of_actor) = self.actors.get_mut(&gone.actor) else { return };
        of_actor.numbers.pop_front();
        if of_actor.by_token.get(&gone.token) == Some(&number) {
            of_actor.by_token.remove(&gone.token);
        }
        if of_actor.numbers.is_empty() {
            self.actors.remove(&gone.actor);
        }
    }

    /// How many answers are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// True if no answer is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actors.is_empty()
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Answered<E>> {
        self.queue.iter().flatten()
    }
}

/// A fingerprint of a command, to tell whether a token names the same call again.
pub(crate) fn fingerprint(command: &impl fmt::Debug) -> Digest {
    Digest::of_text(format_args!("{command:?}"))
}

impl<E: Decide> Default for Answers<E> {
    fn default() -> Self {
        Self { queue: VecDeque::new(), first: 0, actors: BTreeMap::new() }
    }
}

impl<E: Decide> Clone for Answers<E> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), first: self.first, actors: self.actors.clone() }
    }
}

impl<E: Decide> PartialEq for Answers<E> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<E: Decide> fmt::Debug for Answers<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<E: Decide> FromIterator<Answered<E>> for Answers<E> {
    fn from_iter<I: IntoIterator<Item = Answered<E>>>(answered: I) -> Self {
        let mut answers = Self::default();
        answered.into_iter().for_each(|answered| answers.remember(answered));
        answers
    }
}

impl<E: Decide> Serialize for Answers<E>
where
    E::Reply: Serialize,
    E::Refusal: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, E: Decide> Deserialize<'de> for Answers<E>
where
    E::Reply: Deserialize<'de>,
    E::Refusal: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answered = alloc::vec::Vec::<Answered<E>>::deserialize(deserializer)?;
        Ok(answered.into_iter().collect())
    }
}
