//! A bounded memory of what is over.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::base::id::Id;

/// Remembers the last things that ended, by id. The place of an id is its number modulo the size,
/// so remembering costs one write and forgets whatever stood there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Recent<I, T> {
    size: u32,
    places: Vec<Option<(I, T)>>,
}

impl<I: Id, T> Recent<I, T> {
    /// A memory of so many places.
    pub(crate) const fn new(size: u32) -> Self {
        Self { size, places: Vec::new() }
    }

    /// How many places it has.
    pub(crate) const fn size(&self) -> u32 {
        self.size
    }

    fn place(&self, id: I) -> usize {
        match self.size {
            0 => usize::MAX,
            size => usize::try_from(id.number() % u64::from(size)).unwrap_or(usize::MAX),
        }
    }

    /// Remembers a thing and hands back what had to be forgotten for it.
    pub(crate) fn remember(&mut self, id: I, thing: T) -> Option<(I, T)> {
        let place = self.place(id);
        if place == usize::MAX {
            return Some((id, thing));
        }
        if self.places.len() <= place {
            self.places.resize_with(place + 1, || None);
        }
        self.places.get_mut(place).and_then(|slot| slot.replace((id, thing)))
    }

    /// True if everything that is remembered stands at its place.
    pub(crate) fn is_sound(&self) -> bool {
        let mut places = self.places.iter().enumerate();
        let few = self.places.len() <= self.size as usize;
        few && places.all(|(n, slot)| slot.as_ref().is_none_or(|(id, _)| self.place(*id) == n))
    }

    /// The thing that is still remembered under an id.
    pub(crate) fn get(&self, id: I) -> Option<&T> {
        match self.places.get(self.place(id)) {
            Some(Some((remembered, thing))) if *remembered == id => Some(thing),
            Some(_) | None => None,
        }
    }

    /// The thing that is still remembered under an id, to change.
    pub(crate) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        let place = self.place(id);
        match self.places.get_mut(place) {
            Some(Some((remembered, thing))) if *remembered == id => Some(thing),
            Some(_) | None => None,
        }
    }

    /// Everything that is remembered, in no meaningful but a fixed order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.places.iter().flatten().map(|(id, thing)| (*id, thing))
    }
}
