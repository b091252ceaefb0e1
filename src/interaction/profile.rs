//! Channel user profiles: who is behind an address on a channel.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::invalid::Invalid;

use crate::interaction::ids::ProfileId;
use crate::interaction::related::check_name;

/// Where somebody writes from: the channel and what identifies them there. The same number on
/// another channel is another address.
///
/// ```
/// use strowger::interaction::Address;
///
/// assert_ne!(Address::new("sms", "+4930123456"), Address::new("whatsapp", "+4930123456"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Address {
    /// The channel, with the provider where that matters: `sms`, `whatsapp:acme`.
    pub channel: Key,
    /// The identifier of the writer on the channel: for SMS the telephone number.
    pub identifier: Key,
}

impl Address {
    /// An address on a channel.
    #[must_use]
    pub fn new(channel: &str, identifier: &str) -> Self {
        Self { channel: channel.into(), identifier: identifier.into() }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        check_name("address.channel", &self.channel)?;
        check_name("address.identifier", &self.identifier)
    }
}

growing! {
    /// Somebody who writes on a channel, whether it is known who they are or not.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct ChannelUserProfile {
        /// Its id.
        pub id: ProfileId => with_id,
        /// The person's address, normalised.
        pub address: Address => with_address,
        /// The user this person is, if that is known (ServiceNow: user document).
        pub user: Option<Key> => with_user(some Key),
        /// True if the address is still theirs. Of the profiles of an address at most one is
        /// active.
        pub active: bool => with_active,
        /// When it was made.
        pub made: Timestamp => with_made,
        /// The identifier as its provider last wrote it, where that is not the normal form: what
        /// the host sends to. It is looked up by the normal form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub provider_form: Option<Key> => with_provider_form(some Key),
        /// The profile of the same person that it was merged into, which stands for both.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub merged_into: Option<ProfileId> => with_merged_into(into),
        /// The profiles that were merged into it: the person's other addresses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub others: Vec<ProfileId> => with_others(each ProfileId),
    }
}

impl ChannelUserProfile {
    /// The active profile of an address, made at this time, of whom it is not known who they are.
    #[must_use]
    pub const fn new(id: ProfileId, address: Address, made: Timestamp) -> Self {
        Self {
            id,
            address,
            user: None,
            active: true,
            made,
            provider_form: None,
            merged_into: None,
            others: Vec::new(),
        }
    }
}

growing! {
    /// Somebody who takes part in a conversation. The same customer may do so by several addresses,
    /// and then has a profile for each.
    ///
    /// ```
    /// use strowger::interaction::{Participant, ProfileId};
    ///
    /// let visitor = Participant::new(ProfileId::from_raw(2));
    /// assert_ne!(visitor.clone().with_to("+4930999"), visitor);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct Participant {
        /// The participant's profile.
        pub profile: ProfileId => with_profile,
        /// To which of the host's addresses the participant writes: what comes to it from them
        /// belongs to the conversation. `None`: what they write comes by no address.
        pub to: Option<Key> => with_to(some Key),
    }
}

impl Participant {
    /// Somebody with this profile, who writes to none of the host's addresses.
    #[must_use]
    pub const fn new(profile: ProfileId) -> Self {
        Self { profile, to: None }
    }
}

/// Where profiles are kept. A host with many customers keeps them in its own database; then it
/// answers from there, and writes what it is told.
///
/// Records write every change through [`put`](Self::put), and the fact that goes with it carries
/// the whole profile: to write it again changes nothing.
///
/// ```
/// use strowger::interaction::*;
/// use strowger::prelude::*;
///
/// let mut profiles = ProfilesInMemory::default();
/// let address = Address::new("sms", "+4930123456");
/// let id = ProfileId::from_raw(1);
/// let made = Timestamp::EPOCH;
/// let kept = address.clone();
/// let profile = ChannelUserProfile::new(id, kept, made).with_active(true);
/// profiles.put(&profile);
/// assert_eq!(profiles.find(&address), Some(profile));
/// assert_eq!(profiles.find(&Address::new("whatsapp", "+4930123456")), None);
/// ```
pub trait ProfileStore: Debug {
    /// The active profile of an address.
    fn find(&self, address: &Address) -> Option<ChannelUserProfile>;

    /// A profile by its id.
    fn get(&self, id: ProfileId) -> Option<ChannelUserProfile>;

    /// Keeps a profile under its id, in place of what was there.
    fn put(&mut self, profile: &ChannelUserProfile);

    /// An interaction was opened for a profile. A store that keeps all of them need not know.
    fn used(&mut self, id: ProfileId) {
        let _ = id;
    }

    /// The profile to forget before one more is made, if there are `most` already; never one that
    /// is in use. Asked until there is none. A store that keeps all of them has none.
    fn surplus(&self, most: u32, in_use: &dyn Fn(ProfileId) -> bool) -> Option<ProfileId> {
        let _ = (most, in_use);
        None
    }

    /// The profile with the highest id of all that are kept, if the store knows it. Records that
    /// are restored do not make another one with its id.
    fn last(&self) -> Option<ProfileId> {
        None
    }

