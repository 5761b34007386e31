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

namespace alcove::vectors {
namespace {

#if SIMSIMD_TARGET_ICE
std::int32_t dot_avx512(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  simsimd_distance_t product = 0;
  simsimd_dot_i8_ice(a, b, size, &product);
  return static_cast<std::int32_t>(product);
}
#endif
#if SIMSIMD_TARGET_HASWELL
std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  simsimd_distance_t product = 0;
  simsimd_dot_i8_haswell(a, b, size, &product);
  return static_cast<std::int32_t>(product);
}
#endif
#if SIMSIMD_TARGET_NEON_I8
std::int32_t dot_neon(const std::int8_t* a, const std::int8_t* b, std::size_t size) {
  simsimd_distance_t product = 0;
  simsimd_dot_i8_neon(a, b, size, &product);
  return static_cast<std::int32_t>(product);
}
#endif

struct Choice {
  DotInt8 function;
  std::string_view name;
};

Choice choose() {
  const simsimd_capability_t capabilities = simsimd_capabilities();
  const auto has = [&](simsimd_capability_t wanted) { return (capabilities & wanted) != 0; };
  (void)has;
#if SIMSIMD_TARGET_ICE
  if (has(simsimd_cap_ice_k)) {
    return {dot_avx512, "AVX-512 VNNI"};
  }
#endif
#if SIMSIMD_TARGET_HASWELL
  if (has(simsimd_cap_haswell_k)) {
    return {dot_avx2, "AVX2"};
  }
#endif
#if SIMSIMD_TARGET_NEON_I8
  if (has(simsimd_cap_neon_i8_k)) {
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
