// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Linear elasticity on a box of trilinear elements.
#pragma once

#include <array>
#include <map>

#include "suan/matrix/assembly.hpp"

namespace suan::test {

/// x * y * z cubes of trilinear elements with Poisson's ratio 0.3 and Young's modulus 1, three
/// unknowns a node, held at x = 0, where nodes have been removed.
struct Cantilever {
  GlobalIndex x = 1;
  GlobalIndex y = 1;
  GlobalIndex z = 1;

  GlobalIndex nodes() const { return x * (y + 1) * (z + 1); }
  /// Of the node's place in the grid, from 1 along x.
  std::array<GlobalIndex, 3> place(GlobalIndex node) const {
    return {1 + node % x, node / x % (y + 1), node / x / (y + 1)};
  }
  bool exists(const std::array<GlobalIndex, 3>& p) const {
    return p[0] >= 1 && p[0] <= x && p[1] >= 0 && p[1] <= y && p[2] >= 0 && p[2] <= z;
  }
  GlobalIndex number(const std::array<GlobalIndex, 3>& p) const {
    return p[0] - 1 + x * (p[1] + (y + 1) * p[2]);
  }

  /// The stiffness between corners k and l of a unit cube, row by row: two Gauss points along each
  /// axis.
  static std::array<double, 9> stiffness(int k, int l) {
    constexpr double ratio = 0.3;
    const double lambda = ratio / ((1 + ratio) * (1 - 2 * ratio));
    const double mu = 0.5 / (1 + ratio);
    const double g = 0.5 / std::sqrt(3.0);
    std::array<double, 9> result{};
    for (int point = 0; point < 8; ++point) {
      std::array<std::array<double, 3>, 2> gradients{};
      for (std::size_t c = 0; c < 2; ++c) {
        const int corner = c == 0 ? k : l;
        std::array<double, 3> values{};
        std::array<double, 3> slopes{};
        for (std::size_t d = 0; d < 3; ++d) {
          const double at = 0.5 + ((point >> d & 1) != 0 ? g : -g);
          values[d] = (corner >> d & 1) != 0 ? at : 1 - at;
          slopes[d] = (corner >> d & 1) != 0 ? 1 : -1;
        }
        for (std::size_t d = 0; d < 3; ++d) {
          gradients[c][d] = slopes[d] * values[(d + 1) % 3] * values[(d + 2) % 3];
        }
      }
      const auto& u = gradients[0];
      const auto& v = gradients[1];
      const double product = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
          result[3 * i + j] +=
              (lambda * u[i] * v[j] + mu * u[j] * v[i] + (i == j ? mu * product : 0)) / 8;
        }
      }
    }
    return result;
  }

  DistributedMatrix<double> matrix() const {
    const auto world = Communicator::world();
    return matrix(Layout::from_local_size(3 * Layout::even(nodes(), world).local_size(), world));
  }
  DistributedMatrix<double> matrix(const Layout& layout) const {
    std::array<std::array<std::array<double, 9>, 8>, 8> blocks;
    for (int k = 0; k < 8; ++k) {
      for (int l = 0; l < 8; ++l) {
        blocks[static_cast<std::size_t>(k)][static_cast<std::size_t>(l)] = stiffness(k, l);
      }
    }
    return generate_rows<double>(layout, layout, [&](GlobalIndex row, RowWriter<double>& writer) {
      const auto here = place(row / 3);
      std::map<GlobalIndex, std::array<double, 3>> entries;
      // The eight elements around the node, of which it is corner k.
      for (int k = 0; k < 8; ++k) {
        std::array<GlobalIndex, 3> origin = here;
        for (std::size_t d = 0; d < 3; ++d) origin[d] -= k >> d & 1;
        if (origin[0] < 0 || origin[0] >= x || origin[1] < 0 || origin[1] >= y || origin[2] < 0 ||
            origin[2] >= z) {
          continue;
        }
        for (int l = 0; l < 8; ++l) {
          std::array<GlobalIndex, 3> there = origin;
          for (std::size_t d = 0; d < 3; ++d) there[d] += l >> d & 1;
          if (!exists(there)) continue;
          auto& entry = entries[number(there)];
          const auto& block = blocks[static_cast<std::size_t>(k)][static_cast<std::size_t>(l)];
          for (std::size_t j = 0; j < 3; ++j) {
            entry[j] += block[3 * static_cast<std::size_t>(row % 3) + j];
          }
        }
      }
      for (const auto& [node, values] : entries) {
        for (std::size_t j = 0; j < 3; ++j) {
          writer.add(3 * node + static_cast<GlobalIndex>(j), values[j]);
        }
      }
    });
  }

  std::vector<double> coordinates(const Layout& rows) const {
    std::vector<double> result;
    for (GlobalIndex node = rows.first() / 3; node < rows.last() / 3; ++node) {
      for (const GlobalIndex c : place(node)) result.push_back(static_cast<double>(c));
    }
    return result;
  }
};

}  // namespace suan::test
