// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies written by n ranks and read by m, for all n and m up to the number of ranks.
#include <gmock/gmock.h>

#include <random>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/cast.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/multigrid/amg_file.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "unit/io/hdf5_support.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Runs body(communicator) on the first `ranks` ranks; the others wait.
template <class Body>
void on_first(int ranks, const Body& body) {
  const auto world = Communicator::world();
  const auto part = world.split(world.rank() < ranks ? 0 : 1);
  if (world.rank() < ranks) body(part);
  world.barrier();
}

/// What a cycle makes of pseudo-random numbers.
template <Scalar T>
std::vector<T> cycle(const Amg<T>& m) {
  Vector<T> y(m.row_layout());
  m.apply(random_vector<T>(m.row_layout(), 3), y);
  return y.to_host();
}

template <Scalar T>
void save(const std::string& path, const Amg<T>& m) {
  Hdf5Writer file(path, m.comm());
  write_hdf5_amg(file, "amg", m);
  file.close();
}

template <Scalar T>
DistributedMatrix<T> cube(GlobalIndex n, const Communicator& comm) {
  return grid3d<T>(Layout::even(n * n * n, comm), n, isotropic());
}

/// Upwind differences of convection on a grid of n x n points.
template <Scalar T>
DistributedMatrix<T> convection(GlobalIndex n, const Communicator& comm) {
  const auto layout = Layout::even(n * n, comm);
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    if (i >= n) row.add(i - n, T(-1));
    if (i % n > 0) row.add(i - 1, T(-3));
    row.add(i, T(6));
    if (i % n + 1 < n) row.add(i + 1, T(-1));
    if (i + n < n * n) row.add(i + n, T(-1));
  });
}

template <Scalar T>
std::vector<std::int64_t> ranks_of_levels(const Amg<T>& m) {
  std::vector<std::int64_t> ranks;
  for (const auto& level : m.report().levels) ranks.push_back(level.ranks);
  return ranks;
}

template <class T>
class AmgFiles : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
  Folder folder_{world_};
  std::string path_ = folder_.file("a.h5");
};
using Scalars = testing::Types<float, double, Complex, ComplexFloat>;
TYPED_TEST_SUITE(AmgFiles, Scalars);

/// Written by any number of ranks and read by any, with the matrix and without: a cycle has the
/// bits of one of a hierarchy that these ranks have made.
template <class T>
void expect_same_cycles(const std::string& path, const AmgOptions& options,
                        DistributedMatrix<T> (*made)(GlobalIndex, const Communicator&),
                        GlobalIndex n) {
  const int ranks = Communicator::world().size();
  for (int writers = 1; writers <= ranks; ++writers) {
    on_first(writers,
             [&](const Communicator& comm) { save(path, Amg<T>(made(n, comm), options)); });
    for (int readers = 1; readers <= ranks; ++readers) {
      SCOPED_TRACE(message("written by ", writers, ", read by ", readers));
      on_first(readers, [&](const Communicator& comm) {
        const auto a = made(n, comm);
        const Amg<T> fresh(a, options);
        const auto expected = cycle(fresh);
        const auto with_a = read_hdf5_amg<T>(path, a);
        EXPECT_EQ(cycle(with_a), expected);
        const auto alone = read_hdf5_amg<T>(path, comm);
        EXPECT_EQ(cycle(alone), expected);
        EXPECT_EQ(alone.scalar(), fresh.scalar());
        EXPECT_EQ(alone.report().levels.size(), fresh.report().levels.size());
        EXPECT_GT(fresh.report().levels.size(), 2U);
      });
    }
  }
}

TYPED_TEST(AmgFiles, WrittenByAnyReadByAny) {
  using T = TypeParam;
  for (const char* precision : {"same", "single"}) {
    expect_same_cycles<T>(this->path_, {.coarse_rows = 10, .precision = precision}, cube<T>, 9);
  }
}

TYPED_TEST(AmgFiles, ClassicalOnesToo) {
  using T = TypeParam;
  const OptionNode classical = {"classical", ClassicalOptions{.aggressive_levels = 1}};
  expect_same_cycles<T>(this->path_, {.coarsening = classical, .coarse_rows = 10}, cube<T>, 9);
}

TYPED_TEST(AmgFiles, RestrictionsThatAreNoAdjointsAreInTheFile) {
  using T = TypeParam;
  expect_same_cycles<T>(this->path_, {.coarse_rows = 10, .cycle = "w"}, convection<T>, 20);
}

