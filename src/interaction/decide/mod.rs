//! Deciding: what a command, time or a fact of the engine does to records.

mod checks;
mod content;
mod join;
mod life;
mod merge;
mod people;
mod talk;
mod time;
mod work;

use alloc::boxed::Box;

use crate::base::time::Timestamp;
use crate::command::commands::Reply;
use crate::command::commands::shape::AnswersWith;
use crate::engine::view::View;
use crate::fact::log::Cause;
use crate::layer::fault::Fault;
use crate::layer::mode::Mode;
use crate::model::ids::{AgentId, CodeId, WorkId};
use crate::model::invalid::{Invalid, Problem};
use crate::state::work::CloseCause;

use crate::interaction::conversation::Author;
use crate::interaction::event::{DescribedBy, RecordEvent, RecordFact, RecordLog};
use crate::interaction::hours::{HoursChange, KnownHours};
use crate::interaction::ids::InteractionId;
use crate::interaction::normal::Normaliser;
use crate::interaction::plan::Ahead;
use crate::interaction::profile::{Directory, ProfileStore};
use crate::interaction::record::{Direction, Interaction};
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::{Ending, Party, StateReason};
use crate::interaction::store::Store;
use crate::interaction::texts::TextOf;
use crate::interaction::wrap_up::WrapUpRule;

/// Decides a command. It checks everything first and emits then.
pub(crate) trait RunOnRecords: AnswersWith {
    /// Decides and emits.
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<Self::Output, RecordRefusal>;
    /// The plan of what is done to open work for it, if that may be; it has emitted nothing.
    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        let _ = (store, view);
        Ok(Ahead::Alone)
    }
}

/// The outcome in the engine before a command of records.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(unnameable_types, reason = "only the joiner hands it on")]
pub enum Below {
    /// There is no engine.
    #[default]
    Absent,
    /// Nothing.
    Nothing,
    /// Nothing, and the agent of the interaction never wraps up.
    NeverWrapsUp,
    /// Nothing, and these are its hours.
    Hours(KnownHours),
    /// A command, which it answered so.
    Answered(Reply),
}

impl Below {
    /// The work that was submitted for the command, if any was.
    pub(crate) const fn submitted(&self) -> Result<Option<WorkId>, RecordRefusal> {
        match self {
            Self::Absent => Err(RecordRefusal::NoEngine),
            Self::Answered(Reply::Submitted(work)) => Ok(Some(*work)),
            Self::Nothing | Self::NeverWrapsUp | Self::Hours(_) | Self::Answered(_) => Ok(None),
        }
    }
}

/// The ports through which the host is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ports<'a> {
    pub(crate) directory: &'a dyn Directory,
    pub(crate) normaliser: &'a dyn Normaliser,
}

/// A call under way.
#[derive(Debug)]
#[allow(unnameable_types, reason = "only the hidden half of `Action` speaks of it")]
pub struct RecordTurn<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) profiles: &'a mut dyn ProfileStore,
    pub(crate) ports: Ports<'a>,
    pub(crate) log: &'a mut RecordLog,
    pub(crate) now: Timestamp,
    pub(crate) cause: Cause,
    pub(crate) last_work: Option<WorkId>,
    /// The outcome below for this command.
    pub(crate) below: Below,
    pub(crate) mode: Mode,
    /// The fault, once something did not fit.
    pub(crate) fault: &'a mut Option<Fault>,
}

