//! Queues: in what order work waits and how it is offered.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::growing::growing;
use crate::base::time::Span;
use crate::model::calendar::WaitClock;
use crate::model::classification::Classification;
use crate::model::ids::{CalendarId, ChannelId, Entity, QueueId};
use crate::model::invalid::{Invalid, Problem};
use crate::model::membership::MembersWhere;
use crate::model::overflow::{
    ConditionalRing, LastResort, OverflowAction, OverflowRule, Ramp, check_rings, check_rules,
};
use crate::model::profile::{DefinitionId, Profile};
use crate::model::reason::Response;
use crate::model::relaxation::Relaxation;
use crate::model::requeue::RequeuePolicy;
use crate::model::sort_key::SortKey;
use crate::model::wrap_up::WrapUpProfile;

/// In what order work waits. Work at the front comes before all other work of its queue.
///
/// Where an agent has several queues of equal rank with different orders, work of strict priority
/// comes first, then sorted work, then work by deadline, by score, by ratio, last in first out, and
/// by priority and ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// Time of entry - priority x 60 s - waiting credit, lowest first (Genesys Cloud:
    /// timestamp and priority).
    #[default]
    Score,
    /// Higher priority first, then longer waiting (Genesys Cloud: priority only).
    Priority,
    /// Earliest deadline first: the request's own, else entry + the queue's service target
    /// (Salesforce: target accept time).
    Deadline,
    /// Last in, first out (Twilio).
    Lifo,
    /// By the ratio of its age to its objective, highest first: the request's own objective, else
    /// the queue's service target. 60 s of 30 s come before 60 s of 120 s (Genesys Engage:
    /// `useObjective`; weighted wait). Credit and priority add to the age as under `score`.
    Ratio,
    /// By the queue's sort keys, then longer waiting (ServiceNow: sort-order fields).
    Sorted,
    /// Higher priority first, and among work of the same priority as under `ratio` (Genesys Engage:
    /// `useObjective` holds at equal priority only). Credit adds to the age, priority does not.
    PriorityRatio,
}

/// Which agent gets work when several could. The membership's rank comes before it, unless the
/// queue treats its members alike ([`QueueProfile::members_alike`]), the idle clock after it; then
/// who was offered something longest ago, then the order of definition. So no tie starves anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentChoice {
    /// Longest idle by the queue's idle clock.
    #[default]
    LongestIdle,
    /// Fewest units in use.
    LeastLoaded,
    /// The agent with the smallest share of their units in use (Azure Job Router: what it calls
    /// longest idle). For an agent without a bound on units, items count against the bound on
    /// items. An agent without both bounds counts as zero.
    LeastLoadedRatio,
    /// Highest score: the sum of the agent's proficiencies in the skills the need names, plus the
    /// weights of the wishes the agent meets.
    MostProficient,
    /// The next in order of definition after the one this queue offered to last.
    RoundRobin,
    /// The agent to whom this queue offered something longest ago; to whom it never did, first
    /// (D365: advanced round robin, by the last assignment in the queue). It knows of offers since
    /// the queue goes by them and the agent is its member.
    LeastRecentlyOffered,
    /// The lowest position in the queue's list.
    FixedOrder,
    /// Nearest to the levels the need asks for: first who meets each of them exactly, then who
    /// exceeds them by the least, then who falls short by the least (D365: closest match). Only
    /// under [`Evaluation::Best`](crate::model::Evaluation::Best) and `none` can anybody fall
    /// short.
    NearestProficient,
    /// The agent who is furthest behind their share. In the long run members get work in proportion
    /// to their weights. An agent who was away does not catch up on what they missed.
    WeightedShare,
    /// Highest score by the host's [`Scorer`](crate::host::Scorer); without one all score 0.
    Scored,
    /// The least time left in the agent's shift. An agent without an end of shift comes last
    /// (ServiceNow: shift handling).
    LeastShiftLeft,
    /// The most time left in the agent's shift. An agent without an end of shift comes last.
    MostShiftLeft,
}