/// Levels on all ranks, on fewer, and on one: who reads decides anew.
TYPED_TEST(AmgFiles, LevelsMoveAsTheyDoWhereTheyAreMade) {
  using T = TypeParam;
  for (const std::int64_t rank_rows : {0, 3, 2000}) {
    const AmgOptions options{.coarse_rows = 10, .rank_rows = rank_rows};
    expect_same_cycles<T>(this->path_, options, cube<T>, 9);
    const auto a = cube<T>(9, this->world_);
    const auto expected = ranks_of_levels(Amg<T>(a, options));
    EXPECT_EQ(ranks_of_levels(read_hdf5_amg<T>(this->path_, a)), expected);
    if (rank_rows != 3) {
      EXPECT_EQ(expected[1], rank_rows == 0 ? this->world_.size() : 1);
    }
  }
}

TYPED_TEST(AmgFiles, IdealRestrictionsWithTheirSmootherAndFCycles) {
  using T = TypeParam;
  for (const std::int64_t rank_rows : {0, 20}) {
    const AmgOptions options{
        .coarsening = "air", .coarse_rows = 10, .rank_rows = rank_rows, .cycle = "f"};
    expect_same_cycles<T>(this->path_, options, convection<T>, 20);
    const auto read = read_hdf5_amg<T>(this->path_, this->world_);
    EXPECT_EQ(read.report().levels.front().smoother, "fc_jacobi");
    EXPECT_TRUE(read.varies());
    // Again from what was read.
    save(this->path_, read);
    EXPECT_EQ(cycle(read_hdf5_amg<T>(this->path_, this->world_)), cycle(read));
  }
  const OptionNode air = {"air", AirOptions{.distance = 1, .fine_sweeps = 1}};
  expect_same_cycles<T>(this->path_, {.coarsening = air, .coarse_rows = 10}, convection<T>, 20);
  const AmgOptions named{.coarsening = "air", .coarse_rows = 10, .smoother = "l1_jacobi"};
  expect_same_cycles<T>(this->path_, named, convection<T>, 20);
  EXPECT_EQ(read_hdf5_amg<T>(this->path_, this->world_).report().levels.front().smoother,
            "l1_jacobi");
}

/// Too many rows for a dense one.
TYPED_TEST(AmgFiles, SparseFactorisationsOfTheLastLevelAreMadeAgain) {
  using T = TypeParam;
  const auto a = convection<T>(40, this->world_);
  const Amg<T> m(a, {.levels = 1});
  save(this->path_, m);
  const auto read = read_hdf5_amg<T>(this->path_, a);
  EXPECT_THAT(m.report().levels.back().smoother, HasSubstr("sparse"));
  EXPECT_EQ(read.report().levels.back().smoother, m.report().levels.back().smoother);
  EXPECT_EQ(cycle(read), cycle(m));
}

TYPED_TEST(AmgFiles, RigidBodyModesAndWhatElseUpdatesNeed) {
  using T = TypeParam;
  const Cantilever beam{.x = 6, .y = 3, .z = 3};
  const auto wide = beam.matrix();
  const auto layout = wide.row_layout();
  const auto a = [&] {
    if constexpr (std::same_as<T, ComplexFloat>) {
      return cast<ComplexFloat>(cast<Complex>(wide));
    } else {
      return cast<T>(wide);
    }
  }();
  const auto modes = rigid_body_modes<T>(layout, 3, beam.coordinates(layout));
  const AmgOptions options{.block_size = 3, .coarse_rows = 20, .smoother = "gauss_seidel"};
  Amg<T> m(a, modes, options);
  save(this->path_, m);
  auto read = read_hdf5_amg<T>(this->path_, a);
  EXPECT_EQ(cycle(read), cycle(m));
  // Again from what was read.
  save(this->path_, read);
  EXPECT_EQ(cycle(read_hdf5_amg<T>(this->path_, a)), cycle(m));
  // Whole nodes on each rank.
  EXPECT_EQ(read_hdf5_amg<T>(this->path_, this->world_).row_layout().local_size() % 3, 0);
  // By four: halves of it, under the roots of the diagonal, are exact, and so interpolation, which
  // is kept, is that of A.
  const auto scaled = add(T(4), a, T(0), a);
  EXPECT_THAT(read.update(scaled), HasSubstr("files hold no structure"));
  EXPECT_EQ(cycle(read), cycle(Amg<T>(scaled, modes, options)));
  EXPECT_THAT(read.update(a), HasSubstr("aggregates were kept"));
  EXPECT_EQ(cycle(read), cycle(m));
}

