// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/run.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <optional>
#include <string_view>
#include <thread>

#include "comm/mpi_calls.hpp"
#include "core/utf8.hpp"
#include "suan/core/timer.hpp"

namespace suan {

namespace {

/// How the body ended on this rank.
struct Ending {
  int code = 0;
  std::optional<std::string> error;
};

/// In one write, so that lines of ranks do not mix; file names may contain any bytes.
void print(const std::string& line) { std::cerr << detail::one_line(line) + '\n' << std::flush; }

Ending call(const std::function<int()>& body, int error_code) noexcept {
  Ending ending{error_code, {}};
  std::string error;
  try {
    ending.code = body();
    // A full disk is only noticed when the output buffer is flushed.
    if (!std::cout.flush()) throw IoError("cannot write to the standard output");
    return ending;
  } catch (...) {
    current_error(error);
  }
  ending.code = error_code;
  ending.error = std::move(error);
  return ending;
}

/// The ranks, and the means to agree with all of them on the end.
struct Ranks {
#if SUAN_HAVE_MPI
  /// A separate communicator, so that these messages cannot be confused with those of the body.
  MPI_Comm comm = MPI_COMM_NULL;
#endif
  int rank = 0;
  int size = 1;
};

struct Verdict {
  int code = 0;
  int speaker = 0;  // the lowest rank with an error
};

#if SUAN_HAVE_MPI

Ranks duplicate(MPI_Comm comm) {
  Ranks ranks;
  MPI_Comm_size(comm, &ranks.size);
  MPI_Comm_rank(comm, &ranks.rank);
  if (ranks.size > 1) {
    detail::require_success(MPI_Comm_dup(comm, &ranks.comm), "MPI_Comm_dup");
  }
  return ranks;
}

/// The result of all ranks together. A rank that failed does not wait forever.
Verdict agree(Ranks& ranks, const Ending& ending, const std::string& program,
              const RunOptions& options) {
  // The largest code, and the lowest rank with an error as a maximum.
  const std::array<int, 2> mine = {ending.code, ending.error ? -ranks.rank : -ranks.size};
  std::array<int, 2> all = mine;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(mine.data(), all.data(), 2, MPI_INT, MPI_MAX, ranks.comm, &request);
  const Timer waiting;
  int done = 0;
  for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0;
       MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
    if (ending.error && waiting.seconds() > options.patience) {
      print(message(program, ": rank ", ranks.rank, " alone: ", *ending.error));
      MPI_Abort(MPI_COMM_WORLD, options.error_code);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  MPI_Comm_free(&ranks.comm);
  return {all[0], -all[1]};
}

/// MPI, initialised here unless it already was, until the final agreement.
class Mpi {
 public:
  Mpi(int& argc, char**& argv) {
    int initialized = 0;
    MPI_Initialized(&initialized);
    if (initialized != 0) return;
    int provided = 0;
    detail::require_success(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided),
                            "MPI_Init_thread");
    here_ = true;
  }
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;
  ~Mpi() {
    if (here_ && detail::mpi_runs()) MPI_Finalize();
  }

 private:
  bool here_ = false;
};

#else

Verdict agree(Ranks&, const Ending& ending, const std::string&, const RunOptions&) {
  return {ending.code, 0};
}

#endif

std::string name_of(const char* path) {
  const std::string_view whole(path);
  return std::string(whole.substr(whole.rfind('/') + 1));
}

int run_on(Ranks ranks, const std::function<int()>& body, const std::string& program,
           const RunOptions& options) {
  const Ending ending = call(body, options.error_code);
  Verdict verdict{ending.code, ranks.rank};
  if (ranks.size > 1) verdict = agree(ranks, ending, program, options);
  if (ending.error && verdict.speaker == ranks.rank) {
    print(message(program, ": ", *ending.error));
  }
  return verdict.code;
}

int print_error(const std::string& program, const RunOptions& options) noexcept {
  std::string error;
  current_error(error);
  print(message(program, ": ", error));
  return options.error_code;
}

}  // namespace

int run(const Communicator& world, const std::function<int()>& body, const RunOptions& options) {
  const std::string program = options.program.empty() ? "suan" : options.program;
  try {
    Ranks ranks;
#if SUAN_HAVE_MPI
    if (world.size() > 1) ranks = duplicate(world.mpi());
#endif
    ranks.rank = world.rank();
    return run_on(ranks, body, program, options);
  } catch (...) {
    return print_error(program, options);
  }
}

int run(int& argc, char**& argv, const std::function<int(Environment&)>& body,
        const RunOptions& options) {
  const std::string program =
      !options.program.empty() ? options.program : (argc > 0 ? name_of(argv[0]) : "suan");
  try {
#if SUAN_HAVE_MPI
    int finalized = 0;
    MPI_Finalized(&finalized);
    std::optional<Mpi> mpi;
    if (finalized == 0) mpi.emplace(argc, argv);
    Ranks ranks = finalized == 0 ? duplicate(MPI_COMM_WORLD) : Ranks();
#else
    Ranks ranks;
#endif
    // The environment ends inside, so that ranks agree on the end when nothing is left that could
    // fail.
    return run_on(
        ranks,
        [&] {
          Environment environment(argc, argv);
          return body(environment);
        },
        program, options);
  } catch (...) {
    return print_error(program, options);
  }
}

}  // namespace suan
