/* Lets a program believe that it runs on an older processor, at the real one's speed: what it asks CPUID for is answered
 * without the newer instructions. For measurements (bench/model_forms.py) and to try what such a machine would do.
 *
 *   clang -O2 -shared -fPIC -Wl,-z,initfirst bench/older_processor.c -o older_processor.so
 *   ALCOVE_PROCESSOR=avxvnni|avx2|sse LD_PRELOAD=./older_processor.so PROGRAM ...
 *
 * Linux lets a thread have CPUID fault where the processor can (Intel since Ivy Bridge, AMD since Zen 5); the fault's
 * handler asks the real CPUID and takes the bits away. The C library has asked before this is loaded and goes on using
 * all it found; that is memcpy and the like. */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { FAULTS = 0, ANSWERS = 1, OPCODE_BYTES = 2, EXTENDED_FEATURES = 7 };

static int is_without_avx, is_with_avx_vnni;

static unsigned bits(const int* numbers, size_t count) {
  unsigned mask = 0;
  for (size_t i = 0; i < count; ++i) mask |= 1U << numbers[i];
  return mask;
}
#define BITS(...) bits((const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Intel's manual, volume 2A, CPUID: the bits of AVX-512 and AMX, then AVX-VNNI, and without AVX also AVX, AVX2, FMA, F16C. */
static void take_away(unsigned leaf, unsigned subleaf, unsigned* eax, unsigned* ebx, unsigned* ecx, unsigned* edx) {
  if (leaf == EXTENDED_FEATURES && subleaf == 0) {
    *ebx &= ~BITS(16, 17, 21, 26, 27, 28, 30, 31);
    *ecx &= ~BITS(1, 6, 8, 9, 10, 11, 12, 14);
    *edx &= ~BITS(2, 3, 8, 22, 23, 24, 25);
    if (is_without_avx) *ebx &= ~BITS(5);
  }
  if (leaf == EXTENDED_FEATURES && subleaf == 1) {
    *eax &= is_with_avx_vnni ? BITS(4) : 0;
    *ebx = *ecx = *edx = 0;
  }
  if (leaf == 1 && is_without_avx) *ecx &= ~BITS(12, 28, 29);
}

static void answer(int number, siginfo_t* info, void* context) {
  (void)info;
  greg_t* registers = ((ucontext_t*)context)->uc_mcontext.gregs;
  if (memcmp((const void*)registers[REG_RIP], "\x0f\xa2", OPCODE_BYTES) != 0) {
    signal(number, SIG_DFL); /* A fault of another kind: it happens again and ends the program. */
    return;
  }
  unsigned eax = (unsigned)registers[REG_RAX], ebx = 0, ecx = (unsigned)registers[REG_RCX], edx = 0;
  const unsigned leaf = eax, subleaf = ecx;
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, ANSWERS);
  __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, FAULTS);
  take_away(leaf, subleaf, &eax, &ebx, &ecx, &edx);
  registers[REG_RAX] = eax;
  registers[REG_RBX] = ebx;
  registers[REG_RCX] = ecx;
  registers[REG_RDX] = edx;
  registers[REG_RIP] += OPCODE_BYTES;
}

/* The first constructor of all (-z initfirst), so before the C library can look up a variable itself. */
__attribute__((constructor)) static void begin(int argc, char** argv, char** variables) {
  (void)argc, (void)argv;
  static const char kVariable[] = "ALCOVE_PROCESSOR=";
  while (*variables != NULL && strncmp(*variables, kVariable, sizeof kVariable - 1) != 0) ++variables;
  if (*variables == NULL) return;
  is_without_avx = strcmp(*variables + sizeof kVariable - 1, "sse") == 0;
  is_with_avx_vnni = strcmp(*variables + sizeof kVariable - 1, "avxvnni") == 0;
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_NODEFER};
  action.sa_sigaction = answer;
  if (sigaction(SIGSEGV, &action, NULL) != 0 || syscall(SYS_arch_prctl, ARCH_SET_CPUID, FAULTS) != 0) {
    fputs("older_processor: this processor cannot let CPUID fault\n", stderr);
    _exit(2);
  }
}
