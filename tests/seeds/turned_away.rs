//! Every refusal of every command of journeys, as a table that is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use strowger::centre::CentreRefusal;
use strowger::command::Actor;
use strowger::interaction::*;
use strowger::journey::{Answer, Match, *};
use strowger::layer::Decide;
use strowger::model::CalendarId;
use strowger::prelude::*;

use crate::help::at;
use crate::names::names;
use crate::site::*;
use crate::table;

/// What was refused, and how.
#[derive(Default)]
struct Book(Vec<(JourneyCommandName, JourneyRefusal)>);

impl Book {
    fn alone(&mut self, site: &mut Site, when: i64, command: impl Into<JourneyCommand>) {
        let command = command.into();
        let name = command.name();
        let refusal = site.refused(when, command);
        self.0.push((name, refusal));
    }

    fn joined(&mut self, shop: &mut Shop, when: i64, command: impl Into<JourneyCommand>) {
        let command = command.into();
        let name = command.name();
        match shop.refused(when, command) {
            CentreRefusal::Journey(refusal) => self.0.push((name, refusal)),
            refusal => panic!("{refusal}"),
        }
    }

    fn actor(&mut self, site: &mut Site, actor: Actor, command: impl Into<JourneyCommand>) {
        let command = command.into();
        let (name, before, facts) = (command.name(), site.journeys.digest(), site.log.len());
        let now = site.journeys.now();
        let refusal = site.journeys.tell(now, actor, command, &mut site.log).unwrap_err();
        assert_eq!((before, facts), (site.journeys.digest(), site.log.len()));
        self.0.push((name, refusal));
    }
}

fn score(key: &str, score: u16) -> std::collections::BTreeMap<strowger::Key, u16> {
    [(key.into(), score)].into()
}

fn goal(scored: bool) -> Outcome {
    let event = EventCondition::new(EventName::Custom("bought".into()));
    let conditions = Conditions::default().with_events([event]);
    Outcome::new("Buys").with_scored(scored).with_conditions(conditions)
}

/// Definitions that are wrong, name what is not there, or are one too many.
fn definitions(book: &mut Book) {
    let limits = JourneyLimits::default()
        .with_segments(1)
        .with_outcomes(2)
        .with_scored(1)
        .with_action_maps(1)
        .with_targets(1);
    let mut site = Site::offering(config().with_limits(limits));
    let all = &mut site;
    book.alone(all, 0, ConfigureJourneys::new(config().with_session(Span::from_secs(59))));
    book.alone(all, 0, ConfigureJourneys::new(config().with_page_size(0)));
    book.alone(all, 0, ConfigureJourneys::new(config().with_tracked(["a/b".into()])));
    let few = JourneyLimits::default().with_events(9);
    book.alone(all, 0, ConfigureJourneys::new(config().with_limits(few)));
    book.alone(all, 0, SetSegment::new("", by_command()));
    book.alone(all, 0, SetSegment::new("go", by_command().with_colour("red")));
    book.alone(all, 0, SetSegment::new("go", by_command().with_conditions(Conditions::default())));
    book.alone(all, 0, SetSegment::new("go", by_command().with_expires_after(3)));
    book.alone(all, 0, SetSegment::new("more", by_command()));
    book.alone(all, 0, RemoveSegment::new("nothing"));
    all.tell(0, SetOutcome::new("buys", goal(true)));
    book.alone(all, 0, SetOutcome::new("buys", Outcome::new("Buys")));
    book.alone(all, 0, SetOutcome::new("more", goal(true)));
    all.tell(0, SetOutcome::new("more", goal(false)));
    book.alone(all, 0, SetOutcome::new("most", goal(false)));
    book.alone(all, 0, RemoveOutcome::new("nothing"));
    let map = || chat("go");
    book.alone(all, 0, SetActionMap::new("m", map().with_target("nothing")));
    book.alone(all, 0, SetActionMap::new("m", ActionMap::new("m", ActionMedia::WebChat)));
    book.alone(all, 0, SetActionMap::new("m", map().with_media(ActionMedia::Content)));
    book.alone(all, 0, SetActionMap::new("m", map().with_start(at(5)).with_end(at(5))));
    book.alone(all, 0, SetActionMap::new("m", map().with_offer_window(Span::ZERO)));
    let far = Activation::delay(Span::from_millis(86_400_001));
    book.alone(all, 0, SetActionMap::new("m", map().with_activation(far)));
    book.alone(all, 0, SetActionMap::new("more", map()));
    book.alone(all, 0, RemoveActionMap::new("nothing"));
    book.alone(all, 0, SetTarget::new("t", target().with_level(10_001)));
    book.alone(all, 0, SetTarget::new("more", target()));
    book.alone(all, 0, RemoveTarget::new("t"));
    book.alone(all, 0, RemoveTarget::new("nothing"));
    book.alone(all, 0, SetTargetCounts::new("nothing", TargetCounts::new(0, 1, 0)));
    book.alone(all, 0, SetTargetCounts::new("t", TargetCounts::new(0, 1, 0)));
    site.check_replay();
}

