// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Operators of the library that Python keeps, on vectors of other types, and on NumPy's arrays.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "on_both_parts.hpp"
#include "suan/matrix/cast_operator.hpp"

namespace suan::python {

/// The operator on vectors of T: in another precision, and for complex vectors a real one on their
/// real and imaginary parts. @throws InvalidArgument where it is complex and T is not.
template <Scalar T, Scalar S>
std::shared_ptr<const Operator<T>> converted(std::shared_ptr<const Operator<S>> m) {
  if constexpr (std::is_same_v<T, S>) {
    return m;
  } else if constexpr (is_complex<T> == is_complex<S>) {
    return std::make_shared<CastOperator<T, S>>(std::move(m));
  } else if constexpr (is_complex<T>) {
    if (m->varies()) {
      throw InvalidArgument(
          "M is real, and its F-cycles or K-cycles are not applied to the parts of complex "
          "vectors; "
          "make it with dtype=numpy.complex128");
    }
    return std::make_shared<OnBothParts<T>>(converted<Real<T>>(std::move(m)));
  } else {
    throw InvalidArgument("M is complex, but A and b are real; pass a complex b");
  }
}

/// y = M x for so many vectors, row after row. Collective.
template <Scalar T>
void apply_to(const Operator<T>& m, const InputScalars& x, const OutputScalars& y,
              std::int64_t columns) {
  const LocalIndex rows = m.row_layout().local_size();
  together(m.comm(), [&] {
    if (columns > 0 &&
        x.size() == static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)) {
      return;
    }
    throw DimensionMismatch(message("x has ", x.size(), " elements, which are no ", columns,
                                    " vectors of ", rows, " rows"));
  });
  std::vector<std::string> copied;
  const DeviceView<T> from = borrow<T>(elements<T>(x, "x"), "x", copied);
  const std::span<const T> place(static_cast<const T*>(y.data()), y.size());
  const DeviceView<T> to = borrow<T>(place, "y", copied);
  const auto& layout = m.row_layout();
  if (columns == 1) {
    Vector<T> result(layout, to);
    m.apply(Vector<T>(layout, from), result);
  } else {
    const auto side_by_side = [&](const DeviceView<T>& array) {
      return MultiVector<T>(layout,
                            RowMajor<T>(array.data(), static_cast<std::size_t>(layout.local_size()),
                                        static_cast<std::size_t>(columns)));
    };
    auto result = side_by_side(to);
    m.apply(side_by_side(from), result);
  }
  give_back(to, y);
}

}  // namespace suan::python
