//! Deciding who somebody is who writes from outside, and where their message belongs.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::base::key::Key;
use crate::model::invalid::Problem;

use crate::interaction::command::{
    EraseProfile, LinkUser, ReachCustomer, ReceiveMessage, Received, ReplaceProfile,
};
use crate::interaction::conversation::{Author, ConversationStage};
use crate::interaction::event::RecordEvent;
use crate::interaction::ids::{InteractionId, MessageId, ProfileId};
use crate::interaction::profile::{Address, ChannelUserProfile, Participant};
use crate::interaction::record::{Direction, InteractionRequest};
use crate::interaction::refusal::RecordRefusal;
use crate::interaction::related::check_name;
use crate::interaction::state::{Ending, InteractionType, Party};
use crate::layer::mode::Mode;

use super::talk::{Saying, key_taken};
use super::{Finish, RecordTurn, RunOnRecords, invalid};

impl RecordTurn<'_> {
    /// A profile that is active: the one that stands for the person.
    pub(crate) fn active_profile(
        &self,
        profile: ProfileId,
    ) -> Result<ChannelUserProfile, RecordRefusal> {
        self.active_address(profile).map(|found| self.person(found))
    }

    /// A profile that is active, by itself.
    fn active_address(&self, profile: ProfileId) -> Result<ChannelUserProfile, RecordRefusal> {
        let found = self.profiles.get(profile).filter(|found| found.active);
        found.ok_or(RecordRefusal::UnknownProfile { profile })
    }

    /// The address as it is kept, and its identifier as it was written, if that is another.
    pub(super) fn normal(&self, address: Address) -> Result<(Address, Option<Key>), RecordRefusal> {
        address.check()?;
        let identifier = self.ports.normaliser.normal(&address);
        let identifier =
            identifier.ok_or_else(|| invalid("address.identifier", Problem::NotListed))?;
        let Address { channel, identifier: written } = address;
        let form = (written != identifier).then_some(written);
        Ok((Address { channel, identifier }, form))
    }

    /// Keeps how the provider writes the address of a profile.
    fn note_form(&mut self, profile: ProfileId, provider_form: Option<Key>) {
        let found = self.profiles.get(profile);
        if let Some(found) = found.filter(|found| found.provider_form != provider_form) {
            self.set_profile(ChannelUserProfile { provider_form, ..found });
        }
    }

    /// The user of a new address: the one who is meant, else the one whom the directory knows.
    pub(super) fn user_of(&self, address: &Address, meant: Option<Key>) -> Option<Key> {
        meant.or_else(|| self.ports.directory.user_of(address))
    }

    /// The profile with its user. If the user is not known yet, the directory is asked again.
    pub(crate) fn identify(&mut self, profile: ChannelUserProfile) -> ChannelUserProfile {
        if profile.user.is_some() {
            return profile;
        }
        match self.ports.directory.user_of(&profile.address) {
            Some(user) => self.link(profile, user),
            None => profile,
        }
    }

    /// The profile belongs to a user from now on, and so does what goes on with it as a guest's.
    pub(super) fn link(&mut self, profile: ChannelUserProfile, user: Key) -> ChannelUserProfile {
        let linked = ChannelUserProfile { user: Some(user.clone()), ..profile.clone() };
        if linked != profile {
            self.set_profile(linked.clone());
        }
        for interaction in self.store.open_of(linked.id).collect::<Vec<_>>() {
            if self.store.get(interaction).is_some_and(|row| row.opened_for.is_none()) {
                let opened_for = user.clone();
                self.emit(RecordEvent::Associated { interaction, opened_for });
            }
        }
        linked
    }

    /// A profile of an address that has none; nothing is written yet.
    pub(super) fn new_profile(&self, address: Address, user: Option<Key>) -> ChannelUserProfile {
        let id = ProfileId::from_raw(self.store.rows().profiles_made.saturating_add(1));
        ChannelUserProfile { user, ..ChannelUserProfile::new(id, address, self.instant()) }
    }

    pub(super) fn set_profile(&mut self, profile: ChannelUserProfile) {
        if profile.id.raw() > self.store.rows().profiles_made {
            self.make_room_for_a_profile();
        }
        self.emit(RecordEvent::ProfileSet(Box::new(profile)));
    }

    fn make_room_for_a_profile(&mut self) {
        let most = self.store.config().limits.profiles;
        let in_use = |turn: &Self, id| {
            let person = || turn.profiles.get(id).and_then(|profile| profile.merged_into);
            turn.store.is_in_use(id) || person().is_some_and(|id| turn.store.is_in_use(id))
        };
        let surplus = |turn: &Self| turn.profiles.surplus(most, &|id| in_use(turn, id));
        // While a command is only checked nothing is forgotten, and the same would be found again.
        while self.mode == Mode::Doing
            && let Some(profile) = surplus(self)
        {
            self.emit(RecordEvent::ProfileForgotten { profile });
        }
    }

    /// The ongoing interaction between a profile and one of the host's addresses.
    fn ongoing(&self, profile: ProfileId, ours: &Key) -> Option<InteractionId> {
        self.store.index().ongoing.get(&(profile, ours.clone())).copied()
    }

    /// Refuses a second ongoing interaction between the same two: a message belongs to one.
    pub(crate) fn check_not_ongoing(
        &self,
        profile: ProfileId,
        ours: &Key,
    ) -> Result<(), RecordRefusal> {
        match self.ongoing(profile, ours) {
            Some(interaction) => Err(RecordRefusal::AlreadyOngoing { interaction }),
            None => Ok(()),
        }
    }

    /// A customer says something by an address.
    fn hear(
        &mut self,
        interaction: InteractionId,
        from: &ChannelUserProfile,
        (key, quotes): (Option<Key>, Option<MessageId>),
        text: Box<str>,
    ) -> Result<MessageId, RecordRefusal> {
        self.say(interaction, Saying::publicly(Author::Requester, key, quotes, text), Some(from))
    }

    /// The answer to a message that came or went before under its key, between these two addresses.
    fn answered_before(
        &self,
        author: Author,
        (customer, ours): (&Address, &Key),
        key: Option<&Key>,
    ) -> Result<Option<Received>, RecordRefusal> {
        let Some((row, message)) = self.said_before(key)? else { return Ok(None) };
        let opened = row.key.as_ref() == key;
        let between = |one: &Participant| {
            let person = self.profiles.get(one.profile);
            let others = person.iter().flat_map(|person| person.others.iter().copied());
            // Either it is known by which of their addresses it came, or it may be any of them.
            let own = core::iter::once(one.profile).chain(others);
            let mut by = own.filter(|id| message.profile.is_none_or(|by| by == *id));
            let has = |id| self.profiles.get(id).is_none_or(|has| has.address == *customer);
            one.to.as_ref() == Some(ours) && by.any(has)
        };
        let profile = row.participants().find(between).map(|one| one.profile);
        match profile.filter(|_| message.author == author) {
            Some(profile) => {
                let message = message.id;
                Ok(Some(Received { interaction: row.id, profile, message, opened }))
            }
            None => Err(key_taken(row)),
        }
    }

    /// Ends whatever goes on with a profile, whichever of the host's addresses it goes to.
    fn end_all_of(&mut self, profile: ProfileId) {
        for id in self.store.open_of(profile).collect::<Vec<_>>() {
            self.close(id, Finish::new(Ending::Automatic, Party::System));
        }
    }

    /// A person has an address no more. What they began by it is over.
    fn take_address(&mut self, person: ProfileId, old: &ChannelUserProfile) {
        let by_it = |id: &InteractionId| {
            let addresses = self.store.get(*id).and_then(|row| row.addresses.as_ref());
            addresses.is_some_and(|(address, _)| *address == old.address)
        };
        for id in self.store.open_of(person).filter(by_it).collect::<Vec<_>>() {
            self.close(id, Finish::new(Ending::Automatic, Party::System));
        }
        if let Some(person) = self.profiles.get(person) {
            let others = person.others.iter().copied().filter(|id| *id != old.id).collect();
            self.set_profile(ChannelUserProfile { others, ..person });
        }
    }

    /// The address has another owner: the old profile is active no more.
    fn hand_on(&mut self, old: ChannelUserProfile, user: Option<Key>) -> ChannelUserProfile {
        match old.merged_into {
            Some(person) => self.take_address(person, &old),
            None => self.end_all_of(old.id),
        }
        // Whose address it was keeps their other ones.
        if let Some((first, rest)) = old.others.split_first()
            && let Some(heir) = self.profiles.get(*first)
        {
            let (merged_into, others) = (None, rest.to_vec());
            self.point(rest, *first);
            self.set_profile(ChannelUserProfile { merged_into, others, ..heir });
        }
        let address = old.address.clone();
        let (merged_into, others) = (None, Vec::new());
        self.set_profile(ChannelUserProfile { active: false, merged_into, others, ..old });
        let profile = self.new_profile(address, user);
        self.set_profile(profile.clone());
        profile
    }
}

