// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What functions of the program may do while the library calls them, and what becomes of what they
// throw.
#include <gmock/gmock.h>

#include <atomic>

#include "suan/matrix/triangular.hpp"
#include "suan/matrix/triplet_builder.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::Layout;
using suan::RowBlock;
using suan::RowWriter;
using suan::Vector;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// 1, 2, ..., n
Vector<double> counted(GlobalIndex n) {
  return suan::generate<double>(Layout::serial(n),
                                [](GlobalIndex i) { return static_cast<double>(i + 1); });
}

/// The tridiagonal matrix of -1, 2, -1.
suan::DistributedMatrix<double> second_difference(GlobalIndex n) {
  const auto layout = Layout::serial(n);
  return suan::generate_rows<double>(layout, layout, [n](GlobalIndex i, RowWriter<double>& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, 2);
    if (i + 1 < n) row.add(i + 1, -1);
  });
}

/// The bidiagonal matrix of -1, 2.
suan::DistributedMatrix<double> lower_part(GlobalIndex n) {
  const auto layout = Layout::serial(n);
  return suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, 2);
  });
}

/// Computations with one result, whatever else runs: each is a number that is known.
class Work {
 public:
  // Long enough for the kernels of several threads.
  static constexpr GlobalIndex n = 30000;

  double dot() const { return suan::dot(x_, x_); }
  double to_host() const { return x_.to_host().back(); }
  double new_vector() const {
    Vector<double> y(Layout::serial(n));
    suan::axpy(2.0, x_, y);
    return y.to_host()[9];
  }
  double product() const {
    Vector<double> y(Layout::serial(n));
    a_.apply(x_, y);  // the same matrix for all threads
    return y.to_host().back() + y.to_host()[n / 2];
  }
  double matrix() const {
    const auto b = second_difference(5000);
    Vector<double> y(Layout::serial(5000));
    b.apply(suan::ones(Layout::serial(5000)), y);
    return suan::dot(y, y);
  }
  double triangle() const {
    Vector<double> y(Layout::serial(n));
    lower_.solve(x_, y);
    return y.to_host()[3];
  }
  static double kokkos() {
    std::int64_t sum = 0;
    Kokkos::parallel_reduce(
        "suan::test::sum", Kokkos::RangePolicy<suan::HostExecutionSpace>(0, n),
        [](std::int64_t i, std::int64_t& mine) { mine += i; }, sum);
    Kokkos::View<double*, Kokkos::HostSpace> view("suan::test::view", 100);
    Kokkos::parallel_for("suan::test::for", Kokkos::RangePolicy<suan::HostExecutionSpace>(0, 100),
                         [&](int i) { view(i) = i; });
    Kokkos::fence("suan::test");
    return static_cast<double>(sum) + view(99);
  }

  double all() const {
    return dot() + to_host() + new_vector() + product() + matrix() + triangle() + kokkos();
  }

 private:
  Vector<double> x_ = counted(n);
  suan::DistributedMatrix<double> a_ = second_difference(n);
  suan::TriangularSolver<double> lower_{lower_part(n).local(), {.triangle = suan::Triangle::lower}};
};

class Callbacks : public testing::Test {
 protected:
  const Communicator world = Communicator::world();
  const Layout layout = Layout::even(20000, world);  // several blocks
  const Work work;
  const double expected = work.all();
};

TEST_F(Callbacks, KnownResults) {
  const auto n = static_cast<double>(Work::n);
  EXPECT_DOUBLE_EQ(work.dot(), n * (n + 1) * (2 * n + 1) / 6);
  EXPECT_EQ(work.new_vector(), 20);
  EXPECT_EQ(work.product(), n + 1);
  EXPECT_EQ(work.matrix(), 2);
  EXPECT_EQ(work.triangle(), 3.0625);  // (4 + (3 + (2 + 1 / 2) / 2) / 2) / 2
}

TEST_F(Callbacks, RowsMayUseKokkosAndObjectsOfOneRank) {
  const auto a = suan::generate_rows<double>(
      layout, layout,
      [&](GlobalIndex i, RowWriter<double>& row) { row.add(i, i % 1000 == 0 ? work.all() : 1.0); });
  for (const double d : suan::Vector<double>(a.row_layout(), a.local().diagonal()).to_host()) {
    EXPECT_TRUE(d == 1 || d == expected) << d;
  }
}

TEST_F(Callbacks, SoMayElements) {
  const auto a = suan::assemble_elements<double>(layout, layout, 8000, [&](GlobalIndex e, auto& p) {
    if (e % 500 == 0) p.add(e, e, work.all());
  });
  double sum = 0;
  for (const double d : suan::Vector<double>(a.row_layout(), a.local().diagonal()).to_host()) {
    sum += d;
  }
  EXPECT_DOUBLE_EQ(world.sum(sum), 16 * world.size() * expected);
}

/// Blocks of rows of the identity, each of which computes.
class ComputingBlocks final : public suan::RowBlockSource<double> {
 public:
  ComputingBlocks(const Layout& rows, const Work& work) : rows_(rows), work_(work) {}
  std::vector<suan::LocalIndex> block_starts() const override {
    work_.all();
    const auto size = rows_.local_size();
    return {0, size / 4, size / 2, size};
  }
  void structure(std::size_t k, const std::function<void(const RowBlock<double>&)>& use) override {
    entries(k, use);
  }
  void entries(std::size_t k, const std::function<void(const RowBlock<double>&)>& use) override {
    const auto starts = block_starts();
    std::vector<suan::Offset> offsets{0};
    std::vector<GlobalIndex> columns;
    for (auto i = starts[k]; i < starts[k + 1]; ++i) {
      columns.push_back(rows_.first() + i);
      offsets.push_back(i + 1 - starts[k]);
    }
    const std::vector<double> values(columns.size(), work_.all());
    use({starts[k + 1] - starts[k], offsets, columns, values});
  }

