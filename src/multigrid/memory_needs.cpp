// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/memory_needs.hpp"

#include <algorithm>

#include "matrix/local_rows.hpp"
#include "multigrid/array_bytes.hpp"
#include "multigrid/coarsest.hpp"
#include "multigrid/level_bytes.hpp"
#include "multigrid/sparse_coarsest.hpp"
#include "suan/core/detail/threads.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/galerkin.hpp"

namespace suan::multigrid {

namespace {

/// Of a node while aggregates are found: labels, numbers and states.
constexpr double finding_bytes = 45;

/// What solves the last level directly, if it is not too large for that.
template <Scalar T>
double last_bytes(double rows, const AmgOptions& options, bool hermitian) {
  const auto dense = std::max(options.coarse_rows, most_dense_rows(hermitian));
  if (rows <= static_cast<double>(dense)) return factor_bytes<T>(rows, hermitian);
  if (rows > static_cast<double>(SparseCoarsest<T>::most_rows)) return 0;
  return 2 * csr_bytes<T>(rows, static_cast<double>(SparseCoarsest<T>::most_entries));
}

/// The first coarse level.
struct CoarseSizes {
  double nodes;
  double block;   // rows of a node
  double degree;  // entries in a row of nodes
  double near;    // of P, too
  double ratio;   // nodes of the finest level by those here
  double growth;  // of degrees
  int ranks;
};

/// Of this level and those below. On grids ratios grow a little from level to level, and degrees
/// the less the less they have grown before.
template <Scalar T>
double tail_bytes(CoarseSizes m, const AmgOptions& options, bool hermitian) {
  const double ratio = std::max(1.5, 1.25 * m.ratio);
  const double growth = 1 + 0.25 * std::max(0.0, m.growth - 1);
  const auto most_rows = static_cast<double>(options.coarse_rows) / m.ranks;
  double bytes = 0;
  for (auto left = options.levels - 1; left > 1 && m.nodes * m.block > most_rows; --left) {
    const double rows = m.nodes * m.block;
    const double coarse = m.nodes / ratio;
    m.degree = std::min(m.degree, std::max(1.0, m.nodes * m.ranks));
    bytes += csr_bytes<T>(rows, rows * m.block * m.degree) +
             bsr_bytes<T>(m.nodes, m.block, rows * m.block * m.degree) +
             vector_bytes<T>(rows, rows * m.block * m.degree, false, options) +
             more_vectors<T>(rows, options) + 2 * csr_bytes<T>(0, rows * m.block * m.near) +
             offset_bytes * (rows + coarse * m.block) + index_bytes * m.nodes +
             (m.block == 1 ? rows * m.degree / 8 : index_bytes * m.nodes * m.degree);
    m.nodes = coarse;
    m.degree *= growth;
  }
  const double rows = m.nodes * m.block;
  m.degree = std::min(m.degree, std::max(1.0, m.nodes * m.ranks));
  const double entries = rows * m.block * m.degree;
  return bytes + csr_bytes<T>(rows, entries) + vector_bytes<T>(rows, entries, false, options) +
         last_bytes<T>(rows * m.ranks, options, hermitian);
}

/// While R A P is made from operands that are there, and the result: its entries once more while
/// they are collected, and for each thread a number for each row, and sums for each coarse one. On
/// several ranks also copies of the operands with the rows of other ranks, of which there are about
/// twice as many as ghosts; of A twice for a while.
template <Scalar T>
double product_bytes(const LevelSizes& m, double p_entries, double coarse_entries) {
  constexpr double chunk = 65536;  // products, for whose columns a thread has room
  const double threads = suan::detail::threads_of(ExecutionSpace());
  const double work = std::max<double>(sizeof(T), index_bytes + 4) * coarse_entries +
                      offset_bytes * m.coarse_rows +
                      threads * (index_bytes * (m.rows + chunk) + (sizeof(T) + 7) * m.coarse_rows);
  const double product = csr_bytes<T>(m.coarse_rows, coarse_entries) + work;
  if (m.ranks == 1 || m.rows == 0) return product;
  const double more = 1 + 2 * m.ghosts / m.rows;
  const double copy = csr_bytes<T>(m.rows * more, m.entries * more);
  const double others =
      csr_bytes<T>(2 * m.rows * more, p_entries * more) + csr_bytes<T>(m.coarse_rows, p_entries);
  return copy + std::max(copy, others + product);
}

/// The degree of a node, by the entries of its rows.
double degree_of(const LevelSizes& m) {
  return m.rows > 0 ? m.entries / m.rows * m.nodes / m.rows : 1;
}

}  // namespace

template <Scalar T>
double start_bytes(const DistributedMatrix<T>& a, const AmgOptions& options, bool hermitian) {
  const bool is_classical = options.coarsening != "aggregation";
  const auto block = static_cast<double>(is_classical ? 1 : options.block_size);
  const auto entries = static_cast<double>(a.local_entries());
  const double nodes = a.row_layout().local_size() / block;
  const double edges = std::max(0.0, entries / (block * block) - nodes);
  const double graph = offset_bytes * nodes + index_bytes * edges;
  const double norms = block > 1 ? csr_bytes<Real<T>>(nodes, edges) : 0;
  // With classical coarsening, who depends on whom.
  const double coarse_nodes = is_classical ? graph + 24 * nodes : finding_bytes * nodes;
  return graph + std::max(norms, coarse_nodes) + (hermitian ? 0 : sizeof(T) * entries);
}

template <Scalar T>
Need need_of_aggregation(const LevelSizes& m, const AmgOptions& options, bool hermitian,
                         bool is_finest) {
  const bool smoothed = options.smooth_prolongator;
  const double k = m.vectors;
  const double graph = offset_bytes * m.nodes + index_bytes * m.edges;
  const double numbers = m.is_row ? 0 : index_bytes * (m.nodes + m.rows);
  const double kept_graph = numbers + (m.is_row ? m.entries / 8 : graph);
  const double aggregates =
      index_bytes * m.nodes + m.coarse_nodes * (4 * index_bytes + 2 * sizeof(T) * k * k);
  const double near_null = sizeof(T) * m.rows * k;
  const double p_entries = m.rows * m.reach.aggregated * m.reach.near * k;
  const double p = csr_bytes<T>(m.rows, p_entries);
  const double r = csr_bytes<T>(m.coarse_rows, p_entries);
  const double block = m.coarse_nodes > 0 ? m.coarse_rows / m.coarse_nodes : 1;
  const double coarse_entries = m.coarse_rows * m.reach.coarse * block;

  const double before = near_null + aggregates;  // of both steps below
  // While P is made: A_F, the rows that P begins with, and what is collected or listed for P.
  const bool in_blocks = !SUAN_HAVE_CUDA && k > 1;  // of rows with the same columns, as usual
  const double strong = m.is_row    ? sizeof(T) * m.edges
                        : in_blocks ? 3 * index_bytes * (m.edges + m.nodes) + offset_bytes * m.nodes
                                    : csr_bytes<T>(m.rows, m.entries);
  const double filtered = sizeof(Real<T>) * m.rows + strong + (k > 1 ? near_null : 0);
  const double collected = k > 1 ? 2 * index_bytes * (m.edges + m.nodes) + 3 * index_bytes * m.nodes
                                 : (index_bytes + sizeof(T)) * p_entries;
  // A^H, and half of A + A^H or the first prolongator.
  const double adjoint = hermitian ? 0 : sizeof(T) * m.entries + (smoothed ? p : 0);
  // Both parts of P have offsets.
  const double making_p = before + graph + numbers + adjoint + near_null + p +
                          offset_bytes * m.rows + (smoothed ? filtered + collected : 0);
  const double making_coarse =
      before + kept_graph + p + r + product_bytes<T>(m, p_entries, coarse_entries);
  const double finding = near_null + graph + numbers + adjoint + finding_bytes * m.nodes;
  const double blocks = m.is_row ? 0 : bsr_bytes<T>(m.nodes, m.rows / m.nodes, m.entries);
  // The bound of the spectrum takes six vectors.
  const double making_smoother = before + kept_graph + p + r +
                                 csr_bytes<T>(m.coarse_rows, coarse_entries) + blocks +
                                 6 * sizeof(T) * m.rows;
  const CoarseSizes coarse = {m.coarse_nodes,
                              block,
                              m.reach.coarse,
                              smoothed ? std::max(m.reach.near, 2.5) : 1,
                              m.nodes / std::max(1.0, m.coarse_nodes),
                              m.reach.coarse / degree_of(m),
                              m.ranks};

  const double own = is_finest ? 0 : csr_bytes<T>(m.rows, m.entries);
  Need need;
  need.hierarchy = aggregates + kept_graph + p + r +
                   vector_bytes<T>(m.rows, m.entries, is_finest, options) + blocks +
                   (is_finest ? 0 : more_vectors<T>(m.rows, options)) + own +
                   tail_bytes<T>(coarse, options, hermitian);
  need.peak = std::max(
      {own + std::max({finding, making_p, making_coarse, making_smoother}), need.hierarchy});
  return need;
}

template <Scalar T>
Need need_of_product(const Level<T>& level, const AmgOptions& options, bool hermitian,
                     bool is_finest) {
  using suan::detail::local_rows;
  constexpr LocalIndex many = 256;
  const auto& r = level.r.local().view();
  const LocalIndex count = std::min(many, r.rows);
  std::vector<LocalIndex> rows(static_cast<std::size_t>(count));
  for (LocalIndex s = 0; s < count; ++s) {
    rows[static_cast<std::size_t>(s)] =
        static_cast<LocalIndex>(static_cast<std::int64_t>(r.rows) * s / count);
  }
  const auto sample =
      suan::detail::take_rows(r, suan::detail::on_device<LocalIndex>(
                                     "suan::multigrid::sample", std::span<const LocalIndex>(rows)));
  const auto product = kernels::galerkin_product(ExecutionSpace(), sample, level.a.local().view(),
                                                 level.p.local().view());
  const double degree = count > 0 ? static_cast<double>(product.entries()) / count : 1;
  LevelSizes m;
  m.rows = m.nodes = level.a.row_layout().local_size();
  m.entries = static_cast<double>(level.a.local_entries());
  m.coarse_rows = m.coarse_nodes = level.r.row_layout().local_size();
  m.ghosts = level.a.exchange().map()->ghosts();
  m.ranks = level.a.comm().size();
  const auto p_entries = static_cast<double>(level.p.local_entries());
  const double edges = std::max(0.0, m.entries - m.rows);
  const double kept = kept_bytes(level, is_finest);
  // The graph, the splitting, both lists of couplings, and the rows of P as they are found.
  const double making_p =
      4 * offset_bytes * m.rows + (index_bytes + 8.5) * edges + csr_bytes<T>(m.rows, 2 * p_entries);
  const CoarseSizes coarse = {m.coarse_nodes,
                              1,
                              degree,
                              p_entries / std::max(1.0, m.rows),
                              m.rows / std::max(1.0, m.coarse_rows),
                              degree / degree_of(m),
                              m.ranks};
  Need need;
  need.hierarchy = kept + vector_bytes<T>(m.rows, m.entries, is_finest, options) +
                   tail_bytes<T>(coarse, options, hermitian);
  need.peak = std::max(
      {making_p, kept + product_bytes<T>(m, p_entries, m.coarse_rows * degree), need.hierarchy});
  return need;
}

#define SUAN_INSTANTIATE(T)                                                               \
  template double start_bytes(const DistributedMatrix<T>&, const AmgOptions&, bool);      \
  template Need need_of_aggregation<T>(const LevelSizes&, const AmgOptions&, bool, bool); \
  template Need need_of_product(const Level<T>&, const AmgOptions&, bool, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
