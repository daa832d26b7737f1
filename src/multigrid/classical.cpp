// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/classical.hpp"

#include "multigrid/aggressive_splitting.hpp"
#include "multigrid/classical_interpolation.hpp"
#include "multigrid/classical_strength.hpp"
#include "multigrid/unknowns.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::allocate;

template <Scalar T>
class Classical final : public Coarsening<T> {
 public:
  Classical(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
            const AmgOptions& options)
      : options_(ClassicalOptions::table().from(options.coarsening)),
        strength_{options.theta < 0 ? 0.25 : options.theta, options_.max_row_sum},
        truncation_{static_cast<LocalIndex>(options_.max_entries), options_.truncation} {
    const auto unknowns = static_cast<LocalIndex>(options.block_size);
    make_nodes(a, unknowns);  // checks the distribution
    require_constants(near_null, unknowns);
    if (unknowns > 1) together(a.comm(), [&] { unknowns_ = unknowns_of_rows(a, unknowns); });
  }

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    const auto& a = fine.a;
    if (before != nullptr) {
      checked_on_level(log.level, [&] { require_rows(a); });
      fine.structure = before->structure;
      log.report.strength = log.laps.lap();
    } else {
      fine.structure.graph = checked_on_level(
          log.level, [&] { return classical_strength(a, make_nodes(a, 1), unknowns_, strength_); });
      log.report.strength = log.laps.lap();
      fine.structure.splitting = split(fine.structure.graph);
    }
    auto& structure = fine.structure;
    if (structure.splitting.coarse.global_size() == 0) {
      log.notes.push_back(message("level ", log.level, " is the last: none of its rows depends ",
                                  "strongly on others"));
      return false;
    }
    auto found = find_coarse_points(a, structure.graph, structure.splitting);
    const bool is_aggressive = static_cast<std::int64_t>(log.level) < options_.aggressive_levels;
    if (is_aggressive && before == nullptr) {
      structure.last_splitting = split_again(a, found, structure.splitting);
    }
    const auto& last = is_aggressive ? structure.last_splitting : structure.splitting;
    log.report.aggregation = log.laps.lap();
    if (!is_smaller(last.coarse.global_size(), a.global_rows(), log)) return false;
    const ChosenRows all(a.row_layout().local_size());
    fine.p = interpolation(found, structure.splitting.coarse, a.row_layout(), all, unknowns_,
                           truncation_);
    found = {};
    if (is_aggressive) interpolate_again(fine);
    log.report.interpolation = log.laps.lap();
    fine.r = conjugate_transpose(fine.p);
    log.report.restriction = log.laps.lap();
    if (unknowns_.extent(0) > 0) {
      together(a.comm(), [&] { unknowns_ = unknowns_of_coarse(last, unknowns_); });
    }
    return true;
  }

  void descend(const DistributedMatrix<T>& coarse) override {
    if (unknowns_.extent(0) == 0) return;
    unknowns_ = with_ghosts(coarse.exchange(), unknowns_);
  }

 private:
  /// P becomes the product of two interpolations: to all points from those of the first splitting,
  /// and to these from those of the last one.
  void interpolate_again(Level<T>& fine) {
    const auto& a = fine.a;
    const auto& structure = fine.structure;
    DeviceView<const LocalIndex> rows;
    together(a.comm(),
             [&] { rows = coarse_rows(structure.splitting, a.row_layout().local_size()); });
    const auto found = find_coarse_points(a, structure.graph, structure.last_splitting);
    const auto second =
        interpolation(found, structure.last_splitting.coarse, structure.splitting.coarse,
                      ChosenRows(rows), unknowns_, truncation_);
    fine.p = truncated(multiply(fine.p, second), truncation_);
  }

  ClassicalOptions options_;
  ClassicalStrength strength_;
  Truncation truncation_;
  /// Of each owned and ghost row; without elements if there is one unknown.
  DeviceView<const LocalIndex> unknowns_;
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_classical(const DistributedMatrix<T>& a,
                                              const MultiVector<T>& near_null,
                                              const AmgOptions& options) {
  return std::make_unique<Classical<T>>(a, near_null, options);
}

#define SUAN_INSTANTIATE(T)                               \
  template std::unique_ptr<Coarsening<T>> make_classical( \
      const DistributedMatrix<T>&, const MultiVector<T>&, const AmgOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
