//! The way to the centre, whatever journal and ports its driver has.

use std::future::Future;
use std::pin::Pin;

use strowger::host::Calls;
use strowger::{Centre, Timestamp};
use strowger_tokio::{Drives, Gone, Handle};

use crate::answer::Answer;
use crate::problem::ProblemDetails;

/// What is done between other calls, with the keys of then.
pub(crate) type Job = Box<dyn FnOnce(&mut Calls<'_, Centre>, Timestamp) -> Said + Send>;

/// What is said in the end.
pub(crate) type Said = Result<Answer, ProblemDetails>;

/// The way to a centre.
pub(crate) trait Door: Send + Sync + 'static {
    /// Does a job, and gives its answer once that is safe.
    fn ask(&self, job: Job) -> Pin<Box<dyn Future<Output = Result<Said, Gone>> + Send + '_>>;

    /// The time of the service.
    fn now(&self) -> Timestamp;
}

impl<D: Drives<Decides = Centre>> Door for Handle<D> {
    fn ask(&self, job: Job) -> Pin<Box<dyn Future<Output = Result<Said, Gone>> + Send + '_>> {
        Box::pin(self.together(job))
    }

    fn now(&self) -> Timestamp {
        self.now()
    }
}
