// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the report of a hierarchy says of its levels, and the bytes of a cycle.
#include "multigrid/hierarchy.hpp"
#include "multigrid/level_bytes.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

template <Scalar T>
std::int64_t csr_bytes(GlobalIndex rows, std::int64_t entries) {
  constexpr auto entry = static_cast<std::int64_t>(sizeof(T) + sizeof(LocalIndex));
  return entries * entry + (rows + 1) * static_cast<std::int64_t>(sizeof(Offset));
}

}  // namespace

/// The sizes of a level.
template <Scalar T>
void Hierarchy<T>::describe(const DistributedMatrix<T>& a, AmgLevel& level) {
  level.rows = a.global_rows();
  level.entries = a.global_entries();
  const auto& offsets = a.row_layout().offsets();
  level.ranks = 0;
  for (std::size_t r = 0; r + 1 < offsets.size(); ++r) level.ranks += offsets[r] < offsets[r + 1];
}

/// What follows from the levels. Collective.
template <Scalar T>
void Hierarchy<T>::finish_report() {
  const Communicator& comm = levels_.front().a.comm();
  bytes_ = comm.max(comm.is_root() ? count_bytes() : std::int64_t{0});
  auto& levels = report_.levels;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    levels[k].bytes = csr_bytes<T>(levels[k].rows, levels[k].entries);
    if (k + 1 == levels.size()) break;
    const std::int64_t entries = levels[k].interpolation_entries;
    levels[k].bytes +=
        csr_bytes<T>(levels[k].rows, entries) + csr_bytes<T>(levels[k + 1].rows, entries);
  }
  double kept = 0;
  if (sparse_) {
    kept = static_cast<double>(sparse_->bytes());
  } else if (is_direct_) {
    kept = factor_bytes<T>(coarsest_.size(), hermitian_);
  }
  for (const auto& level : levels_) kept += kept_bytes(level, &level == &levels_.front());
  report_.memory.hierarchy = static_cast<std::int64_t>(comm.sum(kept));
}

/// On a rank that takes part in all levels.
template <Scalar T>
std::int64_t Hierarchy<T>::count_bytes() const {
  constexpr std::int64_t most_visits = 1 << 20;
  std::int64_t bytes = 0;
  std::int64_t visits = 1;
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    const auto& level = levels_[k];
    std::int64_t of_level = 0;
    if (level.smoother) {
      of_level += level.smoother->bytes_per_smooth(Guess::given);
      if (level.smooths_before) {
        of_level += level.smoother->bytes_per_smooth(Guess::zero) + level.a.bytes_per_apply();
      }
    }
    if (k + 1 < levels_.size()) of_level += level.r.bytes_per_apply() + level.p.bytes_per_apply();
    if (visits_twice(k)) {
      if (visits < most_visits) visits = options_.cycle == "f" ? visits + 1 : 2 * visits;
      // A residual between two visits; or two products, and the vectors of the Krylov method.
      const auto vector = level.a.global_rows() * static_cast<std::int64_t>(sizeof(T));
      of_level += options_.cycle != "k" ? level.a.bytes_per_apply() / 2 + 2 * vector
                                        : level.a.bytes_per_apply() + 9 * vector;
    }
    bytes += visits * of_level;
  }
  const GlobalIndex rows = levels_.back().a.global_rows();
  const auto ranks = levels_.back().a.comm().size();
  if (sparse_) return bytes + visits * sparse_->bytes() * ranks;
  if (is_direct_) bytes += visits * rows * rows * static_cast<std::int64_t>(sizeof(T)) * ranks;
  return bytes;
}

#define SUAN_INSTANTIATE(T)                                                     \
  template void Hierarchy<T>::describe(const DistributedMatrix<T>&, AmgLevel&); \
  template void Hierarchy<T>::finish_report();
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
