// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/optimize.hpp"

#include <gmock/gmock.h>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

template <class T>
class OptimizeTest : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(OptimizeTest, Scalars);

// The sums of this matrix with small integers are exact in every order.
TYPED_TEST(OptimizeTest, EveryChoiceGivesTheSameProducts) {
  using T = TypeParam;
  const auto a = poisson3d<T>(17, 9, 8, this->world_);
  const auto x = generate<T>(a.column_layout(),
                             [](GlobalIndex i) { return T(static_cast<float>(i % 9 - 4)); });
  Vector<T> expected(a.row_layout());
  const T dot = a.apply_dot(x, expected);
  Vector<T> r(a.row_layout());
  const auto norm = a.residual(ones<T>(a.row_layout()), x, r);
  for (const char* format : {"auto", "csr", "sell", "bsr"}) {
    for (const char* storage : {"lossless", "same"}) {
      for (const bool measure : {true, false}) {
        FormatChoice choice;
        const auto b = optimize(
            a, {.format = format, .storage = storage, .measure = measure, .seconds = 0.001},
            &choice);
        Vector<T> y(b.row_layout());
        EXPECT_EQ(b.apply_dot(x, y), dot);
        EXPECT_EQ(y.to_host(), expected.to_host());
        EXPECT_EQ(b.residual(ones<T>(a.row_layout()), x, r), norm);
        EXPECT_EQ(b.name(), choice.options.format);
        EXPECT_EQ(b.global_entries(), a.global_entries());
        EXPECT_EQ(b.access().distributed, &b);
      }
    }
  }
}

TEST(Optimize, TheDecisionSaysWhyAndCanBeRepeated) {
  const auto a = poisson3d<double>(32, 32, 32, Communicator::world());
  FormatChoice by_bytes;
  const auto b = optimize(a, {.measure = false}, &by_bytes);
  EXPECT_EQ(b.name(), "sell");  // far fewer bytes
  EXPECT_THAT(by_bytes.reason, HasSubstr("chosen: sell"));
  EXPECT_LT(by_bytes.bytes, by_bytes.csr_bytes);
  EXPECT_EQ(by_bytes.bytes + a.bytes_per_apply() - by_bytes.csr_bytes, b.bytes_per_apply());
  EXPECT_EQ(by_bytes.seconds, 0);

  FormatChoice measured;
  optimize(a, {}, &measured);
  EXPECT_GT(measured.csr_seconds, 0);
  EXPECT_THAT(measured.reason, HasSubstr("of its time"));

  FormatChoice again;
  const auto same = optimize(a, measured.options, &again);
  EXPECT_EQ(same.name(), measured.options.format);
  EXPECT_EQ(again.options.format, measured.options.format);
  EXPECT_THAT(again.reason, HasSubstr("was requested"));
}

// Three unknowns per point of a chain, with values that need all their bits: only blocks save
// bytes.
TEST(Optimize, BlocksAreFoundAndTheirSizeIsSaved) {
  const auto layout = Layout::even(3000, Communicator::world());
  const auto a = generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
    const GlobalIndex point = 7 * (i / 3) % 1000;
    for (GlobalIndex c = 0; c < 3; ++c) {
      row.add(3 * point + c, 1 / (0.1 + static_cast<double>(3 * i + c)));
    }
  });
  FormatChoice choice;
  const auto b = optimize(a, {.format = "bsr", .measure = false}, &choice);
  EXPECT_EQ(b.name(), "bsr");
  EXPECT_GE(choice.options.block, 2);
  FormatChoice again;
  EXPECT_EQ(optimize(a, choice.options, &again).name(), "bsr");
  EXPECT_EQ(again.options.block, choice.options.block);
  EXPECT_EQ(again.bytes, choice.bytes);
  const auto x = random_vector<double>(layout, 3);
  Vector<double> y(layout);
  Vector<double> z(layout);
  a.apply(x, y);
  b.apply(x, z);
  axpy(-1.0, y, z);
  // Rows of three: each of the two sums differs from the exact one by at most 4 eps |A||x|, and
  // |A||x| is at most 3 max |a| max |x| <= 30 max |x|.
  EXPECT_LE(norm_inf(z), 2 * 4 * std::numeric_limits<double>::epsilon() * 30);
  EXPECT_THROW(optimize(a, {.block = 1}), InvalidArgument);
  EXPECT_THROW(optimize(a, {.block = 9}), InvalidArgument);
  if (a.comm().size() > 1) return;  // elsewhere most columns are other ranks'
  EXPECT_EQ(choice.options.block, 3);
  FormatChoice by_bytes;
  EXPECT_EQ(optimize(a, {.measure = false}, &by_bytes).name(), "bsr");
  EXPECT_THAT(by_bytes.reason, HasSubstr("bsr with blocks of 3 would move"));
  EXPECT_THAT(by_bytes.reason, HasSubstr("chosen: bsr (values as same, blocks of 3 x 3, 0 %"));
}

