#pragma once
/// @file
/// Internal to decode/pdf: owning handles of poppler's objects.

#include <poppler.h>

#include <memory>

#include "workers/decode/input/byte_source.hpp"

namespace alcove::pdf {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct FreeMemory {
  void operator()(void* memory) const { g_free(memory); }
};
using Document = std::unique_ptr<PopplerDocument, Unref>;
using Page = std::unique_ptr<PopplerPage, Unref>;
using Text = std::unique_ptr<char, FreeMemory>;

enum class OpenProblem : unsigned char { kNone, kEncrypted, kDamaged };

/// The opened document, or null with the reason.
Document open_document(const input::ByteSource& source, OpenProblem& problem);

}  // namespace alcove::pdf
