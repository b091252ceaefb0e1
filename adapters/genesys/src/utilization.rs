//! Utilisation: how much of each medium and label an agent may have at a time.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::left::{Left, WhyLeft};
use crate::media::MediaType;
use crate::words::{body, words};
use strowger::model::Capacity;
use strowger::model::Invalid;
use strowger::model::{ChannelId, PoolId};
use strowger_wire::{Method, Request, escaped};

body! {
    /// How much of a medium an agent may have.
    pub MediaUtilization {
        /// So many at a time: 0 to 25.
        maximum_capacity: u16,
        /// The other media that may still reach who has some of this one.
        interruptable_media_types: Vec<MediaType>,
        /// Whether what did not come by a queue counts too.
        include_non_acd: bool,
    }
}

body! {
    /// How much with a label an agent may have. The medium's limit counts first.
    pub LabelUtilization {
        /// So many at a time: 0 to 25.
        maximum_capacity: u16,
        /// The labels that may still reach who has some with this one.
        interrupting_label_ids: Vec<String>,
        /// What it is called; told, not set.
        label_name: Option<String>,
    }
}

words! {
    /// Where a utilisation is set.
    UtilizationLevel {
        /// For the agent alone.
        Agent = "Agent",
        /// For the organisation.
        Organization = "Organization",
    }
}

body! {
    /// How much an agent may have at a time.
    ///
    /// ```
    /// use strowger::model::ChannelId;
    /// use strowger_genesys::{MediaType, Utilization, UtilizationMap};
    ///
    /// let (call, chat) = (ChannelId::from_raw(0), ChannelId::from_raw(1));
    /// let channels = [(MediaType::Call, call), (MediaType::Chat, chat)].into();
    /// let map = UtilizationMap { channels, ..UtilizationMap::default() };
    /// let (capacity, _) = Utilization::system_default().capacity(&map)?;
    /// assert_eq!((capacity.channels[&call], capacity.channels[&chat]), (1, 4));
    /// # Ok::<(), strowger::model::Invalid>(())
    /// ```
    pub Utilization {
        /// By medium; what is absent is what the organisation, or else the system, says.
        utilization: BTreeMap<MediaType, MediaUtilization>,
        /// By the id of a label.
        label_utilizations: BTreeMap<String, LabelUtilization>,
        /// How many calls may come in at a time.
        max_inbound_calls: Option<u16>,
        /// Where it is set; told, not set.
        level: Option<UtilizationLevel>,
    }
}

/// What media and labels are here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UtilizationMap {
    /// The channel of each medium.
    pub channels: BTreeMap<MediaType, ChannelId>,
    /// The pool of each label, by the label's id. Work with a label draws on its pool.
    pub pools: BTreeMap<String, PoolId>,
}

/// The most of one medium or label.
const MOST: i64 = 25;

fn of_user(user: &str) -> String {
    format!("/api/v2/routing/users/{}/utilization", escaped(user))
}

const OF_ALL: &str = "/api/v2/routing/utilization";

impl Utilization {
    /// What the system says where nobody says otherwise: 1 call, 4 chats, 1 e-mail, 1 message and
    /// 1 call back. Which of them may interrupt which is not documented: none may here.
    #[must_use]
    pub fn system_default() -> Self {
        let all = [
            (MediaType::Call, 1),
            (MediaType::Callback, 1),
            (MediaType::Chat, 4),
            (MediaType::Email, 1),
            (MediaType::Message, 1),
        ];
        let of = |maximum_capacity| MediaUtilization { maximum_capacity, ..Default::default() };
        let utilization = all.into_iter().map(|(media, most)| (media, of(most))).collect();
        Self { utilization, ..Self::default() }
    }

    /// The same, with what is absent as this says (an agent's over the organisation's).
    #[must_use]
    pub fn or(mut self, fallback: &Self) -> Self {
        for (media, one) in &fallback.utilization {
            self.utilization.entry(media.clone()).or_insert_with(|| one.clone());
        }
        for (label, one) in &fallback.label_utilizations {
            self.label_utilizations.entry(label.clone()).or_insert_with(|| one.clone());
        }
        self.max_inbound_calls = self.max_inbound_calls.or(fallback.max_inbound_calls);
        self
    }

    fn check(&self) -> Result<(), Invalid> {
        for one in self.utilization.values() {
            Invalid::range("utilization.maximumCapacity", one.maximum_capacity, 0, MOST)?;
        }
        for one in self.label_utilizations.values() {
            Invalid::range("labelUtilizations.maximumCapacity", one.maximum_capacity, 0, MOST)?;
        }
        Ok(())
    }

