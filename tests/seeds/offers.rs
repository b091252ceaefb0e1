//! Offers to visitors: what stops one, and what becomes of it.

use std::sync::atomic::Ordering::SeqCst;

use strowger::centre::CentreRefusal;
use strowger::command::{Actor, Reject, Retire, TransferToQueue};
use strowger::interaction::*;
use strowger::journey::{Answer, Happening, *};
use strowger::model::{CalendarId, CalendarProfile, ChannelId, Value, Week};
use strowger::prelude::*;

use crate::help::at;
use crate::site::*;
use crate::table;

const YES: WebAnswer = WebAnswer::Accepted;
const NO: WebAnswer = WebAnswer::Rejected;

fn name(state: WebOfferState) -> String {
    serde_json::to_value(state).unwrap().as_str().unwrap().to_owned()
}

/// Every state with every other: the lifecycle of an offer.
#[test]
fn states() {
    let head = WebOfferState::ALL.map(name);
    let head = std::iter::once(String::new()).chain(head);
    let mut rows: Vec<Vec<String>> = vec![head.collect()];
    for state in WebOfferState::ALL {
        let follows = |to: WebOfferState| match state.next(to) {
            Some(next) => {
                assert_eq!(next, to);
                "x".to_owned()
            }
            None => "-".to_owned(),
        };
        let cells = WebOfferState::ALL.map(follows);
        if state.is_over() {
            assert!(cells.iter().all(|cell| cell == "-"), "{state:?} is over");
        }
        rows.push(std::iter::once(name(state)).chain(cells).collect());
    }
    table::compare("tables/web_offer.txt", &table::align(&rows));
}

fn set(flag: &std::sync::atomic::AtomicBool, to: bool) {
    flag.store(to, SeqCst);
}

const REASONS: [&str; 8] = [
    "trigger_date_in_future",
    "page_url_conditions_not_matching",
    "frequency_capping",
    "already_existing_offer",
    "service_level_throttling",
    "no_available_agents",
    "offered_outside_schedule",
    "multiple_simultaneous_offers",
];

/// What is said of the map `m` if all of this would stop it; nothing: it is offered.
fn stopped_by(all: &[usize]) -> Option<Blocked> {
    let holds = |reason: usize| all.contains(&reason);
    let cap = if holds(2) { FrequencyCap::OnceRejected } else { FrequencyCap::None };
    let mut site = Site::with(config().with_cap(cap));
    site.tell(0, SetTarget::new("t", target()));
    site.tell(0, SetTarget::new("u", target().with_queue(ADVICE)));
    for key in ["go", "first", "rival"] {
        site.segment(key);
    }
    let low = chat("go").with_weight(Weight::Low);
    let beside = |key: &str, weight| {
        let map =
            chat(key).with_target("u").with_weight(weight).with_media(ActionMedia::WebMessaging);
        map.with_offer_window(None)
    };
    site.tell(0, SetActionMap::new("m", low.clone()));
    site.tell(0, SetActionMap::new("first", beside("first", Weight::Low)));
    site.tell(0, SetActionMap::new("rival", beside("rival", Weight::High)));
    let id = site.page(0, "c-1", "/a");
    if holds(2) {
        site.mark(1, id, ["go"]);
        let offer = site.offer().id;
        site.tell(2, Answer::new(offer, NO));
        site.unmark(3, id, "go");
    }
    if holds(3) {
        site.mark(4, id, ["first"]);
        assert_eq!(site.offer().map, "first".into());
    }
    site.page(5, "c-1", "/b");
    if holds(4) {
        site.tell(6, SetTargetCounts::new("t", TargetCounts::new(10, 3, 0)));
    }
    set(&site.doors.empty, holds(5));
    set(&site.doors.closed, holds(6));
    let mut map = low;
    if holds(0) {
        map = map.with_start(at(MIN));
    }
    if holds(1) {
        map = map.with_pages([PageCondition::new(Operator::Equal, url("/b"))]).with_pages([
            PageCondition::new(Operator::ContainsAny, "store"),
            PageCondition::new(Operator::EndsWith, "/chairs"),
        ]);
    }
    if holds(6) {
        map = map.with_calendar(CalendarId::from_raw(3));
    }
    site.tell(7, SetActionMap::new("m", map));
    let from = site.log.len();
    match holds(7) {
        true => site.mark(8, id, ["rival", "go"]),
        false => site.mark(8, id, ["go"]),
    }
    let said: Vec<_> = site
        .events(from)
        .into_iter()
        .filter_map(|event| match event {
            JourneyEvent::Blocked { map, reason, .. } if **map == *"m" => Some(reason.clone()),
            _ => None,
        })
        .collect();
    let offered = site
        .events(from)
        .into_iter()
        .any(|event| matches!(event, JourneyEvent::Offered { offer, .. } if *offer.map == *"m"));
    assert_eq!(said.len(), usize::from(!offered));
    if holds(7) {
        assert_eq!(site.offer().map, "rival".into());
    }
    // The same again is not said again.
    let before = site.log.len();
    site.tell(9, Evaluate::new(id));
    let again = site.events(before).into_iter().any(|event| match event {
        JourneyEvent::Blocked { map, reason, .. } => **map == *"m" && Some(reason) == said.first(),
        _ => false,
    });
    assert!(!again);
    site.check_replay();
    said.first().cloned()
}

#[test]
fn each_reason_stops_a_map_and_of_two_the_first_is_told() {
    assert_eq!(stopped_by(&[]), None);
    for (one, first) in REASONS.iter().enumerate() {
        let reason = stopped_by(&[one]).unwrap_or_else(|| panic!("{first} stops nothing"));
        assert_eq!(reason.name(), *first);
        for (two, second) in REASONS.iter().enumerate().skip(one + 1) {
            let reason = stopped_by(&[one, two]).unwrap();
            assert_eq!(reason.name(), *first, "before {second}");
        }
    }
}

