//! Applying what takes work out of its line for a time, or on to another.

use crate::base::time::{Moment, Timestamp};
use crate::model::ids::{ChannelId, QueueId, WorkId};
use crate::model::schedule::Callback;
use crate::model::work::WorkChange;
use crate::state::work::WorkStep;
use crate::world::apply::Misfit;
use crate::world::rows::Step;
use crate::world::state::{OrMissing, World};

impl World {
    pub(super) fn schedule(
        &mut self,
        id: WorkId,
        until: Timestamp,
        activation: bool,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        self.put_aside(id, WorkStep::Schedule { at: until, activation }, at)
    }

    pub(super) fn suspend(&mut self, id: WorkId, at: Timestamp) -> Result<(), Misfit> {
        self.put_aside(id, WorkStep::Suspend, at)
    }

    fn put_aside(&mut self, id: WorkId, step: WorkStep, at: Timestamp) -> Result<(), Misfit> {
        let owner = self.work(id)?.stage.owner();
        owner.map(|owner| self.drop_assignment(id, owner, at)).transpose()?;
        self.restage(id, |row| {
            row.stage = row.stage.next(step)?;
            row.step = Step::NONE;
            row.sticky = false;
            row.retry = Moment::NONE;
            row.unassigned = row.unassigned.saturating_add(owner.is_some().into());
            Ok(())
        })
    }

    /// The channel it comes by is another, and with it what it takes.
    pub(super) fn request_callback(
        &mut self,
        id: WorkId,
        channel: ChannelId,
        callback: Callback,
    ) -> Result<(), Misfit> {
        let profile = self.channel_profile(channel)?;
        let (cost, pools) = (profile.cost, Self::pools_named(&self.work(id)?.request, profile));
        let draws = self.draw_on(pools);
        self.draw_no_more(self.draws_of(id));
        self.restage(id, |row| {
            let request = row.amend();
            request.channel = channel;
            request.callback = Some(callback);
            row.cost = request.size.unwrap_or(cost);
            row.draws = draws;
            Ok(())
        })
    }

    pub(super) fn leave_unreached(
        &mut self,
        id: WorkId,
        retry: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        if let Some(until) = retry {
            let owner = self.work(id)?.stage.owner().or_missing(id)?;
            self.drop_assignment(id, owner, at)?;
            self.restage(id, |row| {
                row.stage = row.stage.next(WorkStep::Schedule { at: until, activation: false })?;
                Ok(())
            })?;
        }
        let row = self.stores.works.get_mut(id).or_missing(id)?;
        row.unreached = row.unreached.saturating_add(1);
        Ok(())
    }

    pub(super) fn classify(
        &mut self,
        id: WorkId,
        rule: Option<u16>,
        queue: QueueId,
        change: Option<&WorkChange>,
        at: Timestamp,
    ) -> Result<(), Misfit> {
        self.queue(queue)?;
        let entry = self.work(id)?.submitted().queue;
        if let Some(rule) = rule.map(usize::from) {
            let draws = &mut self.queue_mut(entry)?.draws;
            draws.resize(draws.len().max(rule + 1), 0);
            if let Some(draw) = draws.get_mut(rule) {
                *draw = draw.wrapping_add(1);
            }
        }
        self.restage_anew(id, |row| {
            change.into_iter().for_each(|change| row.take_change(change));
            if row.queue != queue {
                row.begin_stay(at);
                row.change_queue(queue);
            }
            Ok(())
        })?;
        self.tally_arrival(id, at)
    }
}
