//! Figures by worked examples, with exact instants: what counts where, and one millisecond beside.

use strowger::Action;
use strowger::command::{
    Activate, Answer, Cancel, Consult, ConsultQueue, HandOver, Hold, Park, RequestCallback, Resume,
    Resumer, Retrieve, SetDraining, SetOwnCall, Suspend, TransferToAgent, TransferToQueue,
    Unassign,
};
use strowger::figures::{
    ClosedFigures, CodeCount, Figures, FiguresConfig, PresenceTime, QueueInterval, QueueNow,
    ServiceCounts,
};
use strowger::keyed::Keyed;
use strowger::model::{
    Budget, CalendarProfile, Callback, ChannelId, Hours, MaxWaitAction, Response, Schedule,
    TimeOfDay, WaitClock, Week, WrapUpCodeProfile, WrapUpMode, WrapUpProfile, Zone, ZoneChange,
};
use strowger::prelude::*;

/// Half an hour in milliseconds: the interval of all examples.
const HALF_HOUR: i64 = 1_800_000;

const fn ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

const fn s(secs: i64) -> Timestamp {
    ms(secs * 1_000)
}

const fn secs(secs: u32) -> Span {
    Span::from_secs(secs)
}

/// A floor with a phone queue and two agents, and its figures.
struct Floor {
    engine: Engine,
    log: Log,
    figures: Figures,
    voice: ChannelId,
    queue: QueueId,
    ana: AgentId,
    ben: AgentId,
}

impl Floor {
    fn new(profile: QueueProfile) -> Self {
        let config = FiguresConfig::default().with_short_abandon(secs(5)).with_last(3);
        Self::with(profile, config)
    }

    fn with(profile: QueueProfile, config: FiguresConfig) -> Self {
        let mut log = Log::default();
        let mut engine =
            Engine::new(Config::default().with_clock_step(None), s(0), &mut log).unwrap();
        let voice = engine.execute(s(0), Define::new("voice", ChannelProfile::voice()), &mut log);
        let queue = engine.execute(s(0), Define::new("support", profile), &mut log).unwrap();
        let [ana, ben] = ["ana", "ben"].map(|name| {
            let agent = Define::new(name, AgentProfile::default());
            let agent = engine.execute(s(0), agent, &mut log).unwrap();
            engine.execute(s(0), SetMembership::new(agent, queue), &mut log).unwrap();
            agent
        });
        let figures = Figures::new(config).unwrap();
        let mut floor = Self { engine, log, figures, voice: voice.unwrap(), queue, ana, ben };
        floor.fold();
        floor
    }

    fn fold(&mut self) {
        for fact in self.log.drain() {
            self.figures.apply(&fact).unwrap();
        }
    }

    fn tell<A: Action<Layer = Engine>>(&mut self, at: Timestamp, action: A) -> A::Output {
        let output = self.engine.execute(at, action, &mut self.log).unwrap();
        self.fold();
        output
    }

    fn call(&mut self, at: Timestamp) -> WorkId {
        self.tell(at, Submit::new(WorkRequest::new(self.queue, self.voice)))
    }

    fn presence(&mut self, at: Timestamp, agent: AgentId, presence: SystemPresence) {
        self.tell(at, SetPresence::new(agent, presence.id()));
    }

    fn on_queue(&mut self, at: Timestamp, agent: AgentId) {
        self.presence(at, agent, SystemPresence::OnQueue);
    }

    fn accept(&mut self, at: Timestamp, agent: AgentId) {
        let offer = self.engine.view().agent(agent).unwrap().offers()[0];
        self.tell(at, Accept::new(offer));
    }

    fn hang_up(&mut self, at: Timestamp, work: WorkId) {
        self.tell(at, FinishContact::new(work, Finisher::Customer));
    }

    fn close(&mut self, at: Timestamp) -> ClosedFigures {
        self.engine.advance(at, &mut self.log).unwrap();
        self.fold();
        self.figures.close_until(at)
    }

    /// The rows of the queue that end by an instant.
    fn queues(&mut self, at: Timestamp) -> Vec<QueueInterval> {
        self.close(at).queues
    }

    fn now(&self, at: Timestamp) -> QueueNow {
        self.figures.queues_now(at).remove(0)
    }
}

fn auto() -> QueueProfile {
    QueueProfile::default().with_auto_accept(true)
}

fn wrap_up(mode: WrapUpMode) -> QueueProfile {
    auto().with_wrap_up(WrapUpProfile::of(mode))
}

#[test]
fn a_count_falls_in_the_interval_of_its_instant() {
    let mut floor = Floor::new(auto());
    // The very border belongs to the interval that begins there.
    floor.call(ms(HALF_HOUR - 1));
    floor.on_queue(ms(HALF_HOUR), floor.ana);
    let rows = floor.queues(ms(2 * HALF_HOUR));
    let [first, second] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((first.from, first.to), (s(0), s(1_800)));
    assert_eq!((second.from, second.to), (s(1_800), s(3_600)));
    assert_eq!((first.service.offered, first.service.answered), (1, 0));
    assert_eq!((second.service.offered, second.service.answered), (0, 1));
    // The wait is split at the border: one millisecond lies before it, nothing behind.
    assert_eq!(first.line.waited, Span::from_millis(1));
    assert_eq!(second.line.waited, Span::ZERO);
    assert_eq!(second.line.wait_answered, Span::from_millis(1));
}

#[test]
fn one_millisecond_earlier_it_falls_in_the_one_before() {
    let mut floor = Floor::new(auto());
    floor.call(ms(HALF_HOUR - 2));
    floor.on_queue(ms(HALF_HOUR - 1), floor.ana);
    let rows = floor.queues(ms(HALF_HOUR));
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.service.offered, row.service.answered), (1, 1));
}

#[test]
fn an_interval_is_closed_at_its_end_and_not_before() {
    let mut floor = Floor::new(auto());
    floor.call(s(10));
    assert!(floor.queues(ms(HALF_HOUR - 1)).is_empty());
    assert_eq!(floor.queues(ms(HALF_HOUR)).len(), 1);
    assert!(floor.queues(ms(HALF_HOUR)).is_empty());
}

