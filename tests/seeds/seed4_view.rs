//! What an agent is given of a journey: the rows of seed 4 about permissions, cards, journey maps,
//! deltas and pages.

use strowger::centre::CentreRefusal;
use strowger::command::{Change, EndWrapUp, RefusalKind, TransferToAgent};
use strowger::interaction::{
    Address, ArchiveInteraction, EndInteraction, Ending, InteractionId, InteractionRequest,
    InteractionType, OpenInteraction, Party, RecordChange, SaveInteraction, SetInteractionCode,
    SubmitWork,
};
use strowger::journey::*;
use strowger::model::{
    CodeId, Preferred, WorkRequest, WrapUpCodeProfile, WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;

use crate::shop::*;

/// A visitor with a segment, a search, a goal with a score and an event of the shop's own, who is
/// offered a chat that Ana has; and an older session of the same visitor.
fn busy() -> (Shop, SessionId, Subject) {
    let mut shop = Shop::new();
    shop.tell(0, SetSegment::new("foxes", seen("Foxes", "#FF6A00", "/chairs")));
    shop.tell(0, SetOutcome::new("bought", goal("Purchase", "/basket")));
    shop.track(0, "c-1", page("old", "Old"));
    let start = 60 * MINUTE;
    let track = Track::new(Identifier::cookie("c-1"), page("chairs", "Chairs"));
    let desktop = [("device.category", "desktop"), ("browser.family", "Firefox")];
    let attributes = desktop.map(|(name, value)| (name.into(), value.into()));
    let session = shop.tell(start, track.with_attributes(attributes));
    shop.track(start + 1_000, "c-1", VisitorEvent::searched("oak"));
    shop.track(start + 2_000, "c-1", page("basket", "Basket"));
    let attributes = [("street".into(), "Elm".into())];
    shop.track(start + 3_000, "c-1", VisitorEvent::custom("delivery", attributes));
    shop.tell(start + 4_000, Score::new(session, [("bought".into(), 2_500)].into()));
    let (again, chat) = shop.chat(start + 5_000, "c-1");
    assert_eq!(again, session);
    (shop, session, Subject::Interaction(chat))
}

/// The card of the present session.
fn newest(view: &JourneyView) -> &Card {
    let id = |card: &&Card| matches!(card.id, CardId::Session(_));
    cards(view).iter().find(id).expect("a card of a session")
}

fn missing<T>(gate: &Gated<T>) -> Option<JourneyRight> {
    match gate {
        Gated::Hidden { missing } => Some(*missing),
        _ => None,
    }
}

#[test]
fn seed4_row114_without_customer_neither_block_nor_other_cards() {
    let (shop, session, chat) = busy();
    let all = shop.view(&everything(), chat);
    let block = all.customer.shown().unwrap().as_ref().unwrap();
    assert_eq!((block.kind, block.name.as_deref()), (CustomerKind::Ephemeral, None));
    assert_eq!(block.identifiers[0].identifier, Identifier::cookie("c-1"));
    assert_eq!((cards(&all).len(), &all.history), (3, &Gated::Shown(())));
    let view = shop.view(&all_but(JourneyRight::Customer), chat);
    let hidden = Some(JourneyRight::Customer);
    assert_eq!((missing(&view.customer), missing(&view.history)), (hidden, hidden));
    // The session from which the interaction came, and nothing else.
    let ids: Vec<_> = cards(&view).iter().map(|card| card.id).collect();
    assert_eq!(ids, [CardId::Session(session)]);
    let context = view.context.shown().unwrap().as_ref().unwrap();
    assert_eq!((missing(&context.customer), missing(&context.identifier)), (hidden, hidden));
    // Without an interaction no card.
    let customer = Subject::Customer(shop.customer("c-1"));
    let view = shop.view(&all_but(JourneyRight::Customer), customer);
    assert_eq!((missing(&view.cards), missing(&view.history)), (hidden, hidden));
}

#[test]
fn seed4_row115_without_event_the_card_has_no_map() {
    let (shop, _, chat) = busy();
    assert_eq!(newest(&shop.view(&everything(), chat)).map.shown().unwrap().len(), 10);
    let view = shop.view(&all_but(JourneyRight::Event), chat);
    for card in cards(&view) {
        assert_eq!(missing(&card.map), Some(JourneyRight::Event));
        if let CardDetails::Web(details) = &card.details {
            assert_eq!(missing(&details.counts), Some(JourneyRight::Event));
        }
    }
    assert_eq!(newest(&view).segments.shown().unwrap().len(), 1);
}

#[test]
fn seed4_row116_without_event_type_custom_events_have_no_names() {
    let (shop, _, chat) = busy();
    let custom = |view: &JourneyView| {
        let map = newest(view).map.shown().unwrap();
        map.iter().find(|item| item.kind == MapItemKind::Custom).unwrap().clone()
    };
    let shown = custom(&shop.view(&everything(), chat));
    assert_eq!(shown.name, Gated::Shown("delivery".into()));
    let details: Vec<_> = shown.details.iter().map(|one| (&*one.label, &*one.text)).collect();
    assert_eq!(details, [("event", "delivery"), ("street", "Elm")]);
    let hidden = custom(&shop.view(&all_but(JourneyRight::EventType), chat));
    assert_eq!(missing(&hidden.name), Some(JourneyRight::EventType));
    let details: Vec<_> = hidden.details.iter().map(|one| (&*one.label, &*one.text)).collect();
    assert_eq!(details, [("at", "1970-01-01T01:00:03.000Z")]);
    assert_eq!((hidden.kind, hidden.at), (MapItemKind::Custom, shown.at));
}

#[test]
fn seed4_row117_without_outcome_no_goals_and_no_items_of_them() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    assert!(kinds(newest(&view)).contains(&MapItemKind::OutcomeAchieved));
    let view = shop.view(&all_but(JourneyRight::Outcome), chat);
    assert_eq!(missing(&newest(&view).outcomes), Some(JourneyRight::Outcome));
    assert!(!kinds(newest(&view)).contains(&MapItemKind::OutcomeAchieved));
}

#[test]
fn seed4_row118_without_outcome_scores_what_was_achieved_shows() {
    let (mut shop, session, chat) = busy();
    shop.tell(70 * MINUTE, SetOutcome::new("booked", goal("Visit", "/visit")));
    shop.tell(70 * MINUTE, Score::new(session, [("booked".into(), 100)].into()));
    let view = shop.view(&all_but(JourneyRight::OutcomeScores), chat);
    let bars = newest(&view).outcomes.shown().unwrap();
    // Of what is not achieved there would be the score alone.
    let [bar] = &bars[..] else { panic!("{bars:?}") };
    assert_eq!((&*bar.name, bar.achieved), ("Purchase", Some(at(60 * MINUTE + 2_000))));
    assert_eq!(missing(&bar.score), Some(JourneyRight::OutcomeScores));
    let all = shop.view(&everything(), chat);
    assert_eq!(newest(&all).outcomes.shown().unwrap().len(), 2);
}

