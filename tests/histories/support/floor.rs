//! The floor on which histories happen: a few of everything, with rules of all sorts.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use strowger::command::{Command, ConsultQueue, Define, SetMembership, SetPresence, SetShiftEnd};
use strowger::model::{
    AgentChoice, AgentId, AgentProfile, AgentWrapUp, Attributes, Broadcast, Budget,
    CalendarProfile, Callback, Capacity, ChannelId, ChannelProfile, Comparison, Date, Evaluation,
    Exhausted, Expiring, Hours, IdleClock, IdleSince, Limits, MaxWaitAction, MembersWhere,
    Membership, Need, Opens, Order, Preferred, PreferredAgent, PreferredStep, PresenceId,
    PresenceProfile, Priority, QueueId, QueueProfile, RejectReasonProfile, Relaxation,
    RelaxationClock, RelaxationStep, RequeuePolicy, Requirement, Response, Schedule, SkillProfile,
    SortKey, SystemPresence, TimeOfDay, Tolerance, Value, WaitClock, Week, Weights, Wish,
    WorkChange, WorkId, WorkRequest, WrapUpCodeProfile, WrapUpMode, WrapUpProfile, Zone,
    ZoneChange,
};
use strowger::{Config, Span, Timestamp};

use super::features::{Feature, Features};
use super::ops::{agent, calendar, channel, code, presence_id, queue, requeue, skill};
use super::pools::{pool_bounds, pool_profile, pools};
use super::{START, overflow};

/// Round lengths of time, so that different deadlines often meet.
pub(crate) fn span() -> BoxedStrategy<Span> {
    select(&[1_u64, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000][..])
        .prop_map(Span::from_millis)
        .boxed()
}

/// Mostly without narrow bounds.
pub(crate) fn config() -> BoxedStrategy<Config> {
    let narrow = |least: u32| prop_oneof![6 => Just(1_000_u32), 1 => least..least + 6];
    let limits = (narrow(11), narrow(5), narrow(2), narrow(1), narrow(1), narrow(1));
    let limits =
        limits.prop_map(|(definitions, agents, memberships, open_work, assignments, needs)| {
            Limits::default()
                .with_definitions(definitions)
                .with_agents(agents)
                .with_memberships(memberships)
                .with_open_work(open_work)
                .with_assignments(assignments)
                .with_needs(needs)
        });
    let remembered = prop_oneof![2 => Just(10_000_u32), 1 => 1..6_u32];
    let idle_needs = prop_oneof![1 => Just(10_000_u32), 1 => 0..4_u32];
    let data = prop_oneof![3 => Just(u32::MAX), 1 => 0..60_u32];
    let kept = (idle_needs, data);
    (limits, kept, remembered, prop::bool::weighted(0.3), prop::bool::weighted(0.2))
        .prop_map(|(limits, (idle, data), remembered, assign, off_queue)| {
            let limits = limits.with_idle_needs(idle).with_all_data_bytes(data);
            let config = Config::default().with_limits(limits).with_remembered(remembered);
            // Histories reach any instant there is.
            let config = config.with_available_off_queue(off_queue);
            config.with_agents_assign(assign).with_clock_step(None).with_seed(42)
        })
        .boxed()
}

