// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exchange of rows of different lengths, such as the rows of a sparse matrix.
#pragma once

#include "suan/comm/exchange.hpp"

namespace suan {

template <class T>
class PendingRows;

/// A plan for rows with different numbers of entries, made once for each set of rows: the lengths
/// travel first, then as many arrays as there are (columns, values, ...), also later again, as when
/// the values have changed. Rows may be empty.
///
/// Rows go to ghosts (each ghost receives the row of its owner), or to owners: then each rank
/// receives a row for every element of IndexMap::shared(), in that order, which is by rank.
///
/// Objects, their order and errors are as those of Exchange; several arrays may be under way.
class RowExchange {
 public:
  /// Nothing to exchange.
  RowExchange() = default;
  /// Row i of the senders has the entries from offsets(i) to offsets(i + 1); there are as many rows
  /// as owned elements, or ghosts. The offsets are not needed afterwards. Collective.
  /// @throws DimensionMismatch, InvalidArgument for offsets that decrease, OutOfMemory; on all
  /// ranks.
  RowExchange(const Exchange& exchange, Direction way, const DeviceView<const Offset>& offsets);

  /// Where the rows received begin, and the end, in the arrays that an exchange returns.
  const DeviceView<const Offset>& offsets() const noexcept { return offsets_; }
  /// The number of entries received and sent.
  Offset received() const noexcept { return received_; }
  Offset sent() const noexcept { return sent_; }

  /// Starts to send an array, which may change once this returns. It has the entries up to the last
  /// offset, at least. Collective. @throws DimensionMismatch, MpiError.
  template <class T>
  [[nodiscard]] PendingRows<T> start(const DeviceView<const T>& entries) const;

 private:
  std::shared_ptr<detail::Channel> channel_;
  Direction way_ = Direction::to_ghosts;
  DeviceView<const Offset> offsets_;
  DeviceView<const Offset> begins_;  // of the rows sent, in the arrays
  DeviceView<const Offset> places_;  // and in the messages, with the end
  Offset received_ = 0;
  Offset sent_ = 0;
  Offset entries_ = 0;  // that an array must have
};

/// Rows under way.
template <class T>
class PendingRows {
 public:
  PendingRows() = default;
  /// Waits. Returns the entries of all rows received, in the plan's memory, which are valid as long
  /// as this object lives. @throws MpiError.
  DeviceView<const T> finish() {
    transfer_.wait();
    return DeviceView<const T>(transfer_.template incoming<T>(), entries_);
  }

 private:
  friend class RowExchange;
  PendingRows(detail::Transfer transfer, std::size_t entries)
      : transfer_(std::move(transfer)), entries_(entries) {}
  detail::Transfer transfer_;
  std::size_t entries_ = 0;
};

namespace detail {

void require_entries(std::size_t entries, Offset expected);

/// Row k of `to` starts at places(k), and that of `from` at begins(k).
template <class T>
void copy_lists(const DeviceView<const T>& from, const DeviceView<const Offset>& begins,
                const DeviceView<const Offset>& places, T* to) {
  const auto rows = static_cast<std::int64_t>(begins.extent(0));
  if (rows == 0) return;
  Kokkos::parallel_for(
      "suan::row_exchange_pack",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(0, rows),
      KOKKOS_LAMBDA(std::int64_t k) {
        const Offset begin = begins(k) - places(k);
        for (Offset e = places(k); e < places(k + 1); ++e) to[e] = from(begin + e);
      });
}

}  // namespace detail

template <class T>
PendingRows<T> RowExchange::start(const DeviceView<const T>& entries) const {
  detail::require_exchangeable<T>();
  detail::Transfer transfer(channel_, way_, sizeof(T));
  transfer.start([&] {
    detail::require_entries(entries.extent(0), entries_);
    detail::copy_lists<T>(entries, begins_, places_, transfer.outgoing<T>());
  });
  return {std::move(transfer), static_cast<std::size_t>(received_)};
}

}  // namespace suan
