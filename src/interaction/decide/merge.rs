//! Deciding what becomes one: two interactions of a customer, or two profiles.

use alloc::vec::Vec;

use crate::base::key::Key;
use crate::model::invalid::Problem;

use crate::interaction::command::{MergeInteractions, MergeProfiles};
use crate::interaction::conversation::Conversation;
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::ProfileId;
use crate::interaction::profile::ChannelUserProfile;
use crate::interaction::record::Interaction;
use crate::interaction::refusal::{RecordLimit, RecordRefusal};
use crate::interaction::state::{Ending, Party};
use crate::interaction::store::Store;

use super::content::check_together;
use super::{Finish, RecordTurn, RunOnRecords, invalid, not_ongoing};

impl Store {
    /// Refuses what would be too much in one interaction.
    fn check_both(&self, row: &Interaction, other: &Interaction) -> Result<(), RecordRefusal> {
        check_together(&row.context, &other.context)?;
        check_together(&row.channel_metadata, &other.channel_metadata)?;
        let limits = &self.config().limits;
        let within = |has: usize, max: u32, limit| {
            if has <= max as usize { Ok(()) } else { Err(RecordRefusal::Limit { limit, max }) }
        };
        let sum = |of: fn(&Interaction) -> usize| of(row).saturating_add(of(other));
        let said = sum(|row| row.messages().count());
        within(said, limits.messages, RecordLimit::Messages)?;
        let many: [fn(&Interaction) -> usize; 6] = [
            |row| row.participants().count(),
            |row| row.related.len(),
            |row| row.work_notes.len(),
            |row| row.transcripts.len(),
            |row| talk(row).map_or(0, |talk| talk.entries.len()),
            |row| talk(row).map_or(0, |talk| talk.handoffs.len()),
        ];
        many.into_iter()
            .try_for_each(|of| within(sum(of), limits.attachments, RecordLimit::Attachments))
    }
}

fn talk(row: &Interaction) -> Option<&Conversation> {
    row.conversation.as_deref()
}

impl RunOnRecords for MergeInteractions {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, into } = self;
        let other = turn.store.interaction(interaction)?;
        let row = turn.store.interaction(into)?;
        if interaction == into {
            return Err(invalid("into", Problem::Duplicate));
        }
        if other.merged_into == Some(into) {
            return Ok(());
        }
        for row in [other, row] {
            if !row.state.is_ongoing() {
                return Err(not_ongoing(row, "merge"));
            }
        }
        if other.is_internal() || row.is_internal() {
            return Err(RecordRefusal::NotSameCustomer { interaction, into });
        }
        let customers = (other.opened_for.clone(), row.opened_for.clone());
        if let (Some(theirs), Some(own)) = &customers
            && theirs != own
        {
            return Err(RecordRefusal::NotSameCustomer { interaction, into });
        }
        turn.store.check_both(row, other)?;
        match customers {
            (Some(opened_for), None) => {
                turn.emit(RecordEvent::Associated { interaction: into, opened_for });
            }
            (None, Some(opened_for)) => {
                turn.emit(RecordEvent::Associated { interaction, opened_for });
            }
            _ => {}
        }
        turn.close(interaction, Finish::new(Ending::Merged, Party::Host));
        turn.emit(RecordEvent::Merged { interaction: into, from: interaction });
        Ok(())
    }
}

impl RecordTurn<'_> {
    /// The profile that stands for a person: the one into which theirs was merged.
    pub(super) fn person(&self, found: ChannelUserProfile) -> ChannelUserProfile {
        let into = found.merged_into.and_then(|into| self.profiles.get(into));
        into.unwrap_or(found)
    }

    /// The user of a profile, else whom something that goes on with it was opened for.
    fn customer_of(&self, profile: &ChannelUserProfile) -> Option<Key> {
        let opened_for = |id| self.store.get(id).and_then(|row| row.opened_for.clone());
        let mut open = self.store.open_of(profile.id);
        profile.user.clone().or_else(|| open.find_map(opened_for))
    }

    /// Refuses where two things would go on between the same two.
    fn check_apart(&self, profile: ProfileId, into: ProfileId) -> Result<(), RecordRefusal> {
        for id in self.store.open_with(profile) {
            let Some(row) = self.store.get(id).filter(|row| row.state.is_ongoing()) else {
                continue;
            };
            let own = row.participants().filter(|one| one.profile == profile);
            for to in own.filter_map(|one| one.to) {
                let there = self.store.index().ongoing.get(&(into, to));
                if let Some(interaction) = there.filter(|there| **there != id) {
                    return Err(RecordRefusal::AlreadyOngoing { interaction: *interaction });
                }
            }
        }
        Ok(())
    }

    /// Keeps the profiles that were merged into one by another.
    pub(super) fn point(&mut self, others: &[ProfileId], into: ProfileId) {
        for id in others {
            if let Some(other) = self.profiles.get(*id) {
                self.set_profile(ChannelUserProfile { merged_into: Some(into), ..other });
            }
        }
    }
}

impl RunOnRecords for MergeProfiles {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { profile, into } = self;
        let other = turn.active_profile(profile)?;
        let one = turn.active_profile(into)?;
        if profile == into {
            return Err(invalid("into", Problem::Duplicate));
        }
        if other.id == one.id {
            return Ok(());
        }
        let user = turn.customer_of(&one).or_else(|| turn.customer_of(&other));
        if let Some(user) = &user {
            for known in [&other, &one] {
                if turn.is_other(known, user) {
                    return Err(RecordRefusal::OtherCustomer { profile: known.id });
                }
            }
        }
        turn.check_apart(other.id, one.id)?;
        let more = other.others.len().saturating_add(1);
        turn.store.check_more(one.others.len(), more)?;
        let one = match user {
            Some(user) => {
                turn.link(other.clone(), user.clone());
                turn.link(one, user)
            }
            None => one,
        };
        let (profile, into) = (other.id, one.id);
        turn.point(&other.others, into);
        let theirs = other.others.into_iter().chain([profile]);
        let others = one.others.iter().copied().chain(theirs).collect();
        if let Some(other) = turn.profiles.get(profile) {
            let merged_into = Some(into);
            turn.set_profile(ChannelUserProfile { merged_into, others: Vec::new(), ..other });
        }
        turn.set_profile(ChannelUserProfile { others, ..one });
        turn.emit(RecordEvent::ProfilesMerged { profile, into });
        Ok(())
    }
}
