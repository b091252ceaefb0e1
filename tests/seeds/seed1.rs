//! Conversations from the virtual agent to a person (ServiceNow: chat in CSM).

use strowger::Key;
use strowger::command::TransferToQueue;
use strowger::interaction::*;
use strowger::model::{
    Classification, ClassificationRule, Comparison, MaxWaitAction, Value, WorkCondition,
};
use strowger::prelude::*;

use crate::floor::*;

const DAY: i64 = 24 * 60 * 60;

/// A chat that comes in somewhere.
fn chat_at(floor: &mut Floor, when: i64, entry: EntryPoint) -> InteractionId {
    let entry = Some(entry);
    floor.open_as(when, InteractionRequest::new(InteractionType::Chat).with_entry(entry))
}

/// The customer comes in again, by no other address.
fn enter(interaction: InteractionId, entry: EntryPoint) -> EnterConversation {
    EnterConversation::new(interaction, entry)
}

fn hand_off(
    floor: &mut Floor,
    when: i64,
    id: InteractionId,
    trigger: HandoffTrigger,
) -> Option<WorkId> {
    let request = WorkRequest::new(SUPPORT, CHAT);
    floor.centre.execute(at(when), HandOff::new(id, trigger, request), &mut floor.log).unwrap()
}

/// A chat that the virtual agent had from 0 and Ana has from 40.
fn handed_off(floor: &mut Floor) -> InteractionId {
    let id = chat_at(floor, 0, EntryPoint::new("portal"));
    floor.on_queue(0, ANA);
    floor.say(10, id, Author::Requester, "My order is late");
    floor.say(11, id, Author::VirtualAgent, "Which order?");
    floor.say(20, id, Author::Requester, "4711");
    hand_off(floor, 30, id, HandoffTrigger::User).expect("Ana is there");
    floor.accept(40, ANA);
    id
}

fn talk(floor: &Floor, id: InteractionId) -> &Conversation {
    floor.row(id).conversation.as_deref().expect("they talk")
}

fn texts<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Vec<&'a str> {
    messages.into_iter().map(|message| &*message.text).collect()
}

/// The host's virtual agent: it asks for an order and remembers what it is told. It speaks only
/// where it has the word.
fn virtual_agent(floor: &mut Floor, when: i64, id: InteractionId, said: &str) {
    floor.say(when, id, Author::Requester, said);
    let slot = if said.bytes().all(|sign| sign.is_ascii_digit()) { "order" } else { "topic" };
    floor.record(when, SetContext::new(id, variables(&[(slot, said)])));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::VirtualAgent));
    let context = &floor.row(id).context;
    let reply = if context.contains_key("order") { "I look" } else { "Which order?" };
    floor.say(when, id, Author::VirtualAgent, reply);
}

#[test]
fn seed1_row044_a_chat_becomes_a_case() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    floor.describe(50, id, "Late order");
    let (document, operation) = (Document::new("case", "CS1"), Some(Operation::Insert));
    floor.record(51, RelateRecord::new(id, document.clone(), BY_ANA).with_operation(operation));
    assert_eq!(floor.row(id).related[0].document, document);
    // The knowledge port is asked with what it is about.
    let workspace = floor.records().workspace(id, at(52), &Layout::default(), &Shelf).unwrap();
    let Some(Panel::Knowledge(articles)) = workspace.get(5) else { panic!("{workspace:?}") };
    assert_eq!(&*articles[0].title, "All about: Late order");
}

/// Knowledge and summaries of a host.
#[derive(Debug)]
struct Shelf;

impl Assist for Shelf {
    fn articles(&self, interaction: &Interaction) -> Vec<Article> {
        let title = format!("All about: {}", interaction.short_description);
        vec![Article::new("KB1", title)]
    }

    fn summary(&self, interaction: &Interaction) -> Option<Box<str>> {
        let talk = interaction.conversation.as_ref()?;
        Some(format!("{} messages", talk.messages.len()).into())
    }
}

#[test]
fn seed1_row045_from_the_virtual_agent_to_a_person_without_restarting() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    let row = floor.row(id);
    assert_eq!(row.stage(), Some(ConversationStage::Live { agent: ANA }));
    assert_eq!(texts(&talk(&floor, id).messages), ["My order is late", "Which order?", "4711"]);
    assert_eq!(floor.records().interactions().count(), 1);
    assert!(row.virtual_agent && row.agent_chat());
    use Part::*;
    let parts: Vec<_> = row.handling.ended().iter().map(|segment| segment.part).collect();
    assert_eq!(parts, [VirtualAgent, InLine(SUPPORT)]);
    assert_eq!(row.handling.totals().virtual_agent, secs(30));
    assert_eq!(row.queue_wait(), secs(10));
}