#[test]
fn seed4_row119_without_segment_neither_chips_nor_their_items() {
    let (shop, _, chat) = busy();
    let view = shop.view(&all_but(JourneyRight::Segment), chat);
    assert_eq!(missing(&newest(&view).segments), Some(JourneyRight::Segment));
    assert!(!kinds(newest(&view)).contains(&MapItemKind::SegmentMatched));
    assert!(newest(&view).map.shown().unwrap().iter().all(|item| item.colour.is_none()));
}

#[test]
fn seed4_row120_without_session_no_cards() {
    let (shop, _, chat) = busy();
    let view = shop.view(&all_but(JourneyRight::Session), chat);
    assert_eq!(missing(&view.cards), Some(JourneyRight::Session));
    assert_eq!(missing(&view.context), Some(JourneyRight::Session));
    assert!(view.customer.shown().is_some());
}

#[test]
fn seed4_row121_without_session_type_neither_type_nor_icon() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    let kind = newest(&view).kind.shown().unwrap();
    assert_eq!((&*kind.word, kind.icon), ("web", CardIcon::Desktop));
    let talk = cards(&view).iter().find(|card| matches!(card.id, CardId::Conversation(_)));
    let talk = talk.unwrap();
    assert_eq!(&*talk.title, "chat");
    let icon = talk.kind.shown().unwrap().icon;
    assert_eq!(icon, CardIcon::Conversation(InteractionType::Chat));
    let hidden = Some(JourneyRight::SessionType);
    let view = shop.view(&all_but(JourneyRight::SessionType), chat);
    for card in cards(&view) {
        assert_eq!(missing(&card.kind), hidden);
        assert!(["conversation", "www.store.test"].contains(&&*card.title));
    }
    let context = view.context.shown().unwrap().as_ref().unwrap();
    assert_eq!(missing(&context.session_type), hidden);
}

#[test]
fn seed4_row122_without_visit_nothing_moves() {
    let (mut shop, _, chat) = busy();
    let viewer = all_but(JourneyRight::Visit);
    for card in cards(&shop.view(&viewer, chat)) {
        assert_eq!(missing(&card.live), Some(JourneyRight::Visit));
    }
    let live = shop.journeys().live(&viewer, PageRequest::default()).unwrap();
    assert_eq!(missing(&live), Some(JourneyRight::Visit));
    // Nothing comes of the end of a session either.
    let (still, moving) = (shop.watch(viewer, chat, 10), shop.watch(everything(), chat, 10));
    shop.advance(120 * MINUTE);
    assert_eq!((shop.came(still).len(), shop.came(moving).len()), (0, 1));
}

#[test]
fn seed4_row125_at_the_acceptance_of_the_agent_there_is_a_view_and_not_before() {
    let mut shop = Shop::new();
    let session = shop.track(1_000, "c-1", page("offer", "Offer"));
    let offer = shop.offer(session);
    let chat = shop.says_yes(2_000, session);
    let refused = |shop: &Shop, viewer: &JourneyViewer| {
        let subject = Subject::Interaction(chat);
        let refusal = shop.try_view(viewer, subject, PageRequest::default()).unwrap_err();
        assert_eq!(refusal, JourneyRefusal::not_yours(chat));
        assert_eq!((refusal.kind(), refusal.code()), (RefusalKind::NotAllowed, "not_yours"));
        let changes = shop.journeys().changes(shop.records(), viewer, chat, 0);
        assert_eq!(changes, Err(refusal));
    };
    // It rings.
    assert_eq!(shop.centre.engine().view().agent(ANA).unwrap().offers().len(), 1);
    refused(&shop, &everything());
    shop.accept(3_000);
    let view = shop.view(&everything(), Subject::Interaction(chat));
    let context = view.context.shown().unwrap().clone().unwrap();
    assert_eq!((context.by, context.session), (LinkedBy::Offer, Some(session)));
    let map = context.map.unwrap();
    assert_eq!((&*map.key, map.version, map.offer), ("chat", 1, offer));
    assert_eq!(context.session_type, Gated::Shown(Some("web".into())));
    assert_eq!(context.identifier, Gated::Shown(Some(IdentifierKind::Cookie)));
    // Bo has no part in it; nor has Ana any more when it is over.
    refused(&shop, &JourneyViewer::new(BO, JourneyRights::ALL));
    shop.tell(4_000, EndInteraction::new(chat, Ending::Customer, Party::Customer));
    refused(&shop, &everything());
    shop.tell(5_000, ArchiveInteraction::new(chat));
    let first = PageRequest::default();
    let archived = shop.try_view(&everything(), Subject::Interaction(chat), first);
    assert_eq!(archived, Err(JourneyRefusal::interaction_archived(chat)));
    let other = InteractionId::from_raw(99);
    let unknown = shop.try_view(&everything(), Subject::Interaction(other), first.with_size(0));
    let what = JourneyEntity::Interaction(other);
    assert_eq!(unknown, Err(JourneyRefusal::unknown(what)));
}

#[test]
fn seed4_row125_after_a_transfer_the_next_agent_sees_what_that_agent_may() {
    let (mut shop, _, chat) = busy();
    let Subject::Interaction(id) = chat else { panic!() };
    let work = shop.records().interaction(id).unwrap().work.unwrap();
    shop.tell(70 * MINUTE, SetPresence::new(BO, SystemPresence::OnQueue.id()));
    shop.tell(70 * MINUTE, TransferToAgent::new(work, BO));
    let offers = shop.centre.engine().view().agent(BO).unwrap().offers();
    shop.tell(70 * MINUTE + 5_000, Accept::new(offers[0]));
    let rights = JourneyRights::ALL.without(JourneyRight::Segment);
    let view = shop.view(&JourneyViewer::new(BO, rights), chat);
    assert_eq!(missing(&newest(&view).segments), Some(JourneyRight::Segment));
    let first = PageRequest::default();
    assert_eq!(shop.try_view(&everything(), chat, first), Err(JourneyRefusal::not_yours(id)));
    // The card of the conversation tells how it went.
    let talk = cards(&view).iter().find(|card| card.id == CardId::Conversation(id)).unwrap();
    use CardStepKind::{Joined, Queued, Rang, Transferred};
    let steps = [Queued, Rang, Joined, Queued, Rang, Transferred].map(MapItemKind::Conversation);
    assert_eq!(kinds(talk), steps);
}

#[test]
fn seed4_row126_an_agent_without_permissions_is_told_so() {
    let (shop, _, chat) = busy();
    let view = shop.view(&ana(JourneyRights::NONE), chat);
    assert_eq!((view.feature, view.verified), (JourneyFeature::Available, false));
    assert_eq!(missing(&view.customer), Some(JourneyRight::Customer));
    assert_eq!(missing(&view.context), Some(JourneyRight::Session));
    assert_eq!(missing(&view.cards), Some(JourneyRight::Session));
    assert_eq!(missing(&view.history), Some(JourneyRight::Customer));
}

