// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Collected entries as sorted rows.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "io/detail/row_sink.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan::detail {

/// Sorts the entries of a RowSink block by block, in place, and passes them on.
template <Scalar T, bool Wide>
class SortedRowBlocks final : public RowBlockSource<T> {
 public:
  /// Called with the global row and column of a duplicate entry; throws if duplicates are errors.
  using OnDuplicate = std::function<void(GlobalIndex row, GlobalIndex column)>;

  SortedRowBlocks(RowSink<T, Wide>& sink, OnDuplicate on_duplicate)
      : sink_(sink), on_duplicate_(std::move(on_duplicate)), kept_(sink.blocks()) {}

  std::vector<LocalIndex> block_starts() const override {
    std::vector<LocalIndex> starts;
    for (std::size_t k = 0; k < sink_.blocks(); ++k) starts.push_back(first_row(k));
    starts.push_back(sink_.layout().local_size());
    return starts;
  }

  void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    const Borrowed scratch(*this);
    sort(k, *scratch);
    store_back(k, *scratch);
    use(scratch->block(rows(k)));
  }

  void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    const Borrowed scratch(*this);
    load_sorted(k, *scratch);
    sink_.store().release(k);
    use(scratch->block(rows(k)));
  }

 private:
  using E = Entry<T, Wide>;

  struct Scratch {
    std::vector<Offset> offsets;
    std::vector<GlobalIndex> columns;
    std::vector<T> values;
    std::vector<std::pair<GlobalIndex, T>> row;

    /// Vectors only grow, so that their pages are touched once.
    void fit(LocalIndex rows, std::int64_t count) {
      const auto offsets_needed = static_cast<std::size_t>(rows) + 2;
      if (offsets.size() < offsets_needed) offsets.resize(offsets_needed);
      std::fill_n(offsets.begin(), offsets_needed, Offset(0));
      if (columns.size() < static_cast<std::size_t>(count)) {
        columns.resize(static_cast<std::size_t>(count));
        values.resize(static_cast<std::size_t>(count));
      }
    }
    RowBlock<T> block(LocalIndex rows) const {
      const auto count = static_cast<std::size_t>(offsets[static_cast<std::size_t>(rows)]);
      return {rows, std::span(offsets).first(static_cast<std::size_t>(rows) + 1),
              std::span(columns).first(count), std::span(values).first(count)};
    }
  };

  /// A Scratch for exclusive use.
  class Borrowed {
   public:
    explicit Borrowed(SortedRowBlocks& owner) : owner_(owner) {
      const std::lock_guard lock(owner_.mutex_);
      if (owner_.idle_.empty()) {
        scratch_ = std::make_unique<Scratch>();
      } else {
        scratch_ = std::move(owner_.idle_.back());
        owner_.idle_.pop_back();
      }
    }
    ~Borrowed() {
      const std::lock_guard lock(owner_.mutex_);
      owner_.idle_.push_back(std::move(scratch_));
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Scratch* operator->() const { return scratch_.get(); }
    Scratch& operator*() const { return *scratch_; }

   private:
    SortedRowBlocks& owner_;
    std::unique_ptr<Scratch> scratch_;
  };

  LocalIndex first_row(std::size_t k) const { return static_cast<LocalIndex>(k << sink_.shift()); }
  LocalIndex rows(std::size_t k) const {
    const auto end = static_cast<std::int64_t>(k + 1) << sink_.shift();
    return static_cast<LocalIndex>(std::min<std::int64_t>(end, sink_.layout().local_size())) -
           first_row(k);
  }

  /// A counting sort by row, which keeps the order of the file within rows, then each row.
  void sort(std::size_t k, Scratch& s) {
    const LocalIndex first = first_row(k);
    s.fit(rows(k), sink_.store().size(k));
    // Counts are shifted by two positions, so that after the prefix sum and after the entries have
    // been placed each row's number is its start.
    Offset* const next = s.offsets.data() + 1;
    sink_.store().for_chunks(k, [&](const E* e, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) ++next[e[i].row - first + 1];
    });
    for (LocalIndex r = 0; r < rows(k); ++r) next[r + 1] += next[r];
    sink_.store().for_chunks(k, [&](const E* e, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto to = static_cast<std::size_t>(next[e[i].row - first]++);
        s.columns[to] = e[i].column;
        s.values[to] = e[i].value.get();
      }
    });
    sort_rows(k, s);
  }

  /// Sorts rows whose columns do not increase, and merges equal columns.
  void sort_rows(std::size_t k, Scratch& s) {
    Offset out = 0;
    for (LocalIndex r = 0; r < rows(k); ++r) {
      const Offset begin = s.offsets[static_cast<std::size_t>(r)];
      const Offset end = s.offsets[static_cast<std::size_t>(r) + 1];
      s.offsets[static_cast<std::size_t>(r)] = out;
      const GlobalIndex* columns = s.columns.data();
      if (std::adjacent_find(columns + begin, columns + end, std::greater_equal<>()) ==
          columns + end) {
        if (out != begin) {
          std::copy(s.columns.begin() + begin, s.columns.begin() + end, s.columns.begin() + out);
          std::copy(s.values.begin() + begin, s.values.begin() + end, s.values.begin() + out);
        }
        out += end - begin;
      } else {
        out = sort_row(first_row(k) + r, begin, end, out, s);
      }
    }
    s.offsets[static_cast<std::size_t>(rows(k))] = out;
    kept_[k] = out;
  }

  Offset sort_row(LocalIndex local_row, Offset begin, Offset end, Offset out, Scratch& s) {
    s.row.clear();
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      s.row.emplace_back(s.columns[i], s.values[i]);
    }
    // Stable: duplicates are summed in the order of the file.
    std::stable_sort(s.row.begin(), s.row.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const Offset start = out;
    for (const auto& [column, value] : s.row) {
      if (out > start && s.columns[static_cast<std::size_t>(out - 1)] == column) {
        on_duplicate_(sink_.layout().first() + local_row, column);
        s.values[static_cast<std::size_t>(out - 1)] += value;
      } else {
        s.columns[static_cast<std::size_t>(out)] = column;
        s.values[static_cast<std::size_t>(out)] = value;
        ++out;
      }
    }
    return out;
  }

  /// Calls visit(entry) for the first kept_[k] places of block k.
  template <class Visit>
  void for_kept(std::size_t k, const Visit& visit) {
    Offset left = kept_[k];
    sink_.store().for_chunks(k, [&](E* e, std::size_t count) {
      const auto here = std::min<Offset>(left, static_cast<Offset>(count));
      for (Offset i = 0; i < here; ++i) visit(e[i]);
      left -= here;
    });
  }

  void store_back(std::size_t k, const Scratch& s) {
    const LocalIndex first = first_row(k);
    std::size_t at = 0;
    LocalIndex r = 0;
    for_kept(k, [&](E& e) {
      while (s.offsets[static_cast<std::size_t>(r) + 1] <= static_cast<Offset>(at)) ++r;
      e = {first + r, static_cast<typename E::Column>(s.columns[at]), Packed<T>::of(s.values[at])};
      ++at;
    });
  }

  void load_sorted(std::size_t k, Scratch& s) {
    const LocalIndex first = first_row(k);
    s.fit(rows(k), kept_[k]);
    std::size_t at = 0;
    for_kept(k, [&](const E& e) {
      ++s.offsets[static_cast<std::size_t>(e.row - first) + 1];
      s.columns[at] = e.column;
      s.values[at] = e.value.get();
      ++at;
    });
    for (LocalIndex r = 0; r < rows(k); ++r) {
      s.offsets[static_cast<std::size_t>(r) + 1] += s.offsets[static_cast<std::size_t>(r)];
    }
  }

  RowSink<T, Wide>& sink_;
  OnDuplicate on_duplicate_;
  std::vector<Offset> kept_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace suan::detail
