//! Deciding what joins an interaction to work.

use crate::engine::view::View;
use crate::interaction::command::{HandOff, LinkWork, RequestHandoff, SubmitWork};
use crate::interaction::event::RecordEvent;
use crate::interaction::plan::{self, Ahead};
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::state::InteractionStep;
use crate::interaction::store::Store;
use crate::model::ids::WorkId;

use super::{RecordTurn, RunOnRecords};

impl RunOnRecords for LinkWork {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, work } = self;
        let row = turn.store.interaction(interaction)?;
        if row.work == Some(work) {
            return Ok(());
        }
        turn.store.check_step(interaction, InteractionStep::Queue)?;
        turn.store.check_without_work(interaction)?;
        if turn.last_work.is_some_and(|last| work <= last) {
            return Err(RecordRefusal::WorkTaken { work });
        }
        turn.emit(RecordEvent::WorkLinked { interaction, work });
        Ok(())
    }
}

impl RunOnRecords for SubmitWork {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<WorkId, RecordRefusal> {
        let Self { interaction, .. } = self;
        let work = turn.below.submitted()?.ok_or(RecordRefusal::NoEngine)?;
        LinkWork { interaction, work }.run(turn)?;
        Ok(work)
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        plan::submit(store, view, self.interaction, &self.request)
    }
}

impl RunOnRecords for HandOff {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<Option<WorkId>, RecordRefusal> {
        let Self { interaction, trigger, request } = self;
        let work = turn.below.submitted()?;
        let (queue, available) = (request.queue, work.is_some());
        turn.ask_for_agent(RequestHandoff { interaction, trigger, queue, available })?;
        work.map_or(Ok(()), |work| LinkWork { interaction, work }.run(turn))?;
        Ok(work)
    }

    fn plan(&self, store: &Store, view: View<'_>) -> Result<Ahead, RecordRefusal> {
        plan::hand_off(store, view, self.interaction, &self.request)
    }
}
