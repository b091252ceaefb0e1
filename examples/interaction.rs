//! One conversation by SMS: from an unknown number to a closed and archived record.

use strowger::Key;
use strowger::interaction::*;
use strowger::model::ChannelId;
use strowger::prelude::*;

/// Who has a number, as the host's own books say.
#[derive(Debug)]
struct Books;

impl Directory for Books {
    fn user_of(&self, address: &Address) -> Option<Key> {
        (&*address.identifier == "+4930765432").then(|| "kim".into())
    }
}

fn main() -> Result<(), DeskRefusal> {
    let at = |secs: i64| Timestamp::from_millis(1_767_949_200_000 + secs * 1_000);
    let mut log = DeskLog::default();
    let mut desk = desk(at(0), &mut log)?;
    let view = desk.engine().view();
    let queue = view.queue_id("support").expect("it was defined");
    let ana = view.agent_id("ana").expect("she was defined");
    let by = Actor::Agent(ana);

    // Nobody knows the number: a profile and an interaction are made for it.
    let message = |text: &str| {
        ReceiveMessage::new(
            InteractionType::Messaging,
            Address::new("sms", "030 / 12 34 56"),
            "+4930999",
            text,
        )
    };
    let first = desk.record(at(10), message("Hello, my invoice is wrong"), &mut log)?;
    let interaction = first.interaction;
    let sms = ChannelId::from_raw(0);
    desk.submit(at(10), interaction, WorkRequest::new(queue, sms), &mut log)?;

    // It rings at Ana, who takes it and finds out who it is.
    let offer = desk.engine().view().agent(ana).and_then(|ana| ana.offers().first().copied());
    desk.execute(at(15), Accept::new(offer.expect("it rings at her")).into(), &mut log)?;
    let say = |text: &str| {
        PostMessage::new(interaction, Author::Agent(ana), text)
            .with_visibility(Visibility::Public)
            .with_automated(false)
    };
    desk.record(at(40), say("Which one, and who are you?"), &mut log)?;
    let reason = Some(StateReason::WaitingOnCustomer);
    desk.record(at(45), HoldInteraction::new(interaction).with_reason(reason), &mut log)?;
    let second = desk.record(at(600), message("Number 17. I am Jo"), &mut log)?;
    assert_eq!((second.interaction, second.opened), (interaction, false));
    desk.record(at(610), LinkUser::new(first.profile, "jo"), &mut log)?;

    // A case comes of it; for that she has to say what it is about.
    let document = Document::new("case", "CS0001");
    let operation = Some(Operation::Insert);
    let relate = RelateRecord::new(interaction, document, by).with_operation(operation);
    let refused = desk.record(at(620), relate.clone(), &mut log);
    println!("{}", refused.expect_err("nothing is written yet"));
    let change = RecordChange::default().with_short_description("Invoice 17 is wrong");
    desk.record(at(630), SaveInteraction::new(interaction, by, change), &mut log)?;
    desk.record(at(631), relate, &mut log)?;
    desk.record(at(640), say("I have opened a case for you."), &mut log)?;

    // She ends it, wraps up, and the record goes to the host.
    desk.record(at(650), EndInteraction::new(interaction, Ending::Agent, by), &mut log)?;
    let wrap_up = EndInteractionWrapUp::new(interaction, by);
    desk.record(at(670), wrap_up, &mut log)?;
    desk.record(at(700), ArchiveInteraction::new(interaction), &mut log)?;

    for fact in &log.records {
        if let RecordEvent::Archived { record, .. } = &fact.event {
            print(record);
        }
    }
    println!("{} facts of work, {} of records", log.work.len(), log.records.len());
    Ok(())
}

/// One channel, one queue, one agent, and a minute of wrap-up for messaging.
fn desk(now: Timestamp, log: &mut DeskLog) -> Result<Desk, DeskRefusal> {
    let rule = WrapUpRule::new("messaging").with_enforce(true);
    let config = RecordConfig::default().with_wrap_up([rule]);
    let mut engine = Engine::new(Config::default(), now, &mut log.work)?;
    engine.execute(now, Define::new("sms", ChannelProfile::message()), &mut log.work)?;
    let queue = Define::new("support", QueueProfile::default());
    let queue = engine.execute(now, queue, &mut log.work)?;
    let agent = engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log.work)?;
    engine.execute(now, SetMembership::new(agent, queue), &mut log.work)?;
    let presence = SystemPresence::OnQueue.id();
    engine.execute(now, SetPresence::new(agent, presence), &mut log.work)?;

    let numbers = E164::default().with_country("49");
    let records = Records::new(config, now, &mut log.records)?;
    let mut records = records.with_normaliser(numbers).with_directory(Books);
    records.follow_after(engine.view().seq());
    Ok(Desk::join(engine, records).expect("the records begin where the engine is"))
}

fn print(record: &Interaction) {
    println!("{} {:?} for {:?}", record.number, record.state, record.opened_for);
    println!("  {}", record.short_description);
    println!("  waited {} for an answer", record.first_response_wait.unwrap_or_default());
    println!("  {} of work, {} of wrap-up", record.duration(), record.wrap_up_duration());
    for segment in record.handling.ended() {
        println!("  {} {:?}", segment.from, segment.part);
    }
    for message in record.conversation.iter().flat_map(|talk| &talk.messages) {
        println!("  {} {:?}: {}", message.at, message.author, message.text);
    }
}
