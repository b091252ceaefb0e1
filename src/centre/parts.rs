//! What is done with each layer, one after another: refuse, plan, decide, follow, answer, fire.

use core::mem;

use crate::command::actor::Actor;
use crate::command::commands::{Command, Reply};
use crate::engine::core::Engine;
use crate::interaction::{ProfileStore, Records};
use crate::journey::Journeys;
use crate::knowledge::Knowledge;
use crate::layer::above::{Above, Over, Plan};
use crate::layer::decide::Decide;
use crate::state::machine::Deadline;

use crate::centre::core::Centre;
#[cfg(test)]
use crate::centre::toy::Toy;
use crate::centre::words::{
    CentreCommand, CentreFact, CentreLog, CentreRefusal, CentreReply, LayerFact, layers,
};

/// A layer of a centre, for what is the same for all of them.
pub(super) trait LayerPart<L: Decide> {
    /// How far up it stands; the engine is 0.
    const LEVEL: usize;

    /// The layer, if the centre has it.
    fn part(&self) -> Result<&L, CentreRefusal>;

    /// Refuses a command that its actor, who is not the host, may not give.
    fn permit(&self, actor: &Actor, command: &L::Command) -> Result<(), CentreRefusal>;

    /// Does a command, whose facts are not published yet. Of the layers above, those above
    /// `asker` may refuse it.
    fn perform(
        &mut self,
        command: L::Command,
        asker: usize,
        log: &mut CentreLog,
    ) -> Result<L::Reply, CentreRefusal>;

    /// Fails if the layer itself would refuse the command.
    fn check(&mut self, command: L::Command) -> Result<(), CentreRefusal>;

    /// Puts what the layer has said into the log, and lets those above follow.
    fn publish(&mut self, log: &mut CentreLog);
}

/// Lets the layers in a list refuse a command of a layer below them.
macro_rules! refuse {
    ($centre:ident, $below:ty, $command:ident, $asker:ident: $(
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* }
    )*) => {$(
        $(#[$meta])*
        if let (Some(layer), Ok(below)) = (&$centre.$field, LayerPart::<$below>::part($centre)) {
            if <Self as LayerPart<$layer>>::LEVEL > $asker {
                Over::<$below>::refuse(layer, below, &$command)?;
            }
        }
    )*};
}

/// Lets the layers in a list follow a fact of a layer below them.
macro_rules! follow {
    ($centre:ident, $below:ty, $fact:ident: $(
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* }
    )*) => {$(
        $(#[$meta])*
        if let Some(layer) = &mut $centre.$field {
            Over::<$below>::follow(layer, &$fact, &mut $centre.unheard.$field);
        }
    )*};
}

/// Publishes what the layers in a list have said.
macro_rules! publish {
    ($centre:ident, $log:ident: $(
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* }
    )*) => {$(
        $(#[$meta])*
        LayerPart::<$layer>::publish($centre, $log);
    )*};
}

macro_rules! engine_part {
    ($($list:tt)*) => {
        impl<P: ProfileStore + Clone + Default> LayerPart<Engine> for Centre<P> {
            const LEVEL: usize = 0;

            fn part(&self) -> Result<&Engine, CentreRefusal> {
                Ok(&self.engine)
            }

            fn permit(&self, actor: &Actor, command: &Command) -> Result<(), CentreRefusal> {
                Ok(self.engine.permit(actor, command)?)
            }

            fn perform(
                &mut self,
                command: Command,
                asker: usize,
                _log: &mut CentreLog,
            ) -> Result<Reply, CentreRefusal> {
                refuse!(self, Engine, command, asker: $($list)*);
                Ok(self.engine.decide(&self.actor, command, &mut self.unheard.engine)?)
            }

            fn check(&mut self, command: Command) -> Result<(), CentreRefusal> {
                Ok(self.engine.check(self.engine.now(), command)?)
            }

            fn publish(&mut self, log: &mut CentreLog) {
                let mut said = mem::take(&mut self.unheard.engine);
                for fact in said.drain() {
                    follow!(self, Engine, fact: $($list)*);
                    self.say(LayerFact::Work(fact), log);
                    publish!(self, log: $($list)*);
                }
                self.unheard.engine = said;
            }
        }
    };
}

layers!(engine_part);

