#include "workers/decode/ole/xls_records.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "drivers/text/unicode.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole::xls {
namespace {

constexpr std::size_t kHeadBytes = 4;

}  // namespace

std::optional<Record> Records::next() {
  if (at_ + kHeadBytes > stream_.size()) {
    return std::nullopt;
  }
  const Record out = {u16_at(stream_, at_), slice(stream_, at_ + kHeadBytes, u16_at(stream_, at_ + 2))};
  at_ += kHeadBytes + u16_at(stream_, at_ + 2);
  return out;
}

std::uint16_t Records::next_type() const {
  return u16_at(stream_, at_);
}

std::vector<ByteView> Records::with_continued(ByteView first) {
  std::vector<ByteView> out = {first};
  while (next_type() == kContinue) {
    const auto record = next();
    if (!record) {
      break;
    }
    out.push_back(record->data);
  }
  return out;
}

std::size_t ContinuedReader::left_in_all() const {
  std::size_t left = rest().size();
  for (std::size_t i = piece_ + 1; left == 0 && i < pieces_.size(); ++i) {
    left += pieces_[i].size();
  }
  return left;
}

void ContinuedReader::next_piece() {
  ++piece_;
  at_ = 0;
}

std::uint8_t ContinuedReader::u8() {
  while (rest().empty() && piece_ < pieces_.size()) {
    next_piece();
  }
  const std::uint8_t out = u8_at(rest(), 0);
  at_ += rest().empty() ? 0 : 1;
  return out;
}

std::uint16_t ContinuedReader::u16() {
  const std::uint8_t low = u8();
  return static_cast<std::uint16_t>(low | u8() << 8);
}

std::uint32_t ContinuedReader::u32() {
  const std::uint16_t low = u16();
  return low | static_cast<std::uint32_t>(u16()) << 16U;
}

void ContinuedReader::skip(std::size_t bytes) {
  while (bytes > 0 && piece_ < pieces_.size()) {
    const std::size_t step = std::min(bytes, rest().size());
    at_ += step;
    bytes -= step;
    if (bytes > 0) {
      next_piece();
    }
  }
}

std::string ContinuedReader::characters(std::size_t count, bool wide) {
  std::string out;
  while (count > 0 && piece_ < pieces_.size()) {
    const std::size_t width = wide ? 2 : 1;
    const std::size_t here = std::min(count, rest().size() / width);
    const ByteView bytes = rest().first(here * width);
    out += wide ? decode_utf16(bytes) : decode_narrow(bytes);
    at_ += bytes.size();
    count -= here;
    if (count > 0) {
      next_piece();
      wide = (u8_at(rest(), 0) & 1U) != 0;
      at_ += rest().empty() ? 0 : 1;
    }
  }
  return out;
}

std::string ContinuedReader::rich_string() {
  constexpr unsigned kWide = 1;
  constexpr unsigned kPhonetic = 4;
  constexpr unsigned kRuns = 8;
  const std::uint16_t count = u16();
  const std::uint8_t flags = u8();
  const std::size_t runs = (flags & kRuns) != 0 ? u16() : 0;
  const std::size_t phonetic = (flags & kPhonetic) != 0 ? u32() : 0;
  std::string out = characters(count, (flags & kWide) != 0);
  skip(runs * 4 + phonetic);
  return out;
}

std::string decode_narrow(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const std::uint8_t c : bytes) {
    text::append_code_point(out, c);
  }
  return out;
}

double rk_number(std::uint32_t rk) {
  constexpr std::uint32_t kHundredth = 1;
  constexpr std::uint32_t kInteger = 2;
  const double value = (rk & kInteger) != 0 ? static_cast<double>(std::bit_cast<std::int32_t>(rk) >> 2)
                                            : std::bit_cast<double>(static_cast<std::uint64_t>(rk & ~3U) << 32U);
  return (rk & kHundredth) != 0 ? value / 100 : value;
}

std::string error_name(std::uint8_t code) {
  switch (code) {
    case 0x00: return "#NULL!";
    case 0x07: return "#DIV/0!";
    case 0x0F: return "#VALUE!";
    case 0x17: return "#REF!";
    case 0x1D: return "#NAME?";
    case 0x24: return "#NUM!";
    case 0x2A: return "#N/A";
    default: return {};
  }
}

}  // namespace alcove::ole::xls
