// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Entries on their way to the ranks that own their rows.
#pragma once

#include <algorithm>

#include "comm/consensus.hpp"
#include "comm/messages.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan::detail {

template <Scalar T>
using TripletLists = std::vector<std::span<const Triplet<T>>>;

/// One copy of the entries after sort(), and a second of those that travel while they do: what this
/// rank sends, and what it receives.
template <Scalar T>
class TripletExchange {
 public:
  explicit TripletExchange(const Layout& rows)
      : rows_(rows), ranks_(static_cast<std::size_t>(rows.comm().size())) {}

  /// Copies the entries, by the ranks that own their rows; not collective. The lists can go
  /// afterwards.
  void sort(const TripletLists<T>& lists) {
    counts_.assign(ranks_, 0);
    visit(lists, [&](std::size_t owner, const Triplet<T>&) { ++counts_[owner]; });
    starts_.assign(ranks_ + 1, 0);
    for (std::size_t r = 0; r < ranks_; ++r) starts_[r + 1] = starts_[r] + travelling(r);
    own_ = Buffer<Triplet<T>>(static_cast<std::size_t>(counts_[self()]));
    others_ = Buffer<Triplet<T>>(starts_[ranks_]);
    std::vector<Triplet<T>*> next(ranks_);
    for (std::size_t r = 0; r < ranks_; ++r) {
      next[r] = r == self() ? own_.data() : others_.data() + starts_[r];
    }
    visit(lists, [&](std::size_t owner, const Triplet<T>& t) { *next[owner]++ = t; });
  }

  /// Collective.
  void exchange() {
    const Communicator& comm = rows_.comm();
    std::vector<RankCount> receivers;
    std::vector<SendPart> send;
    std::vector<ReceivePart> receive;
    together(comm, [&] {
      for (std::size_t r = 0; r < ranks_; ++r) {
        if (travelling(r) == 0) continue;
        receivers.push_back({static_cast<int>(r), counts_[r]});
        send.push_back(
            {static_cast<int>(r), std::as_bytes(others_.part(starts_[r], travelling(r)))});
      }
    });
    senders_ = find_senders(comm, receivers);
    together(comm, [&] {
      std::size_t all = 0;
      for (const RankCount& s : senders_) all += static_cast<std::size_t>(s.count);
      received_ = Buffer<Triplet<T>>(all);
      std::size_t at = 0;
      for (const RankCount& s : senders_) {
        const auto count = static_cast<std::size_t>(s.count);
        receive.push_back({s.rank, std::as_writable_bytes(received_.part(at, count))});
        at += count;
      }
    });
    exchange_messages(comm, send, receive);
    others_ = {};
  }

  /// The entries of this rank's rows by the rank that gave them, then in the order given.
  TripletLists<T> lists() const {
    TripletLists<T> result;
    std::size_t at = 0;
    bool own_given = false;
    const auto give_own = [&] {
      if (!own_given) result.emplace_back(own_.part(0, own_.size()));
      own_given = true;
    };
    for (const RankCount& s : senders_) {
      if (s.rank > rows_.comm().rank()) give_own();
      const auto count = static_cast<std::size_t>(s.count);
      result.emplace_back(received_.part(at, count));
      at += count;
    }
    give_own();
    return result;
  }

 private:
  std::size_t self() const { return static_cast<std::size_t>(rows_.comm().rank()); }
  std::size_t travelling(std::size_t r) const {
    return r == self() ? 0 : static_cast<std::size_t>(counts_[r]);
  }

  /// use(owner, entry) for each; neighbours often have the same owner.
  template <class Use>
  void visit(const TripletLists<T>& lists, const Use& use) const {
    const auto& offsets = rows_.offsets();
    std::size_t owner = self();
    for (const auto& list : lists) {
      for (const auto& t : list) {
        if (t.row < offsets[owner] || t.row >= offsets[owner + 1]) {
          owner = static_cast<std::size_t>(rows_.owner(t.row));
        }
        use(owner, t);
      }
    }
  }

  Layout rows_;
  std::size_t ranks_;
  std::vector<std::int64_t> counts_;
  std::vector<RankCount> senders_;
  std::vector<std::size_t> starts_;  // in others_, of each rank
  Buffer<Triplet<T>> own_;
  Buffer<Triplet<T>> others_;
  Buffer<Triplet<T>> received_;
};

}  // namespace suan::detail
