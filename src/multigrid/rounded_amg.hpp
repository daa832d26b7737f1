// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A hierarchy in single precision for vectors in double precision: half the bytes of a cycle.
#pragma once

#include <type_traits>

#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// T in single precision.
template <Scalar T>
using Low = std::conditional_t<is_complex<T>, ComplexFloat, float>;

/// A matrix divided by 2^exponent, rounded.
template <Scalar T>
struct RoundedMatrix {
  DistributedMatrix<Low<T>> matrix;
  int exponent = 0;
};

/// With the power of two that brings the entries into the range of single precision. Collective.
/// @throws InvalidArgument as cast().
template <Scalar T>
RoundedMatrix<T> rounded(const DistributedMatrix<T>& a);

template <Scalar T>
class Rounded : public Preconditioner<T> {
 public:
  virtual const Amg<Low<T>>& inner() const = 0;
  /// Of the power of two by which the matrix was divided.
  virtual int exponent() const = 0;
  virtual const AmgReport& report() const = 0;
  virtual std::string scalar() const = 0;
  virtual std::vector<GlobalIndex> aggregates() const = 0;
  virtual AmgCheck check() const = 0;
  /// Those of the matrix, rounded, and of two vectors between the precisions, on all ranks.
  virtual std::int64_t copied_bytes() const = 0;

 protected:
  using Preconditioner<T>::Preconditioner;
};

/// An Amg for `a` rounded to single precision, after a power of two that brings its entries into
/// the range. Null if T is in single precision already. `near_null` as for Amg, or without vectors
/// for constants. Collective. @throws as Amg.
template <Scalar T>
std::unique_ptr<Rounded<T>> make_rounded(const DistributedMatrix<T>& a,
                                         const MultiVector<T>& near_null,
                                         const AmgOptions& options);

/// Around one that is there already.
template <Scalar T>
std::unique_ptr<Rounded<T>> make_rounded(Amg<Low<T>> inner, int exponent);

}  // namespace suan::multigrid
