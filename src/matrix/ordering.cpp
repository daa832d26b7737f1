// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/ordering.hpp"

#include <algorithm>

#include "kernels/graph/graph.hpp"
#include "matrix/ordering_external.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/options.hpp"

namespace suan {

namespace {

std::size_t at(LocalIndex i) { return static_cast<std::size_t>(i); }

template <Scalar T>
void require_square(const char* what, const Csr<T>& a) {
  if (a.rows() != a.columns()) {
    throw InvalidArgument(message(what, ": the matrix has ", a.rows(), " rows and ", a.columns(),
                                  " columns, but must be square"));
  }
}

template <Scalar T>
kernels::GraphView graph_of(const char* what, const Csr<T>& a) {
  require_square(what, a);
  return kernels::make_graph(a.view());
}

/// The inverse of `order`, or an empty list when it is not a permutation.
std::vector<LocalIndex> inverse(const std::vector<LocalIndex>& order) {
  std::vector<LocalIndex> position(order.size(), -1);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const LocalIndex i = order[k];
    if (i < 0 || at(i) >= order.size() || position[at(i)] != -1) return {};
    position[at(i)] = static_cast<LocalIndex>(k);
  }
  return position;
}

std::vector<LocalIndex> order_graph(const kernels::GraphView& graph, Ordering ordering) {
  if (ordering == Ordering::metis) return detail::metis_order(graph);
  if (ordering == Ordering::amd) return detail::amd_order(graph);
  const auto order = kernels::reverse_cuthill_mckee(graph);
  return {order.data(), order.data() + order.extent(0)};
}

}  // namespace

std::string_view to_string(Ordering ordering) {
  if (ordering == Ordering::metis) return "metis";
  return ordering == Ordering::amd ? "amd" : "rcm";
}

Ordering ordering_from_string(std::string_view name) {
  for (const auto ordering : {Ordering::rcm, Ordering::metis, Ordering::amd}) {
    if (to_string(ordering) == name) return ordering;
  }
  throw_unknown_name("ordering", name, {"rcm", "metis", "amd"});
}

std::vector<Ordering> available_orderings() {
  std::vector<Ordering> available{Ordering::rcm};
  if (detail::have_metis()) available.push_back(Ordering::metis);
  if (detail::have_amd()) available.push_back(Ordering::amd);
  return available;
}

template <Scalar T>
Permutation compute_ordering(const Csr<T>& a, Ordering ordering) try {
  Permutation permutation;
  permutation.order = order_graph(graph_of("compute_ordering", a), ordering);
  permutation.position = inverse(permutation.order);
  return permutation;
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Coloring compute_coloring(const Csr<T>& a, int distance) {
  if (distance != 1 && distance != 2) {
    throw InvalidArgument(
        message("compute_coloring: the distance is ", distance, ", but must be 1 or 2"));
  }
  const ExecutionSpace space;
  Coloring result;
  result.color = with_typed_errors(
      [&] { return kernels::color_graph(space, graph_of("compute_coloring", a), distance); });
  const auto color = result.color;
  LocalIndex largest = -1;
  Kokkos::parallel_reduce(
      "suan::coloring_count",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.rows()),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & most) { most = Kokkos::max(most, color(i)); },
      Kokkos::Max<LocalIndex>(largest));
  result.colors = a.rows() == 0 ? 0 : largest + 1;
  return result;
}

template <Scalar T>
DeviceView<LocalIndex> maximal_independent_set_2(const Csr<T>& a) {
  const ExecutionSpace space;
  const auto is_member = with_typed_errors(
      [&] { return kernels::independent_set_2(space, graph_of("maximal_independent_set_2", a)); });
  const Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>> rows(space, 0, a.rows());
  LocalIndex count = 0;
  Kokkos::parallel_reduce(
      "suan::independent_set_count", rows,
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum) { sum += is_member(i); }, count);
  const auto members =
      detail::allocate<LocalIndex>("suan::independent_set", static_cast<std::size_t>(count));
  Kokkos::parallel_scan(
      "suan::independent_set_list", rows,
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & place, bool last) {
        if (is_member(i) == 0) return;
        if (last) members(place) = i;
        ++place;
      });
  space.fence("suan::independent_set_list");
  return members;
}

#define SUAN_INSTANTIATE(T)                                       \
  template Permutation compute_ordering(const Csr<T>&, Ordering); \
  template Coloring compute_coloring(const Csr<T>&, int);         \
  template DeviceView<LocalIndex> maximal_independent_set_2(const Csr<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
