//! What would be sent to ServiceNow while the engine routes: a chat comes in, one agent rejects
//! it, another accepts it, and it is closed.

use strowger::servicenow::{Desk, DeskConfig, Document, Intake};
use strowger::*;

/// An engine and a desk, and every request printed and answered as if it were done.
struct Host {
    engine: Engine,
    desk: Desk,
    log: Log,
}

impl Host {
    fn tell<A: Action>(&mut self, secs: i64, action: A) -> A::Output {
        let now = Timestamp::from_millis(secs * 1_000);
        let answer = self.engine.execute(now, action, &mut self.log).expect("it can be done");
        for fact in self.log.drain() {
            if !matches!(fact.event, Event::Defined(_)) {
                println!("{} {}", fact.at, fact.event.name());
            }
            self.desk.observe(self.engine.view(), &fact);
        }
        self.send(now);
        answer
    }

    fn send(&mut self, now: Timestamp) {
        loop {
            let requests = self.desk.requests(self.engine.view(), now);
            if requests.is_empty() {
                return;
            }
            for (call, request) in requests {
                let body = request.body.unwrap_or_default();
                println!("    {:?} {} {body}", request.method, request.path);
                let done = br#"{"result":{"success":true,"message":"done","work_item":
                    {"sys_id":"item","document_id":"5961","document_table":"interaction"}}}"#;
                self.desk.answer(self.engine.view(), call, 200, done);
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut log = Log::default();
    let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
    let provider = Some("8b592fb64f140210c0338ef0b1ce0b18".to_owned());
    let config = DeskConfig { provider, reject_reason: "busy".into(), ..DeskConfig::default() };
    let mut host = Host { engine, desk: Desk::new(config), log };

    let chat = host.tell(0, Define::new("chat", ChannelProfile::chat()));
    let queue = host.tell(0, Define::new("support", QueueProfile::default()));
    for key in ["ana", "bo"] {
        let agent = host.tell(0, Define::new(key, AgentProfile::default()));
        let membership = Membership::default();
        host.tell(0, SetMembership { agent, queue, membership, channel: None });
        host.tell(0, SetPresence { agent, presence: SystemPresence::OnQueue.id() });
    }

    let document = Document::new("interaction", "59616aba87bd5210be070d48dabb35e6");
    let mut intake = Intake::new(document, chat, queue);
    intake.fields.insert("priority".into(), "5".into());
    let work = host.tell(10, Submit::new(intake.request(host.engine.view())?));
    let ringing = |host: &Host| match host.engine.view().work(work).map(|work| work.stage()) {
        Some(Stage::Offered { offer }) => offer,
        stage => panic!("it does not ring: {stage:?}"),
    };
    let reject = Reject { offer: ringing(&host), reason: None, retry_at: None };
    host.tell(15, reject);
    let accept = Accept { offer: ringing(&host) };
    host.tell(20, accept);
    host.tell(80, FinishContact { work, by: Finisher::Agent });
    Ok(())
}
