// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Linear elasticity with linear shape functions (T. J. R. Hughes, "The finite element method",
// Prentice-Hall 1987). Forces are in N, stresses in N/mm2. All functions are collective.
#pragma once

#include <cmath>

#include "mesh.hpp"

namespace bracket {

using Vector = suan::Vector<double>;

/// Lame's constants.
struct Material {
  double lambda, mu;
};

inline Point operator-(const Point& a, const Point& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Point cross(const Point& a, const Point& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
inline double dot(const Point& a, const Point& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// An element's volume and the gradients of the shape functions of its nodes.
struct Tetrahedron {
  double volume;
  std::array<Point, 4> gradients;
  Tetrahedron(const Mesh& mesh, std::int64_t element) {
    const auto& [p, q, r, s] = mesh.tetrahedra[element];
    const Point a = mesh.nodes[q] - mesh.nodes[p], b = mesh.nodes[r] - mesh.nodes[p];
    const Point c = mesh.nodes[s] - mesh.nodes[p];
    volume = dot(cross(a, b), c) / 6;
    if (!(volume > 0)) {
      throw suan::InvalidArgument("inverted tetrahedra: make the mesh finer at curved surfaces");
    }
    gradients = {Point{}, cross(b, c), cross(c, a), cross(a, b)};
    for (int i = 1; i < 4; ++i) {
      for (double& g : gradients[i]) g /= 6 * volume;
      gradients[0] = gradients[0] - gradients[i];  // they add up to zero
    }
  }
};

/// Rows and columns of clamped unknowns are zero but for the diagonal: the matrix stays symmetric,
/// and each node keeps its three rows.
inline suan::DistributedMatrix<double> stiffness(const Mesh& mesh, const Parts& parts,
                                                 const Material& material) {
  std::vector<std::vector<int>> around(mesh.nodes.size());  // elements, of this rank's nodes
  for (int e = 0; e < std::ssize(mesh.tetrahedra); ++e)
    for (const int node : mesh.tetrahedra[e])
      if (parts.nodes.owns(node)) around[node].push_back(e);
  // Row by row, so that nothing but the matrix takes memory; each is asked for twice.
  const auto add_row = [&](suan::GlobalIndex row, suan::RowWriter<double>& writer) {
    const auto node = row / 3, a = row % 3;
    std::map<int, Point> blocks;  // the row's part of them, by node
    for (const int e : around[node]) {
      const Tetrahedron t(mesh, e);
      const auto& nodes = mesh.tetrahedra[e];
      const Point& g = t.gradients[std::ranges::find(nodes, node) - nodes.begin()];
      for (int j = 0; j < 4; ++j) {
        const Point& h = t.gradients[j];
        Point& sum = blocks[nodes[j]];
        for (int b = 0; b < 3; ++b) {
          const double shear = g[b] * h[a] + (a == b ? dot(g, h) : 0);
          sum[b] += t.volume * (material.lambda * (g[a] * h[b]) + material.mu * shear);
        }
      }
    }
    for (const auto& [other, values] : blocks) {
      const bool is_clamped = mesh.is_clamped[node] || mesh.is_clamped[other];
      for (int b = 0; b < 3; ++b) {
        if (!is_clamped || (node == other && a == b)) writer.add(3L * other + b, values[b]);
      }
    }
  };
  return suan::generate_rows<double>(parts.unknowns, parts.unknowns, add_row);
}

/// A force along -z, distributed evenly over the loaded surface. What falls to clamped nodes, their
/// support takes.
/// @throws suan::InvalidArgument if no other node carries any.
inline Vector load(const Mesh& mesh, const Parts& parts, double force) {
  std::vector<double> areas(mesh.nodes.size());  // a third of each triangle around the node
  double total = 0;
  for (const auto& triangle : mesh.loaded) {
    const auto& [p, q, r] = triangle;
    const Point normal = cross(mesh.nodes[q] - mesh.nodes[p], mesh.nodes[r] - mesh.nodes[p]);
    const double area = std::sqrt(dot(normal, normal)) / 2;
    total += area;
    for (const int node : triangle) areas[node] += mesh.is_clamped[node] ? 0 : area / 3;
  }
  if (!(std::ranges::max(areas) > 0)) {
    throw suan::InvalidArgument("the loaded surface (2) has no area outside the clamped one (1)");
  }
  return suan::generate<double>(parts.unknowns, [&](suan::GlobalIndex i) {
    return i % 3 == 2 ? -force * areas[i / 3] / total : 0;
  });
}

/// The von Mises stress in each element.
inline Vector von_mises(const Mesh& mesh, const Parts& parts, const Material& material,
                        const Vector& displacement) {
  // As the mesh, all displacements on all ranks.
  std::vector<double> u(3 * mesh.nodes.size());
  std::ranges::copy(displacement.to_host(), u.begin() + parts.unknowns.first());
  parts.nodes.comm().sum(std::span(u));
  return suan::generate<double>(parts.elements, [&](suan::GlobalIndex e) {
    const Tetrahedron t(mesh, e);
    std::array<Point, 3> strain{};
    for (int k = 0; k < 4 * 3 * 3; ++k) {
      const int i = k / 9, a = k / 3 % 3, b = k % 3;
      const double slope = u[3 * mesh.tetrahedra[e][i] + a] * t.gradients[i][b];
      strain[a][b] += slope / 2;
      strain[b][a] += slope / 2;
    }
    // sqrt(3/2 s:s) for the deviatoric stress s.
    const double mean = (strain[0][0] + strain[1][1] + strain[2][2]) / 3;
    double sum = 0;
    for (int a = 0; a < 3; ++a) {
      strain[a][a] -= mean;
      sum += dot(strain[a], strain[a]);
    }
    return 2 * material.mu * std::sqrt(1.5 * sum);
  });
}

}  // namespace bracket
