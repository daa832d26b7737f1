// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Streaming stores on the host, for results too large for the caches: an ordinary store first reads
// the line that it will overwrite.
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

/// Bytes of a cache line. Streaming part of a line is slower than an ordinary store.
inline constexpr std::size_t line_bytes = 64;

/// Results smaller than this may be read again from a cache soon, so they are not streamed.
inline constexpr std::size_t streamed_bytes = std::size_t{32} << 20;

inline bool is_line(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address) % line_bytes == 0;
}

/// Streams a vector register to an aligned address. Write whole lines, vector after vector. Other
/// threads see them after end_of_stream().
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

/// Each thread that has streamed calls this before it signals that it is done.
inline void end_of_stream() {
#if defined(__AVX__)
  _mm_sfence();
#endif
}

}  // namespace suan::kernels

#endif
