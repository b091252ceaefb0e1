//! Who somebody is: identifiers, contacts, customers who are one, and with whom an interaction is.

use strowger::centre::CentreRefusal;
use strowger::command::Actor;
use strowger::interaction::*;
use strowger::journey::*;
use strowger::layer::Decide;
use strowger::model::{Invalid, Problem};
use strowger::prelude::*;

use crate::help::at;
use crate::site::*;

fn claim(who: &str, identifier: Identifier) -> Identify {
    Identify::new(cookie(who)).with_identifiers([identifier])
}

fn prove(who: &str, identifier: Identifier) -> Identify {
    claim(who, identifier).with_proof(Proof::Verified)
}

fn of(site: &Site, id: SessionId) -> CustomerId {
    site.journeys.customer(site.row(id).customer).unwrap().id
}

fn sessions(site: &Site, who: CustomerId) -> Vec<SessionId> {
    site.journeys.sessions_of(who).map(|row| row.id).collect()
}

#[test]
fn an_email_address_leads_to_the_older_customer_who_stands_for_both() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    site.tell(0, claim("c-1", email("jo@store.test")));
    let second = site.page(HOUR, "c-2", "/b");
    let (old, new) = (of(&site, first), of(&site, second));
    assert_eq!(site.journeys.customer(new).unwrap().kind, CustomerKind::Ephemeral);
    let from = site.log.len();
    // In another case, and with spaces around.
    assert_eq!(site.tell(HOUR, claim("c-2", email("  JO@Store.TEST "))), old);
    assert_eq!(site.names(from), ["identified", "merged"]);
    assert_eq!(sessions(&site, old), [second, first]);
    assert_eq!(sessions(&site, new), [second, first]);
    let head = site.journeys.customer(new).unwrap();
    assert_eq!((head.id, head.kind, &head.merged), (old, CustomerKind::Identified, &vec![new]));
    let known: Vec<_> = head.identifiers.iter().map(|one| one.identifier.clone()).collect();
    assert_eq!(known, [cookie("c-1"), email("jo@store.test"), cookie("c-2")]);
    // The sessions say whose they were when they began.
    assert_eq!(site.row(second).customer, new);
    // The same two again, and a customer with themselves, are merged already.
    let from = site.log.len();
    assert_eq!(site.tell(HOUR, claim("c-2", email("jo@store.test"))), old);
    assert_eq!(site.tell(HOUR, claim("c-1", email("jo@store.test"))), old);
    assert_eq!(site.tell(HOUR, claim("c-1", cookie("c-2"))), old);
    assert!(site.events(from).iter().all(|event| event.name() == "identified"));
    site.check_replay();
}

#[test]
fn the_older_is_the_head_whoever_says_so() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    site.tell(0, claim("c-2", email("jo@store.test")));
    // The older one comes to the address of the younger.
    assert_eq!(site.tell(1, claim("c-1", email("jo@store.test"))), of(&site, first));
    assert_eq!(of(&site, second), customer(site.row(first).customer.raw()));
    // A chain has one end, and there is no way back.
    let third = site.page(2, "c-3", "/a");
    site.tell(2, claim("c-3", phone("+49 30 1234")));
    site.tell(3, claim("c-2", phone("+49301234")));
    let head = site.row(first).customer;
    for id in [first, second, third] {
        assert_eq!(of(&site, id), head);
    }
    assert_eq!(site.journeys.customer(head).unwrap().merged.len(), 2);
    site.check_replay();
}

#[test]
fn a_text_that_is_no_number_or_address_is_refused_and_changes_nothing() {
    let mut site = Site::new();
    site.page(0, "c-1", "/a");
    let wrong = JourneyRefusal::Invalid(Invalid::new("identifiers", Problem::NotListed));
    for text in ["030 1234", "hello", "+", "1234567"] {
        assert_eq!(site.refused(0, claim("c-1", phone(text))), wrong, "{text}");
    }
    for text in ["jo", "@store.test", "jo@", "jo smith@store.test"] {
        assert_eq!(site.refused(0, claim("c-1", email(text))), wrong, "{text}");
    }
    let long = "x".repeat(256);
    let too_long = Invalid::new("identifiers", Problem::TooLong { max: 255 });
    assert_eq!(site.refused(0, claim("c-1", cookie(&long))), too_long.into());
    site.tell(0, claim("c-1", cookie(&long[1..])));
    let unknown = JourneyRefusal::unknown(JourneyEntity::Visitor(cookie("c-9")));
    assert_eq!(site.refused(0, claim("c-9", email("jo@store.test"))), unknown);
    // A number without its country is one where the host says of which country.
    let home = |journeys: Journeys| journeys.with_normaliser(E164::default().with_country("49"));
    let mut site = Site::and(config(), home);
    let id = site.page(0, "c-1", "/a");
    site.tell(0, claim("c-1", phone("030 1234")));
    let who = site.journeys.customer(site.row(id).customer).unwrap();
    assert_eq!(who.proof(&phone("+49301234")), Some(Proof::Claimed));
    site.check_replay();
}

