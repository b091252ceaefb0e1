//! Figures the slow and obvious way: all that ever happened is written down as a diary, and every
//! interval is read from the whole diary.

mod diary;
mod rows;

pub(crate) use diary::Diary;
pub(crate) use rows::{Cut, merged, timeline};
