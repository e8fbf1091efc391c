#include "src/dispatch.h"

#include <cstring>

namespace ganglion {

extern const KernelTable kernelsBaseline;
#ifdef GANGLION_HAVE_AVX2
extern const KernelTable kernelsAvx2;
#endif
#ifdef GANGLION_HAVE_AVX512
extern const KernelTable kernelsAvx512;
#endif
#ifdef GANGLION_HAVE_NEON
extern const KernelTable kernelsNeon;
#endif

const std::vector<const KernelTable*>& tables() {
  static const std::vector<const KernelTable*> linked = {
#ifdef GANGLION_HAVE_AVX512
      &kernelsAvx512,
#endif
#ifdef GANGLION_HAVE_AVX2
      &kernelsAvx2,
#endif
#ifdef GANGLION_HAVE_NEON
      &kernelsNeon,
#endif
      &kernelsBaseline,
  };
  return linked;
}

bool supported(const KernelTable& table) {
  const auto is = [&](const char* name) { return std::strcmp(table.target, name) == 0; };
#if defined(__GNUC__) && defined(__x86_64__)
  // The builtin asks the operating system too: registers that it does not save are not supported.
  if (is("avx512")) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma");
  }
  if (is("avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  // Without the builtin nothing is known of this machine; NEON belongs to every 64-bit ARM.
  if (is("avx512") || is("avx2")) return false;
#endif
  return true;
}

const KernelTable* choose(const std::string& target, std::string& reason) {
  std::string known;
  for (const KernelTable* table : tables()) {
    known += known.empty() ? table->target : std::string(", ") + table->target;
    if (target.empty() ? supported(*table) : target == table->target) {
      if (supported(*table)) return table;
      reason = "this machine cannot run target '" + target + "'";
      return nullptr;
    }
  }
  reason = "no target '" + target + "' in this addon, which has " + known;
  return nullptr;
}

}  // namespace ganglion
