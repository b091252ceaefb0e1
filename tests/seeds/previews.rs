//! Tables of colleagues who are asked: what becomes of a preview, and every refusal.

use std::collections::BTreeSet;

use strowger::centre::CentreRefusal;
use strowger::interaction::*;
use strowger::knowledge::*;
use strowger::model::{Broadcast, OfferId};
use strowger::prelude::*;

use crate::help::*;
use crate::names::names;
use crate::table;

/// What brings a preview of Kim's to where it is.
const BEGINNINGS: [&str; 7] = [
    "pending",
    "accepted",
    "declined",
    "window ended",
    "another accepted",
    "taken back",
    "logged out",
];

/// What is tried then.
const STEPS: [&str; 6] =
    ["accept", "reject", "window ends", "another accepts", "asker takes it back", "logged out"];

struct Rings {
    help: Help,
    asked: AskedAnswer,
    kims: OfferId,
    lees: OfferId,
    now: i64,
}

impl Rings {
    /// Ida asks; it rings at Kim and at Lee.
    fn new() -> Self {
        let mut help = Help::with(experts().with_broadcast(Broadcast::up_to(2)));
        [KIM, LEE].into_iter().for_each(|worker| help.report(0, worker, "Online"));
        let asked = help.tell(1_000, Ask::new("q-1", IDA, "7100"));
        let (kims, lees) = (help.preview(KIM), help.preview(LEE));
        Self { help, asked, kims, lees, now: 1_000 }
    }

