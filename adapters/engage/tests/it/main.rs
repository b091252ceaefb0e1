//! The words of Genesys Engage: every sample read and written, a request for each change of a
//! worker, calls and previews as the core has them, and whether both sides stay in step.

mod anything;
mod calls;
mod exchange;
mod floor;
mod previews;
mod samples;
mod seats;
mod stays_in_step;
