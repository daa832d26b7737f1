// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/richardson.hpp.
#pragma once

#include "suan/solvers/richardson.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

template <Scalar T>
Richardson<T>::Richardson(const RichardsonOptions& options)
    : Solver<T>(options.krylov), damping_(options.damping) {
  RichardsonOptions::table().check(options);
}

template <Scalar T>
std::string Richardson<T>::told() const {
  return Solver<T>::told() + message("damping = ", damping_, "\n");
}

// Per row and iteration, besides the products: z, x read, x written; r, q read, r written: 6
// values.
//
// The units of M stay: another M would be another iteration. Only vectors are scaled, if those of x
// are out of range.
template <Scalar T>
void Richardson<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes = run.a.bytes_per_apply() + run.m.bytes_per_apply() +
                             6 * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const T damping = scalar_cast<T>(damping_);
  const auto kept = run.vectors(plain ? 1 : 2);
  Vector<T>& q = kept[0];
  Vector<T>& z = plain ? r : kept[1];
  bool is_first = true;
  while (!run.limit_reached()) {
    if (!plain) run.m.apply(r, z);  // z = M r
    run.a.apply(z, q);              // q = A z
    if (is_first && !plain) {
      const auto norm = static_cast<double>(norm2(r));
      const double gain = static_cast<double>(norm2(z)) / norm;
      if (run.leaves_range(norm * norm, gain * gain * norm * norm) && run.rescale(gain, 1)) return;
    }
    is_first = false;
    if (plain) axpy(damping, z, x);  // before r, which is z, becomes that of the next iteration
    const auto squares = r.layout().comm().sum(
        kernels::cg_update_residual<T>(ExecutionSpace(), damping, q.view(), {}, r.view()).rr);
    const auto norm = static_cast<double>(std::sqrt(squares));
    if (!plain && std::isfinite(norm)) axpy(damping, z, x);  // x = x + damping M r
    run.count_bytes(bytes);
    if (run.finished(norm)) return;
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Richardson<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
