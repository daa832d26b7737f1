// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/relaxation/gauss_seidel.hpp"

#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Columns of several vectors that are swept together.
constexpr int most_columns = 4;

/// Elements of up to `width` vectors in one row.
template <Scalar T, int width>
struct Elements {
  T value[width];
};

/// The elements [first column, first column + count) of each row of row-major vectors.
template <class T, int width>
struct Columns {
  T* data = nullptr;
  std::int64_t stride = 1;
  KOKKOS_FORCEINLINE_FUNCTION T* row(LocalIndex i) const {
    // One vector has no gaps.
    return width == 1 ? data + i : data + i * stride;
  }
};

template <class T, int width>
Columns<T, width> columns_from(const RowMajor<T>& x, std::size_t first) {
  return {x.data() + first, static_cast<std::int64_t>(x.stride(0))};
}

enum class Step { from_zero, from_guess, after_forward, residual };

/// One block of rows at a time. See the header for what the steps are.
template <Scalar T, int width>
struct Sweeper {
  GaussSeidelRows<T> rows;
  Step step;
  Sweep direction;
  int count;  ///< of columns
  Columns<const T, width> b;
  Columns<const T, width> old;
  Columns<const T, width> ghosts;
  Columns<T, width> x;
  Columns<T, width> r;

  using Sum = Elements<T, width>;

  KOKKOS_FORCEINLINE_FUNCTION int columns() const { return width == 1 ? 1 : count; }

  KOKKOS_FORCEINLINE_FUNCTION void subtract(Sum& sum, const T& entry, const T* from) const {
    for (int c = 0; c < columns(); ++c) sum.value[c] -= entry * from[c];
  }

  KOKKOS_FORCEINLINE_FUNCTION void subtract_remote(Sum& sum, LocalIndex row) const {
    for (Offset k = rows.remote.offsets(row); k < rows.remote.offsets(row + 1); ++k) {
      subtract(sum, rows.remote.values(k), ghosts.row(rows.remote.indices(k)));
    }
  }

  /// Within [first, last) the sweep's own values, elsewhere the old ones.
  KOKKOS_FORCEINLINE_FUNCTION const T* value_of(LocalIndex j, LocalIndex first,
                                                LocalIndex last) const {
    return j >= first && j < last ? x.row(j) : old.row(j);
  }

  // The entries next to the diagonal come last: on a grid they wait for the row before.

  KOKKOS_FORCEINLINE_FUNCTION void subtract_lower(Sum& sum, LocalIndex i, LocalIndex first) const {
    Offset k = rows.a.offsets(i);
    const Offset end = k + rows.diagonal(i);
    while (k < end && rows.a.indices(k) < first) ++k;
    for (; k < end; ++k) subtract(sum, rows.a.values(k), x.row(rows.a.indices(k)));
  }

  KOKKOS_FORCEINLINE_FUNCTION void subtract_upper(Sum& sum, LocalIndex i, LocalIndex last) const {
    const Offset begin = rows.a.offsets(i) + rows.diagonal(i);
    Offset k = rows.a.offsets(i + 1) - 1;
    while (k > begin && rows.a.indices(k) >= last) --k;
    for (; k > begin; --k) subtract(sum, rows.a.values(k), x.row(rows.a.indices(k)));
  }

  KOKKOS_FORCEINLINE_FUNCTION void subtract_all(Sum& sum, LocalIndex i, LocalIndex first,
                                                LocalIndex last) const {
    const Offset begin = rows.a.offsets(i);
    const Offset diagonal = begin + rows.diagonal(i);
    const Offset end = rows.a.offsets(i + 1);
    const auto take = [&](Offset k) {
      subtract(sum, rows.a.values(k), value_of(rows.a.indices(k), first, last));
    };
    if (direction == Sweep::forward) {
      for (Offset k = end - 1; k >= diagonal; --k) take(k);
      for (Offset k = begin; k < diagonal; ++k) take(k);
    } else {
      for (Offset k = begin; k <= diagonal; ++k) take(k);
      for (Offset k = end - 1; k > diagonal; --k) take(k);
    }
  }

