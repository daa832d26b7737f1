// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/environment.hpp"

#include <sched.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comm/mpi_calls.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

namespace suan {

namespace {

// The next two are used with MPI, and without OpenMP.
[[maybe_unused]] int cores_of(const cpu_set_t& set) { return std::max(1, CPU_COUNT(&set)); }

[[maybe_unused]] cpu_set_t cores_of_this_thread() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  return set;
}

/// The cores that this process may use. With OMP_PROC_BIND the first thread is bound to one of them
/// before main, so this asks OpenMP, which looked earlier.
int usable_cores() {
#ifdef _OPENMP
  return std::max(1, omp_get_num_procs());
#else
  return cores_of(cores_of_this_thread());
#endif
}

bool asks_for_threads(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]).starts_with("--kokkos-num-threads")) return true;
  }
  return std::getenv("OMP_NUM_THREADS") != nullptr || std::getenv("KOKKOS_NUM_THREADS") != nullptr;
}

#if SUAN_HAVE_MPI
/// This rank's share of the cores that the ranks of its node may use together: if the launcher
/// bound each rank to cores of its own, those are not divided again.
int threads_for_this_rank(const Communicator& world) {
  const Communicator node = world.node();
  const cpu_set_t mine = cores_of_this_thread();
  cpu_set_t all = mine;
  if (node.size() > 1) {
    detail::require_success(
        MPI_Allreduce(&mine, &all, static_cast<int>(sizeof mine), MPI_BYTE, MPI_BOR, node.mpi()),
        "MPI_Allreduce");
  }
  const int own = usable_cores();
  const bool thread_is_bound = cores_of(mine) < own;  // then the sets say nothing of the ranks
  const int together = thread_is_bound ? own : cores_of(all);
  return std::max(1, std::min(own, together / node.size()));
}
#endif

/// Kokkos gets only its own arguments: it would answer --help, too. Arguments unknown to it stay.
void initialize_kokkos(int& argc, char** argv) {
  if (argc == 0) return Kokkos::initialize();
  std::vector<char*> theirs = {argv[0]};
  std::vector<char*> others = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    (std::string_view(argv[i]).starts_with("--kokkos-") ? theirs : others).push_back(argv[i]);
  }
  int count = static_cast<int>(theirs.size());
  theirs.push_back(nullptr);
  Kokkos::initialize(count, theirs.data());
  others.insert(others.end(), theirs.begin() + 1, theirs.begin() + count);
  std::copy(others.begin(), others.end(), argv);
  // A caller's own array need not have an element after its last argument.
  if (static_cast<int>(others.size()) < argc) argv[others.size()] = nullptr;
  argc = static_cast<int>(others.size());
}

/// Sets an unset environment variable for the lifetime of the object: programs started later must
/// not inherit it.
class Variable {
 public:
  Variable(const char* name, const std::string& value)
      : name_(std::getenv(name) == nullptr ? name : nullptr) {
    if (name_ != nullptr) setenv(name_, value.c_str(), 0);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (name_ != nullptr) unsetenv(name_);
  }

 private:
  const char* name_;
};

void require_first() {
  bool ended = Kokkos::is_finalized();
#if SUAN_HAVE_MPI
  int finalized = 0;
  MPI_Finalized(&finalized);
  ended = ended || finalized != 0;
#endif
  if (ended) {
    throw InvalidArgument(
        "Environment: MPI or Kokkos has ended already, and neither starts twice in a process; make "
        "one suan::Environment at the top of main and keep it until the end");
  }
}

}  // namespace

Environment::StartedMpi::~StartedMpi() {
#if SUAN_HAVE_MPI
  if (here && detail::mpi_runs()) MPI_Finalize();
#endif
}

Environment::StartedKokkos::~StartedKokkos() {
  if (here && Kokkos::is_initialized() && !Kokkos::is_finalized()) Kokkos::finalize();
}

Environment::Environment(int& argc, char**& argv, Mpi mpi) {
  require_first();
  start_mpi(argc, argv, mpi);
  start_kokkos(argc, argv);
}

Environment::Environment(Mpi mpi) {
  int argc = 0;
  char** argv = nullptr;
  require_first();
  start_mpi(argc, argv, mpi);
  start_kokkos(argc, argv);
}

#if SUAN_HAVE_MPI
Environment::Environment(int& argc, char**& argv, MPI_Comm ranks) {
  require_first();
  world_ = Communicator(ranks);
  start_kokkos(argc, argv);
}

Environment::Environment(MPI_Comm ranks) {
  int argc = 0;
  char** argv = nullptr;
  require_first();
  world_ = Communicator(ranks);
  start_kokkos(argc, argv);
}
#endif

Environment::~Environment() = default;

void Environment::start_mpi([[maybe_unused]] int& argc, [[maybe_unused]] char**& argv,
                            [[maybe_unused]] Mpi mpi) {
#if SUAN_HAVE_MPI
  if (mpi == Mpi::never) return;
  if (!detail::mpi_runs()) {
    int provided = 0;
    if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
      throw MpiError(
          "MPI_Init_thread failed; is this program started by the mpirun of the MPI "
          "that it was built with?");
    }
    mpi_.here = true;
    if (provided < MPI_THREAD_FUNNELED) {
      throw MpiError(
          "this MPI allows no threads beside the one that calls it (MPI_THREAD_FUNNELED); use one "
          "that was built with support for threads");
    }
  }
  world_ = Communicator(MPI_COMM_WORLD);
#endif
}

void Environment::start_kokkos(int& argc, char** argv) {
  int threads = usable_cores();
#if SUAN_HAVE_MPI
  if (world_.mpi() != MPI_COMM_NULL) threads = threads_for_this_rank(world_);
#endif
  if (!Kokkos::is_initialized()) {
    together(world_, [&] {
#if SUAN_HAVE_CUDA
      kernels::cuda::require_device();
#endif
      // Kokkos reads these variables; later arguments override them.
      const bool given = asks_for_threads(argc, argv);
      std::optional<Variable> count;
      if (!given) count.emplace("KOKKOS_NUM_THREADS", std::to_string(threads));
      const Variable no_warnings("KOKKOS_DISABLE_WARNINGS", "1");
      initialize_kokkos(argc, argv);
      kokkos_.here = true;
    });
  }
#if SUAN_HAVE_CUDA
  together(world_, kernels::cuda::require_same_layouts);
#endif
}

std::string Environment::description() const {
  const auto counted = [](int count, const char* what) {
    return message(count, " ", what, count == 1 ? "" : "s");
  };
  return message("Suan ", SUAN_VERSION, ", ", ExecutionSpace::name(), ", ",
                 counted(HostExecutionSpace().concurrency(), "thread"), ", ",
                 counted(world_.size(), "rank"));
}

}  // namespace suan
