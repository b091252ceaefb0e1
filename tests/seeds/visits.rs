//! Tracking, and the clock of a session.

use strowger::journey::*;
use strowger::layer::Decide;
use strowger::model::{Invalid, Problem};
use strowger::prelude::*;

use crate::help::at;
use crate::site::*;

const fn invalid(field: &'static str, problem: Problem) -> JourneyRefusal {
    JourneyRefusal::Invalid(Invalid::new(field, problem))
}

/// The dates of what a session keeps, in order.
fn dates(site: &Site, id: SessionId) -> Vec<i64> {
    site.row(id).events.iter().map(|event| event.at.as_millis()).collect()
}

fn terms(site: &Site, id: SessionId) -> Vec<(&str, u32)> {
    site.row(id).searches.iter().map(|one| (&*one.term, one.count)).collect()
}

#[test]
fn an_event_a_millisecond_before_the_end_goes_on_and_one_at_the_end_begins_anew() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let end = 20 * MIN;
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(end));
    assert_eq!(site.page(end - 1, "c-1", "/b"), first);
    // It was activity: the end moved.
    let end = end - 1 + 20 * MIN;
    site.advance(end - 1);
    assert!(site.row(first).is_live());
    let second = site.page(end, "c-1", "/c");
    assert_ne!(second, first);
    assert_eq!(site.row(first).ended, Some(at(end)));
    assert_eq!(site.row(first).last_activity, at(20 * MIN - 1));
    assert_eq!(site.row(second).started, at(end));
    assert_eq!((dates(&site, first).len(), dates(&site, second)), (2, vec![end]));
    site.check_replay();
}

#[test]
fn an_event_may_be_an_hour_old_and_no_older() {
    let mut site = Site::new();
    let now = 3 * HOUR;
    site.late(now, "c-1", now - HOUR + 1, "/a");
    site.late(now, "c-2", now - HOUR, "/b");
    let track = Track::new(cookie("c-3"), page("/c"));
    let refused = site.refused(now, track.clone().with_at(at(now - HOUR - 1)));
    assert_eq!(refused, JourneyRefusal::TooOld);
    // The date of an event is not later than that of its command.
    let future = invalid("at", Problem::Future);
    assert_eq!(site.refused(now, track.clone().with_at(at(now + 1))), future);
    site.tell(now, track.with_at(at(now)));
    site.check_replay();
}

#[test]
fn a_late_event_for_a_session_that_ended_stands_at_its_place_and_prolongs_nothing() {
    let mut site = Site::new();
    let id = site.page(0, "c-1", "/a");
    site.page(10 * MIN, "c-1", "/b");
    site.advance(30 * MIN);
    assert_eq!(site.row(id).ended, Some(at(30 * MIN)));
    assert_eq!(site.late(40 * MIN, "c-1", 5 * MIN, "/late"), id);
    // Also behind its last activity, up to its end.
    assert_eq!(site.late(40 * MIN, "c-1", 30 * MIN - 1, "/later"), id);
    let row = site.row(id);
    assert_eq!((row.ended, row.last_activity), (Some(at(30 * MIN)), at(10 * MIN)));
    assert_eq!(dates(&site, id), [0, 5 * MIN, 10 * MIN, 30 * MIN - 1]);
    assert_eq!((row.counts.events, row.counts.pages), (4, 4));
    // At its very end it is over: this is another one.
    let other = site.late(40 * MIN, "c-1", 30 * MIN, "/other");
    assert_ne!(other, id);
    assert!(site.row(other).is_live());
    assert_eq!(site.journeys.live_count(), 1);
    site.check_replay();
}

