#pragma once
/// @file
/// `.alcoveignore`: what people leave out of a library, in the syntax and with the meaning of `.gitignore`.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alcove::libraries {

/// The name of the file, in any folder of a library.
inline constexpr std::string_view kIgnoreFileName = ".alcoveignore";
/// A longer file, or one of more patterns, is followed up to there, and the library's note says so.
inline constexpr std::size_t kIgnoreFileBytesMax = 256UL * 1024;
inline constexpr std::size_t kIgnorePatternsMax = 2'000;
/// Longer patterns match nothing: no path is longer (tree.hpp).
inline constexpr std::size_t kIgnorePatternBytesMax = 4'096;

/// One pattern without its flags ("!", "/" at the end), as git's wildmatch understands it. Bytes, not characters;
/// letters of both cases differ.
///
/// Matching costs at most the product of both lengths, whatever the pattern: a file in somebody's folder must not be
/// able to keep the walk busy.
class Wildmatch {
 public:
  explicit Wildmatch(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  enum class Kind : std::uint8_t {
    kByte,          ///< One byte of `set`.
    kStar,          ///< Any bytes but '/'.
    kStarStar,      ///< Any bytes.
    kMaybeFolders,  ///< Nothing, or the next two steps: any folders with their '/'.
    kNever,         ///< What a mistake in the pattern leaves.
  };
  struct Step {
    Kind kind = Kind::kNever;
    std::bitset<256> set;
  };
  /// Reads a "[…]" whose '[' is at `at`; ends behind its ']'.
  static Step read_class(std::string_view pattern, std::size_t& at);
  void add_byte(char byte);
  void add_star(std::string_view pattern, std::size_t& at);

  std::vector<Step> steps_;
};

/// The rules of one file.
///
/// Thread safety: immutable after `parse`. Failure: a line that is no pattern matches nothing, as in git.
class IgnoreFile {
 public:
  static IgnoreFile parse(std::string_view text);

  enum class Verdict : std::uint8_t { kSilent, kIgnored, kKept };
  /// Of a path relative to the folder that the file lies in. The last pattern that matches decides.
  [[nodiscard]] Verdict judge(std::string_view path, bool is_folder) const;
  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  /// There was more than the limits allow.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  struct Pattern {
    bool keeps = false;         ///< "!"
    bool folders_only = false;  ///< "/" at the end
    bool name_only = false;     ///< Without "/": fits at every depth.
    std::string prefix;         ///< Before the first special byte; compared as it is.
    Wildmatch rest;
  };
  void add(std::string_view line);

  std::vector<Pattern> patterns_;
  bool is_cut_ = false;
};

/// The rules that hold in one folder: of its own file and of those above, which it may overrule.
struct IgnoreScope {
  std::shared_ptr<const IgnoreScope> above;  ///< Shared by all folders below it.
  std::string folder;                        ///< Path below the root; "" is the root.
  IgnoreFile rules;
};

/// Whether a path below the root is left out. Its folder must be none that is: what lies in one cannot be kept.
bool is_left_out(const IgnoreScope* scope, std::string_view path, bool is_folder);

}  // namespace alcove::libraries