/// The event that starts an agent's idle clock.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdleSince {
    /// The agent's capacity was last released (Genesys Cloud: time since last interaction).
    #[default]
    LastRelease,
    /// An offer was last made to the agent (Azure Job Router's round robin).
    LastOffer,
    /// The agent last accepted or was assigned something (ServiceNow: last assigned).
    LastAccept,
    /// The latest of the agent's last release, the agent's last change of presence, and the agent's
    /// return after not responding (Amazon Connect: longest available; Genesys Engage: time in
    /// ready state). The channel makes no difference.
    Ready,
}

growing! {
    /// The clock by which "longest idle" is measured. An agent to whom none of it ever happened
    /// counts from the agent's definition.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct IdleClock {
        /// The event that starts the clock.
        pub since: IdleSince => with_since,
        /// True if only the work's own channel counts (ServiceNow), not every channel.
        pub own_channel: bool => with_own_channel,
    }
}

growing! {
    /// How many missed offers an agent has free.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    pub struct Tolerance {
        /// The response comes with this many misses ...
        pub misses: u8 => with_misses,
        /// ... among this many last offers that were answered or missed: 1 to 32.
        pub offers: u8 => with_offers,
    }
}

impl Tolerance {
    /// The response comes with so many misses among so many offers.
    #[must_use]
    pub const fn new(misses: u8, offers: u8) -> Self {
        Self { misses, offers }
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { misses: 1, offers: 1 }
    }
}

growing! {
    /// How often work may be offered in vain. `None` sets no bound.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Budget {
        /// Rejected and missed offers of one item to one agent; then the agent is not asked for it
        /// again.
        pub per_agent: Option<u8> => with_per_agent(into),
        /// Rejected and missed offers of one item altogether; then it is exhausted.
        pub per_work: Option<u16> => with_per_work(into),
        /// How often one item may be taken from an agent again (Azure Job Router: 3).
        pub unassignments: Option<u8> => with_unassignments(into),
    }
}

growing! {
    /// To how many agents at once work is offered. The first who accepts has it, the others' offers
    /// are withdrawn. As long as it is offered to fewer than `max`, more are asked as they become
    /// free (Azure Job Router: concurrent offers; Twilio: reserved workers), unless `refill` says
    /// otherwise.
    ///
    /// ```
    /// use strowger::model::Broadcast;
    /// use strowger::prelude::*;
    ///
    /// let rush = QueueProfile::default().with_broadcast(Broadcast::up_to(3));
    /// assert_eq!(rush.broadcast, Broadcast::default().with_min(1).with_max(3));
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Broadcast {
        /// It is not offered before so many can be asked at once: 1 to `max`. Once it is offered,
        /// one more is enough.
        pub min: u8 => with_min,
        /// It is never offered to more: 1 to 50.
        pub max: u8 => with_max,
        /// True if others are asked as they become free, and in place of one who declines or
        /// misses. If not, it is offered to `max` agents in one go, or to as many as there are but
        /// no fewer than `min`, and to nobody else. When the last of these offers has ended, nobody
        /// is left to ask ([`QueueProfile::exhausted`]).
        #[serde(skip_serializing_if = "is_true")]
        pub refill: bool => with_refill,
    }
}

impl Broadcast {
    /// To so many at once, or to as many as there are.
    #[must_use]
    pub const fn up_to(max: u8) -> Self {
        Self { min: 1, max, refill: true }
    }
}

impl Default for Broadcast {
    fn default() -> Self {
        Self::up_to(1)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_true(flag: &bool) -> bool {
    *flag
}

/// The action on work when nobody is left to ask: its budget is spent, or every member who is on
/// queue and could do it may not be asked again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exhausted {
    /// It waits for somebody who was not asked; a spent budget starts over.
    #[default]
    Wait,
    /// After this time everybody may be asked again.
    Retry {
        /// The pause before the next round.
        after: Span,
    },
    /// It moves to another queue, where everybody may be asked.
    Move {
        /// The other queue.
        queue: QueueId,
    },
    /// It is closed.
    Close,
}

/// The action on work that waited too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MaxWaitAction {
    /// It is closed.
    #[default]
    Close,
    /// It moves to another queue and keeps its time of entry; the wait there starts anew.
    Move {
        /// The other queue.
        queue: QueueId,
    },
}

