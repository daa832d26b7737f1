// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Kernels with AVX-512 instructions in a library that is compiled without them: function by
// function, chosen when the program runs. They give the same bits as the portable ones.
#pragma once

#include <atomic>

#include "suan/core/types.hpp"

#if !SUAN_HAVE_CUDA && defined(__x86_64__) && defined(__GNUC__)
#define SUAN_AVX512 1
#include <immintrin.h>

/// Before each function that uses these intrinsics. Constants come from memory or from arithmetic:
/// GCC 12 gets some vector constants wrong (cmake/checks/constants.cpp).
#define SUAN_AVX512_FUNCTION __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq")))
#else
#define SUAN_AVX512 0
#endif

namespace suan::kernels {

/// Tests compare the portable kernels on a processor that would not use them.
inline std::atomic<bool> avx512_allowed{true};

/// Whether this processor has the instructions that SUAN_AVX512_FUNCTION names.
inline bool uses_avx512() {
#if SUAN_AVX512
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  return has && avx512_allowed.load(std::memory_order_relaxed);
#else
  return false;
#endif
}

}  // namespace suan::kernels
