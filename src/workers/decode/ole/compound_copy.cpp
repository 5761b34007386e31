#include "workers/decode/ole/compound_copy.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "drivers/text/unicode.hpp"

namespace alcove::ole {
namespace {

constexpr std::size_t kSectorBytes = 512;
constexpr std::size_t kSmallSectorBytes = 64;
constexpr std::size_t kSmallStreamBytes = 4096;
constexpr std::size_t kHeaderTableSectors = 109;
constexpr std::size_t kNumbersPerSector = kSectorBytes / 4;
constexpr std::uint32_t kTableSector = 0xFFFFFFFD;
constexpr std::uint32_t kListSector = 0xFFFFFFFC;
constexpr std::uint32_t kEndOfChain = 0xFFFFFFFE;
constexpr std::uint32_t kNothing = 0xFFFFFFFF;

void append(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8U * i)));
  }
}

void pad(Bytes& out, std::size_t unit) {
  out.resize((out.size() + unit - 1) / unit * unit);
}

struct Node {
  std::vector<std::uint16_t> name;
  bool is_storage = false;
  std::uint32_t left = kNothing;
  std::uint32_t right = kNothing;
  std::uint32_t child = kNothing;
  std::uint32_t first = kEndOfChain;
  std::uint64_t size = 0;
};

class Copy {
 public:
  Copy(const CompoundFile& file, std::size_t size_max) : file_(file), size_max_(size_max) {}

  Status take(std::size_t storage) {
    nodes_.push_back({.name = wide("Root Entry"), .is_storage = true});
    // Storages are taken one after another, so that no file can make this recurse.
    std::vector<std::pair<std::size_t, std::uint32_t>> open{{storage, 0}};
    while (!open.empty()) {
      const auto [source, node] = open.back();
      open.pop_back();
      std::vector<std::uint32_t> made;
      for (const std::size_t child : file_.entries()[source].children) {
        const Entry& entry = file_.entries()[child];
        made.push_back(static_cast<std::uint32_t>(nodes_.size()));
        nodes_.push_back({.name = wide(entry.name), .is_storage = entry.is_storage});
        if (entry.is_storage) {
          open.emplace_back(child, made.back());
        } else {
          ALCOVE_TRY_VOID(take_stream(child, nodes_.back()));
        }
      }
      // The order that searching by name goes by: shorter names first.
      std::ranges::sort(made, {}, [&](std::uint32_t at) { return std::pair(nodes_[at].name.size(), upper(at)); });
      nodes_[node].child = link(made, 0, made.size());
    }
    return {};
  }

  Bytes write() && {
    nodes_.front().size = small_.size();
    nodes_.front().first = add_chain(std::move(small_));
    Bytes small_table;
    for (const std::uint32_t next : small_next_) {
      append(small_table, next, 4);
    }
    const std::size_t small_sectors = (small_table.size() + kSectorBytes - 1) / kSectorBytes;
    small_table.resize(small_sectors * kSectorBytes, 0xFF);
    const std::uint32_t small_first = add_chain(std::move(small_table));
    const std::uint32_t directory_first = add_chain(directory());
    return with_table(directory_first, small_first, small_sectors);
  }

 private:
  static std::vector<std::uint16_t> wide(std::string_view name) {
    constexpr std::size_t kCharactersMax = 31;
    std::vector<std::uint16_t> out;
    for (std::size_t at = 0; at < name.size() && out.size() < kCharactersMax;) {
      const char32_t c = text::next_code_point(name, at);
      out.push_back(c < 0x10000 ? static_cast<std::uint16_t>(c) : std::uint16_t{'_'});
    }
    return out;
  }
  [[nodiscard]] std::vector<std::uint16_t> upper(std::uint32_t at) const {
    std::vector<std::uint16_t> out = nodes_[at].name;
    std::ranges::transform(out, out.begin(), [](std::uint16_t c) {
      return c >= 'a' && c <= 'z' ? static_cast<std::uint16_t>(c - 'a' + 'A') : c;
    });
    return out;
  }

  /// A balanced tree of `made` from `begin` to `end`; its root.
  std::uint32_t link(const std::vector<std::uint32_t>& made, std::size_t begin, std::size_t end) {
    if (begin == end) {
      return kNothing;
    }
    const std::size_t middle = begin + (end - begin) / 2;
    nodes_[made[middle]].left = link(made, begin, middle);
    nodes_[made[middle]].right = link(made, middle + 1, end);
    return made[middle];
  }