#[test]
fn seed1_row046_one_virtual_agent_on_all_ways_in() {
    let ways = [("portal", "web"), ("messenger", "web"), ("mobile", "app")];
    let entry = |(name, channel): (&str, &str)| EntryPoint::new(name).with_channel(channel);
    let told = |way| {
        let mut floor = Floor::new(with_virtual_agent());
        let id = chat_at(&mut floor, 0, entry(way));
        assert_eq!(floor.row(id).handling.main(), Some(Part::VirtualAgent));
        virtual_agent(&mut floor, 1, id, "late");
        // It can tell where its customer is, and through which way they say what.
        assert_eq!(talk(&floor, id).entries, [entry(way)]);
        let others = ways.into_iter().filter(|other| *other != way);
        others.for_each(|other| floor.record(2, enter(id, entry(other))));
        virtual_agent(&mut floor, 3, id, "4711");
        assert_eq!(texts(&talk(&floor, id).messages), ["late", "Which order?", "4711", "I look"]);
        let through: Vec<_> = talk(&floor, id).messages.iter().map(|said| said.entry).collect();
        assert_eq!(through, [Some(0), None, Some(2), None]);
        assert_eq!(floor.row(id).handling.totals_at(at(10)).virtual_agent, secs(10));
        // Everything else that happens is the same, whatever the way in.
        let facts = floor.record_facts().filter(|fact| {
            !matches!(fact.event, RecordEvent::Opened { .. } | RecordEvent::Entered { .. })
        });
        serde_json::to_string(&facts.collect::<Vec<_>>()).unwrap()
    };
    assert!(ways.into_iter().all(|way| told(way) == told(ways[0])));
}

#[test]
fn seed1_row047_the_context_chooses_the_queue_and_travels_with_the_offer() {
    let is_sales = WorkCondition::Attribute {
        name: "topic".into(),
        is: Comparison::Equal,
        value: "buy".into(),
    };
    let classification = Some(Classification::of([ClassificationRule::to(SALES, is_sales)]));
    let mut floor = Floor::new(with_virtual_agent());
    let support = QueueProfile::default().with_classification(classification);
    floor.work(0, Change::new(SUPPORT, support));
    floor.on_queue(0, ANA);
    let id = chat_at(&mut floor, 1, EntryPoint::new("portal"));
    let topic = variables(&[("topic", "buy")]);
    floor.record(2, SetContext::new(id, topic));
    let work = hand_off(&mut floor, 3, id, HandoffTrigger::Script).unwrap();
    assert_eq!(floor.row(id).queue, Some(SALES));
    let offered = floor.centre.engine().view().work(work).unwrap();
    assert_eq!(offered.request().attributes["topic"], Value::from("buy"));
    assert_eq!(talk(&floor, id).handoffs[0].context["topic"], Value::from("buy"));
}

#[test]
fn seed1_row048_a_chat_begins() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
    let row = floor.row(id);
    assert_eq!((row.state, row.kind), (InteractionState::New, InteractionType::Chat));
    assert_eq!(row.opened_for, None, "a guest");
    assert_eq!(row.stage(), Some(ConversationStage::VirtualAgent));
    assert!(!row.virtual_agent, "it has not said anything");
    floor.say(1, id, Author::VirtualAgent, "Hello!");
    assert!(floor.row(id).virtual_agent);
}

#[test]
fn seed1_row050_the_context_grows_and_loses_nothing() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
    let steps: [(&[(&str, &str)], usize); 3] = [
        (&[("topic", "late"), ("language", "de")], 2),
        (&[("order", "4711")], 3),
        (&[("topic", "lost")], 3),
    ];
    for (when, (pairs, known)) in (1..).zip(steps) {
        floor.record(when, SetContext::new(id, variables(pairs)));
        assert_eq!(floor.row(id).context.len(), known);
    }
    let facts = floor.record_facts().count();
    floor.record(4, SetContext::new(id, variables(&[("topic", "lost")])));
    assert_eq!(floor.record_facts().count(), facts, "nothing new");
    assert_eq!(floor.row(id).context["topic"], Value::from("lost"));
    assert_eq!(floor.row(id).context["language"], Value::from("de"));
}

#[test]
fn seed1_row051_five_ways_to_a_person() {
    use HandoffTrigger::*;
    for trigger in [Error, Script, User, Understood, LiveOnly] {
        let mut floor = Floor::new(with_virtual_agent());
        floor.on_queue(0, ANA);
        let live_only = trigger == LiveOnly;
        let id = chat_at(&mut floor, 0, EntryPoint::new("portal").with_live_only(live_only));
        hand_off(&mut floor, 5, id, trigger).expect("Ana is there");
        assert_eq!(talk(&floor, id).handoffs[0].trigger, trigger);
        assert_eq!(floor.state(id), InteractionState::Queued);
        assert_eq!(floor.row(id).stage(), Some(ConversationStage::Waiting));
        floor.accept(9, ANA);
        assert_eq!(floor.row(id).stage(), Some(ConversationStage::Live { agent: ANA }));
    }
}

