#pragma once
/// @file
/// How much of the machine one thread may take from others.

namespace alcove::os {

/// Puts the calling thread behind all others for the processor (nice 10) and the disk (lowest best-effort level; the
/// idle class would wait for ever beside a busy neighbour). Does what the system allows.
void make_background_thread();

/// The calling thread computes only where nobody else wants the processor (SCHED_IDLE): whatever wakes goes before it
/// at once, which a nice value alone does not give. A thread that others wait for must not be one. Does what the system
/// allows.
void make_idle_thread();

/// Tells the system that a file's bytes, just read, need not stay in its cache.
void forget_cached_bytes(int fd);

}  // namespace alcove::os