#[test]
fn what_goes_on_is_split_exactly_at_borders() {
    let mut floor = Floor::new(auto());
    let call = floor.call(s(1_790));
    floor.on_queue(s(3_605), floor.ana);
    floor.hang_up(s(3_665), call);
    let rows = floor.queues(s(5_400));
    let waited: Vec<_> = rows.iter().map(|row| row.line.waited).collect();
    assert_eq!(waited, [secs(10), secs(1_800), secs(5)]);
    // The longest wait is what had been waited by the end of the interval, or of the wait.
    let longest: Vec<_> = rows.iter().map(|row| row.longest_wait).collect();
    assert_eq!(longest, [secs(10), secs(1_810), secs(1_815)]);
    assert_eq!(rows[2].line.wait_answered, secs(1_815));
    assert_eq!((rows[2].handling.talk, rows[2].handling.handled), (secs(60), 1));
}

#[test]
fn intervals_are_counted_from_where_the_day_begins() {
    let config = FiguresConfig::default()
        .with_interval(Span::from_mins(60))
        .with_day_begins(Span::from_mins(20));
    let mut floor = Floor::with(auto(), config);
    floor.call(ms(20 * 60_000 - 1));
    floor.call(ms(20 * 60_000));
    let rows = floor.queues(s(80 * 60));
    let from: Vec<_> = rows.iter().map(|row| (row.from, row.service.offered)).collect();
    assert_eq!(from, [(s(-40 * 60), 1), (s(20 * 60), 1)]);
}

#[test]
fn what_waited_just_as_long_as_the_target_was_answered_in_target() {
    for (answered, in_target) in [(19_999, 1), (20_000, 1), (20_001, 0)] {
        let mut floor = Floor::new(auto());
        floor.call(ms(0));
        floor.on_queue(ms(answered), floor.ana);
        let row = floor.queues(ms(HALF_HOUR)).remove(0);
        assert_eq!((row.service.answered, row.service.in_target), (1, in_target), "{answered}");
    }
}

#[test]
fn who_leaves_before_the_threshold_leaves_short() {
    let cases = [(4_999, 1, 1), (5_000, 0, 1), (20_000, 0, 1), (20_001, 0, 0)];
    for (left, short, in_target) in cases {
        let mut floor = Floor::new(auto());
        let work = floor.call(ms(0));
        floor.tell(ms(left), Abandon::new(work));
        let row = floor.queues(ms(HALF_HOUR)).remove(0);
        let ServiceCounts { abandoned, abandoned_short, abandoned_in_target, .. } = row.service;
        assert_eq!((abandoned, abandoned_short, abandoned_in_target), (1, short, in_target));
        assert_eq!(row.line.wait_abandoned, Span::from_millis(left as u64));
    }
}

#[test]
fn the_customer_waits_from_the_real_start_until_somebody_has_it() {
    let mut floor = Floor::new(auto());
    let other = floor.tell(s(0), Define::new("billing", auto()));
    let origin = Some(s(-100));
    let request = WorkRequest::new(other, floor.voice).with_origin(origin);
    let work = floor.tell(s(10), Submit::new(request));
    floor.tell(s(30), TransferToQueue::new(work, floor.queue));
    floor.on_queue(s(70), floor.ana);
    // Given back and answered again, which is no first answer.
    floor.tell(s(90), Unassign::new(work).with_suspend(false));
    let line = floor.queues(ms(HALF_HOUR)).remove(0).line;
    assert_eq!((line.first_answered, line.first_wait), (1, secs(170)));
    assert_eq!(line.wait_answered, secs(40));
}

#[test]
fn a_customer_who_leaves_while_it_is_offered_has_abandoned() {
    let mut floor = Floor::new(QueueProfile::default());
    floor.on_queue(s(0), floor.ana);
    let work = floor.call(s(10));
    floor.tell(s(13), Abandon::new(work));
    let row = floor.queues(ms(HALF_HOUR)).remove(0);
    assert_eq!((row.service.abandoned, row.service.answered), (1, 0));
    assert_eq!((row.handling.offered, row.handling.withdrawn), (1, 1));
    assert_eq!(row.handling.alerting, secs(3));
}

#[test]
fn handle_time_and_its_parts() {
    let mode = WrapUpMode::MandatoryTimeout { timeout: secs(60) };
    let mut floor = Floor::new(wrap_up(mode));
    floor.on_queue(s(0), floor.ana);
    let agent = floor.ana;
    let work = floor.call(s(100));
    floor.tell(s(130), Hold::new(work));
    floor.tell(s(140), Retrieve::new(work));
    floor.tell(s(150), Park::new(work));
    floor.tell(s(250), Resume::new(work, Resumer::Agent));
    floor.hang_up(s(260), work);
    let code = floor.tell(s(265), Define::new("sold", WrapUpCodeProfile::default()));
    floor.tell(s(275), EndWrapUp::new(work, agent).with_code(code));
    let closed = floor.close(ms(HALF_HOUR));
    let handling = closed.queues[0].handling;
    assert_eq!((handling.talk, handling.hold), (secs(50), secs(10)));
    assert_eq!((handling.parked, handling.wrap_up), (secs(100), secs(15)));
    assert_eq!((handling.handled, handling.handled_time), (1, secs(75)));
    assert_eq!(handling.time(), secs(75));
    assert_eq!(closed.queues[0].codes, [CodeCount::new(code, 1, secs(75))]);
    // The queue's is the sum of its agents'.
    assert_eq!(closed.agent_queues[0].handling, handling);
    assert_eq!(closed.agent_queues[0].codes, closed.queues[0].codes);
    assert_eq!(closed.agents[0].handling, handling);
    assert_eq!(closed.agents[0].codes, closed.queues[0].codes);
}

