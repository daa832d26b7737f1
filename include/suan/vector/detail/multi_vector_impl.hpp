// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/vector/multi_vector.hpp.
#pragma once

#include "suan/vector/multi_vector.hpp"

#include "suan/comm/detail/together_once.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace detail {

template <Scalar T>
RowMajor<T> new_multi_vector(LocalIndex rows, LocalIndex columns) {
  return allocate_view<RowMajor<T>>("suan::MultiVector", static_cast<std::size_t>(rows),
                                    static_cast<std::size_t>(columns));
}

/// Collective, except where making vectors communicates nothing: see together_once().
inline void agree_on_columns(const Layout& layout, std::int64_t columns) {
  if (together_depth > 0 || in_host_loop) return;
  const auto& comm = layout.comm();
  const std::int64_t fewest = comm.min(columns);
  const std::int64_t most = comm.max(columns);
  if (fewest != most) {
    throw DimensionMismatch(message("MultiVector: a rank has ", fewest, " vectors and another ",
                                    most, "; the numbers must be equal"));
  }
}

inline void require_local_rows(const Layout& layout, std::size_t rows) {
  if (static_cast<std::size_t>(layout.local_size()) != rows) {
    throw DimensionMismatch(message("MultiVector: ", rows, " rows were given for a layout of ",
                                    "which this rank has ", layout.local_size()));
  }
}

inline LocalIndex require_column(const char* what, LocalIndex j, LocalIndex columns) {
  if (j < 0 || j >= columns) {
    throw InvalidArgument(message(what, ": vector ", j, " of ", columns, " was requested"));
  }
  return j;
}

template <Scalar T>
bool has_shape_of(const RowMajor<T>& x, const RowMajor<T>& y) {
  return x.extent(0) == y.extent(0) && x.extent(1) == y.extent(1);
}

/// The elements with contiguous rows, as copies between memory spaces need them.
template <Scalar T>
RowMajor<T> without_gaps(const RowMajor<T>& x) {
  if (x.span_is_contiguous()) return x;
  const auto copy = new_multi_vector<T>(static_cast<LocalIndex>(x.extent(0)),
                                        static_cast<LocalIndex>(x.extent(1)));
  Kokkos::deep_copy(copy, x);
  return copy;
}

}  // namespace detail

template <Scalar T>
MultiVector<T>::MultiVector(Layout layout, LocalIndex columns) : layout_(std::move(layout)) {
  detail::agree_on_columns(layout_, columns);
  if (columns < 0) {
    throw InvalidArgument(message("MultiVector: ", columns,
                                  " vectors were requested; the number must not be negative"));
  }
  detail::together_once(layout_.comm(),
                        [&] { elements_ = detail::new_multi_vector<T>(local_size(), columns); });
  Kokkos::deep_copy(elements_, T(0));
}

template <Scalar T>
MultiVector<T>::MultiVector(Layout layout, RowMajor<T> elements)
    : layout_(std::move(layout)), elements_(std::move(elements)), is_wrapped_(true) {
  detail::together_once(layout_.comm(),
                        [&] { detail::require_local_rows(layout_, elements_.extent(0)); });
  detail::agree_on_columns(layout_, columns());
}

template <Scalar T>
MultiVector<T> MultiVector<T>::from_host(Layout layout, LocalIndex columns,
                                         std::span<const T> elements) {
  MultiVector result(std::move(layout), columns);
  detail::together_once(result.layout_.comm(), [&] {
    if (elements.size() != result.elements_.size()) {
      throw DimensionMismatch(message("MultiVector: ", elements.size(), " elements were given for ",
                                      result.local_size(), " rows of ", columns));
    }
    const Kokkos::View<const T**, Kokkos::LayoutRight, Kokkos::HostSpace> host(
        elements.data(), result.elements_.extent(0), result.elements_.extent(1));
    Kokkos::deep_copy(result.elements_, host);
  });
  return result;
}

template <Scalar T>
MultiVector<T>::MultiVector(const MultiVector& other)
    : layout_(other.layout_),
      elements_(detail::new_multi_vector<T>(other.local_size(), other.columns())) {
  Kokkos::deep_copy(elements_, other.elements_);
}

