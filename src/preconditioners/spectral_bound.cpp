// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/spectral_bound.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "preconditioners/diagonal.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/tridiagonal.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The real part of x^H y. The reductions of blas1.hpp add the parts of threads; here the parts
/// are the same for any number of them.
template <Scalar T>
double dot_of_blocks(const DeviceView<const T>& x, const DeviceView<const T>& y) {
  constexpr LocalIndex block = 512;
  const auto size = static_cast<LocalIndex>(x.extent(0));
  const LocalIndex blocks = size / block + (size % block > 0 ? 1 : 0);
  const auto sums =
      detail::allocate<double>("suan::dot_of_blocks", static_cast<std::size_t>(blocks));
  Kokkos::parallel_for(
      "suan::dot_of_blocks", Range(0, blocks), KOKKOS_LAMBDA(LocalIndex k) {
        const LocalIndex first = k * block;
        const LocalIndex last = size - first < block ? size : first + block;
        double sum = 0;
        for (LocalIndex i = first; i < last; ++i) {
          sum += static_cast<double>(real_part(conjugate(x(i)) * y(i)));
        }
        sums(k) = sum;
      });
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), sums);
  double sum = 0;
  for (std::size_t k = 0; k < host.extent(0); ++k) sum += host(k);
  return sum;
}

template <Scalar T>
double global_dot(const Vector<T>& x, const Vector<T>& y) {
  double sum = 0;
  together(x.layout().comm(), [&] { sum = dot_of_blocks<T>(x.view(), y.view()); });
  return x.layout().comm().sum(sum);
}

/// sqrt |d_i|
template <Scalar T>
void take_roots(const DeviceView<const T>& d, const DeviceView<T>& roots) {
  Kokkos::parallel_for(
      "suan::spectral_bound_roots", Range(0, static_cast<LocalIndex>(d.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) { roots(i) = T(Kokkos::sqrt(Kokkos::abs(d(i)))); });
}

/// The largest |d_i| times the sum of |a_ij|; infinite if one is NaN.
template <Scalar T>
double largest_row_sum(const DistributedMatrix<T>& a, const DeviceView<const T>& d) {
  const auto sums = detail::allocate<Real<T>>("suan::largest_row_sum",
                                              static_cast<std::size_t>(a.local().rows()));
  kernels::sums_outside_blocks<T>(ExecutionSpace(), detail::parts_of(a), 1, sums);
  const DeviceView<const T> diagonal = a.local().diagonal();
  double largest = 0;
  Kokkos::parallel_reduce(
      "suan::largest_row_sum", Range(0, a.local().rows()),
      KOKKOS_LAMBDA(LocalIndex i, double& most) {
        const double sum =
            static_cast<double>(sums(i)) + static_cast<double>(Kokkos::abs(diagonal(i)));
        const double scaled = static_cast<double>(Kokkos::abs(d(i))) * sum;
        if (scaled > most) most = scaled;
        if (scaled != scaled) most = Kokkos::Experimental::infinity_v<double>;
      },
      Kokkos::Max<double>(largest));
  return std::max(largest, 0.0);
}

/// The largest |eigenvalue|, from above, to 1e-6 of it. beta[k] couples k and k + 1.
double spectral_radius(const std::vector<double>& alpha, const std::vector<double>& beta) {
  double high = detail::largest_row_sum(alpha, beta);
  double low = 0;
  while (high - low > 1e-6 * high) {
    const double middle = low + (high - low) / 2;
    const bool all_within = detail::count_below(alpha, beta, middle) == alpha.size() &&
                            detail::count_below(alpha, beta, -middle) == 0;
    (all_within ? high : low) = middle;
  }
  return high;
}

}  // namespace

const OptionTable<SpectralBoundOptions>& SpectralBoundOptions::table() {
  static const auto table =
      OptionTable<SpectralBoundOptions>()
          .number("lanczos_steps", &SpectralBoundOptions::lanczos_steps, 8, 100,
                  "Products for the bound of the spectrum; more tell it better.")
          .value("reuse_bound", &SpectralBoundOptions::reuse_bound,
                 "Whether new values of the matrix keep the bound of the spectrum; that saves the "
                 "products, and diverges if their spectrum is larger.");
  return table;
}

template <Scalar T>
double spectral_bound(const DistributedMatrix<T>& a, const DeviceView<const T>& d,
                      std::int64_t lanczos_steps) {
  const auto& comm = a.comm();
  require_agreement(comm, "spectral_bound", message("lanczos_steps = ", lanczos_steps, "\n"));
  require_same_layout("spectral_bound", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  Vector<T> v;
  Vector<T> last;
  Vector<T> w;
  Vector<T> scaled;
  DeviceView<T> roots;
  double row_sum = 0;
  together(comm, [&] {
    if (d.extent(0) != static_cast<std::size_t>(a.local().rows())) {
      throw DimensionMismatch(message("spectral_bound: the diagonal has ", d.extent(0),
                                      " elements on this rank, the matrix ", a.local().rows(),
                                      " rows"));
    }
    for (Vector<T>* each : {&last, &w, &scaled}) *each = Vector<T>(a.row_layout());
    roots = detail::allocate<T>("suan::spectral_bound", d.extent(0));
    take_roots<T>(d, roots);
    row_sum = largest_row_sum<T>(a, d);
  });
  row_sum = comm.max(row_sum);
  if (!std::isfinite(row_sum)) {
    throw InvalidArgument("spectral_bound: the matrix has entries that are not finite");
  }
  // Of diagonally dominant matrices, the row sums tell as much as Lanczos with its margin would.
  constexpr double close = 2.2;
  if (row_sum <= close) return row_sum > 0 ? row_sum : 1;
  v = random_vector<T>(a.row_layout(), 1);
  double norm = std::sqrt(global_dot(v, v));
  std::vector<double> alpha;
  std::vector<double> beta;
  while (norm > 0) {
    scale(static_cast<T>(static_cast<Real<T>>(1 / norm)), v);
    detail::add_scaled<Vector<T>>(T(1), roots, v, T(0), scaled);
    a.apply(scaled, w);
    detail::add_scaled<Vector<T>>(T(1), roots, std::as_const(w), T(0), scaled);  // B v
    const double diagonal = global_dot(v, scaled);
    alpha.push_back(diagonal);
    if (alpha.size() == static_cast<std::size_t>(lanczos_steps)) break;
    axpy(static_cast<T>(static_cast<Real<T>>(-diagonal)), v, scaled);
    if (!beta.empty()) axpy(static_cast<T>(static_cast<Real<T>>(-beta.back())), last, scaled);
    norm = std::sqrt(global_dot(scaled, scaled));
    // An invariant subspace: what is left is rounding.
    if (!(norm > 10 * static_cast<double>(std::numeric_limits<Real<T>>::epsilon()) * row_sum))
      break;
    beta.push_back(norm);
    std::swap(last, v);
    std::swap(v, scaled);
  }
  if (alpha.empty()) return 1;  // a matrix without rows
  constexpr double margin = 1.1;
  const double ritz = margin * spectral_radius(alpha, beta);
  return ritz > 0 ? std::min(ritz, row_sum) : row_sum;
}

#define SUAN_INSTANTIATE(T)                                                               \
  template double spectral_bound(const DistributedMatrix<T>&, const DeviceView<const T>&, \
                                 std::int64_t);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
