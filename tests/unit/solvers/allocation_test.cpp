// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A solver that has solved before allocates nothing that grows with the system or the iterations.
#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>

#include "suan/matrix/cast.hpp"
#include "suan/preconditioners/cast_preconditioner.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"
#include "support/counted_memory.hpp"
#include "unit/solvers/systems.hpp"

namespace suan::test {
namespace {

std::int64_t arrays = 0;

void on_array(const Kokkos_Profiling_SpaceHandle, const char*, const void*, const std::uint64_t) {
  ++arrays;
}

struct Allocations {
  std::int64_t arrays;  ///< of Kokkos
  std::int64_t large;   ///< others
};

template <class Call>
Allocations allocated_by(const Call& call) {
  arrays = 0;
  Kokkos::Tools::Experimental::set_allocate_data_callback(on_array);
  const std::int64_t before = large_allocations;
  call();
  const std::int64_t after = large_allocations;
  Kokkos::Tools::Experimental::set_allocate_data_callback(nullptr);
  return {arrays, after - before};
}

template <class T>
class AllocationTest : public testing::Test {
 protected:
  using Matrix = DistributedMatrix<T>;
  const std::shared_ptr<const Matrix> a_ = std::make_shared<const Matrix>(hermitian<T>(3000));
  const Vector<T> b_ = ones<T>(a_->row_layout());
  /// Several ranks compare the arguments of each solve as text.
  const bool alone_ = a_->comm().size() == 1;

  /// solve(x) with a guess and without, in a solver that has solved before, with products enough
  /// for its copy in another format.
  template <class Solve>
  Allocations of_later_solves(const Solve& solve) const {
    Vector<T> x(a_->row_layout());
    for (int k = 0; k < 24; ++k) {
      fill(x, T(static_cast<float>(k % 2)));
      solve(x);
    }
    Allocations sum{0, 0};
    for (const T guess : {T(0), T(1), T(0)}) {
      fill(x, guess);
      const auto one = allocated_by([&] { solve(x); });
      sum.arrays += one.arrays;
      sum.large += one.large;
    }
    return sum;
  }
};
using AllocationScalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(AllocationTest, AllocationScalars);

TYPED_TEST(AllocationTest, ABoundSolverAllocatesInItsFirstSolvesOnly) {
  using T = TypeParam;
  for (const char* method : {"cg", "gmres", "minres", "symmlq", "cr", "cg_single", "cg_pipelined",
                             "bicgstab", "bicgstab_l", "idr", "tfqmr", "cgs", "richardson"}) {
    for (const char* preconditioner : {"none", "jacobi", "block_jacobi"}) {
      SolveOptions options;
      options.solver = method;
      options.preconditioner = preconditioner;
      if (options.solver == "gmres") options.solver.set("restart", std::int64_t{10});
      // Within reach of all: a check of what rounding errors leave takes a vector.
      const bool is_usual = options.solver == "cg" || options.solver == "gmres";
      options.krylov().rtol = sizeof(Real<T>) == sizeof(float) && !is_usual ? 1e-3 : 1e-5;
      LinearSolver<T> solver(this->a_, options);
      const auto later = this->of_later_solves([&](Vector<T>& x) { solver.solve(this->b_, x); });
      EXPECT_EQ(later.arrays, 0) << method << ", " << preconditioner;
      EXPECT_EQ(this->alone_ ? later.large : 0, 0) << method << ", " << preconditioner;
    }
  }
}

// Flexible methods, whose preconditioner keeps vectors, too.
TYPED_TEST(AllocationTest, SolversInsideSolversKeepTheirVectors) {
  using T = TypeParam;
  KrylovOptions inner;
  inner.max_iterations = 3;
  inner.rtol = 0.1;
  const auto m = std::make_shared<SolverOperator<T>>(std::make_shared<Cg<T>>(inner), this->a_,
                                                     std::make_shared<Jacobi<T>>(*this->a_));
  KrylovOptions outer;
  outer.rtol = 1e-4;
  Cg<T> cg(outer);
  Gmres<T> gmres({outer, 4});
  for (Solver<T>* solver : {static_cast<Solver<T>*>(&cg), static_cast<Solver<T>*>(&gmres)}) {
    const auto later =
        this->of_later_solves([&](Vector<T>& x) { solver->solve(*this->a_, *m, this->b_, x); });
    EXPECT_EQ(later.arrays, 0) << solver->name();
    EXPECT_EQ(this->alone_ ? later.large : 0, 0) << solver->name();
  }
}

TEST(Allocation, APreconditionerOfAnotherPrecisionKeepsItsVectors) {
  const auto a = hermitian<double>(3000);
  const auto m = in_precision<double>(Jacobi<float>(cast<float>(a)));
  const auto b = ones<double>(a.row_layout());
  Vector<double> x(a.row_layout());
  Cg<double> cg(KrylovOptions{.rtol = 1e-10});
  for (const bool first : {true, false}) {
    fill(x, 0.0);
    const auto made = allocated_by([&] { EXPECT_TRUE(cg.solve(a, m, b, x).converged()); });
    if (!first) {
      EXPECT_EQ(made.arrays, 0);
    }
  }
}

// A solver that is its own preconditioner: the inner solve has vectors of its own.
TYPED_TEST(AllocationTest, ASolverInsideItself) {
  using T = TypeParam;
  const auto cg = std::make_shared<Cg<T>>(KrylovOptions{.rtol = 1e-3, .max_iterations = 50});
  const SolverOperator<T> m(cg, this->a_, nullptr);
  Vector<T> x(this->a_->row_layout());
  EXPECT_TRUE(cg->solve(*this->a_, m, this->b_, x).converged());
}

TYPED_TEST(AllocationTest, ASystemOfAnotherSizeGetsOtherVectors) {
  using T = TypeParam;
  Gmres<T> gmres(GmresOptions{.krylov = {.rtol = 1e-4}, .restart = 20});
  for (const GlobalIndex size : {200, 100, 300}) {
    const auto a = hermitian<T>(size);
    const auto b = ones<T>(a.row_layout());
    Vector<T> x(a.row_layout());
    EXPECT_TRUE(gmres.solve(a, b, x).converged()) << size;
  }
}

}  // namespace
}  // namespace suan::test
