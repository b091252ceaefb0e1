//! The life of one side of a person's presence: whether it was asked for something it has not
//! shown yet.

/// How one of the two systems stands to the presence it should show.
///
/// In the table a step that is followed by `ask` or `pass` says so: ask this side again, or pass
/// what was said on to the other side.
///
/// ```text
#[doc = include_str!("../../tests/tables/presence_standing.txt")]
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It shows what it should, as far as is known.
    #[default]
    Settled,
    /// It was asked, and has not shown it yet.
    Asked,
}

/// A word that is heard from one of the two systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No revision later than the latest that was heard: it came twice or was overtaken.
    Stale,
    /// The effect of what was asked of it.
    Echo,
    /// The effect of something it was asked earlier, and that is not wanted any more.
    LateEcho,
    /// The person's word in the system that is their primary source. What was asked meanwhile has
    /// already taken its place there.
    Overtaken,
    /// The person said something there.
    Person {
        /// True if that system is the primary source for the person.
        primary: bool,
    },
}

impl Heard {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Echo => "echo",
            Self::LateEcho => "late_echo",
            Self::Overtaken => "overtaken",
            Self::Person { primary: true } => "person_primary",
            Self::Person { primary: false } => "person_other",
        }
    }
}

/// The consequence of what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// Nothing.
    Nothing,
    /// The same side is asked once more.
    AskAgain,
    /// The other side is told.
    PassOn,
    /// The other side is told, and the same side is asked to show it again.
    PassOnAndAsk,
}

impl Standing {
    /// The name of the standing.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Asked => "asked",
        }
    }

    /// The standing and the consequence after something is heard from this side. A person may say
    /// something while their side is still asked for something else. That counts as said at the
    /// same time as the other side's word: then the primary source wins. Everything is possible in
    /// every standing.
    #[must_use]
    pub const fn next(self, heard: Heard) -> (Self, Follows) {
        match (self, heard) {
            (Self::Settled | Self::Asked, Heard::Stale) => (self, Follows::Nothing),
            (Self::Settled | Self::Asked, Heard::Echo) => (Self::Settled, Follows::Nothing),
            (Self::Settled | Self::Asked, Heard::LateEcho)
            | (Self::Asked, Heard::Person { primary: false }) => (Self::Asked, Follows::AskAgain),
            (Self::Settled | Self::Asked, Heard::Overtaken) => (Self::Asked, Follows::PassOnAndAsk),
            (Self::Settled, Heard::Person { .. })
            | (Self::Asked, Heard::Person { primary: true }) => (Self::Settled, Follows::PassOn),
        }
    }
}