/// Asks a layer once more what is done in the layers below it, but for the highest of them: what
/// was found out there can be acted on here.
macro_rules! plan_again {
    (
        $centre:ident, $layer:ty, $held:ident, $command:ident, $done:ident, $log:ident:
        $highest:ty
    ) => {};
    (
        $centre:ident, $layer:ty, $held:ident, $command:ident, $done:ident, $log:ident:
        $below:ty, $($rest:ty),+
    ) => {
        $held |= $centre.plan::<$layer, $below>(&$command, &mut $done, $log)?;
        plan_again!($centre, $layer, $held, $command, $done, $log: $($rest),+);
    };
}

/// Makes a part of each layer in a list. In brackets are its level and the layers below it.
macro_rules! upper_parts {
    ([$level:expr; $($below:ty),*]) => {};
    ([$level:expr; $($below:ty),*]
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        impl<P: ProfileStore + Clone + Default> LayerPart<$layer> for Centre<P> {
            const LEVEL: usize = $level;

            fn part(&self) -> Result<&$layer, CentreRefusal> {
                self.$field.as_ref().ok_or(CentreRefusal::no_layer(stringify!($field)))
            }

            fn permit(
                &self,
                actor: &Actor,
                command: &<$layer as Decide>::Command,
            ) -> Result<(), CentreRefusal> {
                self.engine.permit_actor(actor)?;
                $(self.permit_over::<$layer, $below>(actor, command)?;)*
                Ok(())
            }

            fn perform(
                &mut self,
                command: <$layer as Decide>::Command,
                asker: usize,
                log: &mut CentreLog,
            ) -> Result<<$layer as Decide>::Reply, CentreRefusal> {
                LayerPart::<$layer>::part(self)?;
                // The highest layer has nobody above it to ask.
                let _ = asker;
                refuse!(self, $layer, command, asker: $($rest)*);
                $(self.require::<$layer, $below>(&command)?;)*
                let (mut done, mut held) = (<$layer as Above>::Done::default(), false);
                $(self.attempt::<$layer, $below>(&command, &mut done)?;)*
                $(held |= self.plan::<$layer, $below>(&command, &mut done, log)?;)*
                plan_again!(self, $layer, held, command, done, log: $($below),*);
                let now = self.engine.now();
                let layer = self.$field.as_mut();
                let layer = layer.ok_or(CentreRefusal::no_layer(stringify!($field)))?;
                Over::<Engine>::look(layer, &self.engine);
                let (actor, said) = (&self.actor, &mut self.unheard.$field);
                let answer = layer.decide(now, actor, command, done, said);
                if held {
                    LayerPart::<$layer>::publish(self, log);
                    $(LayerPart::<$below>::publish(self, log);)*
                }
                Ok(answer?)
            }

            fn check(
                &mut self,
                command: <$layer as Decide>::Command,
            ) -> Result<(), CentreRefusal> {
                let now = self.engine.now();
                let layer = self.$field.as_mut();
                let layer = layer.ok_or(CentreRefusal::no_layer(stringify!($field)))?;
                Ok(layer.check(now, command)?)
            }

            fn publish(&mut self, log: &mut CentreLog) {
                let mut said = mem::take(&mut self.unheard.$field);
                for fact in said.drain() {
                    follow!(self, $layer, fact: $($rest)*);
                    self.say(LayerFact::$variant(fact), log);
                    publish!(self, log: $($rest)*);
                }
                self.unheard.$field = said;
            }
        }

        upper_parts! { [$level + 1; $($below,)* $layer] $($rest)* }
    };
}

macro_rules! upper_parts_of {
    ($($list:tt)*) => {
        upper_parts! { [1; Engine] $($list)* }
    };
}

layers!(upper_parts_of);

impl<P: ProfileStore + Clone + Default> Centre<P> {
    /// Puts a fact into the log, at the next place.
    fn say(&mut self, fact: LayerFact, log: &mut CentreLog) {
        self.position = self.position.saturating_add(1);
        log.push(CentreFact { position: self.position, fact });
    }

