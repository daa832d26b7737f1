// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/l1_jacobi.hpp"

#include "preconditioners/diagonal.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"

namespace suan {

const OptionTable<L1JacobiOptions>& L1JacobiOptions::table() {
  static const auto table =
      OptionTable<L1JacobiOptions>()
          .choice(
              "damping", &L1JacobiOptions::damping, {"row_sums", "spectrum"},
              "What the diagonal is enlarged by: half of the row's other entries, or a bound of "
              "the spectrum, which costs products to set up.")
          .include(&L1JacobiOptions::bound);
  return table;
}

template <Scalar T>
L1Jacobi<T>::L1Jacobi(const DistributedMatrix<T>& a, const L1JacobiOptions& options)
    : DiagonalSmoother<T>("l1_jacobi", a), options_(options) {
  require_agreement(a.comm(), "L1Jacobi", L1JacobiOptions::table().write(options));
  L1JacobiOptions::table().check(options);
  set_up(a);
}

template <Scalar T>
std::string L1Jacobi<T>::set_up(const DistributedMatrix<T>& a) {
  const bool by_row_sums = options_.damping == "row_sums";
  DeviceView<T> d;
  together(a.comm(), [&] {
    DeviceView<Real<T>> weights;
    if (by_row_sums) weights = detail::weights_outside<T>(a, 1, Real<T>(0.5));
    d = detail::inverse_diagonal<T>("l1_jacobi", a.local(), a.row_layout().first(), weights);
  });
  if (by_row_sums) {
    this->set_diagonal(d);
    return "the row sums were computed anew";
  }
  const bool is_kept = options_.bound.reuse_bound && bound_.has_value();
  const double bound = is_kept ? *bound_ : spectral_bound<T>(a, d, options_.bound.lanczos_steps);
  kernels::scale<T>(ExecutionSpace(), static_cast<T>(static_cast<Real<T>>(4 / (3 * bound))), d);
  this->set_diagonal(d);
  bound_ = bound;
  return is_kept ? "the bound of the spectrum was kept, the diagonal inverted anew"
                 : "the bound of the spectrum and the diagonal were computed anew";
}

#define SUAN_INSTANTIATE(T) template class L1Jacobi<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