#[test]
fn two_who_are_found_are_told_and_nobody_is_merged() {
    let mut site = Site::new();
    let all = ["c-1", "c-2", "c-3"].map(|who| site.page(0, who, "/a"));
    let [one, two, three] = all.map(|id| of(&site, id));
    site.tell(0, claim("c-1", email("jo@store.test")));
    site.tell(0, claim("c-2", phone("+49301234")));
    let from = site.log.len();
    let both = claim("c-3", email("jo@store.test"))
        .with_identifiers([email("jo@store.test"), phone("+49301234")]);
    assert_eq!(site.tell(1, both), three);
    assert_eq!(site.names(from), ["identified", "ambiguous"]);
    let JourneyEvent::Ambiguous { customer, found, .. } = site.events(from)[1] else { panic!() };
    assert_eq!((*customer, found), (three, &vec![one, two]));
    assert_eq!(all.map(|id| of(&site, id)), [one, two, three]);
    // Two have the address now, so whoever comes to it next is ambiguous as well.
    let fourth = site.page(2, "c-4", "/a");
    let from = site.log.len();
    site.tell(2, claim("c-4", email("jo@store.test")));
    assert_eq!(site.names(from), ["identified", "ambiguous"]);
    assert_ne!(of(&site, fourth), one);
    site.check_replay();
}

#[test]
fn another_cookie_is_not_taken_from_whose_it_is() {
    let mut site = Site::with(config().with_merge(Merging::Verified));
    let mine = site.page(0, "c-1", "/a");
    let theirs = site.page(0, "c-2", "/a");
    site.tell(0, claim("c-1", cookie("c-2")));
    let known = &site.journeys.customer(of(&site, mine)).unwrap().identifiers;
    assert_eq!(known.len(), 1);
    // What comes under it later is still theirs.
    let later = site.page(HOUR, "c-2", "/b");
    assert_eq!(of(&site, later), of(&site, theirs));
    assert_ne!(of(&site, later), of(&site, mine));
    site.check_replay();
}

#[test]
fn proof_is_waited_for_where_it_is_asked_for() {
    let mut site = Site::with(config().with_merge(Merging::Verified));
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    let (old, new) = (of(&site, first), of(&site, second));
    let jo = || email("jo@store.test");
    assert_eq!(site.tell(0, claim("c-1", jo())), old);
    assert_eq!(site.tell(0, claim("c-2", jo())), new);
    // One proved it, the other only said so.
    assert_eq!(site.tell(0, prove("c-2", jo())), new);
    assert_eq!(site.journeys.customer(new).unwrap().proof(&jo()), Some(Proof::Verified));
    assert_eq!(of(&site, first), old);
    // Now both did.
    assert_eq!(site.tell(0, prove("c-1", jo())), old);
    assert_eq!(of(&site, second), old);
    // What was proved stays so.
    site.tell(1, claim("c-1", jo()));
    assert_eq!(site.journeys.customer(old).unwrap().proof(&jo()), Some(Proof::Verified));
    site.check_replay();
}

