//! What this layer asks of the engine and of records, and what follows here from what happened
//! there.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::base::key::Key;
use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::commands::{Command, Submit};
use crate::engine::core::Engine;
use crate::fact::log::{Fact, Seq};
use crate::interaction::{
    InteractionId, InteractionRequest, OpenInteraction, ProfileStore, RecordCommand, RecordFact,
    RecordReply, Records, SubmitWork,
};
use crate::knowledge::Knowledge;
use crate::layer::above::{Above, Over, Plan};
use crate::layer::decide::Decide;
use crate::model::attribute::{Attributes, Value};
use crate::model::ids::Entity;
use crate::model::work::WorkRequest;
use crate::policy::calendar;

use crate::journey::command::{JourneyCommand, JourneyReply};
use crate::journey::decide::JourneyBelow;
use crate::journey::event::JourneyLog;
use crate::journey::journeys::Journeys;
use crate::journey::offer::{OfferFailure, WebAnswer, WebOffer, WebOfferState};
use crate::journey::permission::check_part;
use crate::journey::refusal::{JourneyEntity, JourneyRefusal};
use crate::journey::seen::SeenFloor;

impl Above for Journeys {
    type Done = JourneyBelow;

    fn above(engine_seq: Seq) -> Self {
        let mut layer = Self::unopened();
        layer.followed.engine = engine_seq;
        layer
    }

    fn decide(
        &mut self,
        now: Timestamp,
        actor: &Actor,
        command: JourneyCommand,
        done: JourneyBelow,
        log: &mut JourneyLog,
    ) -> Result<JourneyReply, JourneyRefusal> {
        self.decide_with(now, actor, command, done, log)
    }

    fn check(&mut self, now: Timestamp, command: JourneyCommand) -> Result<(), JourneyRefusal> {
        self.would_refuse(now, command)
    }

    fn fire_first(&mut self, now: Timestamp, log: &mut JourneyLog) {
        let mut turn = self.turn(now, Actor::Host, log);
        let now = turn.now;
        turn.fire_first(now);
    }

    fn cannot(done: &mut JourneyBelow, code: &'static str, message: &str) {
        done.failed.get_or_insert_with(|| OfferFailure::of(code, message));
    }
}

impl WebOffer {
    /// What the work and the conversation that come of it know of it.
    fn context(&self) -> Attributes {
        let session = Value::Text(alloc::format!("{}", self.session).into());
        let page = self.page.clone().map(|page| ("journey.page".into(), Value::Text(page)));
        let map = Value::Text((*self.map).into());
        [("journey.map".into(), map), ("journey.session".into(), session)]
            .into_iter()
            .chain(page)
            .collect()
    }
}

impl JourneyCommand {
    const fn names_interaction(&self) -> Option<InteractionId> {
        match self {
            Self::VerifyContact(command) => Some(command.interaction),
            Self::LinkInteraction(command) => Some(command.interaction),
            _ => None,
        }
    }
}

impl Journeys {
    /// The key by which the visitor acts to whom an offer is shown: what they are known by.
    fn key_of(&self, offer: &WebOffer) -> Option<Key> {
        let session = self.session(offer.session)?;
        Some(Key::from(&*session.identifier.value)).filter(Key::is_valid)
    }

    /// The offer that a command accepts, if a conversation begins with it now.
    fn accepted(&self, command: &JourneyCommand) -> Option<&WebOffer> {
        let JourneyCommand::Answer(answer) = command else { return None };
        let offer = self.offer(answer.offer)?;
        let begins = answer.answer == WebAnswer::Accepted
            && offer.state == WebOfferState::Offered
            && offer.media.is_conversation();
        begins.then_some(offer)
    }

    /// The work that waits in the queue of the target of an offer.
    fn work_for(&self, offer: &WebOffer) -> Option<WorkRequest> {
        let (target, _) = self.target(offer.target.as_deref()?)?;
        let request = WorkRequest::new(target.queue, target.channel);
        let request = request.with_attributes(offer.context());
        Some(match self.key_of(offer) {
            Some(key) => request.with_customer(key),
            None => request,
        })
    }

    /// The interaction that is opened for an offer: for the visitor by the key by which they act,
    /// and for the contact of the host's that they are.
    fn opening_for(&self, offer: &WebOffer) -> Option<InteractionRequest> {
        let (target, _) = self.target(offer.target.as_deref()?)?;
        let mut opening = InteractionRequest::new(target.kind).with_context(offer.context());
        let customer = self.session(offer.session).and_then(|row| self.customer(row.customer));
        opening.contact = customer.and_then(|row| row.contact.clone());
        Some(match self.key_of(offer) {
            Some(key) => opening.with_opened_for(key),
            None => opening,
        })
    }
}

impl Over<Engine> for Journeys {
    fn look(&mut self, engine: &Engine) {
        self.look_at(engine);
    }

    fn permit(
        &self,
        _engine: &Engine,
        actor: &Actor,
        command: &JourneyCommand,
    ) -> Result<(), JourneyRefusal> {
        self.check_allowed(actor, command)
    }

    fn require(
        &self,
        engine: &Engine,
        command: &JourneyCommand,
    ) -> Result<Vec<Command>, JourneyRefusal> {
        let unknown = |entity| JourneyRefusal::Unknown { what: JourneyEntity::Engine(entity) };
        let view = engine.view();
        match command {
            JourneyCommand::SetTarget(command) => {
                let (queue, channel) = (command.target.queue, command.target.channel);
                if view.queue(queue).is_none_or(|queue| queue.is_retired()) {
                    return Err(unknown(Entity::Queue(queue)));
                }
                if view.channel(channel).is_none() {
                    return Err(unknown(Entity::Channel(channel)));
                }
            }
            JourneyCommand::VerifyContact(command) => {
                if let Some(agent) = command.by.filter(|agent| view.agent(*agent).is_none()) {
                    return Err(unknown(Entity::Agent(agent)));
                }
            }
            JourneyCommand::SetActionMap(command) => {
                let calendar = command.map.calendar;
                if let Some(id) = calendar.filter(|id| view.calendar(*id).is_none()) {
                    return Err(unknown(Entity::Calendar(id)));
                }
            }
            _ => {}
        }
        Ok(Vec::new())
    }

