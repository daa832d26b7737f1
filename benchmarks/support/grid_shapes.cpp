// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "shapes.hpp"

namespace suan::bench {

namespace {

constexpr int element_size = 24;
using Stiffness = std::array<std::array<double, element_size>, element_size>;

/// Derivatives in x, y and z of the eight trilinear shape functions on the unit cube. Node a is at
/// (a & 1, a >> 1 & 1, a >> 2).
std::array<std::array<double, 3>, 8> gradients(double x, double y, double z) {
  std::array<std::array<double, 3>, 8> g{};
  for (int a = 0; a < 8; ++a) {
    const double fx = (a & 1) != 0 ? x : 1 - x;
    const double fy = (a & 2) != 0 ? y : 1 - y;
    const double fz = (a & 4) != 0 ? z : 1 - z;
    auto& ga = g[static_cast<std::size_t>(a)];
    ga = {(a & 1) != 0 ? fy * fz : -fy * fz, (a & 2) != 0 ? fx * fz : -fx * fz,
          (a & 4) != 0 ? fx * fy : -fx * fy};
  }
  return g;
}

/// K_(a i)(b j) = integral of lambda da_i db_j + mu da_j db_i + mu delta_ij grad a . grad b, for
/// Young's modulus 1.
Stiffness element_stiffness(double poisson_ratio) {
  const double lambda = poisson_ratio / ((1 + poisson_ratio) * (1 - 2 * poisson_ratio));
  const double mu = 0.5 / (1 + poisson_ratio);
  const double point = 0.5 / std::sqrt(3.0);
  Stiffness k{};
  for (int q = 0; q < 8; ++q) {
    const auto at = [&](int bit) { return 0.5 + ((q & bit) != 0 ? point : -point); };
    const auto g = gradients(at(1), at(2), at(4));
    for (std::size_t row = 0; row < element_size; ++row) {
      for (std::size_t column = 0; column < element_size; ++column) {
        const auto& a = g[row / 3];
        const auto& b = g[column / 3];
        const std::size_t i = row % 3;
        const std::size_t j = column % 3;
        double sum = lambda * a[i] * b[j] + mu * a[j] * b[i];
        if (i == j) sum += mu * (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
        k[row][column] += 0.125 * sum;
      }
    }
  }
  return k;
}

/// Young's modulus of an element, in [1, 10).
double modulus(std::int64_t element) {
  auto x = static_cast<std::uint64_t>(element) * 0x9e3779b97f4a7c15ULL + 46;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return 1 + 9 * static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

/// Free nodes, `points` in each direction. There are elements between them, and below the lowest
/// ones, where the body is fixed: element (x, y, z) reaches up to node z.
struct Body {
  std::int64_t points;

  std::int64_t node(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x + points * (y + points * z);
  }
  /// The 3 x 3 block of two neighbours, from all elements that contain both.
  std::array<double, 9> block(const Stiffness& k, const std::array<std::int64_t, 3>& a,
                              const std::array<std::int64_t, 3>& b) const {
    std::array<double, 9> sum{};
    for (int corner = 0; corner < 8; ++corner) {
      std::int64_t element[3];
      int other = 0;
      bool inside = true;
      for (int d = 0; d < 3; ++d) {
        const auto axis = static_cast<std::size_t>(d);
        const std::int64_t begin = a[axis] - ((corner >> d) & 1);
        const std::int64_t place = b[axis] - begin;
        // One element more along z, whose lower nodes are fixed.
        inside =
            inside && begin >= (d == 2 ? -1 : 0) && begin + 1 < points && place >= 0 && place <= 1;
        other |= static_cast<int>(place & 1) << d;
        element[d] = begin;
      }
      if (!inside) continue;
      const double e = modulus(node(element[0], element[1], element[2] + 1));
      for (std::size_t i = 0; i < 9; ++i) {
        sum[i] += e * k[static_cast<std::size_t>(3 * corner) + i / 3]
                       [static_cast<std::size_t>(3 * other) + i % 3];
      }
    }
    return sum;
  }
};

}  // namespace

HostCsr elasticity(std::int64_t size) {
  const double unknowns = static_cast<double>(size * size * size);
  const auto points = std::max<std::int64_t>(2, std::llround(std::cbrt(unknowns / 3)));
  const Body body{points};
  const auto stiffness = element_stiffness(0.3);
  HostCsr a;
  a.rows = a.columns = 3 * points * points * points;
  std::vector<std::int64_t> neighbours;
  std::vector<std::array<double, 9>> blocks;
  for (std::int64_t n = 0; n < points * points * points; ++n) {
    const std::array<std::int64_t, 3> here = {n % points, n / points % points,
                                              n / (points * points)};
    neighbours.clear();
    blocks.clear();
    for (int k = 0; k < 27; ++k) {
      const std::array<std::int64_t, 3> there = {here[0] + k % 3 - 1, here[1] + k / 3 % 3 - 1,
                                                 here[2] + k / 9 - 1};
      if (std::ranges::any_of(there, [&](std::int64_t c) { return c < 0 || c >= points; }))
        continue;
      neighbours.push_back(body.node(there[0], there[1], there[2]));
      blocks.push_back(body.block(stiffness, here, there));
    }
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t m = 0; m < neighbours.size(); ++m) {
        for (std::size_t j = 0; j < 3; ++j) {
          a.add(3 * neighbours[m] + static_cast<std::int64_t>(j), blocks[m][3 * i + j]);
        }
      }
      a.end_row();
    }
  }
  return a;
}

HostCsr ilu_factor(std::int64_t size) {
  HostCsr l;
  l.rows = l.columns = size * size * size;
  std::vector<double> pivots;
  for (std::int64_t i = 0; i < l.rows; ++i) {
    const double factor = 1 + 0.001 * static_cast<double>(i % 977);
    double pivot = 6;
    const auto neighbour = [&](bool exists, std::int64_t distance) {
      if (!exists) return;
      // Entries of L are those of A; the row of U has -1 / pivot, and no two rows fill in a third.
      l.add(i - distance, -factor);
      pivot -= 1 / pivots[static_cast<std::size_t>(i - distance)];
    };
    neighbour(i >= size * size, size * size);
    neighbour(i / size % size > 0, size);
    neighbour(i % size > 0, 1);
    l.add(i, factor * pivot);
    pivots.push_back(pivot);
    l.end_row();
  }
  return l;
}

HostCsr lower_triangle(const HostCsr& a) {
  HostCsr l;
  l.rows = a.rows;
  l.columns = a.columns;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (auto k = static_cast<std::size_t>(a.offsets[row]);
         k < static_cast<std::size_t>(a.offsets[row + 1]); ++k) {
      if (a.indices[k] <= i) l.add(a.indices[k], a.values[k]);
    }
    l.end_row();
  }
  return l;
}

