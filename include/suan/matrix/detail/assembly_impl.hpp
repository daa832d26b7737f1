// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/matrix/assembly.hpp.
#pragma once

#include "suan/matrix/assembly.hpp"

#include <algorithm>
#include <optional>

#include "suan/comm/agreement.hpp"
#include "suan/comm/detail/callbacks.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/detail/staged.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/detail/row_block_checks.hpp"

namespace suan {

namespace detail {

/// What the counting pass finds out about the remote part of one block.
struct RemoteBlock {
  std::vector<LocalIndex> rows;
  std::vector<LocalIndex> counts;
  std::vector<GlobalIndex> columns;  // distinct, increasing
  std::size_t first_row = 0;         // among all remote rows of this rank
  Offset first_entry = 0;
};

template <Scalar T>
class Assembler {
 public:
  Assembler(const Layout& rows, const Layout& columns, RowBlockSource<T>& source)
      : rows_(rows), columns_(columns), source_(source) {}

  DistributedMatrix<T> build(KernelPath path) {
    const auto& comm = rows_.comm();
    Csr<T> local;
    typename DistributedMatrix<T>::Remote remote;
    together_with_foreign(comm, [&] {
      count();
      fill();
    });
    together(comm, [&] {
      local = Csr<T>(rows_.local_size(), columns_.local_size(), offsets_->finish(),
                     indices_->finish(), values_->finish(), path);
      // The remote part multiplies through spmv_add_rows, which has only the native path.
      remote.matrix =
          Csr<T>(static_cast<LocalIndex>(remote_rows_),
                 static_cast<LocalIndex>(remote_columns_.size()), remote_offsets_->finish(),
                 remote_indices_->finish(), remote_values_->finish(), KernelPath::native);
      remote.row_numbers = row_numbers_->finish();
      remote.columns = std::move(remote_columns_);
    });
    return DistributedMatrix<T>(rows_, columns_, std::move(local), std::move(remote));
  }

 private:
  /// Entries of each row in the local part, and the structure of the remote one.
  void count() {
    const auto size = static_cast<std::size_t>(rows_.local_size());
    call_foreign([&] { starts_ = source_.block_starts(); });
    require_starts(rows_, starts_);
    offsets_.emplace("suan::Csr::offsets", size + 1);
    auto& offsets = *offsets_;
    offsets[0] = 0;
    const std::size_t n_blocks = starts_.empty() ? 0 : starts_.size() - 1;
    blocks_.resize(n_blocks);
    host_loop(n_blocks, concurrent(), [&](std::size_t k) {
      take_once(k, false, &RowBlockSource<T>::structure,
                [&](const RowBlock<T>& block) { count_block(k, block); });
    });
    for (std::size_t i = 0; i < size; ++i) offsets[i + 1] += offsets[i];

    Offset entries = 0;
    for (auto& block : blocks_) {
      block.first_row = remote_rows_;
      block.first_entry = entries;
      remote_rows_ += block.rows.size();
      for (const LocalIndex c : block.counts) entries += c;
      remote_columns_.insert(remote_columns_.end(), block.columns.begin(), block.columns.end());
      block.columns = {};
    }
    std::sort(remote_columns_.begin(), remote_columns_.end());
    remote_columns_.erase(std::unique(remote_columns_.begin(), remote_columns_.end()),
                          remote_columns_.end());
    remote_entries_ = static_cast<std::size_t>(entries);
    if (remote_columns_.size() > std::numeric_limits<LocalIndex>::max()) {
      throw NotSupported(message("assemble: a rank needs ", remote_columns_.size(),
                                 " elements of other ranks, more than 2^31-1; use more ranks"));
    }
  }

  bool concurrent() const {
    bool result = false;
    call_foreign([&] { result = source_.concurrent(); });
    return result;
  }

  /// Requests block k from the source, which must supply exactly one suitable block.
  template <class Give, class Use>
  void take_once(std::size_t k, bool with_values, Give give, const Use& use) {
    const GlobalIndex first = rows_.first() + starts_[k];
    int handed_over = 0;
    int used = 0;
    call_foreign([&] {
      (source_.*give)(k, [&](const RowBlock<T>& block) {
        if (++handed_over > 1) return;
        require_row_block(first, starts_[k + 1] - starts_[k], block, with_values);
        use(block);
        ++used;
      });
    });
    if (handed_over == 1 && used == 1) return;
    throw InvalidArgument(
        message("assemble: the source handed over the block that begins with row ", first, " ",
                handed_over, " times, of which ", used, " succeeded; once is right"));
  }

  void count_block(std::size_t k, const RowBlock<T>& block) {
    auto& remote = blocks_[k];
    const auto& offsets = *offsets_;
    const GlobalIndex first = columns_.first();
    const GlobalIndex last = columns_.last();
    const GlobalIndex size = columns_.global_size();
    for (LocalIndex r = 0; r < block.rows; ++r) {
      const LocalIndex row = starts_[k] + r;
      const auto begin = static_cast<std::size_t>(block.offsets[r] - block.offsets[0]);
      const auto end = static_cast<std::size_t>(block.offsets[r + 1] - block.offsets[0]);
      GlobalIndex previous = -1;
      LocalIndex own = 0;
      for (std::size_t e = begin; e < end; ++e) {
        const GlobalIndex j = block.columns[e];
        if (j <= previous || j >= size) throw_bad_column(columns_, rows_.first() + row, j);
        previous = j;
        if (j >= first && j < last) {
          ++own;
        } else {
          remote.columns.push_back(j);
        }
      }
      offsets[static_cast<std::size_t>(row) + 1] = own;
      const auto others = static_cast<LocalIndex>(end - begin) - own;
      if (others > 0) {
        remote.rows.push_back(row);
        remote.counts.push_back(others);
      }
    }
    std::sort(remote.columns.begin(), remote.columns.end());
    remote.columns.erase(std::unique(remote.columns.begin(), remote.columns.end()),
                         remote.columns.end());
  }

