// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Orderings, colorings and independent sets of the graph of a matrix on one rank: the pattern of
// A + A^T without the diagonal. No result depends on the number of threads or their schedule.
#pragma once

#include <string_view>
#include <vector>

#include "suan/matrix/csr.hpp"

namespace suan {

/// rcm: reverse Cuthill-McKee, for a small bandwidth. metis: nested dissection by METIS, for little
/// fill-in and much parallelism. amd: approximate minimum degree by SuiteSparse, for little
/// fill-in.
enum class Ordering { rcm, metis, amd };

std::string_view to_string(Ordering ordering);
/// @throws InvalidArgument naming the valid ones.
Ordering ordering_from_string(std::string_view name);
/// The orderings that this build has; rcm is always there.
std::vector<Ordering> available_orderings();

/// New row k is old row order[k], and old row i is new row position[i]: permute(A, order), in
/// transform.hpp, gives P A P^T.
struct Permutation {
  std::vector<LocalIndex> order;
  std::vector<LocalIndex> position;
};

/// Computed on the host. @throws InvalidArgument when A is not square; NotSupported when this build
/// has no such ordering, or the graph has more edges than the library can number.
template <Scalar T>
Permutation compute_ordering(const Csr<T>& a, Ordering ordering);

/// color(i) of vertex i, in device memory; 0 <= color(i) < colors.
struct Coloring {
  LocalIndex colors = 0;
  DeviceView<LocalIndex> color;
};

/// No two vertices within `distance` (1 or 2) of each other have the same color.
/// @throws InvalidArgument when A is not square or the distance is neither 1 nor 2.
template <Scalar T>
Coloring compute_coloring(const Csr<T>& a, int distance);

/// A maximal set of vertices no two of which are within distance 2, increasing, in device memory.
/// @throws InvalidArgument when A is not square.
template <Scalar T>
DeviceView<LocalIndex> maximal_independent_set_2(const Csr<T>& a);

}  // namespace suan
