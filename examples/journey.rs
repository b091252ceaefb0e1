//! A visitor, from the first page to the agent who has them: sessions, a segment, an offer that is
//! accepted, and what the agent is given.

use strowger::centre::{CentreConfig, CentreFact, CentreLog, CentreRefusal};
use strowger::interaction::{InteractionId, InteractionType, RecordConfig};
use strowger::journey::*;
use strowger::prelude::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(1_767_949_200_000 + secs * 1_000)
}

fn page(path: &str, title: &str) -> VisitorEvent {
    VisitorEvent::page_viewed(format!("https://www.store.test{path}"), title)
}

fn main() -> Result<(), CentreRefusal> {
    let mut log = CentreLog::default();
    let mut centre = centre(&mut log)?;
    let ida = centre.engine().view().agent_id("ida").expect("Ida was defined");
    let cookie = || Identifier::cookie("c-81");

    // Somebody looks around. Nobody knows who it is.
    let first = Track::new(cookie(), page("/", "Welcome"))
        .with_attributes([("browser.family".into(), "Firefox".into())]);
    let session = centre.execute(at(0), first, &mut log)?;
    let search = VisitorEvent::searched("rocking chair");
    centre.execute(at(20), Track::new(cookie(), search), &mut log)?;

    // On the page with the chairs they are offered a chat, for somebody of sales is free.
    centre.execute(at(40), Track::new(cookie(), page("/chairs", "Chairs")), &mut log)?;
    let journeys = centre.journeys().expect("the centre keeps journeys");
    let offer = journeys.session(session).expect("it goes on").offers[0];
    let shown = journeys.offer(offer).expect("it is open");
    println!("{} is offered \"{}\" until {:?}", session, shown.map, shown.until);

    // They accept, and say who they are. The interaction and its work are there at once.
    let accept = Answer::new(offer, WebAnswer::Accepted);
    let chat = centre.execute(at(48), accept, &mut log)?.expect("a chat begins");
    let jo = Identify::new(cookie())
        .with_identifiers([Identifier::email("Jo@Example.test")])
        .with_name("Jo");
    centre.execute(at(50), jo, &mut log)?;

    // Ida has them eleven seconds after they accepted, which is in time.
    let ring = centre.engine().view().agent(ida).expect("Ida").offers()[0];
    centre.execute(at(59), Accept::new(ring), &mut log)?;
    let journeys = centre.journeys().expect("the centre keeps journeys");
    let (_, counts) = journeys.target("sales").expect("it was defined");
    println!("{} of {} were answered in time", counts.engaged - counts.over, counts.engaged);

    // Meanwhile the visitor goes on, and the host's model says how near they are to buying.
    centre.execute(at(70), Track::new(cookie(), page("/basket", "Basket")), &mut log)?;
    let scores = [("buys".into(), 6_500)].into();
    centre.execute(at(71), Score::new(session, scores), &mut log)?;
    view(&centre, ida, chat)?;

    println!("\nWhat happened:");
    for fact in log.iter().filter_map(CentreFact::journey) {
        let event = serde_json::to_string(&fact.event.event).expect("JSON");
        println!("{:>4} s  {event}", (fact.at.as_millis() - at(0).as_millis()) / 1_000);
    }
    Ok(())
}

/// A shop with one agent of sales, who is there.
fn centre(log: &mut CentreLog) -> Result<Centre, CentreRefusal> {
    let journeys = JourneyConfig::default().with_tracked(["store.test".into()]);
    let config = CentreConfig::new(Config::default())
        .with_records(RecordConfig::default())
        .with_journeys(journeys);
    let mut centre = Centre::new(config, at(0), log)?;
    let chat = centre.execute(at(0), Define::new("chat", ChannelProfile::chat()), log)?;
    let sales = centre.execute(at(0), Define::new("sales", QueueProfile::default()), log)?;
    let ida = centre.execute(at(0), Define::new("ida", AgentProfile::default()), log)?;
    centre.execute(at(0), SetMembership::new(ida, sales), log)?;
    centre.execute(at(0), SetPresence::new(ida, SystemPresence::OnQueue.id()), log)?;

    let firefox = Criterion::new("browser.family", Operator::Equal, "Firefox");
    let foxes = VisitorSegment::new("Foxes", "#FF6A00")
        .with_conditions(Conditions::default().with_session([firefox]));
    centre.execute(at(0), SetSegment::new("foxes", foxes), log)?;
    let ordered = EventCondition::new(EventName::Custom("order_placed".into()));
    let buys = Outcome::new("Buys something")
        .with_scored(true)
        .with_conditions(Conditions::default().with_events([ordered]));
    centre.execute(at(0), SetOutcome::new("buys", buys), log)?;
    let target = ActionTarget::new(sales, chat, InteractionType::Chat);
    centre.execute(at(0), SetTarget::new("sales", target), log)?;
    let map = ActionMap::new("Chat about chairs", ActionMedia::WebChat)
        .with_segments(["foxes".into()])
        .with_pages([PageCondition::new(Operator::ContainsAny, "/chairs")])
        .with_target("sales");
    centre.execute(at(0), SetActionMap::new("chairs", map), log)?;
    Ok(centre)
}

/// What Ida is given: once with all permissions, once without those of events and scores.
fn view(centre: &Centre, ida: AgentId, chat: InteractionId) -> Result<(), CentreRefusal> {
    let few = JourneyRights::ALL.without(JourneyRight::Event).without(JourneyRight::OutcomeScores);
    for (who, rights) in [("all permissions", JourneyRights::ALL), ("two missing", few)] {
        let viewer = JourneyViewer::new(ida, rights);
        let view = centre.journey(&viewer, chat, PageRequest::default())?;
        let name = view.customer.shown().and_then(|customer| customer.as_ref()?.name.clone());
        println!(
            "\nIda sees, with {who}, the journey of {}:",
            name.as_deref().unwrap_or("Unknown")
        );
        let cards = view.cards.shown().map(|page| &page.items[..]).unwrap_or_default();
        for card in cards {
            let colour = card.live.shown().map(|live| live.colour);
            println!("  [{}] {:?}", card.title, colour.expect("they may see who is live"));
            for term in &card.searches {
                println!("    searched for \"{}\"", term.term);
            }
            for chip in card.segments.shown().into_iter().flatten() {
                println!("    is one of the {} ({})", chip.name, chip.colour);
            }
            for outcome in card.outcomes.shown().into_iter().flatten() {
                println!("    {}: {:?}", outcome.name, outcome.score);
            }
            match &card.map {
                Gated::Shown(items) => items.iter().for_each(|item| {
                    let secs = (item.at.as_millis() - at(0).as_millis()) / 1_000;
                    println!("    {secs:>3} s {:?}", item.kind);
                }),
                hidden => println!("    the journey map is {hidden:?}"),
            }
        }
    }
    Ok(())
}
