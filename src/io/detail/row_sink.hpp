// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a reader's entries go: to the block of rows on this rank, or to the rank that owns the row.
#pragma once

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

#include "io/detail/entry_store.hpp"
#include "suan/comm/layout.hpp"

namespace suan::detail {

/// Collects entries by blocks of 2^shift rows. Several threads add, each as a separate source; then
/// exchange() sends each entry to its rank.
template <Scalar T, bool Wide>
class RowSink {
 public:
  using E = Entry<T, Wide>;

  /// `expected` is the approximate number of entries of this rank. With `drop_foreign`, entries of
  /// other ranks' rows are skipped instead of kept for exchange().
  RowSink(const Layout& rows, std::size_t threads, std::int64_t expected, bool drop_foreign)
      : rows_(rows),
        first_(rows.first()),
        own_(static_cast<std::uint64_t>(rows.local_size())),
        threads_(threads),
        drop_foreign_(drop_foreign),
        shift_(block_shift(rows, threads, expected)),
        blocks_((static_cast<std::size_t>(own_) + (std::size_t(1) << shift_) - 1) >> shift_),
        store_(threads + others(), blocks_, expected),
        outgoing_(threads, sends() ? others() + 1 : 0, expected) {}

  /// Adds the entries of one thread.
  class Writer {
   public:
    Writer(RowSink& sink, std::size_t thread)
        : first_(sink.first_),
          own_(sink.own_),
          shift_(sink.shift_),
          sink_(sink),
          own_rows_(sink.store_.appender(sink.rank() + thread)) {
      if (sink.sends()) other_rows_.emplace(sink.outgoing_.appender(thread));
    }
    /// An entry at a global row and column.
    void add(GlobalIndex row, GlobalIndex column, T value) {
      const auto local = static_cast<std::uint64_t>(row - first_);
      if (local < own_) [[likely]] {
        own_rows_.add(static_cast<std::size_t>(local >> shift_),
                      entry(row - first_, column, value));
      } else if (other_rows_) {
        const int owner = sink_.rows_.owner(row);
        const auto offset = sink_.rows_.offsets()[static_cast<std::size_t>(owner)];
        other_rows_->add(static_cast<std::size_t>(owner), entry(row - offset, column, value));
      }
    }

   private:
    GlobalIndex first_;
    std::uint64_t own_;
    int shift_;
    RowSink& sink_;
    typename EntryStore<E>::Appender own_rows_;
    std::optional<typename EntryStore<E>::Appender> other_rows_;
  };

  /// Sends other ranks' entries in rounds, so that little memory is needed besides the entries.
  /// Collective.
  void exchange() {
    const Communicator& comm = rows_.comm();
    if (!sends()) return;
    const auto ranks = static_cast<std::size_t>(comm.size());
    const std::size_t portion = std::max<std::size_t>(1, round_bytes / sizeof(E) / ranks);
    std::int64_t most = 0;
    for (std::size_t r = 0; r < ranks; ++r) most = std::max(most, outgoing_.size(r));
    most = comm.max(most);
    std::vector<Sender> senders;
    for (std::size_t r = 0; r < ranks; ++r) senders.emplace_back(outgoing_, r);
    for (std::int64_t sent = 0; sent < most; sent += static_cast<std::int64_t>(portion)) {
      std::vector<std::vector<E>> parts(ranks);
      together(comm, [&] {
        for (std::size_t r = 0; r < ranks; ++r) senders[r].next(portion, parts[r]);
      });
      parts = comm.all_to_all(parts);
      together(comm, [&] {
        for (std::size_t r = 0; r < ranks; ++r) receive(r, parts[r]);
      });
    }
  }

  const Layout& layout() const noexcept { return rows_; }
  int shift() const noexcept { return shift_; }
  std::size_t blocks() const noexcept { return blocks_; }
  EntryStore<E>& store() noexcept { return store_; }

 private:
  /// Roughly the number of entries for which a block and its sorted copy fit in the second-level
  /// cache.
  static constexpr std::int64_t block_entries = 16384;
  /// And, for almost empty rows, roughly the number of rows whose offsets fit there.
  static constexpr std::int64_t block_rows = 65536;
  static constexpr std::size_t most_blocks = 1024;
  static constexpr std::size_t round_bytes = std::size_t(32) << 20;

  /// Returns the entries for one rank in portions and frees their memory as it goes.
  struct Sender {
    Sender(EntryStore<E>& store, std::size_t list) {
      store.for_chunks(list,
                       [&](E* first, std::size_t count) { chunks.emplace_back(first, count); });
      chunk_bytes = store.chunk_bytes();
    }
    void next(std::size_t portion, std::vector<E>& part) {
      while (portion > 0 && chunk < chunks.size()) {
        const auto [first, count] = chunks[chunk];
        const std::size_t step = std::min(portion, count - done);
        part.insert(part.end(), first + done, first + done + step);
        portion -= step;
        done += step;
        if (done < count) return;
        ChunkArena::give_back(first, chunk_bytes);
        ++chunk;
        done = 0;
      }
    }
    std::vector<std::pair<E*, std::size_t>> chunks;
    std::size_t chunk_bytes = 0;
    std::size_t chunk = 0;
    std::size_t done = 0;
  };

  static E entry(GlobalIndex row, GlobalIndex column, T value) {
    return {static_cast<LocalIndex>(row), static_cast<typename E::Column>(column),
            Packed<T>::of(value)};
  }
  std::size_t rank() const { return static_cast<std::size_t>(rows_.comm().rank()); }
  bool sends() const { return others() > 0 && !drop_foreign_; }
  std::size_t others() const { return static_cast<std::size_t>(rows_.comm().size()) - 1; }

  /// Sources are in the order of the file: lower ranks, this rank's threads, higher ranks.
  void receive(std::size_t from, const std::vector<E>& entries) {
    const std::size_t source = from < rank() ? from : from + threads_ - 1;
    auto appender = store_.appender(source);
    for (const E& e : entries) appender.add(static_cast<std::size_t>(e.row) >> shift_, e);
  }

  static int block_shift(const Layout& rows, std::size_t threads, std::int64_t expected) {
    const auto sources = threads + static_cast<std::size_t>(rows.comm().size()) - 1;
    const auto most = std::clamp<std::size_t>(8 * most_blocks / sources, 4, most_blocks);
    const auto wanted =
        std::max<std::int64_t>(expected / block_entries, rows.local_size() / block_rows);
    const auto blocks = std::clamp<std::int64_t>(wanted, 1, static_cast<std::int64_t>(most));
    const auto rows_per_block = (rows.local_size() + blocks - 1) / blocks;
    if (rows_per_block <= 1) return 0;
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(rows_per_block - 1)));
  }

  Layout rows_;
  GlobalIndex first_;
  std::uint64_t own_;
  std::size_t threads_;
  bool drop_foreign_;
  int shift_;
  std::size_t blocks_;
  EntryStore<E> store_;
  EntryStore<E> outgoing_;
};

}  // namespace suan::detail