#[test]
fn another_proved_address_is_another_person() {
    let mut site = Site::new();
    let id = site.page(0, "c-1", "/a");
    let jo = of(&site, id);
    site.tell(0, prove("c-1", email("jo@store.test")));
    // A second telephone number is no other person, nor is a second cookie.
    site.tell(1, claim("c-1", phone("+49301234")));
    site.tell(1, claim("c-1", cookie("c-1b")));
    assert!(site.row(id).is_live());
    // Whoever names their own address beside another one is who they were.
    let both = claim("c-1", email("jo@store.test"))
        .with_identifiers([email("jo@store.test"), email("jo@home.test")]);
    assert_eq!(site.tell(2, both), jo);
    assert!(site.row(id).is_live());
    // Only another one: somebody else sits there.
    let from = site.log.len();
    site.tell(3, claim("c-1", email("sam@store.test")));
    assert_eq!(site.names(from), ["session_ended", "signed_out"]);
    let JourneyEvent::SessionEnded { why, ended, .. } = site.events(from)[0] else { panic!() };
    assert_eq!((*why, *ended), (SessionOver::AnotherPerson, at(3)));
    assert_eq!(site.journeys.customers_of(&email("sam@store.test")).count(), 0);
    let next = site.page(4, "c-1", "/b");
    assert_ne!(of(&site, next), jo);
    site.check_replay();
}

#[test]
fn an_address_of_another_contact_is_another_person() {
    let mut site = Site::new();
    let one = site.page(0, "c-1", "/a");
    let two = site.page(0, "c-2", "/a");
    site.tell(0, claim("c-1", email("jo@store.test")).with_contact("contact-7"));
    site.tell(0, claim("c-2", email("sam@store.test")).with_contact("contact-8"));
    assert_eq!(site.journeys.customer(of(&site, one)).unwrap().kind, CustomerKind::Curated);
    let sam = of(&site, two);
    // By the identifier of the other, though nothing is proved.
    site.tell(1, claim("c-1", email("sam@store.test")));
    assert!(!site.row(one).is_live());
    assert_eq!(of(&site, two), sam);
    let third = site.page(2, "c-1", "/a");
    assert_ne!(of(&site, third), of(&site, one));
    // The new one is merged with the other, as nothing is known of them.
    site.tell(2, claim("c-1", email("sam@store.test")));
    assert_eq!(of(&site, third), sam);
    // By the key of another contact.
    site.tell(3, Identify::new(cookie("c-2")).with_contact("contact-9"));
    assert!(!site.row(two).is_live());
    site.check_replay();
}

fn book(journeys: Journeys) -> Journeys {
    let jo = FoundContact::new("contact-7").with_name("Jo");
    let entries = [
        (email("jo@store.test"), jo.clone()),
        (email("jo@home.test"), jo),
        (phone("+49301234"), FoundContact::new("contact-7")),
        (phone("+49301234"), FoundContact::new("contact-8")),
    ];
    journeys.with_contacts(Book(entries.into()))
}

#[test]
fn the_contacts_of_the_host_name_who_it_is() {
    let mut site = Site::and(config(), book);
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    let jo = of(&site, first);
    site.tell(0, claim("c-1", email("jo@store.test")));
    let row = site.journeys.customer(jo).unwrap();
    assert_eq!((row.contact.as_deref(), row.name.as_deref()), (Some("contact-7"), Some("Jo")));
    assert_eq!(row.kind, CustomerKind::Curated);
    // Another address of the same contact: they are one.
    assert_eq!(site.tell(1, claim("c-2", email("jo@home.test"))), jo);
    assert_eq!(of(&site, second), jo);
    // A name that is given comes before that of the contact.
    let third = site.page(2, "c-3", "/a");
    let named = claim("c-3", email("jo@store.test")).with_name("Johanna");
    site.tell(2, named);
    assert_eq!(of(&site, third), jo);
    // The older keeps its name.
    assert_eq!(site.journeys.customer(jo).unwrap().name.as_deref(), Some("Jo"));
    // A number that two contacts have names nobody.
    let fourth = site.page(3, "c-4", "/a");
    site.tell(3, claim("c-4", phone("+49301234")));
    assert_eq!(site.journeys.customer(of(&site, fourth)).unwrap().contact, None);
    assert_ne!(of(&site, fourth), jo);
    // What was found stands in the facts.
    site.check_replay();
}

