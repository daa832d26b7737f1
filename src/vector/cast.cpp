// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/cast.hpp"

#include <vector>

#include "kernels/vector/cast.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

template <Scalar T>
RowMajor<const T> as_column(const Vector<T>& x) {
  return RowMajor<const T>(x.view().data(), x.view().extent(0), 1);
}

/// @throws InvalidArgument when a finite element does not fit; place(row, column) names it.
template <Scalar To, Scalar From, class Place>
void require_range(const RowMajor<const From>& x, const Place& place) {
  if constexpr (kernels::narrows<To, From>) {
    const std::int64_t at = kernels::first_too_large<To>(ExecutionSpace(), x);
    if (at < 0) return;
    const auto columns = static_cast<std::int64_t>(x.extent(1));
    const std::int64_t row = at / columns;
    const std::int64_t column = at % columns;
    From value{};
    Kokkos::deep_copy(value, Kokkos::subview(x, row, column));
    throw InvalidArgument(message("cast: ", place(row, column), " is ", value,
                                  ", beyond the range of ", scalar_name<To>(),
                                  "; scale it by a power of two first"));
  }
}

}  // namespace

template <Scalar To, Scalar From>
requires CastsTo<To, From> Vector<To> cast(const Vector<From>& x) {
  const Layout& layout = x.layout();
  require_agreement(layout.comm(), message("cast<", scalar_name<To>(), ">"));
  Vector<To> result;
  together(layout.comm(), [&] {
    if constexpr (std::same_as<To, From>) {
      result = x;
    } else {
      require_range<To>(as_column(x), [&](std::int64_t row, std::int64_t) {
        return message("element ", layout.first() + row, " of the vector");
      });
      result = Vector<To>(layout);
      kernels::cast<To, From>(ExecutionSpace(), Real<From>(1), x.view(), result.view());
    }
  });
  return result;
}

template <Scalar To, Scalar From>
requires CastsTo<To, From> MultiVector<To> cast(const MultiVector<From>& x) {
  const Layout& layout = x.layout();
  require_agreement(layout.comm(), message("cast<", scalar_name<To>(), ">"));
  if constexpr (std::same_as<To, From>) {
    MultiVector<To> result;
    together(layout.comm(), [&] { result = x; });
    return result;
  } else {
    together(layout.comm(), [&] {
      require_range<To>(x.view(), [&](std::int64_t row, std::int64_t column) {
        return message("element ", layout.first() + row, " of vector ", column);
      });
    });
    MultiVector<To> result(layout, x.columns());
    const std::vector<Real<From>> ones(x.view().extent(1), Real<From>(1));
    kernels::cast<To, From>(ExecutionSpace(), ones.data(), x.view(), result.view());
    return result;
  }
}

#define SUAN_INSTANTIATE(To, From)               \
  template Vector<To> cast(const Vector<From>&); \
  template MultiVector<To> cast(const MultiVector<From>&);
SUAN_FOR_EACH_WIDENING(SUAN_INSTANTIATE)
SUAN_FOR_EACH_NARROWING(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE
#define SUAN_INSTANTIATE(T)                  \
  template Vector<T> cast(const Vector<T>&); \
  template MultiVector<T> cast(const MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
