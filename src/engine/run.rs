//! How a command is decided.

use crate::command::commands::shape::AnswersWith;
use crate::command::refusal::Refusal;

use crate::engine::turn::Turn;

/// Decides a command. It checks everything first and emits then: a refused command has emitted
/// nothing, and a command that is only checked stops where it would emit.
pub(crate) trait Run: AnswersWith {
    /// Decides and emits.
    fn run(self, turn: &mut Turn<'_>) -> Result<Self::Output, Refusal>;
}
