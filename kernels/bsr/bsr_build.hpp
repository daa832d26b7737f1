// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From CSR to blocks and back, on the device: count the blocks of each block row, scan, fill.
#pragma once

#include "kernels/bsr/bsr_view.hpp"
#include "suan/core/detail/memory.hpp"

namespace suan::kernels {

using BlockRange = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

KOKKOS_FORCEINLINE_FUNCTION LocalIndex block_rows_of(LocalIndex rows, int block) {
  return rows / block + (rows % block != 0 ? 1 : 0);
}

/// Goes through the blocks of a block row from left to right, advancing in all of its rows at once;
/// their columns increase.
template <Scalar T>
class BlockWalk {
 public:
  KOKKOS_FUNCTION BlockWalk(const CsrView<T>& a, LocalIndex block_row, int block)
      : indices_(a.indices.data()), block_(block) {
    const LocalIndex first = block_row * block;
    rows_ = a.rows - first < block ? a.rows - first : block;
    for (LocalIndex r = 0; r < rows_; ++r) {
      at_[r] = a.offsets(first + r);
      end_[r] = a.offsets(first + r + 1);
    }
  }
  /// The first column of the next block, or -1 after the last one.
  KOKKOS_FUNCTION LocalIndex next_start() const {
    LocalIndex smallest = -1;
    for (LocalIndex r = 0; r < rows_; ++r) {
      if (at_[r] == end_[r]) continue;
      const LocalIndex column = indices_[at_[r]];
      if (smallest < 0 || column < smallest) smallest = column;
    }
    return smallest < 0 ? -1 : smallest - smallest % block_;
  }
  /// Calls entry(r, column, k) for each entry k of the block that starts there, where r is its row
  /// within the block, and moves on to the next block.
  template <class Entry>
  KOKKOS_FUNCTION void take(LocalIndex start, const Entry& entry) {
    for (LocalIndex r = 0; r < rows_; ++r) {
      for (; at_[r] < end_[r] && indices_[at_[r]] - start < block_; ++at_[r]) {
        entry(r, indices_[at_[r]], at_[r]);
      }
    }
  }
  KOKKOS_FUNCTION Offset count() {
    Offset blocks = 0;
    for (LocalIndex start = next_start(); start >= 0; start = next_start()) {
      take(start, [](LocalIndex, LocalIndex, Offset) {});
      ++blocks;
    }
    return blocks;
  }

 private:
  const LocalIndex* indices_;
  Offset at_[largest_block];
  Offset end_[largest_block];
  LocalIndex rows_;
  LocalIndex block_;
};

/// The block row offsets: one element more than there are block rows.
template <Scalar T>
DeviceView<const Offset> block_offsets(const ExecutionSpace& space, const CsrView<T>& a,
                                       int block) {
  const LocalIndex count = block_rows_of(a.rows, block);
  const auto offsets =
      detail::allocate<Offset>("suan::bsr offsets", static_cast<std::size_t>(count) + 1);
  Kokkos::parallel_for(
      "suan::bsr_count", BlockRange(space, 0, count),
      KOKKOS_LAMBDA(LocalIndex i) { offsets(i) = BlockWalk<T>(a, i, block).count(); });
  Kokkos::parallel_scan(
      "suan::bsr_scan",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(space, 0, Offset(count) + 1),
      KOKKOS_LAMBDA(Offset i, Offset & sum, bool final) {
        const Offset size = i < count ? offsets(i) : 0;
        if (final) offsets(i) = sum;
        sum += size;
      });
  space.fence("suan::bsr_offsets");
  return offsets;
}

/// Whether each row of a block row has an entry in each column of its blocks.
template <Scalar T>
KOKKOS_INLINE_FUNCTION bool blocks_are_full(const CsrView<T>& a, LocalIndex block_row, int block,
                                            Offset blocks) {
  const LocalIndex begin = block_row * block;
  if (a.rows - begin < block) return false;
  for (LocalIndex i = begin; i < begin + block; ++i) {
    if (a.offsets(i + 1) - a.offsets(i) != blocks * block) return false;
  }
  return true;
}

template <Scalar T, class Code>
BsrView<T, Code> fill_bsr(const ExecutionSpace& space, const CsrView<T>& a, int block,
                          const DeviceView<const Offset>& offsets, Offset blocks,
                          const Codec<T, Code>& codec) {
  const auto columns =
      detail::allocate<LocalIndex>("suan::bsr columns", static_cast<std::size_t>(blocks));
  const auto size = static_cast<std::size_t>(blocks) * static_cast<std::size_t>(block * block);
  const auto values = detail::allocate<Code>("suan::bsr values", size + spare_codes);
  const LocalIndex last_start = a.columns < block ? 0 : a.columns - block;
  Kokkos::parallel_for(
      "suan::bsr_fill", BlockRange(space, 0, block_rows_of(a.rows, block)),
      KOKKOS_LAMBDA(LocalIndex i) {
        const Offset first = offsets(i);
        if (blocks_are_full(a, i, block, offsets(i + 1) - first)) {
          for (Offset k = first; k < offsets(i + 1); ++k) {
            Code* const codes = values.data() + k * block * block;
            const Offset within = (k - first) * block;
            for (int r = 0; r < block; ++r) {
              const Offset at = a.offsets(i * block + r) + within;
              for (int c = 0; c < block; ++c) {
                codes[c * block + r] = encode_entry(codec, a.values(at + c));
              }
            }
            columns(k) = a.indices(a.offsets(i * block) + within);
          }
          return;
        }
        BlockWalk<T> walk(a, i, block);
        for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
          Code* const codes = values.data() + k * block * block;
          for (int e = 0; e < block * block; ++e) codes[e] = codec.marker_code();
          const LocalIndex aligned = walk.next_start();
          const LocalIndex start = aligned < last_start ? aligned : last_start;
          walk.take(aligned, [&](LocalIndex r, LocalIndex column, Offset at) {
            codes[(column - start) * block + r] = encode_entry(codec, a.values(at));
          });
          columns(k) = start;
        }
      });
  Kokkos::parallel_for(
      "suan::bsr_spare", BlockRange(space, 0, static_cast<LocalIndex>(spare_codes)),
      KOKKOS_LAMBDA(LocalIndex k) {
        values(size + static_cast<std::size_t>(k)) = codec.marker_code();
      });
  space.fence("suan::bsr_fill");
  return {a.rows, a.columns, block, offsets, columns, values, codec};
}

/// Bytes of the arrays, without a dictionary.
inline std::int64_t bytes_of_blocks(std::int64_t blocks, LocalIndex rows, int block,
                                    int value_bytes) {
  return blocks * (block * block * value_bytes + std::int64_t(sizeof(LocalIndex))) +
         (std::int64_t{block_rows_of(rows, block)} + 1) * std::int64_t(sizeof(Offset));
}

}  // namespace suan::kernels