/// Three skills, channels, reasons, codes and queues, two presences, and five agents who are
/// members here and there and mostly on queue.
pub(crate) fn floor(features: Features) -> BoxedStrategy<Vec<Command>> {
    let things = (
        vec(channel_profile(features), 3),
        vec(presence_profile(), 2),
        vec(reason_profile(features), 3),
        vec(queue_profile(features), 3),
        vec(agent_profile(features), 5),
        vec(calendar_profile(), 2),
        vec(pool_profile(), 3),
    );
    let terms = (membership(features), membership_channel(features));
    let terms = vec(weighted(0.7, terms), 20);
    let here = vec(prop_oneof![4 => Just(PresenceId::from_raw(2)), 1 => presence_id()], 5);
    let ends = vec(features.with(Feature::Shifts, 0.7, None, soon().prop_map(Some)), 5);
    (things, terms, here, ends)
        .prop_map(|(things, terms, here, ends)| {
            let (channels, presences, reasons, queues, agents, calendars, pools) = things;
            let mut floor: Vec<Command> = Vec::new();
            for key in ["french", "german", "billing"] {
                floor.push(Define::new(key, SkillProfile::default()).into());
                floor.push(Define::new(key, WrapUpCodeProfile::default()).into());
            }
            // What is not defined yet cannot be mentioned: at first without, then as it shall be.
            for key in ["voice", "chat", "mail"] {
                floor.push(Define::new(key, ChannelProfile::default()).into());
                floor.push(Define::new(key, QueueProfile::default()).into());
            }
            fn defined<P: strowger::model::Profile>(
                prefix: &str,
                profiles: Vec<P>,
            ) -> Vec<Define<P>> {
                let keys = (0..).map(|number| format!("{prefix}{number}"));
                let pairs = keys.zip(profiles);
                pairs.map(|(key, profile)| Define::new(&key, profile)).collect()
            }
            floor.extend(defined("at", presences).into_iter().map(Command::from));
            floor.extend(defined("no", reasons).into_iter().map(Command::from));
            floor.extend(defined("pool", pools).into_iter().map(Command::from));
            floor.extend(defined("open", calendars).into_iter().map(Command::from));
            for (raw, profile) in (0..).zip(channels) {
                let id = ChannelId::from_raw(raw);
                floor.push(strowger::command::Change::new(id, profile).into());
            }
            for (raw, profile) in (0..).zip(queues) {
                let id = QueueId::from_raw(raw);
                floor.push(strowger::command::Change::new(id, profile).into());
            }
            floor.extend(defined("agent", agents).into_iter().map(Command::from));
            for (place, membership) in (0..).zip(terms) {
                let (agent, queue) =
                    (AgentId::from_raw(place % 5), QueueId::from_raw(place / 5 % 3));
                floor.extend(membership.map(|(membership, channel)| {
                    Command::from(
                        SetMembership::new(agent, queue)
                            .with_membership(membership)
                            .with_channel(channel),
                    )
                }));
            }
            for (raw, presence) in (0..).zip(here) {
                let agent = AgentId::from_raw(raw);
                floor.push(SetPresence::new(agent, presence).into());
            }
            for (raw, until) in (0..).zip(ends) {
                let until = until.map(|at| START + Span::from_millis(at.as_millis().max(0) as u64));
                let agent = AgentId::from_raw(raw);
                floor.extend(
                    until.map(|_| Command::from(SetShiftEnd::new(agent).with_until(until))),
                );
            }
            floor
        })
        .boxed()
}

/// Mostly the first, now and then any.
fn mostly<T: Clone + std::fmt::Debug + 'static>(
    usual: T,
    other: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![2 => Just(usual), 1 => other].boxed()
}

fn rarely(probability: f64) -> BoxedStrategy<bool> {
    prop::bool::weighted(probability).boxed()
}

pub(super) fn channel_profile(features: Features) -> BoxedStrategy<ChannelProfile> {
    let weight = || select(&[0_u8, 50, 100][..]);
    let weights = (weight(), weight(), weight(), weight(), weight());
    let weights = weights.prop_map(|(offered, active, held, parked, wrap_up)| {
        Weights::default()
            .with_offered(offered)
            .with_active(active)
            .with_held(held)
            .with_parked(parked)
            .with_wrap_up(wrap_up)
    });
    (
        prop_oneof![10 => 1..4_u32, 1 => Just(0)],
        weighted(0.9, span()),
        rarely(0.1),
        mostly(Weights::default(), weights),
        weighted(0.3, vec(channel(), 0..3)),
        weighted(0.2, span()),
        pools(features),
    )
        .prop_map(
            |(cost, offer_window, auto_accept, weights, interruptible_by, lifetime, pools)| {
                ChannelProfile::default()
                    .with_cost(cost)
                    .with_offer_window(offer_window)
                    .with_auto_accept(auto_accept)
                    .with_weights(weights)
                    .with_interruptible_by(interruptible_by)
                    .with_lifetime(lifetime)
                    .with_pools(pools)
            },
        )
        .boxed()
}

pub(super) fn presence_profile() -> BoxedStrategy<PresenceProfile> {
    let opens = prop_oneof![
        1 => Just(Opens::Nothing),
        1 => Just(Opens::Everything),
        3 => vec(channel(), 0..3).prop_map(Opens::Only),
    ];
    let system = prop_oneof![
        5 => Just(SystemPresence::OnQueue),
        1 => select(&SystemPresence::ALL[..]),
    ];
    (system, opens)
        .prop_map(|(system, opens)| PresenceProfile::of(system).with_opens(opens))
        .boxed()
}

pub(super) fn reason_profile(features: Features) -> BoxedStrategy<RejectReasonProfile> {
    let until_back = features.with(Feature::Retry, 0.7, false, Just(true));
    (rarely(0.6), weighted(0.4, span()), weighted(0.5, response()), until_back)
        .prop_map(|(reassignable, retry_after, response, until_back)| {
            RejectReasonProfile::default()
                .with_reassignable(reassignable)
                .with_retry_after(retry_after)
                .with_response(response)
                .with_until_back(until_back)
        })
        .boxed()
}

