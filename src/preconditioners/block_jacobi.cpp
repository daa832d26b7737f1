// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/block_jacobi.hpp"

#include "core/memory.hpp"
#include "kernels/elements.hpp"
#include "preconditioners/local_block.hpp"

namespace suan {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Inverts the row-major matrix a of size n (leading dimension stride) in place, by Gauss-Jordan
/// elimination with partial pivoting; `pivots` is scratch of length n. False when singular.
template <Scalar T>
KOKKOS_FUNCTION bool invert_in_place(T* a, LocalIndex n, LocalIndex stride, LocalIndex* pivots) {
  for (LocalIndex k = 0; k < n; ++k) {
    LocalIndex pivot = k;
    for (LocalIndex i = k + 1; i < n; ++i) {
      if (abs_squared(a[i * stride + k]) > abs_squared(a[pivot * stride + k])) pivot = i;
    }
    pivots[k] = pivot;
    const T divisor = a[pivot * stride + k];
    if (divisor == T(0) || !is_finite(divisor) || !is_finite(T(1) / divisor)) return false;
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
  // Rows were swapped, so the columns of the inverse are swapped back, last first.
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

/// Copies the blocks of the matrix and inverts them; returns the first singular block or the
/// number of blocks.
template <Scalar T>
LocalIndex invert_blocks(const kernels::CsrView<T>& a, LocalIndex size,
                         const DeviceView<T>& inverses) {
  const auto blocks = static_cast<LocalIndex>((static_cast<GlobalIndex>(a.rows) + size - 1) / size);
  const auto pivots =
      detail::allocate<LocalIndex>("suan::BlockJacobi::pivots", static_cast<std::size_t>(blocks) *
                                                                    static_cast<std::size_t>(size));
  LocalIndex bad = blocks;
  Kokkos::parallel_reduce(
      "suan::block_jacobi_invert", Range(0, blocks),
      KOKKOS_LAMBDA(LocalIndex block, LocalIndex & first) {
        const LocalIndex begin = block * size;
        const LocalIndex n = a.rows - begin < size ? a.rows - begin : size;
        T* const out = inverses.data() + static_cast<Offset>(begin) * size;
        for (LocalIndex i = 0; i < n; ++i) {
          for (Offset k = a.offsets(begin + i); k < a.offsets(begin + i + 1); ++k) {
            const LocalIndex j = a.indices(k) - begin;
            if (j >= 0 && j < n) out[i * size + j] += a.values(k);
          }
        }
        if (!invert_in_place(out, n, size, pivots.data() + begin) && block < first) first = block;
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < blocks ? bad : blocks;
}

/// y = alpha D x + beta y. A function of its own because CUDA takes no lambda for the device from a
/// private member.
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
    : Operator<T>(a.row_layout(), a.column_layout()),
      block_size_(static_cast<LocalIndex>(options.block_size)) {
  BlockJacobiOptions::table().check(options);
  const Csr<T>& local = detail::require_local_block("block_jacobi", a);
  together(a.comm(), [&] {
    inverses_ = detail::allocate<T>(
        "suan::BlockJacobi::inverses",
        static_cast<std::size_t>(local.rows()) * static_cast<std::size_t>(block_size_));
    Kokkos::deep_copy(inverses_, T{});
    const LocalIndex bad = invert_blocks(local.view(), block_size_, inverses_);
    const GlobalIndex first = static_cast<GlobalIndex>(bad) * block_size_;
    if (first < local.rows()) {
      const GlobalIndex last =
          std::min<GlobalIndex>(first + block_size_, local.rows()) - 1 + a.row_layout().first();
      throw InvalidArgument(
          message("block_jacobi: the block of rows ", a.row_layout().first() + first, " to ", last,
                  " is singular; use another block_size, or preconditioner none"));
    }
  });
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
void BlockJacobi<T>::do_apply_block(T alpha, const MultiVector<T>& x, T beta,
                                    MultiVector<T>& y) const {
  apply_blocks<T>(alpha, inverses_, block_size_, x.view(), beta, y.view());
}

template class BlockJacobi<float>;
template class BlockJacobi<double>;
template class BlockJacobi<Complex>;

}  // namespace suan
