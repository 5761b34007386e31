/// @file
/// Reads files with the real decode worker, whole or damaged in thousands of ways, without a server.
///
/// Usage: alcove_decode_trial WORKER. One JSON object per line of standard input is an order, one per line of standard
/// output says what became of it: {"path": FILE, "name": NAME, "members_max": N} reads the file;
/// with "mode": "cuts" every "step"-th beginning of it, with "mode": "damage" a number of "count" damaged copies, which
/// "seed" decides. Copies that the worker did not survive are kept in "keep".

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>

#include "drivers/json/json.hpp"
#include "drivers/os/file.hpp"
#include "drivers/os/sealed_memory.hpp"
#include "tests/hostile/trial.hpp"

namespace alcove::hostile {
namespace {

/// After this many lost workers a file is given up.
constexpr std::size_t kLostMax = 5;
/// Files that are damaged byte by byte.
constexpr std::size_t kDamagedBytesMax = 1024UL * 1024;

struct Order {
  std::string path;
  std::string name;
  std::string mode;
  std::string keep;
  std::int64_t step = 1;
  std::int64_t count = 0;
  std::int64_t seed = 0;
  std::int64_t members_max = 0;
};

Order read_order(const json::Value& value) {
  return {.path = value.text_at("path"),
          .name = value.text_at("name"),
          .mode = value.text_at("mode"),
          .keep = value.text_at("keep"),
          .step = std::max<std::int64_t>(value.int64_at("step", 1), 1),
          .count = value.int64_at("count"),
          .seed = value.int64_at("seed"),
          .members_max = value.int64_at("members_max", 50)};
}

void write_all(json::Writer& out, std::string_view name, const auto& texts) {
  out.key(name).begin_array();
  for (const std::string& text : texts) {
    out.text(text);
  }
  out.end_array();
}

Result<std::string> answer_whole(Trial& trial, const Order& order) {
  ALCOVE_TRY(const os::UniqueFd file, os::open_path(order.path, O_RDONLY));
  trial.renew();  // Its peak of memory is then this file's.
  ALCOVE_TRY(const Reading reading, trial.read(file.value(), order.name, static_cast<unsigned>(order.members_max)));
  json::Writer out;
  out.begin_object().key("stages").begin_object();
  for (const auto& [stage, state] : reading.stages) {
    out.member(stage, state);
  }
  out.end_object();
  write_all(out, "codes", reading.codes);
  write_all(out, "unexplained", reading.unexplained);
  write_all(out, "members", reading.members);
  out.member("member_count", reading.member_count)
      .member("text", reading.text)
      .member("lost", reading.lost)
      .member("wall_ms", reading.wall_ms)
      .member("memory_mib", trial.peak_memory_mib());
  return std::move(out.end_object()).take();
}

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t end) {
  return static_cast<std::size_t>(random() % std::max<std::size_t>(end, 1));
}

/// One to four mistakes of the kinds that disks, transfers and attackers make.
void damage(Bytes& bytes, Random& random) {
  constexpr std::array<std::uint8_t, 6> kExtremes = {0x00, 0xFF, 0x7F, 0x80, 0x01, '<'};
  const std::size_t mistakes = 1 + below(random, 4);
  for (std::size_t i = 0; i < mistakes && !bytes.empty(); ++i) {
    const std::size_t at = below(random, bytes.size());
    const std::size_t span = std::min(1 + below(random, 16), bytes.size() - at);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(span);
    switch (below(random, 6)) {
      case 0: bytes[at] ^= static_cast<std::uint8_t>(1U << below(random, 8)); break;
      case 1: bytes[at] = kExtremes.at(below(random, kExtremes.size())); break;
      case 2: std::fill(begin, std::min(end, begin + 4), std::uint8_t{0xFF}); break;  // A length without end.
      case 3: bytes.erase(begin, end); break;
      case 4: {
        const Bytes piece(begin, end);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size())), piece.begin(),
                     piece.end());
        break;
      }
      default: std::swap(bytes[at], bytes[below(random, bytes.size())]); break;
    }
  }
}

