#pragma once
/// @file
/// A storage of a compound file as a compound file of its own.

#include <cstddef>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole {

/// Copies what lies below `storage`. The same storage is always written the same way.
/// Errors: kTooLarge beyond `size_max` bytes of streams; those of reading the source.
Result<Bytes> copy_storage(const CompoundFile& file, std::size_t storage, std::size_t size_max);

}  // namespace alcove::ole
