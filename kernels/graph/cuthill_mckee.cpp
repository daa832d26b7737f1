// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "kernels/graph/graph.hpp"

namespace suan::kernels {

namespace {

std::size_t at(LocalIndex i) { return static_cast<std::size_t>(i); }

class CuthillMcKee {
 public:
  explicit CuthillMcKee(const GraphView& graph)
      : vertices_(graph.vertices),
        offsets_(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.offsets)),
        neighbours_(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), graph.neighbours)),
        visited_(at(vertices_), 0) {
    order_.reserve(at(vertices_));
  }

  std::vector<LocalIndex> order() {
    for (LocalIndex v = 0; v < vertices_; ++v) {
      if (visited_[at(v)] == 0) add_component(pseudo_peripheral(v));
    }
    std::reverse(order_.begin(), order_.end());
    return std::move(order_);
  }

 private:
  Offset degree(LocalIndex v) const { return offsets_(v + 1) - offsets_(v); }
  bool before(LocalIndex v, LocalIndex w) const {
    return degree(v) != degree(w) ? degree(v) < degree(w) : v < w;
  }

  /// A vertex on the rim of the component of `start`: moves to a vertex of least degree in the last
  /// level as long as that increases the number of levels.
  LocalIndex pseudo_peripheral(LocalIndex start) {
    if (degree(start) == 0) return start;
    LocalIndex levels = 0;
    for (;;) {
      LocalIndex farthest = start;
      const LocalIndex found = count_levels(start, farthest);
      if (found <= levels) return start;
      levels = found;
      if (farthest == start) return start;
      start = farthest;
    }
  }

  /// The number of levels around `start`; `farthest` becomes the first vertex of the last one.
  LocalIndex count_levels(LocalIndex start, LocalIndex& farthest) {
    ++search_;
    LocalIndex levels = 0;
    std::vector<LocalIndex> level{start};
    std::vector<LocalIndex> next;
    mark_.resize(at(vertices_), 0);
    mark_[at(start)] = search_;
    while (!level.empty()) {
      ++levels;
      farthest = *std::min_element(level.begin(), level.end(),
                                   [this](LocalIndex v, LocalIndex w) { return before(v, w); });
      next.clear();
      for (const LocalIndex v : level) {
        for (Offset k = offsets_(v); k < offsets_(v + 1); ++k) {
          const LocalIndex w = neighbours_(k);
          if (mark_[at(w)] == search_) continue;
          mark_[at(w)] = search_;
          next.push_back(w);
        }
      }
      std::swap(level, next);
    }
    return levels;
  }

  /// Breadth first, neighbours by degree.
  void add_component(LocalIndex start) {
    std::size_t next = order_.size();
    visited_[at(start)] = 1;
    order_.push_back(start);
    for (; next < order_.size(); ++next) {
      const LocalIndex v = order_[next];
      const auto first = static_cast<std::ptrdiff_t>(order_.size());
      for (Offset k = offsets_(v); k < offsets_(v + 1); ++k) {
        const LocalIndex w = neighbours_(k);
        if (visited_[at(w)] != 0) continue;
        visited_[at(w)] = 1;
        order_.push_back(w);
      }
      std::sort(order_.begin() + first, order_.end(),
                [this](LocalIndex a, LocalIndex b) { return before(a, b); });
    }
  }

  LocalIndex vertices_;
  HostView<const Offset> offsets_;
  HostView<const LocalIndex> neighbours_;
  std::vector<char> visited_;
  std::vector<LocalIndex> order_;
  std::vector<LocalIndex> mark_;  ///< the number of the last search that came here
  LocalIndex search_ = 0;
};

}  // namespace

HostView<LocalIndex> reverse_cuthill_mckee(const GraphView& graph) {
  const auto order = CuthillMcKee(graph).order();
  HostView<LocalIndex> result(Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::graph::order"),
                              order.size());
  std::copy(order.begin(), order.end(), result.data());
  return result;
}

}  // namespace suan::kernels
