// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Tetrahedra of any size from a coarse mesh of second order, divided among ranks. Lengths are in
// mm.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <span>
#include <sstream>
#include <string>
#include <suan/suan.hpp>
#include <vector>

#if BRACKET_HAVE_METIS
#include <metis.h>
#endif

namespace bracket {

using Point = std::array<double, 3>;

struct Mesh {
  std::vector<Point> nodes;
  std::vector<bool> is_clamped;                ///< of the nodes
  std::vector<std::array<int, 4>> tetrahedra;  ///< their nodes; all volumes are positive
  std::vector<std::array<int, 3>> loaded;      ///< the triangles that carry the load
};

/// An element of a file of Gmsh: four corners, then the middles of six edges. A triangle has no
/// fourth corner and no edges to it.
struct CoarseElement {
  std::array<int, 10> nodes;
  int surface;  ///< of a triangle: 1 is clamped, 2 is loaded; of a tetrahedron 0
};
struct CoarseMesh {
  std::map<int, Point> nodes;
  std::vector<CoarseElement> elements;
};

/// Reads Gmsh's format 2.2.
inline CoarseMesh read_gmsh(const std::string& text) {
  CoarseMesh mesh;
  std::istringstream in(text);
  int left = 0, id = 0, type = 0, labels = 0, surface = 0;
  for (std::string word; in >> word;) {
    if (word == "$Nodes" || word == "$Elements") in >> left;
    for (Point p; word == "$Nodes" && left > 0 && in >> id >> p[0] >> p[1] >> p[2]; --left) {
      mesh.nodes[id] = p;
    }
    for (; word == "$Elements" && left > 0 && in >> id >> type >> labels >> surface; --left) {
      for (int k = 1; k < labels; ++k) in >> id;
      const bool is_triangle = type == 9 && (surface == 1 || surface == 2);
      std::array<int, 10> n{};
      for (int k = 0; k < (type == 11 ? 10 : is_triangle ? 7 : 0); ++k) {
        if (is_triangle && k == 3) continue;
        if (!(in >> n[k]) || !mesh.nodes.contains(n[k])) in.setstate(std::ios::badbit);
      }
      in.ignore(1000, '\n');
      if (type == 11 || is_triangle) mesh.elements.push_back({n, is_triangle ? surface : 0});
    }
  }
  return left == 0 && !in.bad() ? mesh : CoarseMesh();
}

/// The point with barycentric coordinates l, by the shape functions of second order: surfaces stay
/// curved.
inline Point place(const CoarseMesh& mesh, const CoarseElement& element,
                   const std::array<double, 4>& l) {
  constexpr std::array<int, 10> first = {0, 1, 2, 3, 0, 1, 0, 0, 2, 1};
  constexpr std::array<int, 10> second = {0, 1, 2, 3, 1, 2, 2, 3, 3, 3};
  Point result{};
  for (int k = 0; k < 10; ++k) {
    const double shape = k < 4 ? l[k] * (2 * l[k] - 1) : 4 * l[first[k]] * l[second[k]];
    if (shape == 0) continue;  // such as those of the nodes that a triangle lacks
    for (int a = 0; a < 3; ++a) result[a] += shape * mesh.nodes.at(element.nodes[k])[a];
  }
  return result;
}

/// Divides each tetrahedron of a text in Gmsh's format into refine^3. A node on both surfaces is
/// clamped, and the triangles around it carry their part of the load.
/// @throws suan::InvalidArgument for a text that is not as it must be.
inline Mesh make_mesh(const std::string& text, int refine) {
  const CoarseMesh coarse = read_gmsh(text);
  Mesh mesh;
  // Points by the corners that they lie between, with the steps to each: neighbours share them.
  std::map<std::array<std::pair<int, int>, 4>, int> numbers;
  std::map<std::array<int, 3>, int> lattice;  // of one element: x >= y >= z
  const auto add_point = [&](const CoarseElement& element, int x, int y, int z) {
    const std::array steps = {refine - x, x - y, y - z, z};
    std::array<std::pair<int, int>, 4> key{};
    std::array<double, 4> weights{};
    for (int i = 0; i < 4; ++i) {
      if (steps[i] > 0) key[i] = {element.nodes[i], steps[i]};
      weights[i] = 1.0 * steps[i] / refine;
    }
    std::ranges::sort(key);
    const auto [at, is_new] = numbers.emplace(key, static_cast<int>(mesh.nodes.size()));
    if (is_new) mesh.nodes.push_back(place(coarse, element, weights));
    mesh.is_clamped.resize(mesh.nodes.size());
    if (element.surface == 1) mesh.is_clamped[at->second] = true;
    lattice[{x, y, z}] = at->second;
  };
  // The tetrahedra of the cube below a point, or the triangles of the square: from corner to corner
  // along the axes, in any order (H. W. Kuhn, "Some combinatorial lemmas in topology", IBM J. Res.
  // Dev. 4 (1960), 518-524).
  const auto add_below = [&]<std::size_t n>(std::array<int, 3> corner,
                                            std::vector<std::array<int, n>>& all) {
    std::array<int, n - 1> axes{};
    std::iota(axes.begin(), axes.end(), 0);
    do {
      std::array p = corner;
      std::array<int, n> nodes{};
      nodes.back() = lattice[p];
      bool is_inside = true;
      for (int i = n - 2; i >= 0 && is_inside; --i) {
        --p[axes[i]];
        is_inside = p[0] >= p[1] && p[1] >= p[2] && p[2] >= 0;
        if (is_inside) nodes[i] = lattice[p];
      }
      if (axes[1] != (axes[0] + 1) % 3) std::swap(nodes[0], nodes[1]);  // an odd order
      if (is_inside) all.push_back(nodes);
    } while (std::ranges::next_permutation(axes).found);
  };
  for (const CoarseElement& element : coarse.elements) {
    for (int x = 0; x <= refine; ++x) {
      for (int y = 0; y <= x; ++y) {
        for (int z = 0; z <= (element.surface == 0 ? y : 0); ++z) {
          add_point(element, x, y, z);
          if (element.surface == 0) add_below({x, y, z}, mesh.tetrahedra);
          if (element.surface == 2) add_below({x, y, z}, mesh.loaded);
        }
      }
    }
  }
  if (mesh.tetrahedra.empty() || mesh.loaded.empty() ||
      std::ranges::count(mesh.is_clamped, true) == 0) {
    throw suan::InvalidArgument(
        "the mesh needs tetrahedra of second order and the physical surfaces 1 (clamped) and 2 "
        "(loaded), as gmsh -3 -order 2 -format msh22 writes them");
  }
  return mesh;
}

/// Which part of a mesh that all ranks have is whose. A node's three unknowns stay together.
struct Parts {
  suan::Layout nodes, unknowns;
  suan::Layout elements;  ///< evenly: only results are found by element
};

/// What can divide a mesh, the best first.
inline std::vector<std::string> partitions() {
  if (BRACKET_HAVE_METIS) return {"metis", "coordinates"};
  return {"coordinates"};
}

#if BRACKET_HAVE_METIS
/// The part of each node, so that few elements have nodes of several.
inline std::vector<int> divide_by_metis(const Mesh& mesh, int parts) {
  auto elements = static_cast<idx_t>(mesh.tetrahedra.size());
  auto nodes = static_cast<idx_t>(mesh.nodes.size());
  idx_t count = parts, cut = 0;
  std::vector<idx_t> offsets{0}, members, of_elements(elements), of_nodes(nodes);
  for (const auto& corners : mesh.tetrahedra) {
    members.insert(members.end(), corners.begin(), corners.end());
    offsets.push_back(static_cast<idx_t>(members.size()));
  }
  const int status =
      METIS_PartMeshNodal(&elements, &nodes, offsets.data(), members.data(), nullptr, nullptr,
                          &count, nullptr, nullptr, &cut, of_elements.data(), of_nodes.data());
  if (status != METIS_OK) throw suan::InternalError("METIS failed: use --partition=coordinates");
  return {of_nodes.begin(), of_nodes.end()};
}
#endif

/// Divides the nodes by one of partitions() and numbers them anew: each rank's are consecutive.
/// Collective.
inline Parts distribute(Mesh& mesh, [[maybe_unused]] const std::string& method,
                        const suan::Communicator& comm) {
  std::vector<int> order(mesh.nodes.size()), part(order.size()), numbers(order.size());
  std::iota(order.begin(), order.end(), 0);
  const auto slices = suan::Layout::even(std::ssize(order), comm);
  suan::together(comm, [&] {
    if (!comm.is_root() || comm.size() == 1) return;
    std::ranges::sort(order, {}, [&](int i) { return mesh.nodes[i]; });
    for (int k = 0; k < std::ssize(order); ++k) part[order[k]] = slices.owner(k);
#if BRACKET_HAVE_METIS
    if (method == "metis") part = divide_by_metis(mesh, comm.size());
#endif
  });
  comm.max(std::span(part));  // on the other ranks it is 0
  // Within a rank along an axis: neighbours have near numbers.
  std::ranges::sort(order, {}, [&](int i) { return std::pair(part[i], mesh.nodes[i]); });
  const Mesh before = mesh;
  for (int k = 0; k < std::ssize(order); ++k) {
    numbers[order[k]] = k;
    mesh.nodes[k] = before.nodes[order[k]];
    mesh.is_clamped[k] = before.is_clamped[order[k]];
  }
  // With std::views::join nvcc would not compile it.
  for (auto& triangle : mesh.loaded)
    for (int& node : triangle) node = numbers[node];
  for (auto& tetrahedron : mesh.tetrahedra)
    for (int& node : tetrahedron) node = numbers[node];
  const auto own = std::ranges::count(part, comm.rank());
  return {suan::Layout::from_local_size(own, comm), suan::Layout::from_local_size(3 * own, comm),
          suan::Layout::even(std::ssize(mesh.tetrahedra), comm)};
}

}  // namespace bracket