#[test]
fn a_late_event_moves_neither_the_page_nor_the_last_activity_back() {
    let mut site = Site::new();
    let id = site.page(0, "c-1", "/a");
    site.page(10 * MIN, "c-1", "/b");
    assert_eq!(site.late(11 * MIN, "c-1", 5 * MIN, "/between"), id);
    let row = site.row(id);
    assert_eq!(row.last_activity, at(10 * MIN));
    assert_eq!(&*row.page.as_ref().unwrap().url, url("/b"));
    assert_eq!(dates(&site, id), [0, 5 * MIN, 10 * MIN]);
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(30 * MIN));
    // What was known later stays, and what is new is learned.
    let known = attributes(&[("device.category", "tablet"), ("browser.family", "Firefox")]);
    let track = |path| Track::new(cookie("c-1"), page(path));
    site.tell(12 * MIN, track("/c").with_attributes(known));
    let before = [("device.category", "desktop"), ("geolocation.region", "Bavaria")];
    let before = track("/late").with_attributes(attributes(&before)).with_at(at(6 * MIN));
    site.tell(13 * MIN, before);
    let all = &site.row(id).attributes;
    assert_eq!(all.get("device.category"), Some(&"tablet".into()));
    assert_eq!((all.len(), all.get("geolocation.region")), (3, Some(&"Bavaria".into())));
    // Before the first event of a session it lies in none: it is one of its own, which is over
    // when the next one begins.
    let mut site = Site::new();
    let live = site.page(30 * MIN, "c-1", "/a");
    let before = site.late(31 * MIN, "c-1", 30 * MIN - 1, "/before");
    assert_ne!(before, live);
    assert_eq!(site.row(before).ended, Some(at(30 * MIN)));
    assert!(site.row(live).is_live());
    assert_eq!(site.late(31 * MIN, "c-1", 30 * MIN, "/with"), live);
    site.check_replay();
}

#[test]
fn a_late_event_between_two_sessions_is_one_of_its_own_that_has_ended() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let second = site.page(55 * MIN, "c-1", "/b");
    let between = site.late(56 * MIN, "c-1", 25 * MIN, "/between");
    assert!(between != first && between != second);
    let row = site.row(between);
    assert_eq!((row.started, row.ended), (at(25 * MIN), Some(at(45 * MIN))));
    // It goes no further than the next one begins.
    let near = site.late(56 * MIN, "c-1", 50 * MIN, "/near");
    assert_eq!(site.row(near).ended, Some(at(55 * MIN)));
    let all: Vec<_> =
        site.journeys.sessions_of(site.row(first).customer).map(|row| row.id).collect();
    assert_eq!(all, [second, near, between, first]);
    assert_eq!(site.journeys.live_count(), 1);
    site.check_replay();
}

#[test]
fn nothing_is_offered_in_a_session_that_is_over_before_its_event_comes() {
    let mut site = Site::offering(config());
    site.tell(0, SetActionMap::new("any", ActionMap::new("any", ActionMedia::Content)));
    let late = site.late(30 * MIN, "c-1", 0, "/a");
    assert!(!site.row(late).is_live());
    assert_eq!(site.offered(), Vec::<&str>::new());
    // One that goes on is offered it.
    site.late(30 * MIN, "c-1", 29 * MIN, "/a");
    assert_eq!(site.offered(), ["any"]);
    site.check_replay();
}

#[test]
fn a_host_that_wakes_an_hour_late_ends_ten_sessions_each_at_its_time() {
    let mut site = Site::new();
    let ids: Vec<_> = (0..10).map(|n| site.page(n * 1_000, &format!("c-{n}"), "/a")).collect();
    site.advance(2 * HOUR);
    for (n, id) in (0_i64..).zip(&ids) {
        assert_eq!(site.row(*id).ended, Some(at(n * 1_000 + 20 * MIN)));
    }
    let ended = site.log.iter().filter(|fact| fact.event.event.name() == "session_ended");
    let ended: Vec<_> = ended.map(|fact| (fact.at, fact.effective())).collect();
    let expected: Vec<_> = (0..10).map(|n| (at(2 * HOUR), at(n * 1_000 + 20 * MIN))).collect();
    assert_eq!(ended, expected);
    assert_eq!(site.journeys.live_count(), 0);
    // Nothing that its map would have shown in between is shown afterwards.
    site.check_replay();
}

