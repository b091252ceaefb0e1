//! The customer's journey (Genesys: Predictive Engagement): what is decided. What an agent is shown
//! of it stands in [`seed4_view`](super::seed4_view).

use strowger::interaction::*;
use strowger::journey::{Answer, Happening, Match, VisitorSegment, *};
use strowger::prelude::*;

use crate::help::at;
use crate::site::*;

/// The same with an offer of a messenger.
fn messenger(shop: &mut Shop) {
    let target = target().with_kind(InteractionType::Messaging);
    shop.tell(0, SetTarget::new("t", target));
    shop.tell(0, SetActionMap::new("m", chat("go").with_media(ActionMedia::WebMessaging)));
}

#[test]
fn seed4_row124_web_messaging_links_as_web_chat_does() {
    let links = [false, true].map(|messaging| {
        let mut shop = Shop::new();
        if messaging {
            messenger(&mut shop);
        }
        let offer = shop.offer(0, "c-1");
        let talk = shop.accept(1_000, offer);
        let kind = shop.records().interaction(talk).unwrap().kind;
        let expected = if messaging { InteractionType::Messaging } else { InteractionType::Chat };
        assert_eq!(kind, expected);
        shop.take(2_000, IDA);
        assert_eq!(shop.state(offer), WebOfferState::Engaged);
        shop.check_replay();
        let mut link = shop.journeys().link(talk).unwrap().clone();
        // The map is another version of itself.
        link.context.map.as_mut().unwrap().version = 0;
        link
    });
    assert_eq!(links[0], links[1]);
    assert_eq!(links[0].by, LinkedBy::Offer);
}

#[test]
fn seed4_row125_who_accepts_an_offer_has_a_journey_when_an_agent_picks_up() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    let id = shop.journeys().offer(offer).unwrap().session;
    let chat = shop.accept(1_000, offer);
    let link = shop.journeys().link(chat).unwrap();
    let context = &link.context;
    assert_eq!(context.customer, shop.journeys().session(id).unwrap().customer);
    assert_eq!(context.identifier, Some(IdentifierKind::Cookie));
    assert_eq!(context.session, Some((id, "web".into())));
    let map = context.map.as_ref().unwrap();
    assert_eq!((&*map.key, map.version, map.offer), ("m", 1, offer));
    // It rings, and nobody has it.
    shop.advance(10_999);
    assert_eq!(shop.state(offer), WebOfferState::Started);
    shop.take(11_000, IDA);
    assert_eq!(shop.state(offer), WebOfferState::Engaged);
    assert_eq!(shop.counts(), TargetCounts::new(1, 0, 0));
    shop.check_replay();
}

#[test]
fn seed4_row129_of_a_telephone_call_the_agent_verifies_the_contact() {
    let mut shop = Shop::new();
    let id = shop.event(0, "c-1", page("/a"));
    let who = shop.journeys().session(id).unwrap().customer;
    let known = Identify::new(cookie("c-1")).with_identifiers([phone("+49301234")]);
    shop.tell(0, known.with_proof(Proof::Verified));
    let from = (Address::new("phone", "+49301234"), "shop".into());
    let call = InteractionRequest::new(InteractionType::Phone).with_addresses(from);
    let call = shop.tell(1_000, OpenInteraction::new(call));
    shop.tell(1_000, SubmitWork::new(call, WorkRequest::new(SALES, CHAT)));
    shop.take(2_000, IDA);
    assert!(shop.journeys().link(call).is_none());
    shop.tell(3_000, VerifyContact::new(call, who).with_by(IDA));
    let link = shop.journeys().link(call).unwrap();
    assert_eq!((link.customer, link.verified), (who, true));
    shop.check_replay();
}