#[test]
fn the_whole_handle_time_counts_where_the_agent_is_released() {
    let mut floor = Floor::new(auto());
    floor.on_queue(s(0), floor.ana);
    let work = floor.call(s(1_780));
    floor.hang_up(s(1_830), work);
    let rows = floor.queues(ms(2 * HALF_HOUR));
    let of = |n: usize| rows[n].handling;
    assert_eq!((of(0).talk, of(0).handled, of(0).handled_time), (secs(20), 0, Span::ZERO));
    assert_eq!((of(1).talk, of(1).handled, of(1).handled_time), (secs(30), 1, secs(50)));
}

#[test]
fn wrap_up_on_the_side_is_no_handle_time() {
    let mut floor = Floor::new(wrap_up(WrapUpMode::Optional { timeout: secs(30) }));
    floor.on_queue(s(0), floor.ana);
    let work = floor.call(s(10));
    floor.hang_up(s(20), work);
    let handling = floor.queues(ms(HALF_HOUR)).remove(0).handling;
    assert_eq!((handling.handled, handling.handled_time), (1, secs(10)));
    assert_eq!((handling.wrap_up, handling.wrap_up_aside), (Span::ZERO, secs(30)));
}

#[test]
fn a_late_call_lengthens_nothing_that_a_timer_ends() {
    let mode = WrapUpMode::MandatoryTimeout { timeout: secs(60) };
    let mut floor = Floor::new(wrap_up(mode));
    floor.on_queue(s(0), floor.ana);
    let work = floor.call(s(1_700));
    floor.hang_up(s(1_710), work);
    // Over at 1,770 s; the host comes 100 s later, in the next interval.
    let closed = floor.close(s(1_870));
    let handling = closed.queues[0].handling;
    assert_eq!((handling.wrap_up, handling.handled), (secs(60), 1));
    assert_eq!(closed.agents[0].time.interacting, secs(70));
    assert_eq!(closed.agents[0].time.idle, secs(1_730));
}

#[test]
fn what_is_told_after_its_interval_was_closed_counts_in_the_next() {
    let mode = WrapUpMode::MandatoryTimeout { timeout: secs(60) };
    let mut floor = Floor::new(wrap_up(mode));
    floor.on_queue(s(0), floor.ana);
    let work = floor.call(s(1_700));
    floor.hang_up(s(1_710), work);
    // This host closes before it lets the engine do what is due.
    let early = floor.figures.close_until(s(1_870)).queues.remove(0).handling;
    assert_eq!((early.wrap_up, early.handled), (secs(90), 0));
    let late = floor.close(s(3_600)).queues.remove(0).handling;
    assert_eq!((late.wrap_up, late.handled), (Span::ZERO, 1));
}

#[test]
fn offers_and_what_became_of_them() {
    let mut floor = Floor::new(QueueProfile::default());
    let ana = floor.ana;
    floor.on_queue(s(0), ana);
    floor.call(s(10));
    // Missed after eight seconds; declined; accepted in the end.
    floor.on_queue(s(30), ana);
    let offer = floor.engine.view().agent(ana).unwrap().offers()[0];
    floor.tell(s(32), Reject::new(offer));
    floor.on_queue(s(40), ana);
    floor.accept(s(41), ana);
    let closed = floor.close(ms(HALF_HOUR));
    let handling = closed.agent_queues[0].handling;
    assert_eq!((handling.offered, handling.accepted), (3, 1));
    assert_eq!((handling.missed, handling.declined), (1, 1));
    assert_eq!(handling.alerting, secs(8 + 2 + 1));
    let time = closed.agents[0].time;
    // Silent from 18 to 30 and from 32 to 40.
    assert_eq!((time.not_responding, time.offered), (secs(20), secs(11)));
    assert_eq!(closed.queues[0].line.wait_answered, secs(31));
    // It was offered to the queue once.
    assert_eq!(closed.queues[0].service.offered, 1);
}

#[test]
fn the_time_of_an_agent_and_their_timeline() {
    let mut floor = Floor::new(auto());
    let ana = floor.ana;
    floor.presence(s(100), ana, SystemPresence::Meeting);
    floor.on_queue(s(400), ana);
    let work = floor.call(s(700));
    floor.hang_up(s(1_600), work);
    floor.tell(s(1_700), SetOwnCall::new(ana, true));
    floor.presence(s(1_850), ana, SystemPresence::Offline);
    let closed = floor.close(ms(2 * HALF_HOUR));
    let [first, second] = closed.agents.as_slice() else { panic!("{closed:?}") };
    assert_eq!(first.time.login(), secs(1_700));
    assert_eq!((first.time.off_queue, first.time.on_queue()), (secs(300), secs(1_400)));
    assert_eq!((first.time.idle, first.time.interacting), (secs(400), secs(900)));
    assert_eq!(first.time.communicating, secs(100));
    // 900 / (900 + 400), and 900 / 1700.
    assert_eq!((first.time.occupancy(), first.time.utilisation()), (Some(692), Some(529)));
    let presence = |of: SystemPresence, time| PresenceTime::new(of.id(), time);
    let meeting = presence(SystemPresence::Meeting, secs(300));
    assert_eq!(first.presences, [presence(SystemPresence::OnQueue, secs(1_400)), meeting]);
    assert_eq!((second.time.login(), second.time.communicating), (secs(50), secs(50)));
    let pieces: Vec<_> = closed.timeline.iter().map(|p| (p.from, p.to, p.status)).collect();
    use RoutingStatus::{Communicating, Idle, Interacting, OffQueue};
    assert_eq!(
        pieces,
        [
            (s(100), s(400), OffQueue),
            (s(400), s(700), Idle),
            (s(700), s(1_600), Interacting),
            (s(1_600), s(1_700), Idle),
            // Not cut at the border.
            (s(1_700), s(1_850), Communicating),
        ]
    );
    assert!(floor.close(ms(3 * HALF_HOUR)).timeline.is_empty());
}