#[test]
fn who_is_merged_while_both_are_live_has_two_sessions_that_go_on() {
    let mut site = Site::new();
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    site.tell(0, claim("c-1", email("jo@store.test")));
    site.tell(1, claim("c-2", email("jo@store.test")));
    assert_eq!(site.page(2, "c-1", "/b"), first);
    assert_eq!(site.page(3, "c-2", "/b"), second);
    assert_eq!(site.journeys.live_count(), 2);
    site.advance(2 + 20 * MIN);
    assert!(!site.row(first).is_live() && site.row(second).is_live());
    // Signing out under one cookie leaves the other where it is.
    let next = site.page(3 + 20 * MIN - 1, "c-1", "/c");
    site.tell(3 + 20 * MIN - 1, SignOut::new(cookie("c-1")));
    assert!(!site.row(next).is_live() && site.row(second).is_live());
    assert_eq!(site.journeys.customer(of(&site, second)).unwrap().proof(&cookie("c-1")), None);
    site.check_replay();
}

#[test]
fn an_offer_stays_open_when_its_customer_is_merged_and_caps_hold_for_both() {
    let once = config().with_cap(FrequencyCap::OnceRejected);
    let mut site = Site::offering(once);
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    site.tell(0, claim("c-1", email("jo@store.test")));
    site.mark(0, second, ["go"]);
    let offer = site.offer().id;
    site.tell(1, claim("c-2", email("jo@store.test")));
    assert_eq!(site.state(offer), WebOfferState::Offered);
    // Its session is the other one, so the first may be offered one too.
    site.mark(2, first, ["go"]);
    assert_eq!(site.offered(), ["m", "m"]);
    let other = site.offer().id;
    site.tell(3, Answer::new(other, WebAnswer::Accepted));
    // The visitor rejects the first: none is offered any more, under either cookie.
    site.tell(4, Answer::new(offer, WebAnswer::Rejected));
    site.tell(5, FailOffer::new(other, "gone"));
    site.page(6, "c-1", "/b");
    site.page(6, "c-2", "/b");
    assert_eq!(site.offered(), ["m", "m"]);
    assert_eq!(site.blocked("m"), Some(&Blocked::FrequencyCapping));
    site.check_replay();
}

#[test]
fn a_cap_comes_with_whoever_is_merged() {
    let once = config().with_cap(FrequencyCap::OnceFinalized);
    let mut site = Site::offering(once);
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    site.mark(0, second, ["go"]);
    let offer = site.offer().id;
    site.tell(1, Answer::new(offer, WebAnswer::Rejected));
    site.tell(2, claim("c-1", email("jo@store.test")));
    site.tell(2, claim("c-2", email("jo@store.test")));
    site.mark(3, first, ["go"]);
    assert_eq!(site.offered(), ["m"]);
    assert_eq!(site.blocked("m"), Some(&Blocked::FrequencyCapping));
    site.check_replay();
}

#[test]
fn segments_of_a_customer_come_with_them_and_expire() {
    let mut site = Site::offering(config());
    let loyal = by_command().with_scope(Scope::Customer).with_expires_after(2);
    site.tell(0, SetSegment::new("loyal", loyal));
    site.tell(0, SetActionMap::new("m", chat("loyal")));
    let first = site.page(0, "c-1", "/a");
    let second = site.page(0, "c-2", "/a");
    site.mark(0, second, ["loyal"]);
    assert_eq!(site.offered(), ["m"]);
    site.tell(1, claim("c-1", email("jo@store.test")));
    site.tell(1, claim("c-2", email("jo@store.test")));
    // It was the other one's, and triggers in the session of this one.
    site.page(2, "c-1", "/b");
    assert_eq!(site.offered(), ["m", "m"]);
    let who = of(&site, first);
    let held = |site: &Site| site.journeys.customer(who).unwrap().segments.len();
    site.advance(2 * DAY - 1);
    assert_eq!(held(&site), 1);
    let from = site.log.len();
    site.advance(2 * DAY);
    assert_eq!(held(&site), 0);
    let JourneyEvent::SegmentUnassigned { why, .. } = site.events(from)[0] else { panic!() };
    assert_eq!(*why, Unassigned::Expired);
    site.check_replay();
}