#[test]
fn seed4_row131_pages_answers_and_segments_are_facts_at_once() {
    let mut site = Site::offering(config());
    let fox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    let fox = VisitorSegment::new("Foxes", "#FF6A00")
        .with_conditions(Conditions::default().with_session([fox]));
    site.tell(0, SetSegment::new("foxes", fox));
    let id = site.page(0, "c-1", "/a");
    // They navigate and match a segment.
    let from = site.log.len();
    let firefox = attributes(&[("browser.family", "Firefox")]);
    site.tell(1_000, Track::new(cookie("c-1"), page("/b")).with_attributes(firefox));
    assert_eq!(site.names(from), ["tracked", "segment_assigned"]);
    site.mark(2_000, id, ["go"]);
    // They answer.
    let offer = site.offer().id;
    let from = site.log.len();
    site.tell(3_000, Answer::new(offer, WebAnswer::Rejected));
    assert_eq!(site.names(from), ["offer_changed"]);
    let kinds: Vec<_> = site.row(id).events.iter().map(|event| (event.at, kind(event))).collect();
    let expected = [
        (0, "page"),
        (1_000, "page"),
        (1_000, "segment"),
        (2_000, "segment"),
        (2_000, "offer"),
        (3_000, "offer"),
    ];
    assert_eq!(kinds, expected.map(|(when, kind)| (at(when), kind)));
    site.check_replay();
}

fn kind(event: &SessionEvent) -> &'static str {
    match &event.what {
        Happening::Did(VisitorEvent::PageViewed { .. }) => "page",
        Happening::Did(VisitorEvent::Searched { .. }) => "search",
        Happening::Did(_) => "other",
        Happening::SegmentMatched { .. } => "segment",
        Happening::OutcomeAchieved { .. } => "outcome",
        Happening::Offer { .. } => "offer",
        _ => "?",
    }
}

#[test]
fn seed4_row136_no_event_is_on_two_cards() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let second = site.page(HOUR, "c-1", "/b");
    let other = site.page(HOUR, "c-2", "/c");
    site.late(HOUR, "c-1", 10 * MIN, "/late");
    let of = |id| {
        let events = site.row(id).events.iter();
        events.map(|event| event.seq).collect::<Vec<_>>()
    };
    assert_eq!([of(first).len(), of(second).len(), of(other).len()], [2, 1, 1]);
    let mut all = [of(first), of(second), of(other)].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4);
    // What is late came late, and stands behind what was before it.
    assert_eq!(site.row(first).events[1].at, at(10 * MIN));
    assert!(site.row(first).events.iter().all(|event| event.at < at(20 * MIN)));
    site.check_replay();
}

#[test]
fn seed4_row138_a_session_is_live_a_millisecond_before_the_20_minutes_are_over() {
    let mut site = Site::new();
    let id = site.page(MIN, "c-1", "/a");
    site.advance(21 * MIN - 1);
    assert!(site.row(id).is_live());
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(21 * MIN));
    // What is no doing of the visitor's moves nothing.
    let mut site = Site::offering(config());
    site.tell(0, SetOutcome::new("buys", outcome()));
    let id = site.page(MIN, "c-1", "/a");
    site.mark(10 * MIN, id, ["go"]);
    let offer = site.offer().id;
    site.tell(10 * MIN, Score::new(id, [("buys".into(), 5_000)].into()));
    site.tell(10 * MIN, Achieve::new(id, "buys"));
    site.tell(10 * MIN, Evaluate::new(id));
    site.tell(10 * MIN, SetTargetCounts::new("t", TargetCounts::new(1, 0, 0)));
    site.tell(10 * MIN, Leave::new(cookie("c-1")));
    assert_eq!((site.state(offer), site.row(id).last_activity), (WebOfferState::Ignored, at(MIN)));
    // What they say of themselves does.
    let known = Identify::new(cookie("c-1")).with_identifiers([email("jo@store.test")]);
    site.tell(11 * MIN, known);
    assert_eq!(site.row(id).last_activity, at(11 * MIN));
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(31 * MIN));
    site.check_replay();
}

#[test]
fn seed4_row139_a_session_ends_20_minutes_after_the_last_activity_however_late_the_host_is() {
    for late in [0, 1, HOUR] {
        let mut site = Site::new();
        let id = site.page(MIN, "c-1", "/a");
        let from = site.log.len();
        site.advance(21 * MIN + late);
        assert_eq!(site.names(from), ["session_ended"]);
        assert_eq!(site.row(id).ended, Some(at(21 * MIN)));
        let fact = site.log.as_slice().last().unwrap();
        assert_eq!((fact.at, fact.effective()), (at(21 * MIN + late), at(21 * MIN)));
        let JourneyEvent::SessionEnded { why, .. } = fact.event.event else { panic!() };
        assert_eq!(why, SessionOver::Silence);
        site.check_replay();
    }
    // The host may choose another time.
    let mut site = Site::with(config().with_session(Span::from_mins(1)));
    let id = site.page(0, "c-1", "/a");
    site.advance(MIN - 1);
    assert!(site.row(id).is_live());
    site.advance(MIN);
    assert!(!site.row(id).is_live());
}

