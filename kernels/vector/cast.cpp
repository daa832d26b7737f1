// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/vector/cast.hpp"

#include "suan/kernels/detail/column_sums.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"

namespace suan::kernels {

template <Scalar To, Scalar From>
void cast(const ExecutionSpace& space, Real<From> scale, const DeviceView<const From>& x,
          const DeviceView<To>& y) {
  for_vector(
      "suan::cast", space, x.extent(0),
      KOKKOS_LAMBDA(std::int64_t i) { y(i) = scalar_cast<To>(scale * x(i)); });
}

template <Scalar To, Scalar From>
void cast(const ExecutionSpace& space, const Real<From>* scales, const RowMajor<const From>& x,
          const RowMajor<To>& y) {
  const auto by = on_device(space, scales, x.extent(1));
  for_elements(
      "suan::cast_of_columns", space, x.extent(0), x.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        y(i, c) = scalar_cast<To>(by(c) * x(i, c));
      });
}

template <Scalar To, Scalar From>
void add_cast(const ExecutionSpace& space, To alpha, Real<To> scale,
              const DeviceView<const From>& x, To beta, const DeviceView<To>& y) {
  if (beta == To(0)) {
    for_vector(
        "suan::add_cast", space, x.extent(0),
        KOKKOS_LAMBDA(std::int64_t i) { y(i) = alpha * (scale * scalar_cast<To>(x(i))); });
  } else {
    for_vector(
        "suan::add_cast", space, x.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          y(i) = alpha * (scale * scalar_cast<To>(x(i))) + beta * y(i);
        });
  }
}

template <Scalar To, Scalar From>
void add_cast(const ExecutionSpace& space, To alpha, const Real<To>* scales,
              const RowMajor<const From>& x, To beta, const RowMajor<To>& y) {
  const auto by = on_device(space, scales, x.extent(1));
  for_elements(
      "suan::add_cast_of_columns", space, x.extent(0), x.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) {
        const To added = alpha * (by(c) * scalar_cast<To>(x(i, c)));
        y(i, c) = beta == To(0) ? added : added + beta * y(i, c);
      });
}

template <Scalar To, Scalar From>
std::int64_t first_too_large(const ExecutionSpace& space, const RowMajor<const From>& x) {
  const auto size = static_cast<std::int64_t>(x.extent(0) * x.extent(1));
  const From* const numbers = x.data();  // rows follow each other
  std::int64_t first = size;
  Kokkos::parallel_reduce(
      "suan::first_too_large",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, size),
      KOKKOS_LAMBDA(std::int64_t at, std::int64_t & partial) {
        const From& number = numbers[at];
        if (is_finite(number) && !is_finite(scalar_cast<To>(number)) && at < partial) partial = at;
      },
      Kokkos::Min<std::int64_t>(first));
  return first < size ? first : -1;
}

#define SUAN_INSTANTIATE(To, From)                                                                \
  template void cast(const ExecutionSpace&, Real<From>, const DeviceView<const From>&,            \
                     const DeviceView<To>&);                                                      \
  template void cast(const ExecutionSpace&, const Real<From>*, const RowMajor<const From>&,       \
                     const RowMajor<To>&);                                                        \
  template void add_cast(const ExecutionSpace&, To, Real<To>, const DeviceView<const From>&, To,  \
                         const DeviceView<To>&);                                                  \
  template void add_cast(const ExecutionSpace&, To, const Real<To>*, const RowMajor<const From>&, \
                         To, const RowMajor<To>&);
SUAN_FOR_EACH_WIDENING(SUAN_INSTANTIATE)
SUAN_FOR_EACH_NARROWING(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE
#define SUAN_INSTANTIATE(To, From) \
  template std::int64_t first_too_large<To>(const ExecutionSpace&, const RowMajor<const From>&);
SUAN_FOR_EACH_NARROWING(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
