// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of P with one vector on the host, structure and values in one pass: a thread keeps a sum for
// each aggregate (F. G. Gustavson, "Two fast algorithms for sparse matrices: multiplication and
// permuted transposition", ACM Trans. Math. Softw. 4 (1978), 250-269). The same bits as the general
// way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/common/host_csr.hpp"
#include "kernels/common/new_csr.hpp"
#include "multigrid/filtered.hpp"
#include "multigrid/tentative.hpp"

namespace suan::multigrid {

template <Scalar T>
struct HostProlongation {
  Filtered<T> a;
  GlobalOrder order;                   // of aggregates
  LocalIndex aggregates;               // with ghosts
  DeviceView<const LocalIndex> of;     // the aggregate of each node
  DeviceView<const LocalIndex> first;  // coarse row of each aggregate
  DeviceView<const LocalIndex> rank;   // 1, or 0 for an aggregate on which the vector is zero
  RowMajor<const T> rows;              // of P~
  LocalIndex owned;                    // coarse rows
};

/// The rows of a chunk, in the two parts of P.
template <Scalar T>
struct HostRows {
  std::vector<LocalIndex> own_columns;
  std::vector<T> own_values;
  std::vector<LocalIndex> ghost_columns;
  std::vector<T> ghost_values;
};

/// Forms rows, on one thread.
template <Scalar T>
class HostRowFormer {
 public:
  HostRowFormer(const HostProlongation<T>& m, double omega)
      : m_(m),
        omega_(static_cast<Real<T>>(omega)),
        sums_(static_cast<std::size_t>(m.aggregates)),
        seen_(static_cast<std::size_t>(m.aggregates)),
        found_(static_cast<std::size_t>(m.aggregates) + 1) {}

  /// Adds row i to `out`; returns its lengths in the two parts.
  std::pair<Offset, Offset> form(LocalIndex i, HostRows<T>& out) {
    const auto& a = m_.a;
    count_ = 0;
    const LocalIndex self = m_.of(a.nodes.node(i));
    if (self < 0) return {0, 0};
    if (m_.rank(self) > 0) add(self, (1 - omega_) * m_.rows(i, 0));
    const Real<T> factor = -omega_ * a.inverse(i);
    for (Offset e = a.offsets(i); e < a.offsets(i + 1); ++e) {
      const LocalIndex j = a.columns(e);
      const LocalIndex c = m_.of(a.nodes.node(j));
      if (c < 0 || m_.rank(c) == 0) continue;
      add(c, (factor * a.values(e)) * m_.rows(j, 0));
    }
    LocalIndex* const end = found_.data() + count_;
    std::sort(found_.data(), end,
              [this](LocalIndex c, LocalIndex d) { return m_.order.place(c) < m_.order.place(d); });
    Offset ghosts = 0;
    for (const LocalIndex* c = found_.data(); c < end; ++c) {
      const auto at = static_cast<std::size_t>(*c);
      const bool is_own = *c < m_.order.owned;
      ghosts += is_own ? 0 : 1;
      auto& columns = is_own ? out.own_columns : out.ghost_columns;
      auto& values = is_own ? out.own_values : out.ghost_values;
      columns.push_back(is_own ? m_.first(*c) : m_.first(*c) - m_.owned);
      values.push_back(std::exchange(sums_[at], T{}));
      seen_[at] = 0;
    }
    return {static_cast<Offset>(count_) - ghosts, ghosts};
  }

 private:
  /// Without a branch, which would be unpredictable.
  void add(LocalIndex c, const T& value) {
    const auto at = static_cast<std::size_t>(c);
    sums_[at] += value;
    found_[count_] = c;
    count_ += seen_[at] == 0 ? 1 : 0;
    seen_[at] = 1;
  }

  const HostProlongation<T>& m_;
  Real<T> omega_;
  std::vector<T> sums_;           // of each aggregate; zeros between rows
  std::vector<LocalIndex> seen_;  // 1 for those of this row
  std::vector<LocalIndex> found_;
  std::size_t count_ = 0;
};

template <Scalar T>
void fill_on_host(const HostProlongation<T>& m, double omega, kernels::NewCsr<T>& own,
                  kernels::NewCsr<T>& ghost) {
  const ExecutionSpace space;
  const LocalIndex rows = m.a.rows;
  const auto entries = static_cast<std::size_t>(m.a.values.extent(0));
  const std::size_t count = std::max<std::size_t>(1, entries / 40000);
  const auto chunks = kernels::split_rows(m.a.offsets.data(), rows, count);
  const auto size = static_cast<std::size_t>(rows) + 1;
  own.offsets = suan::detail::allocate<Offset>("suan::Csr::offsets", size);
  ghost.offsets = suan::detail::allocate<Offset>("suan::Csr::offsets", size);
  std::vector<HostRows<T>> found(count);
  kernels::share_chunks("suan::multigrid_prolongator", space, count, [&](const auto& next) {
    HostRowFormer<T> former(m, omega);
    for (std::size_t c = next(); c < count; c = next()) {
      const auto in_chunk = static_cast<std::size_t>(chunks[c + 1] - chunks[c]);
      found[c].own_columns.reserve(4 * in_chunk);
      found[c].own_values.reserve(4 * in_chunk);
      for (LocalIndex i = chunks[c]; i < chunks[c + 1]; ++i) {
        const auto lengths = former.form(i, found[c]);
        own.offsets(i) = lengths.first;
        ghost.offsets(i) = lengths.second;
      }
    }
  });
  for (auto* part : {&own, &ghost}) {
    const auto length = static_cast<std::size_t>(kernels::scan_lengths(space, part->offsets));
    part->indices = suan::detail::allocate<LocalIndex>("suan::Csr::indices", length);
    part->values = suan::detail::allocate<T>("suan::Csr::values", length);
  }
  kernels::for_chunks("suan::multigrid_copy_prolongator", space, count, [&](std::size_t c) {
    const Offset own_begin = own.offsets(chunks[c]);
    const Offset ghost_begin = ghost.offsets(chunks[c]);
    std::ranges::copy(found[c].own_columns, own.indices.data() + own_begin);
    std::ranges::copy(found[c].own_values, own.values.data() + own_begin);
    std::ranges::copy(found[c].ghost_columns, ghost.indices.data() + ghost_begin);
    std::ranges::copy(found[c].ghost_values, ghost.values.data() + ghost_begin);
    found[c] = {};
  });
}

}  // namespace suan::multigrid
