#pragma once
/// @file
/// 28 bytes that tell whether two texts are the same but for a few words.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alcove::text {

/// Words that count; of a longer text, the first ones.
inline constexpr std::size_t kFingerprintWordsMax = 100'000;
/// Texts of fewer words are the same only word by word: one word of so few may be all they differ in.
inline constexpr std::size_t kFingerprintWordsMin = 30;
/// Bits of 128 in which two sketches may differ. Measured (docs/MEASUREMENTS.md): one word of a hundred changes 8 bits,
/// one of twenty 18; no two unrelated texts were nearer than 34.
inline constexpr int kFingerprintBitsMax = 16;
/// Lengths may differ by one part in so many: who adds a chapter wrote another document.
inline constexpr std::uint32_t kFingerprintLengthShare = 8;
/// Numbers with fewer digits come and go with the layout (pages, lists).
inline constexpr std::size_t kFingerprintDigitsMin = 3;

/// Of one text. All zeros: it has no words.
struct Fingerprint {
  /// SimHash (Charikar 2002; Manku, Jain, Das Sarma 2007) over the distinct pairs of neighbouring words; of a short
  /// text a hash of all words in order.
  std::array<std::uint64_t, 2> sketch{};
  /// Hash of the set of its numbers, codes and months: texts of one form that differ in them are different documents
  /// (invoices, statements), whatever they share. The day of a date is left out.
  std::uint64_t numbers = 0;
  std::uint32_t words = 0;

  [[nodiscard]] bool empty() const { return words == 0; }
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Symmetric, not transitive. False when one is empty.
bool is_near_identical(const Fingerprint& a, const Fingerprint& b);

/// Takes a text in pieces. Layout does not count: case, accents, punctuation, white space.
///
/// Thread safety: not shared. Cost: a microsecond or less per word, 8 bytes of memory per different pair of words.
class Fingerprinter {
 public:
  /// Adds well-formed UTF-8. Words do not reach from one piece into the next.
  void add(std::string_view utf8);
  /// Of everything added. Ends the work of this object.
  [[nodiscard]] Fingerprint finish() &&;

 private:
  /// A run of letters and digits; between digits also one of `.,:/'-` at a time.
  struct Token {
    std::string_view written;
    std::size_t digits = 0;
    bool is_letter = false;  ///< One character of a script without spaces.
  };
  void add_token(const Token& token);
  void add_number(const Token& token);
  void add_year(std::string_view year);

  std::vector<std::uint64_t> pairs_;
  std::vector<std::uint64_t> numbers_;
  std::uint64_t sequence_ = 0;
  std::uint64_t previous_ = 0;  ///< Hash of the word before; 0: none.
  std::uint32_t words_ = 0;
  /// What names the month, when a year comes next: the last long word of the line and how many words ago it was.
  std::string before_year_;
  std::size_t since_before_year_ = 0;
  /// Words since a year of this line: a month may follow it in figures ("2024年3月").
  std::string year_;
  std::size_t since_year_ = 0;
};

}  // namespace alcove::text
