// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "suan/core/environment.hpp"

namespace suan::python {

namespace {

struct Session {
  std::unique_ptr<Environment> environment;
  pid_t process = 0;
  bool ended = false;
};

Session& session() {
  static Session instance;
  return instance;
}

/// How many ranks the launcher of this process put on this machine; 1 when there was none.
int ranks_of_this_machine() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "PMI_LOCAL_SIZE"}) {
    if (const char* text = std::getenv(name)) return std::max(1, std::atoi(text));
  }
  return 1;
}

/// Without MPI of its own, the environment cannot ask how many ranks share the machine, and would
/// give all cores to each. The launcher's variables say it.
void share_cores_with_other_ranks() {
  const int ranks = ranks_of_this_machine();
  if (ranks == 1 || std::getenv("OMP_NUM_THREADS") || std::getenv("KOKKOS_NUM_THREADS")) return;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  const bool known = sched_getaffinity(0, sizeof mine, &mine) == 0;
  const int own = known ? std::max(1, CPU_COUNT(&mine)) : 1;
  const int share = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) / ranks);
  setenv("KOKKOS_NUM_THREADS", std::to_string(std::min(own, share)).c_str(), 1);
}

}  // namespace

void require_environment() {
  Session& s = session();
  if (s.ended) {
    throw NotSupported("Suan has been shut down: the interpreter is exiting");
  }
  if (s.environment) {
    if (s.process == getpid()) return;
    throw NotSupported(
        "this process was forked after Suan had started its threads, which a fork does not copy; "
        "start workers with multiprocessing.get_context(\"spawn\"), or fork before the first call");
  }
  share_cores_with_other_ranks();
  s.environment = std::make_unique<Environment>(Environment::Mpi::never);
  s.process = getpid();
}

void finalize_environment() {
  Session& s = session();
  const nb::gil_scoped_release release;
  if (s.environment && s.process != getpid()) {
    // A forked child: the threads are the parent's, and so is their end.
    static_cast<void>(s.environment.release());
    s.ended = true;
    return;
  }
  const std::lock_guard guard(library_mutex());
  s.environment.reset();
  s.ended = true;
}

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace suan::python
