//! One call over several layers: deadlines, the command, what follows from it, routing.

use crate::base::time::Timestamp;
use crate::command::actor::Actor;
use crate::command::refusal::Refusal;
use crate::engine::core::Engine;
use crate::engine::decisions::Decision;
use crate::fact::log::{Log, Seq};
use crate::interaction::{Gap, ProfileStore, ProfilesInMemory, RecordConfig, RecordFact, Records};
use crate::journey::{ConfigureJourneys, JourneyConfig, JourneyFact, Journeys};
use crate::knowledge::{ConfigureKnowledge, Knowledge, KnowledgeConfig, KnowledgeFact};
use crate::layer::action::{Action, FromReply};
use crate::layer::decide::Decide;
use crate::model::config::Config;
use crate::state::machine::Deadline;

#[cfg(test)]
use crate::centre::toy::{Toy, ToyFact};
use crate::centre::words::{CentreCommand, CentreLog, CentreRefusal, CentreReply, Joined, layers};

/// The configuration that a centre begins with.
///
/// ```
/// use strowger::centre::CentreConfig;
/// use strowger::interaction::RecordConfig;
/// use strowger::prelude::*;
///
/// let config = CentreConfig::new(Config::default()).with_records(RecordConfig::default());
/// assert!(config.records.is_some());
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CentreConfig {
    /// The bounds of the engine.
    pub engine: Config,
    /// The configuration of the records; `None`: no records are kept.
    pub records: Option<RecordConfig>,
    /// The configuration of the layer in which colleagues are asked for help; `None`: there is
    /// none. It needs records.
    pub knowledge: Option<KnowledgeConfig>,
    /// The configuration of the layer that knows the journeys of customers; `None`: there is none.
    /// It needs records.
    pub journeys: Option<JourneyConfig>,
}

impl CentreConfig {
    /// An engine alone, to which layers are added.
    #[must_use]
    pub const fn new(engine: Config) -> Self {
        Self { engine, records: None, knowledge: None, journeys: None }
    }

    /// The same with interaction records.
    #[must_use]
    pub fn with_records(self, records: RecordConfig) -> Self {
        Self { records: Some(records), ..self }
    }

    /// The same with colleagues who are asked for help, above the records.
    #[must_use]
    pub fn with_knowledge(self, knowledge: KnowledgeConfig) -> Self {
        Self { knowledge: Some(knowledge), ..self }
    }

    /// The same with the journeys of customers, above the records.
    #[must_use]
    pub fn with_journeys(self, journeys: JourneyConfig) -> Self {
        Self { journeys: Some(journeys), ..self }
    }
}

