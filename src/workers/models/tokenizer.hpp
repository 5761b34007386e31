#pragma once
/// @file
/// Text into the tokens of a Unigram (SentencePiece) vocabulary.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace alcove::models {

using Token = std::int32_t;

/// Longest text that is looked at; the rest is ignored. A passage has about 2 KiB, and sixteen windows of the model
/// (kWindowsMax) hold about 32 KiB of Latin text.
inline constexpr std::size_t kTextBytesMax = 64UL * 1024;
/// Longest vocabulary entry in bytes; a file with a longer one is refused. XLM-R's longest has 48.
inline constexpr std::size_t kPieceBytesMax = 256;

/// A vocabulary with scores, and the most probable way to spell a text with it.
///
/// Normal form C, then the vocabulary's own normalisation map (NFKC with changes, as SentencePiece has it), runs of
/// spaces as one, "▁" before each word, and the path of highest score (Viterbi). Characters outside the vocabulary
/// become one unknown token per run. Control symbols are never spelt: "<s>" in a document is four characters.
/// Time and memory are linear in the text, whatever it is (times kPieceBytesMax at worst).
///
/// Thread safety: immutable; any thread may call. Ownership: keeps nothing of the bytes given.
class Tokenizer {
 public:
  /// Reads the form of docs/formats/tokenizer.md. Errors: kCorrupt.
  static Result<std::unique_ptr<Tokenizer>> load(ByteView file);
  ~Tokenizer();

  /// The tokens of `text` without begin and end. Any bytes are allowed; ill-formed UTF-8 becomes U+FFFD.
  [[nodiscard]] std::vector<Token> encode(std::string_view text) const;

  [[nodiscard]] Token begin_token() const;
  [[nodiscard]] Token end_token() const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<Tables> tables);
  void spell(std::string_view word, std::vector<Token>& out) const;

  std::unique_ptr<Tables> tables_;
};

}  // namespace alcove::models
