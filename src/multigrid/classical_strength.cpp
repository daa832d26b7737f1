// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/classical_strength.hpp"

#include "kernels/common/new_csr.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
struct StrongEntries {
  RowsView<T> a;
  DeviceView<const LocalIndex> unknowns;
  DeviceView<Real<T>> least;  // what an entry of each row must have
  Real<T> theta;
  Real<T> max_row_sum;

  KOKKOS_FORCEINLINE_FUNCTION bool couples(LocalIndex i, LocalIndex j) const {
    return j != i && (unknowns.extent(0) == 0 || unknowns(i) == unknowns(j));
  }
  KOKKOS_FORCEINLINE_FUNCTION bool operator()(LocalIndex i, LocalIndex j, const T& value) const {
    return -real_part(value) >= least(i) && couples(i, j);
  }
  /// Sets `least`; false for a row that multigrid refuses.
  KOKKOS_FORCEINLINE_FUNCTION bool measure(LocalIndex i) const {
    Real<T> diagonal = 0;
    Real<T> sum = 0;
    Real<T> most = 0;
    bool finite = true;
    a.visit(i, [&](LocalIndex j, const T& value) {
      finite = finite && is_finite(value);
      const Real<T> real = real_part(value);
      if (j == i) diagonal += real;
      if (j != i && !couples(i, j)) return;
      sum += real;
      if (j != i) most = Kokkos::max(most, -real);
    });
    const bool dominant = max_row_sum < 1 && sum > max_row_sum * diagonal;
    const bool is_good = finite && diagonal > 0;
    least(i) = dominant || !is_good
                   ? std::numeric_limits<Real<T>>::infinity()
                   : Kokkos::max(theta * most, std::numeric_limits<Real<T>>::min());
    return is_good;
  }
};

/// Writes how many strong entries each row has. Returns how many rows are refused.
template <Scalar T>
LocalIndex count_strong(const StrongEntries<T>& strong, const DeviceView<Offset>& counts) {
  const LocalIndex rows = strong.a.own.rows;
  LocalIndex refused = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_count_strong_couplings", Range(0, rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & bad) {
        bad += strong.measure(i) ? 0 : 1;
        Offset count = 0;
        strong.a.visit(i,
                       [&](LocalIndex j, const T& value) { count += strong(i, j, value) ? 1 : 0; });
        counts(i) = count;
      },
      refused);
  return refused;
}

template <Scalar T>
void list_strong(const StrongEntries<T>& strong, const DeviceView<const Offset>& offsets,
                 const DeviceView<LocalIndex>& neighbours) {
  Kokkos::parallel_for(
      "suan::multigrid_list_strong_couplings", Range(0, strong.a.own.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        if (at == offsets(i + 1)) return;
        strong.a.visit(i, [&](LocalIndex j, const T& value) {
          if (strong(i, j, value)) neighbours(at++) = j;
        });
      });
}

}  // namespace

template <Scalar T>
StrengthGraph classical_strength(const DistributedMatrix<T>& a, const Nodes& nodes,
                                 const DeviceView<const LocalIndex>& unknowns,
                                 const ClassicalStrength& options) {
  StrongEntries<T> strong;
  DeviceView<Offset> offsets;
  LocalIndex refused = 0;
  const LocalIndex rows = a.row_layout().local_size();
  together(a.comm(), [&] {
    const auto size = static_cast<std::size_t>(rows);
    offsets = allocate<Offset>("suan::multigrid::offsets", size + 1);
    strong = {RowsView<T>(suan::detail::local_rows(a)), unknowns,
              allocate<Real<T>>("suan::multigrid::least", size),
              static_cast<Real<T>>(options.theta), static_cast<Real<T>>(options.max_row_sum)};
    refused = count_strong(strong, offsets);
  });
  // It says which, and throws.
  if (options.refuses_rows && a.comm().max(refused) > 0) require_rows(a);
  StrengthGraph graph;
  graph.nodes = nodes;
  together(a.comm(), [&] {
    const Offset edges = kernels::scan_lengths(ExecutionSpace(), offsets);
    const auto neighbours =
        allocate<LocalIndex>("suan::multigrid::neighbours", static_cast<std::size_t>(edges));
    list_strong<T>(strong, offsets, neighbours);
    graph.offsets = offsets;
    graph.neighbours = neighbours;
  });
  return graph;
}

#define SUAN_INSTANTIATE(T)                                                            \
  template StrengthGraph classical_strength(const DistributedMatrix<T>&, const Nodes&, \
                                            const DeviceView<const LocalIndex>&,       \
                                            const ClassicalStrength&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
