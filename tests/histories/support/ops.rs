//! What may happen in a history, and how often.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option::{of as maybe, weighted};
use proptest::prelude::*;
use proptest::strategy::Union;
use strowger::command::{
    Abandon, Accept, Activate, Advance, Answer, Assign, Cancel, Change, ChangeWork, Close, CloseAt,
    Command, Confer, Consult, Decline, Define, EndLeg, EndWrapUp, ExtendWrapUp, FinishContact,
    Finisher, Force, HandOver, Heartbeat, Hold, Park, Postpone, Pull, Reclassify, Reject,
    RemoveMembership, ReportUnanswered, ReportUnreached, RequestCallback, RequestWrapUp, Resume,
    Resumer, Retire, Retrieve, SetCode, SetDraining, SetMembership, SetOwnCall, SetPresence,
    SetShiftEnd, Submit, SubmitToAgent, Supervise, Supervision, Suspend, TransferOutside,
    TransferToAgent, TransferToQueue, Unassign,
};
use strowger::model::{
    AgentId, CalendarId, CalendarProfile, ChannelId, CodeId, OfferId, PresenceId, Profile, QueueId,
    ReasonId, Requeue, SkillId, SkillProfile, WorkId, WrapUpCodeProfile,
};
use strowger::{Config, Span, Timestamp};

use super::features::{Feature, Features, features};
use super::floor;
use super::pools;

/// A history: an engine, its floor, and what happens on it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) config: Config,
    /// The commands that set the floor up.
    pub(crate) floor: Vec<Command>,
    pub(crate) ops: Vec<Op>,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) struct Op {
    pub(crate) when: When,
    pub(crate) act: Act,
    /// Which of the things that suit it is meant for.
    pub(crate) pick: u16,
    /// The choice of who says it.
    pub(crate) by: u8,
    /// Whether the host says it twice.
    pub(crate) doubled: bool,
}

/// When it happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// At the instant of the last call.
    Same,
    /// So many milliseconds after it.
    Later(u64),
    /// At the next deadline, or so many milliseconds beside it.
    Due(i64),
    /// The host's clock runs back.
    Back(u64),
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Advance,
    /// The last command once more, perhaps later.
    Again,
    /// A command. Its work or offer is chosen when it is time, and its times are relative.
    Command(Box<Command>),
}

/// Histories of so many operations on average. Each draws how often each kind of operation
/// happens, and does without some altogether.
pub(crate) fn history(ops: usize) -> BoxedStrategy<History> {
    let weights = vec(prop_oneof![1 => Just(0_u32), 2 => 1..8_u32], KINDS);
    let patience = 0..4_u32;
    (floor::config(), features(), weights, patience)
        .prop_flat_map(move |(config, features, weights, patience)| {
            let ops = vec(op(&weights, patience, features), 0..=2 * ops);
            (Just(config), floor::floor(features), ops)
        })
        .prop_map(|(config, floor, ops)| History { config, floor, ops })
        .boxed()
}

fn op(weights: &[u32], patience: u32, features: Features) -> BoxedStrategy<Op> {
    let acts = kinds(features).into_iter().zip(weights);
    let acts = acts.map(|((usual, act), weight)| (usual * weight, act));
    // Work comes in and is answered in every history.
    let always = [
        (40, submit(features)),
        (50, answer(features)),
        (5, Just(Act::Advance).boxed()),
        (5, act(Just(Advance::default()))),
    ];
    let acts: Vec<_> = acts.filter(|(weight, _)| *weight > 0).chain(always).collect();
    let act = Union::new_weighted(acts);
    (when(patience), act, any::<u16>(), any::<u8>(), prop::bool::weighted(0.05))
        .prop_map(|(when, act, pick, by, doubled)| Op { when, act, pick, by, doubled })
        .boxed()
}

/// Times meet deadlines often, to the millisecond.
fn when(patience: u32) -> BoxedStrategy<When> {
    prop_oneof![
        24 => Just(When::Same),
        6 => (0..3_000_u64).prop_map(When::Later),
        6 => (0..12_u64).prop_map(|secs| When::Later(secs * 500)),
        2 + 2 * patience => Just(When::Due(0)),
        1 + patience => prop_oneof![Just(When::Due(-1)), Just(When::Due(1))],
        1 => (10..1_200_u64).prop_map(|secs| When::Later(secs * 1_000)),
        1 => (1..5_000_u64).prop_map(When::Back),
    ]
    .boxed()
}

/// How many kinds of operation a history may do without.
const KINDS: usize = 17;