growing! {
    /// The definition of a queue. With all defaults: oldest first, to the longest idle, one at a
    /// time.
    ///
    /// ```
    /// use strowger::model::{AgentChoice, WrapUpMode, WrapUpProfile};
    /// use strowger::prelude::*;
    ///
    /// let support =
    ///     QueueProfile::default().with_choice(AgentChoice::MostProficient).with_wrap_up(
    ///         WrapUpProfile::of(WrapUpMode::MandatoryTimeout { timeout: Span::from_secs(60) }),
    ///     );
    /// assert_ne!(support, QueueProfile::default());
    /// ```
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct QueueProfile {
        /// In what order work waits.
        pub order: Order => with_order,
        /// Which agent gets it.
        pub choice: AgentChoice => with_choice,
        /// Who is a member without being named; `None`: nobody.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub members_where: Option<MembersWhere> => with_members_where(into),
        /// True if the members' ranks say nothing about which of them gets the queue's work: they
        /// order each agent's own queues, and ring, position or proficiency order the queue's
        /// agents (Amazon Connect: the longest available agent gets it, whatever the priority in
        /// their routing profile; Avaya: UCD-MIA). Where work of several queues meets several
        /// agents, this work goes to one of those for whom it comes first.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub members_alike: bool => with_members_alike,
        /// The clock of the longest idle agent.
        pub idle: IdleClock => with_idle,
        /// How long offers are open, where it differs from the channel; `null`: until answered.
        pub offer_windows: BTreeMap<ChannelId, Option<Span>>
            => with_offer_windows(each (ChannelId, Option<Span>)),
        /// True if offers from this queue are accepted at once in the agent's name.
        pub auto_accept: bool => with_auto_accept,
        /// True if an offer is withdrawn when its agent becomes unavailable while it is open. If
        /// not, it stays open until it is answered or its window ends. The same for a consult on
        /// its work.
        pub withdraw_offers: bool => with_withdraw_offers,
        /// Of a queue whose offers stay open: true if they are withdrawn all the same when their
        /// agent goes offline (Genesys UC Connector: logged out). A consult on its work too.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub withdraw_offline: bool => with_withdraw_offline,
        /// Where work goes that comes back.
        pub requeue: RequeuePolicy => with_requeue,
        /// The response to an agent who rejects, unless the reason says otherwise.
        pub on_reject: Response => with_on_reject,
        /// The response to an agent who misses more than is tolerated.
        pub on_miss: Response => with_on_miss,
        /// How many misses are tolerated.
        pub tolerance: Tolerance => with_tolerance,
        /// How often work may be offered in vain.
        pub budget: Budget => with_budget,
        /// The action on work when nobody is left to ask.
        pub exhausted: Exhausted => with_exhausted,
        /// The rules of after-contact work.
        pub wrap_up: WrapUpProfile => with_wrap_up,
        /// How long work may wait in this queue, offered or not.
        pub max_wait: Option<Span> => with_max_wait(into),
        /// True if a longest wait that ends while an offer is open withdraws the offer. False at
        /// first: what is offered is recalled by nothing, and the action follows if the offer ends
        /// in vain (Microsoft's voice queues, and callers, expect true).
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub max_wait_recalls: bool => with_max_wait_recalls,
        /// The action on work that waited longer than `max_wait`.
        pub on_max_wait: MaxWaitAction => with_on_max_wait,
        /// In what time work should be answered; gives [`Order::Deadline`] its deadline.
        pub service_target: Span => with_service_target,
        /// Which time counts as waiting here: for the target, the longest wait, rules by waiting
        /// time, relaxation, delays of members, the lifetime of work that is in this queue, and the
        /// oldest wait that a conditional ring asks for; in [`Figures`](crate::figures::Figures)
        /// and tallies too. A rule or a relaxation may have a clock of its own. Waits for agents by
        /// name, offers, bars and orders by age go by the wall clock.
        #[serde(skip_serializing_if = "WaitClock::is_wall")]
        pub counts: WaitClock => with_counts,
        /// How many items may wait; one more that would wait is refused. An item that is offered to
        /// somebody at once does not wait, so with 0 nothing waits and all that is free is used (a
        /// loss system). What is put off does not wait.
        pub waiting_max: u32 => with_waiting_max,
        /// The attributes by which work is ordered under [`Order::Sorted`], one or two.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub sort_by: Vec<SortKey> => with_sort_by(each SortKey),
        /// How work becomes easier to place the longer it waits, unless the request says otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub relaxation: Option<Relaxation> => with_relaxation(into),
        /// How much time an agent must have left in their shift to be offered anything, except by
        /// hand. An agent without an end of shift always has it (ServiceNow: required continuous
        /// minutes).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub shift_left_min: Option<Span> => with_shift_left_min(into),
        /// Look-ahead: an agent who is among this many or fewer who are free and have some skill
        /// that the work does not ask for is left for work that does, as long as somebody else of
        /// the same rank and ring can take it who suits it as well. Free is to whom a unit of the
        /// work's channel could be offered. 0: nobody is spared.
        pub spare_scarce: u16 => with_spare_scarce,
        /// To how many agents at once work is offered.
        pub broadcast: Broadcast => with_broadcast,
        /// Where what comes here goes on to; `None`: it stays.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub classification: Option<Classification> => with_classification(into),
        /// How long work that comes back into line waits for the agent who had it last, if that
        /// agent may be asked. Such work is parked work that the agent could not take at once, and
        /// a call back that is tried again (Genesys Cloud: last agent routing).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub sticky: Option<Span> => with_sticky(into),
        /// True if no transfer comes back: work that an agent sends here is not offered to that
        /// agent in this stay, however long nobody else is free (Twilio TaskRouter: a target
        /// expression such as `worker.sid != task.ignoreAgent`). Who gives work by hand may give it
        /// to them. A transfer can ask for the same
        /// ([`TransferToQueue`](crate::command::TransferToQueue)).
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub not_to_sender: bool => with_not_to_sender,
        /// True if a transfer to this queue is refused while nobody is there for the channel of the
        /// work (Rocket.Chat: a department that takes no chats while offline). A member is there
        /// who is staffed, as [`Trigger::NobodyStaffed`](crate::model::Trigger::NobodyStaffed)
        /// says. Submissions and rules of overflow are not transfers.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub refuse_unstaffed: bool => with_refuse_unstaffed,
        /// True if members may pull work that is offered to others: the offers are withdrawn.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub pull_offered: bool => with_pull_offered,
        /// True if members may pull work that is put off: scheduled or suspended.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub pull_put_off: bool => with_pull_put_off,
        /// When it is open; `None`: always.
        pub calendar: Option<CalendarId> => with_calendar(into),
        /// The rules of overflow for this queue's work: at most 32, in this order.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub overflow: Vec<OverflowRule> => with_overflow(each OverflowRule),
        /// The action on work that a rule should move and cannot.
        pub last_resort: LastResort => with_last_resort,
        /// Rings of helpers who join while conditions hold, each ring once.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub conditional: Vec<ConditionalRing> => with_conditional(each ConditionalRing),
        /// How often rules and rings that depend on the state of queues are inspected while
        /// anything waits, or a ring has joined or is to join. Where more waits than one call looks
        /// at ([`Config::burst`](crate::Config)) the inspection goes on in the next one, before
        /// anything else, and the time until the following begins with its last part.
        pub inspect_every: Span => with_inspect_every,
        /// How fast it may offer; `None`: as fast as it can.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ramp: Option<Ramp> => with_ramp(into),
        /// True if another engine decides who gets the queue's work, and only state is kept here
        /// (ServiceNow: external). Then nothing in it is offered but by command
        /// ([`Assign`](crate::command::Assign) and the like), and no offer in vain was the last
        /// that could be made: `budget.per_work` and `exhausted` do not count. All else goes on:
        /// order, clocks, the longest wait, rules of overflow, estimates. What is assigned to
        /// several agents alerts them side by side, up to `broadcast.max`: the first who accepts
        /// has it (ring all). What the other engine tells of an alert
        /// ([`ReportUnanswered`](crate::command::ReportUnanswered)) puts no agent out of the queue.
        /// The work an agent has
        /// from this queue counts in the agent's capacity, but capacity is not enforced: no command
        /// is refused for want of room, and parked work comes back to its agent whatever the agent
        /// has. The agent must still be present and respond, and the bound on assignments still
        /// holds. An agent who has more than their room is in debt, and routing gives them nothing
        /// until they have room again.
        #[serde(skip_serializing_if = "core::ops::Not::not")]
        pub external: bool => with_external,
    }
}