#[test]
fn seed1_row052_nobody_is_there() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
    floor.say(1, id, Author::Requester, "A person, please");
    assert_eq!(hand_off(&mut floor, 2, id, HandoffTrigger::User), None);
    assert_eq!(floor.centre.engine().view().open_work(), 0);
    assert_eq!((floor.state(id), floor.row(id).work), (InteractionState::New, None));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::VirtualAgent));
    let last = talk(&floor, id).messages.last().unwrap();
    assert_eq!((&*last.text, last.author), ("There are no agents available.", Author::System));
    assert!(!talk(&floor, id).handoffs[0].available);
    // A transfer from a person back to a queue does not ask.
    floor.on_queue(3, ANA);
    let work = hand_off(&mut floor, 4, id, HandoffTrigger::User).expect("now Ana is");
    floor.accept(5, ANA);
    floor.work(6, SetPresence::new(ANA, SystemPresence::Away.id()));
    floor.work(7, TransferToQueue::new(work, SALES));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::Waiting));
    assert_eq!(floor.row(id).queue, Some(SALES));
    // A virtual agent that failed cannot go on where nobody is.
    let other = chat_at(&mut floor, 10, EntryPoint::new("portal"));
    assert_eq!(hand_off(&mut floor, 11, other, HandoffTrigger::Error), None);
    let row = floor.row(other);
    assert_eq!((row.state, row.reason), (InteractionState::Faulted, Some(StateReason::Error)));
}

#[test]
fn seed1_row052_waiting_too_long_goes_back_to_the_virtual_agent() {
    let max_wait = Some(secs(60));
    let on_max_wait = MaxWaitAction::Close;
    let support = QueueProfile::default().with_max_wait(max_wait).with_on_max_wait(on_max_wait);
    let mut floor = Floor::of(with_virtual_agent(), support);
    floor.on_queue(0, ANA);
    let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
    hand_off(&mut floor, 10, id, HandoffTrigger::User).unwrap();
    floor.work(11, SetPresence::new(ANA, SystemPresence::Away.id()));
    floor.advance(70);
    assert_eq!(floor.state(id), InteractionState::New);
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::VirtualAgent));
    // Where there is none the customer is let go.
    let live = chat_at(&mut floor, 80, EntryPoint::new("portal").with_live_only(true));
    floor.submit(80, live, SUPPORT, CHAT);
    floor.advance(140);
    let row = floor.row(live);
    let found = (row.state, row.reason);
    assert_eq!(found, (InteractionState::ClosedAbandoned, Some(StateReason::NoActivity)));
}

#[test]
fn seed1_row053_the_agent_sees_everything_and_a_summary_if_there_is_one() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    let records = floor.records();
    let panel = |assist: &dyn Assist| {
        let layout = Layout(vec![Block::Conversation]);
        let workspace = records.workspace(id, at(41), &layout, assist).unwrap();
        let [Panel::Conversation(view)] = &workspace[..] else { panic!("{workspace:?}") };
        (view.messages.len(), view.context.is_some(), view.summary.as_deref().map(str::to_owned))
    };
    assert_eq!(panel(&Shelf), (3, true, Some("3 messages".to_owned())));
    assert_eq!(panel(&NoAssist), (3, true, None));
}

#[test]
fn seed1_row054_begun_on_mobile_and_continued_on_the_portal() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = chat_at(&mut floor, 0, EntryPoint::new("mobile").with_device("ios"));
    virtual_agent(&mut floor, 1, id, "late");
    virtual_agent(&mut floor, 2, id, "4711");
    floor.record(600, enter(id, EntryPoint::new("portal")));
    virtual_agent(&mut floor, 601, id, "any news");
    let talk = talk(&floor, id);
    let asked = talk.messages.iter().filter(|message| &*message.text == "Which order?").count();
    assert_eq!(asked, 1, "it is not asked for what it knows");
    let entries: Vec<_> = talk.entries.iter().map(|entry| &*entry.name).collect();
    assert_eq!(entries, ["mobile", "portal"]);
    let through = |n: usize| talk.messages[n].entry;
    assert_eq!((through(0), through(4)), (Some(0), Some(1)));
}

