// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/filtered.hpp"

#include <algorithm>
#include <cmath>

#include "multigrid/exact_dot.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
void find_diagonal(const Filtered<T>& a, const RowMajor<const T>& b,
                   const DeviceView<Real<T>>& inverse, const DeviceView<char>& lumps) {
  const bool is_scalar = b.extent(1) == 1;
  constexpr Real<T> least = Real<T>(0.1);
  Kokkos::parallel_for(
      "suan::multigrid_filtered_diagonal", Range(0, a.a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Real<T> diagonal = 0;
        T weak{};
        a.visit(i, [&](LocalIndex j, const T& value, bool strong) {
          if (j == i) diagonal += real_part(value);
          if (!strong && is_scalar) weak += value * b(j, 0);
        });
        Real<T> sum = diagonal;
        bool lumped = !is_scalar;
        if (is_scalar && b(i, 0) != T(0)) {
          sum = diagonal + real_part(weak / b(i, 0));
          lumped = sum >= least * diagonal && Kokkos::isfinite(sum);
        }
        lumps(i) = lumped ? 1 : 0;
        inverse(i) = 1 / (lumped ? sum : diagonal);
      });
}

/// The largest sum of a row of D^-1 A_F; zero without rows.
template <Scalar T>
Real<T> largest_row_sum(const Filtered<T>& a) {
  Real<T> largest = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_row_sum", Range(0, a.a.own.rows),
      KOKKOS_LAMBDA(LocalIndex i, Real<T> & most) {
        Real<T> sum = 0;
        a.visit(i, [&](LocalIndex j, const T& value, bool strong) {
          if (strong && j != i) sum += Kokkos::abs(value);
        });
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

/// w = S A_F S v - beta w, with S = D^-1/2 and the diagonal of S A_F S, which is one.
template <Scalar T>
void scaled_product(const Filtered<T>& a, const DeviceView<const Real<T>>& scales,
                    const DeviceView<const T>& v, double beta, const DeviceView<T>& w) {
  const auto factor = static_cast<Real<T>>(beta);
  Kokkos::parallel_for(
      "suan::multigrid_lanczos_product", Range(0, a.a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        T sum{};
        a.visit(i, [&](LocalIndex j, const T& value, bool strong) {
          if (strong && j != i) sum += value * (scales(j) * v(j));
        });
        w(i) = v(i) + scales(i) * sum - factor * w(i);
      });
}

/// x = alpha y + beta x of owned elements.
template <Scalar T>
void combine(double alpha, const DeviceView<T>& y, double beta, const DeviceView<T>& x,
             LocalIndex count) {
  const auto left = static_cast<Real<T>>(alpha);
  const auto right = static_cast<Real<T>>(beta);
  Kokkos::parallel_for(
      "suan::multigrid_lanczos_update", Range(0, count),
      KOKKOS_LAMBDA(LocalIndex i) { x(i) = left * y(i) + right * x(i); });
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
  together(comm, [&] {
    const auto size = static_cast<std::size_t>(map.size());
    scales = allocate<Real<T>>("suan::multigrid::scales", size);
    v = allocate<T>("suan::multigrid::lanczos", size);
    w = DeviceView<T>("suan::multigrid::lanczos", size);
    start<T>(a.inverse, map.layout().first(), scales, v);
  });
  refresh(columns, scales);
  const auto rows = map.layout().global_size();
  double norm = std::sqrt(exact_dot<T>(comm, rows, v, v, owned));
  if (!(norm > 0)) return 0;
  combine(1 / norm, v, 0, v, owned);
  std::vector<double> diagonal;
  std::vector<double> beside;
  double beta = 0;
  for (int k = 0; k < steps; ++k) {
    refresh(columns, v);
    scaled_product<T>(a, scales, v, beta, w);
    const double alpha = exact_dot<T>(comm, rows, v, w, owned);
    combine(-alpha, v, 1, w, owned);
    beta = std::sqrt(exact_dot<T>(comm, rows, w, w, owned));
    if (!std::isfinite(alpha) || !std::isfinite(beta)) return 0;
    diagonal.push_back(alpha);
    beside.push_back(beta);
    if (!(beta > 1e-6 * std::abs(alpha))) break;
    combine(1 / beta, w, 0, w, owned);
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
    result.a = RowsView<T>(suan::detail::local_rows(a));
    result.nodes = NodeIndex(graph.nodes);
    result.order = GlobalOrder(*graph.nodes.exchange.map());
    result.offsets = graph.offsets;
    result.neighbours = graph.neighbours;
    const auto rows = static_cast<std::size_t>(a.row_layout().local_size());
    const auto inverse = allocate<Real<T>>("suan::multigrid::inverse", rows);
    const auto lumps = allocate<char>("suan::multigrid::lumps", rows);
    find_diagonal<T>(result, near_null, inverse, lumps);
    result.inverse = inverse;
    result.lumps = lumps;
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
