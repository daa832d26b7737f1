// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <thread>

#include "suan/core/timer.hpp"

namespace suan::cli {

namespace {

#if SUAN_HAVE_MPI

/// How long a failed rank waits for the others before it ends them.
constexpr double patience_seconds = 10;

struct Verdict {
  int code = 0;
  int speaker = -1;  // the lowest rank with an error
};

/// What all ranks came to. A rank that failed does not wait for ever.
Verdict agree(const Communicator& comm, int code, const std::string& error) {
  // The largest code, and the lowest rank with an error as a maximum.
  std::array<int, 2> mine = {code, error.empty() ? -comm.size() : -comm.rank()};
  std::array<int, 2> all = mine;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(mine.data(), all.data(), 2, MPI_INT, MPI_MAX, comm.mpi(), &request);
  const Timer waiting;
  int done = 0;
  for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0;
       MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
    if (!error.empty() && waiting.seconds() > patience_seconds) {
      std::cerr << "suan: rank " << comm.rank() << " alone: " << error << std::endl;
      MPI_Abort(MPI_COMM_WORLD, exit_bad_use);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {all[0], -all[1]};
}

#endif

}  // namespace

int run_together(const Communicator& world, const std::function<int()>& command) {
  int code = exit_bad_use;
  std::string error;
#if SUAN_HAVE_MPI
  // Its own communicator, so that no message of the command can be taken for one of these.
  const Communicator comm = world.size() > 1 ? Communicator(world.mpi()) : world;
#endif
  try {
    code = command();
    // A full disk shows when what was printed leaves the buffer.
    if (!std::cout.flush()) throw IoError("cannot write to the standard output");
  } catch (...) {
    current_error(error);
    code = exit_bad_use;
  }
  int speaker = world.rank();
#if SUAN_HAVE_MPI
  if (comm.size() > 1) {
    const Verdict verdict = agree(comm, code, error);
    code = verdict.code;
    speaker = verdict.speaker;
  }
#endif
  if (!error.empty() && speaker == world.rank()) std::cerr << "suan: " << error << std::endl;
  return code;
}

}  // namespace suan::cli
