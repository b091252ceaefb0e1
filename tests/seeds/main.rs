//! What the systems this engine is to serve say of themselves, sentence by sentence: each test
//! proves the row of the requirements that its name tells.

mod asked;
mod between;
mod brought;
mod by_hand;
mod centre;
mod customers;
mod desk;
mod exempt;
mod floor;
#[path = "../golden/mod.rs"]
mod golden;
mod help;
mod inbox;
mod merged;
mod messages;
#[path = "../golden/names.rs"]
mod names;
mod offers;
mod persons;
mod previews;
mod promised;
mod repeated;
mod seed0;
mod seed1;
mod seed2;
mod seed3;
mod seed4;
mod seed4_view;
mod shop;
mod silence;
mod site;
mod strangers;
#[path = "../golden/table.rs"]
mod table;
mod taint;
mod texts;
mod turned_away;
mod virtual_agent;
mod visits;
