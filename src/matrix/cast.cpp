// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/cast.hpp"

#include <algorithm>

#include "kernels/vector/cast.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

/// The row of the entry at position k.
LocalIndex row_of_entry(const DeviceView<const Offset>& offsets, Offset k) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), offsets);
  const Offset* const begin = host.data();
  const Offset* const end = begin + host.extent(0);
  return static_cast<LocalIndex>(std::upper_bound(begin, end, k) - begin - 1);
}

/// The matrix with values of type To. name_row(i) is the number of row i in messages.
template <Scalar To, Scalar From, class NameRow>
Csr<To> cast_part(const Csr<From>& a, KernelPath path, const NameRow& name_row) {
  const auto& view = a.view();
  if constexpr (kernels::narrows<To, From>) {
    const RowMajor<const From> column(view.values.data(), view.values.extent(0), 1);
    const Offset at = kernels::first_too_large<To>(ExecutionSpace(), column);
    if (at >= 0) {
      From value{};
      Kokkos::deep_copy(value, Kokkos::subview(view.values, static_cast<std::size_t>(at)));
      throw InvalidArgument(message("cast: an entry of row ",
                                    name_row(row_of_entry(view.offsets, at)), " is ", value,
                                    ", beyond the range of ", scalar_name<To>(),
                                    "; scale the matrix by a power of two first"));
    }
  }
  const auto values = detail::allocate<To>("suan::cast values", view.values.extent(0));
  const ExecutionSpace space;
  kernels::cast<To, From>(space, Real<From>(1), view.values, values);
  space.fence("suan::cast");
  return Csr<To>(a.rows(), a.columns(), view.offsets, view.indices, values, path);
}

/// That of the matrix, unless it is that of a format, which is not cast.
template <Scalar T>
KernelPath path_of(const Csr<T>& a) {
  return a.plan().copies_values() ? KernelPath::automatic : a.plan().path();
}

}  // namespace

template <Scalar To, Scalar From>
requires CastsTo<To, From> Csr<To> cast(const Csr<From>& a) {
  if constexpr (std::same_as<To, From>) {
    return a;
  } else {
    return cast_part<To>(a, path_of(a), [](LocalIndex i) { return i; });
  }
}

template <Scalar To, Scalar From>
requires CastsTo<To, From> DistributedMatrix<To> cast(const DistributedMatrix<From>& a) {
  require_agreement(a.comm(), message("cast<", scalar_name<To>(), ">"));
  if constexpr (std::same_as<To, From>) {
    return a;
  } else {
    if (!a.exchange().map()) return {};  // DistributedMatrix()
    Csr<To> local;
    typename DistributedMatrix<To>::Remote remote;
    together(a.comm(), [&] {
      const auto& from = a.remote();
      const GlobalIndex first = a.row_layout().first();
      local = cast_part<To>(a.local(), path_of(a.local()), [&](LocalIndex i) { return first + i; });
      remote.matrix = cast_part<To>(from.matrix, KernelPath::native, [&](LocalIndex i) {
        LocalIndex row = 0;
        Kokkos::deep_copy(row, Kokkos::subview(from.row_numbers, static_cast<std::size_t>(i)));
        return first + row;
      });
      remote.row_numbers = from.row_numbers;
      remote.columns = from.columns;
    });
    a.exchange().reserve(sizeof(To));  // so that products with one vector do not
    return {a.row_layout(), a.column_layout(), std::move(local), std::move(remote), a.exchange()};
  }
}

#define SUAN_INSTANTIATE(To, From)         \
  template Csr<To> cast(const Csr<From>&); \
  template DistributedMatrix<To> cast(const DistributedMatrix<From>&);
SUAN_FOR_EACH_WIDENING(SUAN_INSTANTIATE)
SUAN_FOR_EACH_NARROWING(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE
#define SUAN_INSTANTIATE(T)            \
  template Csr<T> cast(const Csr<T>&); \
  template DistributedMatrix<T> cast(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
