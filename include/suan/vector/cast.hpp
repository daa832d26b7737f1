// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Vectors in another precision, or as complex ones.
#pragma once

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// Whether numbers of type From have a place in To, perhaps rounded. A complex number has none
/// among real ones.
template <class To, class From>
concept CastsTo = Scalar<To> && Scalar<From> &&(is_complex<To> || !is_complex<From>);

/// A copy of x whose elements are rounded to To: cast<float>(x), cast<Complex>(x). Collective.
/// @throws InvalidArgument, on all ranks, when a finite element is beyond the range of To, naming
/// its global index.
template <Scalar To, Scalar From>
requires CastsTo<To, From> Vector<To> cast(const Vector<From>& x);
template <Scalar To, Scalar From>
requires CastsTo<To, From> MultiVector<To> cast(const MultiVector<From>& x);

}  // namespace suan
