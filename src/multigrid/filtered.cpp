// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/filtered.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/common/new_csr.hpp"
#include "multigrid/exact_dot.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Goes through the entries of a row and the edges of its node at once, both in global order.
struct StrongEntries {
  NodeIndex nodes;
  GlobalOrder order;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> neighbours;

  /// Calls strong(column, value, edge), with -1 as the edge of entries in the row's own node, or
  /// weak(column, value) for the entries of row i beside its diagonal, and diagonal(value).
  template <Scalar T, class Diagonal, class Strong, class Weak>
  KOKKOS_FORCEINLINE_FUNCTION void visit(const RowsView<T>& a, LocalIndex i,
                                         const Diagonal& diagonal, const Strong& strong,
                                         const Weak& weak) const {
    const LocalIndex self = nodes.node(i);
    Offset at = offsets(self);
    const Offset end = offsets(self + 1);
    a.visit(i, [&](LocalIndex j, const T& value) {
      if (j == i) {
        diagonal(value);
        return;
      }
      const LocalIndex node = nodes.node(j);
      if (node == self) {
        strong(j, value, Offset(-1));
        return;
      }
      const LocalIndex place = order.place(node);
      while (at < end && order.place(neighbours(at)) < place) ++at;
      if (at < end && neighbours(at) == node) {
        strong(j, value, at);
      } else {
        weak(j, value);
      }
    });
  }
};

/// What is written for each row.
template <Scalar T>
struct FilteredRows {
  DeviceView<T> values;
  DeviceView<Real<T>> inverse;
  RowMajor<T> weak;
};

/// One vector: weak entries are lumped.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> lumped_inverse(Real<T> diagonal, const T& weak, const T& b) {
  constexpr Real<T> least = Real<T>(0.1);
  if (b == T(0)) return 1 / diagonal;
  const Real<T> sum = diagonal + real_part(weak / b);
  return 1 / (sum >= least * diagonal && Kokkos::isfinite(sum) ? sum : diagonal);
}

/// What the diagonal and the weak entries of a row become.
template <Scalar T>
struct RowRest {
  const FilteredRows<T>& to;
  const RowMajor<const T>& b;
  LocalIndex i;
  Real<T> diagonal = 0;
  T weak{};  // of one vector

  KOKKOS_FORCEINLINE_FUNCTION bool is_scalar() const { return b.extent(1) == 1; }
  KOKKOS_FORCEINLINE_FUNCTION void add_weak(LocalIndex j, const T& value) {
    if (is_scalar()) {
      weak += value * b(j, 0);
      return;
    }
    for (LocalIndex v = 0; v < static_cast<LocalIndex>(b.extent(1)); ++v) {
      to.weak(i, v) += value * b(j, v);
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION void finish() const {
    to.inverse(i) = is_scalar() ? lumped_inverse(diagonal, weak, b(i, 0)) : 1 / diagonal;
  }
};

/// Rows are nodes: values are those of the graph's edges.
template <Scalar T>
void fill_edges(const RowsView<T>& a, const StrongEntries& graph, const RowMajor<const T>& b,
                const FilteredRows<T>& to) {
  Kokkos::parallel_for(
      "suan::multigrid_filtered_edges", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        // Rows of which all entries are strong, as most are, need no search.
        if (graph.offsets(i + 1) - graph.offsets(i) + 1 == a.length(i)) {
          Offset at = graph.offsets(i);
          Real<T> d = 0;
          a.visit(i, [&](LocalIndex j, const T& value) {
            if (j == i) {
              d = real_part(value);
            } else {
              to.values(at++) = value;
            }
          });
          to.inverse(i) = 1 / d;
          return;
        }
        // Weak entries have no edges.
        for (Offset e = graph.offsets(i); e < graph.offsets(i + 1); ++e) to.values(e) = T(0);
        RowRest<T> rest{to, b, i};
        graph.visit(
            a, i, [&](const T& value) { rest.diagonal += real_part(value); },
            [&](LocalIndex, const T& value, Offset e) { to.values(e) += value; },
            [&](LocalIndex j, const T& value) { rest.add_weak(j, value); });
        rest.finish();
      });
}

template <Scalar T>
kernels::NewCsr<T> allocate_strong(const RowsView<T>& a, const StrongEntries& graph) {
  return kernels::allocate_rows<T>(
      ExecutionSpace(), a.own.rows, KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        graph.visit(
            a, i, [](const T&) {}, [&](LocalIndex, const T&, Offset) { ++count; },
            [](LocalIndex, const T&) {});
        return count;
      });
}

