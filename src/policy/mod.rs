//! Pure decisions over borrowed views.
//!
//! Knows how to compare work, how to compare agents, who fits, who has room and what follows an
//! answer. Knows no tables, keeps nothing and changes nothing; time is an argument.

pub mod calendar;
pub mod choice;
pub mod classification;
pub mod estimate;
pub mod fit;
pub mod offering;
pub mod order;
pub mod relaxation;
pub mod room;
pub mod shortfall;
pub mod tally;
pub mod wrap_up;
