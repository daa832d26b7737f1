// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a distributed matrix that other ranks own: fetched once, or again with other values.
#pragma once

#include "matrix/local_rows.hpp"
#include "suan/comm/row_exchange.hpp"

namespace suan::detail {

/// Sends the rows that are ghosts of other ranks in a map of the matrix's rows. What arrives has
/// global columns, increasing in each row.
template <Scalar T>
class SharedRows {
 public:
  SharedRows() = default;
  /// Collective.
  SharedRows(const Exchange& exchange, const DistributedMatrix<T>& a, const LocalRows<T>& rows);

  /// Where the rows of the map's ghosts begin among the entries that arrive, and the end.
  const DeviceView<const Offset>& offsets() const { return exchange_.offsets(); }
  Offset received() const { return exchange_.received(); }
  /// Collective. `rows` are those of the matrix, with its current values.
  PendingRows<GlobalIndex> columns(const LocalRows<T>& rows) const;
  PendingRows<T> values(const LocalRows<T>& rows) const;

 private:
  Communicator comm_;
  GlobalIndex first_column_ = 0;
  DeviceView<const LocalIndex> sent_;  // local numbers of the rows sent, each once
  DeviceView<const Offset> begins_;    // of all rows, among the entries sent
  Offset entries_ = 0;
  RowExchange exchange_;
};

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
