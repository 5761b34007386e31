#pragma once
/// @file
/// Outlook's messages (MS-OXMSG): properties of a message, its recipients and attachments.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "workers/decode/ole/compound_file.hpp"

namespace alcove::ole::msg {

/// Property ids (MS-OXPROPS), without their type.
enum Property : std::uint16_t {
  kMessageClass = 0x001A,
  kSubject = 0x0037,
  kSubmitTime = 0x0039,
  kRepresentingName = 0x0042,
  kRepresentingAddress = 0x0065,
  kRecipientType = 0x0C15,
  kSenderName = 0x0C1A,
  kSenderAddress = 0x0C1F,
  kDisplayCc = 0x0E03,
  kDisplayTo = 0x0E04,
  kDeliveryTime = 0x0E06,
  kBody = 0x1000,
  kCompressedRtf = 0x1009,
  kHtml = 0x1013,
  kDisplayName = 0x3001,
  kAddress = 0x3003,
  kCreated = 0x3007,
  kModified = 0x3008,
  kAttachedData = 0x3701,
  kShortFileName = 0x3704,
  kAttachMethod = 0x3705,
  kLongFileName = 0x3707,
  kSmtpAddress = 0x39FE,
  kInternetCodePage = 0x3FDE,
  kMessageLocale = 0x3FF1,
  kMessageCodePage = 0x3FFD,
  kSenderSmtp = 0x5D01,
  kRepresentingSmtp = 0x5D02,
};

/// The properties of one storage.
///
/// Ownership: borrows the file. Thread safety: none.
class Properties {
 public:
  /// Which kind of object the storage is: it decides where the table of properties begins.
  enum class Kind : std::uint8_t { kMessage, kEmbeddedMessage, kRecipientOrAttachment };
  /// `code_page`: of texts that are not Unicode; 0: as the properties say.
  Properties(const CompoundFile& file, std::size_t storage, Kind kind, std::uint32_t code_page = 0);

  [[nodiscard]] std::string text(Property id) const;
  [[nodiscard]] Bytes binary(Property id) const;
  [[nodiscard]] std::uint32_t number(Property id, std::uint32_t otherwise) const;
  /// Milliseconds since 1970; 0: not stated.
  [[nodiscard]] std::int64_t time(Property id) const;
  /// The stream or storage that holds a property, by the type in its name.
  [[nodiscard]] std::optional<std::size_t> entry(Property id, std::uint16_t type) const;
  [[nodiscard]] std::uint32_t code_page() const { return code_page_; }
  [[nodiscard]] const CompoundFile& file() const { return *file_; }

 private:
  const CompoundFile* file_;
  std::size_t storage_;
  std::map<std::uint16_t, std::uint64_t> fixed_;  ///< Values that lie in the table itself.
  std::uint32_t code_page_;
};

struct Message {
  std::string subject;
  std::string from;
  std::string to;
  std::string cc;
  std::int64_t date_unix_ms = 0;
  bool encrypted = false;
};
/// What stands in a message's head.
Message load_message(const Properties& properties, std::size_t storage);
/// "Mon, 5 May 2014 14:28:00 +0000"; empty for 0.
std::string date_text(std::int64_t unix_ms);

struct Body {
  std::string text;  ///< UTF-8
  bool is_html = false;
};
/// The plain body, else the HTML one, else what the RTF wraps.
Body load_body(const Properties& properties);

struct Attachment {
  std::string name;
  std::optional<std::size_t> stream;   ///< Its bytes.
  std::optional<std::size_t> message;  ///< The storage of a message.
  std::uint64_t size_bytes = 0;
  std::int64_t modified_unix_ms = 0;
};
std::vector<Attachment> list_attachments(const Properties& properties, std::size_t storage);

}  // namespace alcove::ole::msg
