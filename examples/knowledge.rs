//! An agent has a customer on the telephone and does not know the answer. A colleague does: the
//! whole story, from the question to the call that the colleague takes over.

use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal};
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::ChannelId;
use strowger::prelude::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(1_767_949_200_000 + secs * 1_000)
}

fn main() -> Result<(), CentreRefusal> {
    let mut log = CentreLog::default();
    let mut centre = centre(&mut log)?;
    let agent = |key: &str| centre.engine().view().agent_id(key).expect("they were defined");
    let (ida, kim, lee) = (agent("ida"), agent("kim"), agent("lee"));

    // A customer calls, and Ida answers.
    let opening = InteractionRequest::new(InteractionType::Phone).with_opened_for("jo");
    let call = centre.execute(at(0), OpenInteraction::new(opening), &mut log)?;
    let (support, voice) = (QueueId::from_raw(0), ChannelId::from_raw(0));
    let request = WorkRequest::new(support, voice);
    centre.execute(at(0), SubmitWork::new(call, request), &mut log)?;
    let offer = centre.engine().view().agent(ida).expect("Ida").offers()[0];
    centre.execute(at(5), Accept::new(offer), &mut log)?;
    let by = Party::Agent(ida);
    let about = RecordChange::default().with_short_description("The car does not start");
    centre.execute(at(20), SaveInteraction::new(call, by, about), &mut log)?;

    // Ida asks at the number of the experts, and the customer stays on the line.
    let question = Ask::new("q-1", ida, "7100")
        .with_about(call)
        .with_user_data([("Notes".into(), "Which fuse is it?".into())])
        .with_text("The customer reads the label to me.");
    let asked = centre.execute(at(30), question, &mut log)?;

    // It rings at Lee, who does not know either; then at Kim, who does.
    let card = centre.cards(lee, at(40))?.remove(0);
    let left = card.remaining.expect("it rings for a while").as_millis() / 1_000;
    println!("Lee is asked \"{}\" and has {left} s to answer", card.notes);
    centre.execute(at(40), Reject::new(card.preview), &mut log)?;
    let card = centre.cards(kim, at(45))?.remove(0);
    centre.execute(at(45), Accept::new(card.preview), &mut log)?;
    let says = |who, text: &str| PostMessage::new(asked.interaction, Author::Agent(who), text);
    centre.execute(at(60), says(kim, "The left one. Let me talk to them."), &mut log)?;

    // Ida sees where the call can go, and brings it to Kim's telephone.
    let targets = centre.transfer_targets(ida, call);
    println!("Ida can bring the call to {}", serde_json::to_string(&targets).expect("JSON"));
    let target = targets.into_iter().next().expect("Kim sits somewhere");
    centre.execute(at(70), target.escalate(call, How::Transfer), &mut log)?;
    println!("In the call: {:?}", centre.parties(call));

    // Message and call end apart. Kim has no wrap-up and is ready at once.
    let over = EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(kim));
    centre.execute(at(90), over, &mut log)?;
    let work = centre.records().and_then(|records| records.interaction(call)?.work);
    let work = work.expect("the call goes on");
    centre.execute(at(200), FinishContact::new(work, Finisher::Agent), &mut log)?;
    let status = centre.engine().view().agent(kim).expect("Kim").status();
    assert_eq!(status, RoutingStatus::Idle);

    println!("\nWhat happened:");
    for fact in log.iter().filter_map(CentreFact::knowledge) {
        let event = serde_json::to_string(&fact.event.event).expect("JSON");
        println!("{:>4} s  {event}", (fact.at.as_millis() - at(0).as_millis()) / 1_000);
    }
    let records = centre.records().expect("records are kept");
    for row in records.interactions() {
        let (number, about) = (&row.number, &row.short_description);
        println!(
            "{number}: {about} ({}, {} s)",
            row.state.name(),
            row.duration().as_millis() / 1_000
        );
    }
    Ok(())
}

/// A centre with one agent and two experts, who are there as their messenger says.
fn centre(log: &mut CentreLog) -> Result<Centre, CentreRefusal> {
    let config = CentreConfig::new(Config::default())
        .with_records(RecordConfig::default().with_types(InteractionType::ALL))
        .with_knowledge(KnowledgeConfig::default());
    let mut centre = Centre::new(config, at(0), log)?;
    let voice = centre.execute(at(0), Define::new("voice", ChannelProfile::voice()), log)?;
    let im = centre.execute(at(0), Define::new("im", ChannelProfile::chat()), log)?;
    let support = centre.execute(at(0), Define::new("support", QueueProfile::default()), log)?;
    let experts = QueueProfile::routing_point();
    let experts = centre.execute(at(0), Define::new("experts", experts), log)?;

    let ida = centre.execute(at(0), Define::new("ida", AgentProfile::default()), log)?;
    centre.execute(at(0), SetMembership::new(ida, support), log)?;
    centre.execute(at(0), SetPresence::new(ida, SystemPresence::OnQueue.id()), log)?;

    let config = KnowledgeConfig::default().with_im_channel(im);
    centre.execute(at(0), ConfigureKnowledge::new(config), log)?;
    for (key, seat) in [("lee", "5116"), ("kim", "5117")] {
        let worker = AgentProfile::knowledge_worker(im, voice);
        let worker = centre.execute(at(0), Define::new(key, worker), log)?;
        centre.execute(at(0), SetMembership::new(worker, experts), log)?;
        centre.execute(at(0), SetKnowledgeWorker::new(worker).with_im(key), log)?;
        centre.execute(at(0), SetSeat::new(worker, Some(seat.into())), log)?;
        centre.execute(at(0), ReportPresence::new(worker, "Online", 1), log)?;
    }
    centre.execute(at(0), SetRoutingPoint::new("7100", RoutingPoint::new(experts)), log)?;
    Ok(centre)
}
