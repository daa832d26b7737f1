// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several dense vectors with one layout, distributed over ranks.
#pragma once

#include "suan/vector/vector.hpp"

namespace suan {

/// `columns()` vectors with one layout. This rank has local_size() rows of columns() elements,
/// stored row by row, so that a product reads its matrix once for all vectors.
///
/// Copying and moving work as in Vector: assignments to a MultiVector that uses the program's
/// memory copy into that memory.
template <Scalar T>
class MultiVector {
 public:
  using value_type = T;

  /// No elements.
  MultiVector() = default;
  /// All zero. Collective. @throws InvalidArgument when `columns` is negative, DimensionMismatch
  /// when it differs between ranks.
  MultiVector(Layout layout, LocalIndex columns);
  /// Uses `elements` without copying: a separate array, or columns of a wider one. Collective.
  /// @throws DimensionMismatch unless there are layout.local_size() rows, with as many columns on
  /// all ranks.
  MultiVector(Layout layout, RowMajor<T> elements);
  /// This rank's part, from host memory, row by row. Collective. @throws DimensionMismatch as
  /// above.
  static MultiVector from_host(Layout layout, LocalIndex columns, std::span<const T> elements);
  /// As Vector::from_host, from numbers of other types that T can represent.
  template <detail::Array Elements>
  requires(!std::convertible_to<const Elements&, std::span<const T>>) static MultiVector
      from_host(Layout layout, LocalIndex columns, const Elements& elements) {
    std::optional<detail::Scalars<T>> converted;
    together(layout.comm(), [&] { converted.emplace(elements); });
    return from_host(std::move(layout), columns, converted->span());
  }

  MultiVector(const MultiVector& other);
  MultiVector& operator=(const MultiVector& other);
  MultiVector(MultiVector&& other) noexcept;
  MultiVector& operator=(MultiVector&& other);
  ~MultiVector() = default;

  const Layout& layout() const noexcept { return layout_; }
  GlobalIndex global_size() const noexcept { return layout_.global_size(); }
  LocalIndex local_size() const noexcept { return layout_.local_size(); }
  LocalIndex columns() const noexcept { return static_cast<LocalIndex>(elements_.extent(1)); }

  /// This rank's elements, in device memory.
  RowMajor<T> view() noexcept { return elements_; }
  RowMajor<const T> view() const noexcept { return elements_; }

  /// A copy of vector j. Collective. @throws InvalidArgument unless 0 <= j < columns().
  Vector<T> column(LocalIndex j) const;
  /// Replaces the elements of vector j. Collective. @throws as column(), DimensionMismatch when the
  /// layouts differ.
  void set_column(LocalIndex j, const Vector<T>& x);

  /// A copy of this rank's elements in host memory, row by row.
  std::vector<T> to_host() const;
  /// All elements on rank 0, row by row, none on the others. Collective.
  std::vector<T> gather() const;

 private:
  Layout layout_;
  RowMajor<T> elements_;
  bool is_wrapped_ = false;  // uses the program's memory
};

/// A copy of the vectors columns[0], columns[1], ... of x. Collective. @throws InvalidArgument
/// unless all exist.
template <Scalar T>
MultiVector<T> select_columns(const MultiVector<T>& x, std::span<const LocalIndex> columns);

/// Vector columns[c] of y = vector c of x; none of them twice. Collective. @throws InvalidArgument
/// unless all exist in y, DimensionMismatch unless there are x.columns() of them and the layouts
/// are the same.
template <Scalar T>
void assign_columns(const MultiVector<T>& x, std::span<const LocalIndex> columns,
                    MultiVector<T>& y);

}  // namespace suan