macro_rules! centre {
    ($(
        $(#[$meta:meta])*
        $field:ident: $variant:ident($layer:ty) {
            command: $command:ty,
            reply: $reply:ty,
            refusal: $refusal:ty,
            fact: $fact:ty,
            snapshot: $snapshot:ty,
            name: $name:literal,
        }
    )*) => {
        /// An engine and the layers above it, as one: one way in, one log in one order, one
        /// snapshot.
        ///
        /// Which layers there are beside the engine the host chooses
        /// ([`CentreConfig`]). Every call fires whatever fell due in any layer, in order of
        /// instant, then of layer; does the command; does what follows from it in layers below;
        /// and routes, until nothing is left to do. What any layer refuses changes nothing in any.
        ///
        /// ```
        /// use strowger::centre::{CentreConfig, CentreLog, CentreRefusal};
        /// use strowger::interaction::*;
        /// use strowger::model::ChannelId;
        /// use strowger::prelude::*;
        ///
        /// let (now, mut log) = (Timestamp::EPOCH, CentreLog::default());
        /// let config = CentreConfig::new(Config::default()).with_records(RecordConfig::default());
        /// let mut centre = Centre::new(config, now, &mut log)?;
        /// let chat = centre.execute(now, Define::new("chat", ChannelProfile::chat()), &mut log)?;
        /// let support = Define::new("support", QueueProfile::default());
        /// let queue = centre.execute(now, support, &mut log)?;
        ///
        /// let opening = InteractionRequest::new(InteractionType::Chat);
        /// let interaction = centre.execute(now, OpenInteraction::new(opening), &mut log)?;
        /// let request = WorkRequest::new(queue, chat);
        /// centre.execute(now, SubmitWork::new(interaction, request), &mut log)?;
        /// let record = centre.records().unwrap().interaction(interaction).unwrap();
        /// assert_eq!(record.state, InteractionState::Queued);
        /// assert_eq!(record.queue, Some(queue));
        /// # Ok::<(), CentreRefusal>(())
        /// ```
        #[derive(Clone, Debug)]
        pub struct Centre<P: ProfileStore + Clone + Default = ProfilesInMemory> {
            pub(super) engine: Engine,
            $($(#[$meta])* pub(super) $field: Option<$layer>,)*
            /// The actor of the call that is under way, or was the last.
            pub(super) actor: Actor,
            /// The place of the last fact.
            pub(super) position: Seq,
            pub(super) unheard: Unheard,
        }

        /// The facts of each layer that no other layer has heard yet; empty between two calls.
        #[derive(Clone, Debug, Default)]
        pub(super) struct Unheard {
            pub(super) engine: Log,
            $($(#[$meta])* pub(super) $field: Log<$fact>,)*
        }
    };
}

layers!(centre);

impl Centre {
    /// A new centre with the layers that the configuration names. The opening of the engine is
    /// fact 1.
    ///
    /// # Errors
    /// [`CentreRefusal`] if a configuration makes no sense.
    pub fn new(
        config: CentreConfig,
        now: Timestamp,
        log: &mut CentreLog,
    ) -> Result<Self, CentreRefusal> {
        let mut opening = Log::default();
        let mut centre = Self::of(Engine::new(config.engine, now, &mut opening)?);
        (centre.position, centre.unheard.engine) = (0, opening);
        centre.publish(log);
        if let Some(records) = config.records {
            centre.keep_records(ProfilesInMemory::default(), records, now, log)?;
        }
        if let Some(knowledge) = config.knowledge {
            centre.keep_knowledge(knowledge, now, log)?;
        }
        if let Some(journeys) = config.journeys {
            centre.keep_journeys(journeys, now, log)?;
        }
        Ok(centre)
    }
}

impl<P: ProfileStore + Clone + Default> Centre<P> {
    /// An engine and the records that followed it become the layers of a centre.
    ///
    /// # Errors
    /// [`Gap`] if the records did not follow all the engine said. Follow what is missing first.
    pub fn join(engine: Engine, records: Option<Records<P>>) -> Result<Self, Gap> {
        if let Some(records) = &records {
            let (found, followed) = (engine.view().seq(), records.followed());
            if followed < found {
                return Err(Gap { expected: followed.saturating_add(1), found });
            }
        }
        let above = records.as_ref().map_or(0, Decide::position);
        let centre = Self::of(engine);
        Ok(Self { position: centre.position.saturating_add(above), records, ..centre })
    }

    /// Keeps interaction records from now on, over this store of profiles. What happened before
    /// has no record.
    ///
    /// # Errors
    /// [`CentreRefusal`] if the configuration makes no sense, or the time is too far ahead.
    pub fn keep_records(
        &mut self,
        profiles: P,
        config: RecordConfig,
        now: Timestamp,
        log: &mut CentreLog,
    ) -> Result<(), CentreRefusal> {
        self.check_clock(now)?;
        let mut records = Records::over(profiles, config, now, &mut self.unheard.records)?;
        records.follow_after(self.engine.view().seq());
        records.learn(self.engine.view(), now, &mut self.unheard.records);
        self.records = Some(records);
        self.publish(log);
        Ok(())
    }

    /// Lets colleagues be asked for help from now on. Where they are already, this configures it.
    ///
    /// # Errors
    /// [`CentreRefusal`] if the configuration makes no sense or names what is not there, the time
    /// is too far ahead, or the centre keeps no records.
    pub fn keep_knowledge(
        &mut self,
        config: KnowledgeConfig,
        now: Timestamp,
        log: &mut CentreLog,
    ) -> Result<(), CentreRefusal> {
        if self.knowledge.is_some() {
            return self.execute(now, ConfigureKnowledge::new(config), log);
        }
        self.check_clock(now)?;
        let records = self.records.as_ref().ok_or(CentreRefusal::no_layer("records"))?;
        let (above, said) = (records.position(), &mut self.unheard.knowledge);
        self.knowledge = Some(Knowledge::over(config, &self.engine, above, now, said)?);
        self.publish(log);
        Ok(())
    }

    /// Keeps the journeys of customers from now on. Where they are kept already, this configures
    /// it.
    ///
    /// # Errors
    /// [`CentreRefusal`] if the configuration makes no sense, the time is too far ahead, or the
    /// centre keeps no records.
    pub fn keep_journeys(
        &mut self,
        config: JourneyConfig,
        now: Timestamp,
        log: &mut CentreLog,
    ) -> Result<(), CentreRefusal> {
        if self.journeys.is_some() {
            return self.execute(now, ConfigureJourneys::new(config), log);
        }
        self.check_clock(now)?;
        let records = self.records.as_ref().ok_or(CentreRefusal::no_layer("records"))?;
        let (engine, above) = (self.engine.view().seq(), records.position());
        let said = &mut self.unheard.journeys;
        self.journeys = Some(Journeys::over(config, engine, above, now, said)?);
        self.publish(log);
        Ok(())
    }

    /// The journeys of customers, to read, if the centre keeps any.
    #[must_use]
    pub const fn journeys(&self) -> Option<&Journeys> {
        self.journeys.as_ref()
    }

    /// The same centre with something else about its journeys, such as the host's own
    /// [`Contacts`](crate::journey::Contacts).
    #[must_use]
    pub fn map_journeys(self, change: impl FnOnce(Journeys) -> Journeys) -> Self {
        Self { journeys: self.journeys.map(change), ..self }
    }

    /// The layer in which colleagues are asked for help, to read, if the centre has it.
    #[must_use]
    pub const fn knowledge(&self) -> Option<&Knowledge> {
        self.knowledge.as_ref()
    }

    /// The engine, to read.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Hands out the records of how agents were chosen that the engine keeps, the oldest first. It
    /// keeps some if the host asked it to ([`Engine::record_decisions`]), by
    /// [`map_engine`](Self::map_engine).
    pub fn decisions(&mut self) -> impl Iterator<Item = Decision> + '_ {
        self.engine.decisions()
    }

    /// The records, to read, if the centre keeps any.
    #[must_use]
    pub const fn records(&self) -> Option<&Records<P>> {
        self.records.as_ref()
    }

    /// The same centre with something else about its engine, such as a host's own
    /// [`Scorer`](crate::host::Scorer).
    #[must_use]
    pub fn map_engine(self, change: impl FnOnce(Engine) -> Engine) -> Self {
        Self { engine: change(self.engine), ..self }
    }

    /// The same centre with something else about its records, such as a host's own
    /// [`Directory`](crate::interaction::Directory).
    #[must_use]
    pub fn map_records(self, change: impl FnOnce(Records<P>) -> Records<P>) -> Self {
        Self { records: self.records.map(change), ..self }
    }

    /// The parts of the centre.
    #[must_use]
    pub fn into_parts(self) -> (Engine, Option<Records<P>>) {
        (self.engine, self.records)
    }

    /// Fires whatever fell due by `now`, then does a command of any layer, then does what follows
    /// from it and routes, until nothing is left to do.
    ///
    /// Facts are appended to `log`, also when the command is refused: then they are those of the
    /// deadlines that fell due, and of what was routed after them.
    ///
    /// # Errors
    /// A [`CentreRefusal`] says why the command changed nothing in any layer.
    /// [`Refusal::ClockJump`] comes before all others: then no deadline fired in any layer either.
    pub fn execute<A>(
        &mut self,
        now: Timestamp,
        action: A,
        log: &mut CentreLog,
    ) -> Result<A::Output, CentreRefusal>
    where
        A: Action,
        A::Layer: Joined,
    {
        self.execute_as(now, Actor::Host, action, log)
    }

    /// Does the same as [`execute`](Self::execute) if the actor may give the command. The facts
    /// that follow from it, in any layer, name the actor in their cause.
    ///
    /// # Errors
    /// Before any other but [`Refusal::ClockJump`]: [`Refusal::NotAllowed`] if the command is not
    /// for the actor, [`Refusal::Unknown`] if what it names does not exist, or not for them, and
    /// [`Refusal::NotYours`] if it is another's; a layer above has refusals of the same names.
    pub fn execute_as<A>(
        &mut self,
        now: Timestamp,
        actor: Actor,
        action: A,
        log: &mut CentreLog,
    ) -> Result<A::Output, CentreRefusal>
    where
        A: Action,
        A::Layer: Joined,
    {
        let reply = self.tell(now, actor, A::Layer::command(action.into()), log)?;
        let answer = A::Layer::reply(reply).and_then(A::Output::from_reply);
        answer.ok_or(CentreRefusal::no_layer("answer"))
    }

    /// Does whatever an actor tells it and may tell it, for a host that keeps or sends commands of
    /// all layers in one vocabulary.
    ///
    /// # Errors
    /// A [`CentreRefusal`] says why the command changed nothing in any layer.
    pub fn tell(
        &mut self,
        now: Timestamp,
        actor: Actor,
        command: CentreCommand,
        log: &mut CentreLog,
    ) -> Result<CentreReply, CentreRefusal> {
        self.call(now, actor, log, |centre, log| {
            let caught_up = match centre.engine.is_behind() {
                true => centre.settle(log)?,
                false => centre.fire(log)?,
            };
            if !caught_up {
                centre.engine.fall_behind();
                return Err(Refusal::Behind { now: centre.engine.now() }.into());
            }
            let from = log.len();
            let permitted = centre.permit(&command);
            let answer = permitted.and_then(|()| centre.perform(command, log));
            centre.conclude(from, log)?;
            centre.settle(log)?;
            answer
        })
    }

    /// Lets time pass: fires whatever fell due by `now`, in any layer, and routes.
    ///
    /// # Errors
    /// A [`CentreRefusal`] says why no time passed.
    pub fn advance(&mut self, now: Timestamp, log: &mut CentreLog) -> Result<(), CentreRefusal> {
        self.call(now, Actor::Host, log, |centre, log| centre.settle(log).map(drop))
    }

    /// Says that it is `now` for all layers, however long after the latest call that is, as
    /// [`Engine::confirm_clock`] does for an engine alone.
    pub const fn confirm_clock(&mut self, now: Timestamp) {
        self.engine.confirm_clock(now);
    }

    /// Says whether a call may name this time, and changes nothing.
    ///
    /// # Errors
    /// [`Refusal::ClockJump`] if it is too far ahead.
    pub fn check_clock(&self, now: Timestamp) -> Result<(), CentreRefusal> {
        Ok(self.engine.check_clock(now)?)
    }

    /// Makes a call. If a layer meets a fault in it, the facts of all layers are taken out of the
    /// log again, and the centre is not used any more.
    fn call<T>(
        &mut self,
        now: Timestamp,
        actor: Actor,
        log: &mut CentreLog,
        does: impl FnOnce(&mut Self, &mut CentreLog) -> Result<T, CentreRefusal>,
    ) -> Result<T, CentreRefusal> {
        let (before, position) = (log.len(), self.position);
        self.check_sound()?;
        self.engine.begin(now)?;
        self.actor = actor;
        let answer = does(self, log);
        if self.fault().is_some() {
            while log.len() > before {
                log.pop();
            }
            (self.position, self.unheard) = (position, Unheard::default());
        }
        self.check_sound()?;
        answer
    }

    fn check_sound(&self) -> Result<(), CentreRefusal> {
        match self.fault() {
            Some(_) => Err(Refusal::Faulted { sound: self.position }.into()),
            None => Ok(()),
        }
    }

    /// When to call [`advance`](Self::advance) next, and what for. Ask again after every call.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        let due = self.first_due().map(|(deadline, _)| deadline);
        match due.is_some_and(|due| due.at <= self.engine.now()) || !self.engine.is_behind() {
            true => due,
            false => self.engine.next_deadline(),
        }
    }

    /// Fires what is due by now, in order of instant, then of layer, as much as one call may. What
    /// follows from it happens before what is due next. Says whether nothing is due any more.
    fn fire(&mut self, log: &mut CentreLog) -> Result<bool, CentreRefusal> {
        while let Some((deadline, level)) = self.first_due() {
            let from = log.len();
            if deadline.at > self.engine.now() {
                break;
            }
            if !self.engine.step() {
                return Ok(false);
            }
            self.fire_first(level)?;
            self.conclude(from, log)?;
            if log.len() == from {
                debug_assert!(
                    false,
                    "{deadline:?} of layer {level} was due and nothing came of it"
                );
                break;
            }
        }
        Ok(true)
    }

    /// Publishes what was said since a place of the log and does what follows from it in layers
    /// below. Only then the engine judges what was declined in vain: a layer above may know better
    /// what becomes of it.
    fn conclude(&mut self, mut from: usize, log: &mut CentreLog) -> Result<(), CentreRefusal> {
        loop {
            self.publish(log);
            self.answer_from(from, log);
            from = log.len();
            if !self.engine.judge_declined(&mut self.unheard.engine)? {
                return Ok(());
            }
        }
    }

    /// Fires what is due and routes, until nothing is left to do, or as much as one call may. Says
    /// whether nothing is left.
    fn settle(&mut self, log: &mut CentreLog) -> Result<bool, CentreRefusal> {
        loop {
            if !self.fire(log)? {
                self.engine.fall_behind();
                return Ok(false);
            }
            let from = log.len();
            self.engine.route(&mut self.unheard.engine)?;
            self.conclude(from, log)?;
            if log.len() == from || self.engine.is_behind() {
                return Ok(!self.engine.is_behind());
            }
        }
    }
}
