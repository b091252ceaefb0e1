//! Rows that can be summed, and shares.

use crate::base::time::Span;

/// Something of which there can be more; it stops at the largest there is.
pub(super) trait Sum: Copy {
    /// Both together.
    fn sum(self, more: Self) -> Self;
}

impl Sum for u32 {
    fn sum(self, more: Self) -> Self {
        self.saturating_add(more)
    }
}

impl Sum for Span {
    fn sum(self, more: Self) -> Self {
        self.plus(more)
    }
}

/// Declares a row of counts and lengths of time that can be summed, and that will grow.
macro_rules! sums {
    (
        $(#[$doc:meta])*
        pub struct $name:ident {
            $($(#[$field_doc:meta])* pub $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(default)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl $name {
            /// Adds another row to this one.
            pub fn add(&mut self, other: &Self) {
                $(self.$field = $crate::figures::sums::Sum::sum(self.$field, other.$field);)*
            }
        }
    };
}

pub(super) use sums;

/// One more.
pub(super) const fn one_more(count: &mut u32) {
    *count = count.saturating_add(1);
}

/// Thousandths, rounded down; nothing of nothing is none.
pub(super) fn permille(part: u64, whole: u64) -> Option<u16> {
    let permille = u128::from(part).saturating_mul(1_000).checked_div(u128::from(whole))?;
    Some(u16::try_from(permille).unwrap_or(u16::MAX))
}
