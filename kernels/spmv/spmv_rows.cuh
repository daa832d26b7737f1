// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A CSR matrix times a vector, with part of a warp for each row.
#pragma once

#include "kernels/cuda/block_sum.cuh"

namespace suan::kernels::cuda {

/// y = alpha A x + beta added and, in kernels `with_sum`, the sum of conj(left) y. The three
/// products of PreparedSpmv are special cases.
template <Scalar T>
struct CsrProduct {
  LocalIndex rows;
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
  const T* x;
  T alpha;
  T beta;
  const T* added;  ///< null where beta is zero; may be y
  T* y;
  const T* left;  ///< null where it is y
  T* sums;        ///< one for each block
};

/// Row i of y; returns what the row adds to the sum.
template <bool with_sum, Scalar T>
__device__ T finish_row(const CsrProduct<T>& p, Offset i, const T& product) {
  T result = p.alpha * product;
  if (p.added != nullptr) result += p.beta * p.added[i];
  p.y[i] = result;
  if constexpr (with_sum) {
    T left = result;
    if (p.left != nullptr) left = p.left[i];
    return conjugate(left) * result;
  } else {
    return T{};
  }
}

inline constexpr int row_threads = 256;

/// One lane's part of a row. The loads of a batch of steps are issued before the first result is
/// needed; one batch is enough for most rows.
template <int width, Scalar T>
__device__ T lane_product(const LocalIndex* indices, const T* values, const T* x,
                          std::uint32_t length, std::uint32_t lane) {
  constexpr int batch = is_complex<T> ? 2 : 4;
  T sum{};
  for (std::uint32_t first = lane; first < length; first += batch * width) {
    LocalIndex columns[batch];
    T at_columns[batch];
    T own[batch];
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      const std::uint32_t k = first + step * width;
      columns[step] = k < length ? indices[k] : LocalIndex(-1);
      own[step] = k < length ? values[k] : T{};
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      at_columns[step] = columns[step] >= 0 ? x[columns[step]] : T{};
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) sum += own[step] * at_columns[step];
  }
  return sum;
}

/// `width` threads share each row. A grid too small for all rows at once strides over them.
template <int width, bool with_sum, Scalar T>
__global__ void __launch_bounds__(row_threads) multiply_rows(const CsrProduct<T> p) {
  constexpr int rows_at_once = row_threads / width;
  const auto thread = static_cast<int>(threadIdx.x);
  const int lane = thread % width;
  // All threads of a warp stay for the shuffles as long as one of them has a row.
  Offset row = static_cast<Offset>(blockIdx.x) * rows_at_once + thread / width;
  Offset first_of_warp = row - thread % warp_size / width;
  T total{};
  while (first_of_warp < p.rows) {
    T sum{};
    if (row < p.rows) {
      const Offset begin = p.offsets[row];
      const auto length = static_cast<std::uint32_t>(p.offsets[row + 1] - begin);
      sum = lane_product<width>(p.indices + begin, p.values + begin, p.x, length,
                                static_cast<std::uint32_t>(lane));
    }
    sum = lanes_sum<width>(sum);
    if (lane == 0 && row < p.rows) total += finish_row<with_sum>(p, row, sum);
    row += static_cast<Offset>(gridDim.x) * rows_at_once;
    first_of_warp += static_cast<Offset>(gridDim.x) * rows_at_once;
  }
  if constexpr (with_sum) {
    const T of_block = block_sum<row_threads>(total);
    if (thread == 0) p.sums[blockIdx.x] = of_block;
  }
}

}  // namespace suan::kernels::cuda
