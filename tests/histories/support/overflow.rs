//! Rules of overflow and classification, rings of helpers, ramps; now and then ones that make no
//! sense.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use strowger::Span;
use strowger::model::{
    Classification, ClassificationRule, ConditionalRing, Estimator, LastResort, Measure,
    OverflowAction, OverflowRule, QueueCondition, Ramp, Share, Split, Trigger, Value, WaitClock,
    WorkCondition,
};

use super::floor::{comparison, plain_need, priority, span};
use super::ops::{calendar, channel, queue, requeue};

fn estimator() -> BoxedStrategy<Estimator> {
    select(&Estimator::ALL[..]).boxed()
}

fn trigger() -> BoxedStrategy<Trigger> {
    let estimated = (estimator(), span());
    prop_oneof![
        60 => span().prop_map(Trigger::Waited),
        40 => (0..4_u32).prop_map(Trigger::Ahead),
        30 => estimated.prop_map(|(by, at_least)| Trigger::EstimatedWait { by, at_least }),
        20 => Just(Trigger::NobodyStaffed),
        30 => Just(Trigger::NobodyEligible),
        20 => Just(Trigger::Closed),
        30 => (comparison(), 0..5_u32).prop_map(|(is, value)| Trigger::Position { is, value }),
        30 => (comparison(), 0..3_u32).prop_map(|(is, value)| Trigger::Eligible { is, value }),
        20 => condition().prop_map(Trigger::Queue),
        1 => Just(Trigger::Waited(Span::ZERO)),
    ]
    .boxed()
}

/// Mostly one condition; now and then several, or nested too deep.
fn triggers() -> BoxedStrategy<Trigger> {
    let deep = || (0..5).fold(Trigger::Closed, |inner, _| Trigger::All(vec![inner]));
    prop_oneof![
        120 => trigger(),
        80 => trigger().prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                vec(inner.clone(), 1..4).prop_map(Trigger::All),
                vec(inner, 1..4).prop_map(Trigger::Any),
            ]
        }),
        1 => Just(Trigger::Any(vec![])),
        1 => Just(deep()),
    ]
    .boxed()
}

/// Mostly at once.
fn holds_for() -> BoxedStrategy<Span> {
    prop_oneof![2 => Just(Span::ZERO), 1 => span()].boxed()
}

fn action() -> BoxedStrategy<OverflowAction> {
    let moved = (queue(), requeue());
    let ring = prop_oneof![40 => 1..4_u8, 1 => Just(0), 1 => Just(16)];
    prop_oneof![
        3 => (-2..3_i32).prop_map(OverflowAction::RaisePriority),
        4 => moved.prop_map(|(queue, placement)| OverflowAction::Move { queue, placement }),
        3 => ring.prop_map(|ring| OverflowAction::AlsoOffer { ring }),
        2 => Just(OverflowAction::Relax),
        1 => Just(OverflowAction::OfferCallback),
        1 => weighted(0.5, Just("closed")).prop_map(|text| OverflowAction::Close {
            message: text.map(Into::into),
        }),
    ]
    .boxed()
}

/// Mostly the clock of the queue.
pub(super) fn own_clock() -> BoxedStrategy<Option<WaitClock>> {
    weighted(0.3, select(&[WaitClock::Wall, WaitClock::Open][..])).boxed()
}

pub(super) fn rules() -> BoxedStrategy<Vec<OverflowRule>> {
    let rule = (triggers(), own_clock(), holds_for(), action());
    let rule = rule.prop_map(|(when, counts, holds_for, then)| {
        OverflowRule::new(when, then).with_counts(counts).with_holds_for(holds_for)
    });
    vec(rule, 1..5).boxed()
}

pub(super) fn last_resort() -> BoxedStrategy<LastResort> {
    prop_oneof![
        2 => Just(LastResort::Stay),
        1 => Just(LastResort::Close),
        2 => queue().prop_map(|queue| LastResort::Move { queue }),
    ]
    .boxed()
}

fn condition() -> BoxedStrategy<QueueCondition> {
    let count = prop_oneof![
        Just(Measure::Waiting),
        Just(Measure::Waiting),
        Just(Measure::Staffed),
        Just(Measure::Idle),
    ];
    let time = prop_oneof![
        2 => Just(Measure::OldestWait),
        1 => estimator().prop_map(Measure::EstimatedWait),
    ];
    let measured = prop_oneof![
        4 => (count, 0..4_i64),
        2 => (time, select(&[0_i64, 500, 1_000, 2_000, 5_000][..])),
        1 => (Just(Measure::ServiceLevel), select(&[0_i64, 500, 999, 1_000][..])),
    ];
    (weighted(0.3, queue()), measured, comparison())
        .prop_map(|(queue, (measure, value), is)| {
            QueueCondition::new(measure, is, value).with_queue(queue)
        })
        .boxed()
}

pub(super) fn helpers() -> BoxedStrategy<Vec<ConditionalRing>> {
    let ring = prop_oneof![40 => 0..4_u8, 1 => Just(16)];
    let conditions = prop_oneof![40 => vec(condition(), 1..3), 1 => Just(vec![])];
    let others = prop_oneof![3 => Just(vec![]), 1 => vec(vec(condition(), 1..3), 1..3)];
    let ring =
        (ring, conditions, others, holds_for()).prop_map(|(ring, when, others, holds_for)| {
            ConditionalRing::new(ring, when).with_or_when(others).with_holds_for(holds_for)
        });
    vec(ring, 1..3).boxed()
}

pub(super) fn ramp() -> BoxedStrategy<Ramp> {
    let offers = prop_oneof![40 => 1..4_u16, 1 => Just(0)];
    (offers, span()).prop_map(|(offers, per)| Ramp::new(offers, per)).boxed()
}

fn when() -> BoxedStrategy<WorkCondition> {
    let number = (comparison(), -1..2_i64);
    let leaf = prop_oneof![
        Just(WorkCondition::All(vec![])),
        number.prop_map(|(is, value)| WorkCondition::Attribute {
            name: "number".into(),
            is,
            value: value.into(),
        }),
        any::<bool>().prop_map(|flag| WorkCondition::In {
            name: "flag".into(),
            values: vec![Value::Flag(flag)],
        }),
        channel().prop_map(WorkCondition::Channel),
        calendar().prop_map(WorkCondition::Open),
        (comparison(), -1..2_i32).prop_map(|(is, value)| WorkCondition::Priority { is, value }),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(WorkCondition::All),
            vec(inner.clone(), 1..3).prop_map(WorkCondition::Any),
            inner.prop_map(|part| WorkCondition::Not(Box::new(part))),
        ]
    })
    .boxed()
}

pub(super) fn classification() -> BoxedStrategy<Classification> {
    let weight = prop_oneof![40 => 1..4_u32, 1 => Just(0)];
    let shares = vec((queue(), weight).prop_map(|(queue, weight)| Share::new(queue, weight)), 0..4);
    let split = select(&[Split::Random, Split::Even][..]);
    let says = (weighted(0.3, priority()), weighted(0.3, plain_need()));
    let rule = (when(), shares, split, says).prop_map(|(when, to, split, (priority, need))| {
        ClassificationRule::default()
            .with_when(when)
            .with_to(to)
            .with_split(split)
            .with_priority(priority)
            .with_need(need)
    });
    (vec(rule, 1..4), any::<bool>())
        .prop_map(|(rules, ask_host)| {
            Classification::default().with_rules(rules).with_ask_host(ask_host)
        })
        .boxed()
}
