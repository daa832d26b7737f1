// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/row_change.hpp"

#include <limits>

#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Adds to `sums` the changes of the entries in the columns of one of the two parts, whose row r is
/// row numbers(r), or r.
template <Scalar T>
void add_changes(const kernels::CsrView<T>& a, const kernels::CsrView<T>& b,
                 const DeviceView<const T>& diagonal_a, const DeviceView<const T>& diagonal_b,
                 const DeviceView<const LocalIndex>& numbers, const DeviceView<double>& sums) {
  const bool is_numbered = numbers.extent(0) > 0;
  Kokkos::parallel_for(
      "suan::multigrid_row_change", Range(0, a.rows), KOKKOS_LAMBDA(LocalIndex r) {
        const LocalIndex i = is_numbered ? numbers(r) : r;
        const T by_a = T(1) / diagonal_a(i);
        const T by_b = T(1) / diagonal_b(i);
        double sum = 0;
        for (Offset k = a.offsets(r); k < a.offsets(r + 1); ++k) {
          sum += static_cast<double>(Kokkos::abs(by_a * a.values(k) - by_b * b.values(k)));
        }
        sums(i) += sum;
      });
}

template <Scalar T>
double own_change(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b) {
  const LocalIndex rows = a.local().rows();
  const DeviceView<const T> diagonal_a = a.local().diagonal();
  const DeviceView<const T> diagonal_b = b.local().diagonal();
  const DeviceView<double> sums("suan::multigrid::row_changes", static_cast<std::size_t>(rows));
  add_changes<T>(a.local().view(), b.local().view(), diagonal_a, diagonal_b, {}, sums);
  const auto& remote = a.remote();
  add_changes<T>(remote.matrix.view(), b.remote().matrix.view(), diagonal_a, diagonal_b,
                 remote.row_numbers, sums);
  double result = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_largest_change", Range(0, rows),
      KOKKOS_LAMBDA(LocalIndex i, double& most) {
        // A sum that is not a number counts as infinite.
        const double sum = sums(i) >= 0 ? sums(i) : Kokkos::Experimental::infinity_v<double>;
        most = Kokkos::max(most, sum);
      },
      Kokkos::Max<double>(result));
  return result;
}

}  // namespace

template <Scalar T>
double row_change(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b) {
  double result = 0;
  together(a.comm(), [&] {
    const bool is_shared =
        a.local_entries() > 0 && a.local().view().values.data() == b.local().view().values.data();
    result = is_shared ? std::numeric_limits<double>::infinity() : own_change(a, b);
  });
  return a.comm().max(result);
}

#define SUAN_INSTANTIATE(T) \
  template double row_change(const DistributedMatrix<T>&, const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
