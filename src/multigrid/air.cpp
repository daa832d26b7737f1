// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/air.hpp"

#include "multigrid/air_filter.hpp"
#include "multigrid/air_interpolation.hpp"
#include "multigrid/air_restriction.hpp"
#include "multigrid/classical_strength.hpp"
#include "multigrid/fc_jacobi.hpp"
#include "multigrid/unknowns.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

/// No rows are left to smoothing alone: of convection, all are strongly dominant where it begins.
constexpr double no_row_sum = 1;

template <Scalar T>
class Air final : public Coarsening<T> {
 public:
  Air(const AmgOptions& options)
      : options_(AirOptions::table().from(options.coarsening)),
        theta_(options.theta < 0 ? 0.25 : options.theta) {}

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    const auto& a = fine.a;
    auto& structure = fine.structure;
    const auto strong = [&](double theta) {
      return checked_on_level(log.level, [&] {
        return classical_strength<T>(a, make_nodes(a, 1), {}, {theta, no_row_sum});
      });
    };
    const StrengthGraph graph = strong(theta_);
    log.report.strength = log.laps.lap();
    structure.splitting = before == nullptr
                              ? split(graph, Isolated::are_decoupled)
                              : with_ghosts_of(a.exchange(), before->structure.splitting);
    log.report.aggregation = log.laps.lap();
    const Splitting& splitting = structure.splitting;
    if (!is_smaller(splitting.coarse.global_size(), a.global_rows(), log)) return false;
    fine.p = one_point_interpolation(a, graph, splitting);
    log.report.interpolation = log.laps.lap();
    fine.r = ideal_restriction(a, strong(options_.restriction_theta), splitting,
                               {static_cast<LocalIndex>(options_.distance),
                                static_cast<LocalIndex>(options_.max_fine_points)});
    log.report.restriction = log.laps.lap();
    return true;
  }

  void filter(DistributedMatrix<T>& coarse) const override {
    if (options_.filter > 0) coarse = lumped(coarse, options_.filter);
  }

  void descend(const DistributedMatrix<T>&, const Agglomeration*) override {}

 private:
  AirOptions options_;
  double theta_;
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_air(const DistributedMatrix<T>& a,
                                        const MultiVector<T>& near_null, const AmgOptions& options,
                                        bool hermitian) {
  if (hermitian) {
    throw InvalidArgument(
        "amg: coarsening \"air\" is for matrices that are not Hermitian, and this one is, up to "
        "rounding: use coarsening \"classical\"");
  }
  if (options.block_size != 1) {
    throw InvalidArgument(message("amg: coarsening \"air\" is for one unknown at each point, but ",
                                  "block_size is ", options.block_size,
                                  ": use coarsening \"classical\" or \"aggregation\""));
  }
  make_nodes(a, 1);  // checks the distribution
  require_constants(near_null, 1);
  return std::make_unique<Air<T>>(options);
}

template <Scalar T>
std::unique_ptr<Smoother<T>> make_air_smoother(const Level<T>& level, const AmgOptions& options) {
  const auto sweeps = AirOptions::table().from(options.coarsening).fine_sweeps;
  return std::make_unique<FcJacobi<T>>(level.a, level.structure.splitting, sweeps);
}

#define SUAN_INSTANTIATE(T)                                                         \
  template std::unique_ptr<Coarsening<T>> make_air(                                 \
      const DistributedMatrix<T>&, const MultiVector<T>&, const AmgOptions&, bool); \
  template std::unique_ptr<Smoother<T>> make_air_smoother(const Level<T>&, const AmgOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