/// What visitors do.
fn visitors(book: &mut Book) {
    let limits = JourneyLimits::default()
        .with_live_sessions(2)
        .with_customers(2)
        .with_terms(1)
        .with_identifiers(2)
        .with_merged(1);
    let mut site = Site::with(config().with_limits(limits));
    let all = &mut site;
    let track = |event| Track::new(cookie("c-1"), event);
    book.alone(all, 0, Track::new(cookie(""), page("/a")));
    book.alone(all, 0, Track::new(email("no address"), page("/a")));
    book.alone(all, 0, track(VisitorEvent::page_viewed("store.test", "")));
    book.alone(all, 0, track(VisitorEvent::searched(" ")));
    book.alone(all, 0, track(VisitorEvent::form_submitted("")));
    book.alone(all, 0, track(VisitorEvent::form_abandoned("f", 101)));
    book.alone(all, 0, track(VisitorEvent::screen_viewed("")));
    book.alone(all, 0, track(custom("a b")));
    book.alone(all, 0, track(custom(&"x".repeat(51))));
    book.alone(all, 0, track(page("/a")).with_at(at(1)));
    book.alone(all, 0, track(VisitorEvent::page_viewed("https://bank.test/", "")));
    book.alone(all, 0, track(page("/a")).with_at(at(-HOUR - 1)));
    all.search(0, "c-1", "chair");
    book.alone(all, 0, track(VisitorEvent::searched("table")));
    let many = |from| (from..from + 26).map(|n: i64| (format!("a{n}").as_str().into(), n.into()));
    all.tell(0, track(page("/a")).with_attributes(many(0)));
    book.alone(all, 0, track(page("/a")).with_attributes(many(26)));
    all.page(0, "c-2", "/a");
    book.alone(all, 0, Track::new(cookie("c-3"), page("/a")));
    let now = HOUR;
    book.alone(all, now, Track::new(cookie("c-3"), page("/a")));
    let identify = || Identify::new(cookie("c-1"));
    book.alone(all, now, Identify::new(cookie("c-3")));
    book.alone(all, now, identify().with_identifiers([phone("030 1234")]));
    book.alone(all, now, identify().with_name(""));
    book.alone(all, now, identify().with_contact(""));
    let two = [email("jo@store.test"), phone("+49301234")];
    book.alone(all, now, identify().with_identifiers(two));
    book.alone(all, now, SignOut::new(cookie("c-3")));
    book.alone(all, now, SignOut::new(phone("1")));
    book.alone(all, now, Leave::new(cookie("c-3")));
    book.alone(all, now, Leave::new(cookie("c-1")).with_session_type(""));
    book.alone(all, now, EraseCustomer::new(customer(9)));
    book.alone(all, now, ArchiveSessions::new(customer(9)));
    site.check_replay();
    let limits = JourneyLimits::default().with_merged(1);
    let mut site = Site::with(config().with_limits(limits));
    for who in ["c-1", "c-2", "c-3"] {
        site.page(0, who, "/a");
    }
    let jo = |who| Identify::new(cookie(who)).with_identifiers([email("jo@store.test")]);
    site.tell(0, jo("c-1"));
    site.tell(0, jo("c-2"));
    book.alone(&mut site, 0, jo("c-3"));
    let gone = site.tell(0, Identify::new(cookie("c-3")));
    site.tell(0, EraseCustomer::new(gone));
    book.alone(&mut site, 0, EraseCustomer::new(gone));
    book.alone(&mut site, 0, ArchiveSessions::new(gone));
    site.check_replay();
}