#[test]
fn a_reason_says_what_stopped_the_map() {
    let shown = |reason: &Blocked| serde_json::to_value(reason).unwrap();
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let cases = [
        (0, r#"{"trigger_date_in_future": {"until": 60000}}"#),
        (1, r#"{"page_url_conditions_not_matching": {"condition": 1}}"#),
        (2, r#""frequency_capping""#),
        (3, r#"{"already_existing_offer": {"offer": 1}}"#),
        (4, r#"{"service_level_throttling": {"level": 7000}}"#),
        (5, r#""no_available_agents""#),
        (6, r#"{"offered_outside_schedule": {"calendar": 3}}"#),
        (7, r#"{"multiple_simultaneous_offers": {"map": "rival"}}"#),
    ];
    for (reason, expected) in cases {
        let said = stopped_by(&[reason]).unwrap();
        assert_eq!(shown(&said), json(expected));
        let state = match reason {
            2 => WebOfferState::FrequencyCapReached,
            6 => WebOfferState::QualifiedOutsideSchedule,
            _ => WebOfferState::Qualified,
        };
        assert_eq!(said.state(), state);
    }
}

/// A visitor whom the map is about to be offered, with these counts of its target.
fn with_counts(counts: TargetCounts, map: ActionMap) -> Site {
    let mut site = Site::offering(config());
    site.tell(0, SetActionMap::new("m", map));
    let id = site.page(0, "c-1", "/a");
    site.tell(0, SetTargetCounts::new("t", counts));
    site.mark(0, id, ["go"]);
    site
}

#[test]
fn a_level_at_the_threshold_does_not_throttle_and_one_below_does() {
    let counts = TargetCounts::new;
    let offered = |counts| with_counts(counts, chat("go")).last_offer().is_some();
    // 80 %, exactly.
    assert!(offered(counts(10, 2, 0)) && offered(counts(4, 0, 1)) && offered(counts(100, 20, 0)));
    assert!(!offered(counts(10, 3, 0)) && !offered(counts(4, 0, 2)));
    // A hair below: 79.9999 % would be shown as 8,000 and is still too low.
    let hair = counts(1_000_000, 200_001, 0);
    assert_eq!(hair.level(), Some(8_000));
    assert!(!offered(hair) && offered(counts(1_000_000, 200_000, 0)));
    // Nothing was counted, and nobody was ever reached.
    assert!(offered(counts(0, 0, 0)) && !offered(counts(0, 0, 1)));
    // Only pacing throttles.
    let free = chat("go").with_pacing(false);
    let site = with_counts(counts(10, 3, 0), free);
    assert_eq!((site.offered(), site.offer().level), (vec!["m"], Some(7_000)));
    site.check_replay();
}

#[test]
fn without_pacing_somebody_must_still_be_there() {
    let mut site = Site::offering(config());
    site.tell(0, SetActionMap::new("m", chat("go").with_pacing(false)));
    set(&site.doors.empty, true);
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    assert_eq!(site.blocked("m"), Some(&Blocked::NoAvailableAgents));
    // Somebody comes: the host looks again.
    set(&site.doors.empty, false);
    let from = site.log.len();
    site.tell(10_000, Evaluate::new(id));
    assert_eq!(site.names(from), ["offered"]);
    assert_eq!(site.offer().offered, at(10_000));
    assert_eq!(site.offer().qualified, at(0));
    // To look is no activity.
    assert_eq!(site.row(id).last_activity, at(0));
    site.check_replay();
}

/// It expects the worst.
#[derive(Debug)]
struct Gloomy;

impl Predictor for Gloomy {
    fn expected(&self, key: &str, target: &ActionTarget, observed: TargetCounts) -> TargetCounts {
        assert_eq!((key, target.level), ("t", 8_000));
        TargetCounts::new(observed.engaged + 1, observed.engaged + 1, observed.abandoned)
    }
}

#[test]
fn a_host_may_expect_another_level() {
    let mut site = Site::and(config(), |journeys| journeys.with_predictor(Gloomy));
    site.tell(0, SetTarget::new("t", target()));
    site.segment("go");
    site.tell(0, SetActionMap::new("m", chat("go")));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let Some(Blocked::ServiceLevelThrottling { level, .. }) = site.blocked("m") else { panic!() };
    assert_eq!(*level, 0);
    // It was asked, and a replay asks nobody.
    let asked = site.doors.asked.load(SeqCst);
    site.check_replay();
    assert_eq!(site.doors.asked.load(SeqCst), asked);
}

#[test]
fn maps_of_equal_weight_take_turns() {
    let mut site = Site::offering(config());
    for key in ["a", "b", "c"] {
        site.tell(0, SetActionMap::new(key, chat("go")));
    }
    site.tell(0, SetActionMap::new("heavy", chat("first").with_weight(Weight::High)));
    site.tell(0, RemoveActionMap::new("m"));
    site.segment("first");
    for n in 0..9 {
        let id = site.page(n, &format!("c-{n}"), "/a");
        site.mark(n, id, ["go"]);
    }
    assert_eq!(site.offered(), ["a", "b", "c", "a", "b", "c", "a", "b", "c"]);
    // The heavier one is first, whosever turn it is.
    let id = site.page(10, "c-10", "/a");
    site.mark(10, id, ["first", "go"]);
    assert_eq!(site.offer().map, "heavy".into());
    site.check_replay();
}

#[test]
fn content_and_a_conversation_are_two_kinds() {
    let mut site = Site::offering(config());
    let show = |weight| {
        ActionMap::new("x", ActionMedia::Content).with_segments(["go".into()]).with_weight(weight)
    };
    site.tell(0, SetActionMap::new("banner", show(Weight::High)));
    site.tell(0, SetActionMap::new("other", show(Weight::Low)));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    assert_eq!(site.offered(), ["m", "banner"]);
    assert_eq!(site.blocked("other").map(Blocked::name), Some("multiple_simultaneous_offers"));
    let banner = site.offer().id;
    // Content that was taken up is over: there is no conversation to wait for.
    assert_eq!(site.tell(1, Answer::new(banner, YES)), None);
    let row = site.journeys.offer(banner).unwrap();
    assert_eq!((row.state, row.ended), (WebOfferState::Accepted, Some(at(1))));
    let over = JourneyRefusal::offer_over(WebOfferState::Accepted);
    assert_eq!(site.refused(1, FailOffer::new(banner, "x")), over);
    let interaction = InteractionId::from_raw(1);
    assert_eq!(site.refused(1, LinkInteraction::new(banner, interaction)), over);
    site.tell(2, Evaluate::new(id));
    assert_eq!(site.offered(), ["m", "banner", "banner"]);
    site.check_replay();
}

#[test]
fn a_heavier_map_replaces_an_offer_on_another_page_alone() {
    let mut site = Site::offering(config());
    site.segment("more");
    site.tell(0, SetActionMap::new("same", chat("more")));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let first = site.offer().id;
    let heavy = chat("more").with_weight(Weight::High);
    site.tell(0, SetActionMap::new("heavy", heavy));
    // On the same page it stays, and elsewhere too as long as nothing heavier qualifies.
    site.mark(1, id, ["more"]);
    assert_eq!(site.offered(), ["m"]);
    assert_eq!(site.blocked("heavy").map(Blocked::name), Some("already_existing_offer"));
    site.unmark(2, id, "more");
    site.page(3, "c-1", "/b");
    assert_eq!(site.state(first), WebOfferState::Offered);
    let from = site.log.len();
    site.mark(4, id, ["more"]);
    assert_eq!(site.offered(), ["m", "heavy"]);
    assert_eq!(site.state(first), WebOfferState::Ignored);
    let changed: Vec<_> = site.names(from).into_iter().filter(|name| *name != "blocked").collect();
    assert_eq!(changed, ["segment_assigned", "offer_changed", "offered"]);
    assert_eq!(site.offer().page.as_deref(), Some(&*url("/b")));
    // What was accepted is replaced by nothing.
    let heavier = site.offer().id;
    site.tell(5, Answer::new(heavier, YES));
    site.page(6, "c-1", "/c");
    assert_eq!(site.state(heavier), WebOfferState::Accepted);
    site.check_replay();
}

#[test]
fn a_delay_counts_from_when_the_triggers_hold() {
    let mut site = Site::offering(config());
    let delayed = chat("go").with_activation(Activation::delay(Span::from_secs(30)));
    site.tell(0, SetActionMap::new("m", delayed));
    let id = site.page(0, "c-1", "/a");
    site.mark(1_000, id, ["go"]);
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(31_000));
    site.page(10_000, "c-1", "/b");
    site.advance(30_999);
    assert!(site.offered().is_empty());
    site.advance(31_000);
    assert_eq!(site.offered(), ["m"]);
    assert_eq!(site.offer().page.as_deref(), Some(&*url("/b")));
    // A trigger that goes and comes again waits anew.
    let offer = site.offer().id;
    site.tell(31_001, Answer::new(offer, NO));
    site.unmark(32_000, id, "go");
    site.mark(33_000, id, ["go"]);
    site.advance(62_999);
    assert_eq!(site.offered().len(), 1);
    site.advance(63_000);
    assert_eq!(site.offered().len(), 2);
    // Without its trigger nothing comes of the time.
    let offer = site.offer().id;
    site.tell(63_001, Answer::new(offer, NO));
    site.unmark(64_000, id, "go");
    site.mark(65_000, id, ["go"]);
    site.unmark(66_000, id, "go");
    site.advance(100_000);
    assert_eq!(site.offered().len(), 2);
    site.check_replay();
}

#[test]
fn an_offer_that_a_late_host_makes_has_its_whole_window() {
    let capped = config().with_cap(FrequencyCap::for_period(Span::from_mins(5)));
    let mut site = Site::offering(capped);
    let delayed = chat("go").with_activation(Activation::delay(Span::from_secs(30)));
    site.tell(0, SetActionMap::new("m", delayed));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let late = 10 * MIN;
    site.advance(late);
    let offer = site.offer();
    assert_eq!((offer.offered, offer.until), (at(late), Some(at(late + MIN))));
    let shown = site.row(id).events.last().unwrap();
    assert_eq!(shown.at, at(late));
    assert!(matches!(shown.what, Happening::Offer { .. }));
    let first = offer.id;
    site.tell(late + 1, Answer::new(first, NO));
    // The cap counts from when it was offered, and not from when it was due.
    site.page(late + 5 * MIN - 1, "c-1", "/b");
    assert_eq!(site.offered().len(), 1);
    site.page(late + 5 * MIN, "c-1", "/b");
    assert_eq!(site.offered().len(), 2);
    site.check_replay();
}

#[test]
fn the_next_visit_is_after_the_page_was_left() {
    let mut site = Site::offering(config());
    let next = chat("go").with_activation(Activation::NextVisit);
    site.tell(0, SetActionMap::new("m", next));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    assert_eq!(
        serde_json::to_string(site.blocked("m").unwrap()).unwrap(),
        r#"{"trigger_date_in_future":{"until":null}}"#
    );
    site.page(1_000, "c-1", "/b");
    // Not the trigger of the moment, but that it was qualified before, counts.
    site.unmark(1_500, id, "go");
    site.tell(2_000, Leave::new(cookie("c-1")));
    assert!(site.offered().is_empty());
    site.page(3_000, "c-1", "/c");
    assert_eq!(site.offered(), ["m"]);
    // It has come once.
    let offer = site.offer().id;
    site.tell(3_001, Answer::new(offer, NO));
    site.page(3_002, "c-1", "/c");
    assert_eq!(site.offered(), ["m"]);
    site.check_replay();
}

#[test]
fn the_next_session_is_none_that_went_on_beside() {
    let mut site = Site::offering(config());
    let next = chat("go").with_activation(Activation::NextSession);
    let app = |screen: &str| {
        Track::new(cookie("c-1"), VisitorEvent::screen_viewed(screen)).with_session_type("app")
    };
    let beside = site.tell(0, app("home"));
    site.tell(0, SetActionMap::new("m", next));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    site.tell(1_000, app("cart"));
    site.tell(1_000, Evaluate::new(beside));
    // Another visit is no other session.
    site.tell(2_000, Leave::new(cookie("c-1")));
    site.page(3_000, "c-1", "/c");
    assert!(site.offered().is_empty());
    site.advance(HOUR);
    let later = site.page(HOUR, "c-1", "/a");
    assert_eq!(site.offered(), ["m"]);
    assert_eq!(site.offer().session, later);
    site.check_replay();
    // A map that is offered at once from now on does not come of what it waited for.
    let mut site = Site::offering(config());
    let next = chat("go").with_activation(Activation::NextSession);
    site.tell(0, SetActionMap::new("m", next));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    site.tell(1, SetActionMap::new("m", chat("go")));
    site.page(HOUR, "c-1", "/a");
    assert!(site.offered().is_empty());
    site.check_replay();
}

/// Whether the map is offered again after its first offer ended by a state.
fn again(cap: FrequencyCap, ending: WebOfferState, ignore: bool) -> bool {
    let mut site = Site::offering(config().with_cap(cap));
    site.tell(0, SetActionMap::new("m", chat("go").with_ignore_frequency_cap(ignore)));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    match ending {
        WebOfferState::Rejected => drop(site.tell(1, Answer::new(offer, NO))),
        WebOfferState::TimedOut => site.advance(MIN),
        WebOfferState::Ignored => site.tell(1, Leave::new(cookie("c-1"))),
        _ => site.tell(1, FailOffer::new(offer, "broken")),
    }
    assert_eq!(site.state(offer), ending);
    site.page(2 * MIN, "c-1", "/b");
    site.check_replay();
    site.offered().len() == 2
}

#[test]
fn frequency_caps_by_how_an_offer_ended() {
    use WebOfferState::{Errored, Ignored, Rejected, TimedOut};
    for ending in [Rejected, TimedOut, Ignored, Errored] {
        assert!(again(FrequencyCap::None, ending, false));
        assert!(!again(FrequencyCap::OnceFinalized, ending, false));
        assert_eq!(again(FrequencyCap::OnceRejected, ending, false), ending != Rejected);
        // The second page comes two minutes after the offer.
        let period = |millis| FrequencyCap::for_period(Span::from_millis(millis));
        assert!(!again(period(120_001), ending, false));
        assert!(again(period(120_000), ending, false));
        assert!(again(FrequencyCap::OnceFinalized, ending, true));
    }
}

#[test]
fn windows_are_half_open_and_late_answers_are_refused() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    let mut other = site.copy();
    // A millisecond before the end.
    other.tell(59_999, Answer::new(offer, YES));
    let row = other.journeys.offer(offer).unwrap();
    assert_eq!(row.time_to_disposition(), Some(Span::from_millis(59_999)));
    let disposition = other.log.iter().rev().find_map(|fact| match &fact.event.event {
        JourneyEvent::OfferChanged { disposition, .. } => *disposition,
        _ => None,
    });
    assert_eq!(disposition, Some(59_999));
    // The same again, and the other way round.
    let facts = other.log.len();
    assert_eq!(other.tell(59_999, Answer::new(offer, YES)), None);
    assert_eq!(other.log.len(), facts);
    let accepted = JourneyRefusal::offer_over(WebOfferState::Accepted);
    assert_eq!(other.refused(59_999, Answer::new(offer, NO)), accepted);
    other.check_replay();
    // At the end.
    let timed_out = JourneyRefusal::offer_over(WebOfferState::TimedOut);
    assert_eq!(site.refused(60_000, Answer::new(offer, YES)), timed_out);
    assert_eq!(site.refused(60_000, Answer::new(offer, NO)), timed_out);
    assert_eq!(site.journeys.offer(offer).unwrap().ended, Some(at(60_000)));
    site.check_replay();
}

#[test]
fn an_answer_is_activity_and_the_same_is_answered_as_done() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    site.tell(30_000, Answer::new(offer, NO));
    assert_eq!(site.row(id).last_activity, at(30_000));
    let facts = site.log.len();
    assert_eq!(site.tell(40_000, Answer::new(offer, NO)), None);
    assert_eq!(site.log.len(), facts);
    let rejected = JourneyRefusal::offer_over(WebOfferState::Rejected);
    assert_eq!(site.refused(40_000, Answer::new(offer, YES)), rejected);
    site.check_replay();
}

#[test]
fn an_offer_without_a_window_waits_until_the_visitor_is_gone() {
    let mut site = Site::offering(config());
    site.tell(0, SetActionMap::new("m", chat("go").with_offer_window(None)));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    assert_eq!(site.offer().until, None);
    site.advance(20 * MIN - 1);
    assert_eq!(site.state(offer), WebOfferState::Offered);
    site.advance(20 * MIN);
    assert_eq!(site.state(offer), WebOfferState::Ignored);
    assert_eq!(site.journeys.offer(offer).unwrap().ended, Some(at(20 * MIN)));
    // And where they sign out.
    let second = site.page(HOUR, "c-1", "/a");
    site.mark(HOUR, second, ["go"]);
    let offer = site.offer().id;
    site.tell(HOUR, SignOut::new(cookie("c-1")));
    assert_eq!(site.state(offer), WebOfferState::Ignored);
    site.check_replay();
}

#[test]
fn what_is_not_shown_is_all_carried_out_once() {
    let mut site = Site::offering(config());
    for (key, media) in
        [("i", ActionMedia::Integration), ("f", ActionMedia::Flow), ("o", ActionMedia::Open)]
    {
        let map = ActionMap::new(key, media).with_segments(["go".into()]);
        site.tell(0, SetActionMap::new(key, map));
    }
    let id = site.page(0, "c-1", "/a");
    let from = site.log.len();
    site.mark(0, id, ["go"]);
    let carried = |site: &Site, from| {
        let names = site.names(from);
        names.into_iter().filter(|name| *name == "carried_out").count()
    };
    assert_eq!((carried(&site, from), site.offered()), (3, vec!["m"]));
    // Not again while the triggers hold, and again when they hold anew, or it is another version.
    site.page(1, "c-1", "/b");
    assert_eq!(carried(&site, from), 3);
    let changed = ActionMap::new("i", ActionMedia::Integration)
        .with_segments(["go".into()])
        .with_start(at(1_000));
    site.tell(2, SetActionMap::new("i", changed));
    site.tell(2, Evaluate::new(id));
    assert_eq!(carried(&site, from), 3);
    assert_eq!(site.blocked("i").map(Blocked::name), Some("trigger_date_in_future"));
    site.advance(1_000);
    assert_eq!(carried(&site, from), 4);
    site.unmark(2_000, id, "go");
    site.mark(3_000, id, ["go"]);
    assert_eq!(carried(&site, from), 7);
    site.check_replay();
    // Caps count what was carried out.
    let once = config().with_cap(FrequencyCap::OnceFinalized);
    let mut site = Site::with(once);
    site.tell(0, SetActionMap::new("i", ActionMap::new("i", ActionMedia::Integration)));
    site.page(0, "c-1", "/a");
    site.page(HOUR, "c-1", "/a");
    assert_eq!(carried(&site, 0), 1);
    assert_eq!(site.blocked("i"), Some(&Blocked::FrequencyCapping));
    site.check_replay();
}

#[test]
fn an_open_offer_keeps_the_version_it_was_made_of() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    let short = chat("go").with_offer_window(Span::from_secs(1)).with_weight(Weight::High);
    site.tell(1, SetActionMap::new("m", short));
    site.tell(1, SetActionMap::new("m", chat("go").with_media(ActionMedia::WebMessaging)));
    assert_eq!(site.journeys.action_map("m").unwrap().1, 3);
    let row = site.journeys.offer(offer).unwrap();
    assert_eq!((row.version, row.until, row.media), (1, Some(at(60_000)), ActionMedia::WebChat));
    // Gone, it can still be accepted; and the same definition comes back as the next version.
    site.tell(2, RemoveActionMap::new("m"));
    site.tell(3, Answer::new(offer, YES));
    let facts = site.log.len();
    site.tell(4, SetActionMap::new("m", chat("go").with_media(ActionMedia::WebMessaging)));
    assert_eq!(site.journeys.action_map("m").unwrap().1, 4);
    assert_eq!(site.log.len(), facts + 1);
    site.tell(4, SetActionMap::new("m", chat("go").with_media(ActionMedia::WebMessaging)));
    assert_eq!(site.log.len(), facts + 1);
    site.check_replay();
}

#[test]
fn what_could_not_be_shown_or_begun_failed() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    let mut other = site.copy();
    site.tell(1, FailOffer::new(offer, "blocked").with_message("A pop-up blocker"));
    let row = site.journeys.offer(offer).unwrap();
    let failure = row.failure.as_deref().unwrap();
    assert_eq!((&*failure.code, &*failure.message), ("blocked", "A pop-up blocker"));
    assert_eq!((row.state, row.ended), (WebOfferState::Errored, Some(at(1))));
    // The same again is done; another reason comes too late.
    site.tell(2, FailOffer::new(offer, "blocked").with_message("A pop-up blocker"));
    let errored = JourneyRefusal::offer_over(WebOfferState::Errored);
    assert_eq!(site.refused(2, FailOffer::new(offer, "other")), errored);
    let failed = |code: &str, text: &str| FailOffer::new(offer, code).with_message(text);
    assert_eq!(site.refused(2, failed("", "")).to_string(), "code is empty");
    let long = "x".repeat(201);
    assert_eq!(site.refused(2, failed("x", &long)).to_string(), "message is longer than 200");
    site.check_replay();
    // After it was accepted, as long as no conversation began.
    other.tell(1, Answer::new(offer, YES));
    other.tell(2, FailOffer::new(offer, "no_chat"));
    assert_eq!(other.state(offer), WebOfferState::Errored);
    other.check_replay();
}

#[test]
fn what_was_accepted_and_never_began_fails_with_its_session() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    site.tell(0, Answer::new(offer, YES));
    site.advance(20 * MIN);
    let row = site.journeys.offer(offer).unwrap();
    assert_eq!(row.state, WebOfferState::Errored);
    assert_eq!(&*row.failure.as_ref().unwrap().code, "not_started");
    let over = JourneyRefusal::offer_over(WebOfferState::Errored);
    let late = LinkInteraction::new(offer, InteractionId::from_raw(1));
    assert_eq!(site.refused(20 * MIN, late), over);
    site.check_replay();
}

/// Records beside journeys that are alone.
struct Beside {
    site: Site,
    shop: Shop,
    followed: usize,
}

impl Beside {
    fn follow(&mut self) {
        for fact in self.shop.log.as_slice()[self.followed..].iter() {
            if let Some(fact) = fact.record() {
                self.site.journeys.follow(fact, &mut self.site.log).unwrap();
            }
        }
        self.followed = self.shop.log.len();
        self.site.journeys.check().unwrap();
    }
}

#[test]
fn a_host_that_runs_journeys_alone_begins_the_chat_and_says_so() {
    let mut both = Beside { site: Site::offering(config()), shop: Shop::new(), followed: 0 };
    let id = both.site.page(0, "c-1", "/a");
    both.site.mark(0, id, ["go"]);
    let offer = both.site.offer().id;
    assert_eq!(both.site.tell(1_000, Answer::new(offer, YES)), None);
    assert_eq!(both.site.state(offer), WebOfferState::Accepted);
    both.follow();
    // The visitor writes from their cookie, by which they are known already.
    let address = (Address::new("web", "c-1"), "shop".into());
    let opening = InteractionRequest::new(InteractionType::Chat).with_addresses(address);
    let chat = both.shop.tell(2_000, OpenInteraction::new(opening));
    both.follow();
    assert_eq!(both.site.journeys.link(chat).unwrap().by, LinkedBy::Address);
    both.site.tell(3_000, LinkInteraction::new(offer, chat));
    let link = both.site.journeys.link(chat).unwrap().clone();
    let who = both.site.row(id).customer;
    assert_eq!((&link.by, link.customer, link.context.customer), (&LinkedBy::Offer, who, who));
    assert_eq!(link.context.session, Some((id, "web".into())));
    let map = link.context.map.unwrap();
    assert_eq!((&*map.key, map.version, map.offer), ("m", 1, offer));
    assert_eq!(link.context.identifier, Some(IdentifierKind::Cookie));
    assert_eq!(both.site.state(offer), WebOfferState::Started);
    // The same again is done; another one is not its conversation.
    let facts = both.site.log.len();
    both.site.tell(3_000, LinkInteraction::new(offer, chat));
    assert_eq!(both.site.log.len(), facts);
    let started = JourneyRefusal::offer_over(WebOfferState::Started);
    let other = LinkInteraction::new(offer, InteractionId::from_raw(99));
    assert_eq!(both.site.refused(3_000, other), started);
    // Its context is set: no other offer leads to it.
    let second = both.site.page(3_000, "c-2", "/a");
    both.site.mark(3_000, second, ["go"]);
    let elsewhere = both.site.offer().id;
    both.site.tell(3_000, Answer::new(elsewhere, YES));
    let already = JourneyRefusal::already_linked(chat);
    assert_eq!(both.site.refused(3_000, LinkInteraction::new(elsewhere, chat)), already);
    // What happens to the chat moves the offer.
    let request = WorkRequest::new(SALES, CHAT);
    both.shop.tell(4_000, SubmitWork::new(chat, request));
    both.shop.take(21_000, IDA);
    both.follow();
    assert_eq!(both.site.state(offer), WebOfferState::Engaged);
    // Accepted at 1 s, engaged at 21 s: exactly in time.
    let counts = both.site.journeys.target("t").unwrap().1;
    assert_eq!(counts, TargetCounts::new(1, 0, 0));
    both.shop.leave(30_000, chat);
    both.follow();
    assert_eq!(both.site.state(offer), WebOfferState::Completed);
    both.site.check_replay();
    // A gap is said.
    let later = both.shop.log.iter().rev().find_map(|fact| fact.record()).unwrap().clone();
    let mut far = later.clone();
    far.seq += 2;
    assert!(both.site.journeys.follow(&far, &mut both.site.log).is_err());
    assert!(both.site.journeys.follow(&later, &mut both.site.log).is_ok());
}

#[test]
fn a_chat_that_is_accepted_begins_in_one_call() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    let id = shop.journeys().offer(offer).unwrap().session;
    let (work, records) =
        (shop.centre.engine().view().seq(), shop.records().interactions().count());
    assert_eq!(records, 0);
    let from = shop.log.len();
    let chat = shop.accept(5_000, offer);
    assert!(shop.centre.engine().view().seq() > work);
    assert_eq!(shop.records().interactions().count(), 1);
    assert_eq!(shop.names(from), ["offer_changed", "linked", "offer_changed", "rang"]);
    let row = shop.records().interaction(chat).unwrap();
    assert_eq!((row.kind, row.state), (InteractionType::Chat, InteractionState::Queued));
    assert_eq!(row.queue, Some(SALES));
    assert_eq!(row.opened_for.as_deref(), Some("c-1"));
    let expected = known(&[
        ("journey.map", "m"),
        ("journey.session", &id.to_string()),
        ("journey.page", &url("/chairs")),
    ]);
    assert_eq!(row.context, expected);
    let item = shop.centre.engine().view().work(row.work.unwrap()).unwrap();
    let attribute = |name: &str| item.request().attributes.get(name).cloned();
    assert_eq!(attribute("journey.map"), Some(Value::from("m")));
    assert_eq!(attribute("journey.page"), Some(Value::from(&*url("/chairs"))));
    assert_eq!(item.request().customer.as_deref(), Some("c-1"));
    let link = shop.journeys().link(chat).unwrap();
    assert_eq!(link.context.map.as_ref().unwrap().offer, offer);
    assert_eq!(link.context.session, Some((id, "web".into())));
    let row = shop.journeys().offer(offer).unwrap();
    assert_eq!((row.state, row.interaction), (WebOfferState::Started, Some(chat)));
    // It rings; twice accepted is once.
    let facts = shop.log.len();
    assert_eq!(shop.accept(5_000, offer), chat);
    assert_eq!(shop.log.len(), facts);
    shop.take(25_001, IDA);
    // A millisecond later than the target says.
    assert_eq!(shop.state(offer), WebOfferState::Engaged);
    assert_eq!(shop.counts(), TargetCounts::new(1, 1, 0));
    shop.leave(60_000, chat);
    assert_eq!(shop.state(offer), WebOfferState::Completed);
    assert_eq!(shop.counts(), TargetCounts::new(1, 1, 0));
    shop.check_replay();
}

#[test]
fn rejects_misses_and_transfers_change_nothing_about_the_offer() {
    let mut shop = Shop::new();
    shop.on_queue(0, OMAR);
    let offer = shop.offer(0, "c-1");
    let chat = shop.accept(0, offer);
    let rings = |shop: &Shop, agent| {
        let view = shop.centre.engine().view();
        view.agent(agent).unwrap().offers().first().copied()
    };
    let first = if rings(&shop, IDA).is_some() { IDA } else { OMAR };
    let second = if first == IDA { OMAR } else { IDA };
    shop.tell(1_000, Reject::new(rings(&shop, first).unwrap()));
    assert_eq!(shop.state(offer), WebOfferState::Started);
    shop.take(2_000, second);
    assert_eq!(shop.state(offer), WebOfferState::Engaged);
    let from = shop.log.len();
    let work = shop.records().interaction(chat).unwrap().work.unwrap();
    shop.tell(3_000, TransferToQueue::new(work, SALES));
    shop.on_queue(3_000, first);
    shop.advance(40_000);
    let changed = shop.names(from).into_iter().filter(|name| *name == "offer_changed").count();
    assert_eq!((changed, shop.state(offer)), (0, WebOfferState::Engaged));
    assert_eq!(shop.counts(), TargetCounts::new(1, 0, 0));
    shop.leave(50_000, chat);
    assert_eq!(shop.state(offer), WebOfferState::Completed);
    shop.check_replay();
}

#[test]
fn a_visitor_who_leaves_first_has_abandoned() {
    let mut shop = Shop::new();
    let short = target().with_short_abandon(Span::from_secs(5));
    shop.tell(0, SetTarget::new("t", short));
    let offer = shop.offer(0, "c-1");
    let chat = shop.accept(0, offer);
    let mut patient = Shop { centre: shop.centre.clone(), log: shop.log.clone() };
    shop.leave(4_999, chat);
    assert_eq!(shop.state(offer), WebOfferState::Abandoned);
    assert_eq!(shop.counts(), TargetCounts::default());
    assert!(shop.journeys().link(chat).unwrap().over);
    shop.check_replay();
    patient.leave(5_000, chat);
    assert_eq!(patient.counts(), TargetCounts::new(0, 0, 1));
    patient.check_replay();
    // What was set is moved by what happens here.
    let mut shop = Shop::new();
    shop.tell(0, SetTargetCounts::new("t", TargetCounts::new(40, 6, 2)));
    let offer = shop.offer(0, "c-1");
    assert_eq!(shop.journeys().offer(offer).unwrap().level, Some(8_095));
    let chat = shop.accept(0, offer);
    shop.leave(1, chat);
    assert_eq!(shop.counts(), TargetCounts::new(40, 6, 3));
    shop.check_replay();
}

#[test]
fn in_the_moment_an_agent_accepts_who_comes_first_counts() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    let chat = shop.accept(0, offer);
    let ringing = shop.centre.engine().view().agent(IDA).unwrap().offers()[0];
    let mut other = Shop { centre: shop.centre.clone(), log: shop.log.clone() };
    shop.leave(10_000, chat);
    let refused = shop.refused(10_000, Accept::new(ringing));
    assert!(matches!(refused, CentreRefusal::Work(_)), "{refusal}", refusal = refused);
    assert_eq!(shop.state(offer), WebOfferState::Abandoned);
    shop.check_replay();
    other.tell(10_000, Accept::new(ringing));
    other.leave(10_000, chat);
    assert_eq!(other.state(offer), WebOfferState::Completed);
    assert_eq!(other.counts(), TargetCounts::new(1, 0, 0));
    other.check_replay();
}