#[test]
fn transfers_and_what_comes_back() {
    let mut floor = Floor::new(auto());
    let other = floor.tell(s(0), Define::new("billing", auto()));
    floor.on_queue(s(0), floor.ana);
    let queue = other;
    // One that waits, and one that Ana has.
    let (had, waits) = (floor.call(s(10)), floor.call(s(20)));
    floor.tell(s(30), TransferToQueue::new(waits, queue));
    floor.tell(s(40), TransferToQueue::new(had, queue));
    // Another that Ana gives back, and gets again at once.
    let again = floor.call(s(50));
    floor.tell(s(60), Unassign::new(again).with_suspend(false));
    let rows = floor.queues(ms(HALF_HOUR));
    let [support, billing] = rows.as_slice() else { panic!("{rows:?}") };
    let line = support.line;
    assert_eq!((line.submitted, line.requeued, support.service.offered), (3, 1, 4));
    assert_eq!((line.transferred_out, support.service.answered), (1, 3));
    let handling = support.handling;
    assert_eq!((handling.transferred, handling.given_back, handling.handled), (1, 1, 2));
    assert_eq!((billing.line.transferred_in, billing.service.offered), (2, 2));
}

#[test]
fn overflow_is_counted_on_both_sides() {
    let mut floor = Floor::new(QueueProfile::default());
    let second = floor.tell(s(0), Define::new("second", QueueProfile::default()));
    let profile = QueueProfile::default()
        .with_max_wait(secs(30))
        .with_on_max_wait(MaxWaitAction::Move { queue: second });
    floor.tell(s(0), Change::new(floor.queue, profile));
    floor.call(s(10));
    floor.engine.advance(s(100), &mut floor.log).unwrap();
    floor.fold();
    let rows = floor.queues(ms(HALF_HOUR));
    let [from, to] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((from.line.overflowed_out, from.longest_wait), (1, secs(30)));
    assert_eq!((to.line.overflowed_in, to.service.offered), (1, 1));
    // The host was a minute late: the stay elsewhere begins with its call.
    assert_eq!(to.line.waited, secs(1_700));
}

#[test]
fn a_call_back_changes_its_channel_and_keeps_its_stay() {
    let mut floor = Floor::new(auto());
    let back = floor.tell(s(0), Define::new("callback", ChannelProfile::voice()));
    let work = floor.call(s(10));
    let (channel, callback, at) = (back, Callback::default(), None);
    floor.tell(s(40), RequestCallback::new(work, channel).with_callback(callback).with_at(at));
    floor.on_queue(s(60), floor.ana);
    let rows = floor.queues(ms(HALF_HOUR));
    let [voice, back] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((voice.service.offered, voice.line.callback_out), (1, 1));
    assert_eq!((back.service.offered, back.line.callback_in, back.service.answered), (0, 1, 1));
    assert_eq!((voice.line.waited, back.line.waited), (secs(30), secs(20)));
}

#[test]
fn work_that_is_put_off_is_offered_once_its_time_has_come() {
    let mut floor = Floor::new(auto());
    let request = WorkRequest::new(floor.queue, floor.voice)
        .with_schedule(Schedule::default().with_at(s(100)).with_activation(false));
    let work = floor.tell(s(10), Submit::new(request));
    assert_eq!(floor.now(s(10)).channels[0].put_off, 1);
    floor.engine.advance(s(100), &mut floor.log).unwrap();
    floor.fold();
    // A suspension interrupts the wait and not the stay.
    floor.tell(s(110), Suspend::new(work));
    floor.tell(s(200), Activate::new(work));
    floor.on_queue(s(215), floor.ana);
    let row = floor.queues(ms(HALF_HOUR)).remove(0);
    assert_eq!((row.line.activated, row.service.offered, row.service.answered), (1, 1, 1));
    assert_eq!((row.line.waited, row.line.wait_answered), (secs(25), secs(15)));
}

#[test]
fn consults_and_work_that_is_handed_over() {
    let mode = WrapUpMode::MandatoryTimeout { timeout: secs(10) };
    let profile = wrap_up(mode).with_auto_accept(false);
    let mut floor = Floor::new(profile);
    let (ana, ben) = (floor.ana, floor.ben);
    floor.on_queue(s(0), ana);
    let work = floor.call(s(8));
    floor.accept(s(10), ana);
    floor.on_queue(s(20), ben);
    floor.tell(s(30), Consult::new(work, ben));
    floor.tell(s(34), Answer::new(work, ben));
    floor.tell(s(54), HandOver::new(work, ben));
    floor.hang_up(s(114), work);
    let closed = floor.close(ms(HALF_HOUR));
    let [giver, taker] = [0, 1].map(|n| closed.agent_queues[n].handling);
    assert_eq!((giver.talk, giver.wrap_up, giver.transferred), (secs(44), secs(10), 1));
    assert_eq!((taker.consults_offered, taker.consults, taker.taken_over), (1, 1, 1));
    assert_eq!((taker.alerting, taker.consulting), (secs(4), secs(20)));
    assert_eq!((taker.talk, taker.wrap_up), (secs(60), secs(10)));
    assert_eq!((giver.handled, taker.handled), (1, 1));
    // One was offered and answered.
    let service = closed.queues[0].service;
    assert_eq!((service.offered, service.answered), (1, 1));
}

