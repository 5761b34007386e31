#pragma once
/// @file
/// Errors as values: a closed set of codes, text for the log, text for the person.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace alcove {

/// What went wrong, independent of any protocol. `surface/rest` maps each code to one HTTP status;
/// a test walks the whole enum through that table.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,     ///< The request is malformed; repeating it cannot help.
  kUnauthenticated,     ///< Nobody is signed in.
  kForbidden,           ///< Signed in, but the right is missing.
  kNotFound,            ///< No such thing, or none that the caller may know of.
  kAlreadyExists,       ///< A thing of that name or place is there.
  kConflict,            ///< Another change came first.
  kPreconditionFailed,  ///< The state the caller relied on has changed.
  kLocked,              ///< Held by someone else at the moment.
  kTooLarge,            ///< Beyond a named limit.
  kUnsupported,         ///< Understood, but not something this build can do.
  kOutOfSpace,          ///< The disk or a quota is full.
  kOverloaded,          ///< A queue is full; retry later.
  kTimedOut,            ///< The deadline passed.
  kCancelled,           ///< The caller or a shutdown asked to stop.
  kCorrupt,             ///< Stored or received bytes contradict themselves.
  kUnavailable,         ///< A part that is needed is not running; retry later.
  kInternal,            ///< Everything else; a defect or a failing machine.
};

/// Stable lower-case name ("not_found"), used in logs, JSON and the database.
std::string_view error_code_name(ErrorCode code);

/// True for codes where the same call may succeed later (kOverloaded, kTimedOut, kUnavailable, kLocked).
bool is_retryable(ErrorCode code);

/// One failure. `detail` is for the log and may name internals; `message` is for the person and never does.
/// Neither ever holds a secret or the content of a file.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< A plain sentence for the person, without a trailing full stop.
  std::string detail;   ///< For the log; grows at the front as context is added.
  std::string field;    ///< For kInvalidArgument from a request: the JSON pointer or parameter name.

  /// Returns the same error with `context` put before its detail ("open library: permission denied").
  [[nodiscard]] Error with_context(std::string_view context) &&;
};

/// Makes an error whose log text equals its text for the person.
Error make_error(ErrorCode code, std::string message);
/// Makes an error with separate texts.
Error make_error(ErrorCode code, std::string message, std::string detail);
/// Makes an error from an errno value; picks the code (ENOENT → kNotFound, ENOSPC → kOutOfSpace, …).
Error make_errno_error(int error_number, std::string_view what);

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// Shorthand for returning an error: `return fail(ErrorCode::kNotFound, "No such library");`
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(make_error(code, std::move(message)));
}
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string detail) {
  return std::unexpected(make_error(code, std::move(message), std::move(detail)));
}
inline std::unexpected<Error> fail_errno(int error_number, std::string_view what) {
  return std::unexpected(make_errno_error(error_number, what));
}

}  // namespace alcove

#define ALCOVE_CONCAT_INNER(a, b) a##b
#define ALCOVE_CONCAT(a, b) ALCOVE_CONCAT_INNER(a, b)

/// `ALCOVE_TRY(auto x, expression);` binds the value or returns the error to the caller.
#define ALCOVE_TRY(binding, ...) ALCOVE_TRY_INNER(ALCOVE_CONCAT(alcove_try_, __COUNTER__), binding, __VA_ARGS__)
#define ALCOVE_TRY_INNER(name, binding, ...)         \
  auto&& name = (__VA_ARGS__);                       \
  if (!name.has_value()) {                           \
    return std::unexpected(std::move(name).error()); \
  }                                                  \
  binding = std::move(name).value()

/// `ALCOVE_TRY_VOID(expression);` for a Status, or for a value that is not needed.
#define ALCOVE_TRY_VOID(...) ALCOVE_TRY_VOID_INNER(ALCOVE_CONCAT(alcove_try_, __COUNTER__), __VA_ARGS__)
#define ALCOVE_TRY_VOID_INNER(name, ...)                \
  if (auto&& name = (__VA_ARGS__); !name.has_value()) { \
    return std::unexpected(std::move(name).error());    \
  }                                                     \
  static_assert(true)
