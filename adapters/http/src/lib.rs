//! The routing engine behind HTTP.
mod schema;
