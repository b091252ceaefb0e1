//! Curves over the day: exact sums of milliseconds in stretches of five minutes.

use std::collections::BTreeMap;

use strowger::{AgentId, RoutingStatus, Span, Timestamp};

/// The length of a stretch.
pub(crate) const STRETCH_MS: u64 = 5 * 60_000;
/// How many stretches make half an hour.
pub(crate) const PER_HALF_HOUR: u64 = 6;

/// The day's clock: stretches and half hours count from midnight.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    midnight: Timestamp,
}

impl Clock {
    /// The clock of the day of an instant.
    pub(crate) const fn of(at: Timestamp) -> Self {
        let millis = at.as_millis();
        let midnight = Timestamp::from_millis(millis - millis.rem_euclid(86_400_000));
        Self { midnight }
    }

    const fn millis(self, at: Timestamp) -> u64 {
        at.since(self.midnight).as_millis()
    }

    /// The number of the half hour of an instant.
    pub(crate) const fn half_hour(self, at: Timestamp) -> u64 {
        self.millis(at) / (STRETCH_MS * PER_HALF_HOUR)
    }

    /// Calls back with each stretch from one instant to another and the part of it in between.
    fn each(self, from: Timestamp, to: Timestamp, mut with: impl FnMut(usize, u64, u64)) {
        let (mut from, to) = (self.millis(from), self.millis(to));
        while from < to {
            let stretch = from / STRETCH_MS;
            let end = to.min((stretch + 1) * STRETCH_MS);
            with(stretch as usize, from, end);
            from = end;
        }
    }

    /// Raises the longest wait of every stretch something waited in.
    pub(crate) fn raise(
        self,
        longest: &mut Vec<Span>,
        began: Timestamp,
        from: Timestamp,
        to: Timestamp,
    ) {
        let before = from.since(began).as_millis();
        let start = self.millis(from);
        self.each(from, to, |stretch, _, end| {
            let waited = Span::from_millis(before + end - start);
            let place = at(longest, stretch);
            *place = (*place).max(waited);
        });
    }
}

fn at<T: Clone + Default>(list: &mut Vec<T>, place: usize) -> &mut T {
    if list.len() <= place {
        list.resize(place + 1, T::default());
    }
    &mut list[place]
}

/// How much of something there was: milliseconds in each stretch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    sums: Vec<u64>,
}

impl Curve {
    /// One more, from one instant to another.
    pub(crate) fn add(&mut self, clock: Clock, from: Timestamp, to: Timestamp) {
        clock.each(from, to, |stretch, start, end| {
            *at(&mut self.sums, stretch) += end - start;
        });
    }

    /// Milliseconds in a stretch.
    pub(crate) fn sum(&self, stretch: u64) -> u64 {
        self.sums.get(stretch as usize).copied().unwrap_or(0)
    }

    /// How many stretches it covers.
    pub(crate) fn len(&self) -> u64 {
        self.sums.len() as u64
    }
}

/// What agents do, signed-in time alone.
#[derive(Debug, Default)]
pub(crate) struct StatusCurves {
    curves: BTreeMap<RoutingStatus, Curve>,
    now: BTreeMap<AgentId, Now>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Now {
    signed_in: bool,
    status: RoutingStatus,
    since: Timestamp,
}

impl StatusCurves {
    /// An agent signed in or out.
    pub(crate) fn presence(&mut self, clock: Clock, at: Timestamp, agent: AgentId, here: bool) {
        self.turn(clock, at, agent, |now| now.signed_in = here);
    }

    /// An agent's routing status changed.
    pub(crate) fn status(
        &mut self,
        clock: Clock,
        at: Timestamp,
        agent: AgentId,
        status: RoutingStatus,
    ) {
        self.turn(clock, at, agent, |now| now.status = status);
    }

    fn turn(&mut self, clock: Clock, at: Timestamp, agent: AgentId, set: impl Fn(&mut Now)) {
        let now = self.now.entry(agent).or_default();
        if now.signed_in {
            self.curves.entry(now.status).or_default().add(clock, now.since, at);
        }
        now.since = at;
        set(now);
    }

    /// Milliseconds of agents in a status in a stretch.
    pub(crate) fn sum(&self, status: RoutingStatus, stretch: u64) -> u64 {
        self.curves.get(&status).map_or(0, |curve| curve.sum(stretch))
    }

    /// The same over half an hour.
    pub(crate) fn half_hour(&self, status: RoutingStatus, half_hour: u64) -> u64 {
        let first = half_hour * PER_HALF_HOUR;
        (first..first + PER_HALF_HOUR).map(|stretch| self.sum(status, stretch)).sum()
    }

    /// How many stretches there are anything in.
    pub(crate) fn len(&self) -> u64 {
        self.curves.values().map(Curve::len).max().unwrap_or(0)
    }

    /// Whether everybody has gone home.
    pub(crate) fn all_signed_out(&self) -> bool {
        self.now.values().all(|now| !now.signed_in)
    }
}
