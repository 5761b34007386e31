#include "workers/decode/charset/code_page.hpp"

namespace alcove::charset {

std::string encoding_of_code_page(std::uint32_t code_page) {
  switch (code_page) {
    case 708: return "iso-8859-6";
    case 874: return "windows-874";
    case 932: return "windows-31j";
    case 936: return "gbk";
    case 949: return "windows-949";
    case 950: return "windows-950";
    case 1200: return "utf-16le";
    case 1201: return "utf-16be";
    case 10000:
    case 32768: return "macintosh";
    case 10006: return "x-mac-greek";
    case 10007: return "x-mac-cyrillic";
    case 20127: return "us-ascii";
    case 20866: return "koi8-r";
    case 21866: return "koi8-u";
    case 50220:
    case 50221:
    case 50222: return "iso-2022-jp";
    case 51932: return "euc-jp";
    case 51949: return "euc-kr";
    case 54936: return "gb18030";
    case 65001: return "utf-8";
    default: break;
  }
  if (code_page >= 1250 && code_page <= 1258) {
    return "windows-" + std::to_string(code_page);
  }
  constexpr std::uint32_t kIsoBase = 28590;
  if (code_page > kIsoBase && code_page <= kIsoBase + 15) {
    return "iso-8859-" + std::to_string(code_page - kIsoBase);
  }
  return code_page >= 437 && code_page <= 869 ? "ibm-" + std::to_string(code_page) : std::string();
}

std::uint32_t code_page_of_font_charset(int font_charset) {
  switch (font_charset) {
    case 77: return 10000;
    case 128: return 932;
    case 129: return 949;
    case 134: return 936;
    case 136: return 950;
    case 161: return 1253;
    case 162: return 1254;
    case 163: return 1258;
    case 177: return 1255;
    case 178: return 1256;
    case 186: return 1257;
    case 204: return 1251;
    case 222: return 874;
    case 238: return 1250;
    case 254: return 437;
    case 255: return 850;
    default: return 0;
  }
}

}  // namespace alcove::charset