    fn attempt(&self, _engine: &Engine, command: &JourneyCommand) -> Vec<Command> {
        let request = self.accepted(command).and_then(|offer| self.work_for(offer));
        request.into_iter().map(|request| Submit::new(request).into()).collect()
    }

    fn follow(&mut self, fact: &Fact, _log: &mut JourneyLog) {
        self.note_engine(fact);
    }

    fn note(&mut self, fact: &Fact) {
        self.note_engine(fact);
    }

    fn check_over(&self, engine: &Engine) -> Result<(), &'static str> {
        match self.followed.engine == engine.view().seq() {
            true => Ok(()),
            false => Err("layers: journeys have followed just what the engine said"),
        }
    }
}

impl Journeys {
    fn note_engine(&mut self, fact: &Fact) {
        self.followed.engine = self.followed.engine.max(fact.seq);
        self.followed.latest = self.followed.latest.max(fact.at);
    }
}

impl<P: ProfileStore + Clone + Default> Over<Records<P>> for Journeys {
    fn permit(
        &self,
        records: &Records<P>,
        actor: &Actor,
        command: &JourneyCommand,
    ) -> Result<(), JourneyRefusal> {
        match (actor, command.verifies()) {
            (Actor::Agent(me), Some((interaction, _))) => check_part(records, *me, interaction),
            _ => Ok(()),
        }
    }

    fn require(
        &self,
        records: &Records<P>,
        command: &JourneyCommand,
    ) -> Result<Vec<RecordCommand>, JourneyRefusal> {
        let Some(interaction) = command.names_interaction() else { return Ok(Vec::new()) };
        if records.interaction(interaction).is_some() {
            return Ok(Vec::new());
        }
        Err(match records.was_opened(interaction) {
            true => JourneyRefusal::InteractionArchived { interaction },
            false => JourneyRefusal::Unknown { what: JourneyEntity::Interaction(interaction) },
        })
    }

    fn attempt(&self, _records: &Records<P>, command: &JourneyCommand) -> Vec<RecordCommand> {
        let opening = self.accepted(command).and_then(|offer| self.opening_for(offer));
        opening.into_iter().map(|opening| OpenInteraction::new(opening).into()).collect()
    }

    fn plan(
        &self,
        records: &Records<P>,
        command: &JourneyCommand,
        answer: Option<RecordReply>,
        done: &mut JourneyBelow,
    ) -> Result<Plan<RecordCommand>, JourneyRefusal> {
        done.joined = true;
        if let Some(named) = command.names_interaction() {
            done.over = records.interaction(named).is_some_and(|row| row.closed.is_some());
        }
        let Some(offer) = self.accepted(command).filter(|_| done.failed.is_none()) else {
            return Ok(Plan::Alone);
        };
        match answer {
            // A layer is asked about those below it once more.
            None if done.opened.is_some() => Ok(Plan::Alone),
            None => match self.opening_for(offer) {
                Some(opening) => Ok(Plan::First(OpenInteraction::new(opening).into())),
                None => {
                    done.failed = Some(OfferFailure::of("no_target", ""));
                    Ok(Plan::Alone)
                }
            },
            Some(RecordReply::Interaction(id)) => {
                done.opened = Some(id);
                let request = self.work_for(offer).map(Arc::new);
                Ok(request.map_or(Plan::Alone, |request| {
                    Plan::First(SubmitWork::new(id, request).into())
                }))
            }
            Some(_) => Ok(Plan::Alone),
        }
    }

    fn follow(&mut self, fact: &RecordFact, log: &mut JourneyLog) {
        self.follow_next(fact, log);
    }

    fn note(&mut self, fact: &RecordFact) {
        self.followed.records = self.followed.records.max(fact.seq);
    }

    fn check_over(&self, records: &Records<P>) -> Result<(), &'static str> {
        if self.followed.records != records.position() {
            return Err("layers: journeys have followed just what records said");
        }
        match self.store.rows.links.keys().all(|id| records.interaction(*id).is_some()) {
            true => Ok(()),
            false => Err("layers: interactions that are linked are kept"),
        }
    }
}

impl Over<Knowledge> for Journeys {}

impl Journeys {
    /// Sees who could answer what the action maps offer, and which of their calendars are open.
    pub(crate) fn look_at(&mut self, engine: &Engine) {
        let mut seen = SeenFloor::default();
        let rows = &self.store.rows;
        for part in &self.store.index.program.maps {
            let map = &part.content;
            if let Some(id) = map.calendar {
                let open = || {
                    let known = engine.view().calendar(id);
                    known.is_some_and(|one| calendar::is_open(one.profile(), engine.now()))
                };
                seen.open.entry(id).or_insert_with(open);
            }
            if let Some(target) = map.target.as_ref().and_then(|key| rows.targets.get(key)) {
                let (queue, channel) = (target.content.queue, target.content.channel);
                seen.available.entry((queue, channel)).or_insert_with(|| {
                    let request = Arc::new(WorkRequest::new(queue, channel));
                    engine.is_anybody_available(&request)
                });
            }
        }
        self.seen = Some(seen);
    }
}
