//! Those who are compared run one after another in one process, in rounds; a ratio is the median of
//! the rounds.

use std::time::{Duration, Instant};

/// One of those that are compared, and how long its steps took in each round, in nanoseconds.
pub(crate) struct Runner<'a> {
    step: Box<dyn FnMut() + 'a>,
    each: Vec<f64>,
}

/// How long one round of one runner lasts.
const ROUND: Duration = Duration::from_millis(60);
const ROUNDS: usize = 9;

impl<'a> Runner<'a> {
    pub(crate) fn new<R>(mut step: impl FnMut() -> R + 'a) -> Self {
        let step = move || drop(std::hint::black_box(step()));
        Self { step: Box::new(step), each: Vec::new() }
    }

    fn run(&mut self) {
        let (began, mut steps) = (Instant::now(), 0_u32);
        while began.elapsed() < ROUND {
            // The clock is not asked after each step.
            let batch = if steps < 8 { 1 } else { steps / 8 };
            (0..batch).for_each(|_| (self.step)());
            steps += batch;
        }
        self.each.push(began.elapsed().as_nanos() as f64 / f64::from(steps));
    }

    pub(crate) fn median(&self) -> f64 {
        median(self.each.clone())
    }

    /// How many times as long its steps take as another's, turn by turn.
    pub(crate) fn over(&self, other: &Self) -> f64 {
        median(self.each.iter().zip(&other.each).map(|(own, others)| own / others).collect())
    }
}

pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// Lets all of them run in rounds. The first round only warms up.
pub(crate) fn race<const N: usize>(mut runners: [Runner<'_>; N]) -> [Runner<'_>; N] {
    for round in 0..=ROUNDS {
        runners.iter_mut().for_each(Runner::run);
        if round == 0 {
            runners.iter_mut().for_each(|runner| runner.each.clear());
        }
    }
    runners
}

pub(crate) fn micros(nanos: f64) -> String {
    format!("{:.2} us", nanos / 1_000.0)
}

pub(crate) fn versus(one: &Runner<'_>, other: &Runner<'_>) -> String {
    format!("{} to {}", micros(one.median()), micros(other.median()))
}