/// An interaction that begins with a message.
struct First<'a> {
    kind: InteractionType,
    direction: Direction,
    profile: &'a ChannelUserProfile,
    /// By which of their addresses it comes, or goes.
    address: &'a Address,
    ours: &'a Key,
    key: Option<&'a Key>,
}

impl First<'_> {
    fn opening(&self) -> Box<InteractionRequest> {
        let addresses = Some((self.address.clone(), self.ours.clone()));
        Box::new(InteractionRequest {
            key: self.key.cloned(),
            direction: self.direction,
            subtype: self.address.channel.split(':').next().map(Key::from),
            opened_for: self.profile.user.clone(),
            profile: Some(self.profile.id),
            addresses,
            ..InteractionRequest::new(self.kind)
        })
    }
}

/// In a conversation that begins there is nothing to quote.
fn check_quotes_nothing(
    interaction: InteractionId,
    quotes: Option<MessageId>,
) -> Result<(), RecordRefusal> {
    match quotes {
        Some(message) => Err(RecordRefusal::UnknownMessage { interaction, message }),
        None => Ok(()),
    }
}

impl RunOnRecords for ReceiveMessage {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<Received, RecordRefusal> {
        let Self { kind, from, to, key, quotes, text } = self;
        check_name("to", &to)?;
        let (from, form) = turn.normal(from)?;
        if let Some(done) = turn.answered_before(Author::Requester, (&from, &to), key.as_ref())? {
            return Ok(done);
        }
        let by = turn.profiles.find(&from);
        let found = by.clone().map(|by| turn.person(by));
        let ongoing = found.as_ref().and_then(|profile| turn.ongoing(profile.id, &to));
        if let (Some(by), Some(person), Some(interaction)) = (&by, &found, ongoing) {
            let message = turn.hear(interaction, by, (key, quotes), text)?;
            turn.note_form(by.id, form);
            return Ok(Received { interaction, profile: person.id, message, opened: false });
        }
        turn.store.check_text("text", &text)?;
        let planned = found.clone().unwrap_or_else(|| {
            let user = turn.user_of(&from, None);
            turn.new_profile(from.clone(), user)
        });
        let opening = |profile: &ChannelUserProfile| {
            let (direction, key) = (Direction::Inbound, key.as_ref());
            First { kind, direction, profile, address: &from, ours: &to, key }.opening()
        };
        let first = InteractionRequest { profile: None, ..*opening(&planned) };
        let interaction = turn.check_opening(&first)?;
        check_quotes_nothing(interaction, quotes)?;
        let profile = match found {
            Some(profile) => turn.identify(profile),
            None => {
                turn.set_profile(planned.clone());
                planned
            }
        };
        let by = by.unwrap_or_else(|| profile.clone());
        turn.note_form(by.id, form);
        turn.open(interaction, opening(&profile));
        turn.carry_related(interaction);
        let message = turn.hear(interaction, &by, (key, None), text)?;
        Ok(Received { interaction, profile: profile.id, message, opened: true })
    }
}