impl RecordTurn<'_> {
    /// Makes something happen.
    pub(crate) fn emit(&mut self, event: RecordEvent) {
        if let Mode::Checking { passed } = &mut self.mode {
            *passed = true;
            return;
        }
        let seq = self.store.rows().seq.saturating_add(1);
        let fact = RecordFact { seq, at: self.now, cause: self.cause.clone(), event };
        // After a fault nothing is trusted any more: the facts of the call are taken out again.
        if self.fault.is_some() {
            return;
        }
        match self.store.apply(&fact, self.profiles) {
            Ok(()) => self.log.push(fact),
            Err(misfit) => {
                let reason = alloc::format!("fact {seq} of records does not fit: {misfit}");
                *self.fault = Some(Fault::new(seq.saturating_sub(1), self.now, reason));
            }
        }
    }

    /// The hours that count are these from now on.
    pub(crate) fn know(&mut self, hours: &KnownHours) {
        let change = self.store.rows().hours.difference(hours);
        self.set_hours(change);
    }

    /// The hours that count are other ones from now on, if this changes any.
    pub(crate) fn set_hours(&mut self, change: HoursChange) {
        if !change.is_empty() {
            let HoursChange { calendars, queues } = change;
            self.emit(RecordEvent::HoursSet { calendars, queues });
        }
    }

    /// The instant what happens counts from.
    pub(crate) const fn instant(&self) -> Timestamp {
        match self.cause {
            Cause::Deadline { due, .. } => due,
            Cause::Followed { since } => since,
            Cause::Command { .. } | Cause::Routing => self.now,
        }
    }

    /// The contact is over: its agent wraps up, or it is closed.
    pub(crate) fn finish(&mut self, id: InteractionId, how: Finish) {
        let may = how.ending != Ending::Fault && !how.never_wrapped_up;
        match self.store.wrap_up_rule(id).cloned().filter(|_| may) {
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
        self.say_goodbye(id, ending);
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

    /// The customer is told that the contact ends, where a text says so.
    fn say_goodbye(&mut self, id: InteractionId, ending: Ending) {
        if let Some(which) = TextOf::ending(ending) {
            self.tell(id, Author::System, which);
        }
    }

    /// An agent has an interaction from now on.
    pub(crate) fn assign(&mut self, interaction: InteractionId, agent: AgentId) {
        let has_it = self.store.get(interaction).and_then(|row| row.assigned_to) == Some(agent);
        self.emit(RecordEvent::Assigned { interaction, agent });
        if !has_it {
            self.greet(interaction, agent);
        }
    }

    /// An agent who gets the conversation of a customer who wrote greets them by a rule.
    pub(crate) fn greet(&mut self, interaction: InteractionId, agent: AgentId) {
        let row = self.store.get(interaction);
        let wrote =
            |row: &Interaction| row.kind.is_written() && row.direction == Direction::Inbound;
        if row.is_some_and(wrote) {
            self.tell(interaction, Author::Agent(agent), TextOf::Greeting);
        }
    }

    /// Closes an interaction. One that nobody described is described by what is known.
    pub(crate) fn close(&mut self, id: InteractionId, how: Finish) {
        let Some(row) = self.store.get(id) else { return };
        // How the contact ended stands, unless something failed after it.
        let before = row.ending.filter(|_| how.ending != Ending::Fault);
        let ending = before.unwrap_or(how.ending);
        let (state, reason) = ending.outcome(row.progress());
        let ongoing = row.state.is_ongoing();
        let rule = row.wrap_up.as_ref().and_then(|wrap_up| wrap_up.rule.as_ref());
        // What was given before the rule was known, and it does not allow, stands for nothing.
        let given = row.code.filter(|code| rule.is_none_or(|rule| rule.allows(*code)));
        let usual = rule.and_then(|rule| rule.default_code);
        let code = how.code.or(given).or(usual).filter(|code| row.code != Some(*code));
        let described = (!row.is_described()).then(|| description(row, reason));
        let interaction = id;
        if ongoing {
            self.say_goodbye(id, ending);
        }
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
    pub(crate) by: Party,
    pub(crate) code: Option<CodeId>,
    pub(crate) cause: Option<CloseCause>,
    pub(crate) tab: bool,
    /// True if its agent never wraps up.
    pub(crate) never_wrapped_up: bool,
}

impl Finish {
    pub(crate) const fn new(ending: Ending, by: Party) -> Self {
        Self { ending, by, code: None, cause: None, tab: false, never_wrapped_up: false }
    }
}

/// The longest short description that is made of what a customer said, in characters.
const DESCRIPTION_MAX: usize = 160;

/// A short description of an interaction, for want of anybody who wrote it.
fn description(row: &Interaction, reason: StateReason) -> (Box<str>, DescribedBy) {
    let messages = row.conversation.iter().flat_map(|talk| &talk.messages);
    let mut said = messages.filter(|message| row.asks(message.author));
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

/// The refusal of what is over for good: where it went on, if it was merged.
pub(crate) fn not_ongoing(row: &Interaction, step: &'static str) -> RecordRefusal {
    let interaction = row.id;
    match row.merged_into {
        Some(into) => RecordRefusal::Merged { interaction, into },
        None => wrong(interaction, row.state.name(), step),
    }
}

pub(crate) const fn invalid(field: &'static str, problem: Problem) -> RecordRefusal {
    RecordRefusal::Invalid(Invalid::new(field, problem))
}