#[test]
fn what_is_internal_is_counted_apart() {
    let mut floor = Floor::new(QueueProfile::default().with_service_target(secs(20)));
    let ask = |floor: &mut Floor, at| {
        let request = WorkRequest::new(floor.queue, floor.voice).with_internal(true);
        floor.tell(at, Submit::new(request))
    };
    // A customer and two questions wait; one question is taken back.
    floor.call(s(1_790));
    let ana = floor.ana;
    let asked = ask(&mut floor, s(1_795));
    let second = ask(&mut floor, s(1_796));
    let now = floor.now(s(1_798));
    let row = &now.channels[0];
    assert_eq!((row.waiting, row.oldest_wait, row.internal), (1, Some(secs(8)), 2));
    floor.tell(s(1_800), Cancel::new(second));
    floor.on_queue(s(1_805), ana);
    floor.accept(s(1_806), ana);
    floor.hang_up(s(1_810), WorkId::from_raw(1));
    floor.accept(s(1_815), ana);
    floor.hang_up(s(1_850), asked);
    let rows = floor.queues(ms(2 * HALF_HOUR));
    let [first, second] = rows.as_slice() else { panic!("{rows:?}") };
    let counts = |row: &QueueInterval| {
        let flow = row.internal;
        (flow.offered, flow.answered, flow.left_otherwise, flow.waited, flow.wait_answered)
    };
    assert_eq!(counts(first), (2, 0, 0, secs(9), Span::ZERO));
    assert_eq!(counts(second), (0, 1, 1, secs(15), secs(20)));
    // The customer alone is offered, answered and in target, and waited.
    assert_eq!(
        (first.service.offered, second.service.answered, second.service.in_target),
        (1, 1, 1)
    );
    assert_eq!(
        (first.line.submitted, first.line.waited, first.longest_wait),
        (1, secs(10), secs(10))
    );
    assert_eq!((second.line.waited, second.line.left_otherwise), (secs(6), 0));
    // For the agent both are work.
    assert_eq!((second.handling.accepted, second.handling.handled), (2, 2));
    // The engine's own numbers are of the customer, too.
    let tally = floor.engine.view().queue(floor.queue).unwrap().tally().window(s(1_850));
    assert_eq!((tally.arrivals, tally.answered), (1, 1));
}

#[test]
fn what_stands_for_other_work_is_a_consult_and_no_second_handling() {
    let profile = wrap_up(WrapUpMode::MandatoryTimeout { timeout: secs(10) });
    let mut floor = Floor::new(profile.with_auto_accept(false).with_on_miss(Response::Nothing));
    let once = Budget::default().with_per_agent(1);
    let experts = QueueProfile::default().with_on_reject(Response::Nothing).with_budget(once);
    let experts = floor.tell(s(0), Define::new("experts", experts));
    let (ana, ben) = (floor.ana, floor.ben);
    floor.tell(s(0), SetMembership::new(ben, experts));
    floor.on_queue(s(0), ana);
    let work = floor.call(s(8));
    floor.accept(s(10), ana);
    floor.on_queue(s(20), ben);
    // Ben declines the first, joins by the second, and leaves again.
    floor.tell(s(30), ConsultQueue::new(work, experts));
    let offer = floor.engine.view().agent(ben).unwrap().offers()[0];
    floor.tell(s(33), Reject::new(offer));
    assert_eq!(floor.figures.queues_now(s(33))[1].channels[0].internal, 1);
    floor.tell(s(40), TransferToQueue::new(work, experts).with_careful(true));
    floor.accept(s(44), ben);
    floor.hang_up(s(104), work);
    let closed = floor.close(ms(HALF_HOUR));
    let row = |agent, queue| {
        let mut rows = closed.agent_queues.iter();
        rows.find(|row| (row.agent, row.queue) == (agent, queue)).map(|row| row.handling).unwrap()
    };
    let (giver, asked, taker) = (row(ana, floor.queue), row(ben, experts), row(ben, floor.queue));
    assert_eq!(
        (giver.talk, giver.wrap_up, giver.transferred, giver.handled),
        (secs(34), secs(10), 1, 1)
    );
    assert_eq!((asked.offered, asked.accepted, asked.declined, asked.handled), (0, 0, 0, 0));
    assert_eq!((asked.consults_offered, asked.consults, asked.alerting), (2, 1, secs(7)));
    assert_eq!(
        (taker.taken_over, taker.talk, taker.wrap_up, taker.handled),
        (1, secs(60), secs(10), 1)
    );
    // Of the queue that was asked: two stays that were no customers.
    let line = closed.queues.iter().find(|row| row.queue == experts).unwrap();
    assert_eq!(line.service, ServiceCounts::default());
    assert_eq!((line.internal.offered, line.internal.answered), (2, 1));
    assert_eq!(line.internal.left_otherwise, 1);
}

#[test]
fn what_stands_where_now() {
    let mut floor = Floor::new(QueueProfile::default());
    let (ana, ben) = (floor.ana, floor.ben);
    floor.on_queue(s(0), ana);
    floor.call(s(10));
    floor.call(s(12));
    floor.call(s(15));
    floor.presence(s(15), ben, SystemPresence::Break);
    let now = floor.now(s(16));
    let row = &now.channels[0];
    assert_eq!((row.offered, row.waiting, row.oldest_wait), (1, 2, Some(secs(4))));
    assert_eq!(now.longest_idle, None);
    assert_eq!(now.statuses, [(RoutingStatus::OffQueue, 1), (RoutingStatus::Offered, 1)]);
    let breaks = SystemPresence::Break.id();
    assert_eq!(now.presences, [(SystemPresence::OnQueue.id(), 1), (breaks, 1)]);
    floor.tell(s(16), SetDraining::new(ana, true));
    floor.accept(s(17), ana);
    assert_eq!(floor.now(s(17)).channels[0].with_agents.active, 1);
    let agents = floor.figures.agents_now();
    assert_eq!((agents[0].status_since, agents[0].work.active), (s(17), 1));
    assert_eq!((agents[1].presence, agents[1].presence_since), (breaks, s(15)));
    floor.hang_up(s(30), WorkId::from_raw(1));
    assert_eq!(floor.now(s(40)).longest_idle, Some((ana, secs(10))));
}

#[test]
fn service_level_now_since_the_interval_and_the_day_began_and_of_the_last() {
    let config = FiguresConfig::default().with_last(3);
    let mut floor = Floor::with(QueueProfile::default(), config);
    let leave = |floor: &mut Floor, at| {
        let work = floor.call(at);
        floor.tell(at, Abandon::new(work));
    };
    let last = 86_400_000 - 1;
    for at in [s(10), s(20), s(1_900), ms(last)] {
        leave(&mut floor, at);
    }
    let counts = |floor: &Floor, at| {
        let row = floor.now(at).channels.remove(0);
        [row.interval.abandoned, row.today.abandoned, row.last.abandoned]
    };
    assert_eq!(counts(&floor, ms(last)), [1, 4, 3]);
    // A day later nothing of today and of the interval is left.
    assert_eq!(counts(&floor, ms(last + 1)), [0, 0, 3]);
    leave(&mut floor, ms(last + 1));
    assert_eq!(counts(&floor, ms(last + 1)), [1, 1, 3]);
}

