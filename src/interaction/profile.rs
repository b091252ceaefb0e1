//! Channel user profiles: who is behind an address on a channel.

use alloc::collections::BTreeMap;
use core::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::model::invalid::Invalid;

use crate::interaction::ids::ProfileId;
use crate::interaction::related::check_name;

/// Where somebody writes from: the channel and what identifies him there. The same number on
/// another channel is another address.
///
/// ```
/// use strowger::interaction::Address;
///
/// assert_ne!(Address::new("sms", "+4930123456"), Address::new("whatsapp", "+4930123456"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The channel, with the provider where that matters: `sms`, `whatsapp:acme`.
    pub channel: Key,
    /// What identifies the writer on it: for SMS the telephone number.
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

/// Somebody who writes on a channel, whether it is known who he is or not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChannelUserProfile {
    /// Its id.
    pub id: ProfileId,
    /// His address, normalised.
    pub address: Address,
    /// The user he is, if that is known (ServiceNow: user document).
    pub user: Option<Key>,
    /// Whether the address is still his. Of the profiles of an address at most one is active.
    pub active: bool,
    /// When it was made.
    pub made: Timestamp,
}

/// Where profiles are kept. A host with many customers keeps them in its own database; then it
/// answers from there, and writes what it is told.
///
/// Records write every change through [`put`](Self::put), and the fact that goes with it carries
/// the whole profile: to write it again changes nothing.
///
/// ```
/// use strowger::Timestamp;
/// use strowger::interaction::*;
///
/// let mut profiles = ProfilesInMemory::default();
/// let address = Address::new("sms", "+4930123456");
/// let id = ProfileId::from_raw(1);
/// let made = Timestamp::EPOCH;
/// let kept = address.clone();
/// let profile = ChannelUserProfile { id, address: kept, user: None, active: true, made };
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
}

/// Profiles in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "alloc::vec::Vec<ChannelUserProfile>", into = "alloc::vec::Vec<ChannelUserProfile>")]
pub struct ProfilesInMemory {
    rows: BTreeMap<ProfileId, ChannelUserProfile>,
    active: BTreeMap<Address, ProfileId>,
}

impl ProfilesInMemory {
    /// All profiles, in order of making.
    pub fn iter(&self) -> impl Iterator<Item = &ChannelUserProfile> {
        self.rows.values()
    }
}

impl From<alloc::vec::Vec<ChannelUserProfile>> for ProfilesInMemory {
    fn from(rows: alloc::vec::Vec<ChannelUserProfile>) -> Self {
        let mut profiles = Self::default();
        rows.iter().for_each(|profile| profiles.put(profile));
        profiles
    }
}

impl From<ProfilesInMemory> for alloc::vec::Vec<ChannelUserProfile> {
    fn from(profiles: ProfilesInMemory) -> Self {
        profiles.rows.into_values().collect()
    }
}

impl ProfileStore for ProfilesInMemory {
    fn find(&self, address: &Address) -> Option<ChannelUserProfile> {
        self.get(*self.active.get(address)?)
    }

    fn get(&self, id: ProfileId) -> Option<ChannelUserProfile> {
        self.rows.get(&id).cloned()
    }

    fn put(&mut self, profile: &ChannelUserProfile) {
        if profile.active {
            self.active.insert(profile.address.clone(), profile.id);
        } else if self.active.get(&profile.address) == Some(&profile.id) {
            self.active.remove(&profile.address);
        }
        self.rows.insert(profile.id, profile.clone());
    }
}

/// What the host knows of people.
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
/// Asked while something is decided; what it says stands in the
/// fact, and is not asked again when facts are replayed.
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
