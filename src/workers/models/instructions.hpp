#pragma once
/// @file
/// Which vector instructions this processor has for the kernels of the text encoder.

#include <cstdint>
#include <string_view>
#include <vector>

namespace alcove::models {

/// What a kernel is written for. Every kernel has a portable form; the others are chosen at run time, so that one
/// program serves every processor of its architecture and never meets an instruction that it lacks.
enum class Instructions : std::uint8_t {
  kPortable,    ///< What the compiler may use everywhere: SSE2 on x86-64, NEON on 64-bit ARM.
  kNeonDot,     ///< ARMv8.2's dot product of bytes: Cortex-A55 and newer, not the Raspberry Pi 4.
  kSsse3,       ///< Every x86-64 of the last fifteen years; what a NAS's Celeron or Atom before 2023 has.
  kAvx2,        ///< AVX2 and FMA: from Haswell and Zen on.
  kAvxVnni,     ///< And dot products of bytes in 256 bits: Alder Lake and its small cores (N100), Zen 5.
  kAvx512Vnni,  ///< And in 512 bits: Ice Lake, Zen 4.
};

/// As people read it: "AVX2".
std::string_view name_of(Instructions instructions);

/// What this processor has, the best one last; kPortable is always the first.
std::vector<Instructions> usable_instructions();
/// The last of them. Looked up once.
Instructions best_instructions();
/// Has it AVX2 and FMA? The instructions are ordered: what is better than AVX2 includes it.
inline bool has_avx2() {
  return best_instructions() >= Instructions::kAvx2;
}

}  // namespace alcove::models
