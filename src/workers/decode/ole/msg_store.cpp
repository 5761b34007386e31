#include "workers/decode/ole/msg_store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/file_time.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/rtf_body.hpp"
#include "workers/decode/ole/rtf_compressed.hpp"

namespace alcove::ole::msg {
namespace {

constexpr std::uint16_t kObjectType = 0x000D;
constexpr std::uint16_t kNarrowText = 0x001E;
constexpr std::uint16_t kWideText = 0x001F;
constexpr std::uint16_t kBinaryType = 0x0102;

constexpr std::size_t kPropertiesMax = 10'000;
constexpr std::size_t kRecipientsMax = 5'000;
/// A text in a head or a body; larger ones are cut.
constexpr std::size_t kTextBytesMax = 64UL * 1024 * 1024;

std::string without_line_ends(std::string_view text) {
  return charset::collapse_spaces(charset::clean(text));
}

/// "Name <address>", or what there is of it.
std::string mailbox(const std::string& name, const std::string& address) {
  if (address.find('@') == std::string::npos) {
    return name.empty() ? address : name;  // Addresses of an Exchange server mean nothing to people.
  }
  if (name.find(address) != std::string::npos) {
    return name;
  }
  return name.empty() ? address : fmt::format("{} <{}>", name, address);
}

std::string first_text(const Properties& properties, std::initializer_list<Property> ids) {
  for (const Property id : ids) {
    std::string text = without_line_ends(properties.text(id));
    if (!text.empty()) {
      return text;
    }
  }
  return {};
}

std::uint32_t stated_code_page(const Properties& properties) {
  const std::uint32_t stated = properties.number(kMessageCodePage, properties.number(kInternetCodePage, 0));
  constexpr std::uint32_t kUtf16 = 1200;
  if (stated != 0 && stated != kUtf16) {
    return stated;
  }
  return code_page_of_language(properties.number(kMessageLocale, 0));
}

}  // namespace

Properties::Properties(const CompoundFile& file, std::size_t storage, Kind kind, std::uint32_t code_page)
    : file_(&file), storage_(storage), code_page_(code_page) {
  constexpr std::size_t kPropertyBytes = 16;
  constexpr std::size_t kTableBytesMax = kPropertiesMax * kPropertyBytes;
  const std::size_t head = kind == Kind::kMessage ? 32 : kind == Kind::kEmbeddedMessage ? 24 : 8;
  const auto table = file.read("__properties_version1.0", storage, kTableBytesMax);
  for (std::size_t at = head; table && at + kPropertyBytes <= table->bytes.size(); at += kPropertyBytes) {
    fixed_.emplace(u16_at(table->bytes, at + 2), u64_at(table->bytes, at + 8));
  }
  code_page_ = code_page_ == 0 ? stated_code_page(*this) : code_page_;
}

std::optional<std::size_t> Properties::entry(Property id, std::uint16_t type) const {
  return file_->find(fmt::format("__substg1.0_{:04X}{:04X}", static_cast<unsigned>(id), type), storage_);
}

std::string Properties::text(Property id) const {
  if (const auto wide = entry(id, kWideText)) {
    const auto content = file_->read(*wide, kTextBytesMax);
    return content ? decode_utf16(content->bytes) : std::string();
  }
  if (const auto narrow = entry(id, kNarrowText)) {
    const auto content = file_->read(*narrow, kTextBytesMax);
    return content ? decode_code_page(content->bytes, code_page_) : std::string();
  }
  return {};
}

Bytes Properties::binary(Property id) const {
  const auto stream = entry(id, kBinaryType);
  auto content = stream ? file_->read(*stream, kTextBytesMax) : Result<CompoundFile::Content>(CompoundFile::Content{});
  return content ? std::move(content->bytes) : Bytes();
}

std::uint32_t Properties::number(Property id, std::uint32_t otherwise) const {
  const auto found = fixed_.find(id);
  return found == fixed_.end() ? otherwise : static_cast<std::uint32_t>(found->second & 0xFFFFFFFFU);
}

std::int64_t Properties::time(Property id) const {
  const auto found = fixed_.find(id);
  return found == fixed_.end() ? 0 : unix_ms_of_file_time(found->second);
}

Message load_message(const Properties& properties, std::size_t storage) {
  Message out;
  out.subject = without_line_ends(properties.text(kSubject));
  const std::string name = first_text(properties, {kRepresentingName, kSenderName});
  out.from =
      mailbox(name, first_text(properties, {kRepresentingSmtp, kSenderSmtp, kRepresentingAddress, kSenderAddress}));
  for (const Property time : {kSubmitTime, kDeliveryTime, kCreated}) {
    out.date_unix_ms = out.date_unix_ms == 0 ? properties.time(time) : out.date_unix_ms;
  }
  const std::string kind = ascii_lower(properties.text(kMessageClass));
  out.encrypted = kind.starts_with("ipm.note.smime") && kind.find("multipartsigned") == std::string::npos;
  const CompoundFile& file = properties.file();
  std::size_t recipients = 0;
  for (const std::size_t child : file.entries()[storage].children) {
    if (!file.entries()[child].name.starts_with("__recip_version1.0_") || ++recipients > kRecipientsMax) {
      continue;
    }
    const Properties recipient(file, child, Properties::Kind::kRecipientOrAttachment, properties.code_page());
    const std::string box =
        mailbox(first_text(recipient, {kDisplayName}), first_text(recipient, {kSmtpAddress, kAddress}));
    constexpr std::uint32_t kCopy = 2;
    std::string& list = recipient.number(kRecipientType, 1) == kCopy ? out.cc : out.to;
    list += list.empty() ? box : ", " + box;
  }
  out.to = out.to.empty() ? without_line_ends(properties.text(kDisplayTo)) : out.to;
  out.cc = out.cc.empty() ? without_line_ends(properties.text(kDisplayCc)) : out.cc;
  return out;
}

std::string date_text(std::int64_t unix_ms) {
  if (unix_ms == 0) {
    return {};
  }
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds moment{std::chrono::seconds(unix_ms / 1000)};
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000", kDays.at(std::chrono::weekday(day).c_encoding()),
                     static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

Body load_body(const Properties& properties) {
  std::string plain = properties.text(kBody);
  if (!trimmed(plain).empty()) {
    return {std::move(plain), false};
  }
  const Bytes html = properties.binary(kHtml);
  if (!html.empty()) {
    const std::uint32_t code_page = properties.number(kInternetCodePage, 0);
    const std::string declared = code_page != 0 ? code_page_name(code_page) : markup::html_declared_encoding(html);
    const std::string encoding = !declared.empty() ? declared : charset::detect_encoding(html).value_or("windows-1252");
    return {charset::decode(html, encoding), true};
  }
  std::string html_text = properties.text(kHtml);
  if (!trimmed(html_text).empty()) {
    return {std::move(html_text), true};
  }
  RtfBody wrapped = unwrap_rtf(unpack_rtf(properties.binary(kCompressedRtf)));
  return {std::move(wrapped.text), wrapped.is_html};
}

std::vector<Attachment> list_attachments(const Properties& properties, std::size_t storage) {
  std::vector<Attachment> out;
  const CompoundFile& file = properties.file();
  for (const std::size_t child : file.entries()[storage].children) {
    if (!file.entries()[child].name.starts_with("__attach_version1.0_")) {
      continue;
    }
    const Properties attached(file, child, Properties::Kind::kRecipientOrAttachment, properties.code_page());
    Attachment& attachment = out.emplace_back();
    attachment.name = first_text(attached, {kLongFileName, kShortFileName, kDisplayName});
    attachment.stream = attached.entry(kAttachedData, kBinaryType);
    attachment.modified_unix_ms = attached.time(kModified);
    constexpr std::uint32_t kEmbeddedMessage = 5;
    const auto object = attached.entry(kAttachedData, kObjectType);
    if (object && (attached.number(kAttachMethod, kEmbeddedMessage) == kEmbeddedMessage) &&
        file.find("__properties_version1.0", *object)) {
      attachment.message = object;
      const std::string ending = ascii_lower(attachment.name).ends_with(".eml") ? "" : ".eml";
      attachment.name = (attachment.name.empty() ? "message" : attachment.name) + ending;
    }
    if (attachment.name.empty()) {
      attachment.name = fmt::format("attachment {}", out.size());
    }
    attachment.size_bytes = attachment.stream ? file.entries()[*attachment.stream].size : 0;
  }
  return out;
}

}  // namespace alcove::ole::msg