#[test]
fn a_host_that_wakes_late_offers_nothing_in_what_is_over() {
    let mut site = Site::offering(config());
    let delayed = chat("go").with_activation(Activation::delay(Span::from_mins(5)));
    site.tell(0, SetActionMap::new("m", delayed));
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    // One millisecond before the end of the session it can still be shown.
    let mut other = site.copy();
    other.advance(20 * MIN - 1);
    assert_eq!(other.offered(), ["m"]);
    assert_eq!(other.offer().offered, at(20 * MIN - 1));
    assert_eq!(other.offer().until, Some(at(21 * MIN - 1)));
    site.advance(20 * MIN);
    assert_eq!(site.offered(), Vec::<&str>::new());
    assert_eq!(site.row(id).ended, Some(at(20 * MIN)));
    site.check_replay();
}

#[test]
fn a_clock_that_runs_back_loses_nothing() {
    let mut site = Site::new();
    let id = site.page(10 * MIN, "c-1", "/a");
    assert_eq!(site.page(5 * MIN, "c-1", "/b"), id);
    assert_eq!(dates(&site, id), [10 * MIN, 10 * MIN]);
    // A date behind the host's clock, and before what it said already, is no future.
    site.late(5 * MIN, "c-1", 8 * MIN, "/c");
    assert_eq!(site.journeys.now(), at(10 * MIN));
    assert_eq!(site.journeys.live_count(), 1);
    site.advance(0);
    assert_eq!(site.journeys.now(), at(10 * MIN));
    site.check_replay();
}

#[test]
fn of_501_events_the_oldest_page_view_makes_room() {
    let mut site = Site::new();
    let id = site.search(0, "c-1", "chair");
    for n in 1..500 {
        site.journeys.execute(at(n), Track::new(cookie("c-1"), page("/a")), &mut site.log).unwrap();
    }
    assert_eq!((site.row(id).events.len(), site.row(id).counts.dropped), (500, 0));
    site.page(500, "c-1", "/b");
    let row = site.row(id);
    assert_eq!((row.events.len(), row.counts.dropped), (500, 1));
    assert_eq!((row.counts.events, row.counts.pages), (501, 500));
    // The search is older and stays.
    assert_eq!(dates(&site, id)[..3], [0, 2, 3]);
    site.check_replay();
}

#[test]
fn searches_stay_whatever_comes() {
    let limits = JourneyLimits::default().with_events(10);
    let mut site = Site::with(config().with_limits(limits));
    let id = site.search(0, "c-1", "first");
    for n in 1..=30 {
        site.search(n, "c-1", &format!("t-{}", n % 15));
    }
    let row = site.row(id);
    // Of each term the last search stays, so there may be more than ten.
    assert_eq!(row.searches.len(), 16);
    assert_eq!(row.events.len(), 16);
    assert_eq!(row.counts.dropped, 15);
    assert_eq!(dates(&site, id)[..2], [0, 16]);
    site.check_replay();
}

