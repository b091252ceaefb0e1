//! The inbox, the workspace and the controls of an agent, as values.

use strowger::centre::CentreRefusal;
use strowger::command::{
    Answer, Confer, Consult, ConsultQueue, Decline, EndLeg, EndWrapUp, ExtendWrapUp, FinishContact,
    Finisher, HandOver, Hold, Park, Pull, Reject, RequestWrapUp, Resume, Resumer, Retrieve,
    SetCode, TransferOutside, TransferToAgent, TransferToQueue,
};
use strowger::interaction::*;
use strowger::model::{
    ChannelId, CodeId, OfferId, Value, WrapUpCodeProfile, WrapUpMode, WrapUpProfile,
};
use strowger::prelude::*;

use crate::floor::*;
use crate::table;

const CODE: CodeId = CodeId::from_raw(0);

/// Support wants to know how it ended.
fn support() -> QueueProfile {
    QueueProfile::default().with_wrap_up(WrapUpProfile::default().with_mode(WrapUpMode::Mandatory))
}

fn floor(config: RecordConfig) -> Floor {
    let mut floor = Floor::of(config, support());
    floor.work(0, Define::new("solved", WrapUpCodeProfile::default()));
    floor
}

/// A described contact of Jo with its work.
fn contact(floor: &mut Floor, queue: QueueId, channel: ChannelId) -> (InteractionId, WorkId) {
    let opening = InteractionRequest::new(InteractionType::Chat)
        .with_opened_for("jo")
        .with_context(variables(&[("order", "4711")]))
        .with_short_description("Late order");
    let id = floor.open_as(0, opening);
    (id, floor.submit(0, id, queue, channel))
}

fn controls(floor: &mut Floor, agent: AgentId, work: WorkId) -> Vec<String> {
    let controls = floor.centre.controls(agent, work).unwrap();
    controls.iter().map(|command| command.name().to_string()).collect()
}

#[test]
fn a_card_is_the_same_on_every_channel() {
    let fields = [
        CardField::ShortDescription,
        CardField::Customer,
        CardField::Context("order".into()),
        CardField::Attribute("order".into()),
        CardField::Number,
    ];
    let cards = [CardLayout::new(fields), CardLayout::new([CardField::Key]).with_queue(SALES)];
    let all = [VOICE, CHAT, MESSAGE, DESK].map(|channel| {
        let mut floor = floor(RecordConfig::default().with_cards(cards.clone()));
        let (id, work) = contact(&mut floor, SUPPORT, channel);
        floor.on_queue(5, ANA);
        assert!(floor.centre.inbox(BO, at(6)).unwrap().is_empty());
        let inbox = floor.centre.inbox(ANA, at(6)).unwrap();
        let [card] = &inbox[..] else { panic!("{inbox:?}") };
        assert_eq!((card.interaction, card.work, card.channel), (Some(id), work, channel));
        assert_eq!((card.queue, card.since), (SUPPORT, at(5)));
        let window = if channel == VOICE { 8 } else { 30 };
        assert_eq!(card.remaining, Some(secs(window - 1)));
        let answers: Vec<_> = card.answers.iter().map(|one| one.name().to_string()).collect();
        assert_eq!(answers, ["accept", "reject"]);
        floor.work(7, card.answers[0].clone());
        assert!(floor.centre.inbox(ANA, at(7)).unwrap().is_empty());
        let values: Vec<_> = card.fields.iter().map(|field| field.value.clone()).collect();
        (card.title().cloned(), values)
    });
    let said = ["Late order", "jo", "4711", "4711", "IMS0000001"];
    let values: Vec<_> = said.iter().map(|text| Some(Value::from(*text))).collect();
    for (title, fields) in all {
        assert_eq!((title, &fields), (Some(Value::from("Late order")), &values));
    }
}

#[test]
fn a_queue_has_its_own_fields_and_five_at_most() {
    let five = [
        CardField::Key,
        CardField::Customer,
        CardField::Contact,
        CardField::Account,
        CardField::Number,
    ];
    let with =
        |fields: Vec<CardField>| RecordConfig::default().with_cards([CardLayout::new(fields)]);
    assert!(with(five.to_vec()).check().is_ok());
    let mut six = five.to_vec();
    six.push(CardField::Subtype);
    assert_eq!(with(six).check().unwrap_err().field, "cards.fields");
    assert_eq!(with(Vec::new()).check().unwrap_err().field, "cards.fields");
    let twice = [CardLayout::new(five.clone()), CardLayout::new(five)];
    assert_eq!(RecordConfig::default().with_cards(twice).check().unwrap_err().field, "cards.queue");
    let usual = CardLayout::new([CardField::Subtype]);
    let cards = [usual, CardLayout::new([CardField::Key]).with_queue(SALES)];
    let with = RecordConfig::default().with_cards(cards);
    let mut floor = floor(with);
    let request = WorkRequest::new(SALES, VOICE).with_key("call-1").with_customer("kim");
    floor.work(0, Submit::new(request));
    floor.on_queue(1, ANA);
    let inbox = floor.centre.inbox(ANA, at(1)).unwrap();
    assert_eq!((inbox[0].title(), inbox[0].interaction), (Some(&Value::from("call-1")), None));
    // Where nobody chose: the short description, which work without a record has not, and the
    // customer.
    let mut floor = self::floor(RecordConfig::default());
    let request = WorkRequest::new(SUPPORT, CHAT).with_customer("kim");
    floor.work(2, Submit::new(request));
    floor.on_queue(2, BO);
    let inbox = floor.centre.inbox(BO, at(2)).unwrap();
    let values: Vec<_> = inbox[0].fields.iter().map(|field| field.value.clone()).collect();
    assert_eq!(values, [None, Some(Value::from("kim"))]);
}