HostCsr smoothed_prolongator(const HostCsr& a, std::int64_t size) {
  const std::int64_t coarse = (size + 2) / 3;
  const auto aggregate = [&](std::int64_t i) {
    return i % size / 3 + coarse * (i / size % size / 3 + coarse * (i / (size * size) / 3));
  };
  HostCsr p;
  p.rows = a.rows;
  p.columns = coarse * coarse * coarse;
  std::vector<std::pair<std::int64_t, double>> row;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const auto begin = static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(a.offsets[static_cast<std::size_t>(i) + 1]);
    double diagonal = 0;
    for (std::size_t k = begin; k < end; ++k) diagonal += a.indices[k] == i ? a.values[k] : 0;
    row.assign(1, {aggregate(i), 1.0});
    for (std::size_t k = begin; k < end; ++k) {
      row.emplace_back(aggregate(a.indices[k]), -2.0 / 3.0 * a.values[k] / diagonal);
    }
    std::stable_sort(row.begin(), row.end(),
                     [](const auto& x, const auto& y) { return x.first < y.first; });
    const auto before = p.entries();
    for (const auto& [column, value] : row) {
      if (p.entries() > before && p.indices.back() == column) {
        p.values.back() += value;
      } else {
        p.add(column, value);
      }
    }
    p.end_row();
  }
  return p;
}

}  // namespace suan::bench