/// Sums over all copies of one file.
struct Tally {
  std::int64_t runs = 0;
  std::int64_t slowest_ms = 0;
  std::int64_t slowest_at = 0;
  std::int64_t memory_mib = 0;
  std::map<std::string, std::int64_t> texts;  ///< What `text` answered, and how often.
  std::set<std::string> codes;
  std::set<std::string> unexplained;
  std::vector<std::string> lost;

  void add(std::int64_t at, const Reading& reading) {
    ++runs;
    if (reading.wall_ms > slowest_ms) {
      slowest_ms = reading.wall_ms;
      slowest_at = at;
    }
    if (const auto text = reading.stages.find("text"); text != reading.stages.end()) {
      ++texts[text->second];
    }
    codes.insert(reading.codes.begin(), reading.codes.end());
    unexplained.insert(reading.unexplained.begin(), reading.unexplained.end());
    if (!reading.lost.empty()) {
      lost.push_back(fmt::format("{}: {}", at, reading.lost));
    }
  }
  std::string take() const {
    json::Writer out;
    out.begin_object()
        .member("runs", runs)
        .member("slowest_ms", slowest_ms)
        .member("slowest_at", slowest_at)
        .member("memory_mib", memory_mib)
        .key("texts")
        .begin_object();
    for (const auto& [state, count] : texts) {
      out.member(state, count);
    }
    out.end_object();
    write_all(out, "codes", codes);
    write_all(out, "unexplained", unexplained);
    write_all(out, "lost", lost);
    return std::move(out.end_object()).take();
  }
};

Result<std::string> answer_copies(Trial& trial, const Order& order) {
  ALCOVE_TRY(const Bytes whole, os::read_file(order.path, kDamagedBytesMax));
  const bool is_cut = order.mode == "cuts";
  const auto size = static_cast<std::int64_t>(whole.size());
  const std::int64_t end = is_cut ? size : order.count;
  Tally tally;
  trial.renew();
  for (std::int64_t at = 0; at < end && tally.lost.size() < kLostMax; at += is_cut ? order.step : 1) {
    Bytes bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(is_cut ? at : size));
    if (!is_cut) {
      Random random(static_cast<std::uint64_t>(order.seed + at));
      damage(bytes, random);
    }
    ALCOVE_TRY(const os::UniqueFd content, os::make_sealed_file(bytes, "trial"));
    ALCOVE_TRY(const Reading reading,
               trial.read(content.value(), order.name, static_cast<unsigned>(order.members_max)));
    tally.add(at, reading);
    tally.memory_mib = std::max(tally.memory_mib, trial.peak_memory_mib());
    if (!reading.lost.empty() && !order.keep.empty()) {
      const std::string kept = fmt::format("{}/{}-{}-{}", order.keep, order.mode, at, order.name);
      ALCOVE_TRY(const os::UniqueFd file, os::open_path(kept, O_WRONLY | O_CREAT | O_TRUNC, 0600));
      ALCOVE_TRY_VOID(os::write_all(file.value(), bytes));
    }
  }
  return tally.take();
}

int serve(const char* worker) {
  auto trial = Trial::start(worker);
  if (!trial) {
    std::cerr << trial.error().message << ": " << trial.error().detail << "\n";
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto value = json::parse(line);
    if (!value) {
      std::cerr << "not an order: " << value.error().message << "\n";
      return 1;
    }
    const Order order = read_order(*value);
    const auto answer = order.mode.empty() ? answer_whole(*trial, order) : answer_copies(*trial, order);
    if (!answer) {
      std::cerr << order.path << ": " << answer.error().message << ": " << answer.error().detail << "\n";
      return 1;
    }
    std::cout << *answer << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace alcove::hostile

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: alcove_decode_trial WORKER\n";
    return 2;
  }
  return alcove::hostile::serve(argv[1]);
}
