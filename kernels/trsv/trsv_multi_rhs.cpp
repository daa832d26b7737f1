// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Triangular solves with several right-hand sides at once.
#include "kernels/spmm/multi_sums.hpp"
#include "kernels/trsv/trsv_schedules.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

#if SUAN_HAVE_CUDA

/// One thread per row and vector.
template <Scalar T>
struct BlockRows {
  CsrView<T> a;
  bool lower;
  bool stored;
  RowMajor<const T> b;
  RowMajor<T> x;

  KOKKOS_FUNCTION void solve(LocalIndex i, std::int64_t c) const {
    Offset begin = a.offsets(i);
    Offset end = a.offsets(i + 1);
    T inverse(1);
    if (stored) inverse /= lower ? a.values(--end) : a.values(begin++);
    T sum = b(i, c);
    for (Offset n = 0; n < end - begin; ++n) {
      const Offset k = lower ? begin + n : end - 1 - n;
      sum -= a.values(k) * x(a.indices(k), c);
    }
    x(i, c) = sum * inverse;
  }
};

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

template <Scalar T>
void solve_block_rows(const ExecutionSpace& space, TrsvSchedule schedule, const BlockRows<T>& rows,
                      const TrsvAnalysis& analysis) {
  const auto vectors = static_cast<std::int64_t>(rows.b.extent(1));
  if (schedule == TrsvSchedule::levels) {
    const LocalIndex* const order = analysis.level_rows.data();
    for (const TrsvSegment& level : analysis.levels.segments) {
      const std::int64_t begin = level.begin;
      Kokkos::parallel_for(
          "suan::trsv_multi_level", Range(space, 0, (level.end - begin) * vectors),
          KOKKOS_LAMBDA(std::int64_t k) { rows.solve(order[begin + k / vectors], k % vectors); });
    }
    return;
  }
  Kokkos::parallel_for(
      "suan::trsv_multi_sequential", Range(space, 0, vectors), KOKKOS_LAMBDA(std::int64_t c) {
        const LocalIndex n = rows.a.rows;
        for (LocalIndex p = 0; p < n; ++p) rows.solve(rows.lower ? p : n - 1 - p, c);
      });
}

#else

/// All vectors of one row at a time, some of them in registers; the row's entries are in the
/// first-level cache when the next vectors need them.
template <Scalar T, Triangle triangle, Diagonal diagonal>
struct BlockRows {
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
  const T* b;
  T* x;
  std::size_t b_stride;
  std::size_t x_stride;
  std::size_t vectors;
  LocalIndex rows;

  void solve(LocalIndex i) const {
    Offset begin = offsets[i];
    Offset end = offsets[i + 1];
    T inverse(1);
    if constexpr (diagonal == Diagonal::stored) {
      inverse /= triangle == Triangle::lower ? values[--end] : values[begin++];
    }
    for_widths<16>(vectors,
                   [&]<int width>(std::size_t c) { solve_some<width>(i, begin, end, inverse, c); });
  }

  template <int width>
  void solve_some(LocalIndex i, Offset begin, Offset end, const T& inverse, std::size_t c) const {
    MultiSums<T, width> sums;
    const auto add = [&](Offset k) {
      sums.add(values[k], x + static_cast<std::size_t>(indices[k]) * x_stride + c);
    };
    if constexpr (triangle == Triangle::lower) {
      for (Offset k = begin; k < end; ++k) add(k);
    } else {
      for (Offset k = end - 1; k >= begin; --k) add(k);
    }
    const T* const given = b + static_cast<std::size_t>(i) * b_stride + c;
    T* const target = x + static_cast<std::size_t>(i) * x_stride + c;
    for (int r = 0; r < width; ++r) {
      const T rest = given[r] - sums[r];
      target[r] = diagonal == Diagonal::stored ? rest * inverse : rest;
    }
  }

  void solve_positions(LocalIndex first, LocalIndex last) const {
    for (LocalIndex p = first; p < last; ++p) solve(row_at(p));
  }
  LocalIndex row_at(LocalIndex position) const {
    return triangle == Triangle::lower ? position : rows - 1 - position;
  }
  KOKKOS_FORCEINLINE_FUNCTION void prefetch_vectors(LocalIndex i) const {
    __builtin_prefetch(b + static_cast<std::size_t>(i) * b_stride, 0, 2);
    __builtin_prefetch(x + static_cast<std::size_t>(i) * x_stride, 1, 2);
  }
};

#endif

}  // namespace

template <Scalar T>
void TrsvPlan<T>::solve(const ExecutionSpace& space, const RowMajor<const T>& b,
                        const RowMajor<T>& x) const {
  if (b.extent(1) == 0 || a_.rows == 0) return;
  if (prepared_) return prepared_->solve(space, a_.values, version_, b, x);
#if SUAN_HAVE_CUDA
  const bool lower = triangle_ == Triangle::lower;
  const bool stored = diagonal_ == Diagonal::stored;
  solve_block_rows<T>(space, schedule_, {a_, lower, stored, b, x}, *analysis_);
#else
  const auto run = [&]<Triangle t, Diagonal d>() {
    const BlockRows<T, t, d> rows{a_.offsets.data(), a_.indices.data(), a_.values.data(),
                                  b.data(),          x.data(),          b.stride(0),
                                  x.stride(0),       b.extent(1),       a_.rows};
    run_schedule(space, schedule_, rows, *analysis_);
  };
  const bool stored = diagonal_ == Diagonal::stored;
  if (triangle_ == Triangle::lower) {
    if (stored) return run.template operator()<Triangle::lower, Diagonal::stored>();
    return run.template operator()<Triangle::lower, Diagonal::unit>();
  }
  if (stored) return run.template operator()<Triangle::upper, Diagonal::stored>();
  run.template operator()<Triangle::upper, Diagonal::unit>();
#endif
}

#define SUAN_INSTANTIATE(T)                                                         \
  template void TrsvPlan<T>::solve(const ExecutionSpace&, const RowMajor<const T>&, \
                                   const RowMajor<T>&) const;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
