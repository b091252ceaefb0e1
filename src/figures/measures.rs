//! What is measured, and can be summed: flow through a line, handling, and time of agents.

use crate::base::time::Span;
use crate::figures::sums::{permille, sums};
use crate::state::routing_status::RoutingStatus;

sums! {
    /// How work came into the line of a queue, how else it left it, and how long it waited.
    ///
    /// What came in sums up to `service.offered`. What was offered, or became a call back here,
    /// was answered, was abandoned, was sent on, became a call back elsewhere, left otherwise, or
    /// is still there.
    ///
    /// ```
    /// use strowger::figures::LineFlow;
    ///
    /// let (mut morning, mut evening) = (LineFlow::default(), LineFlow::default());
    /// morning.submitted = 4;
    /// (evening.submitted, evening.transferred_in) = (3, 1);
    /// morning.add(&evening);
    /// assert_eq!(morning.entered(), 8);
    /// ```
    pub struct LineFlow {
        /// New work.
        pub submitted: u32,
        /// Work that was transferred here: by an agent or a supervisor, from another queue or back
        /// into this one.
        pub transferred_in: u32,
        /// Work that a rule moved here: it waited too long elsewhere, nobody was left to ask there,
        /// or a rule of overflow sent it (flow in, overflow in).
        pub overflowed_in: u32,
        /// Work that came back from an agent without a transfer: unassigned, or parked and its
        /// agent could not take it back.
        pub requeued: u32,
        /// Work that had been put off, and whose time has come.
        pub activated: u32,
        /// Work that a rule of classification sent here.
        pub reclassified_in: u32,
        /// Waiting work that was transferred to another queue. What agents transfer is counted in
        /// [`Handling::transferred`].
        pub transferred_out: u32,
        /// Waiting work that a rule moved to another queue (flow out, overflow out).
        pub overflowed_out: u32,
        /// Waiting work that a rule of classification sent to another queue.
        pub reclassified_out: u32,
        /// Waiting work that left in any other way: closed by the host or a rule, or closed,
        /// assigned or moved while it was put off.
        pub left_otherwise: u32,
        /// Work that left the house, transferred outside by its agent or out of the line.
        pub outside: u32,
        /// Waiting work of another channel became a call back by this one. It is not offered anew.
        pub callback_in: u32,
        /// Waiting work became a call back by another channel.
        pub callback_out: u32,
        /// Answered work that nobody had before.
        pub first_answered: u32,
        /// How long that had waited since its real start, wherever it waited: the customer's own
        /// wait.
        pub first_wait: Span,
        /// How long work had waited that was answered (divided by the answered: average speed of
        /// answer).
        pub wait_answered: Span,
        /// How long work had waited that was abandoned (divided by the abandoned: average time to
        /// abandon).
        pub wait_abandoned: Span,
        /// The part of `wait_answered` in which the queue's calendar was open; all of it if the
        /// queue names none.
        pub open_wait_answered: Span,
        /// The part of `wait_abandoned` in which the queue's calendar was open; all of it if the
        /// queue names none.
        pub open_wait_abandoned: Span,
        /// How long work stood in line within the interval, offered or not, whatever became of
        /// it: divided by the length of the interval the average length of the line.
        pub waited: Span,
    }
}

sums! {
    /// The stays of internal work in the line of a queue: questions of colleagues, and what stands
    /// for work about which an agent consults the queue. No service level and no other figure of
    /// the line contains them.
    ///
    /// ```
    /// use strowger::figures::InternalFlow;
    ///
    /// let (mut morning, mut evening) = (InternalFlow::default(), InternalFlow::default());
    /// (morning.offered, morning.answered) = (2, 1);
    /// (evening.offered, evening.answered, evening.left_otherwise) = (1, 1, 1);
    /// morning.add(&evening);
    /// assert_eq!(morning.offered, morning.answered + morning.left_otherwise);
    /// ```
    pub struct InternalFlow {
        /// Stays that began, whatever brought the work here.
        pub offered: u32,
        /// Work that went from the line to an agent.
        pub answered: u32,
        /// Stays that ended in any other way.
        pub left_otherwise: u32,
        /// How long what was answered had waited in this line, whole waits.
        pub wait_answered: Span,
        /// Time in line within the interval.
        pub waited: Span,
    }
}

impl LineFlow {
    /// How much came into the line.
    #[must_use]
    pub fn entered(&self) -> u32 {
        [
            self.submitted,
            self.transferred_in,
            self.overflowed_in,
            self.requeued,
            self.activated,
            self.reclassified_in,
        ]
        .iter()
        .fold(0, |sum, count| sum.saturating_add(*count))
    }
}

