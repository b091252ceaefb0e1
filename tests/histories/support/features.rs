//! Which of the finer rules a history knows. Each history draws its own, so that some rules often
//! meet each other and others keep out of their way.

use proptest::prelude::*;
use proptest::sample::select;

/// A group of rules that is there or not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Feature {
    /// Order by ratio and by attributes.
    Orders,
    /// Nearest, weighted share, by the host's score.
    Choices,
    /// Ends of shifts.
    Shifts,
    /// Those with scarce skills are left for others.
    Scarce,
    /// Conditions that expire.
    Expiring,
    /// Steps of relaxation, of requests and of queues.
    Steps,
    /// Members stand in rings.
    Rings,
    /// Several agents are asked at once.
    Broadcast,
    /// Work stands at the front while it waits for agents by name.
    Expedite,
    /// An agent says when they want to be asked again; some reasons last as long as they stay.
    Retry,
    /// Items draw on pools.
    Pools,
    /// Work is put off, suspended, taken from agents, and customers are called back.
    Aside,
    /// Rules of overflow.
    Overflow,
    /// Rings that help while conditions hold.
    Helpers,
    /// Queues that offer no faster than they may.
    Ramps,
    /// Rules by which work goes on to other queues.
    Classes,
    /// Agents have terms of their own for a channel of a queue.
    OwnTerms,
    /// Another engine decides who gets the work of a queue.
    External,
}

/// The rules of one history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Features(u32);

impl Features {
    pub(crate) const fn has(self, feature: Feature) -> bool {
        self.0 & (1 << feature as u16) != 0
    }

    /// Something only some histories know, and now and then only.
    pub(crate) fn with<T: Clone + std::fmt::Debug + 'static>(
        self,
        feature: Feature,
        often: f64,
        usual: T,
        other: impl Strategy<Value = T> + 'static,
    ) -> BoxedStrategy<T> {
        if self.has(feature) {
            let other = other.boxed();
            prop::bool::weighted(often)
                .prop_flat_map(
                    move |yes| if yes { other.clone() } else { Just(usual.clone()).boxed() },
                )
                .boxed()
        } else {
            Just(usual).boxed()
        }
    }
}

/// All, none, few and many.
pub(crate) fn features() -> BoxedStrategy<Features> {
    const NUMBER: u32 = Feature::External as u32 + 1;
    let all = (1_u32 << NUMBER) - 1;
    let few = (any::<u32>(), any::<u32>(), any::<u32>()).prop_map(move |(a, b, c)| a & b & c & all);
    prop_oneof![
        2 => Just(0),
        1 => Just(all),
        3 => select((0..NUMBER).map(|bit| 1 << bit).collect::<Vec<u32>>()),
        4 => few,
        4 => (any::<u32>(), any::<u32>()).prop_map(move |(a, b)| a & b & all),
    ]
    .prop_map(Features)
    .boxed()
}