#[test]
fn where_the_queue_is_gone_or_full_the_offer_failed_and_nothing_is_made() {
    let mut shop = Shop::with(config(), QueueProfile::default().with_waiting_max(1));
    let first = shop.offer(0, "c-1");
    let mut other = Shop { centre: shop.centre.clone(), log: shop.log.clone() };
    // The queue is full: one waits, as Ida is on a break.
    shop.tell(1_000, SetPresence::new(IDA, SystemPresence::Break.id()));
    let chat =
        shop.tell(1_000, OpenInteraction::new(InteractionRequest::new(InteractionType::Chat)));
    shop.tell(1_000, SubmitWork::new(chat, WorkRequest::new(SALES, CHAT)));
    let engine = shop.centre.engine().digest();
    let records = shop.records().digest();
    assert_eq!(shop.tell(2_000, Answer::new(first, YES)), None);
    let row = shop.journeys().offer(first).unwrap();
    assert_eq!((row.state, row.ended), (WebOfferState::Errored, Some(at(2_000))));
    let failure = row.failure.as_deref().unwrap();
    assert!(!failure.message.is_empty(), "{failure:?}");
    assert_eq!((shop.centre.engine().digest(), shop.records().digest()), (engine, records));
    assert_eq!(shop.tell(3_000, Answer::new(first, YES)), None);
    shop.check_replay();
    // It is gone.
    other.tell(1_000, Retire::new(SALES));
    let records = other.records().digest();
    assert_eq!(other.tell(2_000, Answer::new(first, YES)), None);
    assert_eq!(other.state(first), WebOfferState::Errored);
    assert_eq!(&*other.journeys().offer(first).unwrap().failure.as_ref().unwrap().code, "retired");
    assert_eq!(other.records().digest(), records);
    other.check_replay();
}

