//! The one fixed hasher, and the digest of a world.
//!
//! Maps hash with it so that nothing depends on a random seed; it fixes the width and the byte
//! order of every number, so that equal worlds have equal digests on every machine.

use core::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Serialize};

/// A map in order of insertion, looked up with the fixed hasher.
pub(crate) type FixedMap<K, V> = indexmap::IndexMap<K, V, FixedState>;

/// Builds the fixed hasher.
pub(crate) type FixedState = BuildHasherDefault<FixedHasher>;

/// Builds hashers for what senders choose themselves, such as the keys of work: whoever does not
/// know the seed cannot choose keys that collide. Such a map is looked up and never walked, so that
/// nothing depends on the seed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeededState(pub u64);

#[expect(deprecated, reason = "SipHash of the core library; its successor needs std")]
impl core::hash::BuildHasher for SeededState {
    type Hasher = core::hash::SipHasher;

    fn build_hasher(&self) -> Self::Hasher {
        // Any constant does as the second half of the key: the first one is the secret.
        core::hash::SipHasher::new_with_keys(self.0, 0x7374_726F_7767_6572)
    }
}

/// Multiply and fold; the same on every machine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FixedHasher(u64);

impl FixedHasher {
    const fn word(&mut self, word: u64) {
        let mixed = (self.0.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }
}

impl Hasher for FixedHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.word(word);
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.word(u64::from(n));
    }

    fn write_u16(&mut self, n: u16) {
        self.word(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.word(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }

    fn write_i8(&mut self, n: i8) {
        self.word(i64::from(n).cast_unsigned());
    }

    fn write_i16(&mut self, n: i16) {
        self.word(i64::from(n).cast_unsigned());
    }

    fn write_i32(&mut self, n: i32) {
        self.word(i64::from(n).cast_unsigned());
    }

    fn write_i64(&mut self, n: i64) {
        self.word(n.cast_unsigned());
    }

    fn write_isize(&mut self, n: isize) {
        self.word((n as i64).cast_unsigned());
    }

    fn finish(&self) -> u64 {
        let folded = (self.0 ^ (self.0 >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        folded ^ (folded >> 32)
    }
}

/// A fingerprint of a world: equal worlds have equal digests, on every machine.
///
/// Good for telling two worlds apart, no protection against somebody who wants to deceive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(u64);

impl Digest {
    /// The digest of anything that can be hashed.
    pub(crate) fn of(value: &impl core::hash::Hash) -> Self {
        let mut hasher = FixedHasher::default();
        value.hash(&mut hasher);
        Self(hasher.finish())
    }
}

impl Digest {
    /// The digest of a text as it is written.
    pub(crate) fn of_text(text: core::fmt::Arguments<'_>) -> Self {
        struct Written(FixedHasher);

        impl core::fmt::Write for Written {
            fn write_str(&mut self, part: &str) -> core::fmt::Result {
                part.bytes().for_each(|byte| self.0.write_u8(byte));
                Ok(())
            }
        }

        let mut written = Written(FixedHasher::default());
        // Writing to a hasher never fails; what a `Display` would not write is not hashed.
        let _ = core::fmt::Write::write_fmt(&mut written, text);
        Self(written.0.finish())
    }
}

impl core::fmt::Display for Digest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl core::fmt::Debug for Digest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(self, f)
    }
}
