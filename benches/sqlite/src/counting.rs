//! Counts what is allocated, in a program of one thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering};

static TIMES: AtomicI64 = AtomicI64::new(0);
static BYTES: AtomicI64 = AtomicI64::new(0);

/// The system's allocator, counted.
pub(crate) struct Counting;

fn count(times: i64, bytes: usize, freed: usize) {
    TIMES.store(TIMES.load(Ordering::Relaxed) + times, Ordering::Relaxed);
    let more = bytes as i64 - freed as i64;
    BYTES.store(BYTES.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}

// SAFETY: everything is handed on to the system's allocator as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, 0, layout.size());
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size, layout.size());
        unsafe { System.realloc(at, layout, size) }
    }
}

/// How often something was allocated so far.
pub(crate) fn times() -> i64 {
    TIMES.load(Ordering::Relaxed)
}

/// How many bytes are allocated.
pub(crate) fn bytes() -> i64 {
    BYTES.load(Ordering::Relaxed)
}
