// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A result and the number of its solve, in one word that is read and written as a whole: a thread
// that sees the number of this solve has the result as well. So there are no fences, nothing is
// read twice, and nothing is cleared between solves. Relaxed accesses of 8 and 16 bytes at device
// scope (PTX ISA 8.3, sections 8 and 9.7.9: ld, st, type .b128).
#pragma once

#include <cstdint>

#include "suan/core/types.hpp"

namespace suan::kernels::cuda {

template <class R>
struct Stamped;
template <>
struct alignas(8) Stamped<float> {
  float value;
  std::uint32_t stamp;
};
template <>
struct alignas(16) Stamped<double> {
  double value;
  std::uint64_t stamp;
};

__device__ __forceinline__ Stamped<float> load_relaxed(const Stamped<float>* from) {
  std::uint64_t word;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(word) : "l"(from) : "memory");
  return {__uint_as_float(static_cast<unsigned>(word)), static_cast<std::uint32_t>(word >> 32)};
}

__device__ __forceinline__ void store_relaxed(Stamped<float>* to, const Stamped<float>& what) {
  const std::uint64_t word =
      std::uint64_t{what.stamp} << 32 | static_cast<std::uint64_t>(__float_as_uint(what.value));
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" : : "l"(to), "l"(word) : "memory");
}

__device__ __forceinline__ Stamped<double> load_relaxed(const Stamped<double>* from) {
  std::uint64_t value;
  std::uint64_t stamp;
  asm volatile(
      "{ .reg .b128 word; ld.relaxed.gpu.global.b128 word, [%2]; mov.b128 {%0, %1}, word; }"
      : "=l"(value), "=l"(stamp)
      : "l"(from)
      : "memory");
  return {__longlong_as_double(static_cast<long long>(value)), stamp};
}

__device__ __forceinline__ void store_relaxed(Stamped<double>* to, const Stamped<double>& what) {
  asm volatile(
      "{ .reg .b128 word; mov.b128 word, {%1, %2}; st.relaxed.gpu.global.b128 [%0], word; }"
      :
      : "l"(to), "l"(__double_as_longlong(what.value)), "l"(what.stamp)
      : "memory");
}

}  // namespace suan::kernels::cuda