#[test]
fn nothing_is_kept_but_what_is_open() {
    let mut floor = Floor::new(auto());
    floor.on_queue(s(0), floor.ana);
    let mut sizes = Vec::new();
    for half_hour in 0..20 {
        for n in 0..5 {
            let at = half_hour * 1_800 + n * 60;
            let work = floor.call(s(at));
            floor.hang_up(s(at + 30), work);
        }
        assert_eq!(floor.close(s((half_hour + 1) * 1_800)).queues.len(), 1);
        sizes.push(serde_json::to_string(&floor.figures).unwrap().len());
    }
    // Numbers grow by digits, and nothing else does.
    assert!(sizes[19] <= sizes[2] + 40, "{sizes:?}");
}

#[test]
fn the_ends_of_time() {
    let mut floor = Floor::new(auto());
    floor.on_queue(s(0), floor.ana);
    floor.on_queue(s(0), floor.ben);
    floor.call(s(10));
    floor.engine.advance(Timestamp::MAX, &mut floor.log).unwrap();
    floor.fold();
    floor.presence(Timestamp::MAX, floor.ana, SystemPresence::Offline);
    let closed = floor.figures.close_until(Timestamp::MAX);
    let login: u64 = closed.agents.iter().map(|row| row.time.login().as_millis()).sum();
    // Both were there to the end, or to the border before it.
    assert!(login > 2 * (u64::MAX / 2 - 2 * HALF_HOUR as u64), "{login}");
}

