#pragma once
/// @file
/// For tests and fuzzers: small compound files in memory.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alcove::ole {

inline void append_le(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) {
    out += static_cast<char>(value >> (8U * i) & 0xFFU);
  }
}

/// ASCII as UTF-16, little endian.
inline std::string utf16(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    out += '\0';
  }
  return out;
}

/// A compound file of these streams; '/' in a name parts storages ("storage/stream"). All streams lie in sectors of 512
/// bytes, so the writer says that none is small.
inline std::string make_compound(const std::vector<std::pair<std::string, std::string>>& streams) {
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  constexpr std::uint32_t kEnd = 0xFFFFFFFE;
  struct Node {
    std::string name;
    std::uint8_t type = 1;
    std::uint32_t parent = 0, right = kNone, child = kNone, first = kEnd, size = 0;
  };
  std::vector<Node> nodes = {{"Root Entry", 5}};
  const auto add = [&](std::uint32_t parent, std::string_view name, std::uint8_t type) {
    std::uint32_t last = kNone;
    for (std::uint32_t i = nodes[parent].child; i != kNone; i = nodes[i].right) {
      if (nodes[i].name == name) {
        return i;
      }
      last = i;
    }
    const auto made = static_cast<std::uint32_t>(nodes.size());
    (last == kNone ? nodes[parent].child : nodes[last].right) = made;
    nodes.push_back({std::string(name), type, parent});
    return made;
  };
  std::vector<std::uint32_t> table;
  std::string sectors;
  const auto write = [&](const std::string& data) {
    if (data.empty()) {
      return kEnd;
    }
    const auto first = static_cast<std::uint32_t>(table.size());
    sectors += data;
    sectors.resize((sectors.size() + 511) / 512 * 512);
    while (table.size() < sectors.size() / 512) {
      table.push_back(static_cast<std::uint32_t>(table.size() + 1));
    }
    table.back() = kEnd;
    return first;
  };
  for (const auto& [path, data] : streams) {
    std::uint32_t parent = 0;
    std::string_view rest = path;
    for (std::size_t at = rest.find('/'); at != std::string_view::npos; at = rest.find('/')) {
      parent = add(parent, rest.substr(0, at), 1);
      rest.remove_prefix(at + 1);
    }
    const std::uint32_t node = add(parent, rest, 2);
    nodes[node].first = write(data);
    nodes[node].size = static_cast<std::uint32_t>(data.size());
  }
  std::string directory;
  for (const Node& node : nodes) {
    std::string name = utf16(node.name);
    name.resize(std::min<std::size_t>(name.size(), 62));
    const std::size_t name_bytes = name.size() + 2;
    name.resize(64);
    directory += name;
    append_le(directory, name_bytes, 2);
    append_le(directory, node.type | 0x100U, 2);
    append_le(directory, kNone, 4);
    append_le(directory, node.right, 4);
    append_le(directory, node.child, 4);
    directory.append(36, '\0');
    append_le(directory, node.first, 4);
    append_le(directory, node.size, 8);
  }
  const std::uint32_t directory_first = write(directory);
  std::uint32_t table_sectors = 1;
  while (table_sectors * 128 < table.size() + table_sectors) {
    ++table_sectors;
  }
  const auto table_first = static_cast<std::uint32_t>(table.size());
  table.resize(table.size() + table_sectors, 0xFFFFFFFD);
  table.resize(table_sectors * 128UL, kNone);
  for (const std::uint32_t next : table) {
    append_le(sectors, next, 4);
  }
  std::string out = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  out.append(16, '\0');
  append_le(out, 0x0003003E, 4);
  append_le(out, 0xFFFE, 2);
  append_le(out, 9, 2);
  append_le(out, 6, 2);
  out.append(10, '\0');
  append_le(out, table_sectors, 4);
  append_le(out, directory_first, 4);
  append_le(out, 0, 4);
  append_le(out, 1, 4);  // streams from one byte on are not small
  append_le(out, kEnd, 4);
  append_le(out, 0, 4);
  append_le(out, kEnd, 4);
  append_le(out, 0, 4);
  for (std::uint32_t i = 0; i < 109; ++i) {
    append_le(out, i < table_sectors ? table_first + i : kNone, 4);
  }
  return out + sectors;
}

}  // namespace alcove::ole
