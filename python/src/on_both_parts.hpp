// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Real operators on complex vectors.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "suan/matrix/operator.hpp"

namespace suan::python {

/// A real operator on complex vectors, whose real and imaginary parts are the elements of two
/// vectors.
template <Scalar T>
class OnBothParts final : public Operator<T> {
 public:
  explicit OnBothParts(std::shared_ptr<const Operator<Real<T>>> inner)
      : Operator<T>(inner->row_layout(), inner->column_layout()), inner_(std::move(inner)) {}
  std::string name() const override { return inner_->name(); }
  std::int64_t bytes_per_apply() const override { return 2 * inner_->bytes_per_apply(); }
  bool varies() const noexcept override { return inner_->varies(); }
  bool rounds() const noexcept override { return inner_->rounds(); }

 private:
  static MultiVector<Real<T>> parts(const Layout& layout, const T* first, std::size_t stride,
                                    std::size_t columns) {
    // The parts of a complex number lie side by side.
    auto* numbers = const_cast<Real<T>*>(reinterpret_cast<const Real<T>*>(first));
    const auto rows = static_cast<std::size_t>(layout.local_size());
    const RowMajor<Real<T>> wide(numbers, rows, 2 * stride);
    return {layout,
            Kokkos::subview(wide, Kokkos::ALL, std::make_pair(std::size_t(0), 2 * columns))};
  }
  static MultiVector<Real<T>> parts(const Vector<T>& x) {
    return parts(x.layout(), x.view().data(), 1, 1);
  }
  static MultiVector<Real<T>> parts(const MultiVector<T>& x) {
    return parts(x.layout(), x.view().data(), x.view().stride(0), x.view().extent(1));
  }

  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override {
    if (alpha == T(1) && beta == T(0)) {
      auto into = parts(y);
      inner_->apply(parts(x), into);
      return;
    }
    Vector<T> result;
    together(this->comm(), [&] { result = Vector<T>(y.layout()); });
    auto into = parts(result);
    inner_->apply(parts(x), into);
    axpby(alpha, std::as_const(result), beta, y);
  }
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override {
    if (alpha != T(1) || beta != T(0)) {
      for (LocalIndex j = 0; j < x.columns(); ++j) {
        auto column = y.column(j);
        this->apply(alpha, x.column(j), beta, column);
        y.set_column(j, column);
      }
      return;
    }
    auto into = parts(y);
    inner_->apply(parts(x), into);
  }

  std::shared_ptr<const Operator<Real<T>>> inner_;
};

}  // namespace suan::python
