//! What would be sent to Genesys Cloud while the engine routes: a work item comes in, alerts an
//! agent, is accepted by that agent over there, and is wrapped up.

use strowger::Action;
use strowger::command::{Park, Resume, Resumer};
use strowger::model::{WrapUpCodeProfile, WrapUpMode, WrapUpProfile};
use strowger::prelude::*;
use strowger_genesys::{Event as Told, Intake, Mirror};

/// An engine, what shows its work over there, and every request printed.
struct Host {
    engine: Engine,
    mirror: Mirror,
    log: Log,
}

impl Host {
    fn tell<A: Action<Layer = Engine>>(&mut self, secs: i64, action: A) -> A::Output {
        let now = Timestamp::from_millis(secs * 1_000);
        let answer = self.engine.execute(now, action, &mut self.log).expect("it can be done");
        for fact in self.log.drain() {
            if !matches!(fact.event, Event::Defined(_)) {
                println!("{} {}", fact.at, fact.event.name());
            }
            for request in self.mirror.observe(self.engine.view(), &fact) {
                let body = request.body.map(|body| body.to_string()).unwrap_or_default();
                println!("    {:?} {} {body}", request.method, request.path);
                println!("        needs {}", request.permissions.join(" or "));
            }
        }
        answer
    }
}

/// A notification about the work item, as its channel brings it.
fn notification(state: &str) -> String {
    format!(
        r#"{{"topicName":"v2.taskmanagement.workitems.w-1","eventBody":{{"id":"w-1",
        "name":"Refund","priority":5,"queueId":"q-billing","skillIds":["sk-refunds"],
        "assigneeId":"u-ana","assignmentState":"{state}"}}}}"#
    )
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut log = Log::default();
    let engine = Engine::new(Config::default(), Timestamp::EPOCH, &mut log)?;
    let mut host = Host { engine, mirror: Mirror::default().with_closed_status("s-done"), log };

    // Everything is defined under its id over there.
    let channel = host.tell(0, Define::new("workitem", ChannelProfile::work_item()));
    let wrap_up = WrapUpProfile::of(WrapUpMode::Mandatory);
    let profile = QueueProfile::default().with_wrap_up(wrap_up);
    let queue = host.tell(0, Define::new("q-billing", profile));
    let refunds = host.tell(0, Define::new("sk-refunds", SkillProfile::default()));
    let code = host.tell(0, Define::new("wc-refunded", WrapUpCodeProfile::default()));
    let profile = AgentProfile::default().with_skills([(refunds, 80)]);
    let agent = host.tell(0, Define::new("u-ana", profile));
    host.tell(0, SetMembership::new(agent, queue));
    host.tell(0, SetPresence::new(agent, SystemPresence::OnQueue.id()));

    let Told::Workitem(item) = Told::read(notification("Idle").as_bytes())? else {
        return Err("no work item".into());
    };
    let now = Timestamp::from_millis(10_000);
    let request = Intake::new(channel, queue).request(host.engine.view(), &item, now)?;
    let work = host.tell(10, Submit::new(request));
    // The agent accepts over there: the engine follows, and nothing is sent back.
    for state in ["Alerting", "Connected", "Connected"] {
        let told = Told::read(notification(state).as_bytes())?;
        for command in host.mirror.hear(host.engine.view(), &told).commands {
            host.tell(15, command);
        }
    }
    host.tell(60, Park::new(work));
    host.tell(90, Resume::new(work, Resumer::Agent));
    host.tell(120, FinishContact::new(work, Finisher::Agent));
    host.tell(150, EndWrapUp::new(work, agent).with_code(code));
    Ok(())
}
