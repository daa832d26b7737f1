// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hints.hpp"

#include <gmock/gmock.h>

#include "suan/matrix/assembly.hpp"

namespace suan::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

DistributedMatrix<double> band(GlobalIndex rows) {
  const auto layout = Layout::even(rows, Communicator::world());
  return generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    for (GlobalIndex j = std::max<GlobalIndex>(0, i - 4); j < std::min(rows, i + 3); ++j) {
      row.add(j, static_cast<double>(1 + i * rows + j));
    }
  });
}

// Of whole numbers, which sums in any order represent exactly.
std::vector<double> product(const DistributedMatrix<double>& a) {
  const auto x =
      generate<double>(a.column_layout(), [](GlobalIndex i) { return static_cast<double>(i % 7); });
  Vector<double> y(a.row_layout());
  a.apply(x, y);
  return y.gather();
}

TEST(Hints, RanksGetWholeNodes) {
  for (const GlobalIndex block : {1, 2, 3, 5, 30}) {
    const auto a = band(30);
    const auto whole = in_whole_nodes(a, block);
    EXPECT_EQ(whole.row_layout().local_size() % block, 0) << block;
    EXPECT_EQ(whole.row_layout(), whole.column_layout());
    EXPECT_EQ(whole.global_entries(), a.global_entries());
    EXPECT_EQ(product(whole), product(a)) << block;
  }
  // No whole nodes: multigrid itself says so.
  EXPECT_EQ(in_whole_nodes(band(31), 2).row_layout(), Layout::even(31, Communicator::world()));
}

TEST(Hints, NodesAreThoseOfMultigrid) {
  SolveOptions solve;
  EXPECT_EQ(rows_of_a_node(solve), 1);
  solve.preconditioner = "amg";
  EXPECT_EQ(rows_of_a_node(solve), 1);
  solve.preconditioner.set("block_size", std::int64_t{3});
  EXPECT_EQ(rows_of_a_node(solve), 3);
  solve.preconditioner = "block_jacobi";
  EXPECT_EQ(rows_of_a_node(solve), 1);
}

TEST(Hints, AreForMultigridAlone) {
  SolveOptions solve;
  EXPECT_NO_THROW(check_hints({}, solve));
  const HintOptions coordinates{.coordinates = "xyz.mtx"};
  const HintOptions vectors{.near_null_space = "B.mtx"};
  for (const char* name : {"auto", "jacobi"}) {
    solve.preconditioner = name;
    EXPECT_THAT([&] { check_hints(coordinates, solve); },
                ThrowsMessage<InvalidArgument>(AllOf(HasSubstr("coordinates"), HasSubstr(name))));
    EXPECT_THAT([&] { check_hints(vectors, solve); },
                ThrowsMessage<InvalidArgument>(
                    AllOf(HasSubstr("near_null_space"), HasSubstr("--preconditioner amg"))));
  }
  solve.preconditioner = "amg";
  EXPECT_NO_THROW(check_hints(vectors, solve));
  EXPECT_THAT([&] { check_hints(coordinates, solve); },
              ThrowsMessage<InvalidArgument>(HasSubstr("block_size is 1")));
  solve.preconditioner.set("block_size", std::int64_t{2});
  EXPECT_NO_THROW(check_hints(coordinates, solve));
  EXPECT_THAT([&] { check_hints({.coordinates = "a.mtx", .near_null_space = "b.mtx"}, solve); },
              ThrowsMessage<InvalidArgument>(AllOf(HasSubstr("a.mtx"), HasSubstr("b.mtx"))));
  EXPECT_THAT([&] { check_hints({.near_null_space = "b.txt"}, solve); },
              ThrowsMessage<InvalidArgument>(HasSubstr("b.txt")));
}

}  // namespace
}  // namespace suan::cli