#[test]
fn seed4_row140_an_address_given_during_the_session_brings_earlier_sessions() {
    let mut site = Site::new();
    let known = Identify::new(cookie("c-1")).with_identifiers([email("jo@store.test")]);
    let first = site.page(0, "c-1", "/a");
    site.tell(0, known);
    let second = site.page(2 * HOUR, "c-2", "/b");
    let who = site.row(second).customer;
    let all = |site: &Site| site.journeys.sessions_of(who).map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(all(&site), [second]);
    let known = Identify::new(cookie("c-2")).with_identifiers([email(" JO@store.test")]);
    assert_eq!(site.tell(2 * HOUR, known), site.row(first).customer);
    assert_eq!(all(&site), [second, first]);
    site.check_replay();
}

#[test]
fn seed4_row141_pages_that_are_not_tracked_leave_no_trace() {
    let mut site = Site::new();
    let mut plain = Site::new();
    for one in [&mut site, &mut plain] {
        one.page(0, "c-1", "/a");
    }
    let elsewhere = VisitorEvent::page_viewed("https://bank.test/account", "My account");
    let track = Track::new(cookie("c-1"), elsewhere.clone());
    assert_eq!(site.refused(19 * MIN, track), JourneyRefusal::Untracked);
    // Nobody comes to be known by it either.
    let stranger = Track::new(cookie("c-9"), elsewhere);
    assert_eq!(site.refused(19 * MIN, stranger), JourneyRefusal::Untracked);
    for one in [&mut site, &mut plain] {
        let ids = [one.page(20 * MIN - 1, "c-1", "/b"), one.page(41 * MIN, "c-1", "/c")];
        assert_ne!(ids[0], ids[1]);
    }
    assert_eq!(site.log.as_slice(), plain.log.as_slice());
    assert_eq!(site.journeys.digest(), plain.journeys.digest());
    // Nor does it prolong the session.
    let track = |site: &mut Site, when| {
        let elsewhere = VisitorEvent::page_viewed("https://bank.test/", "");
        site.refused(when, Track::new(cookie("c-1"), elsewhere))
    };
    track(&mut site, 60 * MIN);
    site.advance(61 * MIN);
    assert_eq!(site.journeys.live_count(), 0);
}

#[test]
fn seed4_row144_the_terms_of_the_session_in_order_of_the_first_search() {
    let mut site = Site::new();
    let other = site.search(0, "c-1", "sofa");
    let id = site.search(HOUR, "c-1", "Table");
    site.search(HOUR + 1, "c-1", "chair");
    site.search(HOUR + 2, "c-1", "TABLE ");
    site.search(HOUR + 2, "c-2", "bed");
    let terms = |id| {
        let terms = site.row(id).searches.iter();
        terms.map(|one| (&*one.term, one.count, one.last)).collect::<Vec<_>>()
    };
    assert_eq!(terms(id), [("Table", 2, at(HOUR + 2)), ("chair", 1, at(HOUR + 1))]);
    assert_eq!(terms(other), [("sofa", 1, at(0))]);
    site.check_replay();
}

/// A goal that has scores.
fn outcome() -> Outcome {
    let bought = EventCondition::new(EventName::Custom("bought".into()));
    Outcome::new("Buys")
        .with_scored(true)
        .with_conditions(Conditions::default().with_events([bought]))
}

fn score(site: &Site, id: SessionId) -> Option<(u16, u16)> {
    let score = site.row(id).outcome("buys")?.score?;
    Some((score.now, score.greatest))
}