impl RunOnRecords for ReachCustomer {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<Received, RecordRefusal> {
        let Self { kind, agent, to, from, user, key, quotes, text } = self;
        check_name("from", &from)?;
        user.iter().try_for_each(|user| check_name("user", user))?;
        let (to, _) = turn.normal(to)?;
        let author = Author::Agent(agent);
        if let Some(done) = turn.answered_before(author, (&to, &from), key.as_ref())? {
            return Ok(done);
        }
        turn.store.check_text("text", &text)?;
        let by = turn.profiles.find(&to);
        let found = by.clone().map(|by| turn.person(by));
        let ongoing = found.as_ref().and_then(|profile| turn.ongoing(profile.id, &from));
        let meant = found.as_ref().zip(user.as_ref());
        let other = meant.is_some_and(|(profile, user)| turn.is_other(profile, user));
        let with_machine = ongoing.is_some_and(|id| turn.is_with_virtual_agent(id));
        if let (Some(profile), Some(interaction), false, false) =
            (&found, ongoing, other, with_machine)
        {
            let profile = profile.id;
            let saying = Saying::publicly(author, key, quotes, text);
            let message = turn.say(interaction, saying, None)?;
            turn.take_part(interaction, agent);
            if let (Some(found), Some(user)) = (found, user) {
                turn.link(found, user);
            }
            return Ok(Received { interaction, profile, message, opened: false });
        }
        let planned = found.clone().unwrap_or_else(|| {
            let user = turn.user_of(&to, user.clone());
            turn.new_profile(to.clone(), user)
        });
        let opening = |profile: &ChannelUserProfile| {
            let (direction, key) = (Direction::Outbound, key.as_ref());
            First { kind, direction, profile, address: &to, ours: &from, key }.opening()
        };
        let first = InteractionRequest { profile: None, ..*opening(&planned) };
        let interaction = turn.check_opening(&first)?;
        check_quotes_nothing(interaction, quotes)?;
        let profile = match (found, by) {
            (Some(_), Some(by)) if other => turn.hand_on(by, user),
            (Some(profile), _) => {
                if let Some(id) = ongoing {
                    turn.close(id, Finish::new(Ending::Automatic, Party::System));
                }
                match user {
                    Some(user) => turn.link(profile, user),
                    None => turn.identify(profile),
                }
            }
            (None, _) => {
                turn.set_profile(planned.clone());
                planned
            }
        };
        turn.open(interaction, opening(&profile));
        turn.emit(RecordEvent::Assigned { interaction, agent });
        let message = turn.say(interaction, Saying::publicly(author, key, None, text), None)?;
        Ok(Received { interaction, profile: profile.id, message, opened: true })
    }
}