#[test]
fn the_countdown_ends_and_with_it_what_may_be_answered() {
    let mut floor = floor(RecordConfig::default());
    contact(&mut floor, SUPPORT, CHAT);
    floor.on_queue(0, ANA);
    let left = |floor: &mut Floor, millis| {
        let now = at(0) + Span::from_millis(millis);
        let inbox = floor.centre.inbox(ANA, now).unwrap();
        (inbox[0].remaining, inbox[0].answers.len())
    };
    assert_eq!(left(&mut floor, 15_000), (Some(secs(15)), 2));
    assert_eq!(left(&mut floor, 29_999), (Some(Span::from_millis(1)), 2));
    assert_eq!(left(&mut floor, 30_000), (Some(Span::ZERO), 0));
}

#[test]
fn a_colleague_who_asks_is_a_card_too() {
    let mut floor = floor(RecordConfig::default());
    let (id, work) = contact(&mut floor, SUPPORT, CHAT);
    floor.on_queue(0, ANA);
    floor.accept(1, ANA);
    floor.on_queue(1, BO);
    floor.work(2, Consult::new(work, BO));
    let inbox = floor.centre.inbox(BO, at(3)).unwrap();
    let [card] = &inbox[..] else { panic!("{inbox:?}") };
    assert_eq!((card.offer, card.interaction, card.since), (None, Some(id), at(2)));
    let answers: Vec<_> = card.answers.iter().map(|one| one.name().to_string()).collect();
    assert_eq!(answers, ["answer", "decline"]);
}

/// Suggests something, or fails.
#[derive(Debug)]
struct Bot {
    works: bool,
}

impl Assist for Bot {
    fn suggestions(&self, interaction: &Interaction) -> Option<Vec<Suggestion>> {
        let about = format!("About: {}", interaction.short_description);
        let all = vec![Suggestion::new("1", about), Suggestion::new("2", "Say sorry")];
        self.works.then_some(all)
    }
}

#[test]
fn the_workspace_is_one_value() {
    let mut floor = floor(RecordConfig::default());
    let (id, _) = contact(&mut floor, SUPPORT, CHAT);
    let document = Document::new("case", "CS0042");
    let entry = EntryPoint::new("messenger").with_document(Some(document.clone()));
    floor.record(0, EnterConversation::new(id, entry));
    floor.say(0, id, Author::Requester, "Where is it?");
    floor.on_queue(0, ANA);
    floor.accept(1, ANA);
    floor.record(2, RelateRecord::new(id, document.clone(), BY_ANA));
    let layout = Layout::default();
    let desk = floor.centre.workspace(ANA, id, at(5), &layout, &Bot { works: true }).unwrap();
    let [
        Panel::Conversation(said),
        Panel::Customer(form),
        Panel::History(history),
        Panel::RelatedTasks(tasks),
        Panel::Document(opened),
        Panel::Knowledge(articles),
        Panel::Suggestions(suggestions),
    ] = &desk.panels[..]
    else {
        panic!("{desk:?}")
    };
    assert_eq!(&*said.messages[0].text, "Where is it?");
    assert_eq!((form.opened_for.value, form.duration), (Some("jo"), secs(4)));
    assert_eq!((history.len(), &tasks[0].document, *opened), (1, &document, Some(&document)));
    assert!(articles.is_empty());
    let texts: Vec<_> = suggestions.iter().map(|one| &*one.text).collect();
    assert_eq!(texts, ["About: Late order", "Say sorry"]);
    let names: Vec<_> = desk.controls.iter().map(|one| one.name().to_string()).collect();
    assert!(names.contains(&"hold".to_owned()) && !names.contains(&"retrieve".to_owned()));
    // Whoever suggests nothing, or fails, leaves the rest as it is.
    for assist in [&Bot { works: false } as &dyn Assist, &NoAssist] {
        let desk = floor.centre.workspace(ANA, id, at(5), &layout, assist).unwrap();
        assert_eq!(desk.panels.last(), Some(&Panel::Suggestions(Vec::new())));
        assert_eq!(desk.panels.len(), 7);
    }
}

