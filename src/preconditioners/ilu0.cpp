// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/ilu0.hpp"

#include <algorithm>
#include <array>

#include "preconditioners/diagonal.hpp"
#include "preconditioners/incomplete_factors.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/probe.hpp"

namespace suan {

template <Scalar T>
Ilu0<T>::Ilu0(const DistributedMatrix<T>& a) : Smoother<T>("ilu0", a) {
  set_up(a);
}

template <Scalar T>
std::string Ilu0<T>::set_up(const DistributedMatrix<T>& a) {
  const bool is_hermitian = probe(a).hermitian;
  std::shared_ptr<const detail::IncompleteFactors<T>> next;
  bool is_kept = false;
  together(a.comm(), [&] {
    DeviceView<Real<T>> extra;
    if (is_hermitian && a.remote().matrix.rows() > 0) {
      extra = detail::weights_outside<T>(a, std::max(a.local().rows(), LocalIndex(1)), Real<T>(1));
    }
    next = std::make_shared<const detail::IncompleteFactors<T>>(detail::factorise<T>(
        a.local(), a.row_layout().first(),
        is_hermitian ? detail::Pivots::positive : detail::Pivots::any, extra, factors_.get()));
    is_kept = factors_ != nullptr && factors_->levels == next->levels;
  });
  std::array<std::int64_t, 2> sums = {next->sorted.entries(), is_kept ? 0 : 1};
  a.comm().sum(std::span<std::int64_t>(sums));
  factors_ = std::move(next);
  entries_ = sums[0];
  return sums[1] == 0 ? "the structure was kept, the factors were computed anew"
                      : "the structure and the factors were made anew";
}

// Two triangular solves, kernels/trsv.hpp, the second one in place. From a guess, the product and
// its b, and then r and x read, x written.
template <Scalar T>
std::int64_t Ilu0<T>::bytes_per_smooth(Guess guess) const {
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = this->row_layout().global_size();
  const std::int64_t solves = entries_ * (value + 4) + rows * (16 + 4 * value);
  if (guess == Guess::zero) return solves;
  return solves + this->matrix().bytes_per_apply() + 4 * rows * value;
}

template <Scalar T>
template <class V>
void Ilu0<T>::step(const V& b, V& x, Guess guess) const {
  if (guess == Guess::zero) {
    Kokkos::deep_copy(x.view(), b.view());
    factors_->solve(detail::rows_of(x));
    return;
  }
  V& r = this->kept(x, 0);
  detail::residual_alone<T>(this->matrix(), b, x, r);
  factors_->solve(detail::rows_of(r));
  detail::add(T(1), std::as_const(r), T(1), x);
}

template <Scalar T>
void Ilu0<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  step(b, x, guess);
}

template <Scalar T>
void Ilu0<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  step(b, x, guess);
}

#define SUAN_INSTANTIATE(T) template class Ilu0<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
