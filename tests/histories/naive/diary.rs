//! The diary: for every piece of work, every part of it and every agent, what it was from when on.

use std::collections::{BTreeMap, BTreeSet};

use strowger::fact::{Definition, Event, Fact, QueuedWhy};
use strowger::model::{
    AgentId, CalendarId, CalendarProfile, ChannelId, CodeId, OfferId, PresenceId, QueueId,
    SystemPresence, WaitClock, WorkId,
};
use strowger::state::{CloseCause, RoutingStatus, Withdrawal};
use strowger::{Span, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Line,
    /// One agent sent it to another, who has not answered.
    Between,
    Aside,
    With(AgentId),
    Gone(CloseCause),
}

/// What brought work to where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Submitted,
    Queued(QueuedWhy),
    Classified,
    CalledBack,
    Taken,
    Else,
}

/// What a stay in a queue's line is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) target: Span,
    pub(crate) counts: WaitClock,
    /// The calendar, in the form it had then.
    pub(crate) calendar: Option<usize>,
}

/// A piece of work from an instant on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    pub(crate) at: Timestamp,
    /// When what it was before ended.
    pub(crate) left: Timestamp,
    pub(crate) queue: QueueId,
    pub(crate) channel: ChannelId,
    pub(crate) place: Place,
    pub(crate) why: Why,
    /// Since when its customer waits for somebody to have it.
    pub(crate) start: Option<Timestamp>,
    /// The terms of its queue as it came to be so.
    pub(crate) terms: Terms,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Alerting,
    Consulting,
    Talk,
    Hold,
    Parked,
    WrapUp,
    Aside,
}

/// What an agent had to do with a piece of work: an offer, a part, or a consult.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub(crate) agent: AgentId,
    pub(crate) queue: QueueId,
    pub(crate) channel: ChannelId,
    /// What the agent did, from when on.
    pub(crate) doing: Vec<(Timestamp, Doing)>,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) code: Option<CodeId>,
}

/// Something to be counted for an agent's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    Offered,
    Accepted,
    Declined,
    Missed,
    Withdrawn,
    Assigned,
    TakenOver,
    Transferred,
    GivenBack,
    ConsultOffered,
    Consult,
}

/// An agent from an instant on.
pub(crate) type Being = (Timestamp, PresenceId, RoutingStatus);

#[derive(Default)]
pub(crate) struct Diary {
    pub(crate) works: BTreeMap<WorkId, Vec<State>>,
    pub(crate) legs: Vec<Leg>,
    pub(crate) counted: Vec<(Timestamp, AgentId, QueueId, ChannelId, Counted)>,
    /// What agents were: presence and status, from when on.
    pub(crate) agents: BTreeMap<AgentId, Vec<Being>>,
    pub(crate) offline: BTreeSet<PresenceId>,
    /// Work that is no customer.
    pub(crate) internal: BTreeSet<WorkId>,
    /// Work that stands for other work.
    stand_ins: BTreeMap<WorkId, WorkId>,
    terms: BTreeMap<QueueId, (Span, WaitClock, Option<CalendarId>)>,
    calendars: BTreeMap<CalendarId, usize>,
    /// Every calendar in every form it had.
    pub(crate) calendar_forms: Vec<CalendarProfile>,
    /// Where the open legs are: offers, parts, consults.
    offers: BTreeMap<OfferId, (WorkId, usize)>,
    parts: BTreeMap<(WorkId, AgentId), usize>,
    consults: BTreeMap<(WorkId, AgentId), usize>,
}

