/// @file
/// Any bytes as the small things that documents write: number formats, columns, dates, encoded headers, encodings.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/office/number_format.hpp"
#include "workers/decode/office/xml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alcove;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  double value = 0;
  std::memcpy(&value, data, size < sizeof value ? 0 : sizeof value);
  const office::NumberFormat format = office::parse_format(to_valid_utf8(text));  // Its letters may be shown.
  for (const bool days_1904 : {false, true}) {
    ALCOVE_CHECK(is_valid_utf8(office::format_number(value, format, days_1904)), "a number is text");
  }
  (void)office::column_name(office::column_of(text));
  (void)office::declared_encoding(text);
  (void)office::resolve_target(text.substr(0, size / 2), text.substr(size / 2));
  (void)markup::html_declared_encoding({data, size});
  (void)input::parse_moment(text);
  ALCOVE_CHECK(is_valid_utf8(mail::decode_header(text)), "a header is text");
  return 0;
}