/// All that check() finds, with a near null space that is not stored.
TYPED_TEST(AmgFiles, ChecksFindTheSame) {
  using T = TypeParam;
  const auto a = cube<T>(9, this->world_);
  for (const char* coarsening : {"aggregation", "classical"}) {
    const Amg<T> m(a, {.coarsening = coarsening, .coarse_rows = 10});
    save(this->path_, m);
    const auto expected = m.check();
    const auto found = read_hdf5_amg<T>(this->path_, a).check();
    EXPECT_EQ(found.factors, expected.factors);
    EXPECT_EQ(found.asymmetry, expected.asymmetry);
    EXPECT_EQ(found.interpolation, expected.interpolation);
    EXPECT_EQ(found.notes, expected.notes);
  }
  const auto b = convection<T>(20, this->world_);
  const Amg<T> m(b, {.coarsening = "air", .coarse_rows = 10});
  save(this->path_, m);
  const auto expected = m.check();
  const auto found = read_hdf5_amg<T>(this->path_, b).check();
  EXPECT_EQ(found.factors, expected.factors);
  EXPECT_EQ(found.interpolation, expected.interpolation);
  EXPECT_EQ(found.notes, expected.notes);
}

class AmgFile : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
  Folder folder_{world_};
  std::string path_ = folder_.file("a.h5");
  DistributedMatrix<double> a_ = cube<double>(6, world_);
  AmgOptions options_{.coarse_rows = 20};
};

TEST_F(AmgFile, TheReportComesBack) {
  const Amg<double> m(a_, options_);
  save(path_, m);
  const auto read = read_hdf5_amg<double>(path_, world_).report();
  ASSERT_EQ(read.levels.size(), m.report().levels.size());
  EXPECT_EQ(read.seconds, m.report().seconds);
  for (std::size_t k = 0; k < read.levels.size(); ++k) {
    const auto& level = read.levels[k];
    const auto& written = m.report().levels[k];
    EXPECT_EQ(level.rows, written.rows);
    EXPECT_EQ(level.entries, written.entries);
    EXPECT_EQ(level.interpolation_entries, written.interpolation_entries);
    EXPECT_EQ(level.bytes, written.bytes);
    EXPECT_EQ(level.ranks, written.ranks);
    EXPECT_EQ(level.radius, written.radius);
    EXPECT_EQ(level.smoother, written.smoother);
    // Each rank has measured its own seconds.
    if (world_.is_root()) {
      EXPECT_EQ(level.aggregation, written.aggregation);
      EXPECT_EQ(level.smoothing, written.smoothing);
    }
  }
  EXPECT_EQ(read_hdf5_amg<double>(path_, a_).aggregates(), m.aggregates());
  auto notes = m.report().notes;
  EXPECT_EQ(read.notes.size(), notes.size() + 1);
  for (const auto& note : notes) EXPECT_THAT(read.notes, testing::Contains(note));
  EXPECT_THAT(read.notes, testing::Contains(HasSubstr("read from a file")));
}

TEST_F(AmgFile, OneGroupAmongOthers) {
  Hdf5Writer file(path_, world_);
  file.write("A", a_);
  write_hdf5_amg(file, "step_1/multigrid", Amg<double>(a_, options_));
  file.close();
  EXPECT_EQ(cycle(read_hdf5_amg<double>(path_, a_, "step_1/multigrid")),
            cycle(Amg<double>(a_, options_)));
  EXPECT_EQ(read_hdf5_matrix<double>(path_, world_).global_rows(), a_.global_rows());
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_amg<double>(path_, world_); }),
              HasSubstr("'amg/header'"));
}

