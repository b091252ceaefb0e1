//! A question to a colleague and the call after it, at a switch of Genesys Engage and an office
//! messenger: what is told from there (`<`), and everything that would be sent (`>`).

use std::error::Error;

use serde::Serialize;
use serde_json::{Value, json};
use strowger::Action;
use strowger::centre::{CentreCommand, CentreConfig, CentreLog, Joined};
use strowger::command::Actor;
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::prelude::*;
use strowger_engage::{
    Answer, ConnId, Event as Told, EventName, MessengerPresence, PreviewConfig, Previews, Switch,
    SwitchConfig,
};

const CALL: &str = "006c0198a0b5d001";

type Failure = Box<dyn Error>;

/// A centre, its switch and its messenger, which do whatever they are asked to.
struct Site {
    centre: Centre,
    switch: Switch,
    previews: Previews,
    now: Timestamp,
}

fn print(message: &impl Serialize) -> Result<(), Failure> {
    println!("  > {}", serde_json::to_string(message)?);
    Ok(())
}

impl Site {
    fn tell<A>(&mut self, action: A) -> Result<A::Output, Failure>
    where
        A: Action,
        A::Layer: Joined,
    {
        let mut log = CentreLog::default();
        let done = self.centre.execute(self.now, action, &mut log);
        self.send(&log)?;
        Ok(done?)
    }

    fn execute(&mut self, command: CentreCommand) -> Result<(), Failure> {
        let mut log = CentreLog::default();
        let done = self.centre.tell(self.now, Actor::Host, command, &mut log);
        self.send(&log)?;
        Ok(done.map(drop)?)
    }

    /// Sends what comes of the facts of a call.
    fn send(&mut self, log: &CentreLog) -> Result<(), Failure> {
        for fact in log.iter().filter_map(|fact| fact.knowledge()) {
            for request in self.switch.observe(&self.centre, fact) {
                print(&request?)?;
            }
        }
        for message in self.previews.observe(&self.centre, log.as_slice()) {
            print(&message?)?;
        }
        Ok(())
    }

    /// Does what an event or a presence became, and sends what it leaves to be said.
    fn follow(&mut self, answer: Answer) -> Result<(), Failure> {
        answer.requests.iter().try_for_each(print)?;
        match answer.heard {
            Ok(command) => self.execute(command),
            Err(why) => {
                println!("    {why}");
                Ok(())
            }
        }
    }

    /// The switch tells of something at a telephone.
    fn told(&mut self, name: &str, dn: &str, more: Value) -> Result<(), Failure> {
        let millis = self.now.as_millis();
        let time = json!({"sec": millis / 1_000, "usec": millis % 1_000 * 1_000});
        let mut event = json!({"Event": name, "ThisDN": dn, "time": time});
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        println!("  < {event}");
        let event = Told::read(event.to_string().as_bytes())?;
        let answer = match event.event {
            EventName::UserEvent => self.previews.hear(&self.centre, &event),
            _ => self.switch.hear(&self.centre, &event),
        };
        self.follow(answer)
    }

    /// The messenger tells where somebody is.
    fn shows(&mut self, im: &str, presence: &str) -> Result<(), Failure> {
        println!("  < {im} is {presence}");
        let revision = self.now.as_millis().unsigned_abs();
        let answer = MessengerPresence::new(im, presence, revision).hear(&self.centre);
        self.follow(answer)
    }

    fn step(&mut self, secs: i64, what: &str) {
        self.now = Timestamp::from_millis(secs * 1_000);
        println!("{} {what}", self.now);
    }
}

fn main() -> Result<(), Failure> {
    let mut log = CentreLog::default();
    let config = CentreConfig::new(Config::default())
        .with_records(RecordConfig::default().with_types(InteractionType::ALL))
        .with_knowledge(KnowledgeConfig::default());
    let mut site = Site {
        centre: Centre::new(config, Timestamp::EPOCH, &mut log)?,
        switch: Switch::new(SwitchConfig::default()),
        previews: Previews::new(PreviewConfig::new("SIP_Switch")),
        now: Timestamp::EPOCH,
    };
    let voice = site.tell(Define::new("voice", ChannelProfile::voice()))?;
    let im = site.tell(Define::new("im", ChannelProfile::chat()))?;
    site.tell(ConfigureKnowledge::new(KnowledgeConfig::default().with_im_channel(im)))?;
    let support = site.tell(Define::new("support", QueueProfile::default()))?;
    let experts = site.tell(Define::new("experts", QueueProfile::routing_point()))?;
    let ida = site.tell(Define::new("ida", AgentProfile::default()))?;
    site.tell(SetMembership::new(ida, support))?;
    site.tell(SetPresence::new(ida, SystemPresence::OnQueue.id()))?;
    let kim = site.tell(Define::new("kim", AgentProfile::knowledge_worker(im, voice)))?;
    site.tell(SetMembership::new(kim, experts))?;
    site.tell(SetKnowledgeWorker::new(kim).with_im("kim@example.org"))?;
    site.tell(SetRoutingPoint::new("7100", RoutingPoint::new(experts)))?;

    site.step(1, "Kim comes to work and sits down; Ida is at 4001.");
    site.shows("kim@example.org", "Online")?;
    site.told("EventAgentLogin", "5117", json!({"AgentID": "kim"}))?;
    site.switch.place(ida, "4001");

    site.step(10, "A customer calls, and Ida does not know the answer.");
    let call = site.tell(OpenInteraction::new(InteractionRequest::new(InteractionType::Phone)))?;
    let request = WorkRequest::new(support, voice).with_key(CALL);
    let work = site.tell(SubmitWork::new(call, request))?;
    let offer = site.centre.engine().view().agent(ida).ok_or("nobody")?.offers()[0];
    site.tell(Accept::new(offer))?;
    let ask = Ask::new("q-1", ida, "7100").with_about(call);
    let asked = site.tell(ask.with_user_data([("Notes".into(), "Which fuse is it?".into())]))?;

    site.step(15, "Ida adds something, and Kim accepts at the messenger.");
    let contract = [("Contract".into(), "A-17".into())].into();
    site.tell(AttachData::new(asked.interaction, contract))?;
    let conn = ConnId::of_message(asked.work);
    let accepted =
        json!({"AgentID": "kim", "ConnID": conn, "UserData": {"UCC_Reason": "Accepted"}});
    site.told("EventUserEvent", "5117", accepted)?;

    site.step(60, "Writing is not enough: Kim gets the call at the desk.");
    let target = site.centre.transfer_targets(ida, call).remove(0);
    site.tell(target.escalate(call, How::Transfer))?;
    let owner = site.centre.engine().view().work(work).ok_or("no call")?.stage().owner();
    println!("The call is with {}.", if owner == Some(kim) { "Kim" } else { "somebody else" });
    Ok(())
}