#[test]
fn seed4_row127_the_whole_history_not_just_the_present_session() {
    let mut shop = Shop::new();
    for day in 0..5 {
        shop.track(day * 1_440 * MINUTE, "c-1", page("chairs", "Chairs"));
    }
    let (_, chat) = shop.chat(5 * 1_440 * MINUTE, "c-1");
    let view = shop.view(&everything(), Subject::Interaction(chat));
    assert_eq!(cards(&view).len(), 7);
}

/// Draws a view as text, from the value alone.
fn draw(view: &JourneyView, half: bool) -> String {
    let mut lines = Vec::new();
    for card in cards(view) {
        let colour = card.live.shown().map(|live| format!("{:?}", live.colour));
        lines.push(format!("{} {}", card.title, colour.unwrap_or_default()));
        if !half {
            for item in card.map.shown().into_iter().flatten() {
                let details = item.details.iter().map(|one| format!("{}={}", one.label, one.text));
                lines.push(format!("  {}", details.collect::<Vec<_>>().join(" ")));
            }
        }
    }
    lines.join("\n")
}

#[test]
fn seed4_row128_half_and_full_size_come_of_one_value() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    // The value alone, as it comes to a screen.
    let view: JourneyView = serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap();
    assert_eq!(draw(&view, true), "chat Blue\nwww.store.test Blue\nwww.store.test Gray");
    let full = draw(&view, false);
    assert!(full.contains("  term=oak\n") && full.contains("title=Old url=https://www.store"));
}

#[test]
fn seed4_row129_a_call_is_empty_until_its_contact_is_verified() {
    let mut shop = Shop::new();
    shop.track(0, "c-1", page("chairs", "Chairs"));
    let phone = [Identifier::phone("+4930123456")];
    shop.tell(0, Identify::new(Identifier::cookie("c-1")).with_identifiers(phone));
    let address = Address::new("phone", "+4930123456");
    let opening = InteractionRequest::new(InteractionType::Phone);
    let opening = opening.with_addresses((address, "+49800".into()));
    let call = shop.tell(1_000, OpenInteraction::new(opening));
    let work = WorkRequest::new(CARE, VOICE);
    let work = work.with_preferred(Preferred::agent(ANA, Span::from_mins(5)));
    shop.tell(1_000, SubmitWork::new(call, work));
    shop.accept(2_000);
    let subject = Subject::Interaction(call);
    let screen = shop.watch(everything(), subject, 10);
    let view = shop.view(&everything(), subject);
    assert!(!view.verified && cards(&view).is_empty());
    assert_eq!((&view.customer, &view.context), (&Gated::Shown(None), &Gated::Shown(None)));
    // Nothing that the customer does shows.
    shop.track(3_000, "c-1", page("tables", "Tables"));
    assert_eq!(shop.came(screen), []);
    let customer = shop.customer("c-1");
    shop.tell(4_000, VerifyContact::new(call, customer).with_by(ANA));
    let view = &shop.screen(screen).view;
    assert!(view.verified && cards(view).len() == 2);
    assert_eq!(shop.screen(screen).anew, 1);
    // Once more is done already.
    let facts = shop.log.len();
    shop.tell(5_000, VerifyContact::new(call, customer).with_by(ANA));
    assert_eq!(shop.log.len(), facts);
    shop.check_replay();
}

