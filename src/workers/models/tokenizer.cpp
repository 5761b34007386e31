#include "workers/models/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"

namespace alcove::models {
namespace {

constexpr std::string_view kMagic{"ALVTOK1\0", 8};
/// Far above XLM-R's 250,000 pieces of 2 MB together; beyond it the file is no vocabulary.
constexpr std::size_t kPiecesMax = 4'000'000;
constexpr std::size_t kPieceTextBytesMax = 64UL * 1024 * 1024;
constexpr std::size_t kReplacementsMax = 1'000'000;
/// U+2581, SentencePiece's sign for the space before a word.
constexpr char32_t kWordMark = 0x2581;
constexpr std::string_view kWordMarkText = "\xE2\x96\x81";
constexpr std::int32_t kNoPiece = -1;

/// Takes values from the file and notices its end.
class FileReader {
 public:
  explicit FileReader(ByteView bytes) : bytes_(bytes) {}
  template <typename T>
  T value() {
    T result{};
    copy(&result, sizeof result);
    return result;
  }
  template <typename T>
  std::vector<T> values(std::size_t count) {
    if (failed_ || count > bytes_.size() / sizeof(T)) {
      failed_ = true;
      return {};
    }
    std::vector<T> result(count);
    copy(result.data(), count * sizeof(T));
    return result;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  void copy(void* out, std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return;
    }
    if (size > 0) {
      std::memcpy(out, bytes_.data(), size);
    }
    bytes_ = bytes_.subspan(size);
  }
  ByteView bytes_;
  bool failed_ = false;
};

/// A node of the trie over the pieces' bytes; children lie side by side, ordered by their byte.
struct Node {
  std::uint32_t first_child = 0;
  std::uint16_t child_count = 0;
  std::uint8_t byte = 0;
  std::int32_t piece = kNoPiece;
};

struct Header {
  std::uint32_t piece_count = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t point_count = 0;
  std::uint32_t replacement_count = 0;
  Token begin = 0;
  Token end = 0;
  Token pad = 0;
  Token unknown = 0;
  float unknown_score = 0;
};

std::unexpected<Error> damaged(const char* why) {
  return fail(ErrorCode::kCorrupt, "The model's vocabulary file is damaged", why);
}

bool rises_to(const std::vector<std::uint32_t>& offsets, std::size_t last) {
  return !offsets.empty() && offsets.front() == 0 && offsets.back() == last &&
         std::is_sorted(offsets.begin(), offsets.end());
}

/// Trie of `count` sorted, distinct, non-empty pieces; breadth first, so that siblings are neighbours.
template <typename PieceAt>
std::vector<Node> make_trie(std::size_t count, const PieceAt& piece_at) {
  struct Range {
    std::uint32_t node, first, last, depth;
  };
  std::vector<Node> nodes(1);
  std::vector<Range> open{{0, 0, static_cast<std::uint32_t>(count), 0}};
  for (std::size_t next = 0; next < open.size(); ++next) {
    const Range range = open[next];
    std::uint32_t at = range.first;
    if (at < range.last && piece_at(at).size() == range.depth) {
      nodes[range.node].piece = static_cast<std::int32_t>(at++);
    }
    nodes[range.node].first_child = static_cast<std::uint32_t>(nodes.size());
    while (at < range.last) {
      const char byte = piece_at(at)[range.depth];
      const std::uint32_t first = at;
      while (at < range.last && piece_at(at)[range.depth] == byte) {
        ++at;
      }
      open.push_back({static_cast<std::uint32_t>(nodes.size()), first, at, range.depth + 1});
      nodes.push_back({.byte = static_cast<std::uint8_t>(byte)});
      ++nodes[range.node].child_count;
    }
  }
  nodes.shrink_to_fit();
  return nodes;
}

/// Bytes of the character that starts with `lead` in well-formed UTF-8.
std::size_t character_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

struct Tokenizer::Tables {
  Header header;
  std::vector<std::uint32_t> points;        ///< Code points that the map changes, rising.
  std::vector<std::uint32_t> first;         ///< Where their replacements begin; one more than `points`.
  std::vector<std::uint32_t> replacements;  ///< Code points.
  std::vector<Token> ids;                   ///< Of the pieces in the order of their bytes.
  std::vector<float> scores;
  std::vector<Node> trie;
  /// Where in `points` to begin for code points below 128: most text never searches.
  std::array<bool, 128> is_mapped_ascii{};

  [[nodiscard]] const Node* child(const Node& node, std::uint8_t byte) const {
    const Node* const begin = trie.data() + node.first_child;
    const Node* const end = begin + node.child_count;
    const Node* const found =
        std::lower_bound(begin, end, byte, [](const Node& left, std::uint8_t right) { return left.byte < right; });
    return found != end && found->byte == byte ? found : nullptr;
  }

