// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/spgemm/marked_columns.hpp"

#include <array>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__CUDACC__)
#define SUAN_HAVE_VBMI2 1
#include <immintrin.h>
#else
#define SUAN_HAVE_VBMI2 0
#endif

namespace suan::kernels {

namespace {

#if SUAN_HAVE_VBMI2

#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // in the compiler's own header (GCC 12)
#endif

#define SUAN_VBMI2 gnu::target("avx512f,avx512vl,avx512bw,avx512vbmi2,bmi,popcnt")

[[SUAN_VBMI2]] inline __m512i first_sixteen(__m512i bytes) {
  return _mm512_cvtepu8_epi32(_mm512_castsi512_si128(bytes));
}

/// Compresses the numbers 0 to 63 by a mask of what is marked (AVX-512 VBMI2): as many steps for
/// one column as for sixteen.
[[SUAN_VBMI2]] LocalIndex* take_compressed(const MarkedColumns::Marks& marks, std::size_t chunks,
                                           LocalIndex* out) {
  constexpr std::size_t group = 64;
  // Loaded rather than computed: the compiler may not know the instructions for such constants.
  alignas(64) static constexpr auto counting = [] {
    std::array<std::uint8_t, group> numbers{};
    for (std::size_t k = 0; k < group; ++k) numbers[k] = static_cast<std::uint8_t>(k);
    return numbers;
  }();
  const __m512i numbers = _mm512_load_si512(counting.data());
  for (std::size_t c = 0; c < chunks; ++c) {
    std::uint8_t* const of_groups = marks.groups + c * group;
    const __m512i some_groups = _mm512_loadu_si512(of_groups);
    std::uint64_t groups = _mm512_test_epi8_mask(some_groups, some_groups);
    if (groups == 0) continue;
    _mm512_storeu_si512(of_groups, _mm512_setzero_si512());
    do {
      const std::size_t first = group * (c * group + std::size_t(std::countr_zero(groups)));
      groups &= groups - 1;
      const __m512i columns = _mm512_loadu_si512(marks.columns + first);
      const __mmask64 marked = _mm512_test_epi8_mask(columns, columns);
      _mm512_storeu_si512(marks.columns + first, _mm512_setzero_si512());
      const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
      __m512i places = _mm512_maskz_compress_epi8(marked, numbers);
      const int count = std::popcount(std::uint64_t(marked));
      _mm512_storeu_si512(out, _mm512_add_epi32(base, first_sixteen(places)));
      for (int done = 16; done < count; done += 16) {
        places = _mm512_shuffle_i64x2(places, places, 0x39);  // the next sixteen
        _mm512_storeu_si512(out + done, _mm512_add_epi32(base, first_sixteen(places)));
      }
      out += count;
    } while (groups != 0);
  }
  return out;
}

#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

}  // namespace

std::vector<MarkedColumns::Take> MarkedColumns::variants() {
  std::vector<Take> result{take_with<BitsByMultiplication>};
#if defined(__AVX2__) && !defined(__CUDACC__)
  result.push_back(take_with<BitsByMask>);
#endif
#if SUAN_HAVE_VBMI2
  if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("popcnt") &&
      __builtin_cpu_supports("bmi")) {
    result.push_back(take_compressed);
  }
#endif
  return result;
}

}  // namespace suan::kernels

#undef SUAN_VBMI2
#undef SUAN_HAVE_VBMI2