#[test]
fn the_bounds_of_a_customer_are_refusals() {
    let limits = JourneyLimits::default().with_identifiers(2).with_merged(1);
    let mut site = Site::with(config().with_limits(limits));
    let limit = |limit, max| JourneyRefusal::limit(limit, max);
    site.page(0, "c-1", "/a");
    site.page(0, "c-2", "/a");
    site.tell(0, claim("c-1", email("jo@store.test")));
    let refused = site.refused(0, claim("c-1", phone("+49301234")));
    assert_eq!(refused, limit(JourneyLimit::Identifiers, 2));
    // Merged they would have three.
    let refused = site.refused(0, claim("c-2", email("jo@store.test")));
    assert_eq!(refused, limit(JourneyLimit::Identifiers, 2));
    let mut wide = site.journeys.config().clone();
    wide.limits.identifiers = 10;
    site.tell(0, ConfigureJourneys::new(wide));
    site.tell(0, claim("c-2", email("jo@store.test")));
    site.page(0, "c-3", "/a");
    let refused = site.refused(0, claim("c-3", email("jo@store.test")));
    assert_eq!(refused, limit(JourneyLimit::Merged, 1));
    let many = (0..51).map(|n| email(&format!("jo{n}@store.test")));
    let many = Identify::new(cookie("c-3")).with_identifiers(many);
    let too_long = Invalid::new("identifiers", Problem::TooLong { max: 50 });
    assert_eq!(site.refused(0, many), too_long.into());
    site.check_replay();
}

#[test]
fn a_customer_says_who_they_are_and_proves_nothing_by_it() {
    let mut site = Site::new();
    site.page(0, "c-1", "/a");
    let mut as_customer = |actor: Option<&str>, command: JourneyCommand| {
        let actor = Actor::Customer(actor.map(Into::into));
        let before = site.journeys.digest();
        let done = site.journeys.tell(at(0), actor, command, &mut site.log);
        assert!(done.is_ok() || before == site.journeys.digest());
        done.map(drop).map_err(|refusal| refusal.code())
    };
    let jo = || email("jo@store.test");
    let denied = Err("not_allowed");
    assert_eq!(as_customer(Some("c-1"), prove("c-1", jo()).into()), denied);
    let contact = Identify::new(cookie("c-1")).with_contact("contact-7");
    assert_eq!(as_customer(Some("c-1"), contact.into()), denied);
    assert_eq!(as_customer(Some("c-2"), claim("c-1", jo()).into()), denied);
    assert_eq!(as_customer(Some("c-2"), SignOut::new(cookie("c-1")).into()), denied);
    assert_eq!(as_customer(Some("c-2"), Track::new(cookie("c-1"), page("/a")).into()), denied);
    assert_eq!(as_customer(Some("c-1"), Evaluate::new(session(1)).into()), denied);
    assert_eq!(as_customer(Some("c-1"), claim("c-1", jo()).into()), Ok(()));
    assert_eq!(as_customer(None, Track::new(cookie("c-1"), page("/a")).into()), Ok(()));
    site.check_replay();
}

fn from_address(channel: &str, address: &str) -> InteractionRequest {
    let kind = if channel == "email" { InteractionType::Email } else { InteractionType::Messaging };
    let address = Address::new(channel, address);
    InteractionRequest::new(kind).with_addresses((address, "shop".into()))
}

#[test]
fn whoever_writes_from_an_address_that_is_one_customers_is_that_customer() {
    let mut shop = Shop::new();
    let who = shop.event(0, "c-1", page("/a"));
    let who = shop.journeys().session(who).unwrap().customer;
    shop.tell(0, claim("c-1", email("jo@store.test")));
    let mail = shop.tell(1, OpenInteraction::new(from_address("email", "Jo@Store.test")));
    let link = shop.journeys().link(mail).unwrap();
    assert_eq!((link.customer, &link.by, link.verified), (who, &LinkedBy::Address, false));
    assert_eq!(link.context.identifier, Some(IdentifierKind::Email));
    assert_eq!((&link.context.session, &link.context.map), (&None, &None));
    // And a message.
    shop.tell(1, claim("c-1", phone("+49305678")));
    let sms = Address::new("sms", "+49305678");
    let sms = ReceiveMessage::new(InteractionType::Messaging, sms, "+4930999", "Hello");
    let sms = shop.tell(1, sms).interaction;
    assert_eq!(shop.journeys().link(sms).map(|link| link.customer), Some(who));
    // An address that nobody has, or two have, says nothing.
    let nobody = shop.tell(2, OpenInteraction::new(from_address("email", "sam@store.test")));
    assert!(shop.journeys().link(nobody).is_none());
    shop.event(3, "c-2", page("/a"));
    shop.event(3, "c-3", page("/a"));
    shop.tell(3, claim("c-2", phone("+49301234")));
    let two =
        Identify::new(cookie("c-3")).with_identifiers([email("jo@store.test"), phone("+49301234")]);
    shop.tell(3, two);
    let both = shop.tell(4, OpenInteraction::new(from_address("email", "jo@store.test")));
    assert!(shop.journeys().link(both).is_none());
    // The conversation keeps its customer, and goes with the record.
    shop.tell(5, CloseInteraction::new(mail, Party::Host));
    assert!(shop.journeys().link(mail).unwrap().over);
    shop.tell(6, ArchiveInteraction::new(mail));
    assert!(shop.journeys().link(mail).is_none());
    shop.check_replay();
}

