//! Keeping the memory of freed buffers.

use std::hint::black_box;
use std::sync::Once;

/// Lets glibc keep what is freed instead of giving it back to the system, from where it would come again page by page, each with
/// a fault: half of the time of a pass over a large buffer.
///
/// glibc gives back what lies above a limit which grows, up to these 32 MB, with the largest block that was freed so far. The block
/// is never touched, so that it costs nothing. Other allocators have no such limit.
pub(super) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity((32 << 20) - (64 << 10)))));
}
