// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/cast_operator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/vector/cast.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// Beyond this, 2^k and 2^-k would not both be finite in double.
constexpr std::int64_t most_shift = 1000;
constexpr std::int64_t size_not_finite = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t size_of_zero = std::numeric_limits<std::int64_t>::min();

/// The exponent of a size; what has none gets numbers at the ends, so that one maximum over all
/// ranks tells everything.
template <class R>
std::int64_t exponent_of_size(R size) {
  if (!std::isfinite(size)) return size_not_finite;
  return size == 0 ? size_of_zero : std::int64_t{std::ilogb(size)};
}

/// The k for vectors whose largest size has this exponent.
int shift_for(std::int64_t exponent) {
  if (exponent == size_of_zero || exponent == size_not_finite) return 0;
  return static_cast<int>(std::clamp(-exponent, -most_shift, most_shift));
}

/// The k for x. Collective, like the next.
template <Scalar Inner, Scalar Outer>
int shift_of(const Vector<Outer>& x) {
  if constexpr (!kernels::narrows<Inner, Outer>) return 0;
  const auto own = exponent_of_size(kernels::max_abs<Outer>(ExecutionSpace(), x.view()));
  return shift_for(x.layout().comm().max(own));
}

/// The k for each of several vectors.
template <Scalar Inner, Scalar Outer>
std::vector<int> shifts_of(const MultiVector<Outer>& x) {
  std::vector<int> shifts(static_cast<std::size_t>(x.columns()), 0);
  if constexpr (kernels::narrows<Inner, Outer>) {
    const auto norms = norm2(x);
    for (std::size_t j = 0; j < norms.size(); ++j) {
      // A norm can overflow where no element does.
      const auto size =
          std::isfinite(norms[j]) ? norms[j] : norm_inf(x.column(static_cast<LocalIndex>(j)));
      shifts[j] = shift_for(exponent_of_size(size));
    }
  }
  return shifts;
}

/// 2^(sign k)
template <class R>
std::vector<R> powers(const std::vector<int>& shifts, int sign) {
  std::vector<R> result;
  for (const int k : shifts) result.push_back(std::ldexp(R(1), sign * k));
  return result;
}

}  // namespace

template <Scalar Outer, Scalar Inner>
CastOperator<Outer, Inner>::CastOperator(std::shared_ptr<const Operator<Inner>> inner)
    : Operator<Outer>(inner ? inner->row_layout() : Layout(),
                      inner ? inner->column_layout() : Layout()),
      inner_(std::move(inner)) {
  if (!inner_) throw InvalidArgument("CastOperator: the operator is a null pointer");
  x_ = Vector<Inner>(inner_->column_layout());
  y_ = Vector<Inner>(inner_->row_layout());
}

template <Scalar Outer, Scalar Inner>
std::string CastOperator<Outer, Inner>::name() const {
  return message(inner_->name(), " in ", scalar_name<Inner>());
}

// x read (its size, unless Inner is as wide) and read again, x_ written; y_ read, y written.
template <Scalar Outer, Scalar Inner>
std::int64_t CastOperator<Outer, Inner>::bytes_per_apply() const {
  constexpr std::int64_t outer = sizeof(Outer);
  constexpr std::int64_t inner = sizeof(Inner);
  constexpr std::int64_t reads = kernels::narrows<Inner, Outer> ? 2 : 1;
  return inner_->bytes_per_apply() + (reads * outer + inner) * this->column_layout().global_size() +
         (outer + inner) * this->row_layout().global_size();
}

template <Scalar Outer, Scalar Inner>
void CastOperator<Outer, Inner>::do_apply(Outer alpha, const Vector<Outer>& x, Outer beta,
                                          Vector<Outer>& y) const {
  const ExecutionSpace space;
  const int k = shift_of<Inner>(x);
  kernels::cast<Inner, Outer>(space, std::ldexp(Real<Outer>(1), k), x.view(), x_.view());
  inner_->apply(std::as_const(x_), y_);
  kernels::add_cast<Outer, Inner>(space, alpha, std::ldexp(Real<Outer>(1), -k),
                                  std::as_const(y_).view(), beta, y.view());
}

template <Scalar Outer, Scalar Inner>
void CastOperator<Outer, Inner>::do_apply_multi(Outer alpha, const MultiVector<Outer>& x,
                                                Outer beta, MultiVector<Outer>& y) const {
  const ExecutionSpace space;
  // The numbers of vectors differ on all ranks or none; at first there are none, of no length.
  if (many_x_.columns() != x.columns() || !(many_x_.layout() == this->column_layout())) {
    MultiVector<Inner> more_x;
    MultiVector<Inner> more_y;
    together(this->comm(), [&] {
      more_x = MultiVector<Inner>(this->column_layout(), x.columns());
      more_y = MultiVector<Inner>(this->row_layout(), x.columns());
    });
    many_x_ = std::move(more_x);
    many_y_ = std::move(more_y);
  }
  const auto shifts = shifts_of<Inner>(x);
  const auto there = powers<Real<Outer>>(shifts, 1);
  const auto back = powers<Real<Outer>>(shifts, -1);
  kernels::cast<Inner, Outer>(space, there.data(), x.view(), many_x_.view());
  inner_->apply(std::as_const(many_x_), many_y_);
  kernels::add_cast<Outer, Inner>(space, alpha, back.data(), std::as_const(many_y_).view(), beta,
                                  y.view());
  space.fence("suan::CastOperator");  // the scales are this function's
}

template class CastOperator<double, float>;
template class CastOperator<float, double>;
template class CastOperator<Complex, ComplexFloat>;
template class CastOperator<ComplexFloat, Complex>;

}  // namespace suan
