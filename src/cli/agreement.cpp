// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <thread>

#include "core/utf8.hpp"
#include "suan/core/timer.hpp"
#include "suan/distributed/agreement.hpp"

namespace suan::cli {

namespace {

struct Verdict {
  int code = 0;
  int speaker = -1;  // the lowest rank with an error
};

#if SUAN_HAVE_MPI

/// How long a failed rank waits for the others before it ends them.
constexpr double patience_seconds = 10;

/// What all ranks came to, on a communicator of its own, so that no message of the command can be
/// taken for one of these. A rank that failed does not wait for ever.
class Agreement {
 public:
  explicit Agreement(const Communicator& world) : rank_(world.rank()), size_(world.size()) {
    if (size_ > 1) MPI_Comm_dup(world.mpi(), &comm_);
  }
  ~Agreement() {
    if (size_ > 1) MPI_Comm_free(&comm_);
  }
  Agreement(const Agreement&) = delete;
  Agreement& operator=(const Agreement&) = delete;

  Verdict on(int code, const std::string& error) const {
    // The largest code, and the lowest rank with an error as a maximum.
    std::array<int, 2> mine = {code, error.empty() ? -size_ : -rank_};
    if (size_ == 1) return {code, rank_};
    std::array<int, 2> all = mine;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(mine.data(), all.data(), 2, MPI_INT, MPI_MAX, comm_, &request);
    const Timer waiting;
    int done = 0;
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
      if (!error.empty() && waiting.seconds() > patience_seconds) {
        std::cerr << "suan: rank " << rank_ << " alone: " << detail::one_line(error) << std::endl;
        MPI_Abort(MPI_COMM_WORLD, exit_bad_use);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {all[0], -all[1]};
  }

 private:
  int rank_;
  int size_;
  MPI_Comm comm_ = MPI_COMM_NULL;
};

#endif

}  // namespace

int run_together(const Communicator& world, const std::function<int()>& command) {
  int code = exit_bad_use;
  std::string error;
#if SUAN_HAVE_MPI
  const Agreement agreement(world);
#endif
  try {
    code = command();
    // A full disk shows when what was printed leaves the buffer.
    if (!std::cout.flush()) throw IoError("cannot write to the standard output");
  } catch (...) {
    current_error(error);
    code = exit_bad_use;
  }
  Verdict verdict{code, world.rank()};
#if SUAN_HAVE_MPI
  verdict = agreement.on(code, error);
#endif
  if (!error.empty() && verdict.speaker == world.rank()) {
    std::cerr << "suan: " << detail::one_line(error) << std::endl;
  }
  return verdict.code;
}

void require_same_words(const Communicator& world, const std::function<std::string()>& parse) {
  std::string lines;
  std::string error;
  ErrorKind kind = ErrorKind::internal;
  try {
    lines = parse();
  } catch (...) {
    kind = current_error(error);
  }
  const auto failed = world.sum(std::int64_t{error.empty() ? 0 : 1});
  if (!error.empty() && failed < world.size()) {
    error = message("on rank ", world.rank(), ", but not on all: ", error);
  }
  throw_together(world, kind, error);
  require_agreement(world, "the command line", lines);
}

}  // namespace suan::cli