#[test]
fn of_a_telephone_call_nobody_knows_who_calls_until_they_were_asked() {
    let mut shop = Shop::new();
    let who = shop.event(0, "c-1", page("/a"));
    let who = shop.journeys().session(who).unwrap().customer;
    shop.tell(0, claim("c-1", phone("+49301234")));
    let call = InteractionRequest::new(InteractionType::Phone)
        .with_addresses((Address::new("phone", "+49301234"), "shop".into()));
    let call = shop.tell(1, OpenInteraction::new(call));
    assert!(shop.journeys().link(call).is_none());
    shop.tell(2, SubmitWork::new(call, WorkRequest::new(SALES, CHAT)));
    // It rings at Ida: not yet.
    let verify = || VerifyContact::new(call, who);
    let as_agent = |shop: &mut Shop, when, agent, command: VerifyContact| {
        let before = shop.centre.digest();
        let (actor, log) = (Actor::Agent(agent), &mut shop.log);
        let done = shop.centre.execute_as(at(when), actor, command, log);
        assert!(done.is_ok() || before == shop.centre.digest());
        done
    };
    let not_yours = CentreRefusal::Journey(JourneyRefusal::not_yours(call));
    assert_eq!(as_agent(&mut shop, 3, IDA, verify()), Err(not_yours));
    // To Omar the call does not exist.
    let unknown = JourneyRefusal::unknown(JourneyEntity::Interaction(call));
    assert_eq!(as_agent(&mut shop, 3, OMAR, verify()), Err(unknown.into()));
    shop.take(4, IDA);
    assert_eq!(as_agent(&mut shop, 5, IDA, verify()), Ok(()));
    let link = shop.journeys().link(call).unwrap();
    assert_eq!((link.customer, link.verified, &link.by), (who, true, &LinkedBy::Verified));
    let verified = shop.log.iter().rev().find_map(|fact| match fact.journey()?.event.event {
        JourneyEvent::Verified { by, .. } => Some(by),
        _ => None,
    });
    assert_eq!(verified, Some(Some(IDA)));
    // Again, and another one by mistake.
    let facts = shop.log.len();
    assert_eq!(as_agent(&mut shop, 6, IDA, verify()), Ok(()));
    assert_eq!(shop.log.len(), facts);
    let other = shop.event(7, "c-2", page("/a"));
    let other = shop.journeys().session(other).unwrap().customer;
    let already = CentreRefusal::Journey(JourneyRefusal::already_linked(call));
    let wrong = VerifyContact::new(call, other);
    assert_eq!(as_agent(&mut shop, 8, IDA, wrong.clone()), Err(already));
    assert_eq!(as_agent(&mut shop, 9, IDA, wrong.with_replace(true)), Ok(()));
    let JourneyEvent::Verified { replaced, customer, .. } =
        &shop.log.as_slice().last().unwrap().journey().unwrap().event.event
    else {
        panic!()
    };
    assert_eq!((*replaced, *customer), (Some(who), other));
    let link = shop.journeys().link(call).unwrap();
    assert_eq!((link.customer, link.context.customer, link.verified), (other, other, true));
    // In whose name it was done nobody else says.
    let denied = as_agent(&mut shop, 10, IDA, verify().with_by(OMAR)).unwrap_err();
    assert_eq!(denied.code(), "not_allowed");
    let nobody = AgentId::from_raw(99);
    let refused = shop.refused(10, verify().with_by(nobody));
    assert_eq!(refused.to_string(), "there is no agent a99");
    shop.check_replay();
}

