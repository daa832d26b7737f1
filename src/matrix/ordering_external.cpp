// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "matrix/ordering_external.hpp"

#include <numeric>

#include "suan/core/error.hpp"

#if SUAN_HAVE_METIS
#include <metis.h>
#endif
#if SUAN_HAVE_AMD
#include <amd.h>
#endif

namespace suan::detail {

bool have_metis() noexcept { return SUAN_HAVE_METIS != 0; }
bool have_amd() noexcept { return SUAN_HAVE_AMD != 0; }

namespace {

[[noreturn, maybe_unused]] void not_built(const char* ordering, const char* library,
                                          const char* package) {
  throw NotSupported(message("the ordering ", ordering,
                             " was requested, but this build of Suan has no ", library,
                             "; use rcm, or install ", package, " and build Suan again"));
}

/// A graph in a library's integer type: offsets, then neighbours.
template <class Integer>
struct GraphOf {
  std::vector<Integer> offsets;
  std::vector<Integer> neighbours;
};

template <class Integer>
[[maybe_unused]] GraphOf<Integer> copy_graph(const kernels::GraphView& graph, const char* library) {
  const auto edges = graph.neighbours.extent(0);
  if (edges > static_cast<std::size_t>(std::numeric_limits<Integer>::max())) {
    throw NotSupported(message("the graph of ", graph.vertices, " vertices has ", edges,
                               " neighbours, more than this ", library, " can number; use rcm"));
  }
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.offsets);
  const auto neighbours =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.neighbours);
  GraphOf<Integer> copy;
  copy.offsets.reserve(offsets.extent(0));
  for (std::size_t k = 0; k < offsets.extent(0); ++k) {
    copy.offsets.push_back(static_cast<Integer>(offsets(k)));
  }
  copy.neighbours.assign(neighbours.data(), neighbours.data() + edges);
  return copy;
}

[[maybe_unused]] std::vector<LocalIndex> natural_order(LocalIndex vertices) {
  std::vector<LocalIndex> order(static_cast<std::size_t>(vertices));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

#if SUAN_HAVE_METIS

std::vector<LocalIndex> metis_order(const kernels::GraphView& graph) {
  // METIS does not take graphs without edges.
  if (graph.neighbours.extent(0) == 0) return natural_order(graph.vertices);
  auto copy = copy_graph<idx_t>(graph, "METIS");
  idx_t vertices = graph.vertices;
  idx_t options[METIS_NOPTIONS];
  METIS_SetDefaultOptions(options);
  options[METIS_OPTION_SEED] = 1;  // the same order each time
  std::vector<idx_t> order(static_cast<std::size_t>(vertices));
  std::vector<idx_t> position(order.size());
  const int status = METIS_NodeND(&vertices, copy.offsets.data(), copy.neighbours.data(), nullptr,
                                  options, order.data(), position.data());
  if (status == METIS_ERROR_MEMORY) {
    throw OutOfMemory(
        message("METIS had too little memory for a graph of ", vertices, " vertices"));
  }
  if (status != METIS_OK) {
    throw InternalError(message("METIS_NodeND failed with status ", status));
  }
  return {order.begin(), order.end()};
}

#else

std::vector<LocalIndex> metis_order(const kernels::GraphView&) {
  not_built("metis", "METIS", "libmetis-dev");
}

#endif

#if SUAN_HAVE_AMD

std::vector<LocalIndex> amd_order(const kernels::GraphView& graph) {
  if (graph.vertices == 0) return {};
  auto copy = copy_graph<int>(graph, "AMD");
  // AMD wants an array even if there are no entries.
  if (copy.neighbours.empty()) return natural_order(graph.vertices);
  std::vector<int> order(static_cast<std::size_t>(graph.vertices));
  const int status = ::amd_order(graph.vertices, copy.offsets.data(), copy.neighbours.data(),
                                 order.data(), nullptr, nullptr);
  if (status == AMD_OUT_OF_MEMORY) {
    throw OutOfMemory(
        message("AMD had too little memory for a graph of ", graph.vertices, " vertices"));
  }
  if (status != AMD_OK) throw InternalError(message("amd_order failed with status ", status));
  return order;
}

#else

std::vector<LocalIndex> amd_order(const kernels::GraphView&) {
  not_built("amd", "SuiteSparse AMD", "libsuitesparse-dev");
}

#endif

}  // namespace suan::detail