#[test]
fn seed4_row130_the_map_is_in_order_of_time() {
    let (mut shop, session, chat) = busy();
    // It came late, and stands at its place.
    let late = Track::new(Identifier::cookie("c-1"), page("lamps", "Lamps"));
    shop.tell(61 * MINUTE, late.with_at(at(60 * MINUTE + 1_500)));
    let view = shop.view(&everything(), chat);
    let card = newest(&view);
    assert_eq!(card.id, CardId::Session(session));
    let offer = ["offered", "accepted", "form_completed"].map(|item| {
        let json = format!(r#"{{"offer":{{"media":"web_chat","item":"{item}"}}}}"#);
        serde_json::from_str::<MapItemKind>(&json).unwrap()
    });
    let [offered, accepted, completed] = offer;
    assert_eq!(
        kinds(card),
        [
            MapItemKind::Page,
            MapItemKind::SegmentMatched,
            MapItemKind::Search,
            MapItemKind::Page,
            MapItemKind::Page,
            MapItemKind::OutcomeAchieved,
            MapItemKind::Custom,
            MapItemKind::Page,
            offered,
            accepted,
            completed,
        ]
    );
    assert!(card.map.shown().unwrap().is_sorted_by_key(|item| (item.at, item.id)));
}

#[test]
fn seed4_row131_each_thing_that_happens_makes_one_delta() {
    let (mut shop, session, chat) = busy();
    let screen = shop.watch(everything(), chat, 10);
    let start = 60 * MINUTE + 10_000;
    // The visitor goes on to a page, answers an offer, and matches a segment.
    shop.track(start, "c-1", page("lamps", "Lamps"));
    let deltas = shop.came(screen);
    let [ViewChange::CardChanged(change)] = &deltas[0].changes[..] else { panic!("{deltas:?}") };
    assert!(deltas.len() == 1 && change.card == CardId::Session(session));
    let Some(MapChange::Items(items)) = &change.map else { panic!("{change:?}") };
    assert_eq!((items.len(), items[0].kind), (1, MapItemKind::Page));
    shop.tell(start, SetActionMap::new("gift", ActionMap::new("A gift", ActionMedia::Content)));
    shop.track(start, "c-1", page("gifts", "Gifts"));
    assert_eq!(shop.came(screen).len(), 1);
    let gift = shop.offer(session);
    shop.tell(start + 1_000, Answer::new(gift, WebAnswer::Rejected));
    let deltas = shop.came(screen);
    let [ViewChange::CardChanged(change)] = &deltas[0].changes[..] else { panic!("{deltas:?}") };
    let Some(MapChange::Items(items)) = &change.map else { panic!("{change:?}") };
    let [item] = &items[..] else { panic!("{items:?}") };
    let rejected = r#"{"offer":{"media":"content","item":"rejected"}}"#;
    assert_eq!(serde_json::to_string(&item.kind).unwrap(), rejected);
    shop.tell(start, SetSegment::new("owls", seen("Owls", "#00AA00", "/never")));
    assert_eq!(shop.came(screen), []);
    shop.tell(start + 2_000, Match::new(session, ["owls".into()].into()));
    let deltas = shop.came(screen);
    let [ViewChange::CardChanged(change)] = &deltas[0].changes[..] else { panic!("{deltas:?}") };
    assert_eq!(change.segments.as_ref().unwrap().shown().unwrap().len(), 2);
    assert_eq!((deltas.len(), change.live.as_ref()), (1, None));
}

#[test]
fn seed4_row131_deltas_keep_every_screen_as_a_fresh_view_would_be() {
    let (mut shop, session, chat) = busy();
    let customer = shop.customer("c-1");
    shop.watch_all(chat, 2);
    shop.watch_all(Subject::Customer(customer), 100);
    let mut now = 60 * MINUTE + 10_000;
    let mut at = || {
        now += 1_000;
        now
    };
    // Two cookies of one customer, merged while both are live.
    shop.track(at(), "c-2", page("tables", "Tables"));
    let mail = || [Identifier::email("Jo@Home.test ")];
    shop.tell(at(), Identify::new(Identifier::cookie("c-1")).with_identifiers(mail()));
    shop.tell(at(), Identify::new(Identifier::cookie("c-2")).with_identifiers(mail()));
    // A segment that is recoloured, hidden, shown, removed; one that is hidden all along.
    shop.tell(at(), SetSegment::new("foxes", seen("Foxes", "#0000FF", "/chairs")));
    let hidden = |segment: VisitorSegment| segment.with_show_to_agent(false);
    shop.tell(at(), SetSegment::new("foxes", hidden(seen("Foxes", "#0000FF", "/chairs"))));
    shop.tell(at(), Unmatch::new(session, ["foxes".into()].into()));
    shop.tell(at(), Match::new(session, ["foxes".into()].into()));
    shop.tell(at(), SetSegment::new("foxes", seen("Red foxes", "#0000FF", "/chairs")));
    shop.tell(at(), SetSegment::new("spies", hidden(seen("Spies", "#000000", "/spy"))));
    shop.track(at(), "c-1", page("spy", "Spy"));
    shop.tell(at(), SetSegment::new("spies", hidden(seen("Spies", "#111111", "/spy"))));
    shop.tell(at(), RemoveSegment::new("spies"));
    shop.tell(at(), Unmatch::new(session, ["foxes".into()].into()));
    shop.tell(at(), RemoveSegment::new("foxes"));
    // Goals and action maps with other names.
    shop.tell(at(), SetOutcome::new("bought", goal("A purchase", "/basket")));
    shop.tell(at(), Score::new(session, [("bought".into(), 1_000)].into()));
    shop.tell(at(), RemoveOutcome::new("bought"));
    let map = ActionMap::new("Talk with us", ActionMedia::WebChat).with_target("care");
    let on = PageCondition::new(Operator::ContainsAny, "/offer");
    shop.tell(at(), SetActionMap::new("chat", map.with_pages([on])));
    // What comes late, what is known of the browser, what costs places.
    let late = Track::new(Identifier::cookie("c-1"), page("lamps", "Lamps"));
    shop.tell(at(), late.with_at(Timestamp::from_millis(60 * MINUTE + 500)));
    let early = Track::new(Identifier::cookie("c-2"), page("sofas", "Sofas"));
    shop.tell(at(), early.with_at(Timestamp::from_millis(2 * MINUTE)));
    let odd = Track::new(Identifier::cookie("c-1"), VisitorEvent::screen_viewed("home"));
    shop.tell(at(), odd.with_attributes([("device.category".into(), "tablet".into())]));
    shop.tell(at(), Leave::new(Identifier::cookie("c-1")));
    // Another conversation of theirs, in which an agent holds, resumes and wraps up.
    shop.tell(at(), SetPresence::new(BO, SystemPresence::OnQueue.id()));
    let offered = shop.track(at(), "c-2", page("offer", "Offer"));
    let other = shop.says_yes(at(), offered);
    shop.accept(at());
    shop.tell(at(), EndInteraction::new(other, Ending::Customer, Party::Customer));
    shop.tell(at(), ArchiveInteraction::new(other));
    // The sessions end; some are archived, one comes back, the visitor signs out.
    shop.advance(90 * MINUTE);
    shop.track(90 * MINUTE, "c-1", page("chairs", "Chairs"));
    shop.tell(90 * MINUTE, ArchiveSessions::new(customer));
    let archived = shop.log.iter().rev().find_map(|fact| match &fact.journey()?.event.event {
        JourneyEvent::SessionArchived { session, .. } => Some(session.clone()),
        _ => None,
    });
    shop.tell(90 * MINUTE, ImportSession::new(archived.unwrap()));
    shop.tell(91 * MINUTE, SignOut::new(Identifier::cookie("c-1")));
    shop.tell(92 * MINUTE, ConfigureJourneys::new(JourneyConfig::default().with_licensed(false)));
    shop.tell(93 * MINUTE, EraseCustomer::new(customer));
    shop.check_replay();
}

#[test]
fn seed4_row131_the_elder_of_two_comes_to_whoever_looks_at_the_younger() {
    let mut shop = Shop::new();
    shop.track(0, "c-1", page("chairs", "Chairs"));
    let mail = || [Identifier::email("jo@home.test")];
    shop.tell(0, Identify::new(Identifier::cookie("c-1")).with_identifiers(mail()));
    let (_, chat) = shop.chat(60 * MINUTE, "c-2");
    let subject = Subject::Interaction(chat);
    shop.watch_all(subject, 10);
    shop.watch_all(subject, 1);
    let screen = shop.watch(everything(), subject, 10);
    shop.tell(61 * MINUTE, Identify::new(Identifier::cookie("c-2")).with_identifiers(mail()));
    let deltas = shop.came(screen);
    // The activity is one, the merge another.
    let merge = deltas.last().unwrap();
    assert!(deltas.len() <= 2 && merge.changes.len() == 4, "{deltas:#?}");
    assert!(matches!(merge.changes[0], ViewChange::Customer(_)));
    let titles: Vec<_> = cards(&shop.screen(screen).view).iter().map(|card| card.started).collect();
    assert_eq!(titles, [at(60 * MINUTE + 1_000), at(60 * MINUTE), at(0)]);
    // And to whoever looks at the elder: what they had a chat about.
    let elder = Subject::Customer(shop.customer("c-1"));
    assert_eq!(shop.cards(&everything(), elder).len(), 3);
}

#[test]
fn seed4_row132_every_item_has_details() {
    let (mut shop, _, chat) = busy();
    for event in [
        VisitorEvent::page_viewed(url("x"), ""),
        VisitorEvent::form_submitted("signup"),
        VisitorEvent::form_abandoned("signup", 40),
        VisitorEvent::screen_viewed("home"),
        VisitorEvent::custom("ping", []),
    ] {
        shop.track(60 * MINUTE + 20_000, "c-1", event);
    }
    for rights in all_rights() {
        let view = shop.view(&ana(rights), chat);
        let cards = view.cards.shown().map(|page| &page.items[..]).unwrap_or_default();
        for item in cards.iter().filter_map(|card| card.map.shown()).flatten() {
            assert!(!item.details.is_empty(), "{item:?}");
            assert!(item.details.iter().all(|one| !one.label.is_empty() && !one.text.is_empty()));
        }
    }
    let view = shop.view(&everything(), chat);
    let map = newest(&view).map.shown().unwrap();
    let left = map.iter().find(|item| item.kind == MapItemKind::FormAbandoned).unwrap();
    assert_eq!((&*left.details[1].label, &*left.details[1].text), ("percent", "40"));
}

#[test]
fn seed4_row133_all_cards_may_be_open_at_once() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    assert!(cards(&view).iter().all(|card| !card.map.shown().unwrap().is_empty()));
}

