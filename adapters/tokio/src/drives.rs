//! What a service needs of a driver, so that its handles have one parameter and not six.

use strowger::fact::Log;
use strowger::host::{
    Calls, Desktop, Driver, DriverError, Failed, Follower, Hosted, Journal, Media, PresenceSink,
};

/// A [`Driver`] that can be served: of an engine or of a centre, and of any host whose parts may go
/// to another thread. There is nothing to implement.
pub trait Drives: Send + 'static {
    /// What decides.
    type Decides: Hosted<Command: Send, Reply: Send, Refusal: Send> + Send;
    /// Why the journal failed.
    type JournalError: Send;
    /// Something that was to be done outside and was not.
    type Failed: Send;

    /// [`Driver::together`].
    ///
    /// # Errors
    /// The driver halts in this call or halted before.
    fn together<T>(
        &mut self,
        decide: impl FnOnce(&mut Calls<'_, Self::Decides>) -> T,
    ) -> Result<T, DriverError<Self::JournalError>>;

    /// [`Driver::act`].
    #[must_use]
    fn act(&mut self) -> Vec<Self::Failed>;

    /// [`Driver::decides`].
    fn decides(&self) -> Option<&Self::Decides>;
}

impl<E, J, D, M, P, F> Drives for Driver<E, J, D, M, P, F>
where
    Self: Send + 'static,
    E: Hosted<Command: Send, Reply: Send, Refusal: Send> + Send,
    Log<E::Fact>: Send,
    J: Journal<E, Error: Send>,
    D: Desktop<Error: Send>,
    M: Media<Error: Send>,
    P: PresenceSink<Error: Send>,
    F: Follower<E>,
{
    type Decides = E;
    type JournalError = J::Error;
    type Failed = Failed<D::Error, M::Error, P::Error>;

    fn together<T>(
        &mut self,
        decide: impl FnOnce(&mut Calls<'_, E>) -> T,
    ) -> Result<T, DriverError<J::Error>> {
        Self::together(self, decide)
    }

    fn act(&mut self) -> Vec<Self::Failed> {
        Self::act(self)
    }

    fn decides(&self) -> Option<&E> {
        Self::decides(self)
    }
}