fn response() -> BoxedStrategy<Response> {
    prop_oneof![
        2 => Just(Response::NotResponding),
        1 => presence_id().prop_map(Response::Presence),
        8 => Just(Response::Nothing),
    ]
    .boxed()
}

fn often_not() -> BoxedStrategy<bool> {
    prop_oneof![4 => Just(false), 1 => Just(true)].boxed()
}

pub(super) fn queue_profile(features: Features) -> BoxedStrategy<QueueProfile> {
    let usual_orders = select(&[Order::Score, Order::Priority, Order::Deadline, Order::Lifo][..]);
    let orders = features.with(Feature::Orders, 0.7, None, sorted().prop_map(Some));
    let orders = (usual_orders, orders).prop_map(|(usual, other)| other.unwrap_or((usual, vec![])));
    let choices = select(
        &[
            AgentChoice::LongestIdle,
            AgentChoice::LeastLoaded,
            AgentChoice::LeastLoadedRatio,
            AgentChoice::MostProficient,
            AgentChoice::RoundRobin,
            AgentChoice::FixedOrder,
        ][..],
    );
    let finer = select(
        &[
            AgentChoice::NearestProficient,
            AgentChoice::LeastRecentlyOffered,
            AgentChoice::WeightedShare,
            AgentChoice::WeightedShare,
            AgentChoice::Scored,
        ][..],
    );
    let finer = features.with(Feature::Choices, 0.7, None, finer.prop_map(Some));
    let left = select(&[AgentChoice::LeastShiftLeft, AgentChoice::MostShiftLeft][..]);
    let left = features.with(Feature::Shifts, 0.4, None, left.prop_map(Some));
    let choices =
        (choices, finer, left).prop_map(|(usual, finer, left)| left.or(finer).unwrap_or(usual));
    let clocks = select(
        &[IdleSince::LastRelease, IdleSince::LastOffer, IdleSince::LastAccept, IdleSince::Ready][..],
    );
    let idle = (clocks, any::<bool>()).prop_map(|(since, own_channel)| {
        IdleClock::default().with_since(since).with_own_channel(own_channel)
    });
    let windows = btree_map(channel(), weighted(0.8, span()), 0..2);
    let offers = (windows, rarely(0.1), rarely(0.8));
    let tolerance = (1..4_u8, 1..5_u8).prop_map(|(misses, offers)| Tolerance::new(misses, offers));
    let budget = (weighted(0.4, 1..4_u8), weighted(0.3, 1..6_u16), weighted(0.4, 0..3_u8));
    let budget = budget.prop_map(|(per_agent, per_work, unassignments)| {
        Budget::default()
            .with_per_agent(per_agent)
            .with_per_work(per_work)
            .with_unassignments(unassignments)
    });
    let exhausted = prop_oneof![
        2 => Just(Exhausted::Wait),
        2 => span().prop_map(|after| Exhausted::Retry { after }),
        2 => queue().prop_map(|queue| Exhausted::Move { queue }),
        1 => Just(Exhausted::Close),
    ];
    let on_max_wait = prop_oneof![
        1 => Just(MaxWaitAction::Close),
        2 => queue().prop_map(|queue| MaxWaitAction::Move { queue }),
    ];
    let recalls = prop_oneof![2 => Just(false), 1 => Just(true)];
    let waits = (weighted(0.4, span()), on_max_wait, span(), recalls);
    let waiting_max = prop_oneof![8 => Just(1_000_u32), 1 => 0..5_u32];
    let answers = (mostly(RequeuePolicy::default(), requeues()), response(), response());
    let first = (orders, choices, idle, offers, answers);
    let counts = prop_oneof![Just(WaitClock::Wall), Just(WaitClock::Open)];
    let calendar = (weighted(0.3, calendar()), counts);
    let second = (tolerance, budget, exhausted, wrap_up_profile(), waits, waiting_max, calendar);
    let broadcast = (1..4_u8, prop_oneof![20 => 0..3_u8, 1 => Just(49)], any::<bool>()).prop_map(
        |(min, more, refill)| {
            Broadcast::default().with_min(min).with_max(min + more).with_refill(refill)
        },
    );
    let third = (
        features.with(Feature::Steps, 0.6, None, relaxation(features).prop_map(Some)),
        features.with(Feature::Shifts, 0.6, None, span().prop_map(Some)),
        features.with(Feature::Scarce, 0.8, 0, 1..4_u16),
        features.with(Feature::Broadcast, 0.8, Broadcast::default(), broadcast),
    );
    let fourth = (
        features.with(Feature::Aside, 0.6, None, span().prop_map(Some)),
        features.with(Feature::Classes, 0.6, None, overflow::classification().prop_map(Some)),
        features.with(Feature::Overflow, 0.7, vec![], overflow::rules()),
        overflow::last_resort(),
        features.with(Feature::Helpers, 0.7, vec![], overflow::helpers()),
        select(&[500_u64, 1_000, 2_000, 5_000, 10_000][..]).prop_map(Span::from_millis),
        features.with(Feature::Ramps, 0.7, None, overflow::ramp().prop_map(Some)),
        features.with(Feature::External, 0.4, false, Just(true)),
        (
            (often_not(), often_not(), often_not(), often_not(), often_not()),
            members_where(features),
            often_not(),
        ),
    );
    (first, second, third, fourth)
        .prop_map(|(first, second, third, fourth)| {
            let (relaxation, shift_left_min, spare_scarce, broadcast) = third;
            let (
                sticky,
                classification,
                overflow,
                last_resort,
                conditional,
                inspect_every,
                ramp,
                external,
                (
                    (not_to_sender, pull_offered, pull_put_off, refuse_unstaffed, members_alike),
                    members_where,
                    withdraw_offline,
                ),
            ) = fourth;
            let ((order, sort_by), choice, idle, offers, answers) = first;
            let (tolerance, budget, exhausted, wrap_up, waits, waiting_max, calendar) = second;
            let (offer_windows, auto_accept, withdraw_offers) = offers;
            let (requeue, on_reject, on_miss) = answers;
            let (max_wait, on_max_wait, service_target, max_wait_recalls) = waits;
            let (calendar, counts) = calendar;
            QueueProfile::default()
                .with_order(order)
                .with_choice(choice)
                .with_idle(idle)
                .with_offer_windows(offer_windows)
                .with_auto_accept(auto_accept)
                .with_withdraw_offers(withdraw_offers)
                .with_withdraw_offline(withdraw_offline)
                .with_requeue(requeue)
                .with_on_reject(on_reject)
                .with_on_miss(on_miss)
                .with_tolerance(tolerance)
                .with_budget(budget)
                .with_exhausted(exhausted)
                .with_wrap_up(wrap_up)
                .with_max_wait(max_wait)
                .with_max_wait_recalls(max_wait_recalls)
                .with_on_max_wait(on_max_wait)
                .with_service_target(service_target)
                .with_counts(counts)
                .with_waiting_max(waiting_max)
                .with_calendar(calendar)
                .with_sort_by(sort_by)
                .with_relaxation(relaxation)
                .with_shift_left_min(shift_left_min)
                .with_spare_scarce(spare_scarce)
                .with_broadcast(broadcast)
                .with_members_alike(members_alike)
                .with_members_where(members_where)
                .with_classification(classification)
                .with_sticky(sticky)
                .with_overflow(overflow)
                .with_last_resort(last_resort)
                .with_conditional(conditional)
                .with_inspect_every(inspect_every)
                .with_ramp(ramp)
                .with_external(external)
                .with_not_to_sender(not_to_sender)
                .with_refuse_unstaffed(refuse_unstaffed)
                .with_pull_offered(pull_offered)
                .with_pull_put_off(pull_put_off)
        })
        .boxed()
}

