//! The edge where the host's own keys stand for ids.
//!
//! Inside everything is named by small numbers. At the edge a fact, a reply or a refusal is written
//! with keys wherever an id has one, and a command may name things by key or by number. Both are
//! done on the way through serde, so there is one vocabulary and no second set of types.
//!
//! Knows which id has which key now. Knows nothing of how a host finds its keys.

mod de;
mod kind;
mod ser;

use core::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer};
use serde::{Serialize, Serializer};

use crate::engine::view::View;

/// Writes a value with keys in place of ids, and reads one in which keys stand for ids.
///
/// Works with formats that say what they hold, such as JSON. An id without a key (an offer, or work
/// submitted without one) stays a number.
///
/// ```
/// use strowger::prelude::*;
/// use strowger::keyed::Keyed;
///
/// let (now, mut log) = (Timestamp::EPOCH, Log::default());
/// let mut engine = Engine::new(Config::default(), now, &mut log).unwrap();
/// engine.execute(now, Define::new("ana", AgentProfile::default()), &mut log).unwrap();
///
/// let json = r#"{"agent":"ana","presence":"on_queue"}"#;
/// let mut source = serde_json::Deserializer::from_str(json);
/// let command: SetPresence = Keyed::read(engine.view(), &mut source).unwrap();
/// assert_eq!(serde_json::to_string(&Keyed::new(engine.view(), &command)).unwrap(), json);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'a, T> {
    view: View<'a>,
    value: &'a T,
}

impl<'a, T> Keyed<'a, T> {
    /// A value to be written with the keys of this engine.
    #[must_use]
    pub const fn new(view: View<'a>, value: &'a T) -> Self {
        Self { view, value }
    }
}

impl<T: DeserializeOwned> Keyed<'_, T> {
    /// Reads a value in which keys of this engine stand for ids.
    ///
    /// # Errors
    /// The format's own error; a key nobody has is one, and is named in it.
    pub fn read<'de, D: Deserializer<'de>>(view: View<'_>, source: D) -> Result<T, D::Error> {
        de::Seed::new(view, PhantomData::<T>).deserialize(source)
    }
}

impl<T: Serialize> Serialize for Keyed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(ser::KeySerializer::new(self.view, serializer))
    }
}
