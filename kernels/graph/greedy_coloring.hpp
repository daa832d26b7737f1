// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A greedy distance-2 coloring on the host, vertex by vertex. Each vertex keeps the colors of
// itself and its neighbours as bits, so a vertex looks at the bits of its d neighbours, d words of
// 64 colors, instead of at d^2 vertices. That saves more work than a parallel coloring gains from
// the threads of a usual machine (docs/performance.md).
#pragma once

#include <algorithm>
#include <bit>
#include <vector>

#include "kernels/graph/graph.hpp"
#include "suan/core/detail/memory.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

class GreedyColoring {
 public:
  /// Workspace: a byte per entry of the graph and 12 per vertex, colors included, and 4 more per
  /// entry where a vertex sees colors beyond its bits.
  explicit GreedyColoring(const GraphView& graph)
      : offsets_(graph.offsets.data()),
        neighbours_(graph.neighbours.data()),
        n_(static_cast<std::size_t>(graph.vertices)),
        colors_(detail::allocate<LocalIndex>("suan::graph::colors", n_)),
        bits_("suan::graph::color_bits", n_ == 0 ? 0 : first_word(n_)) {
    Kokkos::deep_copy(colors_, LocalIndex(-1));
  }

  /// Gives each vertex the smallest color that no earlier vertex within distance 2 has.
  DeviceView<LocalIndex> color(const std::vector<LocalIndex>& order) {
    constexpr std::size_t ahead = 16;
    for (std::size_t k = 0; k < order.size(); ++k) {
      if (k + 2 * ahead < order.size()) __builtin_prefetch(offsets_ + order[k + 2 * ahead]);
      if (k + ahead < order.size()) prefetch_neighbours(order[k + ahead]);
      if (k + ahead / 2 < order.size()) prefetch_bits(order[k + ahead / 2]);
      const LocalIndex v = order[k];
      give(v, free_color(v));
    }
    return colors_;
  }

 private:
  using Word = std::uint64_t;

  /// The bits of vertex v are the words first_word(v) to first_word(v + 1) - 1: one for every eight
  /// neighbours, and at least one.
  std::size_t first_word(std::size_t v) const {
    return static_cast<std::size_t>(offsets_[v]) / 8 + v;
  }
  std::size_t words(std::size_t v) const { return first_word(v + 1) - first_word(v); }

  void prefetch_neighbours(LocalIndex v) const {
    const Offset end = offsets_[v + 1];
    for (Offset k = offsets_[v]; k < end; k += 16) __builtin_prefetch(neighbours_ + k);
  }
  void prefetch_bits(LocalIndex v) const {
    constexpr Offset some = 32;
    const Offset end = std::min(offsets_[v + 1], offsets_[v] + some);
    for (Offset k = offsets_[v]; k < end; ++k) {
      __builtin_prefetch(bits_.data() + first_word(static_cast<std::size_t>(neighbours_[k])), 1);
    }
  }

  /// Calls use(w) for v and its neighbours.
  template <class Use>
  void for_closed_neighbourhood(LocalIndex v, const Use& use) const {
    use(static_cast<std::size_t>(v));
    for (Offset k = offsets_[v]; k < offsets_[v + 1]; ++k) {
      use(static_cast<std::size_t>(neighbours_[k]));
    }
  }

  LocalIndex free_color(LocalIndex v) {
    const std::size_t seen = static_cast<std::size_t>(colors_seen_) / 64 + 1;
    if (taken_.size() < seen + 1) taken_.resize(2 * seen + 1);
    std::size_t touched = 0;
    lists_.clear();
    Word* const taken = taken_.data();
    for_closed_neighbourhood(v, [&](std::size_t w) {
      const std::size_t count = std::min(words(w), seen);
      const Word* const own = bits_.data() + first_word(w);
#pragma GCC ivdep
      for (std::size_t k = 0; k < count; ++k) taken[k] |= own[k];
      touched = std::max(touched, count);
      if (!beyond_counts_.empty() && beyond_counts_[w] > 0) lists_.push_back(w);
    });
    for (const std::size_t w : lists_) {
      for_beyond(w, [&](std::size_t color) { taken_[color / 64] |= Word{1} << color % 64; });
    }
    std::size_t k = 0;
    while (taken_[k] == ~Word{0}) ++k;
    const auto color =
        static_cast<LocalIndex>(64 * k) + static_cast<LocalIndex>(std::countr_one(taken_[k]));
    std::fill_n(taken_.begin(), touched, Word{0});
    for (const std::size_t w : lists_) {
      for_beyond(w, [&](std::size_t other) { taken_[other / 64] = 0; });
    }
    return color;
  }

  void give(LocalIndex v, LocalIndex color) {
    colors_(v) = color;
    colors_seen_ = std::max(colors_seen_, color + 1);
    const auto word = static_cast<std::size_t>(color) / 64;
    const Word bit = Word{1} << color % 64;
    for_closed_neighbourhood(v, [&](std::size_t w) {
      if (word < words(w)) {
        bits_(first_word(w) + word) |= bit;
      } else {
        keep_beyond(w, color);
      }
    });
  }

  // Colors beyond a vertex's bits: a list with room for one color each of itself and its
  // neighbours, which are all different.
  template <class Use>
  void for_beyond(std::size_t w, const Use& use) const {
    const LocalIndex* const list = beyond_.data() + offsets_[w] + static_cast<Offset>(w);
    for (LocalIndex k = 0; k < beyond_counts_[w]; ++k) use(static_cast<std::size_t>(list[k]));
  }
  void keep_beyond(std::size_t w, LocalIndex color) {
    if (beyond_counts_.empty()) {
      beyond_counts_.resize(n_);
      beyond_ = detail::allocate_on_host<LocalIndex>("suan::graph::colors_beyond",
                                                     static_cast<std::size_t>(offsets_[n_]) + n_);
    }
    beyond_(offsets_[w] + static_cast<Offset>(w) + beyond_counts_[w]++) = color;
  }

  const Offset* offsets_;
  const LocalIndex* neighbours_;
  std::size_t n_;
  DeviceView<LocalIndex> colors_;
  LocalIndex colors_seen_ = 0;
  HostView<Word> bits_;
  std::vector<Word> taken_;
  std::vector<std::size_t> lists_;
  std::vector<LocalIndex> beyond_counts_;
  HostView<LocalIndex> beyond_;
};

}  // namespace suan::kernels

#endif
