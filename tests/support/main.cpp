// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// main() of every test program, in one process and under mpiexec.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "suan/comm/environment.hpp"
#include "suan/config.hpp"

#if SUAN_HAVE_MPI
#include <mpi.h>
#endif

namespace {

/// On ranks other than 0: prints only failures, with the rank.
class FailuresOnly : public testing::EmptyTestEventListener {
 public:
  explicit FailuresOnly(int rank) : rank_(rank) {}
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    std::fprintf(stderr, "[rank %d] %s:%d: %s\n", rank_,
                 result.file_name() != nullptr ? result.file_name() : "?", result.line_number(),
                 result.message());
  }
  void OnTestEnd(const testing::TestInfo& info) override {
    if (!info.result()->Failed()) return;
    std::fprintf(stderr, "[rank %d] [  FAILED  ] %s.%s\n", rank_, info.test_suite_name(),
                 info.name());
  }

 private:
  int rank_;
};

/// The exit code that all ranks agree on: a failure on any rank fails the program, whichever rank
/// mpiexec looks at.
int agree(int code) {
#if SUAN_HAVE_MPI
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (initialized != 0) {
    int worst = code;
    MPI_Allreduce(&code, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return worst;
  }
#endif
  return code;
}

/// What ctest counts as skipped (SKIP_RETURN_CODE in cmake/SuanTest.cmake).
constexpr int skipped = 77;

}  // namespace

int main(int argc, char** argv) try {
  testing::InitGoogleMock(&argc, argv);
  suan::Environment environment(argc, argv);
  const int rank = environment.world().rank();
  if (rank != 0) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailuresOnly(rank));
    // The report file, if one was asked for, is written by rank 0 alone.
    delete listeners.Release(listeners.default_xml_generator());
  }
  return agree(RUN_ALL_TESTS() != 0 ? 1 : 0);
} catch (const suan::DeviceError& error) {
  // From the environment: exceptions of tests end in GoogleTest.
  std::fprintf(stderr, "skipped: %s\n", error.what());
  return skipped;
}
