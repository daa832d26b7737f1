// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A solve's checks of its vectors and of the arguments on different ranks.
#pragma once

#include "suan/comm/agreement.hpp"
#include "suan/vector/detail/overlap.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::detail {

[[noreturn]] inline void throw_shared() {
  throw InvalidArgument("solve: b and x share elements; give the solution its own vector");
}

/// @throws InvalidArgument, on this rank, when b and x share elements.
template <Scalar T>
void require_distinct_here(const Vector<T>& b, const Vector<T>& x) {
  if (&b == &x ||
      ranges_meet<T>(b.view().data(), b.view().extent(0), x.view().data(), x.view().extent(0))) {
    throw_shared();
  }
}

/// The same for all ranks together. Collective.
template <Scalar T>
void require_distinct(const MultiVector<T>& b, const MultiVector<T>& x) {
  together(b.layout().comm(), [&] {
    if (b.columns() > 0 && (&b == &x || share_elements<T>(b.view(), x.view()))) throw_shared();
  });
}

}  // namespace suan::detail