  void fill() {
    const auto size = static_cast<std::size_t>(rows_.local_size());
    const auto entries = static_cast<std::size_t>((*offsets_)[size]);
    indices_.emplace("suan::Csr::indices", entries);
    values_.emplace("suan::Csr::values", entries);
    row_numbers_.emplace("suan::Remote::row_numbers", remote_rows_);
    remote_offsets_.emplace("suan::Remote::offsets", remote_rows_ + 1);
    remote_indices_.emplace("suan::Remote::indices", remote_entries_);
    remote_values_.emplace("suan::Remote::values", remote_entries_);
    (*remote_offsets_)[0] = 0;
    host_loop(blocks_.size(), concurrent(), [&](std::size_t k) {
      take_once(k, true, &RowBlockSource<T>::entries,
                [&](const RowBlock<T>& block) { fill_block(k, block); });
    });
  }

  void fill_block(std::size_t k, const RowBlock<T>& block) {
    const auto& remote = blocks_[k];
    const GlobalIndex first = columns_.first();
    const GlobalIndex last = columns_.last();
    auto at_remote = static_cast<std::size_t>(remote.first_entry);
    std::size_t known = 0;  // rows of `remote` that are filled
    for (LocalIndex r = 0; r < block.rows; ++r) {
      const LocalIndex row = starts_[k] + r;
      const auto begin = static_cast<std::size_t>(block.offsets[r] - block.offsets[0]);
      const auto end = static_cast<std::size_t>(block.offsets[r + 1] - block.offsets[0]);
      auto at = static_cast<std::size_t>((*offsets_)[static_cast<std::size_t>(row)]);
      const auto limit = static_cast<std::size_t>((*offsets_)[static_cast<std::size_t>(row) + 1]);
      const bool has_remote = known < remote.rows.size() && remote.rows[known] == row;
      const std::size_t remote_limit =
          at_remote + (has_remote ? static_cast<std::size_t>(remote.counts[known]) : 0);
      const std::size_t counted = limit - at + remote_limit - at_remote;
      if (end - begin != counted) {
        throw_changed(rows_.first() + row, message("had ", counted, " entries and has ",
                                                   end - begin, " the second time"));
      }
      // The total is as counted and neither kind exceeds its count, so both counts are right.
      GlobalIndex previous = -1;
      for (std::size_t e = begin; e < end; ++e) {
        const GlobalIndex j = block.columns[e];
        if (j <= previous) throw_bad_column(columns_, rows_.first() + row, j);
        previous = j;
        if (j >= first && j < last) {
          if (at == limit) throw_moved(row, j);
          (*indices_)[at] = static_cast<LocalIndex>(j - first);
          (*values_)[at++] = block.values[e];
        } else {
          const auto found = std::lower_bound(remote_columns_.begin(), remote_columns_.end(), j);
          if (at_remote == remote_limit || found == remote_columns_.end() || *found != j) {
            throw_moved(row, j);
          }
          (*remote_indices_)[at_remote] = static_cast<LocalIndex>(found - remote_columns_.begin());
          (*remote_values_)[at_remote++] = block.values[e];
        }
      }
      if (has_remote) {
        (*row_numbers_)[remote.first_row + known] = row;
        (*remote_offsets_)[remote.first_row + ++known] = static_cast<Offset>(at_remote);
      }
    }
  }

  [[noreturn]] void throw_moved(LocalIndex row, GlobalIndex column) const {
    if (column >= columns_.global_size()) {
      throw_bad_column(columns_, rows_.first() + row, column);
    }
    throw_changed(rows_.first() + row,
                  message("has column ", column, " the second time, and had another"));
  }

  Layout rows_;
  Layout columns_;
  RowBlockSource<T>& source_;
  std::vector<LocalIndex> starts_;
  std::vector<RemoteBlock> blocks_;
  std::vector<GlobalIndex> remote_columns_;
  std::size_t remote_rows_ = 0;
  std::size_t remote_entries_ = 0;
  std::optional<Staged<Offset>> offsets_;
  std::optional<Staged<LocalIndex>> indices_;
  std::optional<Staged<T>> values_;
  std::optional<Staged<LocalIndex>> row_numbers_;
  std::optional<Staged<Offset>> remote_offsets_;
  std::optional<Staged<LocalIndex>> remote_indices_;
  std::optional<Staged<T>> remote_values_;
};

}  // namespace detail

template <Scalar T>
DistributedMatrix<T> assemble(const Layout& rows, const Layout& columns, RowBlockSource<T>& source,
                              KernelPath path) {
  detail::require_told_alike("assemble", rows, columns, path);
  return detail::Assembler<T>(rows, columns, source).build(path);
}

#define SUAN_INSTANTIATE(T)                                                                     \
  SUAN_TEMPLATE DistributedMatrix<T> assemble(const Layout&, const Layout&, RowBlockSource<T>&, \
                                              KernelPath);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
