// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/multicolor_gauss_seidel.hpp"

#include "matrix/distributed_pattern.hpp"
#include "preconditioners/diagonal.hpp"
#include "preconditioners/pieces.hpp"
#include "preconditioners/row_coloring.hpp"
#include "preconditioners/row_relaxation.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

template <Scalar T>
MulticolorGaussSeidel<T>::MulticolorGaussSeidel(const DistributedMatrix<T>& a)
    : Smoother<T>("multicolor_gauss_seidel", a) {
  set_up(a);
}

template <Scalar T>
std::string MulticolorGaussSeidel<T>::set_up(const DistributedMatrix<T>& a) {
  auto next = std::make_shared<detail::RelaxedRows<T>>();
  together(a.comm(), [&] {
    *next = {detail::local_rows(a), detail::inverse_diagonal<T>("multicolor_gauss_seidel",
                                                                a.local(), a.row_layout().first())};
  });
  // In the constructor matrix() is `a`, too.
  const bool is_kept = rows_ != nullptr && detail::has_structure_of(a, this->matrix());
  if (!is_kept) {
    const auto colors = detail::color_rows(a);
    std::vector<DeviceView<const LocalIndex>> lists;
    together(a.comm(), [&] {
      for (LocalIndex c = 0; c < colors.colors; ++c) {
        lists.push_back(detail::rows_of_class(colors.each, c));
      }
    });
    const std::int64_t first = lists.empty() ? 0 : detail::count_entries(*next, lists.front());
    first_entries_ = a.comm().sum(first);
    lists_ = std::move(lists);
  }
  rows_ = std::move(next);
  return is_kept ? "the colours were kept, the diagonal was inverted anew"
                 : "the colours and the diagonal were made anew";
}

// Per row: the offsets, its number, b, x read and written, and the inverse. From zero all of x is
// written first, and the rows of the first colour need no entries.
template <Scalar T>
std::int64_t MulticolorGaussSeidel<T>::bytes_per_smooth(Guess guess) const {
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = this->row_layout().global_size();
  const bool from_zero = guess == Guess::zero;
  const std::int64_t entries = this->matrix().global_entries() - (from_zero ? first_entries_ : 0);
  return entries * (value + 4) + rows * (12 + (from_zero ? 5 : 4) * value);
}

template <Scalar T>
template <class V>
void MulticolorGaussSeidel<T>::sweep(const V& b, V& x, Guess guess, bool forward) const {
  using detail::rows_of;
  if (guess == Guess::zero) Kokkos::deep_copy(x.view(), T(0));
  const std::size_t count = lists_.size();
  for (std::size_t k = 0; k < count; ++k) {
    const auto& list = lists_[forward ? k : count - 1 - k];
    if (k == 0 && guess == Guess::zero) {
      detail::relax_from_zero<T>(*rows_, list, rows_of(b), rows_of(x));
      continue;
    }
    auto pending = this->matrix().exchange().template forward<T>(std::as_const(x).view());
    const auto ghosts = pending.finish();
    detail::relax_apart<T>(*rows_, list, rows_of(b), ghosts, rows_of(x));
  }
}

template <Scalar T>
void MulticolorGaussSeidel<T>::do_smooth(const Vector<T>& b, Vector<T>& x, Guess guess) const {
  sweep(b, x, guess, true);
}

template <Scalar T>
void MulticolorGaussSeidel<T>::do_smooth(const MultiVector<T>& b, MultiVector<T>& x,
                                         Guess guess) const {
  sweep(b, x, guess, true);
}

template <Scalar T>
void MulticolorGaussSeidel<T>::do_smooth_adjoint(const Vector<T>& b, Vector<T>& x,
                                                 Guess guess) const {
  sweep(b, x, guess, false);
}

template <Scalar T>
void MulticolorGaussSeidel<T>::do_smooth_adjoint(const MultiVector<T>& b, MultiVector<T>& x,
                                                 Guess guess) const {
  sweep(b, x, guess, false);
}

#define SUAN_INSTANTIATE(T) template class MulticolorGaussSeidel<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
