// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "multigrid/exact_dot.hpp"
#include "multigrid/filtered.hpp"
#include "suan/core/detail/splitmix.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The largest sum of a row of D^-1 A_F; zero without rows.
template <Scalar T>
Real<T> largest_row_sum(const Filtered<T>& a) {
  Real<T> largest = 0;
#if !SUAN_HAVE_CUDA
  if (a.blocks.exist()) {
    Kokkos::parallel_reduce(
        "suan::multigrid_row_sum", Range(0, a.blocks.owned),
        [=](LocalIndex v, Real<T>& most) {
          const LocalIndex begin = a.nodes.begin(v);
          const LocalIndex end = a.nodes.end(v);
          Real<T> sums[Nodes::most_rows] = {};
          a.blocks.visit(v, [&](const auto& block) {
            for (LocalIndex i = begin; i < end; ++i) {
              const T* const values = block.values(i);
              for (LocalIndex j = 0; j < block.length; ++j) {
                if (block.column(j) != i) sums[i - begin] += Kokkos::abs(values[j]);
              }
            }
          });
          for (LocalIndex i = begin; i < end; ++i) {
            most = Kokkos::max(most, 1 + sums[i - begin] * a.inverse(i));
          }
        },
        Kokkos::Max<Real<T>>(largest));
    return std::max(largest, Real<T>(0));
  }
#endif
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
#if !SUAN_HAVE_CUDA
  if (a.blocks.exist()) {
    Kokkos::parallel_for("suan::multigrid_lanczos_blocks", Range(0, a.blocks.owned),
                         [=](LocalIndex node) {
                           T sums[Nodes::most_rows] = {};
                           a.blocks.multiply(node, u.data(), sums);
                           const LocalIndex begin = a.nodes.begin(node);
                           for (LocalIndex i = begin; i < a.nodes.end(node); ++i) {
                             w(i) = v(i) + scales(i) * sums[i - begin] - factor * w(i);
                           }
                         });
    return;
  }
#endif
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

#define SUAN_INSTANTIATE(T) template double spectral_radius(const Filtered<T>&, const Exchange&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
