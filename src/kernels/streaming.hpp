// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Results that are too many for the caches are written past them, on the host: an ordinary store
// first reads the line that it will overwrite.
#pragma once

#include "suan/config.hpp"

#if !SUAN_HAVE_CUDA

#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__AVX__)
#include <immintrin.h>
#endif

namespace suan::kernels {

/// Bytes of a cache line. Lines that are streamed in parts are slower than those in a cache.
inline constexpr std::size_t line_bytes = 64;

/// Results below this size may be read from a cache soon; they are better left there.
inline constexpr std::size_t streamed_bytes = std::size_t{32} << 20;

inline bool is_line(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) % line_bytes == 0;
}

/// Writes a vector register to an address that is aligned to it. A line is written whole, its
/// vectors one behind the other. Others see them after end_of_stream().
template <class Vector>
void stream(void* target, const Vector& numbers) {
#if defined(__AVX__)
  if constexpr (sizeof(Vector) == sizeof(__m256i)) {
    _mm256_stream_si256(static_cast<__m256i*>(target), reinterpret_cast<__m256i>(numbers));
    return;
  }
#endif
  std::memcpy(target, &numbers, sizeof numbers);
}

/// To be called by each thread that has streamed, before it says that it is done.
inline void end_of_stream() {
#if defined(__AVX__)
  _mm_sfence();
#endif
}

}  // namespace suan::kernels

#endif