#[test]
fn rows_are_written_in_words() {
    let mut floor = Floor::new(auto());
    floor.call(s(10));
    let closed = floor.close(ms(HALF_HOUR));
    let text = serde_json::to_string(&closed.queues[0]).unwrap();
    assert!(text.contains(r#""service":{"offered":1,"answered":0"#), "{text}");
    let again: QueueInterval = serde_json::from_str(&text).unwrap();
    assert_eq!(again, closed.queues[0]);
    // With the host's own keys, too.
    let keyed = serde_json::to_string(&Keyed::new(floor.engine.view(), &again)).unwrap();
    assert!(keyed.starts_with(r#"{"queue":"support","channel":"voice","from":0"#), "{keyed}");
}

/// 2026-11-01 in New York: the clocks go back from 02:00 to 01:00, at 06:00 UTC.
fn new_york() -> Zone {
    Zone::default()
        .with_offset_minutes(-240)
        .with_changes([ZoneChange { from: time("2026-11-01T06:00:00Z"), offset_minutes: -300 }])
}

fn time(text: &str) -> Timestamp {
    ms(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
}

/// A floor whose figures go by a zone, by the hour.
fn floor_in(zone: Zone) -> Floor {
    let config = FiguresConfig::default().with_interval(Span::from_mins(60)).with_zone(zone);
    Floor::with(QueueProfile::default(), config)
}

/// How many who left are counted in the interval and today.
fn left_so_far(floor: &Floor, at: &str) -> [u32; 2] {
    let row = floor.now(time(at)).channels.remove(0);
    [row.interval.abandoned, row.today.abandoned]
}

fn leave_at(floor: &mut Floor, at: &str) {
    let work = floor.call(time(at));
    floor.tell(time(at), Abandon::new(work));
}

#[test]
fn today_begins_at_midnight_after_the_clocks_have_changed() {
    let mut floor = floor_in(new_york());
    // Saturday 23:59:59.999 there, then Sunday with its 25 hours, then Monday.
    leave_at(&mut floor, "2026-11-01T03:59:59.999Z");
    leave_at(&mut floor, "2026-11-01T04:00:00Z");
    assert_eq!(left_so_far(&floor, "2026-11-01T04:00:00Z"), [1, 1]);
    leave_at(&mut floor, "2026-11-02T04:59:59.999Z");
    assert_eq!(left_so_far(&floor, "2026-11-02T04:59:59.999Z"), [1, 2]);
    assert_eq!(left_so_far(&floor, "2026-11-02T05:00:00Z"), [0, 0]);
    // Monday at 23:30 there: still Monday at 23:59:59.999, and no longer at midnight.
    leave_at(&mut floor, "2026-11-03T04:30:00Z");
    assert_eq!(left_so_far(&floor, "2026-11-03T04:59:59.999Z"), [1, 1]);
    assert_eq!(left_so_far(&floor, "2026-11-03T05:00:00Z"), [0, 0]);
}

#[test]
fn a_day_in_which_the_clocks_go_back_has_25_hours() {
    let hour = |n: u64| Span::from_millis(n * 3_600_000);
    for (width, rows, first) in [(1, 25, 1), (2, 12, 3), (24, 1, 25)] {
        let config = FiguresConfig::default().with_interval(Span::from_mins(width * 60));
        let mut floor = Floor::with(auto(), config.with_zone(new_york()));
        floor.on_queue(time("2026-10-31T12:00:00Z"), floor.ana);
        let agents = floor.close(time("2026-11-02T05:00:00Z")).agents;
        let midnight = time("2026-11-01T04:00:00Z");
        let sunday: Vec<_> = agents.iter().filter(|row| row.from >= midnight).collect();
        let login: u64 = sunday.iter().map(|row| row.time.login().as_millis()).sum();
        assert_eq!((sunday.len(), login), (rows, hour(25).as_millis()));
        assert_eq!((sunday[0].from, sunday[0].time.login()), (midnight, hour(first)));
        assert!(sunday.windows(2).all(|pair| pair[0].to == pair[1].from));
    }
}

/// A floor moves from New York to India at 16:10 UTC.
#[test]
fn another_zone_under_way() {
    let mut floor = floor_in(new_york());
    leave_at(&mut floor, "2026-11-03T15:59:00Z");
    leave_at(&mut floor, "2026-11-03T16:05:00Z");
    let india = Zone::default().with_offset_minutes(330);
    let bad = india.clone().with_offset_minutes(1_081);
    let before = floor.figures.clone();
    assert!(floor.figures.change_zone(time("2026-11-03T16:10:00Z"), bad).is_err());
    assert_eq!(floor.figures, before);
    let closed = floor.figures.change_zone(time("2026-11-03T16:10:00Z"), india.clone()).unwrap();
    let ends = |rows: &[QueueInterval]| -> Vec<_> {
        rows.iter().map(|row| (row.from, row.to, row.service.abandoned)).collect()
    };
    let [three, four] = ["2026-11-03T15:00:00Z", "2026-11-03T16:00:00Z"].map(time);
    assert_eq!(ends(&closed.queues), [(three, four, 1)]);
    // The open hour ends with the next hour there, which is at half past; the day at midnight.
    leave_at(&mut floor, "2026-11-03T16:29:59.999Z");
    assert_eq!(left_so_far(&floor, "2026-11-03T16:29:59.999Z"), [2, 3]);
    leave_at(&mut floor, "2026-11-03T16:30:00Z");
    assert_eq!(left_so_far(&floor, "2026-11-03T16:30:00Z"), [1, 4]);
    assert_eq!(left_so_far(&floor, "2026-11-03T18:29:59.999Z"), [0, 4]);
    assert_eq!(left_so_far(&floor, "2026-11-03T18:30:00Z"), [0, 0]);
    // It can be stored in between.
    let text = serde_json::to_string(&floor.figures).unwrap();
    floor.figures = serde_json::from_str(&text).unwrap();
    let rows = floor.queues(time("2026-11-03T18:30:00Z"));
    let [half, later] = ["2026-11-03T16:30:00Z", "2026-11-03T17:30:00Z"].map(time);
    assert_eq!(ends(&rows), [(four, half, 2), (half, later, 1)]);
    assert_eq!(floor.figures.config().zone, india);
}

/// The host learns of more changes of the clocks: nothing is different before the first of them.
#[test]
fn a_zone_that_knows_more_changes() {
    let mut floor = floor_in(Zone::default().with_offset_minutes(-240));
    leave_at(&mut floor, "2026-10-31T12:10:00Z");
    let closed = floor.figures.change_zone(time("2026-10-31T12:20:00Z"), new_york()).unwrap();
    assert_eq!(closed, ClosedFigures::default());
    assert_eq!(left_so_far(&floor, "2026-10-31T12:59:59.999Z"), [1, 1]);
    assert_eq!(left_so_far(&floor, "2026-11-01T03:59:59.999Z"), [0, 1]);
    assert_eq!(left_so_far(&floor, "2026-11-01T04:00:00Z"), [0, 0]);
    leave_at(&mut floor, "2026-11-02T04:59:59.999Z");
    assert_eq!(left_so_far(&floor, "2026-11-02T04:59:59.999Z"), [1, 1]);
    assert_eq!(left_so_far(&floor, "2026-11-02T05:00:00Z"), [0, 0]);
}

/// What is in the configuration only since figures have a zone has a value without it.
#[test]
fn a_configuration_names_its_zone() {
    let text = r#"{"interval":3600000,"day_begins":0,"short_abandon":0}"#;
    let config: FiguresConfig = serde_json::from_str(text).unwrap();
    assert_eq!(config, FiguresConfig::default().with_interval(Span::from_mins(60)));
    let text = r#"{"interval":3600000,"zone":{"offset_minutes":-240,
        "changes":[{"from":1793512800000,"offset_minutes":-300}]}}"#;
    let config: FiguresConfig = serde_json::from_str(text).unwrap();
    assert_eq!(config.zone, new_york());
    assert!(Figures::new(config.with_zone(Zone::default().with_offset_minutes(-1_081))).is_err());
}

/// A help desk that is open from 9 to 17 on weekdays; requests come on Monday, 2026-01-05, at 16:00
/// and have a target of four hours.
fn help_desk(counts: WaitClock) -> (Floor, WorkId) {
    let profile = QueueProfile::default().with_service_target(Span::from_mins(240));
    let config = FiguresConfig::default().with_interval(Span::from_mins(1_440));
    let mut floor = Floor::with(profile.clone().with_auto_accept(true), config);
    let hours = Hours::new(TimeOfDay::new(9, 0), TimeOfDay::new(17, 0));
    let office = CalendarProfile::default().with_week(Week::working_days(hours));
    let monday = time("2026-01-05T16:00:00Z");
    let office = floor.tell(monday, Define::new("office", office));
    let profile = profile.with_auto_accept(true).with_calendar(office).with_counts(counts);
    floor.tell(monday, Change::new(floor.queue, profile));
    let work = floor.call(monday);
    (floor, work)
}

#[test]
fn a_target_in_open_time() {
    let hour = |n: u64| Span::from_millis(n * 3_600_000);
    let answered = |counts, at: &str| {
        let (mut floor, _) = help_desk(counts);
        floor.on_queue(time(at), floor.ana);
        let rows = floor.queues(time("2026-01-08T00:00:00Z"));
        let row = rows.iter().find(|row| row.service.answered == 1).unwrap();
        assert_eq!(row.line.wait_answered, time(at).since(time("2026-01-05T16:00:00Z")));
        let in_target = [row.service.in_target, row.service.in_wall_target];
        (in_target, row.line.open_wait_answered)
    };
    // Tuesday 09:00: it has waited 17 hours, of which one was open; due at 12:00.
    assert_eq!(answered(WaitClock::Open, "2026-01-06T09:00:00Z"), ([1, 0], hour(1)));
    assert_eq!(answered(WaitClock::Wall, "2026-01-06T09:00:00Z"), ([0, 0], hour(1)));
    assert_eq!(answered(WaitClock::Open, "2026-01-06T12:00:00Z"), ([1, 0], hour(4)));
    let late = Span::from_millis(4 * 3_600_000 + 1);
    assert_eq!(answered(WaitClock::Open, "2026-01-06T12:00:00.001Z"), ([0, 0], late));
    assert_eq!(answered(WaitClock::Wall, "2026-01-05T20:00:00Z"), ([1, 1], hour(1)));
    assert_eq!(answered(WaitClock::Wall, "2026-01-05T20:00:00.001Z"), ([0, 0], hour(1)));
}

#[test]
fn who_leaves_within_a_target_in_open_time() {
    for (at, in_target) in [("2026-01-06T12:00:00Z", 1), ("2026-01-06T12:00:00.001Z", 0)] {
        let (mut floor, work) = help_desk(WaitClock::Open);
        floor.tell(time(at), Abandon::new(work));
        let row = floor.queues(time("2026-01-07T00:00:00Z")).pop().unwrap();
        assert_eq!((row.service.abandoned, row.service.abandoned_in_target), (1, in_target));
        let open = row.line.open_wait_abandoned.as_millis();
        assert_eq!(open, 4 * 3_600_000 + u64::from(in_target == 0));
    }
}

/// A holiday that is announced while work waits counts for that work too.
#[test]
fn a_calendar_that_changes_moves_what_is_not_yet_answered() {
    let (mut floor, _) = help_desk(WaitClock::Open);
    let office = floor.engine.view().calendar_id("office").unwrap();
    let mut profile = floor.engine.view().calendar(office).unwrap().profile().clone();
    profile.exceptions.insert("2026-01-06".parse().unwrap(), Vec::new());
    floor.tell(time("2026-01-06T08:00:00Z"), Change::new(office, profile));
    floor.on_queue(time("2026-01-07T12:00:00Z"), floor.ana);
    let row = floor.queues(time("2026-01-08T00:00:00Z")).pop().unwrap();
    assert_eq!((row.service.in_target, row.line.open_wait_answered), (1, Span::from_mins(240)));
}

/// Without a calendar all time is open.
#[test]
fn open_time_of_a_queue_that_is_always_open() {
    let profile = auto().with_counts(WaitClock::Open).with_service_target(secs(20));
    let mut floor = Floor::new(profile);
    floor.call(s(0));
    floor.on_queue(s(20), floor.ana);
    let row = floor.queues(ms(HALF_HOUR)).remove(0);
    assert_eq!((row.service.in_target, row.line.open_wait_answered), (1, secs(20)));
}

#[test]
fn the_word_of_what_a_queue_counts() {
    let read = |text| serde_json::from_str::<QueueProfile>(text).unwrap().counts;
    assert_eq!((read("{}"), read(r#"{"counts":"open"}"#)), (WaitClock::Wall, WaitClock::Open));
    let text = serde_json::to_string(&QueueProfile::default()).unwrap();
    assert!(!text.contains("counts"), "{text}");
}

/// Ana has a call that waited for 2 s and sends it to Ben, who is alerted at 60 s.
fn sent_to_ben() -> (Floor, WorkId) {
    let profile = QueueProfile::default().with_service_target(secs(20));
    let mut floor =
        Floor::new(profile.with_offer_windows([(ChannelId::from_raw(0), Some(secs(60)))]));
    floor.on_queue(s(0), floor.ana);
    floor.on_queue(s(1), floor.ben);
    let call = floor.call(s(10));
    floor.accept(s(12), floor.ana);
    floor.tell(s(60), TransferToAgent::new(call, floor.ben));
    (floor, call)
}

/// One caller is one caller: offered, answered and in target once, handled by two agents.
#[test]
fn a_transfer_to_an_agent_begins_no_stay() {
    let (mut floor, call) = sent_to_ben();
    let now = floor.figures.queues_now(s(61)).remove(0).channels.remove(0);
    assert_eq!((now.waiting, now.offered, now.oldest_wait), (0, 1, None));
    floor.accept(s(90), floor.ben);
    floor.hang_up(s(300), call);
    let row = floor.queues(ms(HALF_HOUR)).remove(0);
    let mut counts = ServiceCounts::default();
    (counts.offered, counts.answered, counts.in_target) = (1, 1, 1);
    counts.in_wall_target = 1;
    assert_eq!(row.service, counts);
    assert_eq!((row.line.transferred_in, row.line.wait_answered), (0, secs(2)));
    assert_eq!((row.line.waited, row.handling.handled, row.handling.transferred), (secs(2), 2, 1));
    // The engine's own count, by which rules go, knows one caller as well.
    assert_eq!(floor.engine.view().queue(floor.queue).unwrap().service_level(), Some(1_000));
}

/// Ben does not take it: a stay begins in that very millisecond, and its wait counts from there.
#[test]
fn a_transfer_that_is_missed_begins_a_stay() {
    for (answered, in_target) in [(140_000, 2), (140_001, 1)] {
        let (mut floor, call) = sent_to_ben();
        floor.presence(s(100), floor.ana, SystemPresence::Meal);
        floor.close(s(120));
        floor.on_queue(s(125), floor.ana);
        floor.accept(ms(answered), floor.ana);
        floor.hang_up(s(300), call);
        let row = floor.queues(ms(HALF_HOUR)).remove(0);
        let mut counts = ServiceCounts::default();
        (counts.offered, counts.answered, counts.in_target) = (2, 2, in_target);
        counts.in_wall_target = in_target;
        assert_eq!(row.service, counts, "{answered}");
        let wait = secs(2).plus(ms(answered).since(s(120)));
        assert_eq!((row.line.transferred_in, row.line.wait_answered), (1, wait));
        assert_eq!(row.line.first_answered, 1);
    }
}

/// The caller leaves while Ben is alerted: they were in no line, and are not abandoned there.
#[test]
fn a_caller_who_leaves_between_two_agents_was_in_no_line() {
    let (mut floor, call) = sent_to_ben();
    floor.tell(s(70), Abandon::new(call));
    let row = floor.queues(ms(HALF_HOUR)).remove(0);
    assert_eq!((row.service.offered, row.service.answered, row.service.abandoned), (1, 1, 0));
    assert_eq!(row.line.left_otherwise, 0);
}
