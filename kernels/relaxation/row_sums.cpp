// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/relaxation/row_sums.hpp"

#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// |a_ij|, and zero in the row's own block.
template <class R>
struct Outside {
  LocalIndex block_rows;
  KOKKOS_FORCEINLINE_FUNCTION R add(R sum, R size, LocalIndex i, LocalIndex j) const {
    const auto from_start = static_cast<std::uint32_t>(j - (i - i % block_rows));
    return from_start < static_cast<std::uint32_t>(block_rows) ? sum : sum + size;
  }
};

template <class R>
struct Absolute {
  KOKKOS_FORCEINLINE_FUNCTION R add(R sum, R size, LocalIndex, LocalIndex) const {
    return sum + size;
  }
};

/// NaN if any is.
template <class R>
struct Largest {
  KOKKOS_FORCEINLINE_FUNCTION R add(R largest, R size, LocalIndex, LocalIndex) const {
    return size > largest || size != size ? size : largest;
  }
};

template <class R>
struct Square {
  DeviceView<const R> units;
  KOKKOS_FORCEINLINE_FUNCTION R add(R sum, R size, LocalIndex i, LocalIndex) const {
    const R relative = size / units(i);
    return sum + relative * relative;
  }
};

template <Scalar T, class Term>
void over_local_rows(const ExecutionSpace& space, const CsrView<T>& a, const Term& term,
                     const DeviceView<Real<T>>& sums) {
  Kokkos::parallel_for(
      "suan::row_sums", Range(space, 0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Real<T> sum = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          sum = term.add(sum, Kokkos::abs(a.values(k)), i, a.indices(k));
        }
        sums(i) = sum;
      });
}

template <Scalar T, class Term>
void over_remote_rows(const ExecutionSpace& space, const CsrView<T>& a,
                      const DeviceView<const LocalIndex>& row_numbers, const Term& term,
                      const DeviceView<Real<T>>& sums) {
  Kokkos::parallel_for(
      "suan::row_sums_remote", Range(space, 0, a.rows), KOKKOS_LAMBDA(LocalIndex r) {
        const LocalIndex i = row_numbers(r);
        Real<T> sum = sums(i);
        for (Offset k = a.offsets(r); k < a.offsets(r + 1); ++k) {
          sum = term.add(sum, Kokkos::abs(a.values(k)), i, 0);
        }
        sums(i) = sum;
      });
}

}  // namespace

template <Scalar T>
void sums_outside_blocks(const ExecutionSpace& space, const RowParts<T>& parts,
                         LocalIndex block_rows, const DeviceView<Real<T>>& sums) {
  over_local_rows<T>(space, parts.a, Outside<Real<T>>{block_rows}, sums);
  over_remote_rows<T>(space, parts.remote, parts.row_numbers, Absolute<Real<T>>(), sums);
}

template <Scalar T>
void sums_of_squares(const ExecutionSpace& space, const RowParts<T>& parts,
                     const DeviceView<Real<T>>& units, const DeviceView<Real<T>>& sums) {
  over_local_rows<T>(space, parts.a, Largest<Real<T>>(), units);
  over_remote_rows<T>(space, parts.remote, parts.row_numbers, Largest<Real<T>>(), units);
  const Square<Real<T>> square{units};
  over_local_rows<T>(space, parts.a, square, sums);
  over_remote_rows<T>(space, parts.remote, parts.row_numbers, square, sums);
}

#define SUAN_INSTANTIATE(T)                                                                \
  template void sums_outside_blocks(const ExecutionSpace&, const RowParts<T>&, LocalIndex, \
                                    const DeviceView<Real<T>>&);                           \
  template void sums_of_squares(const ExecutionSpace&, const RowParts<T>&,                 \
                                const DeviceView<Real<T>>&, const DeviceView<Real<T>>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
