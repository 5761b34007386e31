#pragma once
/// @file
/// A passage as the keyword index keeps it: with a checksum, because the index itself has none and what a search shows
/// must be what the document says.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

std::string pack_passage(const wire::Passage& passage);
/// Errors: kCorrupt.
Result<wire::Passage> unpack_passage(std::string_view stored);

}  // namespace alcove::search