#[test]
fn seed4_row145_a_bar_is_the_present_probability_and_the_greatest() {
    let mut site = Site::new();
    site.tell(0, SetOutcome::new("buys", outcome()));
    let id = site.page(0, "c-1", "/a");
    assert_eq!(score(&site, id), None);
    site.tell(1, Score::new(id, [("buys".into(), 3_000)].into()));
    assert_eq!(score(&site, id), Some((3_000, 3_000)));
    site.tell(2, Score::new(id, [("buys".into(), 10_000)].into()));
    assert_eq!(score(&site, id), Some((10_000, 10_000)));
    let refused = site.refused(3, Score::new(id, [("buys".into(), 10_001)].into()));
    assert_eq!(refused.to_string(), "scores is outside 0..=10000");
    // Achieved once, and when.
    site.event(4, "c-1", custom("bought"));
    site.event(5, "c-1", custom("bought"));
    assert_eq!(site.row(id).outcome("buys").unwrap().achieved, Some(at(4)));
    let achieved = site.names(0).into_iter().filter(|name| *name == "outcome_achieved").count();
    assert_eq!(achieved, 1);
    site.check_replay();
}

#[test]
fn seed4_row146_a_new_score_is_a_fact_and_the_greatest_never_falls() {
    let mut site = Site::new();
    site.tell(0, SetOutcome::new("buys", outcome()));
    let id = site.page(0, "c-1", "/a");
    let mut greatest = 0;
    for (n, now) in [4_000, 7_000, 2_000, 7_000, 6_999, 8_000, 0].into_iter().enumerate() {
        let from = site.log.len();
        site.tell(n as i64, Score::new(id, [("buys".into(), now)].into()));
        assert_eq!(site.names(from), ["scored"]);
        greatest = greatest.max(now);
        assert_eq!(score(&site, id), Some((now, greatest)));
    }
    // The same again is no news; another session begins anew.
    let from = site.log.len();
    site.tell(10, Score::new(id, [("buys".into(), 0)].into()));
    assert_eq!(site.log.len(), from);
    let next = site.page(HOUR, "c-1", "/a");
    site.tell(HOUR, Score::new(next, [("buys".into(), 100)].into()));
    assert_eq!((score(&site, next), score(&site, id)), (Some((100, 100)), Some((0, 8_000))));
    let over = JourneyRefusal::not_live(id);
    assert_eq!(site.refused(HOUR, Score::new(id, [("buys".into(), 1)].into())), over);
    site.check_replay();
}

fn assigned(site: &Site, id: SessionId) -> Vec<&str> {
    site.row(id).segments.iter().map(|one| &*one.segment).collect()
}

#[test]
fn seed4_row147_segments_stand_in_order_of_assignment() {
    let mut site = Site::new();
    // Defined in another order than they come.
    for key in ["zeta", "alpha", "late", "mid"] {
        let name = if key == "late" { "second" } else { "first" };
        site.tell(0, SetSegment::new(key, on_event(name)));
    }
    let id = site.page(0, "c-1", "/a");
    site.mark(1, id, ["mid"]);
    site.event(2, "c-1", custom("second"));
    // Two at one event, in order of definition.
    site.event(2, "c-1", custom("first"));
    assert_eq!(assigned(&site, id), ["mid", "late", "zeta", "alpha"]);
    let seqs: Vec<_> = site.row(id).segments.iter().map(|one| one.seq).collect();
    assert!(seqs.is_sorted());
    // Once in a session: neither again nor back.
    site.event(3, "c-1", custom("first"));
    site.unmark(4, id, "zeta");
    site.event(5, "c-1", custom("first"));
    assert_eq!(assigned(&site, id), ["mid", "late", "alpha"]);
    site.mark(6, id, ["zeta"]);
    assert_eq!(assigned(&site, id), ["mid", "late", "alpha", "zeta"]);
    let next = site.event(HOUR, "c-1", custom("first"));
    assert_eq!(assigned(&site, next), ["zeta", "alpha", "mid"]);
    site.check_replay();
}