#[test]
fn seed1_row055_nothing_is_lost_between_channels() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    let records = floor.records();
    let json = serde_json::to_string(&records.snapshot()).unwrap();
    let kept: RecordSnapshot = serde_json::from_str(&json).unwrap();
    let restored = Records::restore(kept).unwrap();
    assert_eq!(restored.interaction(id), records.interaction(id));
    let before = texts(&talk(&floor, id).messages).join("|");
    floor.record(50, enter(id, EntryPoint::new("mobile")));
    assert_eq!(texts(&talk(&floor, id).messages).join("|"), before);
}

/// Jo's number, at which Jo is known by the name of the host's books.
fn by_sms() -> Option<(Address, Key)> {
    Some((sms("+49 30 111 2222"), "+4930999".into()))
}

#[test]
fn seed1_row055_a_chat_on_the_web_goes_on_by_sms() {
    let mut floor = Floor::new(with_virtual_agent());
    let web = || EntryPoint::new("portal").with_channel("web");
    let opening = InteractionRequest::new(InteractionType::Chat)
        .with_opened_for("jo")
        .with_entry(web())
        .with_context(variables(&[("order", "4711")]));
    let id = floor.open_as(0, opening);
    floor.on_queue(0, ANA);
    floor.say(1, id, Author::Requester, "My order is late");
    hand_off(&mut floor, 2, id, HandoffTrigger::User).expect("Ana is there");
    floor.accept(3, ANA);
    // Jo leaves the house. What Jo writes from now on comes into the same conversation.
    let on_the_way = enter(id, EntryPoint::new("text")).with_addresses(by_sms());
    floor.record(50, on_the_way.clone());
    let facts = floor.record_facts().count();
    floor.record(51, on_the_way);
    assert_eq!(floor.record_facts().count(), facts, "done before");
    let received = floor.receive(60, sms("+49301112222"), "I have left");
    assert_eq!((received.interaction, received.opened), (id, false));
    floor.say(61, id, Author::Agent(ANA), "I write to you here");
    // Back on the web, and from the telephone once more.
    floor.record(70, enter(id, web()));
    floor.say(71, id, Author::Requester, "I am back");
    floor.receive(72, sms("+49301112222"), "And out again");
    let talk = talk(&floor, id);
    let through: Vec<_> = talk.messages.iter().map(|said| (&*said.text, said.entry)).collect();
    let expected = [
        ("My order is late", Some(0)),
        ("I have left", Some(1)),
        ("I write to you here", None),
        ("I am back", Some(2)),
        ("And out again", Some(1)),
    ];
    assert_eq!(through, expected);
    let channels: Vec<_> = talk.entries.iter().map(|entry| entry.channel.as_deref()).collect();
    assert_eq!(channels, [Some("web"), Some("sms"), Some("web")]);
    let row = floor.row(id);
    assert_eq!((row.assigned_to, row.context.len()), (Some(ANA), 1));
    // One identity: the number is Jo's from now on, and so is the next message.
    assert_eq!(floor.profile(received.profile).user, Some("jo".into()));
    floor.record(80, end(id, Ending::Customer, Party::Customer));
    let next = floor.receive(90, sms("+49301112222"), "Thanks");
    assert_eq!((next.opened, next.profile), (true, received.profile));
    assert_eq!(floor.row(next.interaction).opened_for, Some("jo".into()));
}

#[test]
fn seed1_row055_a_guest_is_known_by_the_address_they_go_on_with() {
    let mut floor = Floor::new(with_virtual_agent());
    let before = floor.receive(0, sms("+49301112222"), "Hello");
    floor.record(1, LinkUser::new(before.profile, "jo"));
    let chat = chat_at(&mut floor, 2, EntryPoint::new("portal"));
    let text = || EntryPoint::new("text");
    let by_sms = |id| enter(id, text()).with_addresses(by_sms());
    let ongoing = RecordRefusal::already_ongoing(before.interaction);
    assert_eq!(floor.refused(3, by_sms(chat)), ongoing);
    floor.record(4, end(before.interaction, Ending::Customer, Party::Customer));
    // A channel that is not that of the address, or an address that is none.
    let web = text().with_channel("web");
    let mut elsewhere = by_sms(chat);
    elsewhere.entry = web;
    let refused = floor.refused(5, elsewhere);
    assert!(matches!(refused, RecordRefusal::Invalid(_)), "{refused}");
    floor.record(6, by_sms(chat));
    let row = floor.row(chat);
    assert_eq!(row.opened_for, Some("jo".into()));
    assert_eq!(row.profile, Some(before.profile));
    assert_eq!(floor.records().of_customer("jo").count(), 2);
    floor.record(7, end(chat, Ending::Customer, Party::Customer));
    // What is Kim's does not go on by Jo's number.
    let kim = InteractionRequest::new(InteractionType::Chat).with_opened_for("kim");
    let kim = floor.open_as(8, kim);
    let profile = before.profile;
    assert_eq!(floor.refused(9, by_sms(kim)), RecordRefusal::other_customer(profile));
    floor.record(10, end(kim, Ending::Customer, Party::Customer));
    let over = floor.refused(11, by_sms(kim));
    assert!(matches!(over, RecordRefusal::WrongState { .. }), "{over}");
}