    /// Refuses a command of the layer `U` that its actor may not give, as far as the layer `B`
    /// below knows.
    fn permit_over<U, B>(&self, actor: &Actor, command: &U::Command) -> Result<(), CentreRefusal>
    where
        U: Over<B>,
        B: Decide,
        Self: LayerPart<U> + LayerPart<B>,
        CentreRefusal: From<U::Refusal>,
    {
        let (upper, below) = (LayerPart::<U>::part(self)?, LayerPart::<B>::part(self));
        let Ok(below) = below else { return Ok(()) };
        Ok(upper.permit(below, actor, command)?)
    }

    /// Refuses a command of the layer `U` for which something would have to be possible in the
    /// layer `B` below it that is not.
    fn require<U, B>(&mut self, command: &U::Command) -> Result<(), CentreRefusal>
    where
        U: Over<B>,
        B: Decide,
        Self: LayerPart<U> + LayerPart<B>,
        CentreRefusal: From<U::Refusal>,
    {
        let (upper, below) = (LayerPart::<U>::part(self)?, LayerPart::<B>::part(self));
        let Ok(below) = below else { return Ok(()) };
        let needed = upper.require(below, command)?;
        needed.into_iter().try_for_each(|command| LayerPart::<B>::check(self, command))
    }

    /// Tells the layer `U` whether what it attempts in the layer `B` for a command is possible.
    fn attempt<U, B>(
        &mut self,
        command: &U::Command,
        done: &mut U::Done,
    ) -> Result<(), CentreRefusal>
    where
        U: Over<B>,
        B: Decide,
        Self: LayerPart<U> + LayerPart<B>,
    {
        let (upper, below) = (LayerPart::<U>::part(self)?, LayerPart::<B>::part(self));
        let Ok(below) = below else { return Ok(()) };
        for command in upper.attempt(below, command) {
            if let Err(refusal) = LayerPart::<B>::check(self, command) {
                U::cannot(done, refusal.code(), &alloc::format!("{refusal}"));
            }
        }
        Ok(())
    }

    /// Does in the layer `B` what has to be done there before a command of the layer `U`, and says
    /// whether facts of it are held back until the command is decided.
    fn plan<U, B>(
        &mut self,
        command: &U::Command,
        done: &mut U::Done,
        log: &mut CentreLog,
    ) -> Result<bool, CentreRefusal>
    where
        U: Over<B>,
        B: Decide,
        Self: LayerPart<U> + LayerPart<B>,
        CentreRefusal: From<U::Refusal>,
    {
        let (mut answer, mut held) = (None, false);
        loop {
            let (upper, below) = (LayerPart::<U>::part(self)?, LayerPart::<B>::part(self));
            let Ok(below) = below else { return Ok(false) };
            match upper.plan(below, command, answer.take(), done)? {
                Plan::Alone => return Ok(held),
                Plan::IfPossible(command) => LayerPart::<B>::check(self, command)?,
                Plan::First(command) => {
                    answer = Some(LayerPart::<B>::perform(self, command, 0, log)?);
                    LayerPart::<B>::publish(self, log);
                }
                Plan::Beside(command) => {
                    let asker = <Self as LayerPart<U>>::LEVEL;
                    answer = Some(LayerPart::<B>::perform(self, command, asker, log)?);
                    held = true;
                }
            }
        }
    }

    /// Does in the layer `B` what follows there from a fact of the layer `U`: of each list of
    /// commands the first that is not refused.
    fn answer<U, B>(&mut self, at: usize, fact: FactOf<U>, log: &mut CentreLog)
    where
        U: Over<B>,
        B: Decide,
        Self: LayerPart<U> + LayerPart<B>,
    {
        let (Ok(upper), Ok(below)) = (LayerPart::<U>::part(self), LayerPart::<B>::part(self))
        else {
            return;
        };
        let fact = log.as_slice().get(at).and_then(|entry| fact(&entry.fact));
        let commands = fact.map(|fact| upper.answer(below, fact)).unwrap_or_default();
        let asker = <Self as LayerPart<U>>::LEVEL;
        for command in commands {
            if LayerPart::<B>::perform(self, command, asker, log).is_ok() {
                LayerPart::<B>::publish(self, log);
                break;
            }
        }
    }
}

/// Takes the fact of one layer out of a fact of any.
type FactOf<U> = fn(&LayerFact) -> Option<&<U as Decide>::Fact>;

