// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a triangular solve that wait for each other.
//
// Why it terminates. Rows are ordered by level, so each comes after all that it waits for, and are
// grouped into tasks of rows of one level, so no row waits for one of its own task. All warps run
// at the same time (launch_together), and each takes tasks in increasing order, with a stride of
// the number of warps. So the lowest-numbered unfinished task waits for nothing, and its warp, with
// no earlier task left, is working on it: it finishes. Handing out tasks through an atomic counter
// took longer than everything else.
//
// What it costs. The latency of passing a result from one warp to the next dominates, and a few
// extra instructions between seeing a result and writing the next one are noticeable: letting each
// row of a task proceed by itself, and sharing results within a warp, were both slower.
// docs/cuda.md has the measurements.
//
// Why the bits are the same in each run. The structure alone decides which lanes add which entries:
// each lane adds every n-th entry in order, and the lanes are then added in a fixed tree.
#pragma once

#include "kernels/cuda/warp.cuh"
#include "kernels/trsv/stamped.cuh"

namespace suan::kernels::cuda {

/// Both parts of a complex number are stamped, because a word holds only one of them.
template <Scalar T>
inline constexpr int words_per_value = is_complex<T> ? 2 : 1;
template <Scalar T>
using Stamp = decltype(Stamped<Real<T>>::stamp);

template <Scalar T>
struct Triangular {
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
  bool lower;   ///< else upper
  bool stored;  ///< the diagonal, as the last entry (lower) or the first; else it is one
};

/// The order of the rows, and the tasks: task t has rows order[tasks[t]] to order[tasks[t + 1] -
/// 1].
struct TrsvTasks {
  const LocalIndex* order;
  const LocalIndex* tasks;
  LocalIndex count;
};

/// Results of this and earlier solves, row by row with the given `stride`.
template <Scalar T>
struct TrsvResults {
  Stamped<Real<T>>* words;
  Stamp<T> stamp;
  Offset stride;

  /// Reads result c of row i; returns whether it is there.
  __device__ __forceinline__ bool take(LocalIndex i, int c, T& value) const {
    const Stamped<Real<T>>* const from = words + (Offset{i} * stride + c) * words_per_value<T>;
    const Stamped<Real<T>> first = load_relaxed(from);
    if constexpr (is_complex<T>) {
      const Stamped<Real<T>> second = load_relaxed(from + 1);
      value = T(first.value, second.value);
      return first.stamp == stamp && second.stamp == stamp;
    } else {
      value = first.value;
      return first.stamp == stamp;
    }
  }
  __device__ __forceinline__ void give(LocalIndex i, int c, const T& value) const {
    Stamped<Real<T>>* const to = words + (Offset{i} * stride + c) * words_per_value<T>;
    store_relaxed(to, {real_part(value), stamp});
    if constexpr (is_complex<T>) store_relaxed(to + 1, {value.imag(), stamp});
  }
};

constexpr int trsv_threads = 128;

/// The off-diagonal entries of a row, in the order of a sequential solve.
template <Scalar T>
struct TriangularRow {
  Offset begin = 0;
  Offset count = 0;
  T inverse = T(1);
  bool lower = true;

