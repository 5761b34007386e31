#include "workers/models/instructions.hpp"

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace alcove::models {

std::string_view name_of(Instructions instructions) {
  switch (instructions) {
    case Instructions::kNeonDot: return "NEON dot product";
    case Instructions::kSsse3: return "SSSE3";
    case Instructions::kAvx2: return "AVX2";
    case Instructions::kAvxVnni: return "AVX-VNNI";
    case Instructions::kAvx512Vnni: return "AVX-512 VNNI";
    case Instructions::kPortable: break;
  }
  return "portable";
}

std::vector<Instructions> usable_instructions() {
  std::vector<Instructions> usable{Instructions::kPortable};
#if defined(__x86_64__)
  // These ask the operating system, too, whether it keeps the wide registers.
  const bool has_avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (__builtin_cpu_supports("ssse3") != 0) {
    usable.push_back(Instructions::kSsse3);
  }
  if (has_avx2) {
    usable.push_back(Instructions::kAvx2);
  }
  if (has_avx2 && __builtin_cpu_supports("avxvnni") != 0) {
    usable.push_back(Instructions::kAvxVnni);
  }
  if (has_avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vnni") != 0) {
    usable.push_back(Instructions::kAvx512Vnni);
  }
#elif defined(__aarch64__)
  if ((::getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) {
    usable.push_back(Instructions::kNeonDot);
  }
#endif
  return usable;
}

Instructions best_instructions() {
  static const Instructions kBest = usable_instructions().back();
  return kBest;
}

}  // namespace alcove::models