TEST_F(AmgFile, MatricesOfOthersAreRefused) {
  save(path_, Amg<double>(a_, options_));
  const auto refusal = [&](const DistributedMatrix<double>& a) {
    return message_of<InvalidArgument>([&] { read_hdf5_amg<double>(path_, a); });
  };
  const auto other = generate_rows<double>(
      a_.row_layout(), a_.row_layout(),
      [](GlobalIndex i, RowWriter<double>& row) { row.add(i, i == 17 ? 6.001 : 6.0); });
  EXPECT_THAT(refusal(other), AllOf(HasSubstr(path_), HasSubstr("another matrix")));
  EXPECT_THAT(refusal(add(0x1p+90, a_, 0.0, a_)), HasSubstr("another matrix"));
  EXPECT_THAT(
      message_of<DimensionMismatch>([&] { read_hdf5_amg<double>(path_, cube<double>(5, world_)); }),
      AllOf(HasSubstr("216"), HasSubstr("125")));
  EXPECT_THAT(message_of<InvalidArgument>([&] { read_hdf5_amg<float>(path_, world_); }),
              AllOf(HasSubstr("float64"), HasSubstr("float32")));
}

TEST_F(AmgFile, ForeignAndTruncatedFilesAreErrors) {
  const auto refusal = [&] {
    return message_of<IoError>([&] { read_hdf5_amg<double>(path_, a_); });
  };
  EXPECT_THAT(refusal(), HasSubstr("No such file"));
  if (world_.is_root()) write_bytes(path_, "no HDF5");
  world_.barrier();
  EXPECT_THAT(refusal(), HasSubstr("not an HDF5 file"));
  world_.barrier();
  {
    Hdf5Writer file(path_, world_);
    file.write("amg/level_0/A", a_);
    file.write_text("amg/header", "scalar = float64\nrows = many\n");
    file.close();
  }
  EXPECT_THAT(refusal(), AllOf(HasSubstr("'amg/header'"), HasSubstr("many")));
  {
    Hdf5Writer file(path_, world_);
    file.write_text("amg/header", "version = 2\nsomething = new\n");
    file.close();
  }
  EXPECT_THAT(refusal(), HasSubstr("is of version 2"));
  save(path_, Amg<double>(a_, options_));
  const auto good = read_bytes(path_);
  world_.barrier();
  for (std::size_t length = 0; length < good.size(); length += good.size() / 23 + 1) {
    if (world_.is_root()) write_bytes(path_, good.substr(0, length));
    world_.barrier();
    EXPECT_THAT(refusal(), HasSubstr(path_)) << length;
    world_.barrier();
  }
}

TEST_F(AmgFile, FlippedBitsGiveErrorsOnAllRanksOrTheSameCycle) {
  const Amg<double> m(a_, options_);
  save(path_, m);
  const auto expected = cycle(m);
  const auto good = read_bytes(path_);
  world_.barrier();
  std::mt19937_64 random(5);
  std::int64_t refused = 0;
  for (int i = 0; i < 60; ++i) {
    std::string bytes = good;
    const std::size_t bit = random() % (8 * good.size());
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    if (world_.is_root()) write_bytes(path_, bytes);
    world_.barrier();
    std::int64_t is_refused = 0;
    try {
      EXPECT_EQ(cycle(read_hdf5_amg<double>(path_, world_)), expected) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path_));
      is_refused = 1;
    }
    EXPECT_EQ(world_.sum(is_refused), is_refused * world_.size());
    refused += is_refused;
    world_.barrier();
  }
  EXPECT_GT(refused, 20);
}

// What is made of a text of the file is checked, not only that it is whole.
TEST_F(AmgFile, LevelsThatDoNotFitAreErrors) {
  const Amg<double> m(a_, options_);
  save(path_, m);
  const std::string text = read_hdf5_text(path_, "amg/header");
  const auto with = [&](const std::string& from, const std::string& to) {
    Hdf5Writer file(path_, world_);
    write_hdf5_amg(file, "whole", m);
    auto changed = text;
    const auto at = changed.find(from);
    if (at == std::string::npos) throw std::logic_error(from + " is not in the header");
    changed.replace(at, from.size(), to);
    file.write_text("amg/header", changed);
    for (const char* part : {"options", "notes", "choice", "way", "precision"}) {
      file.write_text(message("amg/", part), part == std::string("options") ? "" : "\n");
    }
    file.close();
    return message_of<Error>([&] { read_hdf5_amg<double>(path_, a_); });
  };
  EXPECT_THAT(with("levels_scalar = float32", "levels_scalar = int"), HasSubstr("'int'"));
  const auto levels = message("\nlevels = ", m.report().levels.size(), "\n");
  EXPECT_THAT(with(levels, "\nlevels = 7\n"), HasSubstr("'amg/level_0/set_up'"));
  EXPECT_THAT(with(levels, "\nlevels = -1\n"), HasSubstr("levels"));
}

}  // namespace
}  // namespace suan::test