  __device__ TriangularRow(const Triangular<T>& a, LocalIndex i) : lower(a.lower) {
    if (i < 0) return;
    begin = a.offsets[i];
    Offset end = a.offsets[i + 1];
    if (a.stored) inverse /= a.lower ? a.values[--end] : a.values[begin++];
    count = end - begin;
  }
  __device__ __forceinline__ Offset entry(Offset n) const {
    return lower ? begin + n : begin + count - 1 - n;
  }
};

/// Subtracts entries n, n + step, n + 2 step, ... of the row, at most `ahead` of them, from `sum`
/// as soon as their results arrive. The whole warp calls it together.
template <int ahead, Scalar T>
__device__ __forceinline__ void subtract(const Triangular<T>& a, const TriangularRow<T>& row,
                                         const TrsvResults<T>& results, Offset n, Offset step,
                                         int c, T& sum) {
  LocalIndex columns[ahead];
  T values[ahead];
  T x[ahead];
  bool missing[ahead];
  for (int u = 0; u < ahead; ++u) {
    missing[u] = n + u * step < row.count;
    columns[u] = 0;
    values[u] = x[u] = T(0);
    if (missing[u]) {
      const Offset k = row.entry(n + u * step);
      columns[u] = a.indices[k];
      values[u] = a.values[k];
    }
  }
  bool wait = true;
  while (wait) {
    bool mine = false;
    for (int u = 0; u < ahead; ++u) {
      if (missing[u]) missing[u] = !results.take(columns[u], c, x[u]);
      mine = mine || missing[u];
    }
    wait = __any_sync(all_lanes, mine);
  }
  for (int u = 0; u < ahead; ++u) {
    if (n + u * step < row.count) sum -= values[u] * x[u];
  }
}

/// The first task of this warp, and the stride to its others.
__device__ __forceinline__ Offset first_task() {
  return (Offset{blockIdx.x} * blockDim.x + threadIdx.x) / 32;
}
__device__ __forceinline__ Offset tasks_apart() { return Offset{gridDim.x} * blockDim.x / 32; }

/// x = A^-1 b; b and x may be the same array. The lanes of a warp are divided evenly among the rows
/// of its task.
template <Scalar T>
__global__ void __launch_bounds__(trsv_threads)
    trsv_by_warps(Triangular<T> a, TrsvTasks tasks, TrsvResults<T> results, const T* b, T* x) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  for (Offset t = first_task(); t < tasks.count; t += tasks_apart()) {
    const LocalIndex first = tasks.tasks[t];
    const LocalIndex rows = tasks.tasks[t + 1] - first;
    int width = 32;
    while (width * rows > 32) width /= 2;
    const int part = lane % width;
    const LocalIndex i = lane / width < rows ? tasks.order[first + lane / width] : -1;
    const TriangularRow<T> row(a, i);
    T sum = i >= 0 && part == 0 ? b[i] : T(0);
    constexpr int ahead = 4;
    for (Offset n = 0; __any_sync(all_lanes, n < row.count); n += ahead * width) {
      subtract<ahead>(a, row, results, n + part, width, 0, sum);
    }
    for (int d = width / 2; d > 0; d /= 2) sum += shuffle_down(sum, d, width);
    if (i >= 0 && part == 0) {
      const T result = sum * row.inverse;
      results.give(i, 0, result);
      x[i] = result;
    }
  }
}

/// The same for `vectors` right-hand sides, at most 32, row-major: each lane has one of them and
/// goes through the entries of its row in order.
template <Scalar T>
__global__ void __launch_bounds__(trsv_threads)
    trsm_by_warps(Triangular<T> a, TrsvTasks tasks, TrsvResults<T> results, int vectors, const T* b,
                  Offset b_stride, T* x, Offset x_stride) {
  const int lane = static_cast<int>(threadIdx.x % 32);
  int width = 1;
  while (width < vectors) width *= 2;
  const int c = lane % width;
  for (Offset t = first_task(); t < tasks.count; t += tasks_apart()) {
    const LocalIndex last = tasks.tasks[t + 1];
    for (LocalIndex first = tasks.tasks[t]; first < last; first += 32 / width) {
      const LocalIndex at = first + lane / width;
      const LocalIndex i = at < last && c < vectors ? tasks.order[at] : -1;
      const TriangularRow<T> row(a, i);
      T sum = i >= 0 ? b[i * b_stride + c] : T(0);
      constexpr int ahead = 4;
      for (Offset n = 0; __any_sync(all_lanes, n < row.count); n += ahead) {
        subtract<ahead>(a, row, results, n, 1, c, sum);
      }
      if (i >= 0) {
        const T result = sum * row.inverse;
        results.give(i, c, result);
        x[i * x_stride + c] = result;
      }
    }
  }
}

}  // namespace suan::kernels::cuda