/// Answers the fact at a place of the log, if it is one of a layer in the list. In brackets are
/// the layers below it.
macro_rules! answer {
    ($centre:ident, $at:ident, $log:ident [$($below:ty),*]) => {};
    ($centre:ident, $at:ident, $log:ident [$($below:ty),*]
        $(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* }
        $($rest:tt)*
    ) => {
        $(#[$meta])*
        {
            let fact: FactOf<$layer> = |fact| match fact {
                LayerFact::$variant(fact) => Some(fact),
                _ => None,
            };
            $($centre.answer::<$layer, $below>($at, fact, $log);)*
        }
        answer! { $centre, $at, $log [$($below,)* $layer] $($rest)* }
    };
}

macro_rules! whole {
    ($($(#[$meta:meta])* $field:ident: $variant:ident($layer:ty) { $($words:tt)* })*) => {
        impl<P: ProfileStore + Clone + Default> Centre<P> {
            /// Does a command of any layer, whose facts are not published yet.
            pub(super) fn perform(
                &mut self,
                command: CentreCommand,
                log: &mut CentreLog,
            ) -> Result<CentreReply, CentreRefusal> {
                match command {
                    CentreCommand::Work(command) => {
                        LayerPart::<Engine>::perform(self, *command, 0, log).map(CentreReply::Work)
                    }
                    $(
                        $(#[$meta])*
                        CentreCommand::$variant(command) => {
                            LayerPart::<$layer>::perform(self, command, 0, log)
                                .map(CentreReply::$variant)
                        }
                    )*
                }
            }

            /// Refuses a command of any layer that the actor of the call may not give.
            pub(super) fn permit(&self, command: &CentreCommand) -> Result<(), CentreRefusal> {
                let actor = &self.actor;
                if *actor == Actor::Host {
                    return Ok(());
                }
                match command {
                    CentreCommand::Work(command) => {
                        LayerPart::<Engine>::permit(self, actor, command)
                    }
                    $(
                        $(#[$meta])*
                        CentreCommand::$variant(command) => {
                            LayerPart::<$layer>::permit(self, actor, command)
                        }
                    )*
                }
            }

            /// Publishes what any layer has said.
            pub(super) fn publish(&mut self, log: &mut CentreLog) {
                LayerPart::<Engine>::publish(self, log);
                $(
                    $(#[$meta])*
                    LayerPart::<$layer>::publish(self, log);
                )*
            }

            /// The deadline that is due first, with the number of its layer. Of several at an
            /// instant the lowest layer is first.
            pub(super) fn first_due(&self) -> Option<(Deadline, usize)> {
                let own = self.engine.first_due().map(|deadline| (deadline, 0));
                self.first_above(own)
            }

            /// The same, of the layers above the engine and what is known to be due already.
            fn first_above(&self, known: Option<(Deadline, usize)>) -> Option<(Deadline, usize)> {
                let mut first = known;
                $(
                    $(#[$meta])*
                    if let Some(deadline) = self.$field.as_ref().and_then(Decide::next_deadline) {
                        if first.is_none_or(|(before, _)| deadline.at < before.at) {
                            first = Some((deadline, <Self as LayerPart<$layer>>::LEVEL));
                        }
                    }
                )*
                first
            }

            /// Fires the one thing that is due first in a layer.
            pub(super) fn fire_first(&mut self, level: usize) -> Result<(), CentreRefusal> {
                let now = self.engine.now();
                if level == 0 {
                    let above = self.first_above(None).map(|(deadline, _)| deadline.at);
                    self.engine.fire_first(above, &mut self.unheard.engine)?;
                }
                $(
                    $(#[$meta])*
                    if level == <Self as LayerPart<$layer>>::LEVEL {
                        if let Some(layer) = &mut self.$field {
                            Over::<Engine>::look(layer, &self.engine);
                            Above::fire_first(layer, now, &mut self.unheard.$field);
                        }
                    }
                )*
                Ok(())
            }

            /// Does below what follows from the facts from a place of the log on, and from what
            /// follows from those.
            pub(super) fn answer_from(&mut self, from: usize, log: &mut CentreLog) {
                let mut at = from;
                while at < log.len() {
                    answer! {
                        self, at, log [Engine]
                        $($(#[$meta])* $field: $variant($layer) { $($words)* })*
                    }
                    at = at.saturating_add(1);
                }
            }
        }
    };
}

layers!(whole);
