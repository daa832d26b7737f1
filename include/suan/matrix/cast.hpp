// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices in another precision, or as complex ones. Vectors: suan/vector/cast.hpp.
#pragma once

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/cast.hpp"

namespace suan {

/// The matrix with its values rounded to To: cast<float>(a), cast<Complex>(a). It shares all other
/// arrays; its products read plain csr, whatever a's read. A matrix of type To is returned as it
/// is. @throws InvalidArgument when a finite value is beyond the range of To, naming its row.
template <Scalar To, Scalar From>
requires CastsTo<To, From> Csr<To> cast(const Csr<From>& a);
/// The same, with the exchange of a. Collective: all ranks throw, naming the global row.
template <Scalar To, Scalar From>
requires CastsTo<To, From> DistributedMatrix<To> cast(const DistributedMatrix<From>& a);

}  // namespace suan
