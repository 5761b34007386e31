#pragma once
/// @file
/// The one binary form of what crosses a process boundary or rests in the artefact store.
///
/// A type takes part by listing its fields once:
///
///     struct Point {
///       double x = 0;
///       double y = 0;
///       void fields(auto& visit) { visit(x, y); }
///     };
///
/// Integers are LEB128 (signed ones zigzag), floats little-endian IEEE, strings and sequences a count and
/// then the items. There is no schema evolution inside a message: a reader of another version refuses.
/// Why not msgpack-cxx: Debian's package drags in Boost 1.74, which cannot be installed beside 1.81.

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace alcove::wire {

/// Deepest nesting of structures that a reader follows; ours go to 4.
inline constexpr int kDepthMax = 16;
/// Most structures or strings in one sequence, unless their type names its own `kItemsMax`. An empty one takes a byte
/// or two on the wire and hundreds in memory, so bytes alone are no limit.
inline constexpr std::uint64_t kItemsMax = 65'536;

template <typename T>
constexpr std::uint64_t items_max() {
  if constexpr (requires { T::kItemsMax; }) {
    return T::kItemsMax;
  } else if constexpr (std::is_class_v<T>) {
    return kItemsMax;
  } else {
    return UINT64_MAX;
  }
}

/// Appends values to a byte buffer.
class Encoder {
 public:
  template <typename... Ts>
  void operator()(const Ts&... values) {
    (write(values), ...);
  }
  Bytes take() && { return std::move(bytes_); }

 private:
  void write_varint(std::uint64_t value) {
    while (value > 0x7F) {
      bytes_.push_back(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7U;
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  void write_raw(const void* data, std::size_t size) {
    const auto* begin = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }

  void write(bool value) { bytes_.push_back(value ? 1 : 0); }
  template <std::unsigned_integral T>
  void write(T value) {
    write_varint(value);
  }
  template <std::signed_integral T>
  void write(T value) {
    const auto wide = static_cast<std::int64_t>(value);
    write_varint((static_cast<std::uint64_t>(wide) << 1U) ^ static_cast<std::uint64_t>(wide >> 63));
  }
  template <typename T>
    requires std::is_enum_v<T>
  void write(T value) {
    write_varint(static_cast<std::uint64_t>(std::to_underlying(value)));
  }
  void write(float value) { write_raw(&value, sizeof value); }
  void write(double value) { write_raw(&value, sizeof value); }
  void write(const std::string& text) {
    write_varint(text.size());
    write_raw(text.data(), text.size());
  }
  template <std::size_t N>
  void write(const std::array<std::uint8_t, N>& bytes) {
    write_raw(bytes.data(), N);
  }
  template <typename T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) {
      write(*value);
    }
  }
  template <typename T>
  void write(const std::vector<T>& items) {
    write_varint(items.size());
    if constexpr (sizeof(T) == 1 || std::is_floating_point_v<T>) {
      write_raw(items.data(), items.size() * sizeof(T));
    } else {
      for (const T& item : items) {
        write(item);
      }
    }
  }
  template <typename T>
    requires requires(T& value, Encoder& encoder) { value.fields(encoder); }
  void write(const T& value) {
    // `fields` is shared with the decoder and therefore takes a mutable object; the encoder only reads.
    const_cast<T&>(value).fields(*this);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }

  Bytes bytes_;
};

/// Takes values from bytes of any origin. After the first mistake it stays failed and yields zeros.
class Decoder {
 public:
  explicit Decoder(ByteView bytes) : bytes_(bytes) {}

  template <typename... Ts>
  void operator()(Ts&... values) {
    (read(values), ...);
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

 private:
  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) {
        failed_ = true;
        return 0;
      }
      const std::uint8_t byte = bytes_.front();
      bytes_ = bytes_.subspan(1);
      if (shift == 63 && byte > 1) {
        break;
      }
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    failed_ = true;
    return 0;
  }
  bool read_raw(void* data, std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return false;
    }
    if (size > 0) {
      std::memcpy(data, bytes_.data(), size);
      bytes_ = bytes_.subspan(size);
    }
    return true;
  }

  void read(bool& value) {
    std::uint8_t byte = 0;
    read_raw(&byte, 1);
    failed_ = failed_ || byte > 1;
    value = byte == 1;
  }
  template <std::unsigned_integral T>
  void read(T& value) {
    const std::uint64_t wide = read_varint();
    failed_ = failed_ || !std::in_range<T>(wide);
    value = failed_ ? T{0} : static_cast<T>(wide);
  }
  template <std::signed_integral T>
  void read(T& value) {
    const std::uint64_t coded = read_varint();
    const auto wide = static_cast<std::int64_t>((coded >> 1U) ^ (~(coded & 1U) + 1U));
    failed_ = failed_ || !std::in_range<T>(wide);
    value = failed_ ? T{0} : static_cast<T>(wide);
  }
  template <typename T>
    requires std::is_enum_v<T>
  void read(T& value) {
    std::underlying_type_t<T> number{};
    read(number);
    // Every enum on the wire ends in kCount_, so that a foreign number is refused here and nowhere else.
    failed_ = failed_ || number >= std::to_underlying(T::kCount_);
    value = failed_ ? T{} : static_cast<T>(number);
  }
  void read(float& value) { read_raw(&value, sizeof value); }
  void read(double& value) { read_raw(&value, sizeof value); }
  void read(std::string& text) {
    const std::uint64_t size = read_varint();
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return;
    }
    text.assign(as_text(bytes_.first(static_cast<std::size_t>(size))));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(size));
  }
  template <std::size_t N>
  void read(std::array<std::uint8_t, N>& bytes) {
    read_raw(bytes.data(), N);
  }
  template <typename T>
  void read(std::optional<T>& value) {
    bool present = false;
    read(present);
    value.reset();
    if (present && !failed_) {
      read(value.emplace());
    }
  }
  template <typename T>
  void read(std::vector<T>& items) {
    const std::uint64_t count = read_varint();
    // Each item takes at least one byte, so a count beyond the rest is a lie and reserves nothing.
    if (failed_ || count > bytes_.size() || count > items_max<T>()) {
      failed_ = true;
      return;
    }
    if constexpr (sizeof(T) == 1 || std::is_floating_point_v<T>) {
      if (count * sizeof(T) > bytes_.size()) {
        failed_ = true;
        return;
      }
      items.resize(static_cast<std::size_t>(count));
      read_raw(items.data(), items.size() * sizeof(T));
    } else {
      items.clear();
      for (std::uint64_t i = 0; i < count && !failed_; ++i) {
        read(items.emplace_back());
      }
    }
  }
  template <typename T>
    requires requires(T& value, Decoder& decoder) { value.fields(decoder); }
  void read(T& value) {
    if (++depth_ > kDepthMax) {
      failed_ = true;
    }
    if (!failed_) {
      value.fields(*this);
    }
    --depth_;
  }

  ByteView bytes_;
  int depth_ = 0;
  bool failed_ = false;
};

/// The bytes of `value`.
template <typename T>
Bytes encode(const T& value) {
  Encoder encoder;
  encoder(value);
  return std::move(encoder).take();
}

/// The value in `bytes`, all of them. Errors: kCorrupt.
template <typename T>
Result<T> decode(ByteView bytes) {
  T value{};
  Decoder decoder(bytes);
  decoder(value);
  if (decoder.failed() || !decoder.at_end()) {
    return fail(ErrorCode::kCorrupt, "Stored or received data is damaged", "codec: malformed bytes");
  }
  return value;
}

}  // namespace alcove::wire