  /// All but the lower entries and the diagonal of the block.
  KOKKOS_FORCEINLINE_FUNCTION void subtract_rest(Sum& sum, LocalIndex i, LocalIndex first,
                                                 LocalIndex last) const {
    Offset k = rows.a.offsets(i);
    const Offset diagonal = k + rows.diagonal(i);
    for (; k < diagonal && rows.a.indices(k) < first; ++k) {
      subtract(sum, rows.a.values(k), old.row(rows.a.indices(k)));
    }
    for (k = rows.a.offsets(i + 1) - 1; k > diagonal; --k) {
      subtract(sum, rows.a.values(k), value_of(rows.a.indices(k), first, last));
    }
  }

  /// E x, before the rest is subtracted.
  KOKKOS_FORCEINLINE_FUNCTION Sum extra_times_x(LocalIndex i) const {
    Sum sum{};
    if (rows.extra.extent(0) == 0) return sum;
    for (int c = 0; c < columns(); ++c) sum.value[c] = rows.extra(i) * x.row(i)[c];
    return sum;
  }

  KOKKOS_FORCEINLINE_FUNCTION Sum right_side(LocalIndex i) const {
    Sum sum{};
    for (int c = 0; c < columns(); ++c) sum.value[c] = b.row(i)[c];
    return sum;
  }

  KOKKOS_FORCEINLINE_FUNCTION void row(LocalIndex i, LocalIndex first, LocalIndex last,
                                       LocalIndex remote_row) const {
    if (step == Step::from_zero) {
      Sum sum = right_side(i);
      if (direction == Sweep::forward) {
        subtract_lower(sum, i, first);
      } else {
        subtract_upper(sum, i, last);
      }
      for (int c = 0; c < columns(); ++c) x.row(i)[c] = sum.value[c] * rows.inverse(i);
      return;
    }
    Sum sum = step == Step::from_guess ? right_side(i) : extra_times_x(i);
    if (remote_row >= 0) subtract_remote(sum, remote_row);
    if (step == Step::from_guess) {
      subtract_all(sum, i, first, last);
    } else {
      subtract_rest(sum, i, first, last);
    }
    for (int c = 0; c < columns(); ++c) {
      if (step == Step::residual) {
        r.row(i)[c] = sum.value[c];
      } else {
        x.row(i)[c] += sum.value[c] * rows.inverse(i);
      }
    }
  }

  KOKKOS_FUNCTION void operator()(LocalIndex block) const {
    const LocalIndex first = block * rows.block_rows;
    const LocalIndex last =
        rows.a.rows - first < rows.block_rows ? rows.a.rows : first + rows.block_rows;
    LocalIndex remote = 0;
    LocalIndex remote_end = 0;
    if (rows.remote.rows > 0 && step != Step::from_zero) {
      remote = rows.remote_first(block);
      remote_end = rows.remote_first(block + 1);
    }
    if (direction == Sweep::forward) {
      for (LocalIndex i = first; i < last; ++i) {
        const bool has_remote = remote < remote_end && rows.row_numbers(remote) == i;
        row(i, first, last, has_remote ? remote++ : -1);
      }
    } else {
      for (LocalIndex i = last - 1; i >= first; --i) {
        const bool has_remote = remote < remote_end && rows.row_numbers(remote_end - 1) == i;
        row(i, first, last, has_remote ? --remote_end : -1);
      }
    }
  }
};

template <Scalar T>
struct SweepVectors {
  RowMajor<const T> b;
  RowMajor<const T> old;
  RowMajor<const T> ghosts;
  RowMajor<T> x;
  RowMajor<T> r;
};

template <int width, Scalar T>
void sweep_columns(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Step step,
                   Sweep direction, const SweepVectors<T>& v, std::size_t first, int count) {
  const Sweeper<T, width> sweeper{rows,
                                  step,
                                  direction,
                                  count,
                                  columns_from<const T, width>(v.b, first),
                                  columns_from<const T, width>(v.old, first),
                                  columns_from<const T, width>(v.ghosts, first),
                                  columns_from<T, width>(v.x, first),
                                  columns_from<T, width>(v.r, first)};
  Kokkos::parallel_for("suan::gauss_seidel", Range(space, 0, rows.blocks()), sweeper);
}

