// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/algebra/norms.hpp"

#include <cmath>

#include "kernels/common/merge_row.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION double magnitude(const T& value) {
  if constexpr (is_complex<T>) {
    return Kokkos::hypot(value.real(), value.imag());
  } else {
    return Kokkos::fabs(static_cast<double>(value));
  }
}

/// The largest row(i), or NaN if one is NaN: a plain maximum would skip it.
template <class Row>
double largest(const char* label, const ExecutionSpace& space, LocalIndex rows, const Row& row) {
  double result = 0;
  std::int64_t nan = 0;
  Kokkos::parallel_reduce(
      label, Range(space, 0, rows),
      KOKKOS_LAMBDA(LocalIndex i, double& partial, std::int64_t& nan_rows) {
        const double value = row(i);
        if (Kokkos::isnan(value)) ++nan_rows;
        if (value > partial) partial = value;
      },
      Kokkos::Max<double>(result), nan);
  if (nan > 0) return std::numeric_limits<double>::quiet_NaN();
  return rows == 0 ? 0 : result;  // the maximum of nothing is not zero
}

}  // namespace

template <Scalar T>
double norm_infinity(const ExecutionSpace& space, const CsrView<T>& a) {
  return largest(
      "suan::norm_infinity", space, a.rows, KOKKOS_LAMBDA(LocalIndex i) {
        double sum = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) sum += magnitude(a.values(k));
        return sum;
      });
}

template <Scalar T>
double norm_max(const ExecutionSpace& space, const CsrView<T>& a) {
  return largest(
      "suan::norm_max", space, a.rows, KOKKOS_LAMBDA(LocalIndex i) {
        double result = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const double value = magnitude(a.values(k));
          if (Kokkos::isnan(value)) return value;
          if (value > result) result = value;
        }
        return result;
      });
}

template <Scalar T>
double norm_frobenius(const ExecutionSpace& space, const CsrView<T>& a) {
  const double scale = norm_max(space, a);
  if (scale == 0 || !std::isfinite(scale)) return scale;
  // Relative to the largest, so that no square overflows or underflows. Divided, because the
  // inverse of a small number can be infinite.
  double sum = 0;
  Kokkos::parallel_reduce(
      "suan::norm_frobenius", Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, double& partial) {
        double row = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const double value = magnitude(a.values(k)) / scale;
          row += value * value;
        }
        partial += row;
      },
      sum);
  return scale * std::sqrt(sum);
}

template <Scalar T>
Difference compare(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                   bool conjugated) {
  Difference result;
  Kokkos::parallel_reduce(
      "suan::compare_structure", Range(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Offset & partial) {
        merge_row(a, b, i, [&](LocalIndex, Offset k, Offset l) { partial += k < 0 || l < 0; });
      },
      result.only_one);
  result.largest = largest(
      "suan::compare_values", space, a.rows, KOKKOS_LAMBDA(LocalIndex i) {
        double row = 0;
        merge_row(a, b, i, [&](LocalIndex, Offset k, Offset l) {
          const T left = k >= 0 ? a.values(k) : T{};
          const T right = l >= 0 ? b.values(l) : T{};
          const double value = magnitude<T>(left - (conjugated ? conjugate(right) : right));
          if (value > row || Kokkos::isnan(value)) row = value;  // NaN stays: nothing is above it
        });
        return row;
      });
  return result;
}

#define SUAN_INSTANTIATE(T)                                                 \
  template double norm_infinity(const ExecutionSpace&, const CsrView<T>&);  \
  template double norm_max(const ExecutionSpace&, const CsrView<T>&);       \
  template double norm_frobenius(const ExecutionSpace&, const CsrView<T>&); \
  template Difference compare(const ExecutionSpace&, const CsrView<T>&, const CsrView<T>&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
