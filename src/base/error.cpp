#include "base/error.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace alcove {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kUnauthenticated: return "unauthenticated";
    case ErrorCode::kForbidden: return "forbidden";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kAlreadyExists: return "already_exists";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kPreconditionFailed: return "precondition_failed";
    case ErrorCode::kLocked: return "locked";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kOutOfSpace: return "out_of_space";
    case ErrorCode::kOverloaded: return "overloaded";
    case ErrorCode::kTimedOut: return "timed_out";
    case ErrorCode::kCancelled: return "cancelled";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

bool is_retryable(ErrorCode code) {
  return code == ErrorCode::kOverloaded || code == ErrorCode::kTimedOut || code == ErrorCode::kUnavailable ||
         code == ErrorCode::kLocked;
}

Error Error::with_context(std::string_view context) && {
  detail = detail.empty() ? std::string(context) : fmt::format("{}: {}", context, detail);
  return std::move(*this);
}

Error make_error(ErrorCode code, std::string message) {
  std::string detail = message;
  return Error{.code = code, .message = std::move(message), .detail = std::move(detail), .field = {}};
}

Error make_error(ErrorCode code, std::string message, std::string detail) {
  return Error{.code = code, .message = std::move(message), .detail = std::move(detail), .field = {}};
}

namespace {

struct ErrnoMeaning {
  ErrorCode code;
  const char* message;
};

ErrnoMeaning errno_meaning(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return {ErrorCode::kNotFound, "The file or folder is not there"};
    case EACCES:
    case EPERM: return {ErrorCode::kForbidden, "The system does not allow access"};
    case EEXIST:
    case ENOTEMPTY: return {ErrorCode::kAlreadyExists, "Something of that name is already there"};
    case ENOSPC:
    case EDQUOT: return {ErrorCode::kOutOfSpace, "The disk is full"};
    case EROFS: return {ErrorCode::kForbidden, "The file system is read-only"};
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP: return {ErrorCode::kInvalidArgument, "The path cannot be used"};
    case EFBIG: return {ErrorCode::kTooLarge, "The file is too large"};
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: return {ErrorCode::kOverloaded, "The machine is out of resources at the moment"};
    case ETIMEDOUT: return {ErrorCode::kTimedOut, "It took too long"};
    case EPIPE:
    case ECONNRESET:
    case ECONNREFUSED: return {ErrorCode::kUnavailable, "The other side is not there"};
    case EIO: return {ErrorCode::kCorrupt, "The disk reports a read or write error"};
    default: return {ErrorCode::kInternal, "The system reports an error"};
  }
}

}  // namespace

Error make_errno_error(int error_number, std::string_view what) {
  const ErrnoMeaning meaning = errno_meaning(error_number);
  return make_error(meaning.code, meaning.message,
                    fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

}  // namespace alcove