/// Orders for which something else matters than the time of entry.
fn sorted() -> BoxedStrategy<(Order, Vec<SortKey>)> {
    let name = select(&["number", "flag", "note"][..]);
    let key = (name, any::<bool>(), any::<bool>()).prop_map(|(name, descending, missing_first)| {
        SortKey::ascending(name).with_descending(descending).with_missing_first(missing_first)
    });
    let keys = prop_oneof![20 => vec(key.clone(), 1..3), 1 => vec(key, 0..4)];
    prop_oneof![
        1 => Just((Order::Ratio, vec![])),
        1 => Just((Order::PriorityRatio, vec![])),
        1 => keys.prop_map(|keys| (Order::Sorted, keys)),
    ]
    .boxed()
}

/// Round points in time, as those of other deadlines, and now and then out of order.
fn relaxation(features: Features) -> BoxedStrategy<Relaxation> {
    use RelaxationClock::{Age, FirstOffer, InQueue};
    let clocks = select(&[InQueue, InQueue, Age, FirstOffer][..]);
    let later = select(&[500_u64, 1_000, 2_000, 5_000][..]);
    let later = prop_oneof![60 => later, 1 => Just(0)];
    let ring = features.with(Feature::Rings, 0.7, None, (0..4_u8).prop_map(Some));
    let step = (
        later,
        weighted(0.15, plain_need()),
        vec(skill(), 0..2),
        select(&[0_u8, 0, 20, 60][..]),
        ring,
    );
    (clocks, vec(step, 0..4), rarely(0.4), overflow::own_clock())
        .prop_map(|(clock, steps, skip_empty, counts)| {
            let mut after = Span::ZERO;
            let step = |(later, need, drop, lower, ring): (u64, _, _, _, _)| {
                after = Span::from_millis(after.as_millis() + later);
                RelaxationStep::default()
                    .with_after(after)
                    .with_need(need)
                    .with_drop(drop)
                    .with_lower(lower)
                    .with_ring(ring)
            };
            Relaxation::default()
                .with_clock(clock)
                .with_counts(counts)
                .with_steps(steps.into_iter().map(step))
                .with_skip_empty(skip_empty)
        })
        .boxed()
}

