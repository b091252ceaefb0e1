//! Keeping the index in step with the rows as they change: how each part of it follows from them.

mod agents;
mod fits;
mod lines;
mod queues;
mod sight;
