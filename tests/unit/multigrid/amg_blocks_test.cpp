// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies of problems with several unknowns a node.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid/hierarchy.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"

namespace {

using suan::Vector;

struct Beam {
  suan::test::Cantilever grid{.x = 10, .y = 8, .z = 8};
  suan::DistributedMatrix<double> a = grid.matrix();
  suan::MultiVector<double> modes =
      suan::rigid_body_modes<double>(a.row_layout(), 3, grid.coordinates(a.row_layout()));
  suan::AmgOptions options{.block_size = 3, .coarse_rows = 20};
};

TEST(AmgBlocks, LevelsMultiplyByBlocks) {
  Beam beam;
  const suan::multigrid::Hierarchy<double> hierarchy(beam.a, beam.modes, beam.options, nullptr);
  const auto& levels = hierarchy.levels();
  ASSERT_GE(levels.size(), 2u);
  for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
    const auto& a = levels[k].a;
    if (SUAN_HAVE_CUDA == 0 && a.comm().size() == 1) {
      EXPECT_EQ(a.local().name(), "bsr") << k;
    }
    const auto rows = suan::optimize(a, {.format = "csr", .measure = false});
    const auto x = suan::random_vector<double>(a.column_layout(), 3);
    Vector<double> by_blocks(a.row_layout());
    Vector<double> by_rows(a.row_layout());
    a.apply(x, by_blocks);
    rows.apply(x, by_rows);
    // Two sums of at most 300 products each, in other orders: entries are at most 2, elements 1.
    suan::axpy(-1.0, by_rows, by_blocks);
    EXPECT_LT(suan::norm_inf(by_blocks), 2 * 300 * 300 * 2 * 1.2e-16) << k;
  }
}

// Nodes of three rows that are points of a grid: blocks would have more zeros than entries.
TEST(AmgBlocks, BlocksThatReadMoreAreNotUsed) {
  const auto layout = suan::test::layouts(3000, 3).front();
  const auto coupling = [](suan::GlobalIndex i) {
    return -1 - std::abs(std::sin(static_cast<double>(i))) / 3;
  };
  const auto a = suan::generate_rows<double>(
      layout, layout, [&](suan::GlobalIndex i, suan::RowWriter<double>& row) {
        if (i > 2) row.add(i - 3, coupling(i - 3));
        row.add(i, 3);
        if (i < 2997) row.add(i + 3, coupling(i));
      });
  const auto b = suan::constant_vectors<double>(layout, 3);
  const suan::multigrid::Hierarchy<double> hierarchy(a, b, {.block_size = 3, .coarse_rows = 20},
                                                     nullptr);
  EXPECT_EQ(hierarchy.levels().front().a.local().name(), "csr");
}

TEST(AmgBlocks, UpdatesWithTheSameValuesGiveTheSameBits) {
  Beam beam;
  for (const char* precision : {"single", "same"}) {
    beam.options.precision = precision;
    suan::Amg<double> amg(beam.a, beam.modes, beam.options);
    const auto x = suan::random_vector<double>(beam.a.row_layout(), 4);
    Vector<double> before(beam.a.row_layout());
    Vector<double> after(beam.a.row_layout());
    amg.apply(x, before);
    for (int k = 0; k < 2; ++k) {
      EXPECT_THAT(amg.update(beam.a), testing::HasSubstr("were kept"));
      amg.apply(x, after);
      EXPECT_EQ(before.to_host(), after.to_host()) << precision << ' ' << k;
    }
  }
}

// A beam that nobody has told about rigid bodies.
TEST(AmgBlocks, RelaxationFindsVectorsOfTheNearNullSpace) {
  Beam beam;
  const suan::Amg<double> plain(beam.a, beam.options);
  beam.options.relaxed_vectors = 3;
  suan::Amg<double> relaxed(beam.a, beam.options);
  EXPECT_THAT(relaxed.report().notes,
              testing::Contains(testing::HasSubstr("6 vectors, of which 3 were found")));
  EXPECT_LT(suan::test::iterations<double>(beam.a, relaxed),
            suan::test::iterations<double>(beam.a, plain));

  // They stay when values change.
  const auto x = suan::random_vector<double>(beam.a.row_layout(), 4);
  Vector<double> before(beam.a.row_layout());
  Vector<double> after(beam.a.row_layout());
  relaxed.apply(x, before);
  relaxed.update(beam.a);
  relaxed.apply(x, after);
  EXPECT_EQ(before.to_host(), after.to_host());
}

// Beside given vectors, of which there may be 32 together.
TEST(AmgBlocks, RelaxedVectorsAreAddedToThoseThatAreGiven) {
  Beam beam;
  beam.options.relaxed_vectors = 2;
  const suan::Amg<double> amg(beam.a, beam.modes, beam.options);
  EXPECT_THAT(amg.report().notes,
              testing::Contains(testing::HasSubstr("8 vectors, of which 2 were found")));
  beam.options.relaxed_vectors = 16;
  beam.options.block_size = 24;
  EXPECT_THAT([&] { suan::Amg<double>(beam.a, beam.options); },
              testing::ThrowsMessage<suan::Error>(testing::HasSubstr("relaxed_vectors is 16")));
}

}  // namespace
