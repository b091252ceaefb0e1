//! What the reference remembers: plain rows, nothing derived.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use strowger::Timestamp;
use strowger::fact::{Definition, OfferedBy, PreferenceStep};
use strowger::model::{
    AgentId, ChannelId, CodeId, Membership, OfferId, PoolId, PresenceId, QueueId, SystemPresence,
    WorkId, WorkRequest,
};
use strowger::policy::offering::{Bar, History};
use strowger::policy::order::Place;
use strowger::policy::room::Claim;
use strowger::state::{AssignmentState, CloseCause, LegRole, LegState, RoutingStatus, Stage};

/// Something that was defined.
pub(super) struct Thing {
    pub(super) definition: Definition,
    pub(super) retired: bool,
}

impl Thing {
    pub(super) const fn of(definition: Definition) -> Self {
        Self { definition, retired: false }
    }
}

/// What an agent's idle clocks count from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Happened {
    Released,
    Offered,
    Accepted,
    PresenceChanged,
    Returned,
}

/// An agent as they are now.
pub(super) struct Agent {
    pub(super) presence: PresenceId,
    pub(super) lease: Option<Timestamp>,
    pub(super) status: RoutingStatus,
    pub(super) draining: bool,
    pub(super) own_call: bool,
    pub(super) in_debt: bool,
    pub(super) legs: Vec<Leg>,
    pub(super) memberships: BTreeMap<(QueueId, Option<ChannelId>), Membership>,
    /// The queues whose members they are because they meet what those ask, and nobody named them.
    pub(super) derived: BTreeMap<QueueId, Membership>,
    pub(super) defined: Timestamp,
    /// All that ever happened to them, with the channel it happened on.
    pub(super) diary: Vec<(Happened, Option<ChannelId>, Timestamp)>,
    /// The last offer made to them.
    pub(super) last_offer: OfferId,
    pub(super) history: History,
    /// When their shift ends.
    pub(super) shift_end: Option<Timestamp>,
    /// How often they came on queue.
    pub(super) session: u32,
    /// How much they had of their share of each of their queues.
    pub(super) shares: BTreeMap<(QueueId, Option<ChannelId>), u64>,
    /// The last offer that each of their queues made them, where it goes by that.
    pub(super) offered: BTreeMap<(QueueId, Option<ChannelId>), OfferId>,
}

impl Agent {
    /// The terms on which they are a member of a queue for work of a channel, and where they stand.
    pub(super) fn terms(
        &self,
        queue: QueueId,
        channel: ChannelId,
    ) -> Option<((QueueId, Option<ChannelId>), Membership)> {
        let places = [(queue, Some(channel)), (queue, None)];
        let named =
            places.into_iter().find_map(|place| Some((place, *self.memberships.get(&place)?)));
        named.or_else(|| Some(((queue, None), *self.derived.get(&queue)?)))
    }

    /// All terms on which they are a member of a queue.
    pub(super) fn all_terms(&self, queue: QueueId) -> impl Iterator<Item = &Membership> {
        let named = self.memberships.iter().filter(move |((its, _), _)| *its == queue);
        named.map(|(_, terms)| terms).chain(self.derived.get(&queue))
    }

    pub(super) fn new(defined: Timestamp) -> Self {
        Self {
            presence: SystemPresence::Offline.id(),
            lease: None,
            status: RoutingStatus::OffQueue,
            draining: false,
            own_call: false,
            in_debt: false,
            legs: Vec::new(),
            memberships: BTreeMap::new(),
            derived: BTreeMap::new(),
            defined,
            diary: Vec::new(),
            last_offer: OfferId::NONE,
            history: History::default(),
            shift_end: None,
            session: 0,
            shares: BTreeMap::new(),
            offered: BTreeMap::new(),
        }
    }

    pub(super) fn leg(&self, work: WorkId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.work == work)
    }

    /// When something last happened to them, on one channel or on any; else their definition.
    pub(super) fn last(&self, what: Happened, channel: Option<ChannelId>) -> Timestamp {
        let mut entries = self.diary.iter().rev();
        let found = entries
            .find(|(happened, on, _)| *happened == what && (channel.is_none() || *on == channel));
        found.map_or(self.defined, |(_, _, at)| *at)
    }
}