#[test]
fn only_pages_of_tracked_domains_exist() {
    let mut site = Site::with(config().with_tracked(["Store.test".into(), "möbel.test".into()]));
    let now = MIN;
    let id = site.page(now, "c-1", "/a");
    let view = |url: &str| Track::new(cookie("c-1"), VisitorEvent::page_viewed(url, ""));
    for url in [
        "https://www.store.test/a#part",
        "http://STORE.TEST:8080/",
        "HTTPS://jo:secret@store.test/",
        "https://store.test./",
        "https://möbel.test/stühle",
        "https://WWW.MÖBEL.test/",
    ] {
        assert_eq!(site.tell(now, view(url)), id, "{url}");
    }
    assert_eq!(site.row(id).counts.pages, 7);
    for url in [
        "https://mystore.test/",
        "https://store.test.evil/",
        "https://evil.test/store.test",
        "https://store.test@evil.test/",
        "https://evil.test\\@store.test/",
        "https://evil.test?.store.test",
        "https://[2001:db8::1]/",
    ] {
        assert_eq!(site.refused(now, view(url)), JourneyRefusal::Untracked, "{url}");
    }
    for url in ["store.test", "/a", "ftp://store.test/", "javascript:alert(1)", "https://", "a b"] {
        let refused = site.refused(now, view(url));
        assert_eq!(refused, invalid("url", Problem::NotListed), "{url}");
    }
    assert_eq!(site.refused(now, view("")), invalid("url", Problem::Empty));
    let spaced = view("https://store.test/a b");
    assert_eq!(site.refused(now, spaced), invalid("url", Problem::NotListed));
    // A user name before the host is kept as it came; what is behind # is not.
    let kept: Vec<_> =
        site.row(id).events.iter().map(|event| format!("{:?}", event.what)).collect();
    assert!(kept[1].contains("/a\"") && !kept[1].contains("part"), "{}", kept[1]);
    site.check_replay();
}

#[test]
fn a_url_has_2048_bytes_and_a_title_200() {
    let mut site = Site::new();
    let long = |len: usize| {
        let url = url("/");
        format!("{url}{}", "a".repeat(len - url.len()))
    };
    let view = |url: String, title: usize| {
        Track::new(cookie("c-1"), VisitorEvent::page_viewed(url, "t".repeat(title)))
    };
    let id = site.tell(0, view(long(2_048), 200));
    let refused = site.refused(0, view(long(2_049), 0));
    assert_eq!(refused, invalid("url", Problem::TooLong { max: 2_048 }));
    let refused = site.refused(0, view(long(10_000), 0));
    assert_eq!(refused, invalid("url", Problem::TooLong { max: 2_048 }));
    let refused = site.refused(0, view(long(100), 201));
    assert_eq!(refused, invalid("title", Problem::TooLong { max: 200 }));
    // What is dropped is not measured.
    assert_eq!(site.tell(0, view(format!("{}#{}", long(2_048), "b".repeat(10_000)), 0)), id);
    assert_eq!(site.row(id).page.as_ref().unwrap().url.len(), 2_048);
    site.check_replay();
}

#[test]
fn a_term_is_listed_once_as_it_was_first_typed() {
    let mut site = Site::new();
    let id = site.search(0, "c-1", "  Red Chair ");
    site.search(1, "c-1", "table");
    site.search(2, "c-1", "RED CHAIR");
    assert_eq!(terms(&site, id), [("Red Chair", 2), ("table", 1)]);
    let first = &site.row(id).searches[0];
    assert_eq!((first.first, first.last), (at(0), at(2)));
    // A search that comes late and was earlier is the first.
    site.tell(3, Track::new(cookie("c-1"), VisitorEvent::searched("TABLE")).with_at(at(0)));
    assert_eq!(terms(&site, id), [("Red Chair", 2), ("TABLE", 2)]);
    for term in ["", "  "] {
        let refused = site.refused(3, Track::new(cookie("c-1"), VisitorEvent::searched(term)));
        assert_eq!(refused, invalid("term", Problem::Empty));
    }
    let long = Track::new(cookie("c-1"), VisitorEvent::searched("x".repeat(201)));
    assert_eq!(site.refused(3, long), invalid("term", Problem::TooLong { max: 200 }));
    assert_eq!(site.row(id).events.len(), 4);
    site.check_replay();
}