#[test]
fn where_nobody_knows_the_target_any_more_the_offer_failed() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    let in_use = JourneyEntity::definition(JourneyDefinitionKind::Target, "t".into());
    assert_eq!(shop.refused(1, RemoveTarget::new("t")), JourneyRefusal::in_use(in_use).into());
    shop.tell(1, RemoveActionMap::new("m"));
    shop.tell(1, RemoveTarget::new("t"));
    assert_eq!(shop.tell(2, Answer::new(offer, YES)), None);
    assert_eq!(&*shop.journeys().offer(offer).unwrap().failure.as_ref().unwrap().code, "no_target");
    assert_eq!(shop.records().interactions().count(), 0);
    shop.check_replay();
}

#[test]
fn the_engine_says_who_could_answer_and_what_is_open() {
    let mut shop = Shop::new();
    let id = shop.event(0, "c-1", page("/a"));
    let look = |shop: &mut Shop, when| {
        let from = shop.log.len();
        shop.tell(when, Evaluate::new(id));
        shop.log.as_slice()[from..].iter().rev().find_map(|fact| {
            match &fact.journey()?.event.event {
                JourneyEvent::Blocked { reason, .. } => Some(reason.name()),
                JourneyEvent::Offered { .. } => Some("offered"),
                _ => None,
            }
        })
    };
    shop.tell(0, SetPresence::new(IDA, SystemPresence::Break.id()));
    shop.tell(1, Match::new(id, keys(["go"])));
    assert_eq!(look(&mut shop, 2), None);
    let reason = shop.journeys().session(id).unwrap().qualified[0].blocked.clone();
    assert_eq!(reason, Some(Blocked::NoAvailableAgents));
    // Ida has a chat, and takes one at a time.
    shop.on_queue(3, IDA);
    let busy = InteractionRequest::new(InteractionType::Chat);
    let busy = shop.tell(4, OpenInteraction::new(busy));
    shop.tell(4, SubmitWork::new(busy, WorkRequest::new(SALES, CHAT)));
    shop.take(4, IDA);
    assert_eq!(look(&mut shop, 7), None);
    // Nor while they wrap it up.
    shop.leave(8, busy);
    assert_eq!(look(&mut shop, 30_007), None);
    assert_eq!(look(&mut shop, 30_008), Some("offered"));
    // A calendar that is closed.
    let closed = CalendarProfile::default().with_week(Week::default());
    let calendar = shop.tell(31_011, Define::new("never", closed));
    let offer = shop.journeys().session(id).unwrap().offers[0];
    shop.tell(31_012, Answer::new(offer, NO));
    shop.tell(31_012, SetActionMap::new("m", chat_in(calendar)));
    assert_eq!(look(&mut shop, 31_013), Some("offered_outside_schedule"));
    let nothing = CalendarId::from_raw(99);
    let refused = shop.refused(31_014, SetActionMap::new("m", chat_in(nothing)));
    assert_eq!(refused.code(), "unknown");
    for (queue, channel) in [(QueueId::from_raw(99), CHAT), (SALES, ChannelId::from_raw(9))] {
        let target = ActionTarget::new(queue, channel, InteractionType::Chat);
        assert_eq!(shop.refused(31_014, SetTarget::new("u", target)).code(), "unknown");
    }
    shop.check_replay();
}