impl Default for QueueProfile {
    fn default() -> Self {
        Self {
            order: Order::default(),
            choice: AgentChoice::default(),
            members_where: None,
            members_alike: false,
            idle: IdleClock::default(),
            offer_windows: BTreeMap::new(),
            auto_accept: false,
            withdraw_offers: true,
            withdraw_offline: false,
            requeue: RequeuePolicy::default(),
            on_reject: Response::default(),
            on_miss: Response::default(),
            tolerance: Tolerance::default(),
            budget: Budget::default(),
            exhausted: Exhausted::default(),
            wrap_up: WrapUpProfile::default(),
            max_wait: None,
            max_wait_recalls: false,
            on_max_wait: MaxWaitAction::default(),
            service_target: Span::from_secs(20),
            counts: WaitClock::default(),
            waiting_max: 2_000_000,
            sort_by: Vec::new(),
            relaxation: None,
            shift_left_min: None,
            spare_scarce: 0,
            broadcast: Broadcast::default(),
            classification: None,
            sticky: None,
            not_to_sender: false,
            refuse_unstaffed: false,
            pull_offered: false,
            pull_put_off: false,
            calendar: None,
            overflow: Vec::new(),
            last_resort: LastResort::default(),
            conditional: Vec::new(),
            inspect_every: Span::from_secs(10),
            ramp: None,
            external: false,
        }
    }
}