#[test]
fn seed4_row134_the_colour_of_an_item_is_that_of_the_segment_now() {
    let (mut shop, _, chat) = busy();
    let colours = |view: &JourneyView| {
        let card = newest(view);
        let chip = card.segments.shown().unwrap()[0].colour.clone();
        let items = card.map.shown().unwrap().iter();
        let item = items.filter_map(|item| item.colour.clone()).next().unwrap();
        (chip, item)
    };
    assert_eq!(colours(&shop.view(&everything(), chat)), ("#FF6A00".into(), "#FF6A00".into()));
    let screen = shop.watch(everything(), chat, 10);
    shop.tell(70 * MINUTE, SetSegment::new("foxes", seen("Foxes", "#0000FF", "/chairs")));
    assert_eq!(colours(&shop.screen(screen).view), ("#0000FF".into(), "#0000FF".into()));
    assert_eq!(shop.came(screen).len(), 1);
    // A segment of other visitors changes nothing here; a colour that is none is refused.
    shop.tell(70 * MINUTE, SetSegment::new("owls", seen("Owls", "#00AA00", "/owls")));
    shop.tell(70 * MINUTE, SetSegment::new("owls", seen("Owls", "#00AB00", "/owls")));
    assert_eq!(shop.came(screen), []);
    let odd = SetSegment::new("owls", seen("Owls", "orange", "/owls"));
    let refused = shop.attempt(70 * MINUTE, odd);
    assert!(matches!(refused, Err(CentreRefusal::Journey(JourneyRefusal::Invalid(_)))));
}

#[test]
fn seed4_row135_segments_searches_and_outcomes_open_a_card_and_pages_do_not() {
    for set in 0..8 {
        let (segment, search, outcome) = (set & 1 == 1, set & 2 == 2, set & 4 == 4);
        let mut shop = Shop::new();
        shop.tell(0, SetSegment::new("foxes", seen("Foxes", "#FF6A00", "/chairs")));
        shop.tell(0, SetOutcome::new("bought", goal("Purchase", "/basket")));
        shop.track(0, "c-1", page("start", "Start"));
        if segment {
            shop.track(1, "c-1", page("chairs", "Chairs"));
        }
        if search {
            shop.track(2, "c-1", VisitorEvent::searched("oak"));
        }
        if outcome {
            shop.track(3, "c-1", page("basket", "Basket"));
        }
        let subject = Subject::Customer(shop.customer("c-1"));
        let expandable = |viewer: &JourneyViewer| newest(&shop.view(viewer, subject)).expandable;
        assert_eq!(expandable(&everything()), set > 0, "{set}");
        // What is hidden opens nothing.
        assert_eq!(expandable(&all_but(JourneyRight::Segment)), search || outcome);
        assert_eq!(expandable(&all_but(JourneyRight::Outcome)), search || segment);
        assert!(!newest(&shop.view(&everything(), subject)).map.shown().unwrap().is_empty());
    }
}

#[test]
fn seed4_row136_no_event_is_on_two_cards() {
    let (mut shop, _, chat) = busy();
    shop.track(90 * MINUTE, "c-1", page("chairs", "Chairs"));
    shop.track(90 * MINUTE, "c-2", page("chairs", "Chairs"));
    let view = shop.view(&everything(), chat);
    let mut ids = std::collections::BTreeSet::new();
    for card in cards(&view).iter().filter(|card| matches!(card.id, CardId::Session(_))) {
        let live = card.live.shown().unwrap();
        for item in card.map.shown().unwrap() {
            assert!(ids.insert(item.id), "{item:?}");
            assert!(item.at >= card.started && live.ended.is_none_or(|ended| item.at <= ended));
        }
    }
    let other = shop.view(&everything(), Subject::Customer(shop.customer("c-2")));
    for item in newest(&other).map.shown().unwrap() {
        assert!(ids.insert(item.id), "{item:?}");
    }
}

#[test]
fn seed4_row137_the_newest_card_is_on_top_also_after_a_merge() {
    let mut shop = Shop::new();
    let mail = || [Identifier::email("jo@home.test")];
    for (minute, cookie) in [(0, "c-1"), (30, "c-2"), (60, "c-1"), (90, "c-2"), (90, "c-1")] {
        shop.track(minute * MINUTE, cookie, page("chairs", "Chairs"));
    }
    for cookie in ["c-2", "c-1"] {
        shop.tell(91 * MINUTE, Identify::new(Identifier::cookie(cookie)).with_identifiers(mail()));
    }
    let view = shop.view(&everything(), Subject::Customer(shop.customer("c-1")));
    let starts: Vec<_> =
        cards(&view).iter().map(|card| card.started.as_millis() / MINUTE).collect();
    assert_eq!(starts, [90, 90, 60, 30, 0]);
    // Of two at one instant the one with the higher id.
    assert!(cards(&view)[0].id > cards(&view)[1].id);
}

#[test]
fn seed4_row139_a_card_turns_gray_at_twenty_minutes() {
    let mut shop = Shop::new();
    shop.track(0, "c-1", page("chairs", "Chairs"));
    let subject = Subject::Customer(shop.customer("c-1"));
    let screen = shop.watch(everything(), subject, 10);
    let live = |shop: &Shop| newest(&shop.screen(screen).view).live.shown().unwrap().clone();
    shop.advance(20 * MINUTE - 1);
    assert_eq!((shop.came(screen), live(&shop).colour), (Vec::new(), CardColour::Blue));
    shop.advance(20 * MINUTE);
    let deltas = shop.came(screen);
    let [ViewChange::CardChanged(change)] = &deltas[0].changes[..] else { panic!("{deltas:?}") };
    assert_eq!(change.live.as_ref().unwrap().shown().unwrap().colour, CardColour::Gray);
    assert!(deltas.len() == 1 && change.map.is_none() && change.details.is_none());
    let live = live(&shop);
    assert_eq!((live.ended, live.duration), (Some(at(20 * MINUTE)), Some(Span::from_mins(20))));
}

