//! Who knows the host's keys.

use crate::base::key::Key;
use crate::command::refusal::Keys;
use crate::model::ids::Entity;

use crate::engine::core::Engine;
use crate::engine::view::View;

impl Keys for Engine {
    fn key(&self, entity: Entity) -> Option<&Key> {
        self.view().key(entity)
    }
}

impl Keys for View<'_> {
    fn key(&self, entity: Entity) -> Option<&Key> {
        View::key(*self, entity)
    }
}
