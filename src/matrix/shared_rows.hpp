// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a distributed matrix for other ranks: sent once, or again with other values.
#pragma once

#include <optional>

#include "matrix/local_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/comm/row_exchange.hpp"

namespace suan::detail {

/// Entries of rows that other ranks have sent, as long as this object lives.
template <class T>
struct ArrivedRows {
  /// Sends `entries` and waits for those of others. Collective; throws on all ranks alike.
  ArrivedRows(const Communicator& comm, const RowExchange& exchange,
              const DeviceView<const T>& entries) {
    together(comm, [&] {
      pending.emplace(exchange.start<T>(entries));
      received = pending->finish();
    });
  }
  std::optional<PendingRows<T>> pending;
  DeviceView<const T> received;
};

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
  ArrivedRows<GlobalIndex> columns(const LocalRows<T>& rows) const;
  ArrivedRows<T> values(const LocalRows<T>& rows) const;

 private:
  Communicator comm_;
  GlobalIndex first_column_ = 0;
  DeviceView<const LocalIndex> sent_;  // local numbers of the rows sent, each once
  DeviceView<const Offset> begins_;    // of all rows, among the entries sent
  Offset entries_ = 0;
  RowExchange exchange_;
};

}  // namespace suan::detail