 private:
  Layout rows_;
  const Work& work_;
};

TEST_F(Callbacks, SoMayBlocksOfRows) {
  ComputingBlocks source(layout, work);
  const auto a = suan::assemble<double>(layout, layout, source);
  for (const double d : suan::Vector<double>(a.row_layout(), a.local().diagonal()).to_host()) {
    EXPECT_EQ(d, expected);
  }
}

TEST_F(Callbacks, SoMayElementsOfVectors) {
  const auto x = suan::generate<double>(
      layout, [&](GlobalIndex i) { return i % 1000 == 0 ? work.all() : 1.0; });
  for (const double d : x.to_host()) EXPECT_TRUE(d == 1 || d == expected) << d;
}

TEST_F(Callbacks, MustNotTalkToOtherRanks) {
  if (world.size() == 1) return;
  const auto x = suan::ones(layout);
  const auto a =
      suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
        row.add(0, 1);
        if (i > 0) row.add(i, 1);
      });
  Vector<double> y(layout);
  const auto expect_refused = [&](const std::function<void()>& call) {
    EXPECT_THAT(
        [&] {
          suan::generate_rows<double>(layout, layout, [&](GlobalIndex i, RowWriter<double>& row) {
            if (i == 7) call();  // on one rank only
            row.add(i, 1);
          });
        },
        ThrowsMessage<suan::NotSupported>(HasSubstr("talk to other ranks")));
  };
  expect_refused([&] { suan::dot(x, x); });
  expect_refused([&] { a.apply(x, y); });
  expect_refused([&] { x.gather(); });
  expect_refused([&] { Layout::even(5, world); });
  expect_refused([&] { world.barrier(); });
  expect_refused([&] { world.exclusive_sum(1); });
}

/// An exception of the program's own.
struct MyError {
  int code = 0;
};
struct MyRuntimeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs `call`, which throws Mine on rank `thrower`, and a copy of its words elsewhere.
template <class Mine>
void expect_thrown(const Communicator& world, int thrower, const char* words,
                   const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Mine&) {
    EXPECT_EQ(world.rank(), thrower);
  } catch (const suan::InternalError& error) {
    ADD_FAILURE() << "a defect of the library? " << error.what();
  } catch (const suan::Error& error) {
    EXPECT_NE(world.rank(), thrower);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(words), HasSubstr(suan::message("rank ", thrower))));
  }
}

TEST_F(Callbacks, ExceptionsArriveAsTheyAreWhereTheyWereThrown) {
  const int last = world.size() - 1;
  const auto throws = [&](GlobalIndex i) {
    if (i == layout.global_size() - 3) throw MyRuntimeError("no material 17");
  };
  const auto expect = [&](const std::function<void()>& call) {
    expect_thrown<MyRuntimeError>(world, last, "no material 17", call);
  };
  expect([&] {
    suan::generate_rows<double>(layout, layout,
                                [&](GlobalIndex i, RowWriter<double>&) { throws(i); });
  });
  expect([&] {
    suan::assemble_elements<double>(layout, layout, 4000, [&](GlobalIndex e, auto&) {
      if (world.rank() == last && e == 3000) throw MyRuntimeError("no material 17");
    });
  });
  expect([&] {
    suan::generate<double>(layout, [&](GlobalIndex i) {
      throws(i);
      return 1.0;
    });
  });
  expect_thrown<MyError>(world, last, "no std::exception", [&] {
    suan::generate_rows<double>(layout, layout, [&](GlobalIndex i, RowWriter<double>&) {
      if (i == layout.global_size() - 1) throw MyError{3};
    });
  });
}

TEST_F(Callbacks, EachRankThatThrewGetsItsOwn) {
  struct Mine {
    int rank;
  };
  try {
    suan::generate_rows<double>(layout, layout,
                                [&](GlobalIndex, RowWriter<double>&) { throw Mine{world.rank()}; });
    ADD_FAILURE();
  } catch (const Mine& mine) {
    EXPECT_EQ(mine.rank, world.rank());
  }
}

// The library's exceptions are alike on all ranks, whoever throws them, and memory has its own.
TEST_F(Callbacks, ErrorsOfTheLibraryStayAsTheyAre) {
  const auto on_last = [&](const auto& call) {
    return [&, call](GlobalIndex i, RowWriter<double>&) {
      if (i == layout.global_size() - 1) call();
    };
  };
  EXPECT_THROW(
      suan::generate_rows<double>(layout, layout, on_last([] { throw suan::IoError("no file"); })),
      suan::IoError);
  EXPECT_THROW(suan::generate_rows<double>(layout, layout, on_last([] { throw std::bad_alloc(); })),
               suan::OutOfMemory);
}

TEST_F(Callbacks, EmptyFunctionsAreRefused) {
  EXPECT_THROW(suan::generate_rows<double>(layout, layout, {}), suan::InvalidArgument);
  EXPECT_THROW(suan::assemble_elements<double>(layout, layout, 3, {}), suan::InvalidArgument);
  EXPECT_THROW(suan::generate<double>(layout, {}), suan::InvalidArgument);
}

}  // namespace