impl RecordTurn<'_> {
    /// True if a profile is that of somebody else than the user who is meant, or goes on with what
    /// was opened for somebody else: one must not read and write what is the other's.
    pub(super) fn is_other(&self, profile: &ChannelUserProfile, meant: &Key) -> bool {
        match &profile.user {
            Some(user) => user != meant,
            None => self.store.open_of(profile.id).any(|id| {
                let customer = self.store.get(id).and_then(|row| row.opened_for.as_ref());
                customer.is_some_and(|customer| customer != meant)
            }),
        }
    }

    fn is_with_virtual_agent(&self, id: InteractionId) -> bool {
        self.store.get(id).and_then(|row| row.stage()) == Some(ConversationStage::VirtualAgent)
    }

    /// An agent takes part in a conversation that another has.
    fn take_part(&mut self, interaction: InteractionId, agent: crate::model::ids::AgentId) {
        let Some(row) = self.store.get(interaction) else { return };
        let there = row.handling.open().iter().any(|segment| segment.part.agent() == Some(agent));
        if !there {
            let role = crate::state::leg::LegRole::Conferee;
            self.emit(RecordEvent::GuestJoined { interaction, agent, role });
        }
    }
}

impl RunOnRecords for LinkUser {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { profile, user } = self;
        let known = turn.active_profile(profile)?;
        check_name("user", &user)?;
        if turn.is_other(&known, &user) {
            return Err(RecordRefusal::OtherUser { profile });
        }
        turn.link(known, user);
        Ok(())
    }
}

impl RunOnRecords for ReplaceProfile {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<ProfileId, RecordRefusal> {
        let Self { profile, user } = self;
        let old = turn.active_address(profile)?;
        user.iter().try_for_each(|user| check_name("user", user))?;
        Ok(turn.hand_on(old, user).id)
    }
}

impl RunOnRecords for EraseProfile {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { profile } = self;
        let found = turn.profiles.get(profile);
        let unknown = found.is_none();
        let person = found.map(|found| turn.person(found));
        let mut profiles = person.map_or_else(Vec::new, |one| [vec![one.id], one.others].concat());
        if !profiles.contains(&profile) {
            profiles.push(profile);
        }
        let all: Vec<_> = turn.store.with_profiles(&profiles).collect();
        if all.is_empty() && unknown {
            return Err(RecordRefusal::UnknownProfile { profile });
        }
        all.iter().try_for_each(|id| turn.check_to_archive(*id))?;
        all.into_iter().for_each(|id| turn.archive(id));
        for profile in profiles {
            turn.emit(RecordEvent::ProfileForgotten { profile });
        }
        Ok(())
    }
}
