// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/relaxed_vectors.hpp"

#include <utility>

#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/multigrid/strength.hpp"
#include "suan/preconditioners/chebyshev.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

// Together they divide what belongs to eigenvalues of D^-1 A above a twentieth of the largest one
// by some thousands.
const ChebyshevOptions sweep{.degree = 6, .kind = "first", .ratio = 20};
constexpr int sweeps = 4;

template <Scalar T>
void draw(const RowMajor<T>& x, GlobalIndex first_row) {
  const auto columns = static_cast<LocalIndex>(x.extent(1));
  Kokkos::parallel_for(
      "suan::multigrid_draw", Range(0, static_cast<LocalIndex>(x.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const auto row = static_cast<std::uint64_t>(first_row + i);
        for (LocalIndex c = 0; c < columns; ++c) {
          const auto bits = suan::detail::mixed(row * Nodes::most_rows + static_cast<unsigned>(c));
          x(i, c) = T(static_cast<Real<T>>(suan::detail::unit(bits)));
        }
      });
}

template <Scalar T>
void copy_columns(const RowMajor<const T>& x, const RowMajor<T>& y, LocalIndex first) {
  const auto columns = static_cast<LocalIndex>(x.extent(1));
  Kokkos::parallel_for(
      "suan::multigrid_copy_columns", Range(0, static_cast<LocalIndex>(x.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        for (LocalIndex c = 0; c < columns; ++c) y(i, first + c) = x(i, c);
      });
}

}  // namespace

template <Scalar T>
MultiVector<T> with_relaxed_vectors(const DistributedMatrix<T>& a, const MultiVector<T>& before,
                                    LocalIndex count) {
  const Layout& rows = a.row_layout();
  const Chebyshev<T> smoother(a, sweep);
  const MultiVector<T> zero(rows, count);
  MultiVector<T> relaxed(rows, count);
  draw<T>(relaxed.view(), rows.first());
  for (int k = 0; k < sweeps; ++k) smoother.smooth(zero, relaxed, Guess::given);
  MultiVector<T> result(rows, before.columns() + count);
  copy_columns<T>(before.view(), result.view(), 0);
  copy_columns<T>(std::as_const(relaxed).view(), result.view(), before.columns());
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template MultiVector<T> with_relaxed_vectors(const DistributedMatrix<T>&, const MultiVector<T>&, \
                                               LocalIndex count);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
