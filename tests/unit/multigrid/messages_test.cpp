// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The messages of a cycle, counted through MPI's profiling interface.
#include <gtest/gtest.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "peers/message_counter.hpp"
#include "suan/multigrid/amg.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::GlobalIndex;
using suan::Vector;

/// Sent by this rank in one cycle.
suan::bench::Messages of_cycle(const suan::DistributedMatrix<double>& a,
                               const AmgOptions& options) {
  const Amg<double> m(a, options);
  const auto x = suan::ones(a.row_layout());
  Vector<double> y(a.row_layout());
  m.apply(x, y);  // makes buffers
  const auto before = suan::bench::counted_messages();
  MPI_Pcontrol(1);
  m.apply(x, y);
  MPI_Pcontrol(0);
  auto after = suan::bench::counted_messages();
  after.sent -= before.sent;
  after.collectives -= before.collectives;
  return after;
}

/// One rank's planes of a grid have two neighbours, at the ends one.
int neighbours(const suan::Communicator& comm) {
  return (comm.rank() > 0 ? 1 : 0) + (comm.rank() + 1 < comm.size() ? 1 : 0);
}

TEST(Messages, ACycleSendsThemToNeighboursAndToTheRankOfTheCoarseLevels) {
  const GlobalIndex n = 24;
  const auto a =
      suan::test::grid3d<double>(suan::test::even(n * n * n), n, suan::test::isotropic());
  const auto& comm = a.comm();
  // The residual, and the sweep after the correction, exchange with neighbours; all coarse levels
  // are on rank 0, which receives a message of each rank, and answers it.
  const AmgOptions options{.precision = "same", .smoother = "gauss_seidel"};
  const auto moved = of_cycle(a, options);
  EXPECT_EQ(moved.collectives, 0);
  const int of_coarse_levels = comm.is_root() ? comm.size() - 1 : 1;
  EXPECT_LE(moved.sent, 2 * neighbours(comm) + of_coarse_levels);
  auto everywhere = options;
  everywhere.rank_rows = 0;
  const auto kept = of_cycle(a, everywhere);
  EXPECT_GE(comm.sum(kept.sent), comm.sum(moved.sent) + (comm.size() > 1 ? 1 : 0));
}

// Each rank that is idle below receives what it needs, and sends nothing more.
TEST(Messages, MoreLevelsOnFewerRanksCostTheOthersNothing) {
  const GlobalIndex n = 24;
  const auto a =
      suan::test::grid3d<double>(suan::test::even(n * n * n), n, suan::test::isotropic());
  const auto& comm = a.comm();
  const auto few = of_cycle(a, {.levels = 2, .smoother = "gauss_seidel"});
  const auto many = of_cycle(a, {.coarse_rows = 5, .smoother = "gauss_seidel"});
  EXPECT_EQ(many.sent, few.sent) << "rank " << comm.rank();
}

}  // namespace
