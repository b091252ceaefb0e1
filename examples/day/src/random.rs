//! Chance: a small permuted congruential generator (PCG-XSH-RR 64/32) and the distributions a day
//! needs, in whole numbers throughout, so a seed gives the same day on every machine.

use strowger::prelude::*;

/// A seeded source of chance.
#[derive(Clone, Debug)]
pub(crate) struct Pcg {
    state: u64,
    increment: u64,
}

impl Pcg {
    /// A source of its own for every pair of seed and stream: what one part of the day draws does
    /// not shift what another part draws.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut made = Self { state: 0, increment: (stream << 1) | 1 };
        made.next();
        made.state = made.state.wrapping_add(seed);
        made.next();
        made
    }

    fn next(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(self.increment);
        let mixed = (((old >> 18) ^ old) >> 27) as u32;
        mixed.rotate_right((old >> 59) as u32)
    }

    /// A number below a bound; the bias of the plain product is below one in a million here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        (u64::from(self.next()) * bound) >> 32
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A length of time from `low` to `high` seconds.
    pub(crate) fn secs(&mut self, low: u64, high: u64) -> Span {
        Span::from_millis(self.between(low * 1_000, high * 1_000))
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// One of several things, none if there are none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let place = self.below(from.len() as u64) as usize;
        from.get(place).copied()
    }

    /// One of several things, by weight.
    pub(crate) fn weighted<T: Copy>(&mut self, from: &[(T, u64)]) -> Option<T> {
        let mut drawn = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (thing, weight) in from {
            match drawn.checked_sub(*weight) {
                Some(rest) => drawn = rest,
                None => return Some(*thing),
            }
        }
        None
    }

    /// An exponential length of time with this mean in milliseconds, by von Neumann's comparisons:
    /// the parity of the length of a falling run decides, so no logarithm is needed.
    pub(crate) fn exponential(&mut self, mean: u64) -> u64 {
        let mut whole = 0_u128;
        loop {
            let first = self.next();
            if self.falling_run(first) % 2 == 1 {
                let drawn = (whole << 32) + u128::from(first);
                return ((drawn * u128::from(mean)) >> 32) as u64;
            }
            whole += 1;
        }
    }

    fn falling_run(&mut self, first: u32) -> u32 {
        let (mut length, mut last) = (1, first);
        loop {
            let next = self.next();
            if next >= last {
                return length;
            }
            (length, last) = (length + 1, next);
        }
    }

    /// A handling time with this mean in seconds: the sum of three exponentials, humped and with
    /// a tail, as handling times are.
    pub(crate) fn handling(&mut self, mean_secs: u64) -> Span {
        let third = mean_secs * 1_000 / 3;
        Span::from_millis(1_000 + (0..3).map(|_| self.exponential(third)).sum::<u64>())
    }
}
