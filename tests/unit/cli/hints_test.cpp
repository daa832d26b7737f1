// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hints.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/assembly.hpp"
#include "support/temporary_folder.hpp"

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

/// The product of the preconditioner with vectors of a file that holds `factor`, or of none.
std::vector<float> of_a_file(const DistributedMatrix<float>& a, const std::string& path,
                             double factor) {
  SolveOptions solve;
  solve.preconditioner = "amg";
  solve.preconditioner.set("coarse_rows", std::int64_t{50});
  std::optional<MultiVector<float>> vectors;
  if (!path.empty()) {
    together(a.comm(), [&] {
      if (!a.comm().is_root()) return;
      std::ofstream file(path);
      file << "%%MatrixMarket matrix array real general\n" << a.global_rows() << " 1\n";
      for (GlobalIndex i = 0; i < a.global_rows(); ++i) file << factor << '\n';
    });
    vectors = read_hints<float>({.near_null_space = path}, a.row_layout(), solve, {});
  }
  const auto m = make_amg<float>(a, vectors, solve);
  Vector<float> y(a.row_layout());
  m->apply(ones<float>(a.row_layout()), y);
  return y.gather();
}

TEST(Hints, VectorsInSinglePrecisionMayHaveAnyScaling) {
  const auto a = poisson2d<float>(40, 40, Communicator::world());
  const auto expected = of_a_file(a, "", 1);
  const test::TemporaryFolder folder;
  const std::string path = Communicator::world().broadcast(folder / "B.mtx");
  for (const double factor : {1.0, 1e50, -1e-60}) {
    const auto found = of_a_file(a, path, factor);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_NEAR(found[i], expected[i], 1e-3F * std::abs(expected[i])) << factor << ", row " << i;
    }
  }
  // There is nothing to read for no rows.
  const auto none = Layout::even(0, Communicator::world());
  EXPECT_FALSE(read_hints<float>({.near_null_space = folder / "no.mtx"}, none, {}, {}));
  SolveOptions solve;
  solve.preconditioner = "amg";
  EXPECT_THROW(read_hints<float>({.near_null_space = folder / "no.mtx"}, a.row_layout(), solve, {}),
               Error);
}

}  // namespace
}  // namespace suan::cli