/// An agent's leg of a piece of work.
#[derive(Clone)]
pub(super) struct Leg {
    pub(super) work: WorkId,
    pub(super) queue: QueueId,
    pub(super) state: AssignmentState,
    pub(super) claim: Claim,
    pub(super) code: Option<CodeId>,
    pub(super) wrap_up_requested: bool,
    /// When the wrap-up was to end before any extension.
    pub(super) wrap_up_until: Timestamp,
    /// Which of all assignments it is.
    pub(super) number: u64,
    /// What it draws on.
    pub(super) pools: Vec<PoolId>,
    /// From when to when it occupied them.
    pub(super) worked: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Leg {
    /// It occupies them no more.
    pub(super) fn pause(&mut self, at: Timestamp) {
        if let Some((_, end)) = self.worked.last_mut() {
            end.get_or_insert(at);
        }
    }

    /// It occupies them again, if it did not.
    pub(super) fn run(&mut self, at: Timestamp) {
        if self.worked.last().is_none_or(|(_, end)| end.is_some()) {
            self.worked.push((at, None));
        }
    }

    /// How long it did in all.
    pub(super) fn handled(&self, at: Timestamp) -> strowger::Span {
        let spans = self.worked.iter().map(|(from, to)| to.unwrap_or(at).since(*from).as_millis());
        strowger::Span::from_millis(spans.fold(0, u64::saturating_add))
    }
}

/// A piece of work as it is now.
#[derive(Clone)]
pub(super) struct Work {
    /// The request as it was submitted.
    pub(super) submitted: Arc<WorkRequest>,
    /// The request as it reads now.
    pub(super) request: WorkRequest,
    pub(super) queue: QueueId,
    pub(super) stage: Stage,
    pub(super) cost: u32,
    pub(super) place: Place,
    /// When it really began.
    pub(super) origin: Timestamp,
    /// When it entered the queue it is in.
    pub(super) entered: Timestamp,
    pub(super) expires: Option<Timestamp>,
    /// The longest delay it is past.
    pub(super) revealed: strowger::Span,
    pub(super) step: Option<PreferenceStep>,
    /// Until when nobody is asked.
    pub(super) retry: Option<Timestamp>,
    pub(super) attempts: u16,
    /// Who declined it, the first first.
    pub(super) declines: Vec<Decline>,
    /// The last point on the clock of its relaxation that it is past.
    pub(super) relaxed: strowger::Span,
    /// How far ahead of that clock it is, because steps were passed over.
    pub(super) skipped: strowger::Span,
    pub(super) first_offer: Option<Timestamp>,
    /// To how many agents it may be offered at once, since it began to be.
    pub(super) open_to: u8,
    /// Whether the offers of one go were all it had, and nobody else is asked beside them.
    pub(super) closed: bool,
    /// When it first entered a line.
    pub(super) queued: Option<Timestamp>,
    /// Whether its queue counts it as an arrival.
    pub(super) counted: bool,
    pub(super) last_agent: Option<AgentId>,
    /// Who sent it and is not to get it back in this stay.
    pub(super) not_to: Option<AgentId>,
    /// Whether its step is the wait for whoever had it last.
    pub(super) sticky: bool,
    pub(super) unassigned: u32,
    pub(super) unreached: u8,
    /// The rules of overflow that were done in this stay, and the ring they opened.
    pub(super) fired: BTreeSet<u8>,
    /// What was told of the others in this stay.
    pub(super) told: BTreeMap<u8, Told>,
    pub(super) widened: u8,
    /// For what work it stands, and whether that is a careful transfer.
    pub(super) stands_for: Option<(WorkId, bool)>,
}

/// What was told of a rule of overflow that was not done.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// How many others waited as the work came.
    pub(super) ahead: u32,
    /// When it was told: what was over by then does not come up again.
    pub(super) last: Option<Timestamp>,
    /// Since when the rule holds.
    pub(super) since: Option<Timestamp>,
}

impl Work {
    /// A stay begins; in another queue everybody may be asked.
    pub(super) fn begin_stay(&mut self, queue: QueueId, now: Timestamp) {
        self.entered = now;
        self.revealed = strowger::Span::ZERO;
        self.relaxed = strowger::Span::ZERO;
        self.skipped = strowger::Span::ZERO;
        self.retry = None;
        self.fired.clear();
        self.told.clear();
        self.widened = 0;
        if self.queue != queue {
            self.queue = queue;
            self.counted = false;
            self.attempts = 0;
            self.declines.clear();
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Decline {
    pub(super) agent: AgentId,
    pub(super) count: u8,
    pub(super) bar: Bar,
}

/// An open offer.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) work: WorkId,
    pub(super) agent: AgentId,
    pub(super) until: Option<Timestamp>,
    pub(super) claim: Claim,
    pub(super) by: OfferedBy,
}

/// An agent who takes part in work that another has, or is asked to.
#[derive(Clone)]
pub(super) struct Guest {
    pub(super) work: WorkId,
    pub(super) agent: AgentId,
    pub(super) role: LegRole,
    pub(super) state: LegState,
    pub(super) claim: Claim,
    /// Whether they have the work as soon as they join.
    pub(super) careful: bool,
}

/// Work that is over.
pub(super) struct Ended {
    pub(super) work: WorkId,
    pub(super) submitted: Arc<WorkRequest>,
    pub(super) cause: CloseCause,
    pub(super) owner: Option<AgentId>,
    pub(super) code: Option<CodeId>,
}
