#pragma once
/// @file
/// Stage `probe`: what a content is, from its bytes.

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"

namespace alcove::stages {

/// The loaded table of file types.
///
/// Thread safety: none; one per worker. Failure: `load` fails when the table is missing.
class TypeTable {
 public:
  static Result<TypeTable> load();
  TypeTable(TypeTable&&) noexcept;
  TypeTable& operator=(TypeTable&&) noexcept;
  ~TypeTable();

  /// The MIME type of bytes by their head; "application/octet-stream" when nothing is known.
  std::string mime_of(ByteView head);

 private:
  struct Cookie;
  explicit TypeTable(std::unique_ptr<Cookie> cookie);
  std::unique_ptr<Cookie> cookie_;
};

/// Decides format, type and encoding. `reader` is what the name suggests; it counts only for bytes that are text.
Result<wire::ProbeArtefact> probe(TypeTable& types, const input::ByteSource& source, std::string_view reader,
                                  const wire::DecodeLimits& limits);

}  // namespace alcove::stages
