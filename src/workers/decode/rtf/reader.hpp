#pragma once
/// @file
/// Internal to decode/rtf: the state of reading one document.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "wire/artefacts.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/rtf/control_words.hpp"

namespace alcove::rtf {

/// One pass over an RTF text: groups are a stack of states, bytes gather until their encoding or place changes.
///
/// Thread safety: none. Ownership: borrows text and collector. Failure: malformed places are stepped over.
class Reader {
 public:
  enum class Purpose : std::uint8_t { kText, kFacts };
  Reader(std::string_view rtf, input::TextCollector& collector, Purpose purpose)
      : rtf_(rtf), collector_(collector), purpose_(purpose) {}

  void read();
  /// What \info said.
  [[nodiscard]] const wire::FactsArtefact& facts() const { return facts_; }
  /// True when groups were still open at the end.
  [[nodiscard]] bool is_cut() const { return open_ && (!groups_.empty() || groups_beyond_ > 0); }

 private:
  struct State {
    Destination destination = Destination::kBody;
    int font = -1;
    unsigned fallback_count = 1;  ///< \uc: characters after \u that stand for it.
    bool hidden = false;
    bool deleted = false;
    bool opens_output = false;                ///< Its end completes the topmost output.
    Destination around = Destination::kBody;  ///< kTwoForms: what \ud goes back to.
  };
  /// Text that is being gathered: the body's paragraph, or a note inside it.
  struct Output {
    wire::BlockKind kind = wire::BlockKind::kParagraph;
    std::string text;
    std::string cell;  ///< Of a table's row: the cell in progress; `text` holds those before.
    bool has_visible = false;
  };
  struct Aside {
    wire::BlockKind kind;
    std::string text;
  };
  struct Word {
    std::string_view name;
    int value = 0;
    bool has_value = false;
  };

  void open_group();
  void close_group();
  void control();
  void symbol(char c);
  void hex_byte();
  Word take_word();
  void apply(const Word& word);
  bool open_destination(std::string_view word);
  bool apply_text_break(const Word& word);
  bool apply_paragraph(const Word& word);
  void apply_character(const Word& word);
  void apply_table_entry(const Word& word);
  void apply_info(const Word& word);
  void unicode(int value);

  void put_byte(char byte);
  void put_character(char32_t c);
  void put(std::string_view utf8);
  void flush_bytes();
  [[nodiscard]] std::string current_encoding() const;
  /// True when one more character only stands in for a Unicode one.
  bool is_fallback();

  void end_paragraph();
  void end_cell();
  void end_row();
  void end_output();
  void end_table_text();
  void emit(wire::BlockKind kind, std::string_view text, unsigned first, std::uint8_t level, bool hidden);
  void emit_asides();

  std::string_view rtf_;
  input::TextCollector& collector_;
  Purpose purpose_;
  std::size_t at_ = 0;
  bool open_ = true;
  bool group_is_fresh_ = false;  ///< No word or text yet since the group began.
  bool is_starred_ = false;      ///< \* came just before.
  unsigned fallback_left_ = 0;
  char32_t high_surrogate_ = 0;

  State state_;
  std::vector<State> groups_;  ///< States of the groups around.
  std::size_t groups_beyond_ = 0;
  std::vector<Output> outputs_{1};
  std::vector<Aside> asides_;
  std::set<std::string> headers_seen_;
  std::string comment_author_;

  std::string bytes_;
  std::string bytes_encoding_;
  std::string document_encoding_ = "windows-1252";
  bool is_double_byte_document_ = false;
  std::map<int, std::string> fonts_;  ///< Number → encoding, where it has one of its own.
  int default_font_ = -1;
  int table_font_ = -1;  ///< The font whose entry is being read.

  std::map<int, std::uint8_t> heading_styles_;  ///< Style → heading level.
  int table_style_ = 0;
  std::string table_text_;  ///< The name in progress in font table, style sheet or \info.
  std::string info_field_;

  unsigned paragraph_ = 0;
  unsigned row_first_ = 0;  ///< Paragraph at which the row in progress began; 0 outside a row.
  bool in_table_ = false;
  bool is_list_item_ = false;
  std::uint8_t list_level_ = 0;
  std::string list_mark_;  ///< Of the paragraph that comes; files hold it as it is shown.
  std::uint8_t heading_level_ = 0;

  wire::FactsArtefact facts_;
  int moment_[5] = {0, 1, 1, 0, 0};  ///< Year, month, day, hour, minute of the date in progress.
};

}  // namespace alcove::rtf
