#pragma once
/// @file
/// Files and documents inside OLE objects: what Office wrote when somebody put one document into another.

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole {

/// Names inside packaged files end here; Windows' own are far shorter.
inline constexpr std::size_t kPackagedNameBytesMax = 1'000;

/// A file that the packager took in as it was ("\1Ole10Native"): any kind of file, with its name.
struct PackagedFile {
  std::string name;  ///< Without the folders of the machine where it was packaged; UTF-8; may be empty.
  Bytes bytes;
  bool truncated = false;
};
/// Nothing for links and for what other programs keep in such a stream (pictures, formulas).
std::optional<PackagedFile> parse_packaged_file(ByteView stream);

/// What an object's storage holds.
struct ObjectContent {
  std::string name;  ///< Of a packaged file; else empty.
  Bytes bytes;
  bool truncated = false;
  bool named = false;  ///< A packaged file is a file whatever its bytes are; other streams must look like a document.
};
/// The file in the object, at most `size_max` bytes of it. Nothing when the storage holds none, also when it is itself
/// a document of Word, Excel or PowerPoint (see `ole::identify`). Errors: those of reading the source.
Result<std::optional<ObjectContent>> read_object(const CompoundFile& file, std::size_t storage, std::size_t size_max);

}  // namespace alcove::ole
