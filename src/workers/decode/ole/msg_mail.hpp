#pragma once
/// @file
/// A message inside a message as mail text, since a storage is no file of its own.

#include <cstddef>
#include <string>

#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole::msg {

/// The message of an embedded storage as RFC 5322 text with its body and attachments, which a mail reader reads.
/// Attachments that would pass `size_max` bytes are left out.
std::string make_mail(const CompoundFile& file, std::size_t storage, std::size_t size_max);

}  // namespace alcove::ole::msg
