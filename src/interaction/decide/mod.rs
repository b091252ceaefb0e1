//! Deciding: what a command, time or a fact of the engine does to records.

mod checks;
mod content;
mod join;
mod life;
mod people;
mod talk;
mod time;

use alloc::boxed::Box;

use crate::base::time::Timestamp;
use crate::command::commands::Answers;
use crate::engine::view::View;
use crate::fact::log::Seq;
use crate::model::ids::{CodeId, WorkId};
use crate::model::invalid::{Invalid, Problem};
use crate::state::work::CloseCause;

use crate::interaction::conversation::Author;
use crate::interaction::event::{DescribedBy, RecordEvent, RecordFact, RecordLog};
use crate::interaction::ids::InteractionId;
use crate::interaction::normal::Normaliser;
use crate::interaction::plan::Plan;
use crate::interaction::profile::{Directory, ProfileStore};
use crate::interaction::record::Interaction;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::{Actor, Ending, StateReason};
use crate::interaction::store::Store;
use crate::interaction::wrap_up::WrapUpRule;

/// Decides a command. It checks everything first and emits then.
#[allow(unnameable_types, reason = "it seals `RecordAction`")]
pub trait Run: Answers {
    /// Decides and emits.
    fn run(self, turn: &mut Turn<'_>) -> Result<Self::Output, RecordRefusal>;
    /// What is done to open work for it, if that may be; it has emitted nothing.
    fn plan(&self, store: &Store, view: View<'_>) -> Result<Plan, RecordRefusal> {
        let _ = (store, view);
        Ok(Plan::Alone)
    }
}

/// What the host knows and is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports<'a> {
    pub(crate) directory: &'a dyn Directory,
    pub(crate) normaliser: &'a dyn Normaliser,
}

/// A call under way.
#[derive(Debug)]
#[allow(unnameable_types, reason = "only the sealed half of `RecordAction` speaks of it")]
pub struct Turn<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) profiles: &'a mut dyn ProfileStore,
    pub(crate) ports: Ports<'a>,
    pub(crate) log: &'a mut RecordLog,
    pub(crate) now: Timestamp,
    pub(crate) due: Option<Timestamp>,
    pub(crate) engine: Seq,
    pub(crate) last_work: Option<WorkId>,
}

impl Turn<'_> {
    /// Makes something happen.
    pub(crate) fn emit(&mut self, event: RecordEvent) {
        let seq = self.store.rows().seq.saturating_add(1);
        let fact = RecordFact { seq, at: self.now, due: self.due, engine: self.engine, event };
        if let Err(misfit) = self.store.apply(&fact, self.profiles) {
            debug_assert!(false, "{fact:?} does not fit: {misfit}");
            return;
        }
        self.log.push(fact);
    }

    /// The instant what happens counts from.
    pub(crate) fn instant(&self) -> Timestamp {
        self.due.unwrap_or(self.now)
    }

    /// The contact is over: its agent wraps up, or it is closed.
    pub(crate) fn finish(&mut self, id: InteractionId, how: Finish) {
        match self.store.wrap_up_rule(id).cloned().filter(|_| how.ending != Ending::Fault) {
            Some(rule) => self.wrap_up(id, how.ending, Some(rule), None),
            None => self.close(id, how),
        }
    }

    /// Wrap-up begins. Time ends it when the rule says so or the engine, whichever is first.
    pub(crate) fn wrap_up(
        &mut self,
        id: InteractionId,
        ending: Ending,
        rule: Option<WrapUpRule>,
        engine: Option<Timestamp>,
    ) {
        let with_work = engine.is_some();
        let until = self.wrap_up_ends(self.instant(), rule.as_ref(), engine);
        let rule = rule.map(Box::new);
        let interaction = id;
        self.emit(RecordEvent::WrapUpBegan { interaction, ending, until, rule, with_work });
    }

    /// When time ends a wrap-up: by its rule, or else after the longest there is, or when the
    /// engine ends it, whichever is first.
    pub(crate) fn wrap_up_ends(
        &self,
        since: Timestamp,
        rule: Option<&WrapUpRule>,
        engine: Option<Timestamp>,
    ) -> Option<Timestamp> {
        let enforced = rule.filter(|rule| rule.enforce).map(|rule| rule.duration);
        let longest = self.store.config().wrap_up_longest;
        let own = enforced.or(longest).map(|after| since + after);
        let engine = engine.filter(|until| *until < Timestamp::MAX);
        own.into_iter().chain(engine).min()
    }

    /// Closes an interaction. One that nobody described is described by what is known.
    pub(crate) fn close(&mut self, id: InteractionId, how: Finish) {
        let Some(row) = self.store.get(id) else { return };
        // How the contact ended stands, unless something failed after it.
        let before = row.ending.filter(|_| how.ending != Ending::Fault);
        let ending = before.unwrap_or(how.ending);
        let (state, reason) = ending.outcome(row.progress());
        let rule = row.wrap_up.as_ref().and_then(|wrap_up| wrap_up.rule.as_ref());
        // What was given before the rule was known, and it does not allow, stands for nothing.
        let given = row.code.filter(|code| rule.is_none_or(|rule| rule.allows(*code)));
        let usual = rule.and_then(|rule| rule.default_code);
        let code = how.code.or(given).or(usual).filter(|code| row.code != Some(*code));
        let described = (!row.is_described()).then(|| description(row, reason));
        let interaction = id;
        if let Some((text, source)) = described {
            self.emit(RecordEvent::Described { interaction, text, source });
        }
        if let Some(code) = code {
            self.emit(RecordEvent::CodeSet { interaction, code });
        }
        let Finish { by, cause, tab, .. } = how;
        self.emit(RecordEvent::Closed { interaction, state, reason, ending, by, cause, tab });
    }
}

/// How a contact or an interaction ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish {
    pub(crate) ending: Ending,
    pub(crate) by: Actor,
    pub(crate) code: Option<CodeId>,
    pub(crate) cause: Option<CloseCause>,
    pub(crate) tab: bool,
}

impl Finish {
    pub(crate) const fn new(ending: Ending, by: Actor) -> Self {
        Self { ending, by, code: None, cause: None, tab: false }
    }
}

/// The longest short description that is made of what a customer said, in characters.
const DESCRIPTION_MAX: usize = 160;

/// What an interaction is about, for want of anybody who wrote it.
fn description(row: &Interaction, reason: StateReason) -> (Box<str>, DescribedBy) {
    let messages = row.conversation.iter().flat_map(|talk| &talk.messages);
    let mut said = messages.filter(|message| message.author == Author::Requester);
    let first = said.find(|message| !message.text.trim().is_empty());
    match first {
        Some(message) => {
            let text: alloc::string::String =
                message.text.trim().chars().take(DESCRIPTION_MAX).collect();
            (text.into(), DescribedBy::FirstMessage)
        }
        None => {
            let text = alloc::format!("Closed by system: {}", reason.label());
            (text.into(), DescribedBy::Reason)
        }
    }
}

pub(crate) fn wrong(
    interaction: InteractionId,
    state: &'static str,
    step: &'static str,
) -> RecordRefusal {
    RecordRefusal::WrongState { interaction, state: state.into(), step: step.into() }
}

pub(crate) const fn invalid(field: &'static str, problem: Problem) -> RecordRefusal {
    RecordRefusal::Invalid(Invalid::new(field, problem))
}