#[test]
fn a_page_may_bring_a_search_along() {
    let mut site = Site::new();
    let searched = attributes(&[("search.term", " Lamp "), ("browser.family", "Firefox")]);
    let view = Track::new(cookie("c-1"), page("/search"));
    let id = site.tell(0, view.clone().with_attributes(searched.clone()));
    assert_eq!(terms(&site, id), [("Lamp", 1)]);
    let row = site.row(id);
    // The page, then the search; one event was tracked.
    assert_eq!((row.events.len(), row.counts.events), (2, 1));
    assert_eq!(row.events[1].what, Happening::Did(VisitorEvent::searched("Lamp")));
    assert_eq!(row.attributes, known(&[("browser.family", "Firefox")]).into());
    let empty = view.clone().with_attributes(attributes(&[("search.term", " ")]));
    assert_eq!(site.refused(0, empty), invalid("term", Problem::Empty));
    // Only a page does.
    let custom = Track::new(cookie("c-1"), custom("cart")).with_attributes(searched);
    assert_eq!(site.refused(0, custom), invalid("attributes", Problem::OutOfPlace));
    let number = view.with_attributes([("search.term".into(), 4_i64.into())]);
    assert_eq!(site.refused(0, number), invalid("attributes", Problem::OutOfPlace));
    site.check_replay();
}

#[test]
fn who_signs_out_is_somebody_else_afterwards() {
    let mut site = Site::new();
    let before = site.page(0, "c-1", "/a");
    let old = site.row(before).customer;
    site.tell(10 * MIN, SignOut::new(cookie("c-1")));
    assert_eq!(site.row(before).ended, Some(at(10 * MIN)));
    // Whoever has signed out has done so.
    let facts = site.log.len();
    site.tell(10 * MIN, SignOut::new(cookie("c-1")));
    site.tell(10 * MIN, Leave::new(cookie("c-1")));
    assert_eq!(site.log.len(), facts);
    let after = site.page(10 * MIN, "c-1", "/b");
    let new = site.row(after).customer;
    assert!(after != before && new != old);
    // What happened before and comes late is the old one's.
    assert_eq!(site.late(11 * MIN, "c-1", 10 * MIN - 1, "/late"), before);
    assert_eq!(site.late(11 * MIN, "c-1", 10 * MIN, "/late"), after);
    let earlier = site.late(11 * MIN, "c-1", -5 * MIN, "/early");
    assert_eq!(site.row(earlier).customer, old);
    assert_eq!(site.row(earlier).ended, Some(at(0)));
    assert_eq!(
        site.journeys.customers_of(&cookie("c-1")).map(|row| row.id).collect::<Vec<_>>(),
        [new]
    );
    let nobody = JourneyRefusal::unknown(JourneyEntity::Visitor(cookie("c-9")));
    assert_eq!(site.refused(11 * MIN, SignOut::new(cookie("c-9"))), nobody);
    assert_eq!(site.refused(11 * MIN, Leave::new(cookie("c-9"))), nobody);
    site.check_replay();
}

#[test]
fn what_begins_late_after_a_sign_out_ends_with_it() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let old = site.row(first).customer;
    // The session is over at minute 20; they sign out at minute 30.
    site.tell(30 * MIN, SignOut::new(cookie("c-1")));
    let late = site.late(31 * MIN, "c-1", 25 * MIN, "/late");
    assert_eq!((site.row(late).customer, site.row(late).ended), (old, Some(at(30 * MIN))));
    let new = site.late(31 * MIN, "c-1", 30 * MIN, "/new");
    assert_ne!(site.row(new).customer, old);
    assert!(site.row(new).is_live());
    site.check_replay();
}

