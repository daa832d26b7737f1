// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a distributed matrix that a product reads, own and fetched ones.
#pragma once

#include "matrix/shared_rows.hpp"

namespace suan::detail {

/// The rows of B that a product A B reads on this rank, in the order of A's joined() columns: those
/// of ghosts below this rank's rows, its own, those above. Entries are in two parts as in
/// LocalRows; the ghost part has the columns of B's own rows and of the fetched ones.
template <Scalar T>
class ExtendedRows {
 public:
  ExtendedRows() = default;
  /// Finds the structure. `exchange` has a map of B's rows, with the rows to fetch as ghosts.
  /// Collective. @throws NotSupported for more than 2^31 - 1 rows or ghosts.
  ExtendedRows(const Exchange& exchange, const DistributedMatrix<T>& b);
  /// The rows with the values of B, which has the same structure as before. Collective.
  LocalRows<T> of(const DistributedMatrix<T>& b) const;

 private:
  DeviceView<const Offset> ghost_offsets_;  // of B's own rows
  LocalRows<T> structure_;                  // without values, if any rows are fetched
  LocalIndex above_ = 0;                    // the first of the rows that come after B's own
  LocalIndex lower_ = 0;                    // rows before B's own
  bool fetches_ = false;                    // else B's own rows are all
  SharedRows<T> shared_;
  DeviceView<const char> is_own_;  // for each entry received: whether its column is this rank's
};

}  // namespace suan::detail
