// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Examining a matrix. Asymmetry is measured relative to the diagonal, |a_ij - conj(a_ji)| divided
// by sqrt(|a_ii a_jj|): a penalty of 1e30 in one row hides nothing in the others.
#include "suan/matrix/probe.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/detail/powers_of_two.hpp"

namespace suan {

namespace {

using Rows = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// The rounding error in |a_ij - conj(a_ji)| when entries are sums of many contributions.
template <Scalar T>
constexpr double tolerance = 64.0 * std::numeric_limits<Real<T>>::epsilon();

/// The smallest and largest real part, and the numbers of zeros and of non-real entries.
struct DiagonalFacts {
  double smallest = 0;
  double largest = 0;
  std::int64_t zeros = 0;
  std::int64_t not_real = 0;
};

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION double imaginary_part(const T& x) {
  if constexpr (is_complex<T>) {
    return x.imag();
  } else {
    return 0;
  }
}

template <Scalar T>
DiagonalFacts look_at(const DeviceView<const T>& d) {
  DiagonalFacts facts;
  constexpr double most_imaginary = tolerance<T>;
  Kokkos::parallel_reduce(
      "suan::probe_diagonal", Rows(0, static_cast<std::int64_t>(d.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, double& smallest, double& largest, std::int64_t& zeros,
                    std::int64_t& not_real) {
        const double value = real_part(d(i));
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
        if (d(i) == T(0) || !is_finite(d(i))) ++zeros;
        if (Kokkos::abs(imaginary_part<T>(d(i))) > most_imaginary * Kokkos::abs(value)) ++not_real;
      },
      Kokkos::Min<double>(facts.smallest), Kokkos::Max<double>(facts.largest), facts.zeros,
      facts.not_real);
  return facts;
}

/// The position of column j in the entries [begin, end) of a sorted row, or end.
template <Scalar T>
KOKKOS_FUNCTION Offset find(const kernels::CsrView<T>& a, Offset begin, Offset end, LocalIndex j) {
  const Offset last = end;
  while (begin < end) {
    const Offset middle = begin + (end - begin) / 2;
    if (a.indices(middle) < j) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin < last && a.indices(begin) == j ? begin : last;
}

/// The number of entries of every stride-th row that differ from their mirror images by more than
/// rounding. The rows are sorted.
template <Scalar T>
std::int64_t count_asymmetric(const kernels::CsrView<T>& a, const DeviceView<const T>& d,
                              std::int64_t stride) {
  std::int64_t count = 0;
  constexpr double allowed = tolerance<T>;
  Kokkos::parallel_reduce(
      "suan::probe_entries", Rows(0, (a.rows + stride - 1) / stride),
      KOKKOS_LAMBDA(std::int64_t k, std::int64_t & partial) {
        const auto i = static_cast<LocalIndex>(k * stride);
        const double own = Kokkos::sqrt(static_cast<double>(Kokkos::abs(d(i))));
        for (Offset at = a.offsets(i); at < a.offsets(i + 1); ++at) {
          const LocalIndex j = a.indices(at);
          if (j == i) continue;
          const T here = a.values(at);
          const Offset end = a.offsets(j + 1);
          const Offset across = find(a, a.offsets(j), end, i);
          const T there = across < end ? conjugate(a.values(across)) : T(0);
          const double sizes = Kokkos::max(static_cast<double>(Kokkos::abs(here)),
                                           static_cast<double>(Kokkos::abs(there)));
          const double diagonals = own * Kokkos::sqrt(static_cast<double>(Kokkos::abs(d(j))));
          const double difference = Kokkos::abs(here - there);
          if (!(difference <= allowed * Kokkos::max(sizes, diagonals))) ++partial;
        }
      },
      count);
  return count;
}

/// x_i = x_i / sqrt(|d_i|)
template <Scalar T>
void divide_by_roots(const DeviceView<const T>& d, const DeviceView<T>& x) {
  Kokkos::parallel_for(
      "suan::probe_scale", Rows(0, static_cast<std::int64_t>(x.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i) {
        x(i) = x(i) / static_cast<Real<T>>(Kokkos::sqrt(static_cast<double>(Kokkos::abs(d(i)))));
      });
}

/// Two products with D^-1/2 A D^-1/2, or with A itself if d is empty on all ranks. Collective.
template <Scalar T>
bool looks_hermitian(const Operator<T>& a, const DeviceView<const T>& d, bool scaled) {
  auto u = random_vector<T>(a.column_layout(), 1);
  auto v = random_vector<T>(a.column_layout(), 2);
  Vector<T> au(a.row_layout());
  Vector<T> av(a.row_layout());
  // The norms of the vectors that the scaled matrix is multiplied by.
  const double u_norm = norm2(u);
  const double v_norm = norm2(v);
  if (scaled) {
    divide_by_roots<T>(d, u.view());
    divide_by_roots<T>(d, v.view());
  }
  a.apply(u, au);
  a.apply(v, av);
  const double largest = std::max(detail::largest(au), detail::largest(av));
  if (!std::isfinite(largest)) return false;
  if (largest == 0) return true;
  // In units in which no product overflows or underflows.
  const int exponent = -detail::exponent_of(largest);
  detail::multiply_by_power(exponent, au);
  detail::multiply_by_power(exponent, av);
  const T difference = dot(v, au) - conjugate(dot(u, av));
  if (scaled) {
    divide_by_roots<T>(d, au.view());
    divide_by_roots<T>(d, av.view());
  }
  const double scale = v_norm * norm2(au) + u_norm * norm2(av);
  return static_cast<double>(Kokkos::abs(difference)) <= tolerance<T> * scale;
}

/// Whether this rank's square block has all entries of its rows, in order.
template <Scalar T>
bool is_all(const Operator<T>& a, const Csr<T>& local) {
  const auto* distributed = a.access().distributed;
  if (distributed != nullptr) return distributed->remote().matrix.entries() == 0;
  return static_cast<const Operator<T>*>(&local) == &a;
}

}  // namespace

template <Scalar T>
MatrixTraits probe(const Operator<T>& a) {
  require_same_layout("probe", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  MatrixTraits traits;
  detail::DeferredErrors errors(a.comm());
  const Csr<T>* local = a.access().local;
  traits.has_entries = local != nullptr;
  if (!traits.has_entries) {
    traits.hermitian = looks_hermitian<T>(a, {}, false);
    errors.throw_together();
    return traits;
  }
  const auto& comm = a.comm();
  DeviceView<const T> d;
  together(comm, [&] { d = local->diagonal(); });
  const auto mine = look_at<T>(d);
  const double smallest = comm.min(mine.smallest);
  const double largest = comm.max(mine.largest);
  // For a large matrix a sample, and products for the rest.
  constexpr LocalIndex most_rows = 4096;
  const std::int64_t stride = 1 + local->rows() / most_rows;
  const std::int64_t asymmetric =
      local->sorted() ? count_asymmetric<T>(local->view(), d, stride) : 0;
  const bool has_more = stride > 1 || !local->sorted() || !is_all(a, *local);
  std::array<std::int64_t, 4> sums = {mine.zeros, mine.not_real, asymmetric, has_more ? 1 : 0};
  comm.sum(std::span<std::int64_t>(sums));
  const bool no_zeros = sums[0] == 0;
  const bool all_real = sums[1] == 0;
  traits.hermitian = all_real && sums[2] == 0;
  if (traits.hermitian && sums[3] > 0) traits.hermitian = looks_hermitian<T>(a, d, no_zeros);
  errors.throw_together();
  traits.diagonal_nonzero = no_zeros;
  traits.diagonal_positive = no_zeros && all_real && smallest > 0;
  traits.diagonal_varies = smallest != largest || !all_real;
  return traits;
}

#define SUAN_INSTANTIATE(T) template MatrixTraits probe(const Operator<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