  /// Calls `take` with what the map makes of `point`.
  template <typename Take>
  void replace(char32_t point, const Take& take) const {
    if (point < 128 && !is_mapped_ascii[point]) {
      take(point);
      return;
    }
    const auto found = std::lower_bound(points.begin(), points.end(), static_cast<std::uint32_t>(point));
    if (found == points.end() || *found != point) {
      take(point);
      return;
    }
    const auto index = static_cast<std::size_t>(found - points.begin());
    for (std::uint32_t i = first[index]; i < first[index + 1]; ++i) {
      take(static_cast<char32_t>(replacements[i]));
    }
  }
};

Tokenizer::Tokenizer(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::~Tokenizer() = default;
Token Tokenizer::begin_token() const {
  return tables_->header.begin;
}
Token Tokenizer::end_token() const {
  return tables_->header.end;
}

Result<std::unique_ptr<Tokenizer>> Tokenizer::load(ByteView file) {
  if (!as_text(file).starts_with(kMagic)) {
    return damaged("tokenizer: not a vocabulary file");
  }
  FileReader reader(file.subspan(kMagic.size()));
  auto tables = std::make_unique<Tables>();
  Header& header = tables->header;
  header.piece_count = reader.value<std::uint32_t>();
  header.text_bytes = reader.value<std::uint32_t>();
  header.point_count = reader.value<std::uint32_t>();
  header.replacement_count = reader.value<std::uint32_t>();
  header.begin = reader.value<Token>();
  header.end = reader.value<Token>();
  header.pad = reader.value<Token>();
  header.unknown = reader.value<Token>();
  header.unknown_score = reader.value<float>();
  if (header.piece_count > kPiecesMax || header.text_bytes > kPieceTextBytesMax ||
      header.replacement_count > kReplacementsMax || header.point_count > kReplacementsMax) {
    return damaged("tokenizer: counts beyond the limits");
  }
  tables->points = reader.values<std::uint32_t>(header.point_count);
  tables->first = reader.values<std::uint32_t>(header.point_count + 1UL);
  tables->replacements = reader.values<std::uint32_t>(header.replacement_count);
  tables->ids = reader.values<Token>(header.piece_count);
  tables->scores = reader.values<float>(header.piece_count);
  const auto offsets = reader.values<std::uint32_t>(header.piece_count + 1UL);
  const auto text = reader.values<char>(header.text_bytes);
  if (reader.failed() || !reader.at_end()) {
    return damaged("tokenizer: cut short or too long");
  }
  if (!rises_to(offsets, text.size()) || !rises_to(tables->first, tables->replacements.size()) ||
      !std::is_sorted(tables->points.begin(), tables->points.end())) {
    return damaged("tokenizer: offsets out of order");
  }
  const auto piece_at = [&](std::size_t index) {
    return std::string_view(text.data() + offsets[index], offsets[index + 1] - offsets[index]);
  };
  for (std::size_t i = 0; i < header.piece_count; ++i) {
    const std::string_view piece = piece_at(i);
    if (piece.empty() || piece.size() > kPieceBytesMax || !is_valid_utf8(piece) ||
        (i > 0 && piece_at(i - 1) >= piece)) {
      return damaged("tokenizer: a piece is empty, too long or out of order");
    }
  }
  tables->trie = make_trie(header.piece_count, piece_at);
  for (const std::uint32_t point : tables->points) {
    if (point < tables->is_mapped_ascii.size()) {
      tables->is_mapped_ascii[point] = true;
    }
  }
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(tables)));
}

std::vector<Token> Tokenizer::encode(std::string_view text) const {
  std::string cut;
  if (!is_valid_utf8(text)) {
    cut = to_valid_utf8(text.substr(0, kTextBytesMax));
    text = cut;
  }
  const std::string composed = text::to_nfc(utf8_prefix(text, kTextBytesMax));
  std::vector<Token> tokens;
  std::string word;
  const auto take = [&](char32_t point) {
    if (point == U' ' || point == kWordMark) {
      // A space alone is no word; a word mark that the text itself holds is.
      if (word.size() > kWordMarkText.size() || (point == kWordMark && !word.empty())) {
        spell(word, tokens);
      }
      word.clear();
      if (point == kWordMark) {
        word = kWordMarkText;
      }
      return;
    }
    if (word.empty()) {
      word = kWordMarkText;
    }
    text::append_code_point(word, point);
  };
  for (std::size_t position = 0; position < composed.size();) {
    tables_->replace(text::next_code_point(composed, position), take);
  }
  if (!word.empty()) {
    spell(word, tokens);
  }
  return tokens;
}

void Tokenizer::spell(std::string_view word, std::vector<Token>& out) const {
  /// The best way found so far to reach a byte of the word.
  struct Step {
    double score = 0;
    std::uint32_t from = std::numeric_limits<std::uint32_t>::max();
    Token token = 0;
    [[nodiscard]] bool is_open() const { return from == std::numeric_limits<std::uint32_t>::max(); }
  };
  const Token unknown = tables_->header.unknown;
  std::vector<Step> steps(word.size() + 1);
  steps[0].from = 0;
  const auto offer = [&](std::size_t end, double score, std::size_t from, Token token) {
    Step& step = steps[end];
    if (step.is_open() || score > step.score) {
      step = {.score = score, .from = static_cast<std::uint32_t>(from), .token = token};
    }
  };
  for (std::size_t start = 0; start < word.size();) {
    const std::size_t character_end = std::min(start + character_bytes(word[start]), word.size());
    const double reached = steps[start].score;
    bool has_character = false;
    const Node* node = tables_->trie.data();
    for (std::size_t end = start; end < word.size();) {
      node = tables_->child(*node, static_cast<std::uint8_t>(word[end]));
      if (node == nullptr) {
        break;
      }
      ++end;
      if (node->piece != kNoPiece) {
        const auto piece = static_cast<std::size_t>(node->piece);
        offer(end, reached + static_cast<double>(tables_->scores[piece]), start, tables_->ids[piece]);
        has_character = has_character || end == character_end;
      }
    }
    if (!has_character) {
      offer(character_end, reached + static_cast<double>(tables_->header.unknown_score), start, unknown);
    }
    start = character_end;
  }
  const std::size_t begin = out.size();
  for (std::size_t end = word.size(); end > 0; end = steps[end].from) {
    // Backwards; neighbouring unknown characters are one token.
    if (steps[end].token != unknown || out.size() == begin || out.back() != unknown) {
      out.push_back(steps[end].token);
    }
  }
  std::reverse(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
}

}  // namespace alcove::models
