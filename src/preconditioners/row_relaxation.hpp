// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Relaxation of some rows at a time: those of a colour, or the fine points of a level.
//
// Rows are summed in the order of global columns, each by one thread: the bits depend neither on
// threads nor on ranks. The functions check nothing, and are not collective.
//
// Bytes: of the listed rows entries * (v + 4) and 8 to 24 of offsets each, with v those of a value,
// and of vectors x, b and the inverse.
#pragma once

#include "matrix/local_rows.hpp"

namespace suan::detail {

/// The rows of a rank, and by what their residuals are multiplied.
template <Scalar T>
struct RelaxedRows {
  kernels::CsrView<T> own;
  kernels::CsrView<T> ghost;
  LocalIndex below = 0;
  bool has_ghosts = false;
  DeviceView<const T> inverse;  // for each row

  RelaxedRows() = default;
  RelaxedRows(const LocalRows<T>& rows, DeviceView<const T> inverses)
      : own(rows.own),
        ghost(rows.ghost),
        below(rows.below),
        has_ghosts(!rows.ghosts.empty()),
        inverse(std::move(inverses)) {}
};

/// The rows i with classes(i) = which, increasing. Waits.
DeviceView<const LocalIndex> rows_of_class(const DeviceView<const LocalIndex>& classes,
                                           LocalIndex which);

/// The entries of the rows of the list. Waits.
template <Scalar T>
std::int64_t count_entries(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list);

/// x_i = inverse_i b_i for the rows i of the list.
template <Scalar T>
void relax_from_zero(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                     const RowMajor<const T>& b, const RowMajor<T>& x);

/// x_i = x_i + inverse_i (b - A x)_i for the rows i of the list, one after the other or at once:
/// none may have an entry in the column of another.
template <Scalar T>
void relax_apart(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                 const RowMajor<const T>& b, const RowMajor<const T>& ghosts, const RowMajor<T>& x);

/// The same for any list, with the values that x has before. `work` has room for a row for each
/// element of the list.
template <Scalar T>
void relax_at_once(const RelaxedRows<T>& rows, const DeviceView<const LocalIndex>& list,
                   const RowMajor<const T>& b, const RowMajor<const T>& ghosts,
                   const RowMajor<T>& work, const RowMajor<T>& x);

}  // namespace suan::detail