/// Some instant soon, or just over, relative to now.
pub(super) fn soon() -> BoxedStrategy<Timestamp> {
    (-2..30_i64).prop_map(|halves| Timestamp::from_millis(halves * 500)).boxed()
}

fn requeues() -> BoxedStrategy<RequeuePolicy> {
    (requeue(), requeue(), requeue(), requeue(), requeue(), requeue())
        .prop_map(|(rejected, missed, withdrawn, transferred, resumed, unassigned)| {
            RequeuePolicy::default()
                .with_unassigned(unassigned)
                .with_rejected(rejected)
                .with_missed(missed)
                .with_withdrawn(withdrawn)
                .with_transferred(transferred)
                .with_resumed(resumed)
        })
        .boxed()
}

/// The shortest is a second; what is shorter is refused.
fn wrap_up_timeout() -> BoxedStrategy<Span> {
    let secs = prop_oneof![20 => select(&[1_u32, 2, 5, 30][..]), 1 => Just(0)];
    secs.prop_map(Span::from_secs).boxed()
}

fn wrap_up_profile() -> BoxedStrategy<WrapUpProfile> {
    let timeout = wrap_up_timeout;
    let mode = prop_oneof![
        Just(WrapUpMode::None),
        timeout().prop_map(|timeout| WrapUpMode::Optional { timeout }),
        Just(WrapUpMode::Mandatory),
        timeout().prop_map(|timeout| WrapUpMode::MandatoryTimeout { timeout }),
        timeout().prop_map(|timeout| WrapUpMode::ForcedTimeout { timeout }),
        timeout().prop_map(|timeout| WrapUpMode::OnRequest { timeout }),
    ];
    (mode, rarely(0.8), weighted(0.4, vec(code(), 1..3)), rarely(0.4), span())
        .prop_map(|(mode, after_transfer, codes, default, extension_max)| {
            let codes = codes.unwrap_or_default();
            WrapUpProfile::default()
                .with_mode(mode)
                .with_after_transfer(after_transfer)
                .with_default_code(codes.first().copied().filter(|_| default))
                .with_codes(codes)
                .with_extension_max(extension_max)
        })
        .boxed()
}

pub(super) fn agent_profile(features: Features) -> BoxedStrategy<AgentProfile> {
    let attributes = (weighted(0.5, team()), weighted(0.3, 0..3_i64)).prop_map(|(team, floor)| {
        let team = team.map(|team| ("team".into(), Value::from(team)));
        let floor = floor.map(|floor| ("floor".into(), Value::from(floor)));
        team.into_iter().chain(floor).collect::<Attributes>()
    });
    let wrap_up = prop_oneof![
        4 => Just(AgentWrapUp::Queue),
        1 => Just(AgentWrapUp::Never),
        2 => wrap_up_timeout().prop_map(AgentWrapUp::Timeout),
    ];
    (
        btree_map(
            skill(),
            prop_oneof![9 => select(&[0_u8, 40, 60, 100][..]), 1 => 101..102_u8],
            0..3,
        ),
        attributes,
        capacity(features),
        weighted(0.3, select(&[500_u64, 10_000, 30_000, 60_000][..]).prop_map(Span::from_millis)),
        rarely(0.1),
        (weighted(0.1, btree_set(channel(), 0..3)), wrap_up),
    )
        .prop_map(|(skills, attributes, capacity, lease, auto_accept, (entitled, wrap_up))| {
            let mut profile = AgentProfile::default()
                .with_skills(skills)
                .with_attributes(attributes)
                .with_capacity(capacity)
                .with_lease(lease)
                .with_auto_accept(auto_accept)
                .with_wrap_up(wrap_up);
            profile.entitled = entitled;
            profile
        })
        .boxed()
}

fn team() -> BoxedStrategy<&'static str> {
    select(&["north", "south"][..]).boxed()
}

fn capacity(features: Features) -> BoxedStrategy<Capacity> {
    (
        weighted(0.3, prop_oneof![9 => 2..9_u32, 1 => Just(0)]),
        weighted(0.7, prop_oneof![9 => 1..5_u16, 1 => Just(0)]),
        btree_map(channel(), 0..3_u16, 0..2),
        pool_bounds(features),
        weighted(0.3, 0..3_u16),
        weighted(0.3, btree_map(channel(), prop_oneof![9 => 1..4_u32, 1 => Just(0)], 1..3)),
    )
        .prop_map(|(units, items, channels, pools, parked, costs)| {
            Capacity::default()
                .with_units(units)
                .with_items(items)
                .with_channels(channels)
                .with_pools(pools)
                .with_parked(parked)
                .with_costs(costs.unwrap_or_default())
        })
        .boxed()
}

