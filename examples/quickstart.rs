//! One call finds one agent. The code of the README.

use strowger::prelude::*;

fn main() -> Result<(), Refusal> {
    let at = |secs: i64| Timestamp::from_millis(secs * 1_000);
    let mut log = Log::default();
    let mut engine = Engine::new(Config::default(), at(0), &mut log)?;

    let voice = engine.execute(at(0), Define::new("voice", ChannelProfile::voice()), &mut log)?;
    let queue = engine.execute(at(0), Define::new("support", QueueProfile::default()), &mut log)?;
    let agent = engine.execute(at(0), Define::new("ana", AgentProfile::default()), &mut log)?;
    engine.execute(at(0), SetMembership::new(agent, queue), &mut log)?;
    let presence = SystemPresence::OnQueue.id();
    engine.execute(at(1), SetPresence::new(agent, presence), &mut log)?;

    let work = engine.execute(at(2), Submit::new(WorkRequest::new(queue, voice)), &mut log)?;
    let offer = engine.view().agent(agent).and_then(|ana| ana.offers().first().copied());
    engine.execute(at(5), Accept::new(offer.expect("Ana is alerted")), &mut log)?;
    engine.execute(at(95), FinishContact::new(work, Finisher::Agent), &mut log)?;

    for fact in log.drain() {
        println!("{:>3} {} {}", fact.seq, fact.at, fact.event.name());
    }
    Ok(())
}
