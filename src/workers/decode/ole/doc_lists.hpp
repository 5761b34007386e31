#pragma once
/// @file
/// The numbers of a Word document's lists (MS-DOC 2.9.130 and following).

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "workers/decode/input/list_numbers.hpp"

namespace alcove::ole::doc {

/// The tables of lists, and how far each has counted.
///
/// Thread safety: none. Ownership: keeps nothing of the bytes. Failure: what is missing or damaged gives no label.
class Lists {
 public:
  Lists() = default;
  /// `document` is the stream "WordDocument", `tables` the one with the tables.
  Lists(ByteView document, ByteView tables);

  /// The label of the next item of the list that a paragraph names; lists count from 1.
  std::string next(std::uint16_t list, std::size_t level);

 private:
  /// Every use of one definition counts together.
  struct Definition {
    input::ListLevels levels;
    input::ListCounter counter;
  };
  struct Use {
    std::uint32_t definition = 0;
    std::map<std::size_t, unsigned> restarts;  ///< level → first number; applied by the first item.
    std::map<std::size_t, input::ListLevel> changes;
  };
  void load_definitions(ByteView tables, std::size_t at, std::size_t size);
  void load_uses(ByteView bytes);
  static input::ListLevel read_level(ByteView bytes, std::size_t& at);

  std::map<std::uint32_t, Definition> definitions_;  ///< By their random id.
  std::vector<Use> uses_;
};

}  // namespace alcove::ole::doc