fn kinds(features: Features) -> [(u32, BoxedStrategy<Act>); KINDS] {
    [
        (1, Just(Act::Again).boxed()),
        (1, define(features)),
        (2, change(features)),
        (1, retire()),
        (2, membership(features)),
        (4, presence()),
        (2, flags(features)),
        (2, change_work(features)),
        (2, leave()),
        (if features.has(Feature::External) { 12 } else { 3 }, by_hand()),
        (3, hold_and_park()),
        (2, transfer()),
        (8, finish()),
        (6, wrap_up()),
        (14, legs(features)),
        (if features.has(Feature::Aside) { 8 } else { 0 }, aside()),
        (if features.has(Feature::Classes) { 2 } else { 0 }, reclassify()),
    ]
}

fn act<C: Into<Command> + std::fmt::Debug + 'static>(
    command: impl Strategy<Value = C> + 'static,
) -> BoxedStrategy<Act> {
    command.prop_map(|command| Act::Command(Box::new(command.into()))).boxed()
}

/// Ids of the floor, now and then one up to the end that came later or never.
fn id<I: std::fmt::Debug + 'static>(
    known: u32,
    end: u32,
    from_raw: fn(u32) -> I,
) -> BoxedStrategy<I> {
    prop_oneof![30 => 0..known, 1 => known..end].prop_map(from_raw).boxed()
}

pub(super) fn skill() -> BoxedStrategy<SkillId> {
    id(3, 6, SkillId::from_raw)
}

pub(super) fn channel() -> BoxedStrategy<ChannelId> {
    id(3, 6, ChannelId::from_raw)
}

pub(super) fn queue() -> BoxedStrategy<QueueId> {
    id(3, 6, QueueId::from_raw)
}

pub(super) fn agent() -> BoxedStrategy<AgentId> {
    id(5, 8, AgentId::from_raw)
}

/// Offline, available, on queue, a meal, and two of the floor's own.
pub(super) fn presence_id() -> BoxedStrategy<PresenceId> {
    prop_oneof![
        2 => Just(0),
        1 => Just(1),
        12 => Just(2),
        1 => Just(6),
        3 => Just(9),
        1 => Just(10),
        1 => 11..14_u32,
    ]
    .prop_map(PresenceId::from_raw)
    .boxed()
}

pub(super) fn reason() -> BoxedStrategy<ReasonId> {
    id(3, 6, ReasonId::from_raw)
}

pub(super) fn code() -> BoxedStrategy<CodeId> {
    id(3, 6, CodeId::from_raw)
}

pub(super) fn calendar() -> BoxedStrategy<CalendarId> {
    id(2, 5, CalendarId::from_raw)
}

/// Stands for work that is chosen when it is time.
const SOME: WorkId = WorkId::from_raw(0);

fn key() -> BoxedStrategy<&'static str> {
    prop::sample::select(&["", "voice", "north", "new", "newer", "on_queue", "ana"][..]).boxed()
}