template <Scalar T>
void fill_strong(const RowsView<T>& a, const StrongEntries& graph, const RowMajor<const T>& b,
                 const kernels::NewCsr<T>& strong, const FilteredRows<T>& to) {
  Kokkos::parallel_for(
      "suan::multigrid_filtered_rows", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = strong.offsets(i);
        RowRest<T> rest{to, b, i};
        graph.visit(
            a, i, [&](const T& value) { rest.diagonal += real_part(value); },
            [&](LocalIndex j, const T& value, Offset) {
              strong.indices(at) = j;
              strong.values(at) = value;
              ++at;
            },
            [&](LocalIndex j, const T& value) { rest.add_weak(j, value); });
        rest.finish();
      });
}

/// The largest sum of a row of D^-1 A_F; zero without rows.
template <Scalar T>
Real<T> largest_row_sum(const Filtered<T>& a) {
  Real<T> largest = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_row_sum", Range(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Real<T> & most) {
        Real<T> sum = 0;
        for (Offset e = a.offsets(i); e < a.offsets(i + 1); ++e) sum += Kokkos::abs(a.values(e));
        most = Kokkos::max(most, 1 + sum * a.inverse(i));
      },
      Kokkos::Max<Real<T>>(largest));
  return std::max(largest, Real<T>(0));
}

/// Pseudo-random in [-1, 1].
KOKKOS_INLINE_FUNCTION double hashed(GlobalIndex row) {
  return detail::unit(detail::mixed(static_cast<std::uint64_t>(row) * 0x9e3779b97f4a7c15u));
}

