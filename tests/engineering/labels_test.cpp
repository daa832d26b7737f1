// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Profilers show Kokkos' labels, so every kernel and every allocation of a solve has one that
// starts with "suan::". The test uses the callbacks of Kokkos Tools, as a profiler would.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <suan/suan.hpp>

namespace {

/// The kernels launched and arrays allocated since the callbacks were set.
std::set<std::string>& seen() {
  static std::set<std::string> labels;
  return labels;
}

void on_kernel(const char* name, const uint32_t, uint64_t*) { seen().insert(name); }

void on_allocation(const Kokkos_Profiling_SpaceHandle, const char* label, const void*,
                   const uint64_t) {
  seen().insert(label);
}

/// Kokkos' own: the initialisation of a labelled View, a deep copy, its scratch memory.
bool is_kokkos_own(const std::string& label) { return label.starts_with("Kokkos::"); }

class Labels : public testing::Test {
 protected:
  void SetUp() override {
    namespace tools = Kokkos::Tools::Experimental;
    seen().clear();
    tools::set_begin_parallel_for_callback(on_kernel);
    tools::set_begin_parallel_reduce_callback(on_kernel);
    tools::set_begin_parallel_scan_callback(on_kernel);
    tools::set_allocate_data_callback(on_allocation);
  }
  void TearDown() override {
    namespace tools = Kokkos::Tools::Experimental;
    tools::set_begin_parallel_for_callback(nullptr);
    tools::set_begin_parallel_reduce_callback(nullptr);
    tools::set_begin_parallel_scan_callback(nullptr);
    tools::set_allocate_data_callback(nullptr);
  }

  static void expect_prefix() {
    int own = 0;
    for (const auto& label : seen()) {
      if (label.starts_with("suan::")) {
        ++own;
      } else {
        EXPECT_TRUE(is_kokkos_own(label)) << "without the prefix suan::: \"" << label << '"';
      }
    }
    EXPECT_GT(own, 0) << "nothing was seen";
  }
};

template <class T>
void solve_with(const std::string& solver, const std::string& preconditioner) {
  const auto world = suan::Communicator::world();
  const auto A = suan::poisson2d<T>(12, 12, world);
  const auto b = suan::ones<T>(A.row_layout());
  suan::Vector<T> x(A.column_layout());
  suan::SolveOptions options;
  options.solver = solver;
  options.preconditioner = preconditioner;
  const auto report = suan::solve<T>(A, b, x, options);
  EXPECT_TRUE(report.converged()) << report;
}

TEST_F(Labels, OfEverySolverAndPreconditioner) {
  for (const auto& solver : suan::solver_names()) {
    for (const auto& preconditioner : suan::preconditioner_names()) {
      if (solver == "richardson" && preconditioner == "none") continue;  // diverges
      if (preconditioner == "direct" && !suan::have_direct()) continue;
      SCOPED_TRACE(solver + " + " + preconditioner);
      solve_with<double>(solver, preconditioner);
      solve_with<suan::Complex>(solver, preconditioner);
    }
  }
  expect_prefix();
}

TEST_F(Labels, OfMatrixOperations) {
  const auto layout = suan::Layout::serial(27);
  suan::TripletBuilder<double> builder(layout, layout, 2);
  for (suan::GlobalIndex i = 0; i < 27; ++i) builder.part(i % 2).add(26 - i, i, 1);
  const auto a = builder.build().local();
  const auto unsorted =
      suan::Csr<double>::from_host(1, 2, std::vector<suan::Offset>{0, 3},
                                   std::vector<suan::LocalIndex>{1, 0, 1}, std::vector<double>(3));
  suan::sort_rows(unsorted);
  suan::submatrix(a, 1, 9, 2, 7);
  suan::scale_rows(suan::ones<double>(layout), a);
  suan::multiply(a, suan::transpose(a));
  suan::galerkin_product(a, a, suan::Transposition<double>(a).transpose(a));
  suan::add(1.0, a, 2.0, a);
  suan::norm_frobenius(a);
  suan::asymmetry(a);
  expect_prefix();
}

TEST_F(Labels, OfVectorOperations) {
  const auto layout = suan::poisson1d<double>(50, suan::Communicator::world()).row_layout();
  auto x = suan::ones(layout);
  suan::Vector<double> y(layout);
  suan::axpy(2.0, x, y);
  EXPECT_DOUBLE_EQ(suan::dot(x, y), 100.0);
  EXPECT_GT(suan::norm2(y), 0.0);
  expect_prefix();
}

}  // namespace
