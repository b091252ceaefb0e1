//! Doing the same for every kind of definition, without naming the kinds.

/// Matches an [`Entity`](crate::model::ids::Entity) with one arm for all kinds of definition, in
/// which `P` is the content of the kind and `id` its id, and with the arms that are left, for work
/// and offers:
///
/// ```text
/// match_entity!(entity, P(id) => self.live::<P>(id).map(drop), {
///     Entity::Work(id) => self.open_work(id).map(drop),
///     Entity::Offer(id) => self.open_offer(id).map(drop),
/// })
/// ```
macro_rules! match_entity {
    ($entity:expr, $profile:ident($id:ident) => $body:expr, { $($others:tt)* }) => {
        $crate::model::ids::every_kind! {
            [$crate::model::kinds::entity_arms] { ($entity) $profile $id ($body) { $($others)* } }
        }
    };
}

/// The arms of [`match_entity`].
macro_rules! entity_arms {
    (
        { ($entity:expr) $profile:ident $bound:ident ($body:expr) { $($others:tt)* } }
        $($kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,)*
    ) => {
        match $entity {
            $($crate::model::ids::Entity::$kind($bound) => {
                type $profile = $crate::model::profile::ProfileOf<$crate::model::ids::$id>;
                $body
            })*
            $($others)*
        }
    };
}

/// Does something for every kind of definition, in the order of the list; `P` is the content of the
/// kind: `for_every_kind!(P => self.check_profiles::<P>()?);`
macro_rules! for_every_kind {
    ($profile:ident => $body:expr) => {
        $crate::model::ids::every_kind! {
            [$crate::model::kinds::each_kind] { $profile ($body) }
        }
    };
}

/// The steps of [`for_every_kind`].
macro_rules! each_kind {
    (
        { $profile:ident ($body:expr) }
        $($kind:ident($id:ident) $table:ident $words:literal $limit:ident $built_in:literal,)*
    ) => {
        $({
            type $profile = $crate::model::profile::ProfileOf<$crate::model::ids::$id>;
            $body
        })*
    };
}

pub(crate) use {each_kind, entity_arms, for_every_kind, match_entity};
