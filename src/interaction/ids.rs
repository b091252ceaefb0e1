//! The ids of what this storey keeps.

use crate::base::id::ids;

ids! {
    /// An interaction. Rises by one with every one that is opened and is never used again.
    pub InteractionId(u64) = "i";
    /// A channel user profile. Rises by one with every one that is made and is never used again.
    pub ProfileId(u64) = "pr";
    /// A message of a conversation. Rises by one with every one that is said, in whichever
    /// conversation, and is never used again.
    pub MessageId(u64) = "m";
}