fn chat_in(calendar: CalendarId) -> ActionMap {
    chat("go").with_calendar(calendar)
}

#[test]
fn a_visitor_answers_their_own_offer_alone() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    shop.event(0, "c-2", page("/a"));
    let answer = |shop: &mut Shop, who: &str| {
        let actor = Actor::Customer(Some(who.into()));
        let before = shop.centre.digest();
        let done = shop.centre.execute_as(at(1), actor, Answer::new(offer, YES), &mut shop.log);
        assert!(done.is_ok() || before == shop.centre.digest());
        done.map_err(|refusal| refusal.code())
    };
    // To somebody else it does not exist.
    assert_eq!(answer(&mut shop, "c-2"), Err("unknown"));
    assert!(answer(&mut shop, "c-1").unwrap().is_some());
    let agent = Actor::Agent(IDA);
    let denied = shop.centre.execute_as(at(1), agent, Answer::new(offer, YES), &mut shop.log);
    assert_eq!(denied.unwrap_err().code(), "not_allowed");
    shop.check_replay();
}

#[test]
fn without_a_licence_nothing_is_offered_and_what_is_open_goes_on() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    site.tell(1, ConfigureJourneys::new(config().with_licensed(false)));
    let second = site.page(2, "c-2", "/a");
    site.mark(2, second, ["go"]);
    site.tell(2, Evaluate::new(second));
    assert_eq!((site.offered(), site.row(second).segments.len()), (vec!["m"], 0));
    site.tell(3, Answer::new(offer, YES));
    assert_eq!(site.state(offer), WebOfferState::Accepted);
    site.tell(4, Evaluate::new(id));
    assert!(site.row(id).qualified.is_empty());
    site.check_replay();
}
