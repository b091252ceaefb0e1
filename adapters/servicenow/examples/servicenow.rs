//! Seven steps of a chat that comes in at ServiceNow, is routed here and worked on there: what is
//! told from there (`<`), and every request that would be sent (`>`).

use std::error::Error;

use serde_json::{Value, json};
use strowger::Action;
use strowger::host::Follower;
use strowger::model::RejectReasonProfile;
use strowger::prelude::*;
use strowger::presence::{PresenceAsk, PresenceMap, PresenceSync, Side};
use strowger_servicenow::{
    Answer, CallId, Control, Controls, Desk, DeskConfig, Document, Event as Told, Intake, Request,
    SetAgentPresence,
};

const CHAT: &str = "59616aba87bd5210be070d48dabb35e6";
const AVAILABLE: &str = "0b10223c57a313005baaaa65ef94f970";
const NOT_MY_EXPERTISE: &str = "31e3fa29b38023002e7b6e5f26a8dc17";

type Failure = Box<dyn Error>;

/// What is kept the same over there.
struct Bridge {
    desk: Desk,
    presences: PresenceSync,
    asks: Vec<PresenceAsk>,
}

impl Follower<Engine> for Bridge {
    fn follow(&mut self, engine: &Engine, facts: &[Fact]) {
        self.desk.follow(engine, facts);
        let asks = facts.iter().flat_map(|fact| self.presences.observe(fact));
        self.asks.extend(asks);
    }
}

/// A site whose journal is memory, and a ServiceNow that does whatever it is asked to.
struct Site {
    driver: Driver<Engine, Vec<Fact>, (), (), (), Bridge>,
    now: Timestamp,
    items: u32,
}

impl Site {
    fn tell<A: Action<Layer = Engine>>(&mut self, action: A) -> Result<A::Output, Failure> {
        let answer = self.driver.execute(self.now, action)??;
        self.send()?;
        Ok(answer)
    }

    /// Sends until nothing is to be sent.
    fn send(&mut self) -> Result<(), Failure> {
        loop {
            let (engine, bridge) = self.driver.follower().ok_or("no journal")?;
            let requests = bridge.desk.requests(engine.view(), self.now);
            let asks = std::mem::take(&mut bridge.asks);
            if requests.is_empty() && asks.is_empty() {
                return Ok(());
            }
            for ask in asks {
                self.ask(ask)?;
            }
            for (call, request) in requests {
                self.call(call, &request)?;
            }
        }
    }

    fn ask(&mut self, ask: PresenceAsk) -> Result<(), Failure> {
        match ask {
            PresenceAsk::Here(command) => self.tell(command),
            PresenceAsk::There { agent, presence } => {
                let view = self.driver.engine().ok_or("no journal")?.view();
                let agent = view.key(agent.into()).ok_or("nobody")?;
                print(&SetAgentPresence::new(&*presence).request(agent));
                Ok(())
            }
        }
    }

    /// Every transfer makes a new work item there.
    fn call(&mut self, call: CallId, request: &Request) -> Result<(), Failure> {
        print(request);
        let body = request.body.as_ref();
        self.items += u32::from(body.is_some_and(|body| body.get("transfer").is_some()));
        let item =
            json!({"sys_id": self.item(), "document_id": CHAT, "document_table": "interaction"});
        let done = json!({"result": {"success": true, "message": "done", "work_item": item}});
        let (engine, bridge) = self.driver.follower().ok_or("no journal")?;
        let answer = bridge.desk.answer(engine.view(), call, 200, done.to_string().as_bytes());
        self.follow(answer)
    }

    fn item(&self) -> String {
        format!("item-{}", self.items)
    }

    fn follow(&mut self, answer: Answer) -> Result<(), Failure> {
        answer.commands.into_iter().try_for_each(|command| self.tell(command).map(drop))
    }

    /// Something is told in the browser of an agent.
    fn told(&mut self, agent: &str, name: &str, body: Value) -> Result<(), Failure> {
        println!("  < {name} {agent} {body}");
        let event = Told::read(name, body.to_string().as_bytes())?;
        let (engine, bridge) = self.driver.follower().ok_or("no journal")?;
        let view = engine.view();
        let agent = view.agent_id(agent).ok_or("nobody")?;
        if let Told::Presence(presence) = &event {
            let revision = self.now.as_millis().unsigned_abs();
            let asks =
                bridge.presences.report(agent, &presence.report(revision, Some(Side::There)));
            asks.into_iter().try_for_each(|ask| self.ask(ask))?;
            return self.send();
        }
        let answer = bridge.desk.hear(view, agent, &event);
        self.follow(answer)?;
        self.send()
    }

