// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Linear elasticity with linear shape functions (T. J. R. Hughes, "The finite element method",
// Prentice-Hall 1987). Forces are in N, stresses in N/mm2. All functions are collective.
#pragma once

#include <cmath>

#include "distribute.hpp"

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
  Tetrahedron(const Mesh& mesh, int element) {
    const auto& [p, q, r, s] = mesh.tetrahedra[element];
    const Point a = mesh.nodes[q] - mesh.nodes[p], b = mesh.nodes[r] - mesh.nodes[p];
    const Point c = mesh.nodes[s] - mesh.nodes[p];
    volume = dot(cross(a, b), c) / 6;
    if (!(volume > 0)) {
      throw suan::InvalidArgument(
          "a tetrahedron of the refined mesh is inverted: make the mesh finer where surfaces are "
          "curved");
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
  const auto add = [&](suan::GlobalIndex e, suan::TripletBuilder<double>::Part& part) {
    const Tetrahedron t(mesh, parts.elements[e]);
    const auto& nodes = mesh.tetrahedra[parts.elements[e]];
    for (int k = 0; k < 4 * 4 * 3 * 3; ++k) {
      const int i = k / 36, j = k / 9 % 4, a = k / 3 % 3, b = k % 3;
      const Point &gi = t.gradients[i], &gj = t.gradients[j];
      const bool is_clamped = mesh.is_clamped[nodes[i]] || mesh.is_clamped[nodes[j]];
      if (is_clamped && (i != j || a != b)) continue;
      const double value = material.lambda * gi[a] * gj[b] + material.mu * gi[b] * gj[a] +
                           (a == b ? material.mu * dot(gi, gj) : 0);
      part.add(3L * nodes[i] + a, 3L * nodes[j] + b, t.volume * value);
    }
  };
  return suan::assemble_elements<double>(parts.unknowns, parts.unknowns, std::ssize(parts.elements),
                                         add);
}

/// A force along -z, distributed evenly over the loaded surface. What falls to clamped nodes, their
/// support takes.
/// @throws suan::InvalidArgument if no other node carries any.
inline Vector load(const Mesh& mesh, const Parts& parts, double force) {
  std::vector<double> areas(mesh.nodes.size());  // a third of each triangle around the node
  double total = 0, carried = 0;
  for (const auto& triangle : mesh.loaded) {
    const auto& [p, q, r] = triangle;
    const Point normal = cross(mesh.nodes[q] - mesh.nodes[p], mesh.nodes[r] - mesh.nodes[p]);
    const double area = std::sqrt(dot(normal, normal)) / 2;
    total += area;
    for (const int node : triangle) {
      if (mesh.is_clamped[node]) continue;
      areas[node] += area / 3;
      carried += area / 3;
    }
  }
  if (!(carried > 0)) {
    throw suan::InvalidArgument(
        "the loaded surface (2) has no area outside the clamped one (1): nothing would deform");
  }
  return suan::generate<double>(parts.unknowns, [&](suan::GlobalIndex i) {
    return i % 3 == 2 ? -force * areas[i / 3] / total : 0;
  });
}

/// The von Mises stress in each of this rank's elements.
inline std::vector<double> von_mises(const Mesh& mesh, const Parts& parts, const Material& material,
                                     const Vector& displacement) {
  // As the mesh, all displacements on all ranks.
  std::vector<double> u(3 * mesh.nodes.size());
  std::ranges::copy(displacement.to_host(), u.begin() + parts.unknowns.first());
  parts.nodes.comm().sum(std::span(u));
  std::vector<double> stresses;
  for (const int e : parts.elements) {
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
    for (int a = 0; a < 3; ++a) strain[a][a] -= mean;
    const double sum =
        dot(strain[0], strain[0]) + dot(strain[1], strain[1]) + dot(strain[2], strain[2]);
    stresses.push_back(2 * material.mu * std::sqrt(1.5 * sum));
  }
  return stresses;
}

}  // namespace bracket
