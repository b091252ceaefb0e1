//! Deciding who takes part in a conversation, and by which addresses.

use alloc::boxed::Box;

use crate::base::key::Key;
use crate::model::invalid::Problem;

use crate::interaction::command::{AddParticipant, EnterConversation};
use crate::interaction::conversation::EntryPoint;
use crate::interaction::event::RecordEvent;
use crate::interaction::profile::{Address, ChannelUserProfile, Participant};
use crate::interaction::record::Interaction;
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::related::check_name;

use super::checks::check_customer;
use super::{RecordTurn, RunOnRecords, invalid};

/// Another address by which the customer comes in.
struct Way {
    from: Address,
    to: Key,
    /// The profile it has already.
    found: Option<ChannelUserProfile>,
    /// The identifier as the provider writes it, if that is not the normal form.
    form: Option<Key>,
}

impl Way {
    /// True if the customer takes part by this address already.
    fn is_in(&self, row: &Interaction) -> bool {
        let found = self.found.as_ref();
        found.is_some_and(|profile| takes_part(row, profile, Some(&self.to)))
    }
}

fn takes_part(row: &Interaction, profile: &ChannelUserProfile, to: Option<&Key>) -> bool {
    row.participants().any(|one| one.profile == profile.id && one.to.as_ref() == to)
}

impl RecordTurn<'_> {
    /// The address, the profile it has, and the entry point that says its channel.
    fn way(
        &self,
        entry: &mut EntryPoint,
        (from, to): (Address, Key),
    ) -> Result<Way, RecordRefusal> {
        check_name("addresses", &to)?;
        let (from, form) = self.normal(from)?;
        let channel = entry.channel.get_or_insert_with(|| from.channel.clone());
        if *channel != from.channel {
            return Err(invalid("entry.channel", Problem::NotListed));
        }
        let found = self.profiles.find(&from).map(|found| self.person(found));
        Ok(Way { from, to, found, form })
    }

    /// Refuses an address at which something else goes on, or that is another customer's.
    fn check_way(&self, row: &Interaction, way: &Way) -> Result<(), RecordRefusal> {
        let Some(profile) = &way.found else { return Ok(()) };
        self.check_not_ongoing(profile.id, &way.to)?;
        match (&profile.user, &row.opened_for) {
            (Some(user), Some(customer)) if user != customer => {
                Err(RecordRefusal::OtherCustomer { profile: profile.id })
            }
            _ => Ok(()),
        }
    }

    /// The profile of an address at which a customer takes part now: theirs, if they are known.
    fn profile_at(&mut self, way: Way, customer: Option<Key>) -> ChannelUserProfile {
        let Way { from, found, form, .. } = way;
        match (found, customer) {
            (Some(profile), Some(customer)) => self.link(profile, customer),
            (Some(profile), None) => self.identify(profile),
            (None, customer) => {
                let user = self.user_of(&from, customer);
                let profile = self.new_profile(from, user);
                let profile = ChannelUserProfile { provider_form: form, ..profile };
                self.set_profile(profile.clone());
                profile
            }
        }
    }
}

impl RunOnRecords for EnterConversation {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, mut entry, addresses } = self;
        entry.check()?;
        let way = addresses.map(|addresses| turn.way(&mut entry, addresses)).transpose()?;
        let talk = turn.store.talk_of(interaction, "enter")?;
        let row = turn.store.interaction(interaction)?;
        check_customer(row, true, "interaction")?;
        let way = way.filter(|way| !way.is_in(row));
        way.iter().try_for_each(|way| turn.check_way(row, way))?;
        if way.is_none() && talk.is_some_and(|talk| talk.entries.last() == Some(&entry)) {
            return Ok(());
        }
        turn.store.check_room(talk.map_or(0, |talk| talk.entries.len()))?;
        let Some(way) = way else {
            let entry = Box::new(entry);
            turn.emit(RecordEvent::Entered { interaction, entry, participant: None });
            return Ok(());
        };
        turn.store.check_room(row.participants().count())?;
        let customer = row.opened_for.clone();
        let to = Some(way.to.clone());
        let profile = turn.profile_at(way, customer.clone());
        let participant = Some(Participant { profile: profile.id, to });
        let entry = Box::new(entry);
        turn.emit(RecordEvent::Entered { interaction, entry, participant });
        if let (None, Some(opened_for)) = (customer, profile.user) {
            turn.emit(RecordEvent::Associated { interaction, opened_for });
        }
        Ok(())
    }
}

impl RunOnRecords for AddParticipant {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { interaction, profile, to } = self;
        let known = turn.active_profile(profile)?;
        to.iter().try_for_each(|to| check_name("to", to))?;
        turn.store.talk_of(interaction, "add_participant")?;
        let row = turn.store.interaction(interaction)?;
        check_customer(row, true, "interaction")?;
        let to = to.or_else(|| row.addresses.as_ref().map(|(_, ours)| ours.clone()));
        if takes_part(row, &known, to.as_ref()) {
            return Ok(());
        }
        to.iter().try_for_each(|to| turn.check_not_ongoing(profile, to))?;
        turn.store.check_room(row.participants().count())?;
        turn.emit(RecordEvent::ParticipantAdded { interaction, profile, to });
        Ok(())
    }
}
