#include "workers/decode/office/header_footer.hpp"

#include <algorithm>

namespace alcove::office {

std::string header_footer_text(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] != '&' || i + 1 >= code.size()) {
      out += code[i];
      continue;
    }
    const char c = code[++i];
    if (c == '&') {
      out += '&';
    } else if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == 'L' || c == 'C' || c == 'R') {
      out += '\t';
    } else if (c >= '0' && c <= '9') {
      while (i + 1 < code.size() && code[i + 1] >= '0' && code[i + 1] <= '9') {
        ++i;
      }
    } else if (c == 'K') {
      i = std::min(i + 6, code.size());
    }
  }
  return out;
}

}  // namespace alcove::office
