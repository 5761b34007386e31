#include "domain/libraries/ignore_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/glob.hpp"
#include "base/text.hpp"

namespace alcove::libraries {

namespace {

/// One table for both kinds, in small letters: names are compared without regard to case. From the habits of Linux,
/// macOS, Windows and of NAS systems.
constexpr std::array<std::string_view, 16> kFolders{
    ".*",                         // .git, .hg, .svn, .cache, .Trash-1000, .thumbnails, .snapshots …
    "node_modules",               // JavaScript packages
    "__pycache__",                // Python
    "cvs",                        // version control without a dot
    "@eadir",                     // Synology's index
    "@tmp",                       // …
    "@recycle",                   // QNAP
    "@recently-snapshot",         // QNAP
    "#recycle",                   // Synology
    "#snapshot",                  // Synology
    "~snapshot",                  // NetApp
    "lost+found",                 // ext4
    "system volume information",  // Windows
    "$recycle.bin",               // Windows
    "recycler",                   // Windows, old
    "*.tmp",                      // half-made folders
};
constexpr std::array<std::string_view, 16> kFiles{
    ".*",            // .DS_Store, .nfs…, .~lock…#, .name.swp, .directory …
    "thumbs.db",     // Windows
    "ehthumbs.db",   // Windows
    "desktop.ini",   // Windows
    "icon\r",        // macOS
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

bool matches_any(const auto& patterns, std::string_view name) {
  const std::string folded = ascii_lower(name);
  return std::ranges::any_of(patterns, [&](std::string_view pattern) { return matches_glob(pattern, folded); });
}

}  // namespace

bool is_ignored_folder(std::string_view name) {
  return matches_any(kFolders, name);
}
bool is_ignored_file(std::string_view name) {
  return matches_any(kFiles, name);
}

}  // namespace alcove::libraries
