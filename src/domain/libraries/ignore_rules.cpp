#include "domain/libraries/ignore_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace alcove::libraries {

namespace {

/// One table for both kinds. Names from the habits of Linux, macOS, Windows and of NAS systems.
constexpr std::array<std::string_view, 16> kFolders{
    ".*",                         // .git, .hg, .svn, .cache, .Trash-1000, .thumbnails, .snapshots …
    "node_modules",               // JavaScript packages
    "__pycache__",                // Python
    "CVS",                        // version control without a dot
    "@eaDir",                     // Synology's index
    "@tmp",                       // …
    "@Recycle",                   // QNAP
    "@Recently-Snapshot",         // QNAP
    "#recycle",                   // Synology
    "#snapshot",                  // Synology
    "~snapshot",                  // NetApp
    "lost+found",                 // ext4
    "System Volume Information",  // Windows
    "$RECYCLE.BIN",               // Windows
    "RECYCLER",                   // Windows, old
    "*.tmp",                      // half-made folders
};
constexpr std::array<std::string_view, 16> kFiles{
    ".*",            // .DS_Store, .nfs…, .~lock…#, .name.swp, .directory …
    "Thumbs.db",     // Windows
    "ehthumbs.db",   // Windows
    "desktop.ini",   // Windows
    "Icon\r",        // macOS
    "~$*",           // Microsoft Office's locks
    "~*.tmp",        // …
    "*.tmp",         // half-written files
    "*.temp",        //
    "*.part",        // Firefox, KDE
    "*.partial",     //
    "*.crdownload",  // Chromium
    "*.download",    // Safari
    "*.swp",         // vim
    "*~",            // editors' backups
    "#*#",           // Emacs
};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool matches_any(const auto& patterns, std::string_view name) {
  return std::ranges::any_of(patterns, [&](std::string_view pattern) { return matches_glob(pattern, name); });
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  // Where to go on when the last '*' has to take one byte more.
  std::size_t star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(name[n]))) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  return std::ranges::all_of(pattern.substr(p), [](char c) { return c == '*'; });
}

bool is_ignored_folder(std::string_view name) {
  return matches_any(kFolders, name);
}
bool is_ignored_file(std::string_view name) {
  return matches_any(kFiles, name);
}

}  // namespace alcove::libraries