/// What a host says of sessions.
fn sessions(book: &mut Book) {
    let mut site = Site::offering(config());
    let all = &mut site;
    all.tell(0, RemoveActionMap::new("m"));
    for n in 0..110 {
        all.tell(0, SetSegment::new(format!("s-{n}").as_str(), by_command()));
    }
    for n in 0..11 {
        all.tell(0, SetOutcome::new(format!("o-{n}").as_str(), goal(n < 10)));
    }
    let ended = all.page(0, "c-1", "/a");
    let archived = all.page(0, "c-2", "/a");
    all.advance(HOUR);
    let who = all.row(archived).customer;
    all.tell(HOUR, ArchiveSessions::new(who));
    let live = all.page(HOUR, "c-1", "/b");
    let nothing = session(99);
    let segments = |from: usize, to: usize| -> Vec<strowger::Key> {
        (from..to).map(|n| format!("s-{n}").as_str().into()).collect()
    };
    let one = || segments(0, 1);
    for id in [nothing, archived, ended] {
        book.alone(all, HOUR, Match::new(id, one()));
        book.alone(all, HOUR, Unmatch::new(id, one().into_iter().collect()));
        book.alone(all, HOUR, Score::new(id, score("o-0", 1)));
        book.alone(all, HOUR, Achieve::new(id, "o-0"));
        book.alone(all, HOUR, Evaluate::new(id));
    }
    book.alone(all, HOUR, Match::new(live, keys(["x"])));
    book.alone(all, HOUR, Match::new(live, keys(["go", "go"])));
    book.alone(all, HOUR, Match::new(live, segments(0, 11)));
    for ten in 0..10 {
        all.tell(HOUR, Match::new(live, segments(ten * 10, ten * 10 + 10)));
    }
    book.alone(all, HOUR, Match::new(live, segments(100, 101)));
    book.alone(all, HOUR, Unmatch::new(live, keys(["x"]).into_iter().collect()));
    book.alone(all, HOUR, Unmatch::new(live, segments(0, 11).into_iter().collect()));
    book.alone(all, HOUR, Score::new(live, score("x", 1)));
    book.alone(all, HOUR, Score::new(live, score("o-10", 1)));
    book.alone(all, HOUR, Score::new(live, score("o-0", 10_001)));
    all.tell(HOUR, RemoveOutcome::new("o-9"));
    all.tell(HOUR, SetOutcome::new("o-10", goal(true)));
    let mut wide = config();
    wide.limits.scored = 11;
    all.tell(HOUR, ConfigureJourneys::new(wide));
    all.tell(HOUR, SetOutcome::new("o-9", goal(true)));
    let eleven = (0..11).map(|n| (format!("o-{n}").as_str().into(), 1)).collect();
    book.alone(all, HOUR, Score::new(live, eleven));
    book.alone(all, HOUR, Achieve::new(live, "x"));
    let kept = all.events(0).into_iter().find_map(|event| match event {
        JourneyEvent::SessionArchived { session, .. } => Some((**session).clone()),
        _ => None,
    });
    let mut back = kept.unwrap();
    book.alone(all, HOUR, ImportSession::new(Arc::new(all.row(ended).clone())));
    book.alone(all, HOUR, ImportSession::new(Arc::new(all.row(live).clone())));
    back.id = nothing;
    book.alone(all, HOUR, ImportSession::new(Arc::new(back.clone())));
    back.id = archived;
    all.tell(HOUR, EraseCustomer::new(who));
    book.alone(all, HOUR, ImportSession::new(Arc::new(back)));
    site.check_replay();
}

