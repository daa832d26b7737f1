// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "suan/comm/environment.hpp"

namespace suan::python {

namespace {

struct Session {
  std::unique_ptr<Environment> environment;
  pid_t process = 0;
  bool ended = false;
  // By number: what several ranks share is destroyed in the same order on all. Changed with the
  // library mutex held.
  std::map<std::uint64_t, Keeper*> keepers;
  std::uint64_t made = 0;

  bool runs_here() const { return environment && process == getpid(); }
};

Session& session() {
  static Session instance;
  return instance;
}

/// The number of ranks that the launcher started on this machine; 1 without a launcher.
int ranks_of_this_machine() {
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "PMI_LOCAL_SIZE"}) {
    if (const char* text = std::getenv(name)) return std::max(1, std::atoi(text));
  }
  return 1;
}

/// The number of threads for this process; 0 leaves it to the environment. Without MPI the
/// environment does not know how many ranks share the machine, and would give all cores to each.
/// The launcher's variables tell.
int threads_beside_other_ranks() {
  const int ranks = ranks_of_this_machine();
  if (ranks == 1 || std::getenv("OMP_NUM_THREADS") || std::getenv("KOKKOS_NUM_THREADS")) return 0;
  cpu_set_t mine;
  CPU_ZERO(&mine);
  const bool known = sched_getaffinity(0, sizeof mine, &mine) == 0;
  const int own = known ? std::max(1, CPU_COUNT(&mine)) : 1;
  const int share = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)) / ranks);
  return std::min(own, share);
}

std::unique_ptr<Environment> start() {
  const int threads = threads_beside_other_ranks();
  if (threads == 0) return std::make_unique<Environment>(Environment::Mpi::never);
  // As an argument, not as an environment variable, which child processes would inherit.
  std::string name = "python";
  std::string argument = "--kokkos-num-threads=" + std::to_string(threads);
  char* arguments[] = {name.data(), argument.data(), nullptr};
  int count = 2;
  char** given = arguments;
  return std::make_unique<Environment>(count, given, Environment::Mpi::never);
}

}  // namespace

void require_not_ended() {
  if (session().ended) {
    throw NotSupported("Suan has been shut down: the interpreter is exiting");
  }
}

void require_environment() {
  require_not_ended();
  Session& s = session();
  if (s.environment) {
    if (s.process == getpid()) return;
    throw NotSupported(
        "this process was forked after Suan had started its threads, which a fork does not copy; "
        "start workers with multiprocessing.get_context(\"spawn\"), or fork before the first call");
  }
  s.environment = start();
  s.process = getpid();
}

void finalize_environment() {
  Session& s = session();
  const nb::gil_scoped_release release;
  if (s.environment && s.process != getpid()) {
    // A forked child: the parent owns the threads and ends them.
    static_cast<void>(s.environment.release());
    s.ended = true;
    return;
  }
  const std::lock_guard guard(library_mutex());
  for (const auto& [number, keeper] : s.keepers) keeper->object_.reset();
  s.keepers.clear();
  s.environment.reset();
  s.ended = true;
}

void Keeper::keep(std::unique_ptr<Kept> object) {
  object_ = std::move(object);
  number_ = ++session().made;
  session().keepers.emplace(number_, this);
}

Keeper::~Keeper() {
  if (!object_) return;
  if (!session().runs_here()) {
    static_cast<void>(object_.release());
    return;
  }
  const nb::gil_scoped_release release;
  const std::lock_guard guard(library_mutex());
  session().keepers.erase(number_);
  object_.reset();
}

std::recursive_mutex& library_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace suan::python