#[test]
fn nothing_is_seen_that_is_not_for_the_agent() {
    let mut floor = floor(RecordConfig::default());
    let refused = |floor: &mut Floor, agent, id| {
        let desk = floor.centre.workspace(agent, id, at(9), &Layout::default(), &NoAssist);
        desk.map(drop).unwrap_err()
    };
    let (id, work) = contact(&mut floor, SUPPORT, CHAT);
    // Cleo serves no queue, and a record of Jo is in none.
    floor.work(0, Define::new("cleo", AgentProfile::default()));
    let cleo = AgentId::from_raw(2);
    let secret = InteractionRequest::new(InteractionType::Email)
        .with_opened_for("jo")
        .with_short_description("Pregnant");
    let secret = floor.open_as(0, secret);
    floor.record(0, AssignInteraction::new(secret, cleo));
    let never = InteractionId::from_raw(9);
    for id in [id, never] {
        let unknown = CentreRefusal::Record(RecordRefusal::unknown(id));
        assert_eq!(refused(&mut floor, cleo, id), unknown);
    }
    assert!(floor.centre.controls(cleo, work).unwrap().is_empty());
    // To whom it is offered has a card of it; the rest comes when they have it.
    floor.on_queue(0, ANA);
    let theirs = CentreRefusal::Record(RecordRefusal::not_yours(id, None));
    assert_eq!(refused(&mut floor, ANA, id), theirs);
    floor.accept(1, ANA);
    let theirs = CentreRefusal::Record(RecordRefusal::not_yours(id, Some(ANA)));
    assert_eq!(refused(&mut floor, BO, id), theirs);
    let layout = Layout::default();
    let desk = floor.centre.workspace(ANA, id, at(9), &layout, &NoAssist).unwrap();
    let told = serde_json::to_string(&desk).unwrap();
    assert!(!told.contains("Pregnant") && !told.contains("IMS0000002"), "{told}");
    let desk = floor.centre.workspace(cleo, secret, at(9), &layout, &NoAssist).unwrap();
    let told = serde_json::to_string(&desk).unwrap();
    assert!(told.contains("Pregnant") && !told.contains("Late order"), "{told}");
    let nobody = AgentId::from_raw(9);
    assert!(matches!(refused(&mut floor, nobody, id), CentreRefusal::Work(_)));
    assert!(floor.centre.inbox(nobody, at(9)).is_err());
    assert!(floor.centre.controls(nobody, work).is_err());
}

/// Every command that may be a control, with every target there is.
fn every_control(floor: &Floor, work: WorkId) -> Vec<Command> {
    let ana = floor.centre.engine().view().agent(ANA).unwrap();
    let mut all: Vec<Command> = Vec::new();
    for offer in (1..9).map(OfferId::from_raw) {
        all.extend([Accept::new(offer).into(), Reject::new(offer).into()]);
    }
    assert!(ana.offers().iter().all(|offer| offer.raw() < 9));
    all.extend([
        Pull::new(work, ANA).into(),
        Answer::new(work, ANA).into(),
        Decline::new(work, ANA).into(),
        Hold::new(work).into(),
        Retrieve::new(work).into(),
        Park::new(work).into(),
        Resume::new(work, Resumer::Agent).into(),
        TransferToQueue::new(work, SUPPORT).into(),
        TransferToQueue::new(work, SALES).into(),
        TransferOutside::new(work, "partner".into()).into(),
        ConsultQueue::new(work, SUPPORT).into(),
        ConsultQueue::new(work, SALES).into(),
        RequestWrapUp::new(work).into(),
        FinishContact::new(work, Finisher::Agent).into(),
        SetCode::new(work, ANA, CODE).into(),
        ExtendWrapUp::new(work, ANA, secs(60)).into(),
        EndWrapUp::new(work, ANA).into(),
        EndWrapUp::new(work, ANA).with_code(CODE).into(),
    ]);
    for agent in [ANA, BO, AgentId::from_raw(2)] {
        all.extend([
            TransferToAgent::new(work, agent).into(),
            Consult::new(work, agent).into(),
            Confer::new(work, agent).into(),
            HandOver::new(work, agent).into(),
            EndLeg::new(work, agent).into(),
        ] as [Command; 5]);
    }
    all
}

/// How a contact comes into a state, for Ana.
type Comes = fn(&mut Floor) -> WorkId;

fn offered(floor: &mut Floor) -> WorkId {
    let (_, work) = contact(floor, SUPPORT, CHAT);
    floor.on_queue(0, ANA);
    work
}

