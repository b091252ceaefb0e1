//! The same floor with interaction records kept beside the engine.

use std::sync::Arc;

use strowger::Action;
use strowger::centre::{CentreLog, LayerFact};
use strowger::command::Cancel;
use strowger::interaction::*;
use strowger::model::OfferId;
use strowger::prelude::*;

use super::floor::Floor;
use super::random::Random;

/// How many profiles are kept.
pub(crate) const PROFILES: u32 = 1_000;

/// A centre and its host.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub centre: Centre,
    pub log: CentreLog,
    now: Timestamp,
    requests: Vec<Arc<WorkRequest>>,
    random: Random,
    /// Records that the host was handed.
    pub archived: u64,
    /// How many people write to it, each from a number of their own; 0: everybody calls.
    pub people: u64,
}

impl Recorded {
    /// The floor, and records from now on.
    pub(crate) fn of(floor: Floor) -> Self {
        let limits = RecordLimits::default().with_profiles(PROFILES);
        let config = RecordConfig::default().with_types(InteractionType::ALL).with_limits(limits);
        let Floor { engine, now, requests, random, .. } = floor;
        let mut log = CentreLog::default();
        let mut centre = Centre::join(engine, None).expect("an engine alone");
        let kept = centre.keep_records(ProfilesInMemory::default(), config, now, &mut log);
        kept.expect("a good configuration");
        Self { centre, log, now, requests, random, archived: 0, people: 0 }
    }

    fn record<A: Action<Layer = Records>>(&mut self, action: A) -> A::Output {
        match self.centre.execute(self.now, action, &mut self.log) {
            Ok(output) => output,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    fn tell(&mut self, command: impl Into<Command>) {
        if let Err(refusal) = self.centre.execute(self.now, command.into(), &mut self.log) {
            panic!("{refusal}");
        }
    }

    /// The host reads all facts: what is offered, and what was archived.
    fn read(&mut self) -> Option<(OfferId, WorkId, AgentId)> {
        let mut offered = None;
        for fact in self.log.drain() {
            match fact.fact {
                LayerFact::Work(fact) => {
                    if let Event::WorkOffered { offer, work, agent, .. } = fact.event {
                        offered = Some((offer, work, agent));
                    }
                }
                LayerFact::Record(fact) => {
                    self.archived += u64::from(matches!(fact.event, RecordEvent::Archived { .. }));
                }
                _ => {}
            }
        }
        offered
    }

    /// Somebody calls or writes.
    fn contact(&mut self) -> InteractionId {
        if self.people == 0 {
            let opening = Box::new(InteractionRequest::new(InteractionType::Phone));
            return self.record(OpenInteraction::new(opening));
        }
        let number = self.random.below(usize::try_from(self.people).expect("not so many"));
        let message = ReceiveMessage::new(
            InteractionType::Messaging,
            Address::new("sms", &format!("+4930{number:09}")),
            "+4930999",
            "Hello",
        );
        self.record(message).interaction
    }

    /// The lifecycle of [`Floor::lifecycle`], with its record: opened, assigned, said what it is
    /// about, closed, archived.
    pub(crate) fn lifecycle(&mut self) {
        self.now = self.now + Span::from_millis(1);
        let interaction = self.contact();
        let request = self.random.below(self.requests.len());
        let request = Arc::clone(&self.requests[request]);
        let work = self.record(SubmitWork::new(interaction, request));
        match self.read() {
            None => self.tell(Cancel::new(work)),
            Some((offer, work, agent)) => {
                self.tell(Accept::new(offer));
                let short_description = "A question about the invoice";
                let change = RecordChange::default().with_short_description(short_description);
                self.record(SaveInteraction::new(interaction, Party::Agent(agent), change));
                self.tell(FinishContact::new(work, Finisher::Agent));
                self.tell(EndWrapUp::new(work, agent));
            }
        }
        let state = self
            .centre
            .records()
            .and_then(|records| records.interaction(interaction))
            .map(|row| row.state);
        if state == Some(InteractionState::New) {
            let by = Party::Host;
            self.record(EndInteraction::new(interaction, Ending::Automatic, by));
        }
        self.record(ArchiveInteraction::new(interaction));
        self.read();
    }
}
