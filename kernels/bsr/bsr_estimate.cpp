// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How many bytes blocks of each size would need, from a sample of the rows.
#include "kernels/bsr/bsr_build.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/bsr.hpp"

namespace suan::kernels {

namespace {

// Rows in a sample: a multiple of every block size.
constexpr LocalIndex sample_rows = 840;
constexpr LocalIndex most_samples = 64;

/// The number of blocks in `samples` samples of rows, spread evenly over `of` of them.
template <Scalar T>
Offset blocks_in_samples(const ExecutionSpace& space, const CsrView<T>& a, int block,
                         LocalIndex samples, LocalIndex of) {
  const LocalIndex per_sample = sample_rows / block;
  const LocalIndex block_rows = block_rows_of(a.rows, block);
  Offset blocks = 0;
  Kokkos::parallel_reduce(
      "suan::bsr_sample", BlockRange(space, 0, samples * per_sample),
      KOKKOS_LAMBDA(LocalIndex i, Offset & sum) {
        const auto sample = static_cast<LocalIndex>(Offset(i / per_sample) * of / samples);
        const Offset block_row = Offset(sample) * per_sample + i % per_sample;
        if (block_row >= block_rows) return;
        sum += BlockWalk<T>(a, static_cast<LocalIndex>(block_row), block).count();
      },
      blocks);
  return blocks;
}

}  // namespace

template <Scalar T>
std::array<std::int64_t, largest_block + 1> estimate_bsr_bytes(const ExecutionSpace& space,
                                                               const CsrView<T>& a,
                                                               int value_bytes) {
  std::array<std::int64_t, largest_block + 1> bytes{};
  const LocalIndex all = a.rows / sample_rows + (a.rows % sample_rows != 0 ? 1 : 0);
  const LocalIndex samples = std::min(all, most_samples);
  for (int b = smallest_block; b <= largest_block; ++b) {
    Offset blocks = blocks_in_samples(space, a, b, samples, all);
    if (samples < all) {
      blocks = static_cast<Offset>(static_cast<double>(blocks) * static_cast<double>(a.rows) /
                                   (static_cast<double>(samples) * sample_rows));
    }
    bytes[static_cast<std::size_t>(b)] = bytes_of_blocks(blocks, a.rows, b, value_bytes);
  }
  return bytes;
}

template <Scalar T>
int find_block_size(const ExecutionSpace& space, const CsrView<T>& a, ValueStorage storage) {
  if (storage == ValueStorage::lossless || value_bytes<T>(storage) == 0) {
    storage = ValueStorage::same;
  }
  const auto bytes = estimate_bsr_bytes(space, a, value_bytes<T>(storage));
  int best = largest_block;
  for (int b = largest_block - 1; b >= smallest_block; --b) {
    if (bytes[static_cast<std::size_t>(b)] < bytes[static_cast<std::size_t>(best)]) best = b;
  }
  return best;
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template std::array<std::int64_t, largest_block + 1> estimate_bsr_bytes(const ExecutionSpace&,   \
                                                                          const CsrView<T>&, int); \
  template int find_block_size(const ExecutionSpace&, const CsrView<T>&, ValueStorage);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