fn active(floor: &mut Floor) -> WorkId {
    let work = offered(floor);
    floor.accept(1, ANA);
    floor.on_queue(1, BO);
    work
}

fn consulting(floor: &mut Floor) -> WorkId {
    let work = active(floor);
    floor.work(2, Consult::new(work, BO));
    work
}

fn consulted(floor: &mut Floor) -> WorkId {
    let work = consulting(floor);
    floor.work(3, Answer::new(work, BO));
    work
}

/// Bo has it and asks Ana.
fn asked(floor: &mut Floor) -> WorkId {
    let (_, work) = contact(floor, SUPPORT, CHAT);
    floor.on_queue(0, BO);
    floor.accept(1, BO);
    floor.on_queue(1, ANA);
    floor.work(2, Consult::new(work, ANA));
    work
}

fn wrap_up(floor: &mut Floor) -> WorkId {
    let work = active(floor);
    floor.work(2, FinishContact::new(work, Finisher::Agent));
    work
}

fn then(floor: &mut Floor, before: Comes, command: impl FnOnce(WorkId) -> Command) -> WorkId {
    let work = before(floor);
    floor.work(4, command(work));
    work
}

#[test]
fn what_is_shown_is_taken_and_what_is_not_shown_is_refused() {
    let states: [(&str, Comes); 18] = [
        ("waits", |floor| contact(floor, SUPPORT, CHAT).1),
        ("offered", offered),
        ("offered to another", |floor| {
            let (_, work) = contact(floor, SUPPORT, CHAT);
            floor.on_queue(0, BO);
            work
        }),
        ("active", active),
        ("not described", |floor| {
            let id = floor.open(0, InteractionType::Chat);
            let work = floor.submit(0, id, SALES, CHAT);
            floor.on_queue(0, ANA);
            floor.accept(1, ANA);
            work
        }),
        ("alone", |floor| {
            let work = offered(floor);
            floor.accept(1, ANA);
            work
        }),
        ("held", |floor| then(floor, active, |work| Hold::new(work).into())),
        ("parked", |floor| then(floor, active, |work| Park::new(work).into())),
        ("consults", consulting),
        ("consulted", consulted),
        ("in conference", |floor| then(floor, consulted, |work| Confer::new(work, BO).into())),
        ("is asked", asked),
        ("is consulted", |floor| then(floor, asked, |work| Answer::new(work, ANA).into())),
        ("wrap-up", wrap_up),
        ("wrap-up with code", |floor| {
            then(floor, wrap_up, |work| SetCode::new(work, ANA, CODE).into())
        }),
        ("wrap-up with a limit", |floor| {
            let mode = WrapUpMode::MandatoryTimeout { timeout: secs(60) };
            let profile = QueueProfile::default().with_wrap_up(WrapUpProfile::of(mode));
            floor.work(0, Change::new(SUPPORT, profile));
            wrap_up(floor)
        }),
        ("gave away", |floor| then(floor, consulted, |work| HandOver::new(work, BO).into())),
        ("over", |floor| {
            then(floor, wrap_up, |work| EndWrapUp::new(work, ANA).with_code(CODE).into())
        }),
    ];
    let mut cells: Vec<(String, Vec<String>)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (state, comes) in states {
        let mut floor = floor(RecordConfig::default());
        let work = comes(&mut floor);
        let (digest, facts) = (floor.centre.digest(), floor.log.len());
        let shown = floor.centre.controls(ANA, work).unwrap();
        assert_eq!((floor.centre.digest(), floor.log.len()), (digest, facts), "nothing changed");
        let all = every_control(&floor, work);
        for command in &all {
            let name = command.name().to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let snapshot = floor.centre.snapshot();
        let now = floor.centre.engine().now();
        let tries = |command: &Command| {
            let mut centre = Centre::restore(snapshot.clone()).unwrap();
            let mut log = strowger::centre::CentreLog::default();
            let by = strowger::command::Actor::Agent(ANA);
            centre.execute_as(now, by, command.clone(), &mut log).map(|_| log.len())
        };
        for command in &shown {
            let taken = tries(command);
            assert!(taken.as_ref().is_ok_and(|facts| *facts > 0), "{state}: {command:?} {taken:?}");
        }
        let shown = controls(&mut floor, ANA, work);
        for command in all.iter().filter(|one| !shown.contains(&one.name().to_string())) {
            let taken = tries(command);
            assert!(taken.is_err() || taken == Ok(0), "{state}: {command:?} is not shown");
        }
        cells.push((state.to_owned(), shown));
    }
    let head = [vec![String::new()], names.clone()].concat();
    let rows = cells.iter().map(|(state, shown)| {
        let cell = |name: &String| if shown.contains(name) { "x" } else { "-" }.to_owned();
        [vec![state.clone()], names.iter().map(cell).collect()].concat()
    });
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    table::compare("tables/controls.txt", &table::align(&rows));
}