    fn work_item(&self, more: Value) -> Value {
        let mut item = json!({"sys_id": self.item(), "size": 1,
            "serviceChannel": {"name": "Chat", "sys_id": "chat"},
            "document": {"sys_id": CHAT, "table": "interaction"}});
        if let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) {
            item.extend(more);
        }
        json!({ "workItem": item })
    }

    fn accepted(&mut self, agent: &str) -> Result<(), Failure> {
        let body = json!({"result": self.work_item(Value::Null)});
        self.told(agent, "openframe_awa_workitem_accepted", body)
    }

    /// An agent uses a control that the workspace shows beside the chat.
    fn press(&mut self, agent: &str, work: WorkId, control: Control) -> Result<(), Failure> {
        println!("  < {agent} presses {control:?}");
        let view = self.driver.engine().ok_or("no journal")?.view();
        let agent = view.agent_id(agent).ok_or("nobody")?;
        let command = Controls::find(view, agent, work, false).press(control, work)?;
        command.map_or(Ok(()), |command| self.tell(command).map(drop))
    }

    fn step(&mut self, secs: i64, what: &str) {
        self.now = Timestamp::from_millis(secs * 1_000);
        println!("{} {what}", self.now);
    }
}

fn print(request: &Request) {
    let body = request.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    println!("  > {:?} {}{body}", request.method, request.path);
}

fn open() -> Result<Site, Failure> {
    let mut log = Log::default();
    let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
    let config = DeskConfig {
        provider: Some("8b592fb64f140210c0338ef0b1ce0b18".to_owned()),
        reject_reason: NOT_MY_EXPERTISE.to_owned(),
        ..DeskConfig::default()
    };
    let presences = PresenceSync::new(PresenceMap::service_now());
    let bridge = Bridge { desk: Desk::new(config), presences, asks: Vec::new() };
    let driver = Driver::start(engine, log, Host::new(Vec::new()).with_follower(bridge))?;
    Ok(Site { driver, now: Timestamp::EPOCH, items: 1 })
}

fn main() -> Result<(), Failure> {
    let mut centre = open()?;
    let chat = centre.tell(Define::new("chat", ChannelProfile::chat()))?;
    let reason = RejectReasonProfile::default();
    centre.tell(Define::new(NOT_MY_EXPERTISE, reason))?;
    let french = centre.tell(Define::new("french", SkillProfile::default()))?;
    let support = centre.tell(Define::new("support", QueueProfile::default()))?;
    let vip = centre.tell(Define::new("vip", QueueProfile::default()))?;
    for (key, level) in [("ana", 80), ("bo", 70)] {
        let profile = AgentProfile::default().with_skills([(french, level)]);
        let agent = centre.tell(Define::new(key, profile))?;
        for queue in [support, vip] {
            centre.tell(SetMembership::new(agent, queue))?;
        }
    }

    centre.step(10, "1. and 2. A chat comes in, and waits in the queue its data names.");
    let mut intake = Intake::new(Document::new(Document::INTERACTION, CHAT), chat, support);
    let fields = [("queue", "vip"), ("priority", "7"), ("skills", "french:60")];
    intake.fields.extend(fields.map(|(name, value)| (name.into(), value.into())));
    let request = intake.request(centre.driver.engine().ok_or("no journal")?.view())?;
    let work = centre.tell(Submit::new(request))?;

    centre.step(12, "3. and 4. Agents come: whoever fits is offered it in the inbox.");
    for agent in ["ana", "bo"] {
        let presence =
            json!({"name": "Available", "sys_id": AVAILABLE, "available": true, "channels": []});
        let body = json!({"result": {"presence": presence}});
        centre.told(agent, "openframe_awa_agent_presence", body)?;
    }

    centre.step(15, "5. Ana rejects it and is not responding; it is offered to the next.");
    let reason = json!({"reason": "Not my expertise", "sys_id": NOT_MY_EXPERTISE});
    let body = json!({"payload": centre.work_item(json!({"rejection": reason}))});
    centre.told("ana", "openframe_awa_workitem_rejected", body)?;

    centre.step(20, "6. Bo accepts it, and has its controls.");
    centre.accepted("bo")?;
    centre.press("bo", work, Control::Hold)?;
    centre.press("bo", work, Control::Retrieve)?;

    centre.step(60, "7. Bo parks it, takes it up again, and transfers it; Ana closes it.");
    centre.press("bo", work, Control::Park(None))?;
    centre.step(600, "   (the customer writes again)");
    centre.press("bo", work, Control::Resume)?;
    let view = centre.driver.engine().ok_or("no journal")?.view();
    let (agent, presence) = (view.agent_id("ana").ok_or("nobody")?, SystemPresence::OnQueue.id());
    centre.tell(SetPresence::new(agent, presence))?;
    centre.press("bo", work, Control::TransferToAgent(agent))?;
    centre.accepted("ana")?;
    centre.press("ana", work, Control::Disconnect)?;

    let bridge = &centre.driver.host().follower;
    println!("in step: {}", bridge.desk.is_in_step());
    Ok(())
}