sums! {
    /// The handling of work of a queue and channel by agents.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::figures::Handling;
    ///
    /// let mut handling = Handling::default();
    /// (handling.talk, handling.wrap_up) = (Span::from_secs(100), Span::from_secs(20));
    /// assert_eq!(handling.time(), Span::from_secs(120));
    /// ```
    pub struct Handling {
        /// Offers made to them (alerts).
        pub offered: u32,
        /// Offers accepted, by them or in their name.
        pub accepted: u32,
        /// Offers declined.
        pub declined: u32,
        /// Offers that timed out (missed, ring no answer).
        pub missed: u32,
        /// Offers taken back.
        pub withdrawn: u32,
        /// Work they were given without an offer: pulled by themselves, or forced on them.
        pub assigned: u32,
        /// Work handed over to them in a consult or conference.
        pub taken_over: u32,
        /// Work they gave to a queue, or to another agent.
        pub transferred: u32,
        /// Work they gave back, or that was taken from them: unassigned, put off, not reached.
        pub given_back: u32,
        /// Parts of work they are done with: released, wrap-up that counts included.
        pub handled: u32,
        /// Consults they were asked for.
        pub consults_offered: u32,
        /// Consults they joined.
        pub consults: u32,
        /// How long those parts of work took in all, wherever they began: talk, hold and wrap-up
        /// (divided by the handled: average handle time). The other times are those within the
        /// interval.
        pub handled_time: Span,
        /// How long offers and consults alerted them.
        pub alerting: Span,
        /// How long they had work, active.
        pub talk: Span,
        /// How long they had work with the customer on hold.
        pub hold: Span,
        /// How long they had work parked.
        pub parked: Span,
        /// How long they wrapped up, occupied by it (after-call work).
        pub wrap_up: Span,
        /// How long they wrapped up on the side, open for other work.
        pub wrap_up_aside: Span,
        /// How long they took part in work of others, in consults and conferences.
        pub consulting: Span,
    }
}

impl Handling {
    /// Handle time within the interval: talk, hold and wrap-up.
    #[must_use]
    pub fn time(&self) -> Span {
        self.talk.plus(self.hold).plus(self.wrap_up)
    }
}

sums! {
    /// Time of an agent who is signed in, by their routing status.
    ///
    /// ```
    /// use strowger::prelude::*;
    /// use strowger::figures::StatusTime;
    ///
    /// let minutes = Span::from_mins;
    /// let mut time = StatusTime::default();
    /// (time.off_queue, time.idle, time.interacting) = (minutes(6), minutes(6), minutes(18));
    /// assert_eq!(time.login(), minutes(30));
    /// assert_eq!(time.on_queue(), minutes(24));
    /// assert_eq!(time.occupancy(), Some(750));
    /// assert_eq!(time.utilisation(), Some(600));
    /// ```
    pub struct StatusTime {
        /// The agent's presence opens no channel.
        pub off_queue: Span,
        /// On queue with nothing to do.
        pub idle: Span,
        /// An offer or a consult alerts the agent, who is occupied with nothing else.
        pub offered: Span,
        /// Occupied with work, wrap-up included.
        pub interacting: Span,
        /// On a call of their own.
        pub communicating: Span,
        /// Not responding.
        pub not_responding: Span,
    }
}

impl StatusTime {
    pub(super) const fn of(&mut self, status: RoutingStatus) -> &mut Span {
        match status {
            RoutingStatus::OffQueue => &mut self.off_queue,
            RoutingStatus::Idle => &mut self.idle,
            RoutingStatus::Offered => &mut self.offered,
            RoutingStatus::Interacting => &mut self.interacting,
            RoutingStatus::Communicating => &mut self.communicating,
            RoutingStatus::NotResponding => &mut self.not_responding,
        }
    }

    /// The time in a routing status.
    #[must_use]
    pub const fn in_status(&self, status: RoutingStatus) -> Span {
        let mut time = *self;
        *time.of(status)
    }

    /// Login time: any presence but one that stands for offline.
    #[must_use]
    pub const fn login(&self) -> Span {
        self.on_queue().plus(self.off_queue)
    }

    /// Time on queue: a presence that opens a channel, not responding included.
    #[must_use]
    pub const fn on_queue(&self) -> Span {
        self.available().plus(self.interacting).plus(self.communicating).plus(self.not_responding)
    }

    /// Time available: idle, or with nothing but what alerts them.
    #[must_use]
    pub const fn available(&self) -> Span {
        self.idle.plus(self.offered)
    }

    /// Occupancy in thousandths, rounded down: interacting / (interacting + available). Several
    /// pieces of work at once count once. None if the agent was neither.
    #[must_use]
    pub fn occupancy(&self) -> Option<u16> {
        let busy = self.interacting;
        permille(busy.as_millis(), busy.plus(self.available()).as_millis())
    }

    /// Utilisation in thousandths, rounded down: interacting / login time. None if the agent
    /// was not signed in.
    #[must_use]
    pub fn utilisation(&self) -> Option<u16> {
        permille(self.interacting.as_millis(), self.login().as_millis())
    }
}