#[test]
fn seed4_row139_a_conversation_is_blue_white_or_gray() {
    let mut shop = Shop::new();
    shop.tell(0, Define::new("done", WrapUpCodeProfile::default()));
    let wrap_up = WrapUpProfile::default().with_mode(WrapUpMode::Mandatory);
    let wrap_up = wrap_up.with_codes([CodeId::from_raw(0)]);
    let care = QueueProfile::default().with_wrap_up(wrap_up);
    for (place, (ending, coded, colour)) in [
        (Ending::Customer, false, CardColour::White),
        (Ending::Customer, true, CardColour::Gray),
        (Ending::Agent, false, CardColour::Gray),
    ]
    .into_iter()
    .enumerate()
    {
        let start = i64::try_from(place).unwrap() * 60 * MINUTE;
        if coded {
            shop.tell(start, Change::new(CARE, care.clone()));
        }
        let (_, chat) = shop.chat(start, "c-1");
        let subject = Subject::Customer(shop.customer("c-1"));
        let card = |shop: &Shop| {
            let all = shop.cards(&everything(), subject);
            all.into_iter().find(|card| card.id == CardId::Conversation(chat)).unwrap()
        };
        let live = |shop: &Shop| card(shop).live.shown().unwrap().clone();
        let now = live(&shop);
        assert_eq!(
            (now.colour, now.status),
            (CardColour::Blue, Some(ConversationStatus::Connected))
        );
        let by = if ending == Ending::Customer { Party::Customer } else { Party::Agent(ANA) };
        if ending == Ending::Agent {
            shop.tell(start, Change::new(CARE, QueueProfile::default()));
        }
        let change = RecordChange::default().with_short_description("A chair");
        shop.tell(start + 4_000, SaveInteraction::new(chat, Party::Agent(ANA), change));
        shop.tell(start + 5_000, EndInteraction::new(chat, ending, by));
        if coded {
            assert_eq!(live(&shop).status, Some(ConversationStatus::WrappingUp));
            shop.tell(start + 5_500, SetInteractionCode::new(chat, CodeId::from_raw(0)));
            let work = shop.records().interaction(chat).unwrap().work.unwrap();
            shop.tell(start + 6_000, EndWrapUp::new(work, ANA));
        }
        let over = live(&shop);
        assert_eq!((over.colour, over.code.is_some()), (colour, coded), "{ending:?}");
        assert!(over.ended.is_some() && over.duration.is_some());
        let by = if ending == Ending::Customer {
            ConversationStatus::EndedByCustomer
        } else {
            ConversationStatus::EndedByAgent
        };
        assert_eq!(over.status, Some(by));
        // Archived it is the same.
        let before = card(&shop);
        shop.tell(start + 7_000, ArchiveInteraction::new(chat));
        assert_eq!(card(&shop), before);
    }
}

#[test]
fn seed4_row140_who_says_who_they_are_has_older_cards_below() {
    let mut shop = Shop::new();
    shop.track(0, "c-1", page("chairs", "Chairs"));
    let mail = |text: &str| [Identifier::email(text)];
    shop.tell(0, Identify::new(Identifier::cookie("c-1")).with_identifiers(mail("jo@home.test")));
    let (session, chat) = shop.chat(60 * MINUTE, "c-2");
    let subject = Subject::Interaction(chat);
    assert_eq!(shop.cards(&everything(), subject).len(), 2);
    let identify = Identify::new(Identifier::cookie("c-2"));
    shop.tell(61 * MINUTE, identify.with_identifiers(mail(" JO@Home.TEST")));
    let view = shop.view(&everything(), subject);
    assert_eq!(cards(&view)[1].id, CardId::Session(session));
    assert_eq!((cards(&view).len(), cards(&view)[2].started), (3, at(0)));
    // It is marked as claimed, and reveals nothing to whoever says so.
    let block = view.customer.shown().unwrap().as_ref().unwrap();
    let claim = block.identifiers.iter().find(|one| one.identifier.kind == IdentifierKind::Email);
    assert_eq!(claim.unwrap().proof, Proof::Claimed);
    let own = |cookie| shop.journeys().own(&Identifier::cookie(cookie)).map(|one| one.id);
    assert_eq!(own("c-2").collect::<Vec<_>>(), [session]);
}

#[test]
fn seed4_row140_what_came_under_a_cookie_before_is_not_for_whoever_has_it_next() {
    let mut shop = Shop::new();
    let cookie = || Identifier::cookie("c-1");
    let mail = || [Identifier::email("jo@home.test")];
    let first = shop.track(0, "c-1", page("chairs", "Chairs"));
    let verified = Identify::new(cookie()).with_identifiers(mail()).with_proof(Proof::Verified);
    shop.tell(1_000, verified);
    shop.tell(2_000, SignOut::new(cookie()));
    let second = shop.track(3_000, "c-1", page("tables", "Tables"));
    // Somebody else at the same browser says to be Jo.
    shop.tell(4_000, Identify::new(cookie()).with_identifiers(mail()));
    let late = Track::new(cookie(), page("lamps", "Lamps")).with_at(at(1_500));
    assert_eq!(shop.tell(5_000, late), first);
    assert_eq!(shop.journeys().sessions_of(shop.customer("c-1")).count(), 2);
    let own: Vec<_> = shop.journeys().own(&cookie()).map(|one| one.id).collect();
    assert_eq!(own, [second]);
    // Jo, who is signed in, sees what came under what they proved to have.
    let app = Track::new(mail()[0].clone(), VisitorEvent::screen_viewed("home"));
    let app = shop.tell(6_000, app.with_session_type("app"));
    let own: Vec<_> = shop.journeys().own(&mail()[0]).map(|one| one.id).collect();
    assert_eq!(own, [app]);
    let own: Vec<_> = shop.journeys().own(&cookie()).map(|one| one.id).collect();
    assert_eq!(own, [second]);
    assert_eq!(shop.journeys().own(&Identifier::cookie("c-9")).count(), 0);
    shop.check_replay();
}

#[test]
fn seed4_row142_cards_have_what_there_is_to_know() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    let card = newest(&view);
    let live = card.live.shown().unwrap();
    let here = live.page.as_ref().unwrap();
    assert_eq!((&*here.title, &*here.url), ("Offer", "https://www.store.test/offer"));
    assert_eq!(live.duration, Some(Span::from_secs(6)));
    let CardDetails::Web(web) = &card.details else { panic!("{:?}", card.details) };
    assert_eq!(web.attributes.get("browser.family"), Some(&"Firefox".into()));
    let counts = web.counts.shown().unwrap();
    assert_eq!((counts.events, counts.pages), (5, 3));
    let talk = cards(&view).iter().find(|card| matches!(card.id, CardId::Conversation(_)));
    let CardDetails::Conversation(talk) = &talk.unwrap().details else { panic!() };
    assert_eq!((talk.queue, talk.agent), (Some(CARE), Some(ANA)));
}

