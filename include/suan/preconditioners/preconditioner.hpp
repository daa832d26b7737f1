// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What is made from a matrix and approximates its inverse.
#pragma once

#include <cstdint>
#include <string>

#include "suan/matrix/operator.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

/// An approximate inverse of a matrix, which its constructor sets up and update() adapts to other
/// values: in a time loop or in Newton's method the structure stays, and with it most of a set-up.
/// Operators without update() can precondition as well; they stay what they are.
template <Scalar T>
class Preconditioner : public Operator<T> {
 public:
  /// Adapts to `a`: the matrix that it was made from, with other values, or another one with the
  /// same layout. Returns what was kept and what was computed anew, in a few words. If it throws,
  /// nothing has changed. Collective.
  /// @throws DimensionMismatch when the layout is another one; else as the constructor.
  std::string update(const Operator<T>& a) {
    require_same_layout(this->name().c_str(), "the new matrix", a.row_layout(), "the old one",
                        this->row_layout());
    return do_update(a);
  }
  /// Tells it how many iterations a solve from the start took with it, the same on all ranks. What
  /// keeps much in update() may find that it has kept too much.
  virtual void note_iterations(std::int64_t) {}

 protected:
  using Operator<T>::Operator;

 private:
  virtual std::string do_update(const Operator<T>& a) = 0;
};

}  // namespace suan
