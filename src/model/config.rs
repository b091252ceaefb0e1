//! The bounds within which an engine works.

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::invalid::Invalid;
use crate::model::presence::{Opens, PresenceProfile, SystemPresence};

growing! {
    /// How many of each thing there may be. One more is refused, never lost and never a panic.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Limits {
        /// Definitions of each kind but agents, retired ones included.
        pub definitions: u32 => with_definitions,
        /// Agents, retired ones included.
        pub agents: u32 => with_agents,
        /// Queues one agent may be a member of.
        pub memberships: u32 => with_memberships,
        /// Open pieces of work.
        pub open_work: u32 => with_open_work,
        /// Assignments of one agent, parked ones included; and legs of one supervisor.
        pub assignments: u32 => with_assignments,
        /// Different needs among open work. What work comes to ask for by steps and expiring
        /// conditions of its own counts as it comes in; by the steps of its queue it may come to
        /// ask for more. There are never more needs than pieces of open work.
        pub needs: u32 => with_needs,
        /// Different needs that no open work has any more and that stay known, with who fits them.
        /// Where there are more, one is forgotten each time. Who fits it is decided anew when work
        /// asks for it again. 10,000 at first.
        #[serde(skip_serializing_if = "is_usual_idle")]
        pub idle_needs: u32 => with_idle_needs,
        /// Bytes of one text of work: the value of an attribute, or of attached data. 64 KiB at
        /// first.
        #[serde(skip_serializing_if = "is_usual_text")]
        pub text_bytes: u32 => with_text_bytes,
        /// Bytes of all attributes and attached data of one piece of work, names included. 256 KiB
        /// at first.
        #[serde(skip_serializing_if = "is_usual_data")]
        pub data_bytes: u32 => with_data_bytes,
        /// Bytes of all attributes and attached data of all open work together, names included.
        /// Work that was changed keeps what was said of it at first as well, which is not counted.
        /// What rules and the host's own classifier add is let in beyond it. 4 GiB at first.
        #[serde(skip_serializing_if = "is_usual_all_data")]
        pub all_data_bytes: u32 => with_all_data_bytes,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            definitions: 100_000,
            agents: 1_000_000,
            memberships: 1_000,
            open_work: 10_000_000,
            assignments: 1_000,
            needs: 1_000_000,
            idle_needs: IDLE_NEEDS,
            text_bytes: TEXT_BYTES,
            data_bytes: DATA_BYTES,
            all_data_bytes: u32::MAX,
        }
    }
}

/// A round number. The largest floor of the benches asks for some thousand things, and what is
/// known of a need takes 1 KB; 15 where 100,000 agents fit it.
const IDLE_NEEDS: u32 = 10_000;
const TEXT_BYTES: u32 = 64 * 1_024;
const DATA_BYTES: u32 = 256 * 1_024;

const fn is_usual_idle(needs: &u32) -> bool {
    *needs == IDLE_NEEDS
}

const fn is_usual_text(bytes: &u32) -> bool {
    *bytes == TEXT_BYTES
}

const fn is_usual_all_data(bytes: &u32) -> bool {
    *bytes == u32::MAX
}

const fn is_usual_data(bytes: &u32) -> bool {
    *bytes == DATA_BYTES
}

growing! {
    /// The configuration of an engine, fixed when it is made; every snapshot and journal has it.
    ///
    /// ```
    /// use strowger::prelude::*;
    ///
    /// let config = Config::default().with_remembered(100_000);
    /// assert_eq!(config.limits.agents, 1_000_000);
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Config {
        /// How many of each thing there may be.
        pub limits: Limits => with_limits,
        /// How many ended offers and how many closed pieces of work are remembered, so that a late
        /// or repeated command is told what happened: 1 to 10,000,000.
        pub remembered: u32 => with_remembered,
        /// True if agents may assign work of their own queues to each other. It is offered to the
        /// colleague as if a supervisor had assigned it.
        #[serde(default)]
        pub agents_assign: bool => with_agents_assign,
        /// True if the presence `available`, which every engine has, opens no channel: who is
        /// available waits for nothing until they go on queue (Genesys Cloud: *Available* is off
        /// queue). Usually it opens every channel.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub available_off_queue: bool => with_available_off_queue,
        /// How far a call may name the time after the latest that any call named. A call further
        /// ahead is refused with [`ClockJump`](crate::Refusal::ClockJump) until the host
        /// [confirms](crate::Engine::confirm_clock) the time; `None`: any distance. One day at
        /// first: a floor has a call or a deadline a day, and a clock that was set wrong is mostly
        /// off by more.
        pub clock_step: Option<Span> => with_clock_step(into),
        /// How much one call does at most: so many deadlines fire and so many offers are made, and
        /// the next call at the same instant goes on. A piece of work at which an inspection of a
        /// queue looks counts as a deadline. A host that slept, or a million callers whose
        /// wait ends at one instant, then make many calls of bounded length, and many records of
        /// bounded size, in place of one without bounds: 1 to 1,000,000, at first 10,000, which is
        /// about 50 ms and 5 MB.
        #[serde(skip_serializing_if = "is_usual_burst")]
        pub burst: u32 => with_burst,
        /// The seed of the random numbers, for rules that leave something to chance. It also keeps
        /// whoever chooses the keys of work from choosing such as slow the engine down; a host that
        /// takes work from strangers draws it by chance, and tells nobody.
        pub seed: u64 => with_seed,
    }
}

const BURST: u32 = 10_000;

const fn is_usual_burst(burst: &u32) -> bool {
    *burst == BURST
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            remembered: 10_000,
            agents_assign: false,
            available_off_queue: false,
            clock_step: Some(Span::from_mins(24 * 60)),
            burst: BURST,
            seed: 0,
        }
    }
}

impl Config {
    /// The presence of this kind that the engine has from the start.
    pub(crate) fn presence(&self, system: SystemPresence) -> PresenceProfile {
        let usual = PresenceProfile::of(system);
        match system {
            SystemPresence::Available if self.available_off_queue => {
                usual.with_opens(Opens::Nothing)
            }
            _ => usual,
        }
    }

    /// Refuses a configuration that makes no sense.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        Invalid::range("remembered", self.remembered, 1, 10_000_000)?;
        Invalid::range("burst", self.burst, 1, 1_000_000)?;
        self.clock_step.map_or(Ok(()), |step| Invalid::some_time("clock_step", step))
    }
}