pub(super) fn membership(features: Features) -> BoxedStrategy<Membership> {
    let delay = prop_oneof![3 => Just(Span::ZERO), 1 => span()];
    let ring = prop_oneof![30 => 0..4_u8, 1 => Just(16)];
    let ring = features.with(Feature::Rings, 0.6, 0, ring);
    let weight = prop_oneof![20 => 1..4_u16, 1 => Just(0), 1 => Just(1_000)];
    let weight = features.with(Feature::Choices, 0.7, 1, weight);
    (prop_oneof![20 => 1..4_u8, 1 => Just(0)], delay, 0..3_u16, ring, weight)
        .prop_map(|(rank, delay, position, ring, weight)| {
            Membership::default()
                .with_rank(rank)
                .with_delay(delay)
                .with_position(position)
                .with_ring(ring)
                .with_weight(weight)
        })
        .boxed()
}

/// What a queue asks of its members, who need not be named then.
fn members_where(features: Features) -> BoxedStrategy<Option<MembersWhere>> {
    let asked = (requirement(), membership(features))
        .prop_map(|(requirement, terms)| MembersWhere::new(requirement).with_terms(terms));
    weighted(0.2, asked).boxed()
}

/// Mostly the terms hold for every channel.
pub(super) fn membership_channel(features: Features) -> BoxedStrategy<Option<ChannelId>> {
    features.with(Feature::OwnTerms, 0.3, None, channel().prop_map(Some)).boxed()
}

pub(super) fn comparison() -> BoxedStrategy<Comparison> {
    use Comparison::{AtLeast, AtMost, Equal, Less, More, NotEqual};
    select(&[AtLeast, AtLeast, Equal, NotEqual, Less, AtMost, More][..]).boxed()
}

fn requirement() -> BoxedStrategy<Requirement> {
    let leaf = prop_oneof![
        4 => (skill(), comparison(), select(&[0_u8, 40, 60][..]))
            .prop_map(|(skill, is, level)| Requirement::Skill { skill, is, level }),
        1 => (comparison(), team()).prop_map(|(is, team)| Requirement::attribute("team", is, team)),
        1 => (0..3_i64).prop_map(|floor| Requirement::In {
            name: "floor".into(),
            values: vec![floor.into()],
        }),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Requirement::All),
            vec(inner.clone(), 1..3).prop_map(Requirement::Any),
            inner.prop_map(|part| Requirement::Not(Box::new(part))),
        ]
    })
    .boxed()
}

/// What work asks for, some of it for a while.
fn need(features: Features) -> BoxedStrategy<Need> {
    let after = prop_oneof![20 => span(), 1 => Just(Span::ZERO)];
    let expiring =
        (requirement(), after).prop_map(|(requirement, after)| Expiring::new(requirement, after));
    let expiring = features.with(Feature::Expiring, 0.6, vec![], vec(expiring, 1..3));
    (plain_need(), expiring).prop_map(|(need, expiring)| need.with_expiring(expiring)).boxed()
}

pub(super) fn plain_need() -> BoxedStrategy<Need> {
    let wish = (requirement(), select(&[1_u16, 10, 100, 10_001][..]));
    let wish = wish.prop_map(|(requirement, weight)| Wish::new(requirement, weight));
    let evaluation = select(&[Evaluation::All, Evaluation::Best, Evaluation::None][..]);
    let some = (requirement(), vec(wish, 0..2), evaluation).prop_map(
        |(requirement, wishes, evaluation)| {
            Need::default()
                .with_requirement(requirement)
                .with_wishes(wishes)
                .with_evaluation(evaluation)
        },
    );
    mostly(Need::default(), some).boxed()
}

fn preferred(features: Features) -> BoxedStrategy<Preferred> {
    let score = || select(&[0_u8, 50, 100][..]);
    let agents = vec((agent(), score()), 1..4);
    let steps = vec((score(), span()), 1..4);
    let expedite = features.with(Feature::Expedite, 0.7, false, Just(true));
    (agents, steps, rarely(0.3), rarely(0.3), expedite)
        .prop_map(|(agents, steps, ignore_need, ignore_capacity, expedite)| {
            let listed = |(agent, score)| PreferredAgent::new(agent, score);
            let step = |(score_min, wait)| PreferredStep::new(score_min, wait);
            Preferred::default()
                .with_agents(agents.into_iter().map(listed))
                .with_steps(steps.into_iter().map(step))
                .with_ignore_need(ignore_need)
                .with_ignore_capacity(ignore_capacity)
                .with_expedite(expedite)
        })
        .boxed()
}