impl QueueProfile {
    /// The strategy behind a number at which colleagues are asked for help (Genesys Engage: routing
    /// point). Agents are asked in turn, each once, and nothing becomes of one who declines or
    /// misses. What rings rings on when its agent becomes unavailable, unless they go offline.
    /// There is no wrap-up. If nobody is left to ask, or after a minute, it is over. What is moved
    /// elsewhere then is said by [`exhausted`](Self::exhausted) and
    /// [`on_max_wait`](Self::on_max_wait).
    ///
    /// ```
    /// use strowger::model::{Broadcast, Exhausted};
    /// use strowger::prelude::*;
    ///
    /// // Three are asked at once, and nobody in place of one who declines.
    /// let broadcast = Broadcast::up_to(3).with_refill(false);
    /// let experts = QueueProfile::routing_point().with_broadcast(broadcast);
    /// assert_eq!(experts.exhausted, Exhausted::Close);
    /// ```
    #[must_use]
    pub fn routing_point() -> Self {
        Self {
            choice: AgentChoice::RoundRobin,
            withdraw_offers: false,
            withdraw_offline: true,
            on_reject: Response::Nothing,
            on_miss: Response::Nothing,
            budget: Budget { per_agent: Some(1), ..Budget::default() },
            exhausted: Exhausted::Close,
            max_wait: Some(Span::from_secs(60)),
            ..Self::default()
        }
    }
}

impl DefinitionId for QueueId {
    type Profile = QueueProfile;
}

impl Profile for QueueProfile {
    type Id = QueueId;

    fn check(&self) -> Result<(), Invalid> {
        for window in self.offer_windows.values().flatten() {
            Invalid::some_time("offer_windows", *window)?;
        }
        Invalid::range("tolerance.offers", self.tolerance.offers, 1, 32)?;
        let offers = i64::from(self.tolerance.offers);
        Invalid::range("tolerance.misses", self.tolerance.misses, 1, offers)?;
        Invalid::range("budget.per_agent", self.budget.per_agent.unwrap_or(1), 1, 255)?;
        Invalid::range("budget.per_work", self.budget.per_work.unwrap_or(1), 1, 65_535)?;
        if let Exhausted::Retry { after } = self.exhausted {
            Invalid::some_time("exhausted.retry.after", after)?;
        }
        if let Some(max_wait) = self.max_wait {
            Invalid::some_time("max_wait", max_wait)?;
        }
        self.wrap_up.check()?;
        self.members_where.iter().try_for_each(MembersWhere::check)?;
        let most = if self.order == Order::Sorted { 2 } else { 0 };
        Invalid::length("sort_by", self.sort_by.len(), most)?;
        if self.order == Order::Sorted && self.sort_by.is_empty() {
            return Err(Invalid::new("sort_by", Problem::Empty));
        }
        self.sort_by.iter().try_for_each(SortKey::check)?;
        self.relaxation.iter().try_for_each(Relaxation::check)?;
        Invalid::range("broadcast.max", self.broadcast.max, 1, 50)?;
        let max = i64::from(self.broadcast.max);
        Invalid::range("broadcast.min", self.broadcast.min, 1, max)?;
        self.classification.iter().try_for_each(Classification::check)?;
        check_rules(&self.overflow)?;
        check_rings(&self.conditional)?;
        Invalid::some_time("inspect_every", self.inspect_every)?;
        if let Some(ramp) = self.ramp {
            Invalid::range("ramp.offers", ramp.offers, 1, i64::from(u16::MAX))?;
            Invalid::some_time("ramp.per", ramp.per)?;
        }
        self.sticky.map_or(Ok(()), |wait| Invalid::some_time("sticky", wait))?;
        self.shift_left_min.map_or(Ok(()), |left| Invalid::some_time("shift_left_min", left))
    }

