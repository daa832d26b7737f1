// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a process can do once only: each word is a test, and a process of its own.
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include "suan/comm/run.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/csr.hpp"
#include "suan/solvers/solve.hpp"

namespace {

bool passed = true;

void expect(bool right, const std::string& what) {
  if (right) return;
  std::cerr << "FAILED: " << what << std::endl;
  passed = false;
}

/// `action` throws InvalidArgument, whose text has these words.
void expect_refusal(const std::string& words, const std::function<void()>& action) {
  try {
    action();
    expect(false, "nothing was thrown instead of: " + words);
  } catch (const suan::InvalidArgument& error) {
    expect(std::string(error.what()).find(words) != std::string::npos, error.what());
  }
}

bool solves(const suan::Communicator& comm) {
  const auto a = suan::poisson2d<double>(8, 8, comm);
  suan::Vector<double> x(a.column_layout());
  return suan::solve(a, suan::ones(a.row_layout()), x).converged();
}

void everything_needs_an_environment(const std::string& words) {
  expect_refusal(words, [] { suan::Layout::serial(3); });
  expect_refusal(words, [] { suan::Layout::even(3, {}); });
  expect_refusal(words, [] { suan::poisson1d<double>(3); });
  expect_refusal(words, [] {
    suan::Csr<double>::from_host(1, 1, std::vector<suan::Offset>{0, 1},
                                 std::vector<suan::LocalIndex>{0}, std::vector<double>{1});
  });
}

void none(int&, char**&) { everything_needs_an_environment("make a suan::Environment"); }

void second(int& argc, char**& argv) {
  std::optional<suan::Layout> kept;
  {
    const suan::Environment first(argc, argv);
    expect(solves(first.world()), "the first environment solves");
    kept = suan::Layout::even(4, first.world());
  }
  expect_refusal("one suan::Environment", [&] { suan::Environment(argc, argv); });
  expect_refusal("one suan::Environment", [] { suan::Environment(suan::Environment::Mpi::never); });
  expect_refusal("has ended", [&] { const suan::Vector<double> x(*kept); });
  everything_needs_an_environment("has ended");
  expect(suan::run(argc, argv, [](suan::Environment&) { return 0; }) == 2, "run() refuses, too");
}

#if SUAN_HAVE_MPI

/// Every other rank makes an environment, as in coupled codes; the rest does something else.
void subset(int& argc, char**& argv) {
  MPI_Init(&argc, &argv);
  int rank = 0;
  int size = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  MPI_Comm half = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, 0, &half);
  if (rank % 2 == 0) {
    const suan::Environment environment(argc, argv, half);
    expect(environment.world().size() == (size + 1) / 2, "the ranks of the environment");
    expect(solves(environment.world()), "some of the ranks solve");
  }
  MPI_Comm_free(&half);
  int all = passed ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  passed = all != 0;
  MPI_Finalize();
}

/// The program's own MPI stays as it is when an environment cannot start.
void refused(int& argc, char**& argv) {
  MPI_Init(&argc, &argv);
  try {
    const suan::Environment environment(argc, argv, MPI_COMM_NULL);
    expect(false, "MPI_COMM_NULL was accepted");
  } catch (const suan::MpiError&) {
  }
  {
    const suan::Environment environment(argc, argv);
    expect(solves(environment.world()), "the next one starts");
  }
  int finalized = 1;
  MPI_Finalized(&finalized);
  expect(finalized == 0, "MPI belongs to the program");
  MPI_Finalize();
}

#endif

using Test = void (*)(int&, char**&);
const std::map<std::string, Test> tests = {{"none", none},
                                           {"second", second},
#if SUAN_HAVE_MPI
                                           {"subset", subset},
                                           {"refused", refused}
#endif
};

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "alone") {  // the last rank leaves, the others wait for it for ever
    return suan::run(argc, argv,
                     [](suan::Environment& env) {
                       if (env.world().rank() == env.world().size() - 1) {
                         throw std::runtime_error("this rank has left");
                       }
                       env.world().barrier();
                       return 0;
                     },
                     {.patience = 0.5});
  }
  const auto test = tests.find(word);
  if (test == tests.end()) {
    std::fprintf(stderr, "no test is called \"%s\"\n", word.c_str());
    return 1;
  }
  test->second(argc, argv);
  return passed ? 0 : 1;
}
