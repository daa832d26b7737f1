// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The passes of the conjugate gradient method for several vectors.
#pragma once

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/kernels/detail/column_sums.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

template <Scalar T>
void cg_update_residual(const ExecutionSpace& space, const T* alpha, const RowMajor<const T>& q,
                        const DeviceView<const T>& d, const RowMajor<T>& r,
                        CgSumsOf<WideReal<T>>* sums) {
  using Number = SumOf<T>;
  using R = WideReal<T>;
  constexpr const char* label = "suan::cg_update_residuals";
  const bool scaled = d.extent(0) > 0;
#if SUAN_HAVE_CUDA
  const auto steps = on_device(space, alpha, r.extent(1));
  std::vector<Sums<2, R>> both(r.extent(1));
  sum_columns(
      label, space, r.extent(0), r.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        const T ri = r(i, c) - steps(c) * q(i, c);
        r(i, c) = ri;
        const R square = abs_squared(Number(ri));
        return Sums<2, R>{{square, scaled ? real_part(Number(d(i))) * square : square}};
      },
      both.data());
  for (std::size_t c = 0; c < both.size(); ++c) sums[c] = {both[c].value[0], both[c].value[1]};
#else
  const std::size_t k = r.extent(1);
  if constexpr (!is_complex<T>) {
    if (!scaled && fills_lanes(r) && fills_lanes(q)) {
      T by[lanes];
      for (std::size_t j = 0; j < std::size_t(lanes); ++j) by[j] = alpha[j % k];
      T* const target = r.data();
      const T* const product = q.data();
      std::vector<R> squares(k);
      update_and_sum_lanes(
          label, space, r.extent(0), k,
          [=](std::int64_t i, int j) { target[i] = target[i] - by[j] * product[i]; },
          [=](std::int64_t i) { return abs_squared(Number(target[i])); }, squares.data());
      for (std::size_t c = 0; c < k; ++c) sums[c] = {squares[c], squares[c]};
      return;
    }
  }
  std::vector<R> both(2 * k);
  sum_rows(
      label, space, r.extent(0), 2 * k,
      [&](std::int64_t i, R* rr) {
        T* const row = row_of(r, i);
        const T* const product = row_of(q, i);
        R* const rz = rr + k;
        const R by = scaled ? real_part(Number(d(i))) : R(1);
#pragma GCC ivdep
        for (std::size_t c = 0; c < k; ++c) {
          const T ri = row[c] - alpha[c] * product[c];
          row[c] = ri;
          const R square = abs_squared(Number(ri));
          rr[c] += square;
          rz[c] += by * square;
        }
      },
      both.data());
  for (std::size_t c = 0; c < k; ++c) sums[c] = {both[c], both[k + c]};
#endif
}

template <Scalar T>
void cg_update_direction(const ExecutionSpace& space, const T* alpha, const T* beta,
                         const DeviceView<const T>& d, const RowMajor<const T>& r,
                         const RowMajor<T>& p, const RowMajor<T>& x) {
  const bool scaled = d.extent(0) > 0;
  const auto steps = on_device(space, alpha, r.extent(1));
  const auto old_parts = on_device(space, beta, r.extent(1));
  for_elements(
      "suan::cg_update_directions", space, r.extent(0), r.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        const T pi = p(i, c);
        const T xi = x(i, c);
        const T zi = scaled ? d(i) * r(i, c) : r(i, c);
        const T step = steps(c);
        x(i, c) = step == T(0) ? xi : xi + step * pi;
        p(i, c) = zi + old_parts(c) * pi;
      });
}

#define SUAN_INSTANTIATE(T)                                                                        \
  SUAN_TEMPLATE void cg_update_residual(const ExecutionSpace&, const T*, const RowMajor<const T>&, \
                                        const DeviceView<const T>&, const RowMajor<T>&,            \
                                        CgSumsOf<WideReal<T>>*);                                   \
  SUAN_TEMPLATE void cg_update_direction(const ExecutionSpace&, const T*, const T*,                \
                                         const DeviceView<const T>&, const RowMajor<const T>&,     \
                                         const RowMajor<T>&, const RowMajor<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
