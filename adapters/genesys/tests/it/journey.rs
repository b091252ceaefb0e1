//! The customer's journey: every sample is read, every field of the published models is used or
//! told as left, and offers are written as web actions.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use strowger::interaction::InteractionType;
use strowger::journey::*;
// Both have something that is called so.
use strowger::journey::{ActionTarget, Answer};
use strowger::model::{CalendarId, ChannelId, Invalid, Problem, QueueId};
use strowger::{Key, Span, Timestamp};
use strowger_genesys::*;

use crate::golden;

/// Every sample, by its name.
pub(crate) fn samples() -> BTreeMap<String, Value> {
    let path = golden::path("samples/journey.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let all = all.as_object().unwrap().clone();
    all.into_iter().filter(|(_, sample)| sample.is_object()).collect()
}

fn sample(name: &str) -> Value {
    samples().remove(name).unwrap_or_else(|| panic!("no {name}"))
}

fn body<T: DeserializeOwned>(sample: &Value) -> T {
    read(200, sample.to_string().as_bytes()).unwrap_or_else(|why| panic!("{sample}: {why}"))
}

fn words() -> FormWords {
    FormWords::default()
}

fn calendars() -> BTreeMap<String, CalendarId> {
    [("sg-1".into(), CalendarId::from_raw(4))].into()
}

fn notice(name: &str) -> NoticeImport {
    body::<JourneyNotice>(&sample(name)).import(&words()).unwrap()
}

fn fields(left: &[Left], why: WhyLeft) -> Vec<&str> {
    left.iter().filter(|left| left.why == why).map(|left| &*left.field).collect()
}

fn at(text: &str) -> Timestamp {
    IsoTime::try_from(text.to_owned()).unwrap().0
}

const WHEN: &str = "2026-05-14T08:11:45.250Z";

/// A body, read as what it is a sample of and taken over; the fields that were left.
fn taken(name: &str, value: &Value) -> (String, Vec<Left>) {
    fn told<T: std::fmt::Debug>(
        import: Result<T, Invalid>,
        left: impl Fn(&T) -> Vec<Left>,
    ) -> (String, Vec<Left>) {
        let fields = import.as_ref().map(left).unwrap_or_default();
        (format!("{import:?}"), fields)
    }
    let (queue, channel) = (QueueId::from_raw(1), ChannelId::from_raw(2));
    let kind = InteractionType::Chat;
    match name {
        "segment" | "segment_any_of" => {
            told(Ok(body::<JourneySegment>(value).import(&words())), |one| one.left.clone())
        }
        "outcome" => {
            told(Ok(body::<JourneyOutcome>(value).import(&words(), true)), |one| one.left.clone())
        }
        "outcome_scores" => told(body::<OutcomeScores>(value).import(), |one| one.left.clone()),
        "action_map" | "action_map_plain" => {
            let map = body::<JourneyActionMap>(value).import(&words(), &calendars());
            told(map, |one| one.left.clone())
        }
        "action_target" => {
            let target = body::<JourneyTarget>(value).import(queue, channel, kind);
            told(target, |one| one.left.clone())
        }
        "session" => told(body::<JourneySession>(value).import(), |one| one.left.clone()),
        _ => told(body::<JourneyNotice>(value).import(&words()), |one| one.left.clone()),
    }
}

#[test]
fn a_page_view_is_tracked_and_says_who_it_is() {
    let import = notice("page_viewed");
    let [JourneyCommand::Track(track), JourneyCommand::Identify(identify)] =
        &import.commands(None)[..]
    else {
        panic!("{import:?}")
    };
    assert_eq!(track.customer, Identifier::cookie("c-81"));
    let url = "https://www.store.test/chairs?size=2#oak";
    assert_eq!(track.event, VisitorEvent::page_viewed(url, "Chairs"));
    assert_eq!(track.at, Some(at(WHEN)));
    assert_eq!(track.session_type.as_deref(), Some("web"));
    let said = |name: &str| track.attributes[name].clone();
    assert_eq!(said("browser.family"), "Firefox".into());
    assert_eq!(said("browser.viewHeight"), 900.into());
    assert_eq!(said("device.isMobile"), false.into());
    assert_eq!(said("geolocation.latitude"), "53.3331".into());
    assert_eq!(said("campaign.source"), "Google".into());
    assert_eq!(said("referrer.medium"), "search".into());
    assert_eq!(said("ipOrganization"), "Example Networks".into());
    assert_eq!(said("search.term"), "oak".into(), "trimmed");
    assert!(track.attributes.len() <= 50);
    let email = Identifier::email("Jo@Store.test");
    assert_eq!(identify.identifiers, [Identifier::phone("+353915550100"), email]);
    assert_eq!((identify.proof, identify.name.as_deref()), (Proof::Verified, Some("Jo Byrne")));
    assert_eq!(
        fields(&import.left, WhyLeft::SaidElsewhere),
        [
            "webEvent.page.domain",
            "webEvent.page.hostname",
            "webEvent.page.pathname",
            "webEvent.page.queryString",
            "eventType",
            "session.selfUri",
        ]
    );
    assert_eq!(
        fields(&import.left, WhyLeft::NoCounterpart),
        [
            "correlationId",
            "webEvent.totalEventCount",
            "webEvent.totalPageviewCount",
            "webEvent.userAgentString",
            "webEvent.ipAddress",
            "webEvent.page.breadcrumb",
            "webEvent.page.fragment",
            "webEvent.page.keywords",
            "webEvent.page.lang",
            "webEvent.attributes.size",
            "webEvent.traits.jobTitle",
        ]
    );
}

#[test]
fn an_event_of_the_organisation_keeps_its_attributes_and_its_search() {
    let import = notice("order_completed");
    let [JourneyCommand::Track(order), JourneyCommand::Track(search), JourneyCommand::Identify(jo)] =
        &import.commands(None)[..]
    else {
        panic!("{import:?}")
    };
    let VisitorEvent::Custom { name, attributes, .. } = &order.event else { panic!("{order:?}") };
    assert_eq!(&**name, "order_completed");
    assert_eq!(attributes["size"], 2.into());
    assert_eq!(attributes["gift"], false.into());
    assert_eq!(attributes["colour"], "Oak".into());
    assert_eq!(attributes["page.title"], "Chairs".into());
    assert_eq!(attributes["searchQuery"], " oak ".into());
    assert!(!order.attributes.contains_key("search.term"), "only pages have it");
    assert_eq!((&search.event, search.at), (&VisitorEvent::searched("oak"), order.at));
    assert_eq!(jo.proof, Proof::Claimed);
    assert_eq!(import.left.iter().filter(|left| left.field.contains("attributes")).count(), 0);
}

#[test]
fn forms_have_the_name_that_the_page_gives_or_that_of_the_page() {
    let event = |import: NoticeImport| match &import.commands(None)[..] {
        [JourneyCommand::Track(track)] => track.event.clone(),
        other => panic!("{other:?}"),
    };
    let sent = notice("form_submitted");
    let left = fields(&sent.left, WhyLeft::NoCounterpart).contains(&"webEvent.attributes.step");
    assert!(left, "{sent:?}");
    assert!(fields(&sent.left, WhyLeft::NoCounterpart).contains(&"webEvent.authenticated"));
    assert_eq!(event(sent), VisitorEvent::form_submitted("quote"));
    assert_eq!(event(notice("form_abandoned")), VisitorEvent::form_abandoned("/chairs", 60));

    let mut sample = sample("form_abandoned");
    let far = |text: &str, sample: &mut Value| {
        sample["webEvent"]["attributes"]["percent"]["value"] = text.into();
        body::<JourneyNotice>(sample).import(&words()).unwrap()
    };
    assert_eq!(event(far("100", &mut sample)), VisitorEvent::form_abandoned("/chairs", 100));
    let too_far = far("101", &mut sample);
    let percent = ["webEvent.attributes.percent"];
    assert_eq!(fields(&too_far.left, WhyLeft::OutOfRange), percent);
    assert_eq!(event(too_far), VisitorEvent::form_abandoned("/chairs", 0));
    let own = FormWords { form: "percent".into(), percent: "step".into() };
    let named = body::<JourneyNotice>(&sample).import(&own).unwrap();
    assert_eq!(event(named), VisitorEvent::form_abandoned("101", 0));
    sample["webEvent"]["page"] = Value::Null;
    let nameless = body::<JourneyNotice>(&sample).import(&words()).unwrap_err();
    assert_eq!(nameless.field, "webEvent.attributes");
}

#[test]
fn apps_have_screens_and_events_of_their_own() {
    let import = notice("screen_viewed");
    let [JourneyCommand::Track(track), JourneyCommand::Track(search), JourneyCommand::Identify(_)] =
        &import.commands(None)[..]
    else {
        panic!("{import:?}")
    };
    assert_eq!(track.event, VisitorEvent::screen_viewed("Basket"));
    assert_eq!(search.event, VisitorEvent::searched("lamp"));
    assert_eq!(track.session_type.as_deref(), Some("app"));
    assert_eq!(track.attributes["app.version"], "5.9.27".into());
    assert_eq!(track.attributes["networkConnectivity.wifiEnabled"], false.into());
    let import = notice("item_added");
    let commands = import.commands(None);
    let JourneyCommand::Track(track) = &commands[0] else { panic!("{import:?}") };
    let VisitorEvent::Custom { attributes, .. } = &track.event else { panic!("{track:?}") };
    assert_eq!(attributes["items"], 3.into());
    assert_eq!(attributes["gift"], true.into());
    assert_eq!(attributes["weight"], "1.5".into(), "numbers are whole here");
    assert_eq!(attributes["screenName"], "Basket".into());
    let mut sample = sample("screen_viewed");
    sample["session"] = Value::Null;
    let untyped = body::<JourneyNotice>(&sample).import(&words()).unwrap().commands(None);
    let JourneyCommand::Track(track) = &untyped[0] else { panic!("{untyped:?}") };
    assert_eq!(track.session_type.as_deref(), Some("app"), "what comes from an app is of one");
}

#[test]
fn what_the_vendor_assigned_and_achieved_is_said_of_the_session_here() {
    let session = SessionId::from_raw(4);
    let segment = notice("segment_assigned");
    assert_eq!((segment.session.as_deref(), segment.at), (Some("se-1"), Some(at(WHEN))));
    assert_eq!(segment.commands(None), []);
    let expected: JourneyCommand = Match::new(session, ["s-chairs".into()].into()).into();
    assert_eq!(segment.commands(Some(session)), [expected]);
    let outcome = notice("outcome_achieved");
    assert_eq!(outcome.told, Told::Outcome("o-sale".into()));
    assert_eq!(outcome.commands(Some(session)), [Achieve::new(session, "o-sale").into()]);
    let left = fields(&outcome.left, WhyLeft::NoCounterpart);
    assert!(left.contains(&"outcomeAchievedEvent.outcome.version"), "{left:?}");
    assert!(left.contains(&"outcomeAchievedEvent.visitReferrer"), "{left:?}");
    let events: JourneyNotices = body(&sample("events"));
    assert_eq!(events.entities.len(), 1);
    assert_eq!(events.next_uri.as_deref(), Some("/api/v2/journey/sessions/se-1/events?after=abc"));
}

#[test]
fn a_web_action_asks_for_what_the_visitor_or_their_browser_said() {
    let import = notice("web_action");
    let Told::Action(action) = &import.told else { panic!("{import:?}") };
    assert_eq!(action.state, Some(WebOfferState::Errored));
    assert_eq!(action.media, Some(ActionMedia::WebMessaging));
    assert_eq!((&*action.map, action.version), ("m-chat", Some(3)));
    assert_eq!(action.target.as_deref(), Some("t-sales"));
    assert_eq!(action.time_to_disposition, Some(Span::from_millis(5_250)));
    assert_eq!(action.qualified, Some(at("2026-05-14T08:11:40.000Z")));
    let offer = WebOfferId::from_raw(7);
    let failed = FailOffer::new(offer, "no.deployment").with_message("The messenger is not there");
    assert_eq!(action.command(offer), Some(failed.into()));
    let said = |state: &WebActionState| {
        let mut sample = sample("web_action");
        sample["webActionEvent"]["action"]["state"] = state.word().into();
        let import = body::<JourneyNotice>(&sample).import(&words()).unwrap();
        let Told::Action(action) = import.told else { panic!("an action") };
        (action.command(offer), import.left)
    };
    for state in WebActionState::KNOWN {
        let (command, left) = said(state);
        let expected = match state {
            WebActionState::Accepted => Some(Answer::new(offer, WebAnswer::Accepted).into()),
            WebActionState::Rejected => Some(Answer::new(offer, WebAnswer::Rejected).into()),
            WebActionState::Errored => action.command(offer),
            _ => None,
        };
        assert_eq!(command, expected, "{state:?}");
        let told = left.contains(&Left::new("webActionEvent.action.state", WhyLeft::NoCounterpart));
        assert_eq!(told, *state == WebActionState::OfferedOutsideSchedule, "{state:?}");
    }
    let (command, left) = said(&WebActionState::from("snoozed"));
    assert_eq!(command, None);
    let state = Left::new("webActionEvent.action.state", WhyLeft::UnknownValue);
    assert!(left.contains(&state));
}

#[test]
fn states_are_the_vendors_words() {
    for state in WebOfferState::ALL {
        let there = WebActionState::of(state).unwrap();
        assert_eq!(there.state(), Some(state));
        assert!(WebActionState::KNOWN.contains(&there));
    }
    let words: Vec<_> = WebOfferState::ALL.into_iter().filter_map(WebActionState::of).collect();
    let words: Vec<_> = words.iter().map(WebActionState::word).collect();
    assert_eq!(
        words,
        [
            "qualified",
            "qualifiedOutsideSchedule",
            "frequencyCapReached",
            "offered",
            "accepted",
            "started",
            "engaged",
            "completed",
            "abandoned",
            "rejected",
            "timedout",
            "ignored",
            "errored",
        ]
    );
    for media in [
        ActionMedia::WebChat,
        ActionMedia::WebMessaging,
        ActionMedia::Content,
        ActionMedia::Integration,
        ActionMedia::Flow,
        ActionMedia::Open,
    ] {
        assert_eq!(JourneyMedia::of(media).unwrap().media(), Some(media));
    }
}

/// An offer of which everything is said.
fn offer() -> Value {
    serde_json::json!({
        "id": 7, "session": 4, "map": "m-chat", "version": 3, "media": "web_messaging",
        "weight": "high", "target": "t-sales", "page": "https://www.store.test/chairs",
        "state": "errored", "qualified": 1_000, "offered": 2_000, "until": 62_000,
        "answered": 7_250, "ended": 7_300, "interaction": 9, "level": 8_095,
        "failure": {"code": "no.deployment", "message": "The messenger is not there"},
    })
}

#[test]
fn an_offer_is_written_as_a_web_action_and_read_again() {
    let value = offer();
    let offer: WebOffer = serde_json::from_value(value.clone()).unwrap();
    let (event, left) = WebActionEvent::of(&offer);
    let expected = serde_json::json!({
        "action": {"id": "wo7", "state": "errored", "mediaType": "webMessagingOffer",
            "createdDate": "1970-01-01T00:00:01.000Z"},
        "actionMap": {"id": "m-chat", "version": 3},
        "actionTarget": {"id": "t-sales"},
        "timeToDisposition": 5_250,
        "errorCode": "no.deployment",
        "errorMessage": "The messenger is not there",
    });
    assert_eq!(serde_json::to_value(&event).unwrap(), expected);
    assert_eq!(serde_json::from_value::<WebActionEvent>(expected).unwrap(), event);
    let import = event.import().unwrap();
    assert_eq!((import.state, import.media), (Some(offer.state), Some(offer.media)));
    assert_eq!((&import.map, import.version), (&offer.map, Some(offer.version)));
    assert_eq!((import.target, import.qualified), (offer.target.clone(), Some(offer.qualified)));
    assert_eq!(import.time_to_disposition, offer.time_to_disposition());
    assert_eq!(import.action.parse(), Ok(offer.id));
    assert_eq!(import.left, []);
    // Every field of an offer is written or told as left.
    for (name, _) in value.as_object().unwrap() {
        let mut other = value.clone();
        other[name] = match name.as_str() {
            "map" | "target" | "page" => "other".into(),
            "media" => "content".into(),
            "state" => "offered".into(),
            "failure" => serde_json::json!({"code": "other"}),
            _ => 6_000.into(),
        };
        if left.iter().any(|left| left.field == *name) {
            continue;
        }
        let other: WebOffer = serde_json::from_value(other).unwrap();
        assert_ne!(WebActionEvent::of(&other).0, event, "{name} is neither written nor left");
    }
    let named: Vec<_> = left.iter().map(|left| &*left.field).collect();
    let expected =
        ["session", "weight", "page", "offered", "until", "ended", "interaction", "level"];
    assert_eq!(named, expected);
}

#[test]
fn what_became_of_an_offer_is_sent() {
    let mut offer: WebOffer = serde_json::from_value(offer()).unwrap();
    let sent = ActionEvent::of(&offer, "se-1", "a-7").request("d/1").unwrap();
    let expected = serde_json::json!({
        "method": "POST",
        "path": "/api/v2/journey/deployments/d%2F1/actionevent",
        "body": {"sessionId": "se-1", "actionId": "a-7", "actionState": "errored",
            "errorCode": "no.deployment", "errorMessage": "The messenger is not there"},
    });
    assert_eq!(serde_json::to_value(sent).unwrap(), expected);
    (offer.state, offer.failure) = (WebOfferState::TimedOut, None);
    let sent = ActionEvent::of(&offer, "se-1", "a-7").request("d-1").unwrap();
    let body = sent.body.unwrap().to_string();
    assert_eq!(body, r#"{"actionId":"a-7","actionState":"timedout","sessionId":"se-1"}"#);
    let nameless = ActionEvent::of(&offer, "", "a-7").request("d-1").unwrap_err();
    assert_eq!((&*nameless.field, nameless.problem), ("sessionId", Problem::Empty));
}

#[test]
fn a_session_is_read() {
    let import = body::<JourneySession>(&sample("session")).import().unwrap();
    assert_eq!((import.short, &import.customer), (Some(4_711), &Identifier::cookie("c-81")));
    let counts = import.counts;
    assert_eq!((counts.events, counts.pages, counts.screens), (12, 7, 1));
    assert_eq!(import.attributes["geolocation.region"], "IE-G".into());
    assert_eq!(import.attributes["campaign.source"], "Google".into());
    let searches: Vec<_> = import.searches.iter().map(|term| &**term).collect();
    assert_eq!(searches, ["oak", "lamp"]);
    assert_eq!(import.title.as_deref(), Some("Chairs"));
    assert_eq!(import.started, Some(at("2026-05-14T08:00:00.000Z")));
    assert_eq!(import.last_event, Some(at("2026-05-14T08:15:00.000Z")));
    assert_eq!(import.ended, Some(at("2026-05-14T08:35:00.000Z")));
    let session = SessionId::from_raw(4);
    let expected: [JourneyCommand; 2] = [
        Match::new(session, ["s-chairs".into(), "s-buyers".into()].into()).into(),
        Achieve::new(session, "o-sale").into(),
    ];
    assert_eq!(import.commands(session), expected, "in order of time");
    // There is room for fifty attributes, and these are more.
    assert_eq!(import.attributes.len(), 50);
    let no_room = fields(&import.left, WhyLeft::OutOfRange);
    assert!(no_room.contains(&"attributes.tier"), "{no_room:?}");
    for field in ["conversation", "lastConnectedQueue", "caseStatus", "awayDate", "idleDate"] {
        assert!(fields(&import.left, WhyLeft::NoCounterpart).contains(&field), "{field}");
    }
    let mut sample = sample("session");
    sample["customerIdType"] = "horoscope".into();
    let unknown = body::<JourneySession>(&sample).import().unwrap_err();
    assert_eq!((&*unknown.field, unknown.problem), ("customerIdType", Problem::NotListed));
    // Of many segments ten go in a command, and each goes once.
    let many = (0..21).map(|n| serde_json::json!({"segment": {"id": format!("s-{}", n % 20)}}));
    sample["customerIdType"] = "Email".into();
    sample["segmentAssignments"] = many.collect();
    let import = body::<JourneySession>(&sample).import().unwrap();
    assert_eq!(import.customer.kind, IdentifierKind::Email);
    assert_eq!(import.commands(session).len(), 3);
}

#[test]
fn a_segment_is_read_with_all_its_conditions() {
    let import = body::<JourneySegment>(&sample("segment")).import(&words());
    let segment = &import.segment;
    assert_eq!((&*import.key, import.version), ("s-chairs", Some(6)));
    assert_eq!((segment.scope, segment.expires_after), (Scope::Customer, Some(30)));
    assert!(segment.active && segment.is_shown());
    segment.check().unwrap();
    let texts = |is, values: [&str; 2]| {
        let values = values.map(strowger::model::Value::from);
        ValueComparison::new(is, "").with_values(values).with_ignore_case(true)
    };
    let one = |name: &str, is, value: strowger::model::Value| {
        let compare = ValueComparison::new(is, value).with_ignore_case(true);
        Criterion::new(name, is, "").with_compare(compare)
    };
    let with = |name: &str, compare: ValueComparison| {
        Criterion::new(name, Operator::Equal, "").with_compare(compare)
    };
    let expected =
        Conditions::default()
            .with_session([
                one("browser.family", Operator::Equal, "Firefox".into()),
                one("campaign.source", Operator::StartsWith, "goo".into()),
            ])
            .with_events([
                EventCondition::new(EventName::PageViewed)
                    .with_criteria([
                        with("url", texts(Operator::ContainsAny, ["/chairs", "/tables"])),
                        with("title", texts(Operator::ContainsNotAll, ["Sale", "Old"])),
                    ])
                    .with_at_least(2),
                EventCondition::new(EventName::Custom("order_completed".into()))
                    .with_criteria([one("size", Operator::AtLeast, 2.into())]),
            ]);
    assert_eq!(segment.conditions, expected);
    let named: Vec<_> = import.left.iter().map(|left| &*left.field).collect();
    let left = [
        "journey.patterns.1.streamType",
        "journey.patterns.1.sessionType",
        "description",
        "externalSegment",
        "createdDate",
        "modifiedDate",
        "selfUri",
    ];
    assert_eq!(named, left);
    let outcome = body::<JourneyOutcome>(&sample("outcome")).import(&words(), true);
    assert_eq!(outcome.outcome.conditions, expected);
    assert!(outcome.outcome.active && outcome.outcome.scored && !outcome.outcome.positive);
    outcome.outcome.check().unwrap();
    let either = body::<JourneyOutcome>(&sample("segment_any_of")).import(&words(), false);
    assert!(!either.outcome.active && !either.outcome.scored, "it would be achieved elsewhere");
}

#[test]
fn a_segment_that_would_match_others_than_there_is_not_active() {
    let import = body::<JourneySegment>(&sample("segment_any_of")).import(&words());
    assert_eq!(import.left, [Left::new("context.patterns", WhyLeft::AnyOf)]);
    assert!(!import.segment.active);
    import.segment.check().unwrap();

    /// A segment with one criterion or pattern that is changed.
    fn changed(place: &str, value: Value) -> SegmentImport {
        let mut sample = sample("segment");
        *sample.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = value;
        body::<JourneySegment>(&sample).import(&words())
    }
    let session = "/context/patterns/0/criteria/0";
    let event = "/journey/patterns/0";
    let own = "/journey/patterns/1";
    let long = "x".repeat(2_049);
    let cases: [(String, Value, &str, WhyLeft); 16] = [
        (format!("{session}/operator"), "like".into(), "operator", WhyLeft::UnknownValue),
        (format!("{session}/values"), Value::from(vec!["a", "b"]), "values", WhyLeft::AnyOf),
        (
            format!("{session}/values"),
            Value::from(Vec::<Value>::new()),
            "values",
            WhyLeft::UnknownValue,
        ),
        (format!("{session}/values/0"), long.into(), "values", WhyLeft::OutOfRange),
        (format!("{session}/key"), "ipAddress".into(), "key", WhyLeft::NoCounterpart),
        (format!("{session}/entityType"), "house".into(), "entityType", WhyLeft::UnknownValue),
        (format!("{session}/operator"), "lessThan".into(), "values", WhyLeft::OutOfRange),
        (format!("{event}/criteria/0/key"), "page.domain".into(), "key", WhyLeft::NoCounterpart),
        (format!("{event}/criteria/0/key"), "attributes.x".into(), "key", WhyLeft::NoCounterpart),
        (format!("{event}/count"), 0.into(), "count", WhyLeft::OutOfRange),
        (format!("{event}/count"), 1_001.into(), "count", WhyLeft::OutOfRange),
        (format!("{event}/eventName"), Value::Null, "eventName", WhyLeft::NoCounterpart),
        (format!("{event}/eventName"), "on sale!".into(), "eventName", WhyLeft::OutOfRange),
        (format!("{event}/streamType"), "App".into(), "streamType", WhyLeft::NoCounterpart),
        (format!("{event}/sessionType"), "app".into(), "sessionType", WhyLeft::NoCounterpart),
        (format!("{own}/streamType"), "Conversation".into(), "streamType", WhyLeft::NoCounterpart),
    ];
    for (place, value, field, why) in cases {
        let import = changed(&place, value);
        assert!(!import.segment.active, "{place}");
        let told = import.left.iter().any(|left| left.why == why && left.field.ends_with(field));
        assert!(told, "{place}: {:?}", import.left);
    }
    let import = changed("/assignmentExpirationDays", 3_651.into());
    assert!(import.segment.active && import.segment.expires_after.is_none());
    assert!(import.left.contains(&Left::new("assignmentExpirationDays", WhyLeft::OutOfRange)));
    let import = changed("/scope", "Session".into());
    assert_eq!(import.segment.expires_after, None, "it ends with its session");
    assert!(import.left.contains(&Left::new("assignmentExpirationDays", WhyLeft::NoCounterpart)));
    assert!(!changed("/isActive", false.into()).segment.active);
}

#[test]
fn what_was_searched_for_on_a_page_is_an_event_of_its_own() {
    let mut sample = sample("segment_any_of");
    sample["context"] = Value::Null;
    let criterion = &mut sample["journey"]["patterns"][0]["criteria"][0];
    criterion["key"] = "searchQuery".into();
    let import = body::<JourneySegment>(&sample).import(&words());
    let condition = &import.segment.conditions.events[0];
    assert_eq!(condition.event, EventName::Searched);
    assert_eq!(&*condition.criteria[0].attribute, "term");
    assert!(import.segment.active);
    let field = "journey.patterns.0.eventName";
    assert_eq!(import.left[0], Left::new(field, WhyLeft::NoCounterpart));
}

#[test]
fn probabilities_are_rounded_half_up_and_refused_out_of_range() {
    let import = body::<OutcomeScores>(&sample("outcome_scores")).import().unwrap();
    let all = |pairs: [(&str, u16); 2]| -> BTreeMap<Key, u16> {
        pairs.map(|(key, score)| (key.into(), score)).into()
    };
    assert_eq!(import.now, all([("o-sale", 4_124), ("o-call", 10_000)]));
    assert_eq!(import.greatest, all([("o-sale", 9_001), ("o-call", 10_000)]));
    let session = SessionId::from_raw(4);
    let commands: [JourneyCommand; 2] = [
        Score::new(session, [("o-sale".into(), 9_001)].into()).into(),
        Score::new(session, import.now.clone()).into(),
    ];
    assert_eq!(import.commands(session), commands);
    for (text, refused) in [("1.00001", true), ("-0.1", true), ("2", true), ("1.0", false)] {
        for field in ["probability", "sessionMaxProbability"] {
            let read =
                format!(r#"{{"outcomeScores":[{{"outcome":{{"id":"o"}},"{field}":{text}}}]}}"#);
            let scores: OutcomeScores = serde_json::from_str(&read).unwrap();
            let found = scores.import();
            assert_eq!(found.is_err(), refused, "{read}");
            if let Err(invalid) = found {
                assert_eq!(invalid.field, format!("outcomeScores.{field}"));
                assert_eq!(invalid.problem, Problem::OutOfRange { min: 0, max: 1 });
            }
        }
    }
    // Eleven outcomes are two commands.
    let many =
        (0..11).map(|n| serde_json::json!({"outcome": {"id": n.to_string()}, "probability": 0}));
    let many = serde_json::json!({"outcomeScores": many.collect::<Value>()});
    assert_eq!(body::<OutcomeScores>(&many).import().unwrap().commands(session).len(), 2);
}

#[test]
fn an_action_map_is_read() {
    let import = body::<JourneyActionMap>(&sample("action_map"));
    let import = import.import(&words(), &calendars()).unwrap();
    let map = &import.map;
    assert_eq!((&*import.key, import.version), ("m-chat", Some(3)));
    let segments: Vec<_> = map.segments.iter().map(|key| &**key).collect();
    assert_eq!(segments, ["s-chairs", "s-buyers"]);
    let title = Criterion::new("title", Operator::Equal, "Chairs");
    let viewed = EventCondition::new(EventName::PageViewed).with_criteria([title]);
    assert_eq!(map.events, [viewed]);
    let mut near = OutcomeCondition::new("o-sale", 5_000);
    near.at_most = 2_501;
    assert_eq!(map.outcomes, [near]);
    let both = [strowger::model::Value::from("/chairs"), "size".into()];
    let url = ValueComparison::new(Operator::ContainsAll, "").with_values(both);
    assert_eq!(map.pages[0].url, url);
    assert_eq!(map.activation, Activation::delay(Span::from_secs(30)));
    assert_eq!((map.weight, map.media, map.pacing), (Weight::High, ActionMedia::WebChat, false));
    assert_eq!(map.target.as_deref(), Some("t-sales"));
    assert_eq!(map.calendar, Some(CalendarId::from_raw(4)));
    assert!(map.ignore_frequency_cap);
    assert_eq!(map.start, Some(at("2026-05-01T00:00:00.000Z")));
    assert_eq!(map.end, Some(at("2026-06-01T00:00:00.000Z")));
    assert_eq!(map.properties["props.webchatPrompt"], "Can we help?".into());
    assert_eq!(map.properties["openActionFields.configurationFields.size"], "A4".into());
    map.check().unwrap();
    // It would be offered where it is not offered there.
    assert!(!map.active);
    for field in [
        "triggerWithOutcomePercentileConditions",
        "triggerWithOutcomeQuantileConditions",
        "actionMapScheduleGroups.emergencyActionMapScheduleGroup",
        "action.props.webchatSurvey.questions",
        "action.architectFlowFields.flowRequestMappings",
    ] {
        assert!(import.left.contains(&Left::new(field, WhyLeft::NoCounterpart)), "{field}");
    }
}

#[test]
fn an_action_map_of_which_a_condition_is_left_is_not_active() {
    let take = |sample: &Value| body::<JourneyActionMap>(sample).import(&words(), &calendars());
    let plain = sample("action_map_plain");
    let import = take(&plain).unwrap();
    assert_eq!(import.left, []);
    assert_eq!((import.map.media, import.map.target.as_deref()), (ActionMedia::Content, None));
    assert_eq!((import.map.weight, import.map.activation), (Weight::Low, Activation::NextVisit));
    assert!(import.map.active && import.map.pacing);
    import.map.check().unwrap();
    let with = |place: &str, value: Value| {
        let mut sample = plain.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        sample.pointer_mut(parent).unwrap()[name] = value;
        take(&sample)
    };
    let group = "actionMapScheduleGroups.actionMapScheduleGroup";
    let cases = [
        (
            "/pageUrlConditions/0/operator",
            "greaterThan".into(),
            "pageUrlConditions.0.operator",
            WhyLeft::NoCounterpart,
        ),
        (
            "/pageUrlConditions/0/operator",
            "endsNear".into(),
            "pageUrlConditions.0.operator",
            WhyLeft::UnknownValue,
        ),
        ("/activation/type", "tomorrow".into(), "activation.type", WhyLeft::UnknownValue),
        ("/activation/type", "delay".into(), "activation.delayInSeconds", WhyLeft::UnknownValue),
        (
            "/actionMapScheduleGroups/actionMapScheduleGroup/id",
            "sg-9".into(),
            group,
            WhyLeft::NotDefined,
        ),
    ];
    for (place, value, field, why) in cases {
        let import = with(place, value).unwrap();
        assert!(!import.map.active, "{place}");
        assert_eq!(import.left, [Left::new(field, why)], "{place}");
    }
    let delay = |secs: u64| {
        with("/activation", serde_json::json!({"type": "delay", "delayInSeconds": secs})).unwrap()
    };
    assert_eq!(delay(86_400).map.activation, Activation::delay(Span::from_secs(86_400)));
    assert_eq!(delay(0).map.activation, Activation::Immediate);
    let late = delay(86_401);
    let field = Left::new("activation.delayInSeconds", WhyLeft::OutOfRange);
    assert_eq!((late.map.active, late.left), (false, vec![field]));
    assert!(!with("/isActive", false.into()).unwrap().map.active);
    let heavy = with("/weight", 4.into()).unwrap();
    assert_eq!((heavy.map.active, heavy.map.weight), (true, Weight::Medium));
    assert_eq!(heavy.left, [Left::new("weight", WhyLeft::UnknownValue)]);
    let shown = with("/action/actionTargetId", "t-sales".into()).unwrap();
    assert_eq!(shown.left, [Left::new("action.actionTargetId", WhyLeft::NoCounterpart)]);
    for (media, problem) in [(Value::Null, Problem::Empty), ("fax".into(), Problem::NotListed)] {
        let refused = with("/action/mediaType", media).unwrap_err();
        assert_eq!((&*refused.field, refused.problem), ("action.mediaType", problem));
    }
    let near = serde_json::json!([{"outcomeId": "o-sale", "maximumProbability": 7.9}]);
    let refused = with("/triggerWithOutcomeProbabilityConditions", near).unwrap_err();
    let field = "triggerWithOutcomeProbabilityConditions.maximumProbability";
    assert_eq!(refused.field, field);
}

#[test]
fn a_target_is_read() {
    let (queue, channel) = (QueueId::from_raw(1), ChannelId::from_raw(2));
    let target: JourneyTarget = body(&sample("action_target"));
    let import = target.import(queue, channel, InteractionType::Chat).unwrap();
    let expected = ActionTarget::new(queue, channel, InteractionType::Chat)
        .with_level(8_001)
        .with_within(Span::from_secs(15));
    assert_eq!((&*import.key, &import.target), ("t-sales", &expected));
    assert!(import.left.contains(&Left::new("shortAbandonThreshold", WhyLeft::UnknownValue)));
    import.target.check().unwrap();
}

#[test]
fn what_is_asked_for_names_its_permission() {
    for (request, path, permission) in [
        (get_journey_session("s/1"), "sessions/s%2F1", "journey:session:view"),
        (get_session_events("s", None), "sessions/s/events", "journey:event:view"),
        (get_session_events("s", Some("a=")), "sessions/s/events?after=a%3D", "journey:event:view"),
        (get_outcome_scores("s"), "sessions/s/outcomescores", "journey:outcomescores:view"),
        (get_segment("s"), "segments/s", "journey:segment:view"),
        (get_outcome("o"), "outcomes/o", "journey:outcome:view"),
        (get_action_map("m"), "actionmaps/m", "journey:actionmap:view"),
        (get_action_target("t"), "actiontargets/t", "journey:actiontarget:view"),
    ] {
        assert_eq!(request.path, format!("/api/v2/journey/{path}"));
        assert_eq!(request.permissions[0], permission);
    }
}

/// What the vendor tells is done here, from the definitions to the offer that is told there.
#[test]
fn a_visitor_there_is_a_visitor_here() {
    let now = at(WHEN);
    let mut log = JourneyLog::default();
    let config = JourneyConfig::default().with_tracked(["store.test".into()]);
    let mut journeys = Journeys::new(config, now, &mut log).unwrap();
    let mut tell = |command: JourneyCommand| journeys.execute(now, command, &mut log);
    let segment = body::<JourneySegment>(&sample("segment")).import(&words());
    tell(SetSegment::new(segment.key, segment.segment).into()).unwrap();
    let mut plain = sample("action_map_plain");
    (plain["activation"], plain["actionMapScheduleGroups"]) = (Value::Null, Value::Null);
    let map: JourneyActionMap = body(&plain);
    let map = map.import(&words(), &calendars()).unwrap();
    tell(SetActionMap::new(map.key, map.map).into()).unwrap();

    let mut session = None;
    for command in notice("page_viewed").commands(session) {
        if let JourneyReply::Session(began) = tell(command).unwrap() {
            session = Some(began);
        }
    }
    for command in notice("segment_assigned").commands(session) {
        tell(command).unwrap();
    }
    let session = journeys.session(session.unwrap()).unwrap();
    assert_eq!(&*session.searches[0].term, "oak");
    let customer = journeys.customer(session.customer).unwrap();
    assert_eq!(customer.name.as_deref(), Some("Jo Byrne"));
    assert_eq!(&*customer.segments[0].segment, "s-chairs");
    let offer = journeys.offer(session.offers[0]).unwrap();
    let (event, _) = WebActionEvent::of(offer);
    assert_eq!(event.action.state, Some(WebActionState::Offered));
    assert_eq!((&*event.action_map.id, event.action_map.version), ("m-offer", Some(1)));
}

/// The places of all fields in a value, but not within what was left as a whole.
fn places(value: &Value, path: &str, left: &[Left], found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(all) => all.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(all) if all.iter().any(Value::is_object) => {
            all.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect()
        }
        _ => return,
    };
    for (name, child) in children {
        let place = format!("{path}/{name}");
        let field = place[1..].replace('/', ".");
        let is_empty = child.as_object().is_some_and(serde_json::Map::is_empty);
        if value.is_object() && !child.is_null() && !is_empty {
            found.push(place.clone());
        }
        if !left.iter().any(|left| left.field == field) {
            places(child, &place, left, found);
        }
    }
}

/// What changes nothing, and why.
fn is_plain(name: &str, place: &str, sample: &Value) -> bool {
    // Every value is a text there, and is read as one if it is not said to be something else.
    let is_text = place.ends_with("/dataType") && {
        let kind = sample.pointer(place).and_then(Value::as_str);
        matches!(kind, Some("String" | "Number")) || place.ends_with("/percent/dataType")
    };
    // These are not active for what is left of them.
    let is_idle = place == "/isActive" && matches!(name, "action_map" | "segment_any_of");
    is_text || is_idle
}

#[test]
fn no_field_is_lost_in_silence() {
    let mut silent = Vec::new();
    let mut count = 0;
    for (name, sample) in samples() {
        if name == "events" {
            continue;
        }
        let (all, left) = taken(&name, &sample);
        let mut found = Vec::new();
        places(&sample, "", &left, &mut found);
        for place in found {
            count += 1;
            let (parent, field) = place.rsplit_once('/').unwrap();
            let mut without = sample.clone();
            without.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field);
            if taken(&name, &without).0 != all {
                continue;
            }
            // It may say what is so anyway; then something else must not go unnoticed.
            let mut other = sample.clone();
            let value = other.pointer_mut(&place).unwrap();
            *value = match value {
                Value::Bool(flag) => (!*flag).into(),
                Value::Number(_) => 3.into(),
                Value::String(_) => "App".into(),
                _ => Value::Null,
            };
            if taken(&name, &other).0 == all && !is_plain(&name, &place, &sample) {
                silent.push(format!("{name}{place}"));
            }
        }
        let mut more = sample.clone();
        more["surprise"] = 1.into();
        if taken(&name, &more).0 == all {
            silent.push(format!("{name}: a field that is new"));
        }
    }
    assert!(count > 400, "{count} fields");
    assert_eq!(silent, [""; 0], "neither used nor told as left");
}

/// The fields of each published model, with the model that a field is of.
fn models() -> BTreeMap<String, BTreeMap<String, Option<String>>> {
    let text = std::fs::read_to_string(golden::path("tables/journey_models.txt")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    let mut model = String::new();
    for word in text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace) {
        if let Some(name) = word.strip_suffix(':') {
            name.clone_into(&mut model);
            all.entry(model.clone()).or_default();
        } else {
            let (field, of) = word.split_once('=').map_or((word, None), |(f, of)| (f, Some(of)));
            let fields = all.get_mut(&model).unwrap();
            fields.insert(field.to_owned(), of.map(str::to_owned));
        }
    }
    all
}

#[test]
fn the_samples_have_every_field_of_the_published_models() {
    let (models, samples) = (models(), samples());
    let mut missing: Vec<String> = Vec::new();
    let mut todo = Vec::new();
    for (name, model) in [
        ("page_viewed", "Event"),
        ("screen_viewed", "Event"),
        ("segment_assigned", "Event"),
        ("outcome_achieved", "Event"),
        ("web_action", "Event"),
        ("session", "Session"),
        ("segment", "JourneySegment"),
        ("outcome", "Outcome"),
        ("outcome_scores", "OutcomeScoresResult"),
        ("action_map", "ActionMap"),
        ("action_target", "ActionTarget"),
    ] {
        todo.push((name.to_owned(), model.to_owned(), &samples[name]));
    }
    while let Some((path, model, value)) = todo.pop() {
        for (field, of) in &models[&model] {
            let path = format!("{path}.{field}");
            let Some(there) = value.get(field).filter(|there| !there.is_null()) else {
                // An event has one of its bodies.
                if !(model == "Event" && field.ends_with("Event")) {
                    missing.push(path);
                }
                continue;
            };
            let Some(of) = of else { continue };
            let of_all = of.trim_end_matches(['[', ']', '{', '}']).to_owned();
            let inside: Vec<&Value> = match there {
                Value::Array(all) => all.iter().collect(),
                Value::Object(all) if of.ends_with("{}") => all.values().collect(),
                one => vec![one],
            };
            todo.extend(inside.into_iter().map(|one| (path.clone(), of_all.clone(), one)));
        }
    }
    assert_eq!(missing, [""; 0]);
}