template <Scalar T>
void sweep_all(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Step step,
               Sweep direction, const SweepVectors<T>& v) {
  const std::size_t columns = v.x.extent(1);
  const auto has_gaps = [](const auto& x) { return x.extent(0) > 1 && x.stride(0) != 1; };
  const bool is_single =
      columns == 1 && !has_gaps(v.b) && !has_gaps(v.old) && !has_gaps(v.x) && !has_gaps(v.r);
  if (is_single) return sweep_columns<1>(space, rows, step, direction, v, 0, 1);
  for (std::size_t first = 0; first < columns; first += most_columns) {
    const auto count = static_cast<int>(Kokkos::min<std::size_t>(most_columns, columns - first));
    sweep_columns<most_columns>(space, rows, step, direction, v, first, count);
  }
}

}  // namespace

void find_diagonals(const ExecutionSpace& space, const DeviceView<const Offset>& offsets,
                    const DeviceView<const LocalIndex>& indices,
                    const DeviceView<LocalIndex>& places) {
  Kokkos::parallel_for(
      "suan::find_diagonals", Range(space, 0, static_cast<LocalIndex>(places.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        Offset k = offsets(i);
        while (k < offsets(i + 1) && indices(k) != i) ++k;
        places(i) = static_cast<LocalIndex>(k - offsets(i));
      });
}

template <Scalar T>
void sweep_from_zero(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Sweep sweep,
                     const RowMajor<const T>& b, const RowMajor<T>& x) {
  sweep_all<T>(space, rows, Step::from_zero, sweep, {.b = b, .x = x});
}

template <Scalar T>
void sweep_from_guess(const ExecutionSpace& space, const GaussSeidelRows<T>& rows, Sweep sweep,
                      const RowMajor<const T>& b, const RowMajor<const T>& old,
                      const RowMajor<const T>& ghosts, const RowMajor<T>& x) {
  sweep_all<T>(space, rows, Step::from_guess, sweep,
               {.b = b, .old = old, .ghosts = ghosts, .x = x});
}

template <Scalar T>
void residual_after_forward(const ExecutionSpace& space, const GaussSeidelRows<T>& rows,
                            const RowMajor<T>& x, const RowMajor<const T>& ghosts,
                            const RowMajor<T>& r) {
  sweep_all<T>(space, rows, Step::residual, Sweep::forward,
               {.old = x, .ghosts = ghosts, .x = x, .r = r});
}

template <Scalar T>
void backward_after_forward(const ExecutionSpace& space, const GaussSeidelRows<T>& rows,
                            const RowMajor<const T>& old, const RowMajor<const T>& ghosts,
                            const RowMajor<T>& x) {
  sweep_all<T>(space, rows, Step::after_forward, Sweep::backward,
               {.old = old, .ghosts = ghosts, .x = x});
}

#define SUAN_INSTANTIATE(T)                                                                \
  template void sweep_from_zero(const ExecutionSpace&, const GaussSeidelRows<T>&, Sweep,   \
                                const RowMajor<const T>&, const RowMajor<T>&);             \
  template void sweep_from_guess(const ExecutionSpace&, const GaussSeidelRows<T>&, Sweep,  \
                                 const RowMajor<const T>&, const RowMajor<const T>&,       \
                                 const RowMajor<const T>&, const RowMajor<T>&);            \
  template void residual_after_forward(const ExecutionSpace&, const GaussSeidelRows<T>&,   \
                                       const RowMajor<T>&, const RowMajor<const T>&,       \
                                       const RowMajor<T>&);                                \
  template void backward_after_forward(const ExecutionSpace&, const GaussSeidelRows<T>&,   \
                                       const RowMajor<const T>&, const RowMajor<const T>&, \
                                       const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