impl Diary {
    pub(crate) fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let offline = BTreeSet::from([SystemPresence::Offline.id()]);
        let mut diary = Self { offline, ..Self::default() };
        let mut latest = Timestamp::from_millis(i64::MIN);
        for fact in facts {
            latest = latest.max(fact.effective());
            diary.tell(fact, fact.at, latest);
        }
        diary
    }

    fn last(&self, work: WorkId) -> State {
        *self.works[&work].last().expect("work begins")
    }

    fn owner(&self, work: WorkId) -> Option<AgentId> {
        match self.last(work).place {
            Place::With(agent) => Some(agent),
            _ => None,
        }
    }

    fn set(&mut self, work: WorkId, at: Timestamp, change: impl FnOnce(&mut State)) {
        let mut state = self.last(work);
        (state.at, state.left, state.why) = (at, at, Why::Else);
        change(&mut state);
        state.terms = self.terms_of(state.queue);
        self.works.get_mut(&work).expect("it is known").push(state);
    }

    fn open(&mut self, work: WorkId, agent: AgentId, at: Timestamp, doing: Doing) -> usize {
        let State { queue, channel, .. } = self.last(work);
        let (doing, ended, code) = (vec![(at, doing)], None, None);
        self.legs.push(Leg { agent, queue, channel, doing, ended, code });
        self.legs.len() - 1
    }

    fn count(&mut self, at: Timestamp, leg: usize, what: Counted) {
        let Leg { agent, queue, channel, .. } = self.legs[leg];
        self.counted.push((at, agent, queue, channel, what));
    }

    fn end_offer(&mut self, offer: OfferId, at: Timestamp, what: Counted) -> (WorkId, AgentId) {
        let (work, leg) = self.offers.remove(&offer).expect("an open offer");
        self.legs[leg].ended = Some(at);
        // How it ends that somebody is asked to take part counts nowhere.
        if !self.stand_ins.contains_key(&work) {
            self.count(at, leg, what);
        }
        (work, self.legs[leg].agent)
    }

    /// Whoever was sent work by a colleague does not take it: it is in line from now on.
    fn come_back(&mut self, work: WorkId, at: Timestamp) {
        if self.last(work).place == Place::Between {
            self.set(work, at, |state| {
                state.place = Place::Line;
                state.why = Why::Queued(QueuedWhy::TransferredToAgent);
            });
        }
    }

    /// Work goes to an agent. By what stands for other work they come to take part in that.
    fn take(&mut self, work: WorkId, agent: AgentId, at: Timestamp) -> usize {
        if let Some(origin) = self.stand_ins.get(&work).copied() {
            let leg = self.open(work, agent, at, Doing::Alerting);
            self.consults.insert((origin, agent), leg);
            self.set(work, at, |state| (state.place, state.why) = (Place::With(agent), Why::Taken));
            return leg;
        }
        let leg = self.open(work, agent, at, Doing::Talk);
        self.parts.insert((work, agent), leg);
        self.set(work, at, |state| (state.place, state.why) = (Place::With(agent), Why::Taken));
        leg
    }

    fn part(&mut self, work: WorkId, at: Timestamp, doing: Doing) {
        let agent = self.owner(work).expect("somebody has it");
        let leg = self.parts[&(work, agent)];
        self.legs[leg].doing.push((at, doing));
    }

    fn end_part(&mut self, work: WorkId, agent: AgentId, at: Timestamp) {
        let leg = self.parts.remove(&(work, agent)).expect("the part");
        self.legs[leg].ended = Some(at);
    }

    /// The owner loses the work and wraps it up, or not.
    fn lose(
        &mut self,
        work: WorkId,
        at: Timestamp,
        what: Option<Counted>,
        wrap_up: Option<strowger::policy::wrap_up::WrapUp>,
    ) {
        let Some(owner) = self.owner(work) else {
            return;
        };
        if let Some(what) = what {
            self.count(at, self.parts[&(work, owner)], what);
        }
        match wrap_up {
            Some(wrap_up) => self.part(work, at, wraps(wrap_up.counts)),
            None => self.end_part(work, owner, at),
        }
    }

    fn terms_of(&self, queue: QueueId) -> Terms {
        let (target, counts, calendar) = self.terms[&queue];
        Terms { target, counts, calendar: calendar.map(|calendar| self.calendars[&calendar]) }
    }

    /// An agent is something else, if it is something else.
    fn be(&mut self, agent: AgentId, at: Timestamp, change: impl FnOnce(&mut Being)) {
        let states = self.agents.get_mut(&agent).expect("the agent is defined");
        let old = *states.last().expect("a beginning");
        let mut new = old;
        change(&mut new);
        new.0 = at;
        if (old.1, old.2) != (new.1, new.2) {
            states.push(new);
        }
    }

    fn tell(&mut self, fact: &Fact, at: Timestamp, due: Timestamp) {
        match &fact.event {
            Event::Defined(definition) | Event::Changed(definition) => match &**definition {
                Definition::Queue(queue) => {
                    let profile = &queue.profile;
                    let terms = (profile.service_target, profile.counts, profile.calendar);
                    self.terms.insert(queue.id, terms);
                }
                Definition::Calendar(calendar) => {
                    self.calendars.insert(calendar.id, self.calendar_forms.len());
                    self.calendar_forms.push((*calendar.profile).clone());
                }
                Definition::Presence(presence)
                    if presence.profile.system == SystemPresence::Offline =>
                {
                    self.offline.insert(presence.id);
                }
                Definition::Agent(agent) => {
                    let offline = SystemPresence::Offline.id();
                    let new = || vec![(at, offline, RoutingStatus::OffQueue)];
                    self.agents.entry(agent.id).or_insert_with(new);
                }
                _ => {}
            },
            Event::PresenceSet { agent, presence, .. } => {
                self.be(*agent, due, |state| state.1 = *presence);
            }
            Event::RoutingStatusChanged { agent, status, .. } => {
                self.be(*agent, due, |state| state.2 = *status);
            }
            Event::WorkSubmitted { work, request, stands_for, .. } => {
                if request.internal {
                    self.internal.insert(*work);
                }
                self.stand_ins.extend(stands_for.map(|stand_in| (*work, stand_in.work)));
                let place = if request.schedule.is_some() { Place::Aside } else { Place::Line };
                let (queue, channel) = (request.queue, request.channel);
                let (why, terms) = (Why::Submitted, self.terms_of(queue));
                let origin = request.origin.unwrap_or(at);
                let start = (place == Place::Line).then_some(origin);
                let state = State { at, left: at, queue, channel, place, why, start, terms };
                self.works.insert(*work, vec![state]);
            }
            Event::WorkQueued { work, queue, why, wrap_up, .. } => {
                let to_agent = *why == QueuedWhy::TransferredToAgent;
                let sent = [QueuedWhy::Transferred, QueuedWhy::AwaitsAgent];
                let transferred = to_agent || sent.contains(why);
                let place = if to_agent { Place::Between } else { Place::Line };
                let what = if transferred { Counted::Transferred } else { Counted::GivenBack };
                self.lose(*work, at, Some(what), *wrap_up);
                let before = &self.works[work];
                let never = before.iter().all(|state| state.place == Place::Aside);
                let start = if never { Some(due) } else { self.last(*work).start };
                self.set(*work, at, |state| {
                    state.start = start;
                    // Elsewhere it goes when that was due.
                    state.left = if state.queue == *queue { at } else { due };
                    (state.queue, state.place, state.why) = (*queue, place, Why::Queued(*why));
                });
            }
            Event::WorkClassified { work, queue, .. } if self.last(*work).queue != *queue => {
                self.set(*work, at, |state| {
                    (state.queue, state.why) = (*queue, Why::Classified);
                    if state.place == Place::Between {
                        state.place = Place::Line;
                    }
                });
            }
            Event::CallbackRequested { work, channel, .. } => self.set(*work, at, |state| {
                (state.channel, state.why) = (*channel, Why::CalledBack);
            }),
            Event::WorkScheduled { work, .. }
            | Event::WorkSuspended { work, .. }
            | Event::CustomerUnreached { work, retry: Some(_), .. } => {
                self.lose(*work, at, Some(Counted::GivenBack), None);
                self.set(*work, at, |state| state.place = Place::Aside);
            }
            Event::WorkClosed { work, cause: cause @ CloseCause::Joined, .. } => {
                self.set(*work, due, |state| state.place = Place::Gone(*cause));
            }
            Event::WorkClosed { work, cause, outside, .. } => {
                let what = outside.as_ref().map(|_| Counted::Transferred);
                let wrap_up = outside.as_ref().and_then(|outside| outside.wrap_up);
                self.lose(*work, due, what, wrap_up);
                self.set(*work, due, |state| state.place = Place::Gone(*cause));
            }
            event => self.tell_of_agents(event, at, due),
        }
    }

    fn tell_of_agents(&mut self, event: &Event, at: Timestamp, due: Timestamp) {
        match event {
            Event::WorkOffered { offer, work, agent, .. } => {
                let leg = self.open(*work, *agent, at, Doing::Alerting);
                self.offers.insert(*offer, (*work, leg));
                let asked = self.stand_ins.contains_key(work);
                let what = if asked { Counted::ConsultOffered } else { Counted::Offered };
                self.count(at, leg, what);
            }
            Event::OfferAccepted { offer, .. } => {
                let (work, agent) = self.end_offer(*offer, due, Counted::Accepted);
                self.take(work, agent, at);
            }
            Event::OfferRejected { offer, .. } => {
                let (work, _) = self.end_offer(*offer, due, Counted::Declined);
                self.come_back(work, at);
            }
            Event::OfferMissed { offer, .. } => {
                let (work, _) = self.end_offer(*offer, due, Counted::Missed);
                self.come_back(work, at);
            }
            Event::OfferWithdrawn { offer, why, .. } => {
                let (work, _) = self.end_offer(*offer, due, Counted::Withdrawn);
                if !matches!(
                    why,
                    Withdrawal::Reassigned | Withdrawal::WorkGone | Withdrawal::MaxWait
                ) {
                    self.come_back(work, at);
                }
            }
            Event::WorkAssigned { work, agent, .. } => {
                self.lose(*work, at, None, None);
                let leg = self.take(*work, *agent, at);
                if !self.stand_ins.contains_key(work) {
                    self.count(at, leg, Counted::Assigned);
                }
            }
            Event::WorkHeld { work, .. } => self.part(*work, at, Doing::Hold),
            Event::WorkRetrieved { work, .. } => self.part(*work, at, Doing::Talk),
            Event::WorkParked { work, .. } => self.part(*work, at, Doing::Parked),
            Event::WorkResumed { work, .. } => self.part(*work, at, Doing::Talk),
            Event::ContactEnded { work, wrap_up, .. } => {
                self.part(*work, due, wraps(wrap_up.counts));
            }
            Event::CodeSet { work, agent, code, .. } => {
                let leg = self.parts[&(*work, *agent)];
                self.legs[leg].code = Some(*code);
            }
            Event::WrapUpEnded { work, agent, .. } => self.end_part(*work, *agent, due),
            Event::LegRequested { work, agent, role, .. } if !role.supervises() => {
                let leg = self.open(*work, *agent, at, Doing::Alerting);
                self.consults.insert((*work, *agent), leg);
                self.count(at, leg, Counted::ConsultOffered);
            }
            Event::LegJoined { work, agent, role, .. } if !role.supervises() => {
                let leg = self.consults[&(*work, *agent)];
                self.legs[leg].doing.push((at, Doing::Consulting));
                self.count(at, leg, Counted::Consult);
            }
            Event::LegEnded { work, agent, .. } => {
                if let Some(leg) = self.consults.remove(&(*work, *agent)) {
                    self.legs[leg].ended = Some(due);
                }
            }
            Event::HandedOver { work, agent, wrap_up, .. } => {
                let leg = self.consults.remove(&(*work, *agent)).expect("they take part");
                self.legs[leg].ended = Some(at);
                self.lose(*work, at, Some(Counted::Transferred), *wrap_up);
                let leg = self.take(*work, *agent, at);
                self.count(at, leg, Counted::TakenOver);
            }
            _ => {}
        }
    }
}

const fn wraps(counts: bool) -> Doing {
    if counts { Doing::WrapUp } else { Doing::Aside }
}