    /// The capacity it stands for, and what of it cannot be said by one. A medium bounds its
    /// channel and a label its pool; work must have room in both. Which media may interrupt which
    /// is said of channels: see [`interruptible_by`](Self::interruptible_by). Calls of an agent's
    /// own ([`SetOwnCall`](strowger::command::SetOwnCall)) stop everything new here: a host that
    /// hears that
    /// calls outside of queues do not count does not tell of them.
    ///
    /// # Errors
    /// More of something than 25.
    pub fn capacity(&self, map: &UtilizationMap) -> Result<(Capacity, Vec<Left>), Invalid> {
        self.check()?;
        let (mut capacity, mut left) = (Capacity::default(), Vec::new());
        for (media, one) in &self.utilization {
            let field = format!("utilization.{}", media.word());
            match map.channels.get(media) {
                Some(channel) => {
                    capacity = capacity.with_channel(*channel, one.maximum_capacity);
                }
                None => left.push(Left::new(field.clone(), WhyLeft::NotDefined)),
            }
            if one.include_non_acd && *media != MediaType::Call {
                left.push(Left::new(format!("{field}.includeNonAcd"), WhyLeft::NoCounterpart));
            }
        }
        for (label, one) in &self.label_utilizations {
            let field = format!("labelUtilizations.{label}");
            match map.pools.get(label) {
                Some(pool) => capacity = capacity.with_pool(*pool, one.maximum_capacity),
                None => left.push(Left::new(field.clone(), WhyLeft::NotDefined)),
            }
            if !one.interrupting_label_ids.is_empty() {
                let field = format!("{field}.interruptingLabelIds");
                left.push(Left::new(field, WhyLeft::NoCounterpart));
            }
        }
        if self.max_inbound_calls.is_some() {
            left.push(Left::new("maxInboundCalls", WhyLeft::NoCounterpart));
        }
        Ok((capacity, left))
    }

    /// The channels that may reach who has some of this medium, for
    /// [`ChannelProfile::interruptible_by`](strowger::model::ChannelProfile::interruptible_by);
    /// `None`: it is
    /// not said of this medium. Channels are the same for all agents: take the organisation's.
    #[must_use]
    pub fn interruptible_by(
        &self,
        media: &MediaType,
        map: &UtilizationMap,
    ) -> Option<Vec<ChannelId>> {
        let by = &self.utilization.get(media)?.interruptable_media_types;
        Some(by.iter().filter_map(|media| map.channels.get(media).copied()).collect())
    }

    /// A capacity as utilisation, where it bounds channels and pools that the map names, and what
    /// of it cannot be said there. What may interrupt what stays as it is in `base`.
    #[must_use]
    pub fn of(capacity: &Capacity, map: &UtilizationMap, base: &Self) -> (Self, Vec<Left>) {
        let (mut made, mut left) = (Self::default(), Vec::new());
        let mut bounded = |most: u16, field: String| {
            if i64::from(most) > MOST {
                left.push(Left::new(field, WhyLeft::NoCounterpart));
            }
            most.min(25)
        };
        for (media, channel) in &map.channels {
            let Some(most) = capacity.channels.get(channel) else { continue };
            let mut one = base.utilization.get(media).cloned().unwrap_or_default();
            one.maximum_capacity = bounded(*most, format!("capacity.channels.{}", media.word()));
            made.utilization.insert(media.clone(), one);
        }
        for (label, pool) in &map.pools {
            let Some(most) = capacity.pools.get(pool) else { continue };
            let mut one = base.label_utilizations.get(label).cloned().unwrap_or_default();
            one.maximum_capacity = bounded(*most, format!("capacity.pools.{label}"));
            one.label_name = None;
            made.label_utilizations.insert(label.clone(), one);
        }
        for (field, said) in [
            ("capacity.units", capacity.units.is_some()),
            ("capacity.items", capacity.items.is_some()),
        ] {
            left.extend(said.then(|| Left::new(field, WhyLeft::NoCounterpart)));
        }
        (made, left)
    }

    fn put(&self, path: String) -> Result<Request, Invalid> {
        self.check()?;
        let request = Request::new(Method::Put, path).with_body(self);
        Ok(request.with_permissions(&["routing:utilization:manage"]))
    }

    /// Sets it for one agent: `PUT /routing/users/{user}/utilization`. What is absent is what the
    /// organisation says.
    ///
    /// # Errors
    /// More of something than 25.
    pub fn request_for(&self, user: &str) -> Result<Request, Invalid> {
        self.put(of_user(user))
    }

    /// Sets it for the organisation: `PUT /routing/utilization`.
    ///
    /// # Errors
    /// More of something than 25.
    pub fn request(&self) -> Result<Request, Invalid> {
        self.put(OF_ALL.to_string())
    }
}

/// The permissions of which one lets read it.
const READS: &[&str] = &["routing:utilization:manage", "routing:utilization:view"];

/// The organisation's: `GET /routing/utilization`, answered with a [`Utilization`].
#[must_use]
pub fn get_utilization() -> Request {
    Request::get(OF_ALL.to_string()).with_permissions(READS)
}

/// An agent's: `GET /routing/users/{user}/utilization`, answered with a [`Utilization`].
#[must_use]
pub fn get_user_utilization(user: &str) -> Request {
    Request::get(of_user(user)).with_permissions(READS)
}