pub(super) fn priority() -> BoxedStrategy<Priority> {
    prop_oneof![40 => -2..3_i32, 1 => Just(25_000_001)].prop_map(Priority).boxed()
}

/// Seconds from now, as a time that is relative.
fn secs(from: i64, to: i64) -> BoxedStrategy<Timestamp> {
    (from..to).prop_map(|secs| Timestamp::from_millis(secs * 1_000)).boxed()
}

pub(super) fn request(features: Features) -> BoxedStrategy<WorkRequest> {
    prop_oneof![1 => keyed_request(), 4 => any_request(features)].boxed()
}

/// So few different ones that the very same request, and another under the same key, often come
/// again.
fn keyed_request() -> BoxedStrategy<WorkRequest> {
    let key = select(&["call", "chat"][..]);
    let queue = (0..2_u32).prop_map(QueueId::from_raw);
    (key, queue)
        .prop_map(|(key, queue)| WorkRequest::new(queue, ChannelId::from_raw(0)).with_key(key))
        .boxed()
}

fn any_request(features: Features) -> BoxedStrategy<WorkRequest> {
    let key = weighted(0.1, select(&["call", "case", ""][..]));
    let customer = weighted(0.2, select(&["dora", "emil", "fay", ""][..]));
    let key = (key, customer);
    let first = (key, queue(), channel(), need(features), mostly(Priority(0), priority()));
    let second = (
        rarely(0.1),
        mostly(Span::ZERO, span()),
        weighted(0.2, prop_oneof![20 => 1..4_u32, 1 => Just(0)]),
        weighted(0.2, secs(-40, 1)),
        weighted(0.2, secs(-10, 40)),
        weighted(0.15, span()),
        weighted(0.25, preferred(features)),
    );
    let objective = prop_oneof![20 => span(), 1 => Just(Span::ZERO)];
    let third = (
        features.with(Feature::Orders, 0.6, Attributes::new(), attributes()),
        features.with(Feature::Steps, 0.4, None, relaxation(features).prop_map(Some)),
        features.with(Feature::Orders, 0.5, None, objective.prop_map(Some)),
        pools(features),
        features.with(Feature::Aside, 0.3, None, schedule().prop_map(Some)),
        (
            features.with(Feature::Aside, 0.5, None, callback().prop_map(Some)),
            weighted(0.1, prop_oneof![Just(true), Just(false)]),
            rarely(0.1),
            never_to(),
        ),
    );
    (first, second, third)
        .prop_map(|(first, second, third)| {
            let (attributes, relaxation, objective, pools, schedule, fourth) = third;
            let (callback, auto_accept, internal, never_to) = fourth;
            let ((key, customer), queue, channel, need, priority) = first;
            let (front, credit, size, origin, due, lifetime, preferred) = second;
            let mut request = WorkRequest::new(queue, channel)
                .with_need(need)
                .with_priority(priority)
                .with_front(front)
                .with_credit(credit)
                .with_size(size)
                .with_origin(origin)
                .with_due(due)
                .with_lifetime(lifetime)
                .with_preferred(preferred)
                .with_attributes(attributes)
                .with_relaxation(relaxation)
                .with_objective(objective)
                .with_pools(pools)
                .with_schedule(schedule)
                .with_callback(callback)
                .with_auto_accept(auto_accept)
                .with_internal(internal)
                .with_never_to(never_to);
            request.key = key.map(Into::into);
            request.customer = customer.map(Into::into);
            request
        })
        .boxed()
}

/// Seldom somebody; now and then the same agent twice.
fn never_to() -> BoxedStrategy<Vec<AgentId>> {
    prop_oneof![9 => Just(Vec::new()), 1 => vec(agent(), 1..3)].boxed()
}

/// Work that is chosen when it is time is asked about in a queue.
pub(super) fn queue_consult(features: Features) -> BoxedStrategy<ConsultQueue> {
    let asked = (queue(), need(features), mostly(Priority(0), priority()));
    let more = (
        weighted(0.2, preferred(features)),
        features.with(Feature::Orders, 0.6, Attributes::new(), attributes()),
        weighted(0.1, Just("note")),
        weighted(0.2, any::<bool>()),
    );
    (asked, more)
        .prop_map(|((queue, need, priority), (preferred, attributes, note, auto_accept))| {
            ConsultQueue::new(WorkId::from_raw(0), queue)
                .with_need(need)
                .with_priority(priority)
                .with_preferred(preferred)
                .with_attributes(attributes)
                .with_attached(note.map(|note| ("note".into(), note.into())))
                .with_auto_accept(auto_accept)
        })
        .boxed()
}

