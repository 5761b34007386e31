#pragma once
/// @file
/// Internal to decode/mail: parsed messages and what GMime says of their parts.

#include <gmime/gmime.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace alcove::mail {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Stream = std::unique_ptr<GMimeStream, Unref>;
using Parser = std::unique_ptr<GMimeParser, Unref>;
using Message = std::unique_ptr<GMimeMessage, Unref>;

/// Most parts inside one another, and most of one message.
inline constexpr unsigned kDepthMax = 64;
inline constexpr unsigned kPartsMax = 1'000;

/// A message's bytes, ready to be parsed: without Apple Mail's length line or a mailbox's "From " line, as UTF-8 if it
/// came in wide characters, cut (`cut` is set) where containers nest without end.
std::string message_bytes(ByteView bytes, std::string_view encoding, bool& cut);

/// Null when there is nothing of a message in it.
Message parse(const std::string& text);

/// A header's decoded value, empty when it is missing.
std::string header(GMimeObject* object, const char* name);

/// A part's content with its transfer encoding undone.
std::string content_bytes(GMimePart* part);

bool is_type(GMimeObject* object, const char* type, const char* subtype);

/// Whether what is inside can be read only with a key.
bool is_encrypted(GMimeObject* object);

/// Whether a part is a file of its own, not one of the message's bodies: it has a name, says that it is attached, is a
/// message, or is of a kind that is no text to read.
bool is_attachment(GMimeObject* object);

/// What an attachment is called, as one step of a path: its name, a message's subject, or what its type suggests.
std::string attachment_name(GMimeObject* object);

}  // namespace alcove::mail
