//! How forms are named.

use alloc::string::String;

/// The names of the attributes in which the organisation's pages say which form it is, and how far
/// it was filled in, in per cent. The vendor does not publish any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FormWords {
    /// Which form it is; where it is not said the path of the page says it.
    pub form: String,
    /// How far it was filled in.
    pub percent: String,
}

impl Default for FormWords {
    fn default() -> Self {
        Self { form: "formName".into(), percent: "percent".into() }
    }
}