TEST(Optimize, MemoryIsLimited) {
  const auto a = poisson3d<double>(32, 32, 32, Communicator::world());
  FormatChoice choice;
  EXPECT_EQ(optimize(a, {.measure = false, .memory = 0.01}, &choice).name(), "csr");
  EXPECT_THAT(choice.reason, HasSubstr("of its memory beside it; chosen: csr"));
  EXPECT_EQ(choice.bytes, choice.csr_bytes);
}

// Blocks of 8 move 15 % fewer bytes than sell here, so that sell's arrays are never made.
DistributedMatrix<double> dense_blocks(GlobalIndex rows) {
  const auto layout = Layout::even(rows, Communicator::world());
  return generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
    for (GlobalIndex c = 0; c < 8; ++c) {
      row.add(i / 8 * 8 + c, 1 / (0.1 + static_cast<double>(8 * i + c)));
    }
  });
}

TEST(Optimize, WhatCannotWinIsNotTried) {
  const auto a = dense_blocks(200000);
  if (a.comm().size() > 1) return;  // ranks would begin inside blocks
  FormatChoice by_bytes;
  optimize(a, {.measure = false}, &by_bytes);
  EXPECT_THAT(by_bytes.reason, HasSubstr("sell would move"));
  FormatChoice measured;
  optimize(a, {}, &measured);
  EXPECT_THAT(measured.reason, HasSubstr("bsr with blocks of 8 moves"));
  // On a GPU more is tried.
  if (SUAN_HAVE_CUDA == 0) {
    EXPECT_THAT(measured.reason, testing::Not(HasSubstr("sell")));
  }
}

// There bytes say little about the time.
TEST(Optimize, InTheCachesAllFormatsAreTried) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "for CPUs";
  FormatChoice measured;
  const auto a = dense_blocks(8000);
  const auto fast = optimize(a, {}, &measured);
  for (const char* format : {"sell moves", "sell_sorted moves", "bsr with blocks of"}) {
    EXPECT_THAT(measured.reason, HasSubstr(format));
  }
  // The choice can be repeated: there values are stored as they are.
  EXPECT_EQ(measured.options.storage, fast.name() == "csr" ? "lossless" : "same");
  EXPECT_EQ(optimize(a, measured.options).name(), fast.name());
}

