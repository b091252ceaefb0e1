//! Numbers that look like chance, for the tests of this storey.

/// Draws numbers below a bound; the same ones from the same seed.
pub(crate) fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    }
}
