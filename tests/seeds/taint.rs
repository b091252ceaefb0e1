//! What an agent may not see is not in what they are given, and cannot be guessed from it: every
//! value of a journey is a marked text, and every set of permissions is looked for marks that it
//! does not allow.

use strowger::interaction::{HoldInteraction, InteractionId, ResumeInteraction};
use strowger::journey::*;
use strowger::prelude::*;

use crate::shop::*;

/// When the visitor did something last, which is no event.
const LAST: i64 = 3_777_777;

/// A mark, where it stands, and whether it may be seen.
struct Mark {
    text: &'static str,
    /// True if it is in the session from which the interaction came; those of another session of
    /// the customer need the right to see the customer.
    here: bool,
    needs: Needs,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Needs {
    /// The right to see the customer.
    Block,
    /// A card, with all of these rights, and a licence.
    Card(&'static [JourneyRight], Licence),
    /// A card with one of the two rights.
    Either(JourneyRight, JourneyRight),
    /// What nobody may see.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Licence {
    Any,
    Needed,
}

use JourneyRight as R;
use Licence::{Any, Needed};
use Needs::{Block, Card, Either, Never};

const fn mark(text: &'static str, here: bool, needs: Needs) -> Mark {
    Mark { text, here, needs }
}

const MARKS: &[Mark] = &[
    mark("MARK-cookie", true, Block),
    mark("mark-mail@home.test", true, Block),
    mark("MARK-name", true, Block),
    mark("MARK-contact", true, Block),
    mark("mark-host", true, Card(&[], Any)),
    mark("MARK-first-page", true, Card(&[R::Event], Any)),
    mark("MARK-first-title", true, Card(&[R::Event], Any)),
    mark("MARK-last-page", true, Either(R::Event, R::Visit)),
    mark("MARK-last-title", true, Either(R::Event, R::Visit)),
    mark("3777777", true, Card(&[R::Visit], Any)),
    mark("MARK-term", true, Card(&[], Any)),
    mark("MARK-browser", true, Card(&[], Any)),
    mark("MARK-type", true, Card(&[R::SessionType], Any)),
    mark("MARK-form", true, Card(&[R::Event], Any)),
    mark("MARK-screen", true, Card(&[R::Event], Any)),
    mark("\"counts\":{\"shown\"", true, Card(&[R::Event], Any)),
    mark("MARK_custom", true, Card(&[R::Event, R::EventType], Any)),
    mark("MARK-label", true, Card(&[R::Event, R::EventType], Any)),
    mark("MARK-value", true, Card(&[R::Event, R::EventType], Any)),
    mark("MARK-segment", true, Card(&[R::Segment], Needed)),
    mark("#0A0B0C", true, Card(&[R::Segment], Needed)),
    mark("segment_matched", true, Card(&[R::Segment, R::Event], Needed)),
    mark("MARK-hidden", true, Never),
    mark("#0D0E0F", true, Never),
    mark("MARK-gone", true, Never),
    mark("MARK-outcome", true, Card(&[R::Outcome], Needed)),
    mark("outcome_achieved", true, Card(&[R::Outcome, R::Event], Needed)),
    mark("MARK-likely", true, Card(&[R::Outcome, R::OutcomeScores], Needed)),
    mark("\"now\":4321", true, Card(&[R::Outcome, R::OutcomeScores], Needed)),
    mark("\"greatest\":8765", true, Card(&[R::Outcome, R::OutcomeScores], Needed)),
    mark("MARK-map-name", true, Card(&[R::Event], Any)),
    mark("MARK-map-key", true, Card(&[], Any)),
    mark("MARK-old-page", false, Either(R::Event, R::Visit)),
    mark("MARK-old-term", false, Card(&[], Any)),
    mark("MARK-old-type", false, Card(&[R::SessionType], Any)),
    mark("MARK-old-browser", false, Card(&[], Any)),
    mark("\"conversation\":", false, Card(&[], Any)),
    mark("\"word\":\"chat\"", false, Card(&[R::SessionType], Any)),
    mark("\"status\":", false, Card(&[R::Visit], Any)),
    mark("\"joined\"", false, Card(&[R::Event], Any)),
];

impl Mark {
    fn is_allowed(&self, rights: JourneyRights, interaction: bool, licensed: bool) -> bool {
        let card =
            rights.has(R::Session) && (rights.has(R::Customer) || (interaction && self.here));
        match self.needs {
            Block => rights.has(R::Customer),
            Card(all, licence) => {
                card && all.iter().all(|right| rights.has(*right)) && (licence == Any || licensed)
            }
            Either(one, two) => card && (rights.has(one) || rights.has(two)),
            Never => false,
        }
    }

    /// In the list of who is live.
    fn is_allowed_live(&self, rights: JourneyRights) -> bool {
        let card = rights.has(R::Session) && rights.has(R::Customer);
        rights.has(R::Visit)
            && match self.text {
                "MARK-last-page" | "MARK-last-title" | "3777777" => true,
                "mark-host" => true,
                "MARK-type" => card && rights.has(R::SessionType),
                _ => false,
            }
    }
}

/// A journey of marks; the licence may be taken away at the end.
fn marked(licensed: bool) -> (Shop, CustomerId, InteractionId) {
    let mut shop = Shop::new();
    let shown = |name, colour, path| seen(name, colour, path);
    shop.tell(0, SetSegment::new("MARK-segment-key", shown("MARK-segment", "#0A0B0C", "/MARK")));
    let hidden = shown("MARK-hidden", "#0D0E0F", "/MARK").with_show_to_agent(false);
    shop.tell(0, SetSegment::new("MARK-hidden-key", hidden));
    shop.tell(0, SetSegment::new("MARK-gone-key", shown("MARK-gone", "#0D0E0F", "/MARK")));
    shop.tell(0, SetOutcome::new("MARK-outcome-key", goal("MARK-outcome", "/MARK-first")));
    shop.tell(0, SetOutcome::new("MARK-likely-key", goal("MARK-likely", "/never")));
    let on = PageCondition::new(Operator::ContainsAny, "/MARK-last-page");
    let map = ActionMap::new("MARK-map-name", ActionMedia::WebMessaging);
    let map = map.with_pages([on]).with_target("care").with_offer_window(Span::from_secs(600));
    shop.tell(0, SetActionMap::new("MARK-map-key", map));
    let cookie = || Identifier::cookie("MARK-cookie");
    let visit = |path: &str, title: &str, kind: &str, browser: &str| {
        let url = format!("https://mark-host.store.test/{path}");
        let track = Track::new(cookie(), VisitorEvent::page_viewed(url, title));
        let track = track.with_attributes([("browser.family".into(), browser.into())]);
        track.with_session_type(kind)
    };
    shop.tell(0, visit("MARK-old-page", "MARK-old-page", "MARK-old-type", "MARK-old-browser"));
    let old = VisitorEvent::searched("MARK-old-term");
    shop.tell(0, Track::new(cookie(), old).with_session_type("MARK-old-type"));
    let start = 60 * MINUTE;
    let first = visit("MARK-first-page", "MARK-first-title", "MARK-type", "MARK-browser");
    let session = shop.tell(start, first);
    for event in [
        VisitorEvent::searched("MARK-term"),
        VisitorEvent::form_submitted("MARK-form"),
        VisitorEvent::form_abandoned("MARK-form", 50),
        VisitorEvent::screen_viewed("MARK-screen"),
        VisitorEvent::custom("MARK_custom", [("MARK-label".into(), "MARK-value".into())]),
    ] {
        shop.tell(start + 1_000, Track::new(cookie(), event).with_session_type("MARK-type"));
    }
    let likely = |score| Score::new(session, [("MARK-likely-key".into(), score)].into());
    shop.tell(start + 2_000, likely(8_765));
    shop.tell(start + 2_000, likely(4_321));
    shop.tell(start + 3_000, RemoveSegment::new("MARK-gone-key"));
    let last = visit("MARK-last-page", "MARK-last-title", "MARK-type", "MARK-browser");
    shop.tell(start + 4_000, last);
    let chat = shop.says_yes(start + 5_000, session);
    shop.accept(start + 6_000);
    let identify =
        Identify::new(cookie()).with_identifiers([Identifier::email("mark-mail@home.test")]);
    shop.tell(LAST, identify.with_name("MARK-name").with_contact("MARK-contact"));
    let customer = shop.customer("MARK-cookie");
    shop.track(LAST + 1, "somebody-else", page("other", "Other"));
    if !licensed {
        let config = JourneyConfig::default().with_tracked(["store.test".into()]);
        shop.tell(LAST + 2, ConfigureJourneys::new(config.with_licensed(false)));
        // What is known of it is sent as if it were new.
        shop.tell(LAST + 2, ArchiveSessions::new(customer));
        let archived = shop.log.iter().rev().find_map(|fact| match &fact.journey()?.event.event {
            JourneyEvent::SessionArchived { session, .. } => Some(session.clone()),
            _ => None,
        });
        shop.tell(LAST + 2, ImportSession::new(archived.unwrap()));
    }
    (shop, customer, chat)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// What a viewer gets of a subject: the view, and the deltas since every fact.
fn given(shop: &Shop, viewer: &JourneyViewer, subject: Subject) -> Vec<String> {
    let deltas = (0..=shop.seq()).map(|since| json(&shop.deltas(viewer, subject, since)));
    let mut all: Vec<_> = deltas.collect();
    // The same again and again is looked at once.
    all.dedup();
    all.push(json(&shop.view(viewer, subject)));
    all
}

#[test]
fn seed4_row123_no_set_of_permissions_shows_what_it_does_not_allow() {
    for licensed in [true, false] {
        let (shop, customer, chat) = marked(licensed);
        let interaction = Subject::Interaction(chat);
        let mut shown = vec![false; MARKS.len()];
        for rights in all_rights() {
            let viewer = ana(rights);
            for subject in [interaction, Subject::Customer(customer)] {
                let of_interaction = subject == interaction;
                for text in given(&shop, &viewer, subject) {
                    for (place, mark) in MARKS.iter().enumerate() {
                        let there = text.contains(mark.text);
                        let allowed = mark.is_allowed(rights, of_interaction, licensed);
                        assert!(allowed || !there, "{} for {rights:?}: {text}", mark.text);
                        shown[place] |= there;
                    }
                }
                // And what it allows is in the view.
                let view = json(&shop.view(&viewer, subject));
                for mark in MARKS {
                    let allowed = mark.is_allowed(rights, of_interaction, licensed);
                    let context = mark.text == "MARK-map-key" && subject != interaction;
                    let there = view.contains(mark.text);
                    assert!(there || !allowed || context, "{} for {rights:?}: {view}", mark.text);
                }
            }
            let live = shop.journeys().live(&viewer, PageRequest::default()).unwrap();
            let live = json(&live);
            for mark in MARKS {
                let there = live.contains(mark.text);
                assert!(mark.is_allowed_live(rights) || !there, "{} for {rights:?}", mark.text);
            }
            assert_eq!(live.contains("MARK-last-page"), rights.has(R::Visit));
        }
        for (mark, shown) in MARKS.iter().zip(shown) {
            let needed = matches!(mark.needs, Card(_, Needed)) && !licensed;
            assert_eq!(shown, mark.needs != Never && !needed, "{}", mark.text);
        }
    }
}

/// A shop in which our visitor has a chat, and others are there.
fn world() -> (Shop, SessionId, InteractionId) {
    let limits = JourneyLimits::default().with_events(10);
    let mut shop = Shop::with(JourneyConfig::default().with_limits(limits));
    for (key, path) in [("foxes", "/chairs"), ("owls", "/never"), ("cats", "/never")] {
        shop.tell(0, SetSegment::new(key, seen(key, "#FF6A00", path)));
    }
    let spies = seen("spies", "#000000", "/never").with_show_to_agent(false);
    shop.tell(0, SetSegment::new("spies", spies));
    for key in ["bought", "booked"] {
        shop.tell(0, SetOutcome::new(key, goal(key, "/never")));
    }
    shop.track(0, "c-1", page("old", "Old"));
    for cookie in ["c-2", "c-3", "c-4"] {
        shop.track(50 * MINUTE, cookie, page("other", "Other"));
    }
    let session = shop.track(60 * MINUTE, "c-1", page("chairs", "Chairs"));
    for event in 0..8 {
        shop.track(60 * MINUTE + event, "c-1", page(&format!("chairs/{event}"), "Chair"));
    }
    shop.tell(60 * MINUTE + 100, Score::new(session, [("booked".into(), 100)].into()));
    let (_, chat) = shop.chat(60 * MINUTE + 1_000, "c-1");
    shop.track(60 * MINUTE + 5_000, "c-1", page("chairs/8", "Chair"));
    (shop, session, chat)
}

/// Something that happens in the journey of our visitor, and is hidden from some.
struct Secret {
    name: &'static str,
    does: fn(&mut Shop, i64, SessionId, InteractionId),
    /// From whom it is hidden.
    hidden: fn(JourneyRights) -> bool,
}

/// What happens in place of it, elsewhere: so many facts of another customer.
fn fill(shop: &mut Shop, when: i64, facts: u64) {
    let other = shop.journeys().sessions_of(shop.customer("c-4")).next().unwrap().id;
    for fact in 0..facts {
        let score = u16::try_from(1_000 + fact).unwrap();
        shop.tell(when, Score::new(other, [("bought".into(), score)].into()));
    }
}

fn matches_segment(shop: &mut Shop, when: i64, session: SessionId, key: &str) {
    shop.tell(when, Match::new(session, [key.into()].into()));
}

const SECRETS: &[Secret] = &[
    Secret {
        name: "a segment more",
        does: |shop, when, session, _| matches_segment(shop, when, session, "owls"),
        hidden: |rights| !rights.has(R::Segment),
    },
    Secret {
        name: "two segments more and one less",
        does: |shop, when, session, _| {
            matches_segment(shop, when, session, "owls");
            matches_segment(shop, when, session, "cats");
            shop.tell(when, Unmatch::new(session, ["foxes".into()].into()));
        },
        hidden: |rights| !rights.has(R::Segment),
    },
    Secret {
        name: "a segment of another colour",
        does: |shop, when, _, _| {
            shop.tell(when, SetSegment::new("foxes", seen("foxes", "#00FF00", "/chairs")));
        },
        hidden: |rights| !rights.has(R::Segment),
    },
    Secret {
        name: "a segment that no agent sees",
        does: |shop, when, session, _| matches_segment(shop, when, session, "spies"),
        hidden: |_| true,
    },
    Secret {
        name: "the same, of another colour, and taken away",
        does: |shop, when, session, _| {
            matches_segment(shop, when, session, "spies");
            let spies = seen("spies", "#111111", "/never").with_show_to_agent(false);
            shop.tell(when, SetSegment::new("spies", spies));
            shop.tell(when, Unmatch::new(session, ["spies".into()].into()));
            shop.tell(when, RemoveSegment::new("spies"));
        },
        hidden: |_| true,
    },
    Secret {
        name: "a goal",
        does: |shop, when, session, _| {
            shop.tell(when, Achieve::new(session, "bought"));
            shop.tell(when, SetOutcome::new("bought", goal("Bought", "/never")));
        },
        hidden: |rights| !rights.has(R::Outcome),
    },
    Secret {
        name: "a probability",
        does: |shop, when, session, _| {
            shop.tell(when, Score::new(session, [("bought".into(), 9_000)].into()));
            shop.tell(when, Score::new(session, [("booked".into(), 9_000)].into()));
            shop.tell(when, SetOutcome::new("bought", goal("Bought", "/never")));
        },
        hidden: |rights| !rights.has(R::Outcome) || !rights.has(R::OutcomeScores),
    },
    Secret {
        name: "a page",
        does: |shop, when, _, _| {
            shop.track(when, "c-1", page("tables", "Tables"));
            shop.track(when, "c-1", page("tables/2", "Tables"));
        },
        hidden: |rights| !rights.has(R::Event) && !rights.has(R::Visit),
    },
    Secret {
        name: "a page that was viewed earlier",
        does: |shop, when, _, _| {
            let early = Track::new(Identifier::cookie("c-1"), page("tables", "Tables"));
            shop.tell(when, early.with_at(at(60 * MINUTE + 5)));
        },
        hidden: |rights| !rights.has(R::Event),
    },
    Secret {
        name: "an answer to an offer",
        does: |shop, when, session, _| {
            let gift =
                ActionMap::new("A gift", ActionMedia::Content).with_segments(["foxes".into()]);
            shop.tell(when, SetActionMap::new("gift", gift));
            shop.tell(when, Evaluate::new(session));
            let gift = shop.offer(session);
            shop.tell(when, Answer::new(gift, WebAnswer::Rejected));
            shop.tell(when, RemoveActionMap::new("gift"));
            shop.tell(when, Evaluate::new(session));
        },
        hidden: |rights| !rights.has(R::Event) && !rights.has(R::Visit),
    },
    Secret {
        name: "another session of the customer",
        does: |shop, when, _, _| {
            let early = Track::new(Identifier::cookie("c-1"), page("tables", "Tables"));
            let early = early.with_session_type("app").with_at(at(30 * MINUTE));
            shop.tell(when, early);
        },
        hidden: |rights| !rights.has(R::Customer),
    },
    Secret {
        name: "who they are",
        does: |shop, when, _, _| {
            let mail = || [Identifier::email("jo@home.test")];
            for cookie in ["c-2", "c-1"] {
                let identify = Identify::new(Identifier::cookie(cookie));
                shop.tell(when, identify.with_identifiers(mail()).with_name("Jo"));
            }
        },
        hidden: |rights| !rights.has(R::Customer) && !rights.has(R::Visit),
    },
    Secret {
        name: "that they did something",
        does: |shop, when, _, _| {
            shop.tell(when, Identify::new(Identifier::cookie("c-1")));
        },
        hidden: |rights| !rights.has(R::Visit),
    },
    Secret {
        name: "that other sessions were archived",
        does: |shop, when, _, _| {
            shop.tell(when, ArchiveSessions::new(shop.customer("c-1")));
        },
        hidden: |rights| !rights.has(R::Customer),
    },
    Secret {
        name: "that the conversation was held",
        does: |shop, when, _, chat| {
            shop.tell(when, HoldInteraction::new(chat));
            shop.tell(when, ResumeInteraction::new(chat));
            shop.tell(when, HoldInteraction::new(chat));
        },
        hidden: |rights| !rights.has(R::Visit) || !rights.has(R::Customer),
    },
];

/// A world in which a secret happens, or so many facts elsewhere; and what is seen happens on.
fn with(secret: &Secret, happens: Option<u64>, on: bool) -> (Shop, InteractionId, u64) {
    let (mut shop, session, chat) = world();
    let (before, when) = (shop.seq(), 61 * MINUTE);
    match happens {
        None => (secret.does)(&mut shop, when, session, chat),
        Some(facts) => fill(&mut shop, when, facts),
    }
    let facts = shop.seq() - before;
    if on {
        shop.track(62 * MINUTE, "c-1", page("chairs/9", "Chair"));
        shop.track(62 * MINUTE, "c-1", VisitorEvent::searched("oak"));
        shop.advance(62 * MINUTE + 1);
    }
    (shop, chat, facts)
}

#[test]
fn seed4_row123_what_is_hidden_cannot_be_guessed_from_what_is_shown() {
    for secret in SECRETS {
        let (mut hidden, mut shown) = (0, 0);
        for on in [false, true] {
            let (one, chat, facts) = with(secret, None, on);
            let (other, same, _) = with(secret, Some(facts), on);
            assert_eq!((chat, one.seq()), (same, other.seq()), "{}", secret.name);
            let customer = Subject::Customer(one.customer("c-1"));
            for rights in all_rights() {
                let viewer = ana(rights);
                let page = PageRequest::default();
                let all = |shop: &Shop| {
                    let mut all = given(shop, &viewer, Subject::Interaction(chat));
                    all.extend(given(shop, &viewer, customer));
                    all.push(json(&shop.journeys().live(&viewer, page).unwrap()));
                    all
                };
                let (one, other) = (all(&one), all(&other));
                if (secret.hidden)(rights) {
                    hidden += 1;
                    assert_eq!(one, other, "{} for {rights:?}", secret.name);
                } else {
                    shown += usize::from(one != other);
                }
            }
        }
        // It is there to be seen, by whoever may.
        assert!(hidden > 0 && (shown > 0 || hidden == 1_024), "{}", secret.name);
    }
}