/// What becomes of offers, and with whom interactions are.
fn offers(book: &mut Book) {
    let mut site = Site::offering(config());
    let all = &mut site;
    let id = all.page(0, "c-1", "/a");
    all.mark(0, id, ["go"]);
    let offer = all.offer().id;
    let (yes, no) = (WebAnswer::Accepted, WebAnswer::Rejected);
    let nothing = WebOfferId::from_raw(99);
    let chat = InteractionId::from_raw(1);
    book.alone(all, 0, Answer::new(nothing, yes));
    book.alone(all, 0, FailOffer::new(nothing, ""));
    book.alone(all, 0, LinkInteraction::new(nothing, chat));
    book.alone(all, 0, FailOffer::new(offer, ""));
    book.alone(all, 0, LinkInteraction::new(offer, chat));
    let second = all.page(0, "c-2", "/a");
    all.mark(0, second, ["go"]);
    let other = all.offer().id;
    for one in [offer, other] {
        all.tell(0, Answer::new(one, yes));
    }
    all.tell(0, LinkInteraction::new(offer, chat));
    book.alone(all, 0, LinkInteraction::new(other, chat));
    book.alone(all, 0, Answer::new(offer, no));
    book.alone(all, 0, FailOffer::new(offer, "late"));
    let (who, someone) = (all.row(id).customer, all.row(second).customer);
    book.alone(all, 0, VerifyContact::new(chat, customer(99)));
    book.alone(all, 0, VerifyContact::new(chat, someone));
    all.tell(0, EraseCustomer::new(who));
    book.alone(all, 0, VerifyContact::new(chat, who));
    book.alone(all, 0, Answer::new(offer, yes));
    book.alone(all, 0, FailOffer::new(offer, "late"));
    book.alone(all, 0, LinkInteraction::new(offer, chat));
    let agent = || Actor::Agent(IDA);
    book.actor(all, agent(), VerifyContact::new(chat, someone));
    // What no supervisor may do, of each command.
    let me = || Actor::Supervisor("sue".into());
    let archived = Arc::new(all.row(second).clone());
    let commands: [JourneyCommand; 27] = [
        ConfigureJourneys::new(config()).into(),
        SetSegment::new("go", by_command()).into(),
        RemoveSegment::new("go").into(),
        SetOutcome::new("buys", goal(true)).into(),
        RemoveOutcome::new("buys").into(),
        SetActionMap::new("m", crate::site::chat("go")).into(),
        RemoveActionMap::new("m").into(),
        SetTarget::new("t", target()).into(),
        RemoveTarget::new("t").into(),
        Track::new(cookie("c-2"), page("/a")).into(),
        Identify::new(cookie("c-2")).into(),
        SignOut::new(cookie("c-2")).into(),
        Leave::new(cookie("c-2")).into(),
        Match::new(second, keys(["go"])).into(),
        Unmatch::new(second, BTreeSet::new()).into(),
        Score::new(second, score("buys", 1)).into(),
        Achieve::new(second, "buys").into(),
        SetTargetCounts::new("t", TargetCounts::default()).into(),
        Evaluate::new(second).into(),
        Answer::new(other, yes).into(),
        FailOffer::new(other, "x").into(),
        VerifyContact::new(chat, someone).into(),
        LinkInteraction::new(other, chat).into(),
        ImportSession::new(archived).into(),
        ArchiveSessions::new(someone).into(),
        EraseCustomer::new(someone).into(),
        Evaluate::new(nothing_there()).into(),
    ];
    for command in commands {
        book.actor(all, me(), command);
    }
    // To another visitor the offer does not exist.
    book.actor(all, Actor::Customer(Some("c-9".into())), Answer::new(other, no));
    site.check_replay();
}

