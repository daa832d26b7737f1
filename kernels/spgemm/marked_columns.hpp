// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The columns of a row, marked in any order and taken in increasing order.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "core/pooled.hpp"
#include "suan/core/types.hpp"

#if defined(__AVX2__) && !defined(__CUDACC__)
#include <immintrin.h>
#endif

namespace suan::kernels {

/// 64 bytes, each 0 or 1, as bits: byte k becomes bit k.
struct BitsByMultiplication {
  static std::uint64_t of(const std::uint8_t* bytes) {
    std::uint64_t result = 0;
    for (int k = 0; k < 8; ++k) {
      std::uint64_t eight;
      std::memcpy(&eight, bytes + 8 * k, sizeof eight);
      if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
      // Byte j of the eight meets the bit 7 (8 - j) of the factor in bit 56 + j.
      result |= ((eight * 0x0102040810204080u) >> 56) << (8 * k);
    }
    return result;
  }
};

#if defined(__AVX2__) && !defined(__CUDACC__)
struct BitsByMask {
  static std::uint64_t of(const std::uint8_t* bytes) {
    const auto half = [](const std::uint8_t* from) {
      const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
      return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(all, 7)));
    };
    return half(bytes) | std::uint64_t(half(bytes + 32)) << 32;
  }
};
using BitsOfBytes = BitsByMask;
#else
using BitsOfBytes = BitsByMultiplication;
#endif

/// A byte per column and one per 64 columns. Marking stores both and reads nothing, so that no mark
/// waits for the one before, as with bits that share a word. Memory: 65/64 bytes per column.
class MarkedColumns {
 public:
  /// What take() may overwrite behind the columns.
  static constexpr std::size_t beyond = 64;

  /// With zero columns it takes no memory.
  explicit MarkedColumns(LocalIndex columns)
      : chunks_((static_cast<std::size_t>(columns) + chunk - 1) / chunk),
        bytes_(chunks_ * (chunk + group)) {
    std::fill_n(bytes_.get(), bytes_.size(), std::uint8_t(0));
  }

  /// Where to mark: both live as long as this object.
  struct Marks {
    std::uint8_t* columns;
    std::uint8_t* groups;
    void set(std::size_t column) const {
      columns[column] = 1;
      groups[column / group] = 1;
    }
  };
  Marks marks() const { return {bytes_.get(), bytes_.get() + chunks_ * chunk}; }

  /// Writes the marked columns in increasing order, removes all marks, and returns the end.
  LocalIndex* take(LocalIndex* out) const { return take_(marks(), chunks_, out); }

  /// The same for any processor, and with `Bits`.
  template <class Bits>
  static LocalIndex* take_with(const Marks& marks, std::size_t chunks, LocalIndex* out) {
    for (std::size_t c = 0; c < chunks; ++c) {
      std::uint64_t groups = Bits::of(marks.groups + c * group);
      if (groups == 0) continue;
      std::fill_n(marks.groups + c * group, group, std::uint8_t(0));
      do {
        const std::size_t first = group * (c * group + std::size_t(std::countr_zero(groups)));
        groups &= groups - 1;
        std::uint64_t bits = Bits::of(marks.columns + first);
        std::fill_n(marks.columns + first, group, std::uint8_t(0));
        LocalIndex* const end = out + std::popcount(bits);
        do {
          // Two at a time: most groups have one column or two, which is unpredictable.
          out[0] = static_cast<LocalIndex>(first + std::size_t(std::countr_zero(bits)));
          bits &= bits - 1;
          out[1] = static_cast<LocalIndex>(first + std::size_t(std::countr_zero(bits)));
          bits &= bits - 1;
          out += 2;
        } while (bits != 0);
        out = end;
      } while (groups != 0);
    }
    return out;
  }

  using Take = LocalIndex* (*)(const Marks&, std::size_t chunks, LocalIndex* out);
  /// The variants that this processor can run: the last is the fastest.
  static std::vector<Take> variants();

  /// For tests: with this variant instead of the fastest.
  MarkedColumns(LocalIndex columns, Take variant) : MarkedColumns(columns) { take_ = variant; }

 private:
  static constexpr std::size_t group = 64;
  static constexpr std::size_t chunk = group * group;

  static Take fastest() {
    static const Take result = variants().back();
    return result;
  }

  std::size_t chunks_;
  detail::Pooled<std::uint8_t> bytes_;
  Take take_ = fastest();
};

}  // namespace suan::kernels