#[test]
fn what_is_named_for_a_contact_must_be_there() {
    let mut shop = Shop::new();
    let who = shop.event(0, "c-1", page("/a"));
    let who = shop.journeys().session(who).unwrap().customer;
    let mail = shop.tell(1, OpenInteraction::new(from_address("email", "jo@store.test")));
    let verify = |interaction, who| VerifyContact::new(interaction, who);
    let nothing = InteractionId::from_raw(77);
    let refused = shop.refused(2, verify(nothing, customer(77)));
    assert_eq!(refused, JourneyRefusal::unknown(JourneyEntity::Interaction(nothing)).into());
    let refused = shop.refused(2, verify(mail, customer(77)));
    assert_eq!(refused, JourneyRefusal::unknown(JourneyEntity::Customer(customer(77))).into());
    shop.tell(3, EraseCustomer::new(who));
    let refused = shop.refused(3, verify(mail, who));
    assert_eq!(refused, JourneyRefusal::forgotten(JourneyEntity::Customer(who)).into());
    // Of an interaction that is over the contact can still be verified.
    let other = shop.event(4, "c-2", page("/a"));
    let other = shop.journeys().session(other).unwrap().customer;
    shop.tell(5, CloseInteraction::new(mail, Party::Host));
    shop.tell(6, verify(mail, other));
    let link = shop.journeys().link(mail).unwrap();
    assert!(link.verified && link.over);
    // It keeps nobody from being forgotten.
    shop.advance(60 * DAY + 4);
    assert!(shop.journeys().customer(other).is_none());
    shop.check_replay();
}

#[test]
fn a_customer_whose_chat_waits_is_not_forgotten() {
    let mut shop = Shop::new();
    shop.tell(0, SetPresence::new(IDA, SystemPresence::OnQueue.id()));
    let offer = shop.offer(0, "c-1");
    let who = shop.journeys().offer(offer).unwrap().session;
    let who = shop.journeys().session(who).unwrap().customer;
    let chat = shop.accept(1_000, offer);
    shop.tell(2_000, SetPresence::new(IDA, SystemPresence::Break.id()));
    shop.advance(70 * DAY);
    assert!(shop.journeys().customer(who).is_some());
    assert_eq!(shop.state(offer), WebOfferState::Started);
    // The chat is over, and they are forgotten at once: 60 days have passed.
    shop.leave(70 * DAY, chat);
    assert_eq!(shop.state_if_known(offer), None);
    assert!(shop.journeys().customer(who).is_none());
    shop.check_replay();
}

#[test]
fn nor_is_a_visitor_of_whom_nothing_is_known_while_they_write() {
    let mut shop = Shop::new();
    let id = shop.event(0, "c-1", page("/a"));
    let who = shop.journeys().session(id).unwrap().customer;
    let address = (Address::new("web", "c-1"), "shop".into());
    let chat = InteractionRequest::new(InteractionType::Chat).with_addresses(address);
    let chat = shop.tell(1, OpenInteraction::new(chat));
    shop.tell(1, SetPresence::new(IDA, SystemPresence::Break.id()));
    shop.tell(1, SubmitWork::new(chat, WorkRequest::new(SALES, CHAT)));
    assert_eq!(shop.journeys().link(chat).unwrap().customer, who);
    shop.advance(70 * DAY);
    assert!(shop.journeys().customer(who).is_some());
    shop.tell(70 * DAY, CloseInteraction::new(chat, Party::Host));
    assert!(shop.journeys().customer(who).is_none());
    shop.check_replay();
}

#[test]
fn a_customer_who_is_erased_while_their_chat_waits_leaves_the_chat_behind() {
    let mut shop = Shop::new();
    let offer = shop.offer(0, "c-1");
    let who = shop.journeys().offer(offer).unwrap().session;
    let who = shop.journeys().session(who).unwrap().customer;
    let chat = shop.accept(1_000, offer);
    shop.tell(2_000, EraseCustomer::new(who));
    assert!(shop.journeys().link(chat).is_none() && shop.journeys().offer(offer).is_none());
    // The agent has a chat of which nothing is known.
    shop.take(3_000, IDA);
    shop.leave(4_000, chat);
    shop.tell(5_000, CloseInteraction::new(chat, Party::Host));
    shop.tell(5_000, ArchiveInteraction::new(chat));
    shop.check_replay();
}