#[test]
fn seed4_row143_a_search_has_its_term_and_its_time() {
    let (shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    let map = newest(&view).map.shown().unwrap();
    let search = map.iter().find(|item| item.kind == MapItemKind::Search).unwrap();
    assert_eq!((search.at, &*search.details[0].text), (at(60 * MINUTE + 1_000), "oak"));
}

#[test]
fn seed4_row144_all_terms_of_a_session_in_order() {
    let (mut shop, _, chat) = busy();
    for (secs, term) in [(10, "Ash"), (11, " OAK "), (12, "elm"), (13, "ash")] {
        shop.track(60 * MINUTE + secs * 1_000, "c-1", VisitorEvent::searched(term));
    }
    shop.track(60 * MINUTE, "c-2", VisitorEvent::searched("fir"));
    let view = shop.view(&everything(), chat);
    let terms: Vec<_> = newest(&view).searches.iter().map(|one| (&*one.term, one.count)).collect();
    assert_eq!(terms, [("oak", 2), ("Ash", 2), ("elm", 1)]);
    assert!(cards(&view)[2].searches.is_empty());
}

#[test]
fn seed4_row145_and_row146_bars_show_the_probability_and_the_greatest() {
    let (mut shop, session, chat) = busy();
    let screen = shop.watch(everything(), chat, 10);
    let bar = |shop: &Shop| {
        let bars = newest(&shop.screen(screen).view).outcomes.shown().unwrap().clone();
        let score = bars[0].score.shown().unwrap().unwrap();
        (bars[0].name.clone(), score.now, score.greatest)
    };
    assert_eq!(bar(&shop), ("Purchase".into(), 2_500, 2_500));
    for (score, greatest) in [(7_000, 7_000), (1_000, 7_000), (6_999, 7_000)] {
        shop.tell(61 * MINUTE, Score::new(session, [("bought".into(), score)].into()));
        assert_eq!(bar(&shop), ("Purchase".into(), score, greatest));
        assert_eq!(shop.came(screen).len(), 1);
    }
    // The same again is nothing new.
    shop.tell(61 * MINUTE, Score::new(session, [("bought".into(), 6_999)].into()));
    assert_eq!(shop.came(screen), []);
}

#[test]
fn seed4_row147_segments_are_in_order_of_assignment() {
    let mut shop = Shop::new();
    for (key, path) in [("a", "/late"), ("b", "/soon"), ("c", "/soon")] {
        shop.tell(0, SetSegment::new(key, seen(key, "#FF6A00", path)));
    }
    shop.track(0, "c-1", page("soon", "Soon"));
    shop.track(1, "c-1", page("late", "Late"));
    let view = shop.view(&everything(), Subject::Customer(shop.customer("c-1")));
    let chips = newest(&view).segments.shown().unwrap();
    let names: Vec<_> = chips.iter().map(|chip| (&*chip.name, chip.at.as_millis())).collect();
    assert_eq!(names, [("b", 0), ("c", 0), ("a", 1)]);
}

#[test]
fn seed4_row147_segments_that_are_not_shown_to_agents_are_nowhere() {
    let mut shop = Shop::new();
    let scope = |segment: VisitorSegment| segment.with_scope(Scope::Customer);
    shop.tell(0, SetSegment::new("vip", scope(seen("Vip", "#FF6A00", "/vip"))));
    shop.track(0, "c-1", page("vip", "Vip"));
    let subject = Subject::Customer(shop.customer("c-1"));
    let view = shop.view(&everything(), subject);
    let card = newest(&view);
    assert!(!card.expandable && card.segments.shown().unwrap().is_empty());
    assert_eq!(kinds(card), [MapItemKind::Page]);
    let screen = shop.watch(everything(), subject, 10);
    let shown = scope(seen("Vip", "#FF6A00", "/vip")).with_show_to_agent(true);
    shop.tell(0, SetSegment::new("vip", shown));
    let card = newest(&shop.screen(screen).view).clone();
    assert!(card.expandable && card.segments.shown().unwrap().len() == 1);
    assert_eq!(kinds(&card), [MapItemKind::Page, MapItemKind::SegmentMatched]);
}

#[test]
fn seed4_row149_without_the_feature_it_is_said_so() {
    let mut shop = Shop::with(JourneyConfig::default().with_licensed(false));
    shop.tell(0, SetSegment::new("foxes", seen("Foxes", "#FF6A00", "/chairs")));
    let session = shop.track(0, "c-1", page("chairs", "Chairs"));
    shop.track(0, "c-1", VisitorEvent::searched("oak"));
    let subject = Subject::Customer(shop.customer("c-1"));
    let view = shop.view(&everything(), subject);
    assert_eq!(view.feature, JourneyFeature::NotLicensed);
    let card = newest(&view);
    assert_eq!((&card.segments, &card.outcomes), (&Gated::NotLicensed, &Gated::NotLicensed));
    assert_eq!(kinds(card), [MapItemKind::Page, MapItemKind::Search]);
    assert!(shop.journeys().session(session).unwrap().offers.is_empty() && card.expandable);
    // That is another thing than not to be allowed, and than that there is none.
    let view = shop.view(&all_but(JourneyRight::Segment), subject);
    assert_eq!(newest(&view).segments, Gated::NotLicensed);
    // What was assigned while it was licensed does not show either.
    let (mut shop, _, chat) = busy();
    let screen = shop.watch(everything(), chat, 10);
    let config = JourneyConfig::default().with_tracked(["store.test".into()]);
    shop.tell(70 * MINUTE, ConfigureJourneys::new(config.with_licensed(false)));
    let view = &shop.screen(screen).view;
    assert_eq!(shop.screen(screen).anew, 1);
    assert!(!kinds(newest(view)).contains(&MapItemKind::SegmentMatched));
    assert!(!kinds(newest(view)).contains(&MapItemKind::OutcomeAchieved));
    assert!(newest(view).expandable, "there is a search");
}

#[test]
fn seed4_row150_details_are_exact() {
    let mut shop = Shop::new();
    let exact = "  Jo.Doe+chairs@Home.test, 1 000 €\u{a0}";
    let attributes = [("email".into(), exact.into()), ("count".into(), 1_000_000.into())];
    shop.track(0, "c-1", VisitorEvent::custom("signup", attributes));
    shop.track(0, "c-1", page("a?b=%20c&d=é", " Title "));
    let view = shop.view(&everything(), Subject::Customer(shop.customer("c-1")));
    let map = newest(&view).map.shown().unwrap();
    let texts: Vec<_> = map.iter().flat_map(|item| &item.details).map(|one| &*one.text).collect();
    let url = "https://www.store.test/a?b=%20c&d=é";
    assert_eq!(texts, ["signup", "1000000", exact, " Title ", url]);
}

#[test]
fn seed4_row151_load_more_neither_repeats_nor_omits() {
    for size in [1, 3, 10, 100] {
        let mut shop = Shop::new();
        for hour in 0..23 {
            shop.track(hour * 60 * MINUTE, "c-1", page("chairs", "Chairs"));
        }
        let subject = Subject::Customer(shop.customer("c-1"));
        let before = shop.cards(&everything(), subject);
        let first = PageRequest::default().with_size(size);
        let mut view = shop.try_view(&everything(), subject, first).unwrap();
        let mut now = 23 * 60 * MINUTE;
        let mut pages = 1;
        while let Some(next) = view.cards.shown().unwrap().next {
            // Meanwhile others begin, end, and are archived: also the one with the cursor.
            shop.track(now, "c-1", page("tables", "Tables"));
            if pages == 2 {
                shop.tell(now, ArchiveSessions::new(shop.customer("c-1")));
            }
            now += 60 * MINUTE;
            pages += 1;
            let more = shop.try_view(&everything(), subject, first.with_after(next)).unwrap();
            assert!(more.cards.shown().unwrap().items.len() <= usize::from(size));
            view.load_more(more);
        }
        let mut ids: Vec<_> = cards(&view).iter().map(|card| card.id).collect();
        let held = if pages > 2 { usize::from(size) * 2 } else { 23 };
        assert_eq!(ids.len(), held.min(23));
        assert!(before.iter().map(|card| card.id).take(ids.len()).eq(ids.iter().copied()));
        ids.dedup();
        assert_eq!(ids.len(), held.min(23));
        // What came meanwhile comes by deltas, and what is gone goes.
        let deltas = shop.deltas(&everything(), subject, view.as_of.seq);
        assert!(deltas.iter().all(|delta| view.fold(delta)));
        assert_eq!(cards(&view), shop.cards(&everything(), subject));
    }
    let shop = busy().0;
    for size in [0, 101, 255] {
        let page = PageRequest::default().with_size(size);
        let customer = Subject::Customer(shop.customer("c-1"));
        let refused = shop.try_view(&everything(), customer, page).unwrap_err();
        assert_eq!(refused.code(), "invalid");
        assert_eq!(shop.journeys().live(&everything(), page), Err(refused));
    }
}

#[test]
fn seed4_row161_the_terms_of_the_map_are_those_of_the_session() {
    let (mut shop, _, chat) = busy();
    for (secs, term) in [(10, "Ash"), (12, "elm")] {
        shop.track(60 * MINUTE + secs * 1_000, "c-1", VisitorEvent::searched(term));
    }
    let search = Track::new(Identifier::cookie("c-1"), page("find?q=fir", "Found"));
    let search = search.with_attributes([("search.term".into(), "fir".into())]);
    shop.tell(60 * MINUTE + 13_000, search);
    let view = shop.view(&everything(), chat);
    let card = newest(&view);
    let map = card.map.shown().unwrap().iter();
    let of_map: Vec<_> = map
        .filter(|item| item.kind == MapItemKind::Search)
        .map(|item| &item.details[0].text)
        .collect();
    let listed: Vec<_> = card.searches.iter().map(|one| &one.term).collect();
    assert_eq!(of_map, listed);
    assert_eq!(listed.len(), 4);
}

#[test]
fn seed4_row163_the_live_list_is_exactly_who_is_live() {
    let mut shop = Shop::new();
    for visitor in 0..25 {
        shop.track(visitor * MINUTE, &format!("c-{visitor}"), page("chairs", "Chairs"));
    }
    let list = |shop: &Shop, viewer: &JourneyViewer| {
        let mut page = PageRequest::default().with_size(7);
        let mut all = Vec::new();
        loop {
            let found = shop.journeys().live(viewer, page).unwrap().shown().unwrap().clone();
            all.extend(found.items);
            match found.next {
                Some(next) => page = page.with_after(next),
                None => return all,
            }
        }
    };
    let live = list(&shop, &everything());
    // Those who came at minute 5 to 24: who came at 4 ended at 24.
    let minutes: Vec<_> =
        live.iter().map(|one| one.live.last_activity.unwrap().as_millis() / MINUTE).collect();
    assert_eq!(minutes, (5..25).rev().collect::<Vec<_>>());
    assert_eq!(shop.journeys().live_count(), 20);
    for one in &live {
        assert!(one.live.colour == CardColour::Blue && one.live.ended.is_none());
        assert_eq!(&*one.card.shown().unwrap().title, "www.store.test");
    }
    // Who does something is on top again.
    shop.track(24 * MINUTE + 1, "c-9", VisitorEvent::searched("oak"));
    assert_eq!(list(&shop, &everything())[0].customer, Gated::Shown(shop.customer("c-9")));
    let bare = list(&shop, &ana([JourneyRight::Visit].into_iter().collect()));
    assert_eq!(missing(&bare[0].customer), Some(JourneyRight::Customer));
    assert_eq!(missing(&bare[0].card), Some(JourneyRight::Session));
}

#[test]
fn a_right_that_is_lost_while_somebody_looks_counts_at_once() {
    let (mut shop, _, chat) = busy();
    let view = shop.view(&everything(), chat);
    shop.track(60 * MINUTE + 30_000, "c-1", page("lamps", "Lamps"));
    let bare = [JourneyRight::Session, JourneyRight::Segment].into_iter().collect();
    assert_eq!(shop.deltas(&ana(bare), chat, view.as_of.seq), []);
    assert_eq!(shop.deltas(&everything(), chat, view.as_of.seq).len(), 1);
}

#[test]
fn another_customer_than_was_thought_makes_the_view_anew() {
    let (mut shop, _, chat) = busy();
    let Subject::Interaction(id) = chat else { panic!() };
    shop.track(70 * MINUTE, "c-2", page("tables", "Tables"));
    let other = shop.customer("c-2");
    let screen = shop.watch(everything(), chat, 10);
    let refused = shop.attempt(70 * MINUTE, VerifyContact::new(id, other).with_by(ANA));
    let linked = JourneyRefusal::already_linked(id);
    assert_eq!(refused, Err(CentreRefusal::Journey(linked)));
    shop.tell(70 * MINUTE, VerifyContact::new(id, shop.customer("c-1")).with_by(ANA));
    assert_eq!(shop.came(screen).last().unwrap().changes, [ViewChange::Verified]);
    let replace = VerifyContact::new(id, other).with_by(ANA).with_replace(true);
    shop.tell(71 * MINUTE, replace);
    assert_eq!(shop.screen(screen).anew, 1);
    let view = &shop.screen(screen).view;
    assert_eq!(cards(view).iter().filter(|card| card.title.contains("store")).count(), 1);
    // Who is erased is nobody's any more.
    shop.tell(72 * MINUTE, EraseCustomer::new(other));
    let view = &shop.screen(screen).view;
    assert!(cards(view).is_empty() && !view.verified);
    assert_eq!(view.customer, Gated::Shown(None));
    let customer = shop.try_view(&everything(), Subject::Customer(other), PageRequest::default());
    let forgotten = JourneyRefusal::forgotten(JourneyEntity::Customer(other));
    assert_eq!(customer, Err(forgotten));
    // A number that has not come yet is no number of this journal.
    let deltas = shop.deltas(&everything(), chat, shop.seq() + 1);
    assert_eq!(deltas[0].changes, [ViewChange::Anew]);
    shop.check_replay();
}

#[test]
fn a_session_of_more_events_than_are_kept_loses_the_oldest_pages() {
    let mut shop = Shop::new();
    shop.tell(0, SetSegment::new("foxes", seen("Foxes", "#FF6A00", "/p0")));
    shop.track(0, "c-1", VisitorEvent::searched("oak"));
    shop.track(0, "c-1", page("p0", "First"));
    let subject = Subject::Customer(shop.customer("c-1"));
    for viewer in [everything(), all_but(JourneyRight::Segment)] {
        shop.watch(viewer, subject, 10);
    }
    for event in 1..500 {
        shop.track(event, "c-1", page(&format!("p{event}"), "Page"));
    }
    let view = shop.view(&everything(), subject);
    let card = newest(&view);
    let map = card.map.shown().unwrap();
    assert_eq!(map.len(), 501);
    assert!(map.iter().all(|item| item.name != Gated::Shown("First".into())));
    assert!(map.iter().any(|item| item.kind == MapItemKind::Search));
    assert!(map.iter().any(|item| item.kind == MapItemKind::SegmentMatched));
    let CardDetails::Web(web) = &card.details else { panic!() };
    let counts = web.counts.shown().unwrap();
    assert_eq!((counts.events, counts.pages, counts.dropped), (501, 500, 1));
}
