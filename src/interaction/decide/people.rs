//! Deciding who somebody is who writes from outside, and where their message belongs.

use alloc::boxed::Box;
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

use super::talk::{Saying, key_taken};
use super::{Finish, Mode, RecordTurn, RunOnRecords, invalid};

impl RecordTurn<'_> {
    /// A profile that is active.
    pub(crate) fn active_profile(
        &self,
        profile: ProfileId,
    ) -> Result<ChannelUserProfile, RecordRefusal> {
        let found = self.profiles.get(profile).filter(|found| found.active);
        found.ok_or(RecordRefusal::UnknownProfile { profile })
    }

    /// The address as it is kept.
    pub(super) fn normal(&self, address: &Address) -> Result<Address, RecordRefusal> {
        address.check()?;
        let identifier = self.ports.normaliser.normal(address);
        let identifier =
            identifier.ok_or_else(|| invalid("address.identifier", Problem::NotListed))?;
        Ok(Address { channel: address.channel.clone(), identifier })
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
        ChannelUserProfile { id, address, user, active: true, made: self.instant() }
    }

    pub(super) fn set_profile(&mut self, profile: ChannelUserProfile) {
        if profile.id.raw() > self.store.rows().profiles_made {
            self.make_room_for_a_profile();
        }
        self.emit(RecordEvent::ProfileSet(Box::new(profile)));
    }

    fn make_room_for_a_profile(&mut self) {
        let most = self.store.config().limits.profiles;
        let surplus = |turn: &Self| turn.profiles.surplus(most, &|id| turn.store.is_in_use(id));
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
            let has = self.profiles.get(one.profile);
            one.to.as_ref() == Some(ours)
                && message.profile.is_none_or(|profile| profile == one.profile)
                && has.is_none_or(|profile| profile.address == *customer)
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

    /// The address has another owner: the old profile is active no more.
    fn hand_on(&mut self, old: ChannelUserProfile, user: Option<Key>) -> ChannelUserProfile {
        self.end_all_of(old.id);
        let address = old.address.clone();
        self.set_profile(ChannelUserProfile { active: false, ..old });
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
    ours: &'a Key,
    key: Option<&'a Key>,
}

impl First<'_> {
    fn opening(&self) -> Box<InteractionRequest> {
        let addresses = Some((self.profile.address.clone(), self.ours.clone()));
        Box::new(InteractionRequest {
            key: self.key.cloned(),
            direction: self.direction,
            subtype: self.profile.address.channel.split(':').next().map(Key::from),
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
        let from = turn.normal(&from)?;
        if let Some(done) = turn.answered_before(Author::Requester, (&from, &to), key.as_ref())? {
            return Ok(done);
        }
        let found = turn.profiles.find(&from);
        let ongoing = found.as_ref().and_then(|profile| turn.ongoing(profile.id, &to));
        if let (Some(profile), Some(interaction)) = (&found, ongoing) {
            let message = turn.hear(interaction, profile, (key, quotes), text)?;
            return Ok(Received { interaction, profile: profile.id, message, opened: false });
        }
        turn.store.check_text("text", &text)?;
        let direction = Direction::Inbound;
        let planned = found.clone().unwrap_or_else(|| {
            let user = turn.user_of(&from, None);
            turn.new_profile(from, user)
        });
        let opening =
            First { kind, direction, profile: &planned, ours: &to, key: key.as_ref() }.opening();
        let interaction = turn.check_opening(&InteractionRequest { profile: None, ..*opening })?;
        check_quotes_nothing(interaction, quotes)?;
        let profile = match found {
            Some(profile) => turn.identify(profile),
            None => {
                turn.set_profile(planned.clone());
                planned
            }
        };
        let opening =
            First { kind, direction, profile: &profile, ours: &to, key: key.as_ref() }.opening();
        turn.open(interaction, opening);
        turn.carry_related(interaction);
        let message = turn.hear(interaction, &profile, (key, None), text)?;
        Ok(Received { interaction, profile: profile.id, message, opened: true })
    }
}

impl RunOnRecords for ReachCustomer {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<Received, RecordRefusal> {
        let Self { kind, agent, to, from, user, key, quotes, text } = self;
        check_name("from", &from)?;
        user.iter().try_for_each(|user| check_name("user", user))?;
        let to = turn.normal(&to)?;
        let author = Author::Agent(agent);
        if let Some(done) = turn.answered_before(author, (&to, &from), key.as_ref())? {
            return Ok(done);
        }
        turn.store.check_text("text", &text)?;
        let found = turn.profiles.find(&to);
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
            turn.new_profile(to, user)
        });
        let direction = Direction::Outbound;
        let opening =
            First { kind, direction, profile: &planned, ours: &from, key: key.as_ref() }.opening();
        let interaction = turn.check_opening(&InteractionRequest { profile: None, ..*opening })?;
        check_quotes_nothing(interaction, quotes)?;
        let profile = match found {
            Some(old) if other => turn.hand_on(old, user),
            Some(profile) => {
                if let Some(id) = ongoing {
                    turn.close(id, Finish::new(Ending::Automatic, Party::System));
                }
                match user {
                    Some(user) => turn.link(profile, user),
                    None => turn.identify(profile),
                }
            }
            None => {
                turn.set_profile(planned.clone());
                planned
            }
        };
        let opening =
            First { kind, direction, profile: &profile, ours: &from, key: key.as_ref() }.opening();
        turn.open(interaction, opening);
        turn.emit(RecordEvent::Assigned { interaction, agent });
        let message = turn.say(interaction, Saying::publicly(author, key, None, text), None)?;
        Ok(Received { interaction, profile: profile.id, message, opened: true })
    }
}

impl RecordTurn<'_> {
    /// True if a profile is that of somebody else than the user who is meant, or goes on with what
    /// was opened for somebody else: one must not read and write what is the other's.
    fn is_other(&self, profile: &ChannelUserProfile, meant: &Key) -> bool {
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
        let old = turn.active_profile(profile)?;
        user.iter().try_for_each(|user| check_name("user", user))?;
        Ok(turn.hand_on(old, user).id)
    }
}

impl RunOnRecords for EraseProfile {
    fn run(self, turn: &mut RecordTurn<'_>) -> Result<(), RecordRefusal> {
        let Self { profile } = self;
        let all: Vec<_> = turn.store.with_profile(profile).collect();
        if all.is_empty() && turn.profiles.get(profile).is_none() {
            return Err(RecordRefusal::UnknownProfile { profile });
        }
        all.iter().try_for_each(|id| turn.check_to_archive(*id))?;
        all.into_iter().for_each(|id| turn.archive(id));
        turn.emit(RecordEvent::ProfileForgotten { profile });
        Ok(())
    }
}