/// S = D^-1/2, and a vector.
template <Scalar T>
void start(const DeviceView<const Real<T>>& inverse, GlobalIndex first,
           const DeviceView<Real<T>>& scales, const DeviceView<T>& v) {
  Kokkos::parallel_for(
      "suan::multigrid_lanczos_start", Range(0, static_cast<LocalIndex>(inverse.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        scales(i) = Kokkos::sqrt(inverse(i));
        v(i) = T(static_cast<Real<T>>(hashed(first + i)));
      });
}

/// x = alpha y + beta x of owned elements, and u = S x.
template <Scalar T>
void combine(double alpha, const DeviceView<T>& y, double beta, const DeviceView<T>& x,
             const DeviceView<const Real<T>>& scales, const DeviceView<T>& u) {
  const auto left = static_cast<Real<T>>(alpha);
  const auto right = static_cast<Real<T>>(beta);
  Kokkos::parallel_for(
      "suan::multigrid_lanczos_update", Range(0, static_cast<LocalIndex>(scales.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        x(i) = left * y(i) + right * x(i);
        u(i) = scales(i) * x(i);
      });
}

/// w = S A_F S v - beta w, with S = D^-1/2, u = S v, and the diagonal of S A_F S, which is one.
template <Scalar T>
void scaled_product(const Filtered<T>& a, const DeviceView<const Real<T>>& scales,
                    const DeviceView<const T>& v, const DeviceView<const T>& u, double beta,
                    const DeviceView<T>& w) {
  const auto factor = static_cast<Real<T>>(beta);
  Kokkos::parallel_for(
      "suan::multigrid_lanczos_product", Range(0, a.rows), KOKKOS_LAMBDA(LocalIndex i) {
        T sum{};
        for (Offset e = a.offsets(i); e < a.offsets(i + 1); ++e) {
          sum += a.values(e) * u(a.columns(e));
        }
        w(i) = v(i) + scales(i) * sum - factor * w(i);
      });
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection with Sturm's sequence.
double largest_eigenvalue(const std::vector<double>& diagonal, const std::vector<double>& beside) {
  double low = diagonal.front();
  double high = low;
  for (std::size_t k = 0; k < diagonal.size(); ++k) {
    const double radius = (k > 0 ? beside[k - 1] : 0) + (k + 1 < diagonal.size() ? beside[k] : 0);
    low = std::min(low, diagonal[k] - radius);
    high = std::max(high, diagonal[k] + radius);
  }
  for (int step = 0; step < 60; ++step) {
    const double x = 0.5 * (low + high);
    double pivot = 1;
    bool any_above = false;
    for (std::size_t k = 0; k < diagonal.size(); ++k) {
      const double before = k > 0 ? beside[k - 1] * beside[k - 1] : 0;
      pivot = diagonal[k] - x - (pivot == 0 ? before / 1e-300 : before / pivot);
      any_above = any_above || pivot > 0;
    }
    (any_above ? low : high) = x;
  }
  return high;
}

template <Scalar T>
double lanczos(const Filtered<T>& a, const Exchange& columns) {
  constexpr int steps = 10;
  const auto& map = *columns.map();
  const auto& comm = map.comm();
  const LocalIndex owned = map.owned();
  DeviceView<Real<T>> scales;
  DeviceView<T> v;
  DeviceView<T> w;
  DeviceView<T> u;  // with ghosts
  together(comm, [&] {
    const auto size = static_cast<std::size_t>(owned);
    scales = allocate<Real<T>>("suan::multigrid::scales", size);
    v = allocate<T>("suan::multigrid::lanczos", size);
    w = DeviceView<T>("suan::multigrid::lanczos", size);
    u = allocate<T>("suan::multigrid::lanczos", static_cast<std::size_t>(map.size()));
    start<T>(a.inverse, map.layout().first(), scales, v);
  });
  const auto rows = map.layout().global_size();
  double norm = std::sqrt(exact_dot<T>(comm, rows, v, v, owned));
  if (!(norm > 0)) return 0;
  combine<T>(1 / norm, v, 0, v, scales, u);
  std::vector<double> diagonal;
  std::vector<double> beside;
  double beta = 0;
  for (int k = 0; k < steps; ++k) {
    refresh(columns, u);
    scaled_product<T>(a, scales, v, u, beta, w);
    const double alpha = exact_dot<T>(comm, rows, v, w, owned);
    combine<T>(-alpha, v, 1, w, scales, u);
    beta = std::sqrt(exact_dot<T>(comm, rows, w, w, owned));
    if (!std::isfinite(alpha) || !std::isfinite(beta)) return 0;
    diagonal.push_back(alpha);
    beside.push_back(beta);
    if (!(beta > 1e-6 * std::abs(alpha))) break;
    combine<T>(1 / beta, w, 0, w, scales, u);
    std::swap(v, w);
  }
  return largest_eigenvalue(diagonal, beside);
}

}  // namespace

template <Scalar T>
Filtered<T> make_filtered(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                          const RowMajor<const T>& near_null) {
  Filtered<T> result;
  together(a.comm(), [&] {
    const RowsView<T> rows(suan::detail::local_rows(a));
    const StrongEntries edges{NodeIndex(graph.nodes), GlobalOrder(*graph.nodes.exchange.map()),
                              graph.offsets, graph.neighbours};
    const auto size = static_cast<std::size_t>(rows.own.rows);
    FilteredRows<T> made;
    made.inverse = allocate<Real<T>>("suan::multigrid::inverse", size);
    const auto vectors = near_null.extent(1);
    if (vectors > 1) made.weak = RowMajor<T>("suan::multigrid::weak", size, vectors);
    if (graph.nodes.is_row()) {
      made.values = allocate<T>("suan::multigrid::filtered", graph.neighbours.extent(0));
      fill_edges<T>(rows, edges, near_null, made);
      result.offsets = graph.offsets;
      result.columns = graph.neighbours;
      result.values = made.values;
    } else {
      const auto strong = allocate_strong(rows, edges);
      fill_strong<T>(rows, edges, near_null, strong, made);
      result.offsets = strong.offsets;
      result.columns = strong.indices;
      result.values = strong.values;
    }
    result.rows = rows.own.rows;
    result.nodes = edges.nodes;
    result.graph_offsets = graph.offsets;
    result.neighbours = graph.neighbours;
    result.inverse = made.inverse;
    result.weak = made.weak;
  });
  return result;
}

template <Scalar T>
double spectral_radius(const Filtered<T>& a, const Exchange& columns) {
  double bound = 0;
  together(columns.map()->comm(), [&] { bound = static_cast<double>(largest_row_sum(a)); });
  bound = columns.map()->comm().max(bound);
  // Of diagonally dominant matrices, the bound is hardly above the radius.
  constexpr double close = 2.1;
  if (bound <= close) return bound;
  const double ritz = lanczos(a, columns);
  return ritz > 1 ? std::min(ritz, bound) : bound;
}

#define SUAN_INSTANTIATE(T)                                                             \
  template Filtered<T> make_filtered(const DistributedMatrix<T>&, const StrengthGraph&, \
                                     const RowMajor<const T>&);                         \
  template double spectral_radius(const Filtered<T>&, const Exchange&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
