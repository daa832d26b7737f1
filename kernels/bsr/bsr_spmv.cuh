// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A block matrix (BSR) times a vector, one warp per block row. The values of a block row are stored
// column by column, so the warp's reads are contiguous whatever the block size: lane l handles row
// l % b of columns l / b, l / b + 32 / b, ...
#pragma once

#include "kernels/bsr/bsr_view.hpp"
#include "kernels/cuda/block_sum.cuh"
#include "kernels/cuda/launch.cuh"

namespace suan::kernels::cuda {

inline constexpr int block_row_threads = 256;

/// y = alpha A x + beta y; y is not read when beta is zero. Each row is summed in a fixed tree.
template <Scalar T, class Code>
__global__ void __launch_bounds__(block_row_threads)
    multiply_block_rows(const BsrView<T, Code> m, const T* x, T alpha, T beta, T* y) {
  // The 27 blocks of 3 x 3 in a row of trilinear elements are two batches.
  constexpr int batch = is_complex<T> ? 3 : 5;
  const auto block_row =
      static_cast<LocalIndex>((Offset{blockIdx.x} * block_row_threads + threadIdx.x) / warp_size);
  const int lane = static_cast<int>(threadIdx.x) % warp_size;
  const int b = m.block;
  if (Offset{block_row} * b >= m.rows) return;
  const int at_once = warp_size / b;  // columns
  const bool has_part = lane < at_once * b;
  const int row = lane % b;
  const int width = Kokkos::min(LocalIndex(b), m.matrix_columns);
  Offset k = m.offsets.data()[block_row] + lane / b / b;
  int c = lane / b % b;
  const Offset end = has_part ? m.offsets.data()[block_row + 1] : 0;
  const Code* code = m.values.data() + m.offsets.data()[block_row] * b * b + lane;
  T sum{};
  while (k < end) {
    LocalIndex columns[batch];
    T own[batch];
    T at_columns[batch];
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      const bool is_there = k < end && c < width;
      columns[step] = is_there ? m.columns.data()[k] + c : LocalIndex(-1);
      own[step] = is_there ? m.codec.decode(*code) : T{};
      code += at_once * b;
      k += at_once / b;
      c += at_once % b;
      if (c >= b) {
        c -= b;
        ++k;
      }
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      at_columns[step] = columns[step] >= 0 ? x[columns[step]] : T{};
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) sum += own[step] * at_columns[step];
  }
  for (int d = warp_size / 2; d > 0; d /= 2) {
    const T other = shuffle_down(sum, Kokkos::min(d * b, warp_size - 1));
    if (lane / b < d && lane / b + d < at_once) sum += other;
  }
  const Offset place = Offset{block_row} * b + row;
  if (lane >= b || place >= m.rows) return;
  const auto i = static_cast<LocalIndex>(place);
  // Fill-in times infinity or NaN gave a NaN: sum again without the fill-in.
  if (sum != sum) sum = m.sum_of_row(i, x);
  y[i] = beta == T(0) ? alpha * sum : alpha * sum + beta * y[i];
}

template <Scalar T, class Code>
void multiply_blocks(const ExecutionSpace& space, T alpha, const BsrView<T, Code>& m,
                     const DeviceView<const T>& x, T beta, const DeviceView<T>& y) {
  const Offset block_rows = (Offset{m.rows} + m.block - 1) / m.block;
  constexpr Offset at_once = block_row_threads / warp_size;
  launch("multiply_block_rows", space, multiply_block_rows<T, Code>,
         (block_rows + at_once - 1) / at_once, block_row_threads, 0, m, x.data(), alpha, beta,
         y.data());
}

}  // namespace suan::kernels::cuda