#[test]
fn leaving_the_page_ends_the_visit_and_no_session() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    site.mark(0, id, ["go"]);
    let offer = site.offer().id;
    site.tell(1_000, Leave::new(cookie("c-1")));
    assert_eq!(site.state(offer), WebOfferState::Ignored);
    let row = site.row(id);
    assert_eq!((row.is_live(), row.visit, row.left), (true, 1, Some(at(1_000))));
    // Leaving is no activity.
    assert_eq!(row.last_activity, at(0));
    let facts = site.log.len();
    site.tell(1_500, Leave::new(cookie("c-1")));
    site.tell(1_500, Leave::new(cookie("c-1")).with_session_type("app"));
    assert_eq!(site.log.len(), facts);
    // What happened before they left and comes late is no return.
    site.late(2_000, "c-1", 999, "/late");
    assert_eq!((site.row(id).visit, site.row(id).left), (1, Some(at(1_000))));
    site.late(2_000, "c-1", 1_000, "/back");
    assert_eq!((site.row(id).visit, site.row(id).left), (2, None));
    site.check_replay();
}

#[test]
fn two_types_of_session_go_on_beside_each_other() {
    let mut site = Site::new();
    let web = site.page(0, "c-1", "/a");
    let app = |screen: &str| {
        Track::new(cookie("c-1"), VisitorEvent::screen_viewed(screen)).with_session_type("app")
    };
    let other = site.tell(10 * MIN, app("home"));
    assert_ne!(web, other);
    assert_eq!((&*site.row(other).kind, site.row(other).counts.screens), ("app", 1));
    assert_eq!(site.row(web).customer, site.row(other).customer);
    // Each has its own end.
    site.advance(20 * MIN);
    assert!(!site.row(web).is_live() && site.row(other).is_live());
    assert_eq!(site.tell(29 * MIN, app("cart")), other);
    let late = Track::new(cookie("c-1"), page("/late")).with_at(at(15 * MIN));
    assert_eq!(site.tell(29 * MIN, late), web);
    // Signing out ends both.
    site.page(29 * MIN, "c-1", "/b");
    assert_eq!(site.journeys.live_count(), 2);
    site.tell(29 * MIN, SignOut::new(cookie("c-1")));
    assert_eq!(site.journeys.live_count(), 0);
    let refused = site.refused(30 * MIN, app("x").with_session_type(""));
    assert_eq!(refused, invalid("session_type", Problem::Empty));
    site.check_replay();
}

#[test]
fn the_bounds_of_a_session_are_refusals() {
    let limits = JourneyLimits::default().with_terms(2);
    let mut site = Site::with(config().with_limits(limits));
    let limit = |limit, max| JourneyRefusal::limit(limit, max);
    site.search(0, "c-1", "a");
    site.search(0, "c-1", "b");
    let refused = site.refused(0, Track::new(cookie("c-1"), VisitorEvent::searched("c")));
    assert_eq!(refused, limit(JourneyLimit::Terms, 2));
    // A term that is listed is no further one.
    site.search(0, "c-1", "B");
    let forty = (0..40).map(|n| (format!("a.{n}").as_str().into(), 1_i64.into()));
    site.tell(0, Track::new(cookie("c-1"), page("/a")).with_attributes(forty));
    let more =
        |from: i32| (from..from + 11).map(|n| (format!("a.{n}").as_str().into(), 2_i64.into()));
    let refused = site.refused(0, Track::new(cookie("c-1"), page("/a")).with_attributes(more(40)));
    assert_eq!(refused, limit(JourneyLimit::Attributes, 50));
    let id = site.tell(0, Track::new(cookie("c-1"), page("/a")).with_attributes(more(39)));
    assert_eq!(site.row(id).attributes.len(), 50);
    site.check_replay();
}

#[test]
fn the_bounds_of_the_site_are_refusals() {
    let limits = JourneyLimits::default().with_live_sessions(2).with_customers(3);
    let mut site = Site::with(config().with_limits(limits));
    site.page(0, "c-1", "/a");
    site.page(0, "c-2", "/a");
    let track = |who: &str| Track::new(cookie(who), page("/a"));
    let full = |limit, max| JourneyRefusal::limit(limit, max);
    assert_eq!(site.refused(0, track("c-3")), full(JourneyLimit::LiveSessions, 2));
    // A session that goes on needs no room, nor one that is over already.
    site.page(1, "c-1", "/b");
    let now = 30 * MIN;
    site.page(now, "c-1", "/c");
    site.page(now, "c-2", "/c");
    let over = site.tell(now, track("c-3").with_at(at(now - 25 * MIN)));
    assert!(!site.row(over).is_live());
    site.tell(now, SignOut::new(cookie("c-1")));
    assert_eq!(site.refused(now, track("c-4")), full(JourneyLimit::Customers, 3));
    site.check_replay();
}