  Status take_stream(std::size_t entry, Node& node) {
    ALCOVE_TRY(CompoundFile::Content content, file_.read(entry, size_max_ - taken_));
    taken_ += content.bytes.size();
    if (taken_ >= size_max_) {
      return fail(ErrorCode::kTooLarge, "It is too large to be taken out of the document");
    }
    node.size = content.bytes.size();
    if (content.bytes.size() >= kSmallStreamBytes) {
      node.first = add_chain(std::move(content.bytes));
    } else if (!content.bytes.empty()) {
      node.first = static_cast<std::uint32_t>(small_next_.size());
      small_.insert(small_.end(), content.bytes.begin(), content.bytes.end());
      pad(small_, kSmallSectorBytes);
      while (small_next_.size() < small_.size() / kSmallSectorBytes) {
        small_next_.push_back(static_cast<std::uint32_t>(small_next_.size() + 1));
      }
      small_next_.back() = kEndOfChain;
    }
    return {};
  }

  std::uint32_t add_chain(Bytes bytes) {
    if (bytes.empty()) {
      return kEndOfChain;
    }
    const auto first = static_cast<std::uint32_t>(next_.size());
    sectors_.insert(sectors_.end(), bytes.begin(), bytes.end());
    pad(sectors_, kSectorBytes);
    while (next_.size() < sectors_.size() / kSectorBytes) {
      next_.push_back(static_cast<std::uint32_t>(next_.size() + 1));
    }
    next_.back() = kEndOfChain;
    return first;
  }

  [[nodiscard]] Bytes directory() const {
    constexpr std::size_t kNameBytes = 64;
    Bytes out;
    for (const Node& node : nodes_) {
      const std::size_t begin = out.size();
      for (const std::uint16_t c : node.name) {
        append(out, c, 2);
      }
      out.resize(begin + kNameBytes);
      append(out, node.name.size() * 2 + 2, 2);
      constexpr unsigned kBlack = 1;
      append(out, begin == 0 ? 5 : node.is_storage ? 1 : 2, 1);
      append(out, kBlack, 1);
      append(out, node.left, 4);
      append(out, node.right, 4);
      append(out, node.child, 4);
      out.resize(out.size() + 36);  // Class, flags and times.
      append(out, node.is_storage && begin > 0 ? 0 : node.first, 4);
      append(out, node.size, 8);
    }
    return out;
  }

  /// Everything with the table of sectors behind it and the header in front.
  Bytes with_table(std::uint32_t directory_first, std::uint32_t small_first, std::size_t small_sectors) {
    std::size_t tables = 0;
    std::size_t lists = 0;
    for (std::size_t before = 1; before != tables + lists;) {
      before = tables + lists;
      tables = (next_.size() + tables + lists + kNumbersPerSector - 1) / kNumbersPerSector;
      const std::size_t more = tables - std::min(tables, kHeaderTableSectors);
      lists = (more + kNumbersPerSector - 2) / (kNumbersPerSector - 1);
    }
    const auto table_first = static_cast<std::uint32_t>(next_.size());
    const auto list_first = static_cast<std::uint32_t>(next_.size() + tables);
    next_.resize(next_.size() + tables, kTableSector);
    next_.resize(next_.size() + lists, kListSector);
    next_.resize(tables * kNumbersPerSector, kNothing);
    for (const std::uint32_t next : next_) {
      append(sectors_, next, 4);
    }
    for (std::size_t i = 0; i < lists; ++i) {
      for (std::size_t k = 0; k + 1 < kNumbersPerSector; ++k) {
        const std::size_t table = kHeaderTableSectors + i * (kNumbersPerSector - 1) + k;
        append(sectors_, table < tables ? table_first + table : kNothing, 4);
      }
      append(sectors_, i + 1 < lists ? list_first + i + 1 : kEndOfChain, 4);
    }
    Bytes out{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1};
    out.resize(24);
    append(out, 0x0003003E, 4);  // Version 3
    append(out, 0xFFFE, 2);      // Little endian
    append(out, 9, 2);           // Sectors of 2^9 bytes,
    append(out, 6, 2);           // small ones of 2^6
    out.resize(44);
    append(out, tables, 4);
    append(out, directory_first, 4);
    append(out, 0, 4);
    append(out, kSmallStreamBytes, 4);
    append(out, small_first, 4);
    append(out, small_sectors, 4);
    append(out, lists > 0 ? list_first : kEndOfChain, 4);
    append(out, lists, 4);
    for (std::size_t i = 0; i < kHeaderTableSectors; ++i) {
      append(out, i < tables ? table_first + i : kNothing, 4);
    }
    out.insert(out.end(), sectors_.begin(), sectors_.end());
    return out;
  }

  const CompoundFile& file_;
  std::size_t size_max_;
  std::size_t taken_ = 0;
  std::vector<Node> nodes_;
  Bytes small_;
  std::vector<std::uint32_t> small_next_;
  Bytes sectors_;
  std::vector<std::uint32_t> next_;
};

}  // namespace

Result<Bytes> copy_storage(const CompoundFile& file, std::size_t storage, std::size_t size_max) {
  Copy copy(file, size_max);
  ALCOVE_TRY_VOID(copy.take(storage));
  return std::move(copy).write();
}

}  // namespace alcove::ole