#[test]
fn seed1_row056_the_history_travels_with_it() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    let private = say(id, Author::Supervisor(BO), "Be kind").with_visibility(Visibility::Private);
    floor.record(45, private);
    floor.say(46, id, Author::Agent(ANA), "I have found it");
    let view = |viewer| {
        let view = floor.records().conversation(id, viewer).unwrap();
        (
            view.messages.into_iter().map(|m| m.text.to_string()).collect::<Vec<_>>(),
            view.context.is_some(),
        )
    };
    let all = ["My order is late", "Which order?", "4711", "Be kind", "I have found it"];
    assert_eq!(view(Viewer::Staff), (all.map(str::to_owned).to_vec(), true));
    let (public, sees_context) = view(Viewer::Requester);
    assert_eq!((public.len(), sees_context), (4, false));
    // The transcript for the customer begins with the agent.
    assert_eq!(texts(talk(&floor, id).external_transcript()), ["I have found it"]);
    assert_eq!(talk(&floor, id).handoffs[0].messages, 3);
}

#[test]
fn seed1_row057_one_contact_through_all_of_it() {
    let mut floor = Floor::new(with_virtual_agent());
    floor.on_queue(0, ANA);
    let opening = InteractionRequest::new(InteractionType::Chat)
        .with_contact("contact-9")
        .with_opened_for("jo");
    let chat = floor.open_as(0, opening.clone());
    virtual_agent(&mut floor, 1, chat, "late");
    hand_off(&mut floor, 2, chat, HandoffTrigger::User).expect("Ana is there");
    let contact = |floor: &Floor, id, when| {
        let form = floor.records().form(id, at(when)).unwrap();
        form.details.contact.value.map(str::to_owned)
    };
    let nine = Some("contact-9".to_owned());
    assert_eq!(contact(&floor, chat, 3), nine, "in line");
    floor.accept(4, ANA);
    // It goes on by SMS, and is what it was.
    floor.record(5, enter(chat, EntryPoint::new("text")).with_addresses(by_sms()));
    let by_sms = floor.receive(6, sms("+49301112222"), "On the way");
    assert_eq!((by_sms.interaction, contact(&floor, chat, 6)), (chat, nine.clone()));
    floor.describe(7, chat, "Late order");
    let document = Document::new("case", "CS1");
    let operation = Some(Operation::Insert);
    floor.record(8, RelateRecord::new(chat, document, BY_ANA).with_operation(operation));
    floor.record(9, end(chat, Ending::Agent, BY_ANA));
    // The customer's next one, on another channel, lies beside it with the case of the first.
    let mail = opening.with_kind(InteractionType::Email);
    let mail = floor.open_as(10, mail);
    let form = floor.records().form(mail, at(11)).unwrap();
    let listed: Vec<_> = form.user_interactions.iter().map(|line| line.id).collect();
    assert_eq!(listed, [mail, chat]);
    assert_eq!(&*form.user_interactions[1].related_tasks[0].document.id, "CS1");
    // The host gets it with the record.
    floor.record(12, ArchiveInteraction::new(chat));
    let RecordEvent::Archived { record, .. } = &floor.record_facts().last().unwrap().event else {
        panic!("it is archived")
    };
    assert_eq!(
        (record.contact.as_deref(), record.opened_for.as_deref()),
        (nine.as_deref(), Some("jo"))
    );
    assert_eq!(contact(&floor, mail, 13), nine);
}

#[test]
fn seed1_row058_directly_to_a_person() {
    let stage = |config, live_only| {
        let mut floor = Floor::new(config);
        let id = chat_at(&mut floor, 0, EntryPoint::new("portal").with_live_only(live_only));
        floor.row(id).stage().unwrap()
    };
    assert_eq!(stage(with_virtual_agent(), false), ConversationStage::VirtualAgent);
    assert_eq!(stage(with_virtual_agent(), true), ConversationStage::Waiting);
    assert_eq!(stage(RecordConfig::default(), false), ConversationStage::Waiting);
}