/// Now and then one that says nothing.
fn schedule() -> BoxedStrategy<Schedule> {
    (weighted(0.7, soon()), rarely(0.3))
        .prop_map(|(at, activation)| Schedule::default().with_at(at).with_activation(activation))
        .boxed()
}

pub(super) fn callback() -> BoxedStrategy<Callback> {
    let gap = prop_oneof![20 => span(), 1 => Just(Span::ZERO)];
    (0..3_u8, gap)
        .prop_map(|(retries, gap)| Callback::default().with_retries(retries).with_gap(gap))
        .boxed()
}

/// By which work is sorted in some queues.
fn attributes() -> BoxedStrategy<Attributes> {
    let number =
        weighted(0.6, prop_oneof![5 => -2..3_i64, 1 => Just(i64::MIN), 1 => Just(i64::MAX)]);
    let flag = weighted(0.5, any::<bool>());
    let note = weighted(0.3, Just("text"));
    (number, flag, note)
        .prop_map(|(number, flag, note)| {
            let number = number.map(|number| ("number".into(), Value::from(number)));
            let flag = flag.map(|flag| ("flag".into(), Value::Flag(flag)));
            let note = note.map(|note| ("note".into(), Value::from(note)));
            number.into_iter().chain(flag).chain(note).collect()
        })
        .boxed()
}

pub(super) fn work_change(features: Features) -> BoxedStrategy<WorkChange> {
    let number = || weighted(0.2, 0..2_i64);
    (
        weighted(0.4, priority()),
        weighted(0.3, any::<bool>()),
        weighted(0.3, need(features)),
        weighted(0.2, span()),
        weighted(0.2, secs(-10, 40)),
        number(),
        weighted(0.1, Just("note")),
        (
            weighted(0.1, span()),
            weighted(0.1, span()),
            weighted(0.2, prop_oneof![4 => preferred(features), 1 => Just(Preferred::default())]),
            weighted(0.1, relaxation(features)),
            weighted(0.1, pools(features)),
        ),
    )
        .prop_map(|(priority, front, need, credit, due, number, note, more)| {
            let (objective, lifetime, preferred, relaxation, pools) = more;
            let attribute = number.map(|number| ("number".into(), Value::from(number)));
            let attached = note.map(|note| ("note".into(), note.into()));
            WorkChange::default()
                .with_priority(priority)
                .with_front(front)
                .with_need(need)
                .with_credit(credit)
                .with_due(due)
                .with_objective(objective)
                .with_lifetime(lifetime)
                .with_preferred(preferred)
                .with_relaxation(relaxation)
                .with_pools(pools)
                .with_attributes(attribute)
                .with_attached(attached.into_iter().collect::<BTreeMap<_, _>>())
        })
        .boxed()
}

/// Calendars with hours, exceptions and changes of the clocks near the begin of all histories; now
/// and then one that makes no sense.
pub(super) fn calendar_profile() -> BoxedStrategy<CalendarProfile> {
    let day = || {
        prop_oneof![
            2 => Just(vec![]),
            1 => Just(vec![Hours::ALL_DAY]),
            3 => vec(0..26_u16, 0..4).prop_map(|mut hours| {
                hours.sort_unstable();
                let minutes = |hour: &u16| TimeOfDay::from_minutes(hour * 60);
                let pairs = hours.chunks_exact(2);
                pairs.map(|pair| Hours::new(minutes(&pair[0]), minutes(&pair[1]))).collect()
            }),
            // A history begins at midnight, and few last longer than this.
            4 => btree_set(0..90_u16, 2..9).prop_map(|minutes| {
                let minutes: Vec<_> = minutes.into_iter().map(TimeOfDay::from_minutes).collect();
                minutes.chunks_exact(2).map(|pair| Hours::new(pair[0], pair[1])).collect()
            }),
        ]
    };
    let exceptions =
        btree_map((1_u8..4).prop_map(|day| Date::new(1970, 1, day).unwrap()), day(), 0..2);
    let offset = || select(&[-1_080_i16, 0, 60, 120, 1_081][..]);
    let change = (0..200_i64, offset()).prop_map(|(minutes, offset_minutes)| ZoneChange {
        from: Timestamp::from_millis(minutes * 60_000),
        offset_minutes,
    });
    (day(), day(), exceptions, offset(), vec(change, 0..3))
        .prop_map(|(thursday, friday, exceptions, offset_minutes, changes)| {
            CalendarProfile::default()
                .with_week(Week { thursday, friday, ..Week::default() })
                .with_exceptions(exceptions)
                .with_zone(
                    Zone::default().with_offset_minutes(offset_minutes).with_changes(changes),
                )
        })
        .boxed()
}
