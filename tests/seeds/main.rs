//! What the systems this engine is to serve say of themselves, sentence by sentence: each test
//! proves the row of the requirements that its name tells.

mod floor;
mod seed1;
mod seed3;