const fn nothing_there() -> SessionId {
    SessionId::from_raw(99)
}

/// What the layers below must have.
fn joined(book: &mut Book) {
    let mut shop = Shop::new();
    let all = &mut shop;
    let id = all.event(0, "c-1", page("/a"));
    let who = all.journeys().session(id).unwrap().customer;
    let nowhere = target().with_queue(QueueId::from_raw(99));
    book.joined(all, 0, SetTarget::new("t", nowhere));
    let calendar = CalendarId::from_raw(99);
    book.joined(all, 0, SetActionMap::new("m", chat("go").with_calendar(calendar)));
    let nothing = InteractionId::from_raw(99);
    book.joined(all, 0, VerifyContact::new(nothing, who));
    book.joined(all, 0, LinkInteraction::new(WebOfferId::from_raw(99), nothing));
    let mail = all.tell(0, OpenInteraction::new(InteractionRequest::new(InteractionType::Email)));
    let by = VerifyContact::new(mail, who).with_by(AgentId::from_raw(99));
    book.joined(all, 0, by);
    all.tell(0, SubmitWork::new(mail, WorkRequest::new(SALES, CHAT)));
    let before = all.centre.digest();
    let verify = VerifyContact::new(mail, who);
    let refused = all.centre.execute_as(at(0), Actor::Agent(IDA), verify, &mut all.log);
    assert_eq!(before, all.centre.digest());
    match refused {
        Err(CentreRefusal::Journey(refusal)) => {
            book.0.push((JourneyCommandName::VerifyContact, refusal));
        }
        other => panic!("{other:?}"),
    }
    all.tell(1, CloseInteraction::new(mail, Party::Host));
    all.tell(1, ArchiveInteraction::new(mail));
    book.joined(all, 1, VerifyContact::new(mail, who));
    book.joined(all, 1, LinkInteraction::new(WebOfferId::from_raw(99), mail));
    shop.check_replay();
}

#[test]
fn every_refusal_of_every_command() {
    let mut book = Book::default();
    definitions(&mut book);
    visitors(&mut book);
    sessions(&mut book);
    offers(&mut book);
    joined(&mut book);
    let mut rows = vec![["command", "code", "kind", "message"].map(String::from).to_vec()];
    let mut all = book.0;
    all.sort_by_key(|(name, refusal)| (name.to_string(), refusal.code()));
    all.dedup();
    for (name, refusal) in &all {
        let kind = format!("{:?}", refusal.kind());
        let message = refusal.to_string();
        assert!(message.is_ascii(), "{message}");
        rows.push(vec![name.to_string(), refusal.code().to_owned(), kind, message]);
    }
    table::compare("tables/journey_refusals.txt", &table::align(&rows));
    // No host brings about a fault.
    let told: BTreeSet<_> = all.iter().map(|(_, refusal)| refusal.code()).collect();
    for code in names::<JourneyRefusal>() {
        assert!(told.contains(&*code) || code == "faulted", "no situation for {code}");
    }
    let commands: BTreeSet<_> = all.iter().map(|(name, _)| name.to_string()).collect();
    for command in names::<JourneyCommand>() {
        assert!(commands.contains(&command), "no situation for {command}");
    }
    let limits: BTreeSet<_> = all
        .iter()
        .filter_map(|(_, refusal)| match refusal {
            JourneyRefusal::Limit { limit, .. } => serde_json::to_value(limit).ok(),
            _ => None,
        })
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let unknown = serde_json::from_str::<JourneyLimit>("\"?\"").unwrap_err().to_string();
    let known = unknown.split('`').skip(3).step_by(2);
    for limit in known {
        assert!(limits.contains(limit), "no situation for the limit {limit}");
    }
}
