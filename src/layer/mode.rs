//! Whether a call of a layer does what it decides.

/// The mode of a call: whether it does what it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It does.
    Doing,
    /// It only checks whether a command would be refused. A command checks everything before it
    /// emits anything, so with the first event it has passed.
    Checking { passed: bool },
}