#[test]
fn seed1_row059_a_guest_on_another_web_site() {
    let mut floor = Floor::new(with_virtual_agent());
    let document = Some(Document::new("case", "CS0042"));
    let entry = EntryPoint::new("messenger").with_document(document.clone());
    let id = chat_at(&mut floor, 0, entry.clone());
    floor.say(1, id, Author::Requester, "About this case");
    // The messenger is closed and opened again.
    floor.record(300, enter(id, entry));
    let talk = talk(&floor, id);
    assert_eq!(texts(&talk.messages), ["About this case"]);
    assert_eq!((talk.entries.len(), &talk.entries[0].document), (1, &document));
    assert_eq!(floor.row(id).opened_for, None);
}

#[test]
fn seed1_row060_mobile_is_as_the_web() {
    let facts = |device: &str| {
        let mut floor = Floor::new(with_virtual_agent());
        floor.on_queue(0, ANA);
        let entry = EntryPoint::new("app").with_device(device);
        let id = chat_at(&mut floor, 1, entry);
        virtual_agent(&mut floor, 2, id, "late");
        hand_off(&mut floor, 3, id, HandoffTrigger::User);
        floor.accept(5, ANA);
        floor.say(6, id, Author::Agent(ANA), "Hello");
        floor.record(60, end(id, Ending::Customer, Party::Customer));
        serde_json::to_string(&floor.log).unwrap()
    };
    assert_eq!(facts("ios").replace("\"ios\"", "\"mweb\""), facts("mweb"));
}

#[test]
fn seed1_row061_four_blocks_side_by_side() {
    let mut floor = Floor::new(with_virtual_agent());
    let before = InteractionRequest::new(InteractionType::Chat).with_opened_for("jo");
    let before = floor.open_as(0, before);
    floor.record(0, end(before, Ending::Customer, Party::Customer));
    let id = handed_off(&mut floor);
    let change = RecordChange::default()
        .with_short_description("Late order")
        .with_opened_for("jo")
        .with_contact("contact-9");
    floor.record(41, SaveInteraction::new(id, BY_ANA, change));
    floor.record(41, SetContext::new(id, variables(&[("order", "4711")])));
    let records = floor.records();
    let workspace = records.workspace(id, at(50), &Layout::default(), &Shelf).unwrap();
    let [
        Panel::Conversation(said),
        Panel::Customer(customer),
        Panel::History(history),
        Panel::RelatedTasks([]),
        Panel::Document(None),
        Panel::Knowledge(articles),
        Panel::Suggestions(_),
    ] = &workspace[..]
    else {
        panic!("{workspace:?}")
    };
    assert_eq!(said.stage, Some(ConversationStage::Live { agent: ANA }));
    let all = ["My order is late", "Which order?", "4711"];
    assert_eq!(texts(said.messages.iter().copied()), all);
    assert_eq!(said.context, Some(&variables(&[("order", "4711")])));
    assert_eq!(
        (customer.opened_for.value, customer.contact.value),
        (Some("jo"), Some("contact-9"))
    );
    assert_eq!((customer.short_description.value, customer.duration), ("Late order", secs(10)));
    let lines: Vec<_> = history.iter().map(|line| (line.id, line.state)).collect();
    let (now, then) = (InteractionState::WorkInProgress, InteractionState::ClosedAbandoned);
    assert_eq!(lines, [(id, now), (before, then)]);
    assert_eq!(&*articles[0].title, "All about: Late order");
}

#[test]
fn seed1_row062_the_role_decides_what_is_there() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    let layout = Layout(vec![Block::History, Block::Conversation]);
    let workspace = floor.records().workspace(id, at(41), &layout, &Shelf).unwrap();
    assert!(matches!(workspace[..], [Panel::History(_), Panel::Conversation(_)]));
    let json = serde_json::to_string(&workspace).unwrap();
    assert!(!json.contains("All about"), "what is hidden is not in the value");
}

