//! What teams write first, beside the engine: matching in SQL, in memory.
//! `cargo run --release --manifest-path benches/sqlite/Cargo.toml`; an argument divides all sizes,
//! for a quick look.

#[path = "../../floors/mod.rs"]
mod floors;

mod sqlite;

use std::sync::Arc;

use floors::race::{Runner, race, versus};
use floors::table::{Goal, Table};
use floors::{Floor, Plan, Shape};
use sqlite::Database;

fn main() {
    let divisor = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1);
    let plan = Arc::new(Plan::new(Shape::Enterprise, (10_000 / divisor).max(50)));
    let waiting = 100_000 / divisor;
    let mut floor = Floor::loaded(Arc::clone(&plan), waiting);
    let database = |expert| Database::loaded(&plan, waiting, expert).expect("a database");
    let (mut first, mut expert) = (database(false), database(true));
    let [engine, first, expert] = race([
        Runner::new(|| floor.free()),
        Runner::new(|| first.free().expect("a match")),
        Runner::new(|| expert.free().expect("a match")),
    ]);
    let mut table = Table::default();
    let rows = [("SQLite in memory", &first), ("SQLite in memory, by an expert", &expert)];
    // There is no goal: in this time the engine does a whole lifecycle, and SQLite the matching.
    for (who, rival) in rows {
        let what = format!("{who} over engine, 10,000 agents, 100,000 waiting");
        table.row(&what, rival.over(&engine), "x", Goal::None, &versus(rival, &engine));
    }
}