// Products wait for single elements of x: fewer bytes would not help, and no format is tried.
TEST(Optimize, ScatteredColumnsStayInCsr) {
  const GlobalIndex n = 1 << 19;
  const auto layout = Layout::even(n, Communicator::world());
  const auto a = generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    const GlobalIndex far = (i * 7919 + 12345) % n;  // never i: 7918 i is even
    row.add(std::min(i, far), 1.0);
    row.add(std::max(i, far), 2.0);
  });
  FormatChoice choice;
  const auto b = optimize(a, {}, &choice);
  if (a.comm().size() > 1 || SUAN_HAVE_CUDA != 0) return;  // elsewhere most columns are others'
  EXPECT_EQ(b.name(), "csr");
  EXPECT_THAT(choice.reason, HasSubstr("scattered"));
  EXPECT_EQ(choice.options.format, "csr");
  EXPECT_EQ(choice.bytes, choice.csr_bytes);
  FormatChoice again;
  EXPECT_EQ(optimize(a, choice.options, &again).name(), "csr");
  EXPECT_EQ(again.bytes, choice.bytes);
  EXPECT_EQ(optimize(a, {.format = "sell"}).name(), "sell");
  // What cannot be stored as requested is reported here, too: there are more than 256 values.
  const auto many =
      generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
        row.add((i * 7919 + 12345) % n, static_cast<double>(i));
      });
  EXPECT_THROW(optimize(many, {.storage = "dictionary"}), NotSupported);
}

TEST(Optimize, SolversTakeTheResult) {
  const auto a = poisson3d<double>(20, 20, 20, Communicator::world());
  const auto fast = optimize(a, {.format = "sell"});
  const auto b = ones(a.row_layout());
  Vector<double> x(a.column_layout());
  Cg<double> cg({.rtol = 1e-10});
  const auto report = cg.solve(fast, Jacobi<double>(fast), b, x);
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.format, "sell");
  EXPECT_LT(report.true_relative_residual(), 1e-10);
  Vector<double> y(a.column_layout());
  const auto plain = cg.solve(a, Jacobi<double>(a), b, y);
  EXPECT_LT(report.bytes_moved, plain.bytes_moved);
}

TEST(Optimize, ErrorsNameWhatIsWrong) {
  const auto a = poisson3d<double>(5, 5, 5, Communicator::world());
  EXPECT_THROW(optimize(a, {.format = "ell"}), InvalidArgument);
  EXPECT_THROW(optimize(a, {.storage = "float8"}), InvalidArgument);
  EXPECT_THROW(optimize(a, {.seconds = -1}), InvalidArgument);
  // A value that only one rank has: all refuse.
  const auto layout = Layout::even(40, Communicator::world());
  const auto large = generate_rows<double>(
      layout, layout,
      [](GlobalIndex i, RowWriter<double>& row) { row.add(i, i == 0 ? 1e300 : 1.0); });
  EXPECT_THROW(optimize(large, {.format = "sell", .storage = "float32"}), NotSupported);
}

TEST(Optimize, EmptyAndTinyMatrices) {
  for (const GlobalIndex size : {0, 1, 3}) {
    const auto layout = Layout::even(size, Communicator::world());
    const auto a = generate_rows<double>(
        layout, layout, [](GlobalIndex i, RowWriter<double>& row) { row.add(i, 2.0); });
    for (const char* format : {"auto", "sell"}) {
      Vector<double> y(layout);
      const auto b = optimize(a, {.format = format});
      b.apply(ones(layout), y);
      EXPECT_EQ(dot(ones(layout), y), 2.0 * static_cast<double>(size));
      if (std::string(format) == "sell") {
        EXPECT_EQ(b.name(), "sell");
      }
    }
  }
}

TEST(Optimize, RanksWithDifferentOptionsAllHearOfIt) {
  const auto world = Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  const auto a = poisson2d<double>(9, 9, world);
  for (const int other : {0, world.size() - 1}) {
    const bool mine = world.rank() == other;
    const OptimizeOptions cases[] = {
        {.format = "csr"},   {.format = "no such format"}, {.format = "two\nlines"}, {.block = 1},
        {.storage = "same"}, {.measure = false},           {.seconds = 0.01},        {.memory = 2}};
    for (const auto& options : cases) {
      EXPECT_THROW(optimize(a, mine ? options : OptimizeOptions{}), InvalidArgument);
    }
  }
  EXPECT_NO_THROW(optimize(a));  // the ranks are in step again
}

}  // namespace
}  // namespace suan::test