fn some<P: Profile>(profile: impl Strategy<Value = P> + 'static) -> BoxedStrategy<Act>
where
    Command: From<Define<P>>,
{
    act((key(), profile).prop_map(|(key, profile)| Define::new(key, profile)))
}

fn define(features: Features) -> BoxedStrategy<Act> {
    prop_oneof![
        some(Just(SkillProfile::default())),
        some(floor::channel_profile(features)),
        some(floor::presence_profile()),
        some(floor::reason_profile(features)),
        some(Just(WrapUpCodeProfile::default())),
        some(floor::queue_profile(features)),
        some(floor::agent_profile(features)),
        some(floor::calendar_profile()),
        some(pools::pool_profile()),
    ]
    .boxed()
}

fn changed<P: Profile>(
    id: impl Strategy<Value = P::Id> + 'static,
    profile: impl Strategy<Value = P> + 'static,
) -> BoxedStrategy<Act>
where
    Command: From<Change<P>>,
{
    act((id, profile).prop_map(|(id, profile)| Change::new(id, profile)))
}

fn change(features: Features) -> BoxedStrategy<Act> {
    prop_oneof![
        1 => changed(skill(), Just(SkillProfile::default())),
        3 => changed(channel(), floor::channel_profile(features)),
        3 => changed(presence_id(), floor::presence_profile()),
        2 => changed(reason(), floor::reason_profile(features)),
        1 => changed(code(), Just(WrapUpCodeProfile::default())),
        6 => changed(queue(), floor::queue_profile(features)),
        6 => changed(agent(), floor::agent_profile(features)),
        2 => changed(calendar(), floor::calendar_profile()),
        3 => changed(pools::pool(), pools::pool_profile()),
    ]
    .boxed()
}

fn retired<P: Profile>(id: impl Strategy<Value = P::Id> + 'static) -> BoxedStrategy<Act>
where
    Command: From<Retire<P>>,
{
    act(id.prop_map(|id| Retire::<P>::new(id)))
}

fn retire() -> BoxedStrategy<Act> {
    prop_oneof![
        retired::<SkillProfile>(skill()),
        retired::<strowger::model::ChannelProfile>(channel()),
        retired::<strowger::model::PresenceProfile>(presence_id()),
        retired::<strowger::model::RejectReasonProfile>(reason()),
        retired::<WrapUpCodeProfile>(code()),
        retired::<strowger::model::QueueProfile>(queue()),
        retired::<strowger::model::AgentProfile>(agent()),
        retired::<CalendarProfile>(calendar()),
        retired::<strowger::model::PoolProfile>(pools::pool()),
    ]
    .boxed()
}

fn membership(features: Features) -> BoxedStrategy<Act> {
    let own = floor::membership_channel(features);
    let set = (agent(), queue(), floor::membership(features), own.clone());
    let removed = (agent(), queue(), own);
    prop_oneof![
        3 => act(set.prop_map(|(agent, queue, membership, channel)| SetMembership::new(agent, queue).with_membership(membership).with_channel(channel))),
        3 => act(removed.prop_map(|(agent, queue, channel)| RemoveMembership::new(agent, queue).with_channel(channel))),
    ]
    .boxed()
}

fn presence() -> BoxedStrategy<Act> {
    let set = (agent(), presence_id());
    prop_oneof![
        6 => act(set.prop_map(|(agent, presence)| SetPresence::new(agent, presence))),
        2 => act(agent().prop_map(Heartbeat::new)),
    ]
    .boxed()
}

fn flags(features: Features) -> BoxedStrategy<Act> {
    let half = || prop::bool::weighted(0.4);
    let flags = prop_oneof![
        act((agent(), half()).prop_map(|(agent, draining)| SetDraining::new(agent, draining))),
        act((agent(), half()).prop_map(|(agent, active)| SetOwnCall::new(agent, active))),
    ];
    if !features.has(Feature::Shifts) {
        return flags.boxed();
    }
    let until = weighted(0.8, floor::soon());
    let shift =
        (agent(), until).prop_map(|(agent, until)| SetShiftEnd::new(agent).with_until(until));
    prop_oneof![flags, act(shift)].boxed()
}

fn submit(features: Features) -> BoxedStrategy<Act> {
    let wait = weighted(0.4, floor::span());
    let straight = (floor::request(features), agent(), prop::bool::weighted(0.3), wait);
    prop_oneof![
        6 => act(floor::request(features).prop_map(|request| Submit(Arc::new(request)))),
        1 => act(straight.prop_map(|(request, agent, force, wait)| {
            SubmitToAgent::new(request, agent).with_force(force).with_wait(wait)
        })),
    ]
    .boxed()
}

fn answer(features: Features) -> BoxedStrategy<Act> {
    let offer = OfferId::NONE;
    let reason = weighted(0.7, reason());
    // Now and then a time that is over already.
    let retry = features.with(Feature::Retry, 0.5, None, floor::soon().prop_map(Some));
    prop_oneof![
        3 => act(Just(Accept::new(offer))),
        2 => act((reason, retry).prop_map(move |(reason, retry_at)| Reject::new(offer).with_reason(reason).with_retry_at(retry_at))),
        1 => act(any::<bool>().prop_map(move |unreachable| ReportUnanswered::new(offer).with_unreachable(unreachable))),
    ]
    .boxed()
}

fn change_work(features: Features) -> BoxedStrategy<Act> {
    act(floor::work_change(features).prop_map(|change| ChangeWork::new(SOME, change)))
}

fn leave() -> BoxedStrategy<Act> {
    prop_oneof![act(Just(Abandon::new(SOME))), act(Just(Cancel::new(SOME))),].boxed()
}

/// Mostly an instant that is over, and sometimes one that comes.
fn earlier() -> BoxedStrategy<Option<Timestamp>> {
    maybe((-6..4_i64).prop_map(|half| Timestamp::from_millis(1_000_000 + half * 500))).boxed()
}

fn by_hand() -> BoxedStrategy<Act> {
    let work = SOME;
    prop_oneof![
        act(agent().prop_map(move |agent| Pull::new(work, agent))),
        act((agent(), earlier()).prop_map(move |(agent, offered_at)| {
            Assign::new(work, agent).with_offered_at(offered_at)
        })),
        act(agent().prop_map(move |agent| Force::new(work, agent))),
    ]
    .boxed()
}

fn hold_and_park() -> BoxedStrategy<Act> {
    let work = SOME;
    // Now and then a time that is over already.
    let until = maybe((-2..20_i64).prop_map(|secs| Timestamp::from_millis(secs * 500)));
    let by = prop::sample::select(&[Resumer::Agent, Resumer::Customer][..]);
    prop_oneof![
        2 => act(Just(Hold::new(work))),
        2 => act(Just(Retrieve::new(work))),
        3 => act(until.prop_map(move |until| Park::new(work).with_until(until))),
        3 => act(by.prop_map(move |by| Resume::new(work, by))),
    ]
    .boxed()
}

fn transfer() -> BoxedStrategy<Act> {
    let work = SOME;
    let placement = maybe(requeue());
    let outside = prop::sample::select(&["0800", "sales@example.com", ""][..]);
    prop_oneof![
        act(outside.prop_map(move |to| TransferOutside::new(work, to.into()))),
        act((queue(), placement, any::<bool>(), careful()).prop_map(
            move |(queue, placement, not, careful)| {
                TransferToQueue::new(work, queue)
                    .with_placement(placement)
                    .with_not_to_sender(not)
                    .with_careful(careful)
            }
        )),
        act((agent(), any::<bool>(), careful(), weighted(0.4, floor::span())).prop_map(
            move |(agent, not, careful, wait)| {
                TransferToAgent::new(work, agent)
                    .with_not_to_sender(not)
                    .with_careful(careful)
                    .with_wait(wait)
            }
        )),
    ]
    .boxed()
}

fn careful() -> BoxedStrategy<bool> {
    prop::bool::weighted(0.4).boxed()
}

pub(super) fn requeue() -> BoxedStrategy<Requeue> {
    prop::sample::select(&[Requeue::Front, Requeue::KeepScore, Requeue::Reset][..]).boxed()
}

fn finish() -> BoxedStrategy<Act> {
    let by = prop::sample::select(&[Finisher::Agent, Finisher::Customer, Finisher::Host][..]);
    prop_oneof![
        4 => act(by.prop_map(|by| FinishContact::new(SOME, by))),
        1 => act(maybe(code()).prop_map(|code| Close::new(SOME).with_code(code))),
    ]
    .boxed()
}

fn wrap_up() -> BoxedStrategy<Act> {
    let work = SOME;
    let code_of = (agent(), code());
    let more = (1..4_u64).prop_map(|halves| Span::from_millis(halves * 500));
    let more = (agent(), more);
    let end = (agent(), maybe(code()));
    prop_oneof![
        1 => act(Just(RequestWrapUp::new(work))),
        1 => act(code_of.prop_map(move |(agent, code)| SetCode::new(work, agent, code))),
        3 => act(more.prop_map(move |(agent, by)| ExtendWrapUp::new(work, agent, by))),
        3 => act(end.prop_map(move |(agent, code)| EndWrapUp::new(work, agent).with_code(code))),
    ]
    .boxed()
}

fn aside() -> BoxedStrategy<Act> {
    let work = SOME;
    let placement = || maybe(requeue());
    let postpone = (floor::soon(), prop::bool::weighted(0.3));
    let unassign = (prop::bool::weighted(0.4), placement());
    let callback = (channel(), floor::callback(), weighted(0.4, floor::soon()));
    prop_oneof![
        4 => act(placement().prop_map(move |placement| Activate::new(work).with_placement(placement))),
        2 => act(Just(Suspend::new(work))),
        2 => act(postpone.prop_map(move |(at, activation)| Postpone::new(work, at).with_activation(activation))),
        2 => act(weighted(0.8, floor::soon()).prop_map(move |at| CloseAt::new(work).with_at(at))),
        3 => act(unassign.prop_map(move |(suspend, placement)| Unassign::new(work).with_suspend(suspend).with_placement(placement))),
        2 => act(callback.prop_map(move |(channel, callback, at)| RequestCallback::new(work, channel).with_callback(callback).with_at(at))),
        3 => act(Just(ReportUnreached::new(work))),
    ]
    .boxed()
}

fn reclassify() -> BoxedStrategy<Act> {
    act(Just(Reclassify::new(SOME)))
}

fn legs(features: Features) -> BoxedStrategy<Act> {
    let work = SOME;
    let how = [Supervision::Monitor, Supervision::Coach, Supervision::Barge];
    let supervise = (agent(), prop::sample::select(how.to_vec()));
    prop_oneof![
        6 => act(agent().prop_map(move |agent| Consult::new(work, agent))),
        5 => act(floor::queue_consult(features)),
        5 => act(agent().prop_map(move |agent| Answer::new(work, agent))),
        3 => act(agent().prop_map(move |agent| Decline::new(work, agent))),
        2 => act(agent().prop_map(move |agent| Confer::new(work, agent))),
        3 => act(agent().prop_map(move |agent| HandOver::new(work, agent))),
        2 => act(agent().prop_map(move |agent| EndLeg::new(work, agent))),
        2 => act(supervise.prop_map(move |(agent, role)| Supervise::new(work, agent, role))),
    ]
    .boxed()
}
