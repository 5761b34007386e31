#pragma once
/// @file
/// For tests and fuzzers: small documents in compound files.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workers/decode/ole/compound_writer.hpp"

namespace alcove::ole {

inline std::string le(std::uint64_t value, unsigned bytes) {
  std::string out;
  append_le(out, value, bytes);
  return out;
}

// Excel.

inline std::string biff(unsigned type, const std::string& data) {
  return le(type, 2) + le(data.size(), 2) + data;
}
/// A string of BIFF8 with a count of two bytes.
inline std::string biff_string(std::string_view text) {
  return le(text.size(), 2) + '\0' + std::string(text);
}
inline std::string biff_cell(unsigned row, unsigned column, unsigned format = 0) {
  return le(row, 2) + le(column, 2) + le(format, 2);
}
/// A workbook of BIFF8 with one sheet of these records; `globals` stand before the list of sheets.
inline std::string make_workbook(const std::string& globals, const std::string& sheet, unsigned state = 0) {
  const std::string begin = biff(0x809, le(0x600, 2) + le(5, 2) + std::string(12, '\0'));
  const std::string end = biff(0x0A, "");
  const std::string name = "Data";
  const std::size_t offset = begin.size() + globals.size() + 4 + 8 + name.size() + end.size();
  return begin + globals + biff(0x85, le(offset, 4) + le(state, 2) + le(name.size(), 1) + '\0' + name) + end + begin +
         sheet + end;
}

// Word.

/// Documents with main text, then footnotes; `tables` are put into "1Table" and named by their index.
struct WordSample {
  std::string main;       ///< In windows-1252.
  std::string footnotes;  ///< In UTF-16.
  unsigned flags = 0x0200;
  std::vector<std::pair<unsigned, std::string>> tables = {};
  std::string page = {};  ///< 512 bytes of formatting, page 2 of the stream.
};
/// Where the text begins in the stream.
inline constexpr std::size_t kWordTextAt = 1536;
inline std::string make_word(const WordSample& sample) {
  std::string document(kWordTextAt, '\0');
  const auto put = [&](std::size_t at, const std::string& bytes) { document.replace(at, bytes.size(), bytes); };
  put(0, le(0xA5EC, 2) + le(0xC1, 2));
  put(10, le(sample.flags, 2));
  put(1024, sample.page);
  put(76, le(sample.main.size(), 4) + le(sample.footnotes.size() / 2, 4));
  const std::size_t characters = sample.main.size() + sample.footnotes.size() / 2;
  const bool notes = !sample.footnotes.empty();
  std::string pieces = le(0, 4) + le(sample.main.size(), 4) + (notes ? le(characters, 4) : std::string());
  pieces += le(0, 2) + le(kWordTextAt * 2 | 0x40000000U, 4) + le(0, 2);
  pieces += notes ? le(0, 2) + le(kWordTextAt + sample.main.size(), 4) + le(0, 2) : std::string();
  std::string table;
  const auto add_table = [&](unsigned index, const std::string& bytes) {
    put(154 + index * 8UL, le(table.size(), 4) + le(bytes.size(), 4));
    table += bytes;
  };
  add_table(33, "\x02" + le(pieces.size(), 4) + pieces);
  for (const auto& [index, bytes] : sample.tables) {
    add_table(index, bytes);
  }
  return make_compound({{"WordDocument", document + sample.main + sample.footnotes}, {"1Table", table}});
}

// PowerPoint.

enum class PptKind : unsigned char { kAtom, kContainer };
inline std::string ppt_record(unsigned type, const std::string& data, PptKind kind, unsigned instance = 0) {
  return le((kind == PptKind::kContainer ? 0xFU : 0U) | instance << 4U, 2) + le(type, 2) + le(data.size(), 4) + data;
}
inline std::string ppt_atom(unsigned type, const std::string& data, unsigned instance = 0) {
  return ppt_record(type, data, PptKind::kAtom, instance);
}
inline std::string ppt_container(unsigned type, const std::string& data, unsigned instance = 0) {
  return ppt_record(type, data, PptKind::kContainer, instance);
}
inline std::string ppt_textbox(unsigned text_type, std::string_view text) {
  return ppt_container(0xF004,
                       ppt_container(0xF00D, ppt_atom(0xF9F, le(text_type, 4)) + ppt_atom(0xFA8, std::string(text))));
}
/// One slide with a title in the outline, a text box, notes and whatever `more` holds; `object` is an object of its
/// own.
inline std::string make_ppt(std::string_view title, std::string_view box, std::string_view notes,
                            const std::string& more = {}, unsigned token = 0xE391C05F, const std::string& object = {}) {
  const std::string reference = ppt_container(0xF004, ppt_container(0xF00D, ppt_atom(0xF9E, le(0, 4))));
  const std::string drawing =
      ppt_container(0x40C, ppt_container(0xF002, ppt_container(0xF003, reference + ppt_textbox(4, box))));
  const std::string slide =
      ppt_container(0x3EE, ppt_atom(0x3EF, std::string(16, '\0') + le(256, 4) + le(0, 4)) + more + drawing);
  const std::string page = ppt_container(0x3F0, ppt_container(0x40C, ppt_container(0xF003, ppt_textbox(2, notes))));
  const auto persist = [](unsigned id, unsigned slide_id) {
    return ppt_atom(0x3F3, le(id, 4) + le(0, 8) + le(slide_id, 4) + le(0, 4));
  };
  const std::string outline = ppt_atom(0xF9F, le(0, 4)) + ppt_atom(0xFA8, std::string(title));
  const std::string document =
      ppt_container(0x3E8, ppt_container(0xFF0, persist(2, 1) + outline, 0) + ppt_container(0xFF0, persist(3, 256), 2));
  std::string stream = document + slide + page + object;
  const std::size_t directory_at = stream.size();
  const std::size_t object_at = directory_at - object.size();
  stream += ppt_atom(0x1772, le(1U | 4U << 20U, 4) + le(0, 4) + le(document.size(), 4) +
                                 le(document.size() + slide.size(), 4) + le(object_at, 4));
  const std::size_t edit_at = stream.size();
  stream += ppt_atom(0xFF5, le(0, 8) + le(0, 4) + le(directory_at, 4) + le(1, 4) + le(4, 4) + le(0, 4));
  const std::string user = ppt_atom(0xFF6, le(20, 4) + le(token, 4) + le(edit_at, 4));
  return make_compound({{"PowerPoint Document", stream}, {"Current User", user}});
}

// Outlook.

/// Names of streams to their bytes, inside `prefix` ("" or "storage/").
using Streams = std::vector<std::pair<std::string, std::string>>;
inline void add_property(Streams& streams, const std::string& prefix, const std::string& id_and_type,
                         const std::string& bytes) {
  streams.emplace_back(prefix + "__substg1.0_" + id_and_type, bytes);
}
/// The table of properties that have a fixed size; `head_bytes` is 32, 24 or 8.
inline std::string property_table(std::size_t head_bytes,
                                  const std::vector<std::pair<std::uint32_t, std::uint64_t>>& all) {
  std::string out(head_bytes, '\0');
  for (const auto& [tag, value] : all) {
    out += le(tag, 4) + le(6, 4) + le(value, 8);
  }
  return out;
}

}  // namespace alcove::ole
