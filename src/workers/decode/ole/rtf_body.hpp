#pragma once
/// @file
/// The HTML or plain text that Outlook wraps into RTF (MS-OXRTFEX).

#include <string>
#include <string_view>

namespace alcove::ole {

struct RtfBody {
  std::string text;      ///< UTF-8
  bool is_html = false;  ///< HTML was wrapped; else `text` is plain.
};

/// Takes the wrapped HTML out of `rtf`; of RTF without any, the plain text, which is all that a mail's search needs.
RtfBody unwrap_rtf(std::string_view rtf);

}  // namespace alcove::ole