#[test]
fn seed4_row148_visitors_with_the_same_browser_in_the_same_region() {
    let mut site = Site::new();
    let fox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    let region = Criterion::new("geolocation.region", Operator::StartsWith, "BAV");
    let region = region.clone().with_compare(region.compare.with_ignore_case(true));
    let both = VisitorSegment::new("Bavarian foxes", "#FF6A00")
        .with_conditions(Conditions::default().with_session([fox.clone(), region]));
    let foxes = VisitorSegment::new("Foxes", "#FF6A00")
        .with_conditions(Conditions::default().with_session([fox]));
    let three = EventCondition::new(EventName::PageViewed).with_at_least(3);
    let chairs = Criterion::new("url", Operator::ContainsAny, "/chairs");
    let eager = VisitorSegment::new("Eager", "#00FF00")
        .with_conditions(Conditions::default().with_events([three.with_criteria([chairs])]));
    let none = Criterion::new("campaign.source", Operator::NotEqual, "mail");
    let none = VisitorSegment::new("No mail", "#0000FF")
        .with_conditions(Conditions::default().with_session([none]));
    for (key, one) in [("both", both), ("foxes", foxes), ("eager", eager), ("no_mail", none)] {
        site.tell(0, SetSegment::new(key, one));
    }
    let view = |who: &str, known: &[(&str, &str)], path: &str| {
        Track::new(cookie(who), page(path)).with_attributes(attributes(known))
    };
    let firefox = ("browser.family", "Firefox");
    let id = site.tell(0, view("c-1", &[firefox, ("geolocation.region", "Bavaria")], "/"));
    // What is missing satisfies only what is negative.
    assert_eq!(assigned(&site, id), ["both", "foxes", "no_mail"]);
    let id = site.tell(0, view("c-2", &[firefox, ("campaign.source", "mail")], "/chairs/1"));
    assert_eq!(assigned(&site, id), ["foxes"]);
    site.page(1, "c-2", "/chairs/2");
    site.page(2, "c-2", "/tables");
    assert_eq!(assigned(&site, id), ["foxes"]);
    site.page(3, "c-2", "/chairs/3");
    assert_eq!(assigned(&site, id), ["foxes", "eager"]);
    // One attribute more, later, and all conditions hold.
    site.tell(4, view("c-2", &[("geolocation.region", "bavaria")], "/"));
    assert_eq!(assigned(&site, id), ["foxes", "eager", "both"]);
    // One without conditions is none, nor is one in a colour that is none.
    let empty = site.refused(5, SetSegment::new("x", VisitorSegment::new("Everybody", "#000000")));
    assert_eq!(empty.to_string(), "conditions is empty");
    for colour in ["red", "#FFF", "#GGGGGG", "336699", "#3366999", ""] {
        let segment = by_command().with_colour(colour);
        let refused = site.refused(5, SetSegment::new("x", segment));
        assert_eq!(refused.to_string(), "colour is not among the values it must be taken from");
    }
    site.check_replay();
}

#[test]
fn seed4_row149_without_a_licence_there_are_sessions_and_searches_alone() {
    let mut site = Site::with(config().with_licensed(false));
    site.tell(0, SetSegment::new("seg", on_event("cart")));
    site.tell(0, SetOutcome::new("buys", outcome()));
    site.tell(0, SetActionMap::new("any", ActionMap::new("any", ActionMedia::Content)));
    let id = site.event(0, "c-1", custom("cart"));
    site.search(1, "c-1", "chair");
    site.event(2, "c-1", custom("bought"));
    site.mark(3, id, ["seg"]);
    site.tell(3, Score::new(id, [("buys".into(), 3_000)].into()));
    site.tell(3, Achieve::new(id, "buys"));
    let row = site.row(id);
    assert!(row.segments.is_empty() && row.outcomes.is_empty() && row.offers.is_empty());
    assert_eq!((row.searches.len(), row.events.len()), (1, 3));
    // What is named must still be there.
    let nothing = JourneyEntity::definition(JourneyDefinitionKind::Segment, "x".into());
    let refused = site.refused(4, Match::new(id, keys(["x"])));
    assert_eq!(refused, JourneyRefusal::unknown(nothing));
    // With the licence the next event counts all of them.
    site.tell(5, ConfigureJourneys::new(config()));
    site.page(6, "c-1", "/a");
    assert_eq!(assigned(&site, id), ["seg"]);
    assert!(site.row(id).outcome("buys").unwrap().achieved.is_some());
    assert_eq!(site.offered(), ["any"]);
    site.check_replay();
}

