// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/spai0.hpp"

#include <algorithm>

#include "preconditioners/diagonal.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"

namespace suan {

namespace {

/// d_i = conj(a_ii) / sum_j |a_ij|^2, with the square of the row's unit taken out of the sum; on
/// entry d is the inverse of the diagonal.
template <Scalar T>
void approximate(const DeviceView<const Real<T>>& units, const DeviceView<const Real<T>>& sums,
                 const DeviceView<T>& d) {
  Kokkos::parallel_for(
      "suan::spai0",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(
          0, static_cast<LocalIndex>(d.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        const T entry = T(1) / (d(i) * units(i));  // a_ii in the row's unit
        d(i) = conjugate(entry) / sums(i) / units(i);
      });
}

}  // namespace

const OptionTable<Spai0Options>& Spai0Options::table() {
  static const auto table = OptionTable<Spai0Options>().include(&Spai0Options::bound);
  return table;
}

template <Scalar T>
Spai0<T>::Spai0(const DistributedMatrix<T>& a, const Spai0Options& options)
    : DiagonalSmoother<T>("spai0", a), options_(options) {
  require_agreement(a.comm(), "Spai0", Spai0Options::table().write(options));
  Spai0Options::table().check(options);
  set_up(a);
}

template <Scalar T>
std::string Spai0<T>::set_up(const DistributedMatrix<T>& a) {
  using R = Real<T>;
  DeviceView<T> d;
  together(a.comm(), [&] {
    d = detail::inverse_diagonal<T>("spai0", a.local(), a.row_layout().first());
    const auto units = detail::allocate<R>("suan::Spai0::units", d.extent(0));
    const auto sums = detail::allocate<R>("suan::Spai0::sums", d.extent(0));
    kernels::sums_of_squares<T>(ExecutionSpace(), detail::parts_of(a), units, sums);
    approximate<T>(units, sums, d);
  });
  const bool is_kept = options_.bound.reuse_bound && bound_.has_value();
  const double bound = is_kept ? *bound_ : spectral_bound<T>(a, d, options_.bound.lanczos_steps);
  const double factor = std::min(1.0, 1.6 / bound);
  kernels::scale<T>(ExecutionSpace(), static_cast<T>(static_cast<R>(factor)), d);
  this->set_diagonal(d);
  bound_ = bound;
  return is_kept ? "the bound of the spectrum was kept, the diagonal computed anew"
                 : "the bound of the spectrum and the diagonal were computed anew";
}

#define SUAN_INSTANTIATE(T) template class Spai0<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