#[test]
fn the_oldest_session_makes_room_and_can_come_back() {
    let limits = JourneyLimits::default().with_sessions(3);
    let mut site = Site::with(config().with_limits(limits));
    let ids: Vec<_> = (0..4).map(|n| site.page(n * HOUR, "c-1", "/a")).collect();
    let archived: Vec<_> = site
        .events(0)
        .into_iter()
        .filter_map(|event| match event {
            JourneyEvent::SessionArchived { session, .. } => Some(session.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(archived.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[0]]);
    assert!(site.journeys.session(ids[0]).is_none());
    let gone = JourneyRefusal::archived(ids[0]);
    assert_eq!(site.refused(4 * HOUR, Evaluate::new(ids[0])), gone);
    // It comes back as it was, and another one makes room.
    assert_eq!(site.tell(4 * HOUR, ImportSession::new(archived[0].clone())), ids[0]);
    let back = site.row(ids[0]);
    assert_eq!((back.started, back.ended), (archived[0].started, archived[0].ended));
    assert_eq!(back.events, archived[0].events);
    assert!(site.journeys.session(ids[1]).is_none());
    let there = JourneyRefusal::still_there(ids[0]);
    assert_eq!(site.refused(4 * HOUR, ImportSession::new(archived[0].clone())), there);
    // A late event finds it again.
    site.page(5 * HOUR, "c-1", "/z");
    // All that ended go on command; the one that goes on stays.
    let of = site.row(ids[3]).customer;
    assert_eq!(site.tell(5 * HOUR, ArchiveSessions::new(of)), 2);
    assert_eq!(site.tell(5 * HOUR, ArchiveSessions::new(of)), 0);
    assert_eq!(site.journeys.sessions_of(of).count(), 1);
    site.check_replay();
}

#[test]
fn what_no_fact_can_have_archived_is_not_brought_back() {
    let mut site = Site::new();
    let id = site.search(0, "c-1", "lamp");
    site.advance(HOUR);
    let of = site.row(id).customer;
    site.tell(HOUR, ArchiveSessions::new(of));
    let archived = site.events(0).into_iter().find_map(|event| match event {
        JourneyEvent::SessionArchived { session, .. } => Some((**session).clone()),
        _ => None,
    });
    let good = archived.unwrap();
    let bad = |change: &dyn Fn(&mut VisitorSession)| {
        let mut session = good.clone();
        change(&mut session);
        ImportSession::new(std::sync::Arc::new(session))
    };
    let field = |refusal: JourneyRefusal| match refusal {
        JourneyRefusal::Invalid(invalid) => invalid.field.into_owned(),
        other => panic!("{other}"),
    };
    let mut refused = |change: &dyn Fn(&mut VisitorSession)| field(site.refused(HOUR, bad(change)));
    assert_eq!(refused(&|row| row.ended = None), "session.ended");
    assert_eq!(refused(&|row| row.ended = Some(at(HOUR + 1))), "session.ended");
    assert_eq!(refused(&|row| row.started = at(1)), "session.started");
    assert_eq!(refused(&|row| row.last_activity = at(2 * HOUR)), "session.started");
    assert_eq!(refused(&|row| row.identifier = cookie("")), "session.identifier");
    assert_eq!(refused(&|row| row.kind = "".into()), "session.type");
    assert_eq!(refused(&|row| row.searches.clear()), "session.searches");
    assert_eq!(refused(&|row| row.events.clear()), "session.searches");
    assert_eq!(refused(&|row| row.host = Some("h".repeat(3_000).into())), "session.host");
    let unknown = |id| JourneyRefusal::unknown(JourneyEntity::Session(id));
    for id in [session(0), session(2)] {
        assert_eq!(site.refused(HOUR, bad(&|row| row.id = id)), unknown(id));
    }
    let nobody = JourneyRefusal::unknown(JourneyEntity::Customer(customer(77)));
    assert_eq!(site.refused(HOUR, bad(&|row| row.customer = customer(77))), nobody);
    assert_eq!(site.tell(HOUR, bad(&|_| {})), id);
    site.check_replay();
}

#[test]
fn who_is_only_a_cookie_is_forgotten_after_60_days_to_the_millisecond() {
    let mut site = Site::new();
    let id = site.page(0, "c-1", "/a");
    let who = site.row(id).customer;
    let known = site.page(0, "c-2", "/a");
    let known = site.row(known).customer;
    site.tell(0, Identify::new(cookie("c-2")).with_identifiers([email("jo@store.test")]));
    site.advance(60 * DAY - 1);
    assert!(site.journeys.customer(who).is_some());
    assert_eq!(site.journeys.next_deadline().unwrap().at, at(60 * DAY));
    site.advance(60 * DAY);
    assert!(site.journeys.customer(who).is_none() && site.journeys.session(id).is_none());
    let gone = JourneyRefusal::forgotten(JourneyEntity::Customer(who));
    assert_eq!(site.refused(60 * DAY, ArchiveSessions::new(who)), gone);
    let archived = JourneyRefusal::archived(id);
    assert_eq!(site.refused(60 * DAY, Evaluate::new(id)), archived);
    // Who is known by more is kept, and an event keeps who is not.
    site.advance(200 * DAY);
    assert!(site.journeys.customer(known).is_some());
    let again = site.page(200 * DAY, "c-1", "/a");
    assert_ne!(site.row(again).customer, who);
    site.page(201 * DAY, "c-1", "/a");
    site.advance(261 * DAY - 1);
    assert!(site.journeys.session(again).is_some());
    site.advance(261 * DAY);
    assert!(site.journeys.session(again).is_none());
    site.check_replay();
}

#[test]
fn an_erased_customer_is_gone_at_once_with_all_they_did() {
    let mut site = Site::offering(config());
    let id = site.page(0, "c-1", "/a");
    let who = site.row(id).customer;
    site.tell(0, SignOut::new(cookie("c-1")));
    let second = site.page(0, "c-1", "/a");
    let other = site.row(second).customer;
    site.tell(0, Identify::new(cookie("c-1")).with_identifiers([email("jo@store.test")]));
    site.mark(0, second, ["go"]);
    let offer = site.offer().id;
    site.tell(1, EraseCustomer::new(other));
    assert!(site.journeys.customer(other).is_none());
    assert!(site.journeys.session(second).is_none() && site.journeys.offer(offer).is_none());
    assert_eq!(site.journeys.live_count(), 0);
    let gone = JourneyRefusal::forgotten(JourneyEntity::Customer(other));
    assert_eq!(site.refused(1, EraseCustomer::new(other)), gone);
    let gone = JourneyRefusal::forgotten(JourneyEntity::Offer(offer));
    assert_eq!(site.refused(1, Answer::new(offer, WebAnswer::Accepted)), gone);
    assert!(site.journeys.customer(who).is_some());
    // Nothing is left of what they were known by, not even that they signed out.
    site.tell(2, EraseCustomer::new(who));
    let kept = serde_json::to_string(&site.journeys.snapshot()).unwrap();
    assert!(!kept.contains("c-1") && !kept.contains("jo@"), "{kept}");
    // Whoever comes under the cookie is new.
    let late = site.late(3, "c-1", 0, "/a");
    assert_eq!(site.row(late).customer, customer(other.raw() + 1));
    site.check_replay();
}
