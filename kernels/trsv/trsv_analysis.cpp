// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/trsv/trsv_analysis.hpp"

#include <algorithm>
#include <numeric>

namespace suan::kernels {

namespace {

/// The numbers 0 to levels.size() - 1, sorted by level and then by number; `begin` receives the
/// starts of the levels.
std::vector<LocalIndex> sort_by_level(const std::vector<LocalIndex>& levels, LocalIndex count,
                                      std::vector<LocalIndex>& begin) {
  begin.assign(static_cast<std::size_t>(count) + 1, 0);
  for (const LocalIndex level : levels) ++begin[static_cast<std::size_t>(level) + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<LocalIndex> sorted(levels.size());
  std::vector<LocalIndex> next(begin.begin(), begin.end() - 1);
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const auto place = next[static_cast<std::size_t>(levels[k])]++;
    sorted[static_cast<std::size_t>(place)] = static_cast<LocalIndex>(k);
  }
  return sorted;
}

/// Finds the blocks that each block depends on, block by block.
class BlockBuilder {
 public:
  BlockBuilder(const TrsvStructure& a, LocalIndex block_rows)
      : a_(a), block_rows_(block_rows), block_of_(static_cast<std::size_t>(a.rows)) {}

  TrsvBlocks build() {
    offsets_.push_back(0);
    for (LocalIndex p = 0; p < a_.rows; ++p) add_row(p);
    if (a_.rows > 0) close_block();
    begin_.push_back(a_.rows);
    order_by_level();
    return std::move(result_);
  }

 private:
  void add_row(LocalIndex p) {
    if (p == 0) open_block(p);
    const LocalIndex begin = begin_.back();
    bool needs_own = false;
    const LocalIndex i = a_.turn(p);
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex q = a_.turn(a_.indices[k]);
      needs_own = needs_own || (q >= begin && q < p);
    }
    if (p - begin >= block_rows_ || (chained_ && !needs_own)) {
      close_block();
      open_block(p);
      needs_own = false;
    }
    chained_ = chained_ || needs_own;
    const auto block = static_cast<LocalIndex>(begin_.size()) - 1;
    block_of_[static_cast<std::size_t>(p)] = block;
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex needed = block_of_[static_cast<std::size_t>(a_.turn(a_.indices[k]))];
      auto& mark = mark_[static_cast<std::size_t>(needed)];
      if (mark == block) continue;
      mark = block;
      needs_.push_back(needed);
    }
  }

  void open_block(LocalIndex p) {
    const auto block = static_cast<LocalIndex>(begin_.size());
    begin_.push_back(p);
    mark_.push_back(block);  // a block does not wait for itself
    chained_ = false;
  }

  /// Sets the block's level, and drops dependences that another dependence implies.
  void close_block() {
    const auto first = static_cast<std::size_t>(offsets_.back());
    LocalIndex level = 0;
    for (std::size_t k = first; k < needs_.size(); ++k) {
      level = std::max(level, levels_[static_cast<std::size_t>(needs_[k])] + 1);
    }
    levels_.push_back(level);
    result_.levels = std::max(result_.levels, level + 1);
    constexpr std::size_t worth_thinning = 64;
    if (needs_.size() - first <= worth_thinning) {
      for (std::size_t k = first; k < needs_.size(); ++k) implied_by(needs_[k]);
      const auto end = std::remove_if(
          needs_.begin() + static_cast<std::ptrdiff_t>(first), needs_.end(),
          [&](LocalIndex b) { return mark_[static_cast<std::size_t>(b)] == implied; });
      needs_.erase(end, needs_.end());
    }
    offsets_.push_back(static_cast<Offset>(needs_.size()));
  }

  void implied_by(LocalIndex block) {
    const auto b = static_cast<std::size_t>(block);
    for (Offset k = offsets_[b]; k < offsets_[b + 1]; ++k) {
      mark_[static_cast<std::size_t>(needs_[static_cast<std::size_t>(k)])] = implied;
    }
  }

  void order_by_level() {
    std::vector<LocalIndex> ignored;
    const auto order = sort_by_level(levels_, result_.levels, ignored);
    std::vector<LocalIndex> number(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
      number[static_cast<std::size_t>(order[k])] = static_cast<LocalIndex>(k);
    }
    result_.waits.reserve(needs_.size());
    result_.tasks.reserve(order.size() + 1);
    for (const LocalIndex block : order) {
      const auto b = static_cast<std::size_t>(block);
      const LocalIndex first = begin_[b];
      result_.tasks.push_back({first, begin_[b + 1], a_.offsets[a_.turn(first)],
                               static_cast<Offset>(result_.waits.size())});
      for (Offset k = offsets_[b]; k < offsets_[b + 1]; ++k) {
        const LocalIndex needed = needs_[static_cast<std::size_t>(k)];
        result_.waits.push_back(number[static_cast<std::size_t>(needed)]);
      }
    }
    result_.tasks.push_back({0, 0, 0, static_cast<Offset>(result_.waits.size())});
  }

  static constexpr LocalIndex implied = -1;

  const TrsvStructure& a_;
  LocalIndex block_rows_;
  TrsvBlocks result_;
  std::vector<LocalIndex> begin_;     ///< first position of each block, and the number of rows
  std::vector<LocalIndex> block_of_;  ///< of each position
  std::vector<LocalIndex> levels_;    ///< of each block
  std::vector<Offset> offsets_;       ///< block b needs these of needs_
  std::vector<LocalIndex> needs_;
  std::vector<LocalIndex> mark_;  ///< the last block that noted this one, or `implied`
  bool chained_ = false;          ///< whether a row of the open block needs another one of it
};

}  // namespace

TrsvLevels analyse_levels(const TrsvStructure& a, LocalIndex thin) {
  TrsvLevels result;
  std::vector<LocalIndex> levels(static_cast<std::size_t>(a.rows));
  for (LocalIndex p = 0; p < a.rows; ++p) {
    const LocalIndex i = a.turn(p);
    LocalIndex level = 0;
    for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) {
      const LocalIndex j = a.indices[k];
      if (j != i) level = std::max(level, levels[static_cast<std::size_t>(a.turn(j))] + 1);
    }
    levels[static_cast<std::size_t>(p)] = level;
    result.count = std::max(result.count, level + 1);
  }
  std::vector<LocalIndex> begin;
  result.rows = sort_by_level(levels, result.count, begin);
  for (auto& p : result.rows) p = a.turn(p);
  for (std::size_t level = 0; level + 1 < begin.size(); ++level) {
    const LocalIndex rows = begin[level + 1] - begin[level];
    const bool parallel = rows >= thin;
    if (parallel) result.parallel_rows += rows;
    if (!parallel && !result.segments.empty() && !result.segments.back().parallel) {
      result.segments.back().end = begin[level + 1];
    } else {
      result.segments.push_back({begin[level], begin[level + 1], parallel});
    }
  }
  return result;
}

TrsvBlocks analyse_blocks(const TrsvStructure& a, LocalIndex block_rows) {
  return BlockBuilder(a, block_rows).build();
}

}  // namespace suan::kernels
