// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Colorings, independent sets and orderings of the graph of a matrix. The functions check nothing.
// No result depends on the number of threads or their schedule: random numbers are hashes of the
// vertices, and ties go to the smaller number.
#pragma once

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// Undirected, without loops: the neighbours of vertex i are at offsets(i) to offsets(i + 1) - 1
/// and increase strictly.
struct GraphView {
  LocalIndex vertices = 0;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;
};

/// The graph of the pattern of A + A^T for a square A, whose columns may be unsorted and repeat.
/// Where the pattern is not symmetric, or rows do not increase strictly, this runs on the host,
/// with memory for twice the entries.
template <Scalar T>
GraphView make_graph(const CsrView<T>& a);

/// Colors 0, 1, ... such that no two vertices within `distance` (1 or 2) have the same one:
/// greedily, the smallest free color in the order of a hash. Distance 1 colors many vertices at a
/// time; distance 2 runs on the host, vertex by vertex, with a fraction of the work. M. T. Jones,
/// P. E. Plassmann, "A parallel graph coloring heuristic", SIAM J. Sci. Comput. 14 (1993), 654-669.
DeviceView<LocalIndex> color_graph(const ExecutionSpace& space, const GraphView& graph,
                                   int distance);

/// A maximal set of vertices no two of which are within distance 2: 1 for members, 0 for others.
/// B. Kelley, S. Rajamanickam, "Parallel, portable algorithms for distance-2 maximal independent
/// set and graph coarsening", IPDPS 2022, 280-290.
DeviceView<LocalIndex> independent_set_2(const ExecutionSpace& space, const GraphView& graph);

/// The vertices in reverse Cuthill-McKee order, component by component from pseudo-peripheral
/// vertices. On the host, one thread. E. Cuthill, J. McKee, "Reducing the bandwidth of sparse
/// symmetric matrices", ACM National Conference 1969, 157-172; A. George, J. W. H. Liu, "An
/// implementation of a pseudoperipheral node finder", ACM Trans. Math. Softw. 5 (1979), 284-295.
HostView<LocalIndex> reverse_cuthill_mckee(const GraphView& graph);

}  // namespace suan::kernels
