#include "drivers/vectors/dot.hpp"

// Only the integer kernels are used: the half-precision types would need compiler support that old CPUs lack.
#define SIMSIMD_NATIVE_F16 0
#define SIMSIMD_NATIVE_BF16 0
#define SIMSIMD_DYNAMIC_DISPATCH 0
#if defined(__x86_64__)
// Else only what the compiler may use everywhere: each kernel carries its own target, and is called where the CPU has
// it.
#define SIMSIMD_TARGET_HASWELL 1
#define SIMSIMD_TARGET_SKYLAKE 1
#define SIMSIMD_TARGET_ICE 1
#endif
#include <simsimd/simsimd.h>
#if defined(__aarch64__)
#include <arm_neon.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace alcove::vectors {
namespace {

#if defined(__x86_64__)
std::int32_t dot_avx512(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  simsimd_distance_t product = 0;
  simsimd_dot_i8_ice(a, b, size, &product);
  return static_cast<std::int32_t>(product);
}
std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  simsimd_distance_t product = 0;
  simsimd_dot_i8_haswell(a, b, size, &product);
  return static_cast<std::int32_t>(product);
}
#elif defined(__aarch64__)
/// Of our own: SimSIMD asks for int8 matrix products, too, which it does not use here and a Raspberry Pi 5 lacks.
__attribute__((target("+dotprod"))) std::int32_t dot_neon(const std::int8_t* a, const std::int8_t* b,
                                                          std::size_t size) {
  constexpr std::size_t kLanes = 16;
  int32x4_t sums = vdupq_n_s32(0);
  std::size_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    sums = vdotq_s32(sums, vld1q_s8(a + i), vld1q_s8(b + i));
  }
  return vaddvq_s32(sums) + dot_int8_plain(a + i, b + i, size - i);
}
#endif

struct Choice {
  DotInt8 function;
  std::string_view name;
};

Choice choose() {
#if defined(__x86_64__)
  const simsimd_capability_t capabilities = simsimd_capabilities();
  if ((capabilities & simsimd_cap_ice_k) != 0) {
    return {dot_avx512, "AVX-512 VNNI"};
  }
  if ((capabilities & simsimd_cap_haswell_k) != 0) {
    return {dot_avx2, "AVX2"};
  }
#elif defined(__aarch64__)
  if ((::getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0) {
    return {dot_neon, "NEON dot product"};
  }
#endif
  return {dot_int8_plain, "portable"};
}

const Choice& chosen() {
  static const Choice kChosen = choose();
  return kChosen;
}

}  // namespace

std::int32_t dot_int8_plain(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    sum += static_cast<std::int32_t>(a[i]) * static_cast<std::int32_t>(b[i]);
  }
  return sum;
}

DotInt8 dot_int8() {
  return chosen().function;
}
std::string_view dot_int8_name() {
  return chosen().name;
}

}  // namespace alcove::vectors
