// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "shapes.hpp"

namespace suan::bench {

namespace {

/// Hashes of consecutive numbers: the generator SplitMix64 of G. L. Steele, D. Lea and C. H. Flood,
/// OOPSLA 2014.
class Hashes {
 public:
  explicit Hashes(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t x = (state_ += 0x9e3779b97f4a7c15ULL);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// In [0, n).
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n));
  }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

struct Edge {
  std::int32_t row;
  std::int32_t column;
  double value;
};

std::int32_t narrow(std::int64_t i) { return static_cast<std::int32_t>(i); }

/// Rows with increasing columns; duplicate edges are added in the given order.
HostCsr from_edges(std::int64_t rows, std::int64_t columns, const std::vector<Edge>& edges) {
  std::vector<std::int64_t> starts(static_cast<std::size_t>(rows) + 1, 0);
  for (const Edge& e : edges) ++starts[static_cast<std::size_t>(e.row) + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<Edge> by_row(edges.size());
  auto places = starts;
  for (const Edge& e : edges) {
    by_row[static_cast<std::size_t>(places[static_cast<std::size_t>(e.row)]++)] = e;
  }
  HostCsr a;
  a.rows = rows;
  a.columns = columns;
  a.indices.reserve(edges.size());
  a.values.reserve(edges.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    const auto begin = by_row.begin() + starts[i];
    const auto end = by_row.begin() + starts[i + 1];
    std::stable_sort(begin, end, [](const Edge& x, const Edge& y) { return x.column < y.column; });
    for (auto e = begin; e != end; ++e) {
      if (e != begin && e->column == a.indices.back()) {
        a.values.back() += e->value;
      } else {
        a.add(e->column, e->value);
      }
    }
    a.end_row();
  }
  return a;
}

/// The bits of x at even positions.
std::uint64_t spread(std::uint64_t x) {
  x = (x | (x << 16)) & 0x0000ffff0000ffffULL;
  x = (x | (x << 8)) & 0x00ff00ff00ff00ffULL;
  x = (x | (x << 4)) & 0x0f0f0f0f0f0f0f0fULL;
  x = (x | (x << 2)) & 0x3333333333333333ULL;
  return (x | (x << 1)) & 0x5555555555555555ULL;
}

}  // namespace

HostCsr rmat(std::int64_t size) {
  const int levels =
      static_cast<int>(std::bit_width(static_cast<std::uint64_t>(size * size * size))) - 1;
  const std::int64_t n = std::int64_t{1} << levels;
  Hashes hashes(42);
  std::vector<Edge> edges(static_cast<std::size_t>(8 * n));
  for (Edge& edge : edges) {
    std::int64_t row = 0;
    std::int64_t column = 0;
    for (int level = 0; level < levels; ++level) {
      const std::uint64_t draw = hashes.next() % 100;
      row = 2 * row + (draw >= 76);
      column = 2 * column + ((draw >= 57 && draw < 76) || draw >= 95);
    }
    edge = {narrow(row), narrow(column), 0.5 + hashes.unit()};
  }
  return from_edges(n, n, edges);
}

HostCsr circuit(std::int64_t size) {
  const std::int64_t n = size * size * size;
  constexpr std::int64_t nets = 4;
  Hashes hashes(43);
  std::vector<Edge> edges;
  edges.reserve(static_cast<std::size_t>(6 * n));
  for (std::int64_t i = 0; i < n; ++i) {
    edges.push_back({narrow(i), narrow(i), 4 + hashes.unit()});
    const auto connect = [&](std::int64_t j) {
      if (j == i || j >= n) return;
      edges.push_back({narrow(i), narrow(j), -hashes.unit()});
      edges.push_back({narrow(j), narrow(i), -hashes.unit()});
    };
    if (hashes.chance(0.8)) connect(i + 1);
    if (hashes.chance(0.8)) connect(i + 2 + hashes.below(64));
    if (hashes.chance(0.1)) connect(hashes.below(n));
    if (hashes.chance(0.04)) connect(n * (1 + 2 * hashes.below(nets)) / (2 * nets));
  }
  return from_edges(n, n, edges);
}

HostCsr road(std::int64_t size) {
  const auto side =
      static_cast<std::int64_t>(std::sqrt(static_cast<double>(size * size * size)) + 1e-9);
  const std::int64_t n = side * side;
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  const auto key = [side](std::int32_t point) {
    return spread(static_cast<std::uint64_t>(point % side)) |
           (spread(static_cast<std::uint64_t>(point / side)) << 1);
  };
  std::sort(order.begin(), order.end(),
            [&](std::int32_t p, std::int32_t q) { return key(p) < key(q); });
  std::vector<std::int32_t> number(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    number[static_cast<std::size_t>(order[k])] = static_cast<std::int32_t>(k);
  }
  Hashes hashes(44);
  std::vector<Edge> edges;
  edges.reserve(static_cast<std::size_t>(3 * n));
  const auto connect = [&](std::int64_t p, std::int64_t q) {
    if (!hashes.chance(0.625)) return;
    const double length = 0.5 + hashes.unit();
    const auto i = number[static_cast<std::size_t>(p)];
    const auto j = number[static_cast<std::size_t>(q)];
    edges.push_back({i, j, length});
    edges.push_back({j, i, length});
  };
  for (std::int64_t p = 0; p < n; ++p) {
    if (p % side + 1 < side) connect(p, p + 1);
    if (p + side < n) connect(p, p + side);
  }
  return from_edges(n, n, edges);
}

HostCsr tall(std::int64_t size) {
  const std::int64_t n = size * size * size;
  const std::int64_t columns = std::max<std::int64_t>(1, n / 10);
  Hashes hashes(45);
  HostCsr a;
  a.rows = n;
  a.columns = columns;
  std::vector<std::int64_t> row;
  for (std::int64_t i = 0; i < n; ++i) {
    row.clear();
    const std::int64_t wanted = 4 + hashes.below(5);
    for (std::int64_t k = 0; k < wanted; ++k) {
      const std::int64_t near = i * columns / n - 32 + hashes.below(65);
      row.push_back(hashes.chance(0.2) ? hashes.below(columns)
                                       : std::clamp<std::int64_t>(near, 0, columns - 1));
    }
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    for (const std::int64_t column : row) a.add(column, 0.5 + hashes.unit());
    a.end_row();
  }
  return a;
}

}  // namespace suan::bench
