#pragma once
/// @file
/// The numbers that programs put before items of lists ("3.", "b)", "2.1"). Files hold only how a list counts, but
/// people see, quote and search what is shown.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace alcove::input {

/// Word has nine levels, OpenDocument ten.
inline constexpr std::size_t kListLevelsMax = 10;
/// Longest pattern of a level and name of a list that readers keep. Both are repeated for every item, so that a file of
/// some megabytes could ask for terabytes.
inline constexpr std::size_t kListTextBytesMax = 256;

enum class Numeral : unsigned char {
  kBullet,  ///< A sign of no meaning: the item has no label.
  kNone,    ///< No number, but the level's text.
  kDecimal,
  kTwoDigits,
  kLowerLetter,
  kUpperLetter,
  kLowerRoman,
  kUpperRoman,
};
/// "7", "07", "g", "G", "vii", "VII". Letters go on with "aa" after "z", and what has no Roman form (0, 4,000) is
/// decimal.
std::string numeral(unsigned number, Numeral kind);

/// How one level of a list counts.
struct ListLevel {
  Numeral kind = Numeral::kBullet;
  unsigned start = 1;
  /// What is shown, at most kListTextBytesMax; "%1" to "%9" and "%0" for the tenth stand for the numbers of the levels.
  std::string text;
  bool all_decimal = false;  ///< Higher levels' numbers show as decimals, too.
};
using ListLevels = std::array<ListLevel, kListLevelsMax>;

/// Counts the items of one list.
class ListCounter {
 public:
  /// The label of the next item at `level`, which starts the deeper ones anew; empty for bullets.
  std::string next(const ListLevels& levels, std::size_t level);
  /// Makes `number` the next one at `level`.
  void restart(std::size_t level, unsigned number);

 private:
  struct Count {
    std::optional<unsigned> last;  ///< Of the item before.
    std::optional<unsigned> next;  ///< Set by `restart`.
  };
  std::array<Count, kListLevelsMax> counts_{};
};

/// True for a label that says something, as "3." and "(iv)" do: letters alone ("o", "v") are bullets of symbol fonts.
bool is_list_number(std::string_view mark);

}  // namespace alcove::input
