// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A hierarchy in single precision for vectors in double precision: half the bytes of a cycle.
#pragma once

#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

template <Scalar T>
class Rounded : public Preconditioner<T> {
 public:
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

}  // namespace suan::multigrid