#[test]
fn seed1_row063_the_same_for_chat_messaging_and_mail() {
    use InteractionType::{Chat, Email, Messaging};
    let seen = [Chat, Messaging, Email].map(|kind| {
        let mut floor = Floor::new(RecordConfig::default());
        let opening = InteractionRequest::new(kind)
            .with_opened_for("jo")
            .with_short_description("Late order");
        let id = floor.open_as(0, opening);
        floor.say(1, id, Author::Requester, "Hello");
        floor.record(2, AssignInteraction::new(id, ANA));
        floor.say(3, id, Author::Agent(ANA), "Which order?");
        let records = floor.records();
        let workspace = records.workspace(id, at(4), &Layout::default(), &Shelf).unwrap();
        let [Panel::Conversation(said), Panel::Customer(details), Panel::History(history), ..] =
            &workspace[..]
        else {
            panic!("{workspace:?}")
        };
        assert_eq!(texts(said.messages.iter().copied()), ["Hello", "Which order?"]);
        assert_eq!((details.kind, details.wait_time), (kind, Some(secs(3))));
        assert_eq!(history.iter().map(|line| line.id).collect::<Vec<_>>(), [id]);
        // All that differs is what it is called, and that messaging shows why it waits.
        let told = serde_json::to_string(&workspace).unwrap();
        let shown = "\"reason\":{\"value\":null,\"visible\":true";
        let type_of = serde_json::to_string(&kind).unwrap();
        assert_eq!(told.contains(shown), kind == Messaging);
        told.replace(shown, &shown.replace("true", "false")).replace(&type_of, "\"\"")
    });
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn seed1_row064_silence_is_answered_and_ends_a_chat() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, work) = floor.accepted((0, 5), InteractionType::Chat, CHAT);
    // The time begins when the agent has said something in person (the default).
    let automated = true;
    floor.record(6, say(id, Author::Agent(ANA), "Welcome").with_automated(automated));
    floor.advance(4_000);
    assert!(!talk(&floor, id).reminded);
    floor.say(5_000, id, Author::Agent(ANA), "Are you there?");
    assert_eq!(floor.next_deadline(), Some(at(5_180)));
    floor.advance(5_180);
    assert!(talk(&floor, id).reminded);
    let last = talk(&floor, id).messages.last().unwrap();
    assert_eq!(&*last.text, "The conversation is timing out, are you still there?");
    // An answer begins it anew.
    floor.say(5_300, id, Author::Requester, "Yes");
    assert_eq!(floor.next_deadline(), Some(at(5_480)));
    floor.advance(5_480);
    floor.centre.advance(Timestamp::from_millis(NINE + 5_659_999), &mut floor.log).unwrap();
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    floor.advance(5_660);
    let row = floor.row(id);
    let found = (row.state, row.reason);
    assert_eq!(found, (InteractionState::ClosedComplete, Some(StateReason::NoUserResponse)));
    assert_eq!(row.closed, Some(at(5_660)));
    assert!(floor.centre.engine().view().work(work).is_none(), "the work ends with it");
}

#[test]
fn seed1_row064_silence_to_the_virtual_agent() {
    use StateReason::{NoActivity, NoUserResponse, TopicComplete};
    let two_hours = 7_200;
    for (said, done, reason) in
        [(false, false, NoActivity), (true, false, NoUserResponse), (true, true, TopicComplete)]
    {
        let mut floor = Floor::new(with_virtual_agent());
        let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
        if said {
            floor.say(0, id, Author::Requester, "My order");
        }
        if done {
            floor.record(0, EndTopic::new(id));
            let last = talk(&floor, id).messages.last().unwrap();
            assert_eq!(&*last.text, "Is there anything else I can help you with?");
        }
        floor.advance(two_hours - 1);
        assert_eq!(floor.state(id), InteractionState::New);
        floor.advance(two_hours);
        assert_eq!(floor.row(id).reason, Some(reason));
    }
}

#[test]
fn seed1_row064_messaging_lasts_for_days() {
    let mut floor = Floor::new(RecordConfig::default());
    let received = floor.receive(0, sms("+49301112222"), "Hello");
    let id = received.interaction;
    floor.submit(1, id, SUPPORT, MESSAGE);
    floor.on_queue(2, ANA);
    floor.accept(3, ANA);
    // The agent is reminded once of the answer they owe.
    floor.advance(1_800);
    floor.advance(3_600);
    let reminded =
        |floor: &Floor| floor.count(|event| matches!(event, RecordEvent::AgentReminded { .. }));
    assert_eq!(reminded(&floor), 1);
    floor.say(4_000, id, Author::Agent(ANA), "I am here");
    floor.advance(DAY);
    let again = floor.receive(DAY + 5, sms("+49301112222"), "And I am back");
    assert_eq!((again.interaction, again.opened), (id, false));
    floor.advance(DAY + 5 + 1_800);
    assert_eq!(reminded(&floor), 2);
    floor.say(DAY + 4_000, id, Author::Agent(ANA), "Good");
    // The customer has two days from the agent's answer, but not while a colleague is waited for.
    let waits = |reason| HoldInteraction::new(id).with_reason(reason);
    floor.record(2 * DAY, waits(Some(StateReason::WaitingInternal)));
    floor.advance(9 * DAY);
    assert_eq!(floor.state(id), InteractionState::OnHold);
    floor.record(9 * DAY, ResumeInteraction::new(id));
    floor.advance(11 * DAY - 1);
    assert_eq!(floor.state(id), InteractionState::WorkInProgress);
    floor.advance(11 * DAY);
    assert_eq!(floor.state(id), InteractionState::ClosedAbandoned);
    assert!(floor.receive(11 * DAY + 1, sms("+49301112222"), "Too late?").opened);
}

