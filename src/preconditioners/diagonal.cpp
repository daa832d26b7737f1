// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/diagonal.hpp"

#include <limits>

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"

namespace suan::detail {

namespace {

/// Inverts d, the diagonal of the matrix, in place, with the weights added; returns the first row
/// whose element has no finite inverse or is negligible compared with the entries of its row, or
/// d.size().
template <Scalar T>
LocalIndex invert(const kernels::CsrView<T>& a, const DeviceView<const Real<T>>& weights,
                  const DeviceView<T>& d) {
  const auto size = static_cast<LocalIndex>(d.extent(0));
  LocalIndex bad = size;
  constexpr auto eps = std::numeric_limits<Real<T>>::epsilon();
  const bool is_weighted = weights.extent(0) > 0;
  Kokkos::parallel_reduce(
      "suan::invert_diagonal",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, size),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & first) {
        Real<T> largest = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const Real<T> entry = Kokkos::abs(a.values(k));
          if (entry > largest) largest = entry;
        }
        const T entry = d(i);
        const T sum = is_weighted ? entry + entry / Kokkos::abs(entry) * weights(i) : entry;
        const T inverse = T(1) / sum;
        const bool usable = entry != T(0) && is_finite(sum) && is_finite(inverse) &&
                            Kokkos::abs(entry) >= eps * largest;
        if (!usable && i < first) first = i;
        if (usable) d(i) = inverse;
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < size ? bad : size;
}

}  // namespace

template <Scalar T>
DeviceView<T> inverse_diagonal(const char* what, const Csr<T>& block, GlobalIndex first_row,
                               const DeviceView<const Real<T>>& weights) {
  DeviceView<T> inverse = block.diagonal();
  const LocalIndex bad = invert<T>(block.view(), weights, inverse);
  if (bad < block.rows()) {
    T value{};
    Kokkos::deep_copy(value, Kokkos::subview(inverse, static_cast<std::size_t>(bad)));
    throw InvalidArgument(message(what, ": the diagonal entry of row ", first_row + bad, " is ",
                                  value,
                                  ", which has no finite inverse or is nothing beside the entries "
                                  "of its row; use preconditioner none, or block_jacobi"));
  }
  return inverse;
}

template <Scalar T>
DeviceView<Real<T>> weights_outside(const DistributedMatrix<T>& a, LocalIndex block_rows,
                                    Real<T> factor) {
  const auto sums =
      allocate<Real<T>>("suan::weights_outside", static_cast<std::size_t>(a.local().rows()));
  const ExecutionSpace space;
  kernels::sums_outside_blocks<T>(space, parts_of(a), block_rows, sums);
  kernels::scale<Real<T>>(space, factor, sums);
  return sums;
}

#define SUAN_INSTANTIATE(T)                                                        \
  template DeviceView<T> inverse_diagonal(const char*, const Csr<T>&, GlobalIndex, \
                                          const DeviceView<const Real<T>>&);       \
  template DeviceView<Real<T>> weights_outside(const DistributedMatrix<T>&, LocalIndex, Real<T>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
