//! The routing engine behind HTTP.

#[cfg_attr(
    not(test),
    allow(dead_code, reason = "a test writes the document; what is served is the file")
)]
mod schema;