#[test]
fn seed4_row152_service_levels_and_what_they_stop() {
    let level = |engaged, over, abandoned| TargetCounts::new(engaged, over, abandoned).level();
    assert_eq!(level(10, 3, 0), Some(7_000));
    assert_eq!(level(10, 1, 1), Some(8_182));
    assert_eq!(level(10, 2, 0), Some(8_000));
    assert_eq!(level(0, 0, 0), None);
    assert_eq!(level(40, 6, 2), Some(8_095));
    // Half up.
    assert_eq!(level(20_000, 19_999, 0), Some(1));
    assert_eq!(level(20_001, 20_000, 0), Some(0));
    assert_eq!(level(u64::MAX, 0, u64::MAX), Some(5_000));
    let throttles = |counts: TargetCounts| {
        let mut site = Site::offering(config());
        site.tell(0, SetTargetCounts::new("t", counts));
        let id = site.page(0, "c-1", "/a");
        site.mark(0, id, ["go"]);
        site.check_replay();
        site.blocked("m").map(Blocked::name)
    };
    let throttled = Some("service_level_throttling");
    assert_eq!(throttles(TargetCounts::new(10, 3, 0)), throttled);
    for counts in [(10, 1, 1), (10, 2, 0), (0, 0, 0), (40, 6, 2)] {
        assert_eq!(throttles(TargetCounts::new(counts.0, counts.1, counts.2)), None);
    }
    let mut site = Site::offering(config());
    let more = SetTargetCounts::new("t", TargetCounts::new(1, 2, 0));
    assert_eq!(site.refused(0, more).to_string(), "over cannot be said here");
}

#[test]
fn seed4_row161_the_terms_of_the_list_are_those_of_the_map() {
    let mut site = Site::new();
    let id = site.search(0, "c-1", "Chair");
    let brought = attributes(&[("search.term", "lamp")]);
    site.tell(1, Track::new(cookie("c-1"), page("/search")).with_attributes(brought));
    site.search(2, "c-1", "chair");
    let row = site.row(id);
    let map: Vec<_> = row
        .events
        .iter()
        .filter_map(|event| match &event.what {
            Happening::Did(VisitorEvent::Searched { term, .. }) => Some((event.at, &**term)),
            _ => None,
        })
        .collect();
    // Each search has its item, with what was typed then.
    assert_eq!(map, [(at(0), "Chair"), (at(1), "lamp"), (at(2), "chair")]);
    let list: Vec<_> = row.searches.iter().map(|one| one.term.to_lowercase()).collect();
    let mut folded: Vec<_> = map.iter().map(|(_, term)| term.to_lowercase()).collect();
    folded.dedup();
    folded.pop();
    assert_eq!(list, folded);
    site.check_replay();
}

#[test]
fn seed4_row162_a_host_scores_a_goal_when_something_is_put_into_the_cart() {
    let mut site = Site::new();
    site.tell(0, SetOutcome::new("buys", outcome()));
    // Whoever was near to buying, and is not any more, is offered something.
    let near = OutcomeCondition::new("buys", 6_000).with_at_most(4_000);
    let map = ActionMap::new("stay", ActionMedia::Content).with_outcomes([near]);
    site.tell(0, SetActionMap::new("stay", map));
    let id = site.page(0, "c-1", "/a");
    // The host's model, for each event of interest.
    let model = [("cart_opened", 2_000), ("put_into_cart", 6_000), ("taken_out", 4_001)];
    for (n, (name, probability)) in (1..).zip(model) {
        site.event(n * 1_000, "c-1", custom(name));
        site.tell(n * 1_000, Score::new(id, [("buys".into(), probability)].into()));
    }
    assert_eq!(score(&site, id), Some((4_001, 6_000)));
    assert!(site.offered().is_empty());
    site.event(4_000, "c-1", custom("taken_out"));
    site.tell(4_000, Score::new(id, [("buys".into(), 4_000)].into()));
    assert_eq!(site.offered(), ["stay"]);
    let row = site.row(id);
    let dates: Vec<_> = row.events.iter().map(|event| event.at.as_millis()).collect();
    assert_eq!(dates, [0, 1_000, 2_000, 3_000, 4_000, 4_000]);
    site.check_replay();
}
