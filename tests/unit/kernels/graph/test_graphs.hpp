// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Graphs for the tests of colorings, independent sets and orderings.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/graph/graph.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace suan::test {

using Neighbours = std::vector<std::vector<LocalIndex>>;

inline std::size_t at(LocalIndex i) { return static_cast<std::size_t>(i); }

/// The graph, made in the simplest way.
template <class T>
Neighbours neighbours_of(const HostMatrix<T>& a) {
  Neighbours graph(at(a.rows));
  for (LocalIndex i = 0; i < a.rows; ++i) {
    for (auto k = a.begin(at(i)); k < a.begin(at(i) + 1); ++k) {
      if (a.indices[k] == i) continue;
      graph[at(i)].push_back(a.indices[k]);
      graph[at(a.indices[k])].push_back(i);
    }
  }
  for (auto& list : graph) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return graph;
}

/// All vertices within distance 1 or 2 of i, except i.
inline std::vector<LocalIndex> near(const Neighbours& graph, LocalIndex i, int distance) {
  auto result = graph[at(i)];
  if (distance == 2) {
    for (const LocalIndex j : graph[at(i)]) {
      result.insert(result.end(), graph[at(j)].begin(), graph[at(j)].end());
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  result.erase(std::remove(result.begin(), result.end(), i), result.end());
  return result;
}

template <class T>
HostMatrix<T> from_columns(const Neighbours& rows) {
  HostMatrix<T> a{
      static_cast<LocalIndex>(rows.size()), static_cast<LocalIndex>(rows.size()), {0}, {}, {}};
  for (const auto& row : rows) {
    for (const LocalIndex j : row) {
      a.indices.push_back(j);
      a.values.push_back(T(static_cast<float>(a.indices.size())));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// The 5-point stencil on nx * ny points with shuffled numbers.
template <class T>
HostMatrix<T> shuffled_grid(LocalIndex nx, LocalIndex ny) {
  std::vector<LocalIndex> number(at(nx * ny));
  std::iota(number.begin(), number.end(), 0);
  std::uint32_t state = 1;
  for (std::size_t k = number.size(); k > 1; --k) {
    state = state * 1664525u + 1013904223u;
    std::swap(number[k - 1], number[(state >> 8) % k]);
  }
  Neighbours rows(number.size());
  for (LocalIndex y = 0; y < ny; ++y) {
    for (LocalIndex x = 0; x < nx; ++x) {
      auto& row = rows[at(number[at(x + nx * y)])];
      for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
        if (x + dx < 0 || x + dx >= nx || y + dy < 0 || y + dy >= ny) continue;
        row.push_back(number[at(x + dx + nx * (y + dy))]);
      }
      std::sort(row.begin(), row.end());
    }
  }
  return from_columns<T>(rows);
}

/// A star: every vertex is a neighbour of vertex 0, given by one dense row.
template <class T>
HostMatrix<T> star(LocalIndex n) {
  Neighbours rows(at(n));
  rows[0].resize(at(n));
  std::iota(rows[0].begin(), rows[0].end(), 0);
  return from_columns<T>(rows);
}

/// A star whose leaves form a path: they have few neighbours and many colors around them.
template <class T>
HostMatrix<T> wheel(LocalIndex n) {
  auto rows = Neighbours(at(n));
  rows[0].resize(at(n));
  std::iota(rows[0].begin(), rows[0].end(), 0);
  for (LocalIndex i = 1; i + 1 < n; ++i) rows[at(i)] = {i + 1};
  return from_columns<T>(rows);
}

/// Two stars of n leaves each. Eight vertices with two neighbours connect each leaf of one with
/// leaves of the other: only through them does a leaf see the other star's many colors.
template <class T>
HostMatrix<T> two_stars(LocalIndex n) {
  Neighbours rows(2);
  for (LocalIndex star = 0; star < 2; ++star) {
    for (LocalIndex leaf = 0; leaf < n; ++leaf) {
      rows[at(star)].push_back(2 + star * n + leaf);
    }
  }
  rows.resize(at(2 + 2 * n));
  for (LocalIndex leaf = 0; leaf < n; ++leaf) {
    for (LocalIndex k = 0; k < 8; ++k) {
      rows.push_back({2 + leaf, 2 + n + (37 * leaf + 41 * k) % n});
    }
  }
  return from_columns<T>(rows);
}

template <class T>
std::vector<HostMatrix<T>> matrices() {
  return {HostMatrix<T>{},
          from_columns<T>({{}}),
          from_columns<T>({{}, {}, {}}),
          from_columns<T>({{1}, {}}),
          shuffled_grid<T>(23, 17),
          irregular<T>(300, 300, 300),
          star<T>(200),
          wheel<T>(400),
          two_stars<T>(300),
          irregular<T>(2000, 2000, 30)};
}

inline std::vector<LocalIndex> to_host(const DeviceView<LocalIndex>& list) {
  const auto mirror = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), list);
  return {mirror.data(), mirror.data() + mirror.extent(0)};
}

template <class T>
kernels::GraphView graph_of(const Csr<T>& a) {
  return kernels::make_graph(a.view());
}

}  // namespace suan::test