    /// Takes a step; says what came of it for Kim's preview.
    fn step(&mut self, step: &str) -> Result<(), CentreRefusal> {
        let now = self.now + 1_000;
        self.now = now;
        match step {
            "accept" | "accepted" => self.help.attempt(now, Accept::new(self.kims)),
            "reject" | "declined" => self.help.attempt(now, Reject::new(self.kims)),
            "window ends" | "window ended" => {
                self.now = 21_000;
                self.help.advance(21_000);
                Ok(())
            }
            "another accepts" | "another accepted" => {
                // If it rings at Lee no more, nothing happens.
                let _ = self.help.attempt(now, Accept::new(self.lees));
                Ok(())
            }
            "asker takes it back" | "taken back" => {
                let by = Party::Agent(IDA);
                let end = EndInteraction::new(self.asked.interaction, Ending::Agent, by);
                self.help.attempt(now, end)
            }
            "logged out" => {
                self.help.report(now, KIM, "Offline");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn state(&self) -> String {
        let engine = self.help.centre.engine();
        match engine.view().offer(self.kims) {
            Some(_) => "pending".into(),
            None => {
                let mut copy = engine.clone();
                let mut log = Log::default();
                match copy.execute(copy.now(), Accept::new(self.kims), &mut log) {
                    Ok(()) => "accepted".into(),
                    Err(Refusal::OfferOver { end: Some(end), .. }) => {
                        let end = serde_json::to_value(end).unwrap();
                        match &end["withdrawn"]["why"] {
                            serde_json::Value::String(why) => format!("cancelled: {why}"),
                            _ => match end.as_str() {
                                Some(end) => end.to_owned(),
                                None => end.as_object().unwrap().keys().next().unwrap().clone(),
                            },
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

#[test]
fn what_becomes_of_a_preview() {
    let head = std::iter::once("").chain(STEPS).map(String::from).collect();
    let mut rows: Vec<Vec<String>> = vec![head];
    for beginning in BEGINNINGS {
        let mut row = vec![beginning.to_owned()];
        for step in STEPS {
            let mut rings = Rings::new();
            rings.step(beginning).unwrap();
            let facts = rings.help.log.len();
            let done = rings.step(step);
            let moved = rings.help.log.len() > facts;
            row.push(match (done, beginning) {
                (Ok(()), "pending") => rings.state(),
                (Ok(()), _) if !moved && matches!(step, "accept" | "reject") => "done".into(),
                (Ok(()), _) => "-".into(),
                (Err(_), _) => format!("over: {}", rings.state()),
            });
        }
        rows.push(row);
    }
    table::compare("tables/preview.txt", &table::align(&rows));
}

/// A situation for each refusal of this layer.
fn situations() -> Vec<KnowledgeRefusal> {
    let mut help = Help::online(experts());
    help.tell(0, SetRoutingPoint::new("7200", particular(Otherwise::Refuse)));
    let strict = RoutingPoint::new(EXPERTS).with_may_decline(false);
    help.tell(0, SetRoutingPoint::new("7300", strict));
    let call = help.call(1_000);
    let asked = help.ask(2_000, "q-1", call);
    let now = 3_000;
    let seat = |dn: &str| Destination::Seat { dn: dn.into() };
    let bring = |call, to| Escalate::new(call, to, How::Transfer);
    let point = |dn: &str| Destination::Point { dn: dn.into() };
    let named =
        |expert: &str| bring(call, point("7200")).with_user_data(pairs([("expert", expert)]));
    let nowhere = QueueId::from_raw(99);
    let mut all = vec![
        help.refused(now, SetRoutingPoint::new("7400", RoutingPoint::new(nowhere))),
        help.refused(now, AttachData::new(InteractionId::from_raw(99), pairs([("a", "b")]))),
        help.refused(now, Ask::new("q-2", IDA, "7999")),
        help.refused(now, SetSeat::new(OMAR, None)),
        help.refused(now, named("zoe")),
        help.refused(now, Ask::new("q-2", OMAR, "7100").with_about(call)),
        help.refused(now, bring(asked.interaction, seat("5117"))),
        help.refused(now, Ask::new("q-1", IDA, "7100")),
        help.refused(now, SetKnowledgeWorker::new(LEE).with_im("kim")),
        help.refused(now, CancelEscalation::new(call)),
        help.refused(now, RemoveKnowledgeWorker::new(KIM)),
        help.refused(now, bring(call, seat("5117"))),
        help.refused(now, Ask::new("", IDA, "7100")),
    ];
    let agent = strowger::command::Actor::Agent(KIM);
    let not_allowed =
        help.centre.execute_as(at(now), agent, SetSeat::new(LEE, None), &mut help.log);
    all.push(match not_allowed {
        Err(CentreRefusal::Knowledge(refusal)) => refusal,
        other => panic!("{other:?}"),
    });
    help.report(now, MAX, "Busy");
    all.push(help.refused(now, named("max")));
    help.tell(now, Ask::new("q-3", OMAR, "7300"));
    let preview = help.preview(LEE);
    all.push(help.refused(now, Reject::new(preview)));
    help.tell(now, bring(call, point("7100")));
    all.push(help.refused(now, bring(call, point("7100"))));
    for n in 10..20 {
        let _ = help.attempt(now, Ask::new(format!("q-{n}"), OMAR, "7100"));
    }
    all.push(help.refused(now, Ask::new("q-20", OMAR, "7100")));
    help.tell(now, EndInteraction::new(asked.interaction, Ending::Agent, Party::Agent(IDA)));
    all.push(help.refused(now, AttachData::new(asked.interaction, pairs([("a", "b")]))));
    help.tell(now, ArchiveInteraction::new(asked.interaction));
    all.push(help.refused(now, AttachData::new(asked.interaction, pairs([("a", "b")]))));
    let mut nothing = RoutingPoint::new(EXPERTS);
    nothing.queue = None;
    help.tell(now, SetRoutingPoint::new("7500", nothing));
    all.push(help.refused(now, Ask::new("q-2", IDA, "7500")));
    all
}

#[test]
fn every_refusal_has_its_situation() {
    let mut rows = vec![["code", "kind", "message"].map(String::from).to_vec()];
    let all = situations();
    for refusal in &all {
        let kind = format!("{:?}", refusal.kind());
        rows.push(vec![refusal.code().to_owned(), kind, refusal.to_string()]);
    }
    table::compare("tables/knowledge_refusals.txt", &table::align(&rows));
    let told: BTreeSet<_> = all.iter().map(KnowledgeRefusal::code).collect();
    // No host brings about a fault, and a centre joins the layer with all it needs.
    let never = ["faulted", "not_joined"];
    for code in names::<KnowledgeRefusal>() {
        assert!(told.contains(&*code) || never.contains(&&*code), "no situation for {code}");
    }
}

#[test]
fn the_layer_alone_can_do_nothing_and_says_so() {
    use strowger::layer::Decide;
    let mut alone = Knowledge::unopened();
    let mut log = KnowledgeLog::default();
    let actor = strowger::command::Actor::Host;
    for command in [
        KnowledgeCommand::from(Ask::new("q-1", IDA, "7100")),
        AttachData::new(InteractionId::from_raw(1), pairs([("a", "b")])).into(),
        SetKnowledgeWorker::new(IDA).into(),
    ] {
        let refused = alone.tell(at(0), actor.clone(), command, &mut log);
        assert_eq!(refused, Err(KnowledgeRefusal::NotJoined));
    }
    assert!(log.is_empty());
}
