// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Which rank has which nodes and elements.
#pragma once

#include <ranges>
#include <span>

#include "mesh.hpp"

#if BRACKET_HAVE_METIS
#include <metis.h>
#endif

namespace bracket {

/// A mesh that all ranks have: a node belongs to one rank, with its three unknowns, and an element
/// to the rank of its first node.
struct Parts {
  suan::Layout nodes;
  suan::Layout unknowns;
  std::vector<int> elements;  ///< this rank's
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

/// Halves the nodes across their longest extent, and each half again.
inline void bisect(const Mesh& mesh, std::span<int> nodes, int first, int parts,
                   std::vector<int>& part) {
  for (const int node : nodes) part[node] = first;
  if (parts == 1 || nodes.empty()) return;
  const auto along = [&](auto axis) { return [&, axis](int n) { return mesh.nodes[n][axis]; }; };
  Point extents{};
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] = std::ranges::minmax(std::views::transform(nodes, along(axis)));
    extents[axis] = high - low;
  }
  const auto axis = std::ranges::max_element(extents) - extents.begin();
  const auto half = nodes.size() * (parts / 2) / parts;
  std::ranges::nth_element(nodes, nodes.begin() + half, {}, along(axis));
  bisect(mesh, nodes.first(half), first, parts / 2, part);
  bisect(mesh, nodes.subspan(half), first + parts / 2, parts - parts / 2, part);
}

/// Divides the nodes by one of partitions() and numbers them anew: each rank's are consecutive.
/// Collective.
inline Parts distribute(Mesh& mesh, const std::string& method, const suan::Communicator& comm) {
  std::vector<int> order(mesh.nodes.size()), part(mesh.nodes.size());
  std::iota(order.begin(), order.end(), 0);
  suan::together(comm, [&] {
    if (!comm.is_root() || comm.size() == 1) return;
    if (method == "coordinates") return bisect(mesh, order, 0, comm.size(), part);
#if BRACKET_HAVE_METIS
    part = divide_by_metis(mesh, comm.size());
#endif
  });
  comm.max(std::span(part));  // on the other ranks it is 0
  // Within a rank along an axis: neighbours have near numbers.
  std::ranges::sort(order, {}, [&](int i) { return std::pair(part[i], mesh.nodes[i]); });
  const Mesh before = mesh;
  std::vector<int> numbers(order.size());
  for (int k = 0; k < std::ssize(order); ++k) {
    numbers[order[k]] = k;
    mesh.nodes[k] = before.nodes[order[k]];
    mesh.is_clamped[k] = before.is_clamped[order[k]];
  }
  for (auto& triangle : mesh.loaded) {
    for (int& node : triangle) node = numbers[node];
  }
  const auto own = std::ranges::count(part, comm.rank());
  Parts parts{
      suan::Layout::from_local_size(own, comm), suan::Layout::from_local_size(3 * own, comm), {}};
  for (int e = 0; e < std::ssize(mesh.tetrahedra); ++e) {
    for (int& node : mesh.tetrahedra[e]) node = numbers[node];
    if (parts.nodes.owns(mesh.tetrahedra[e][0])) parts.elements.push_back(e);
  }
  return parts;
}

}  // namespace bracket
