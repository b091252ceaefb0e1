//! Commands of customers: what they do while they wait.

use crate::base::time::Timestamp;
use crate::model::ids::{ChannelId, WorkId};
use crate::model::schedule::Callback;

use crate::command::commands::shape::commands;

commands! {
    $ customer_commands: Customer
    also {}

    /// The customer left.
    ///
    /// Work that waits, is offered, is put off or parked is closed as abandoned; for work that an
    /// agent has it is the end of the contact.
    Abandon {
        /// The work.
        work: WorkId,
    } -> ();

    /// The customer would rather be called back: the work changes its channel and keeps its place.
    ///
    /// The work waits, is offered, or is put off.
    RequestCallback {
        /// The work.
        work: WorkId,
        /// The channel of calls back.
        channel: ChannelId,
    } with {
        /// How often the customer is tried.
        #[serde(default)]
        callback: Callback => with_callback,
        /// When the customer wants to be called, not before.
        #[serde(default)]
        at: Option<Timestamp> => with_at(into),
    } -> ();
}

pub(super) use customer_commands;
