// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/fc_jacobi.hpp"

#include <array>

#include "multigrid/rows_view.hpp"
#include "preconditioners/diagonal.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// 1 for coarse points, 0 for others.
DeviceView<const LocalIndex> kinds_of(const Splitting& splitting, LocalIndex rows) {
  const auto numbers = splitting.numbers;
  const auto kinds = allocate<LocalIndex>("suan::multigrid::kinds", static_cast<std::size_t>(rows));
  Kokkos::parallel_for(
      "suan::multigrid_kinds", Range(0, rows),
      KOKKOS_LAMBDA(LocalIndex i) { kinds(i) = numbers(i) >= 0 ? 1 : 0; });
  return kinds;
}

/// What is added to |a_ii|.
template <Scalar T>
DeviceView<const Real<T>> weights_of(const RowsView<T>& a, const Splitting& splitting) {
  const auto numbers = splitting.numbers;
  const auto weights =
      allocate<Real<T>>("suan::multigrid::weights", static_cast<std::size_t>(a.own.rows));
  Kokkos::parallel_for(
      "suan::multigrid_weights", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Real<T> diagonal = 0;
        Real<T> sum = 0;
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (j == i) {
            diagonal = Kokkos::abs(value);
          } else if ((numbers(i) >= 0) == (numbers(j) >= 0)) {
            sum += Kokkos::abs(value);
          }
        });
        weights(i) = sum > diagonal ? (sum - diagonal) / 2 : Real<T>(0);
      });
  return weights;
}

}  // namespace

template <Scalar T>
FcJacobi<T>::FcJacobi(const DistributedMatrix<T>& a, const Splitting& splitting,
                      std::int64_t fine_sweeps)
    : Smoother<T>("fc_jacobi", a), splitting_(splitting), fine_sweeps_(fine_sweeps) {
  set_up(a);
}

template <Scalar T>
std::string FcJacobi<T>::set_up(const DistributedMatrix<T>& a) {
  const Splitting splitting = with_ghosts_of(a.exchange(), splitting_);
  suan::detail::RelaxedRows<T> rows;
  DeviceView<const LocalIndex> fine;
  DeviceView<const LocalIndex> coarse;
  std::array<std::int64_t, 2> sums = {};
  together(a.comm(), [&] {
    const auto local = suan::detail::local_rows(a);
    const RowsView<T> view(local);
    const auto kinds = kinds_of(splitting, view.own.rows);
    const auto inverse = suan::detail::inverse_diagonal<T>(
        "fc_jacobi", a.local(), a.row_layout().first(), weights_of<T>(view, splitting));
    fine = suan::detail::rows_of_class(kinds, 0);
    coarse = suan::detail::rows_of_class(kinds, 1);
    rows = {local, inverse};
    sums = {static_cast<std::int64_t>(fine.extent(0)), suan::detail::count_entries(rows, fine)};
  });
  a.comm().sum(std::span<std::int64_t>(sums));
  fine_rows_ = sums[0];
  fine_entries_ = sums[1];
  rows_ = rows;
  fine_ = fine;
  coarse_ = coarse;
  splitting_ = splitting;
  return "the diagonal was inverted anew";
}

// Per row of a sweep: the offsets, its number, b, x, the inverse, and the change, which is written
// and read again.
template <Scalar T>
std::int64_t FcJacobi<T>::bytes_per_smooth(Guess guess) const {
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t sweeps = fine_sweeps_ - (guess == Guess::zero ? 1 : 0);
  const std::int64_t rows = this->row_layout().global_size();
  const std::int64_t coarse_entries = this->matrix().global_entries() - fine_entries_;
  const std::int64_t entries = sweeps * fine_entries_ + coarse_entries;
  return entries * (value + 4) + (fine_sweeps_ * fine_rows_ + rows - fine_rows_) * (20 + 6 * value);
}

template <Scalar T>
template <class V>
void FcJacobi<T>::relax(const V& b, V& x, Guess guess, bool adjoint) const {
  using suan::detail::rows_of;
  V& work = this->kept(x, 0);
  if (guess == Guess::zero) Kokkos::deep_copy(x.view(), T(0));
  const std::int64_t sweeps = fine_sweeps_ + 1;
  for (std::int64_t k = 0; k < sweeps; ++k) {
    const bool is_coarse = k == (adjoint ? 0 : fine_sweeps_);
    const auto& list = is_coarse ? coarse_ : fine_;
    if (k == 0 && guess == Guess::zero) {
      suan::detail::relax_from_zero<T>(rows_, list, rows_of(b), rows_of(x));
      continue;
    }
    auto pending = this->matrix().exchange().template forward<T>(std::as_const(x).view());
    const auto ghosts = pending.finish();
    suan::detail::relax_at_once<T>(rows_, list, rows_of(b), ghosts, rows_of(work), rows_of(x));
  }
}

template <Scalar T>
void FcJacobi<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  relax(b, x, guess, false);
}

template <Scalar T>
void FcJacobi<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  relax(b, x, guess, false);
}

template <Scalar T>
void FcJacobi<T>::do_smooth_adjoint(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  relax(b, x, guess, true);
}

template <Scalar T>
void FcJacobi<T>::do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x, Guess guess) const {
  relax(b, x, guess, true);
}

#define SUAN_INSTANTIATE(T) template class FcJacobi<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
