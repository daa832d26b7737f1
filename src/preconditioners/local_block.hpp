// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Argument checks of preconditioners that need entries.
#pragma once

#include "suan/matrix/csr.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

/// This rank's square diagonal block of A. @throws NotSupported when A has no accessible entries;
/// DimensionMismatch unless rows and columns are distributed alike. The same on all ranks.
template <Scalar T>
const Csr<T>& require_local_block(const char* what, const Operator<T>& a) {
  require_same_layout(what, "the rows of the operator", a.row_layout(), "its columns",
                      a.column_layout());
  const Csr<T>* local = a.access().local;
  if (local == nullptr) {
    throw NotSupported(message(what, ": the operator \"", a.name(),
                               "\" has no accessible entries; use preconditioner none, or pass "
                               "your own preconditioner"));
  }
  return *local;
}

}  // namespace suan::detail