template <Scalar T>
MultiVector<T>& MultiVector<T>::operator=(const MultiVector& other) {
  if (this == &other) return *this;
  if (!detail::has_shape_of(elements_, other.elements_)) {
    elements_ = detail::new_multi_vector<T>(other.local_size(), other.columns());
    is_wrapped_ = false;
  }
  layout_ = other.layout_;
  Kokkos::deep_copy(elements_, other.elements_);
  return *this;
}

template <Scalar T>
MultiVector<T>::MultiVector(MultiVector&& other) noexcept
    : layout_(std::move(other.layout_)),
      elements_(std::exchange(other.elements_, {})),
      is_wrapped_(std::exchange(other.is_wrapped_, false)) {}

template <Scalar T>
MultiVector<T>& MultiVector<T>::operator=(MultiVector&& other) {
  if (this == &other) return *this;
  if (is_wrapped_ && detail::has_shape_of(elements_, other.elements_)) return *this = other;
  layout_ = std::move(other.layout_);
  elements_ = std::exchange(other.elements_, {});
  is_wrapped_ = std::exchange(other.is_wrapped_, false);
  return *this;
}

template <Scalar T>
Vector<T> MultiVector<T>::column(LocalIndex j) const {
  detail::together_once(layout_.comm(),
                        [&] { detail::require_column("MultiVector::column", j, columns()); });
  Vector<T> result(layout_);
  kernels::copy_column<T>(ExecutionSpace(), elements_, static_cast<std::size_t>(j), result.view());
  return result;
}

template <Scalar T>
void MultiVector<T>::set_column(LocalIndex j, const Vector<T>& x) {
  detail::together_once(layout_.comm(), [&] {
    detail::require_column("MultiVector::set_column", j, columns());
    require_same_layout("MultiVector::set_column", "the vectors", layout_, "the new one",
                        x.layout());
  });
  kernels::set_column<T>(ExecutionSpace(), x.view(), elements_, static_cast<std::size_t>(j));
}

template <Scalar T>
std::vector<T> MultiVector<T>::to_host() const try {
  std::vector<T> result(elements_.size());
  const Kokkos::View<T**, Kokkos::LayoutRight, Kokkos::HostSpace> host(
      result.data(), elements_.extent(0), elements_.extent(1));
  Kokkos::deep_copy(host, detail::without_gaps<T>(elements_));
  return result;
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
std::vector<T> MultiVector<T>::gather() const {
  const auto mine = to_host();
  return layout_.comm().gather(std::span<const T>(mine));
}

template <Scalar T>
MultiVector<T> select_columns(const MultiVector<T>& x, std::span<const LocalIndex> columns) {
  detail::together_once(x.layout().comm(), [&] {
    for (const LocalIndex j : columns) detail::require_column("select_columns", j, x.columns());
  });
  MultiVector<T> result(x.layout(), static_cast<LocalIndex>(columns.size()));
  kernels::gather_columns<T>(ExecutionSpace(), x.view(), columns, result.view());
  return result;
}

template <Scalar T>
void assign_columns(const MultiVector<T>& x, std::span<const LocalIndex> columns,
                    MultiVector<T>& y) {
  detail::together_once(y.layout().comm(), [&] {
    for (const LocalIndex j : columns) detail::require_column("assign_columns", j, y.columns());
    require_same_layout("assign_columns", "x", x.layout(), "y", y.layout());
    if (columns.size() != x.view().extent(1)) {
      throw DimensionMismatch(message("assign_columns: ", columns.size(),
                                      " numbers were given for ", x.columns(), " vectors"));
    }
  });
  kernels::scatter_columns<T>(ExecutionSpace(), x.view(), columns, y.view());
}

#define SUAN_INSTANTIATE(T)                                                                        \
  SUAN_TEMPLATE class MultiVector<T>;                                                              \
  SUAN_TEMPLATE MultiVector<T> select_columns(const MultiVector<T>&, std::span<const LocalIndex>); \
  SUAN_TEMPLATE void assign_columns(const MultiVector<T>&, std::span<const LocalIndex>,            \
                                    MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