    fn mentions(&self, name: &mut dyn FnMut(Entity)) {
        self.offer_windows.keys().for_each(|channel| name((*channel).into()));
        for response in [self.on_reject, self.on_miss] {
            if let Response::Presence(presence) = response {
                name(presence.into());
            }
        }
        if let Exhausted::Move { queue } = self.exhausted {
            name(queue.into());
        }
        if let MaxWaitAction::Move { queue } = self.on_max_wait {
            name(queue.into());
        }
        self.wrap_up.mentions(name);
        self.members_where.iter().for_each(|who| who.requirement.mentions(name));
        self.relaxation.iter().for_each(|relaxation| relaxation.mentions(name));
        self.classification.iter().for_each(|rules| rules.mentions(name));
        self.calendar.iter().for_each(|calendar| name((*calendar).into()));
        self.overflow.iter().for_each(|rule| rule.mentions(name));
        if let LastResort::Move { queue } = self.last_resort {
            name(queue.into());
        }
        self.conditional.iter().for_each(|ring| ring.mentions(name));
    }
}

impl QueueProfile {
    /// True if the queue has rules or rings that are inspected again and again.
    pub(crate) fn is_watched(&self) -> bool {
        !self.conditional.is_empty() || self.overflow.iter().any(|rule| rule.when.is_watched())
    }

    /// True if a ring of members joins and leaves with conditions.
    pub(crate) fn is_conditional(&self, ring: u8) -> bool {
        self.conditional.iter().any(|conditional| conditional.ring == ring)
    }

    /// True if all that waits stands, is seen and is due under this content as under the other, so
    /// that nothing of it need be lined up anew. What is named here takes effect as it is asked
    /// for; what is not named may matter.
    pub(crate) fn lines_up_as(&self, other: &Self) -> bool {
        let other = Self {
            choice: self.choice,
            members_where: self.members_where.clone(),
            members_alike: self.members_alike,
            idle: self.idle,
            offer_windows: self.offer_windows.clone(),
            auto_accept: self.auto_accept,
            withdraw_offers: self.withdraw_offers,
            withdraw_offline: self.withdraw_offline,
            requeue: self.requeue,
            on_reject: self.on_reject,
            on_miss: self.on_miss,
            tolerance: self.tolerance,
            budget: self.budget,
            exhausted: self.exhausted,
            wrap_up: self.wrap_up.clone(),
            on_max_wait: self.on_max_wait,
            waiting_max: self.waiting_max,
            spare_scarce: self.spare_scarce,
            classification: self.classification.clone(),
            sticky: self.sticky,
            not_to_sender: self.not_to_sender,
            refuse_unstaffed: self.refuse_unstaffed,
            pull_offered: self.pull_offered,
            pull_put_off: self.pull_put_off,
            last_resort: self.last_resort,
            inspect_every: self.inspect_every,
            ..other.clone()
        };
        *self == other
    }

    /// The widest ring that sees work without a relaxation from the first: all but those that a
    /// rule of overflow opens.
    pub(crate) fn first_ring(&self) -> u8 {
        let opened = self.overflow.iter().filter_map(|rule| match rule.then {
            OverflowAction::AlsoOffer { ring } => Some(ring.saturating_sub(1)),
            OverflowAction::RaisePriority(_)
            | OverflowAction::Move { .. }
            | OverflowAction::Relax
            | OverflowAction::OfferCallback
            | OverflowAction::Close { .. } => None,
        });
        opened.min().unwrap_or(Relaxation::RING_MAX)
    }
}