    /// Forgets a profile that was [`surplus`](Self::surplus), or that is
    /// [erased](crate::interaction::EraseProfile).
    fn forget(&mut self, id: ProfileId);
}

/// Profiles in memory. There are at most as many as
/// [`RecordLimits::profiles`](crate::interaction::RecordLimits::profiles) says, or as take part in
/// interactions that are not closed.
/// Somebody whose profile was forgotten is a new customer, of whom the [`Directory`] is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<ChannelUserProfile>", into = "Vec<ChannelUserProfile>")]
pub struct ProfilesInMemory {
    /// With when they were last used.
    rows: BTreeMap<ProfileId, (u64, ChannelUserProfile)>,
    active: BTreeMap<Address, ProfileId>,
    by_use: BTreeMap<u64, ProfileId>,
    uses: u64,
}

impl ProfilesInMemory {
    /// All profiles, in order of making.
    pub fn iter(&self) -> impl Iterator<Item = &ChannelUserProfile> {
        self.rows.values().map(|(_, profile)| profile)
    }

    /// All profiles, the one that was not used for longest first.
    fn by_use(&self) -> impl Iterator<Item = &ChannelUserProfile> {
        self.by_use.values().filter_map(|id| self.rows.get(id)).map(|(_, profile)| profile)
    }
}

/// Equal are those that keep the same profiles and would forget them in the same order.
impl PartialEq for ProfilesInMemory {
    fn eq(&self, other: &Self) -> bool {
        self.by_use().eq(other.by_use())
    }
}

impl Eq for ProfilesInMemory {}

impl From<Vec<ChannelUserProfile>> for ProfilesInMemory {
    fn from(rows: Vec<ChannelUserProfile>) -> Self {
        let mut profiles = Self::default();
        rows.iter().for_each(|profile| profiles.put(profile));
        profiles
    }
}

impl From<ProfilesInMemory> for Vec<ChannelUserProfile> {
    fn from(profiles: ProfilesInMemory) -> Self {
        profiles.by_use().cloned().collect()
    }
}

impl ProfileStore for ProfilesInMemory {
    fn find(&self, address: &Address) -> Option<ChannelUserProfile> {
        self.get(*self.active.get(address)?)
    }

    fn get(&self, id: ProfileId) -> Option<ChannelUserProfile> {
        self.rows.get(&id).map(|(_, profile)| profile.clone())
    }

    fn put(&mut self, profile: &ChannelUserProfile) {
        if profile.active {
            self.active.insert(profile.address.clone(), profile.id);
        } else if self.active.get(&profile.address) == Some(&profile.id) {
            self.active.remove(&profile.address);
        }
        self.uses = self.uses.saturating_add(1);
        self.by_use.insert(self.uses, profile.id);
        if let Some((before, _)) = self.rows.insert(profile.id, (self.uses, profile.clone())) {
            self.by_use.remove(&before);
        }
    }

    fn used(&mut self, id: ProfileId) {
        if let Some((last, _)) = self.rows.get_mut(&id) {
            self.uses = self.uses.saturating_add(1);
            self.by_use.remove(last);
            self.by_use.insert(self.uses, id);
            *last = self.uses;
        }
    }

    fn surplus(&self, most: u32, in_use: &dyn Fn(ProfileId) -> bool) -> Option<ProfileId> {
        if self.rows.len() < most as usize {
            return None;
        }
        self.by_use.values().copied().find(|id| !in_use(*id))
    }

    fn last(&self) -> Option<ProfileId> {
        self.rows.last_key_value().map(|(id, _)| *id)
    }

    fn forget(&mut self, id: ProfileId) {
        let Some((last, profile)) = self.rows.remove(&id) else { return };
        self.by_use.remove(&last);
        if self.active.get(&profile.address) == Some(&id) {
            self.active.remove(&profile.address);
        }
    }
}

/// The host's directory of people.
///
/// ```
/// use strowger::Key;
/// use strowger::interaction::{Address, Directory};
///
/// #[derive(Debug)]
/// struct Staff;
///
/// impl Directory for Staff {
///     fn user_of(&self, address: &Address) -> Option<Key> {
///         address.identifier.strip_prefix("+49301").map(|extension| extension.into())
///     }
/// }
/// assert_eq!(Staff.user_of(&Address::new("sms", "+4930117")), Some("17".into()));
/// ```
///
/// The directory is asked while something is decided. Its answer stands in the fact, and it is not
/// asked again when facts are replayed. About a profile without a user it is asked whenever an
/// interaction is opened for that profile, for the host may know the customer by then. What it says
/// of a profile with a user is not read.
pub trait Directory: Debug + Send + Sync {
    /// The user who has this address, if the host knows one.
    fn user_of(&self, address: &Address) -> Option<Key>;

    /// The account a contact belongs to, if the host knows one.
    fn account_of(&self, contact: &Key) -> Option<Key> {
        let _ = contact;
        None
    }
}

/// Knows nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NobodyKnown;

impl Directory for NobodyKnown {
    fn user_of(&self, _address: &Address) -> Option<Key> {
        None
    }
}
