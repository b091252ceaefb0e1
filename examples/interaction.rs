//! One conversation by SMS: from an unknown number to a closed and archived record.

use strowger::Key;
use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal};
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

fn main() -> Result<(), CentreRefusal> {
    let at = |secs: i64| Timestamp::from_millis(1_767_949_200_000 + secs * 1_000);
    let mut log = CentreLog::default();
    let mut centre = centre(at(0), &mut log)?;
    let view = centre.engine().view();
    let queue = view.queue_id("support").expect("it was defined");
    let ana = view.agent_id("ana").expect("they were defined");
    let by = Party::Agent(ana);

    // Nobody knows the number: a profile and an interaction are made for it.
    let message = |text: &str| {
        ReceiveMessage::new(
            InteractionType::Messaging,
            Address::new("sms", "030 / 12 34 56"),
            "+4930999",
            text,
        )
    };
    let first = centre.execute(at(10), message("Hello, my invoice is wrong"), &mut log)?;
    let interaction = first.interaction;
    let sms = ChannelId::from_raw(0);
    let request = WorkRequest::new(queue, sms);
    centre.execute(at(10), SubmitWork::new(interaction, request), &mut log)?;

    // It is offered to Ana, who takes it and finds out who it is.
    let offer = centre.engine().view().agent(ana).and_then(|ana| ana.offers().first().copied());
    centre.execute(at(15), Accept::new(offer.expect("Ana is alerted")), &mut log)?;
    let say = |text: &str| {
        PostMessage::new(interaction, Author::Agent(ana), text)
            .with_visibility(Visibility::Public)
            .with_automated(false)
    };
    centre.execute(at(40), say("Which one, and who are you?"), &mut log)?;
    let reason = Some(StateReason::WaitingOnCustomer);
    centre.execute(at(45), HoldInteraction::new(interaction).with_reason(reason), &mut log)?;
    let second = centre.execute(at(600), message("Number 17. I am Jo"), &mut log)?;
    assert_eq!((second.interaction, second.opened), (interaction, false));
    centre.execute(at(610), LinkUser::new(first.profile, "jo"), &mut log)?;

    // A case comes of it; for that, Ana has to say what it is about.
    let document = Document::new("case", "CS0001");
    let operation = Some(Operation::Insert);
    let relate = RelateRecord::new(interaction, document, by).with_operation(operation);
    let refused = centre.execute(at(620), relate.clone(), &mut log);
    println!("{}", refused.expect_err("nothing is written yet"));
    let change = RecordChange::default().with_short_description("Invoice 17 is wrong");
    centre.execute(at(630), SaveInteraction::new(interaction, by, change), &mut log)?;
    centre.execute(at(631), relate, &mut log)?;
    centre.execute(at(640), say("I have opened a case for you."), &mut log)?;

    // Ana ends the interaction, wraps up, and the record goes to the host.
    centre.execute(at(650), EndInteraction::new(interaction, Ending::Agent, by), &mut log)?;
    let wrap_up = EndInteractionWrapUp::new(interaction, by);
    centre.execute(at(670), wrap_up, &mut log)?;
    centre.execute(at(700), ArchiveInteraction::new(interaction), &mut log)?;

    for fact in log.iter().filter_map(CentreFact::record) {
        if let RecordEvent::Archived { record, .. } = &fact.event {
            print(record);
        }
    }
    let work = log.iter().filter_map(CentreFact::work).count();
    println!("{work} facts of work, {} of records", log.len() - work);
    Ok(())
}

/// One channel, one queue, one agent, and a minute of wrap-up for messaging.
fn centre(now: Timestamp, log: &mut CentreLog) -> Result<Centre, CentreRefusal> {
    let rule = WrapUpRule::new("messaging").with_enforce(true);
    let records = RecordConfig::default().with_wrap_up([rule]);
    let config = CentreConfig::new(Config::default()).with_records(records);
    let mut centre = Centre::new(config, now, log)?.map_records(|records| {
        records.with_normaliser(E164::default().with_country("49")).with_directory(Books)
    });
    centre.execute(now, Define::new("sms", ChannelProfile::message()), log)?;
    let queue = centre.execute(now, Define::new("support", QueueProfile::default()), log)?;
    let agent = centre.execute(now, Define::new("ana", AgentProfile::default()), log)?;
    centre.execute(now, SetMembership::new(agent, queue), log)?;
    let presence = SystemPresence::OnQueue.id();
    centre.execute(now, SetPresence::new(agent, presence), log)?;
    Ok(centre)
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
