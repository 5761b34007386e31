#include "drivers/sets/bitmap.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <roaring/roaring.hh>

#include "base/check.hpp"

namespace alcove::sets {

struct Bitmap::Impl {
  Roaring set;
};

Bitmap::Bitmap() : impl_(std::make_unique<Impl>()) {}
Bitmap::Bitmap(const Bitmap& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
// A moved-from bitmap is an empty one, not a null: every other call may then rely on `impl_`.
Bitmap::Bitmap(Bitmap&& other) noexcept : impl_(std::exchange(other.impl_, std::make_unique<Impl>())) {}
Bitmap& Bitmap::operator=(const Bitmap& other) {
  if (this != &other) {
    impl_ = std::make_unique<Impl>(*other.impl_);
  }
  return *this;
}
Bitmap& Bitmap::operator=(Bitmap&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Bitmap::~Bitmap() = default;

void Bitmap::add(std::uint32_t number) {
  impl_->set.add(number);
}

void Bitmap::add_many(std::span<const std::uint32_t> numbers) {
  impl_->set.addMany(numbers.size(), numbers.data());
}

void Bitmap::add_run(std::uint32_t first, std::uint32_t count) {
  const std::uint64_t end = std::uint64_t{first} + count;
  ALCOVE_CHECK(end <= std::uint64_t{std::numeric_limits<std::uint32_t>::max()} + 1, "a run lies inside 32 bits");
  if (count > 0) {
    impl_->set.addRange(first, end);
  }
}

void Bitmap::remove(std::uint32_t number) {
  impl_->set.remove(number);
}
bool Bitmap::contains(std::uint32_t number) const {
  return impl_->set.contains(number);
}
std::uint64_t Bitmap::size() const {
  return impl_->set.cardinality();
}
bool Bitmap::empty() const {
  return impl_->set.isEmpty();
}

Bitmap& Bitmap::operator&=(const Bitmap& other) {
  impl_->set &= other.impl_->set;
  return *this;
}

Bitmap& Bitmap::operator|=(const Bitmap& other) {
  impl_->set |= other.impl_->set;
  return *this;
}

Bitmap& Bitmap::operator-=(const Bitmap& other) {
  if (this == &other) {  // The library's in-place difference does not expect to meet itself.
    impl_ = std::make_unique<Impl>();
    return *this;
  }
  impl_->set -= other.impl_->set;
  return *this;
}

bool operator==(const Bitmap& a, const Bitmap& b) {
  return a.impl_->set == b.impl_->set;
}

bool Bitmap::next(std::uint32_t from, std::uint32_t& found) const {
  roaring_uint32_iterator_t iterator;
  roaring_init_iterator(&impl_->set.roaring, &iterator);
  if (!roaring_move_uint32_iterator_equalorlarger(&iterator, from)) {
    return false;
  }
  found = iterator.current_value;
  return true;
}

std::vector<std::uint32_t> Bitmap::to_vector() const {
  std::vector<std::uint32_t> numbers(impl_->set.cardinality());
  if (!numbers.empty()) {
    impl_->set.toUint32Array(numbers.data());
  }
  return numbers;
}

void Bitmap::for_each(const std::function<bool(std::uint32_t)>& visit) const {
  struct Call {
    const std::function<bool(std::uint32_t)>& visit;
  } call{visit};
  impl_->set.iterate([](std::uint32_t number, void* context) { return static_cast<Call*>(context)->visit(number); },
                     &call);
}

}  // namespace alcove::sets