#[test]
fn seed1_row065_back_to_the_virtual_agent_for_a_topic() {
    let mut floor = Floor::new(with_virtual_agent());
    let id = handed_off(&mut floor);
    floor.record(50, StartTopic::new(id));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::Topic { agent: ANA }));
    assert_eq!(floor.centre.engine().view().agent(ANA).unwrap().units_in_use(), 100);
    let refused = floor.refused(51, say(id, Author::Agent(ANA), "Hello?"));
    assert_eq!(refused, RecordRefusal::topic_runs(id));
    let whisper = say(id, Author::Agent(ANA), "Nearly done");
    floor.record(52, whisper.with_visibility(Visibility::Private));
    floor.say(53, id, Author::VirtualAgent, "Your address?");
    floor.say(54, id, Author::Requester, "Main Street");
    floor.record(60, EndTopic::new(id));
    assert_eq!(floor.row(id).stage(), Some(ConversationStage::Live { agent: ANA }));
    floor.say(61, id, Author::Agent(ANA), "Thank you");
    assert_eq!(floor.row(id).duration(), Span::ZERO, "not over yet");
    assert_eq!(floor.row(id).handling.totals_at(at(61)).active, secs(21));
}

#[test]
fn seed1_row065_how_conversations_are_closed() {
    use InteractionState::{ClosedAbandoned, ClosedComplete};
    let closed = |floor: &Floor, id| (floor.row(id).state, floor.row(id).reason.unwrap());
    // Left before an agent had it.
    let mut floor = Floor::new(with_virtual_agent());
    let id = chat_at(&mut floor, 0, EntryPoint::new("portal"));
    floor.on_queue(0, ANA);
    floor.say(1, id, Author::Requester, "A person");
    hand_off(&mut floor, 2, id, HandoffTrigger::User);
    floor.record(3, end(id, Ending::Customer, Party::Customer));
    assert_eq!(closed(&floor, id), (ClosedAbandoned, StateReason::LeftBeforeEngagement));
    assert_eq!(floor.centre.engine().view().open_work(), 0);
    // Ended with the virtual agent, by its topic, or through a search.
    for (ending, by, reason) in [
        (Ending::Customer, Party::Customer, StateReason::UserEnded),
        (Ending::TopicDone, Party::VirtualAgent, StateReason::AutoClosed),
        (Ending::Search, Party::Customer, StateReason::LeftForSearch),
    ] {
        let id = chat_at(&mut floor, 10, EntryPoint::new("portal"));
        floor.say(11, id, Author::Requester, "Hello");
        floor.record(12, end(id, ending, by));
        assert_eq!(closed(&floor, id), (ClosedComplete, reason));
    }
    // Ended in the live chat.
    for (by, reason) in
        [(Party::Customer, StateReason::UserEnded), (BY_ANA, StateReason::AgentEnded)]
    {
        let mut floor = Floor::new(with_virtual_agent());
        let id = handed_off(&mut floor);
        floor.describe(50, id, "Order 4711");
        let ending = if by == BY_ANA { Ending::Agent } else { Ending::Customer };
        floor.record(60, end(id, ending, by));
        assert_eq!(closed(&floor, id), (ClosedComplete, reason));
    }
}

#[test]
fn seed1_row156_measurable_outcomes() {
    let mut floor = Floor::new(RecordConfig::default());
    let (id, _) = floor.accepted((0, 0), InteractionType::Chat, CHAT);
    // The vendor's example: asked at 0, 4 and 5, answered at 1 and 7.
    let (customer, agent) = (Author::Requester, Author::Agent(ANA));
    for (when, author) in [(0, customer), (1, agent), (4, customer), (5, customer), (7, agent)] {
        floor.say(when, id, author, "...");
    }
    assert_eq!(talk(&floor, id).agent_responses.average(), Some(secs(2)));
    assert_eq!(talk(&floor, id).customer_responses.average(), Some(secs(3)));
    assert_eq!(floor.row(id).first_response_wait, Some(secs(1)));
    floor.describe(8, id, "Dots");
    floor.record(9, close(id));
    let left = floor.open(10, InteractionType::Chat);
    floor.work(10, SetPresence::new(ANA, SystemPresence::Away.id()));
    let work = floor.submit(10, left, SUPPORT, CHAT);
    floor.work(30, Abandon::new(work));
    let report: Report = floor.records().interactions().collect();
    let chats = report.of(Some(SUPPORT), InteractionType::Chat).unwrap();
    assert_eq!(
        (chats.abandoned_of_closed(), chats.agent_response.average()),
        (Some(500), Some(secs(2)))
    );
    assert_eq!(chats.queue_wait.average(), Some(secs(10)));
}
