#include "workers/sandbox/sandbox.hpp"

namespace alcove::sandbox {
namespace {

/// What the dynamic loader and the C library read at any time: libraries, character sets, the machine's properties.
std::vector<std::filesystem::path> system_paths() {
  return {"/lib",
          "/lib64",
          "/usr/lib",
          "/usr/lib64",
          "/usr/local/lib",
          "/etc/ld.so.cache",
          "/etc/localtime",
          "/usr/share/zoneinfo",
          "/usr/share/locale",
          "/usr/share/icu",
          "/dev/null",
          "/dev/urandom",
          "/proc/cpuinfo",
          "/proc/meminfo",
          "/proc/sys/vm/overcommit_memory",
          "/sys/devices/system/cpu",
          "/sys/devices/system/node"};
}

}  // namespace

std::vector<std::filesystem::path> decode_read_paths() {
  std::vector<std::filesystem::path> paths = system_paths();
  paths.insert(paths.end(), {"/etc/fonts", "/usr/share/fontconfig", "/usr/share/fonts", "/usr/local/share/fonts",
                             "/var/cache/fontconfig", "/usr/share/xml/fontconfig", "/usr/share/poppler",
                             "/usr/share/ghostscript", "/usr/share/color", "/usr/share/mime", "/etc/magic",
                             "/etc/magic.mime", "/usr/share/file", "/usr/share/misc"});
  return paths;
}

std::vector<std::filesystem::path> model_read_paths(const std::filesystem::path& models_folder) {
  std::vector<std::filesystem::path> paths = system_paths();
  if (!models_folder.empty()) {
    paths.push_back(models_folder);
  }
  return paths;
}

}  // namespace alcove::sandbox
