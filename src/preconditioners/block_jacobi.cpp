// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/block_jacobi.hpp"

#include <limits>

#include "preconditioners/local_block.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"

namespace suan {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Inverts the row-major matrix a of size n (leading dimension stride) in place, by Gauss-Jordan
/// elimination with partial pivoting; `pivots` is a workspace of length n. False when a pivot is at
/// most `smallest`.
template <Scalar T>
KOKKOS_FUNCTION bool invert_in_place(T* a, LocalIndex n, LocalIndex stride, LocalIndex* pivots,
                                     Real<T> smallest) {
  for (LocalIndex k = 0; k < n; ++k) {
    LocalIndex pivot = k;
    for (LocalIndex i = k + 1; i < n; ++i) {
      if (Kokkos::abs(a[i * stride + k]) > Kokkos::abs(a[pivot * stride + k])) pivot = i;
    }
    pivots[k] = pivot;
    const T divisor = a[pivot * stride + k];
    if (!(Kokkos::abs(divisor) > smallest) || !is_finite(divisor)) return false;
    for (LocalIndex j = 0; pivot != k && j < n; ++j) {
      const T swapped = a[k * stride + j];
      a[k * stride + j] = a[pivot * stride + j];
      a[pivot * stride + j] = swapped;
    }
    const T inverse = T(1) / divisor;
    a[k * stride + k] = T(1);
    for (LocalIndex j = 0; j < n; ++j) a[k * stride + j] *= inverse;
    for (LocalIndex i = 0; i < n; ++i) {
      if (i == k) continue;
      const T factor = a[i * stride + k];
      a[i * stride + k] = T(0);
      for (LocalIndex j = 0; j < n; ++j) a[i * stride + j] -= factor * a[k * stride + j];
    }
  }
  // Rows were swapped, so the columns of the inverse are swapped back in reverse order.
  for (LocalIndex k = n - 1; k >= 0; --k) {
    const LocalIndex pivot = pivots[k];
    for (LocalIndex i = 0; pivot != k && i < n; ++i) {
      const T swapped = a[i * stride + k];
      a[i * stride + k] = a[i * stride + pivot];
      a[i * stride + pivot] = swapped;
    }
  }
  return true;
}

/// A power of two that brings x to about 1; 1 for zero and what is not finite.
template <class R>
KOKKOS_FUNCTION R power_for(R x) {
  if (!(x > 0) || !Kokkos::isfinite(x)) return R(1);
  constexpr R most = std::numeric_limits<R>::max_exponent - 2;
  const R exponent = -Kokkos::floor(Kokkos::log2(x));
  return Kokkos::exp2(exponent > most ? most : exponent < -most ? -most : exponent);
}

/// Inverts a block of n rows with the given `stride`. On entry rows[i] is the largest entry of row
/// i of the whole matrix; then rows and columns hold the scaling factors of the block. False when
/// the block is singular to rounding, or its inverse overflows.
template <Scalar T>
KOKKOS_FUNCTION bool invert_block(T* a, LocalIndex n, LocalIndex stride, LocalIndex* pivots,
                                  Real<T>* rows, Real<T>* columns) {
  using R = Real<T>;
  constexpr R eps = std::numeric_limits<R>::epsilon();
  for (LocalIndex i = 0; i < n; ++i) {
    R largest = 0;
    for (LocalIndex j = 0; j < n; ++j) {
      const R entry = Kokkos::abs(a[i * stride + j]);
      if (entry > largest) largest = entry;
    }
    if (!(largest >= eps * rows[i])) return false;  // the row is negligible inside the block
    rows[i] = power_for(largest);
    for (LocalIndex j = 0; j < n; ++j) a[i * stride + j] *= rows[i];
  }
  for (LocalIndex j = 0; j < n; ++j) {
    R largest = 0;
    for (LocalIndex i = 0; i < n; ++i) {
      const R entry = Kokkos::abs(a[i * stride + j]);
      if (entry > largest) largest = entry;
    }
    columns[j] = power_for(largest);
    for (LocalIndex i = 0; i < n; ++i) a[i * stride + j] *= columns[j];
  }
  if (!invert_in_place(a, n, stride, pivots, R(n) * eps)) return false;
  bool fits = true;
  for (LocalIndex i = 0; i < n; ++i) {
    for (LocalIndex j = 0; j < n; ++j) {
      a[i * stride + j] = (a[i * stride + j] * columns[i]) * rows[j];
      fits = fits && is_finite(a[i * stride + j]);
    }
  }
  return fits;
}

/// Copies the blocks of the matrix and inverts them; returns the first singular block or the
/// number of blocks.
template <Scalar T>
LocalIndex invert_blocks(const kernels::CsrView<T>& a, LocalIndex size,
                         const DeviceView<T>& inverses) {
  const auto blocks = static_cast<LocalIndex>((static_cast<GlobalIndex>(a.rows) + size - 1) / size);
  const auto pivots =
      detail::allocate<LocalIndex>("suan::BlockJacobi::pivots", static_cast<std::size_t>(blocks) *
                                                                    static_cast<std::size_t>(size));
  using R = Real<T>;
  const auto rows =
      detail::allocate<R>("suan::BlockJacobi::rows", static_cast<std::size_t>(a.rows));
  const auto columns =
      detail::allocate<R>("suan::BlockJacobi::columns", static_cast<std::size_t>(a.rows));
  LocalIndex bad = blocks;
  Kokkos::parallel_reduce(
      "suan::block_jacobi_invert", Range(0, blocks),
      KOKKOS_LAMBDA(LocalIndex block, LocalIndex & first) {
        const LocalIndex begin = block * size;
        const LocalIndex n = a.rows - begin < size ? a.rows - begin : size;
        T* const out = inverses.data() + static_cast<Offset>(begin) * size;
        for (LocalIndex i = 0; i < n; ++i) {
          R largest = 0;
          for (Offset k = a.offsets(begin + i); k < a.offsets(begin + i + 1); ++k) {
            const LocalIndex j = a.indices(k) - begin;
            if (j >= 0 && j < n) out[i * size + j] += a.values(k);
            const R entry = Kokkos::abs(a.values(k));
            if (entry > largest) largest = entry;
          }
          rows(begin + i) = largest;
        }
        const bool is_inverted = invert_block(out, n, size, pivots.data() + begin,
                                              rows.data() + begin, columns.data() + begin);
        if (!is_inverted && block < first) first = block;
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < blocks ? bad : blocks;
}

/// y = alpha D x + beta y. A separate function, because CUDA does not allow device lambdas in
/// private members.
template <Scalar T>
void apply_blocks(T alpha, const DeviceView<const T>& inverses, LocalIndex size,
                  const DeviceView<const T>& x, T beta, const DeviceView<T>& y) {
  const auto rows = static_cast<LocalIndex>(x.extent(0));
  Kokkos::parallel_for(
      "suan::block_jacobi_apply", Range(0, rows), KOKKOS_LAMBDA(LocalIndex i) {
        const LocalIndex begin = i - i % size;
        const LocalIndex n = rows - begin < size ? rows - begin : size;
        const T* const row = inverses.data() + static_cast<Offset>(i) * size;
        T sum{};
        for (LocalIndex j = 0; j < n; ++j) sum += row[j] * x(begin + j);
        y(i) = beta == T(0) ? alpha * sum : alpha * sum + beta * y(i);
      });
}

/// Y = alpha D X + beta Y.
template <Scalar T>
void apply_blocks(T alpha, const DeviceView<const T>& inverses, LocalIndex size,
                  const RowMajor<const T>& x, T beta, const RowMajor<T>& y) {
  const auto rows = static_cast<std::int64_t>(x.extent(0));
  kernels::for_elements(
      "suan::block_jacobi_apply_to_columns", ExecutionSpace(), x.extent(0), x.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        const std::int64_t begin = i - i % size;
        const std::int64_t n = rows - begin < size ? rows - begin : size;
        const T* const row = inverses.data() + i * size;
        T sum{};
        for (std::int64_t j = 0; j < n; ++j) sum += row[j] * x(begin + j, c);
        y(i, c) = beta == T(0) ? alpha * sum : alpha * sum + beta * y(i, c);
      });
}

}  // namespace

const OptionTable<BlockJacobiOptions>& BlockJacobiOptions::table() {
  static const auto table = OptionTable<BlockJacobiOptions>().number(
      "block_size", &BlockJacobiOptions::block_size, 1, 64,
      "Rows per dense block of block_jacobi; larger blocks converge faster and cost more memory.");
  return table;
}

template <Scalar T>
BlockJacobi<T>::BlockJacobi(const Operator<T>& a, const BlockJacobiOptions& options)
    : Preconditioner<T>(a.row_layout(), a.column_layout()),
      block_size_(static_cast<LocalIndex>(options.block_size)) {
  require_agreement(a.comm(), "BlockJacobi", BlockJacobiOptions::table().write(options));
  BlockJacobiOptions::table().check(options);
  do_update(a);
}

template <Scalar T>
std::string BlockJacobi<T>::do_update(const Operator<T>& a) {
  const Csr<T>& local = detail::require_local_block("block_jacobi", a);
  DeviceView<T> inverses;
  together(a.comm(), [&] {
    inverses = detail::allocate<T>(
        "suan::BlockJacobi::inverses",
        static_cast<std::size_t>(local.rows()) * static_cast<std::size_t>(block_size_));
    Kokkos::deep_copy(inverses, T{});
    const LocalIndex bad = invert_blocks(local.view(), block_size_, inverses);
    const GlobalIndex first = static_cast<GlobalIndex>(bad) * block_size_;
    if (first < local.rows()) {
      const GlobalIndex last =
          std::min<GlobalIndex>(first + block_size_, local.rows()) - 1 + a.row_layout().first();
      throw InvalidArgument(
          message("block_jacobi: the block of rows ", a.row_layout().first() + first, " to ", last,
                  " is singular; use another block_size, or preconditioner none"));
    }
  });
  inverses_ = inverses;
  return "the blocks were inverted anew";
}

template <Scalar T>
std::int64_t BlockJacobi<T>::bytes_per_apply() const {
  return (block_size_ + 2) * static_cast<std::int64_t>(sizeof(T)) *
         this->row_layout().global_size();
}

template <Scalar T>
void BlockJacobi<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  apply_blocks<T>(alpha, inverses_, block_size_, x.view(), beta, y.view());
}

template <Scalar T>
void BlockJacobi<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                    MultiVector<T>& y) const {
  apply_blocks<T>(alpha, inverses_, block_size_, x.view(), beta, y.view());
}

#define SUAN_INSTANTIATE(T) template class BlockJacobi<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
