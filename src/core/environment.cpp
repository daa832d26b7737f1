// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/environment.hpp"

#include <sched.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
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

/// Cores that this process may use. With OMP_PROC_BIND the first thread is bound to one of them
/// before main, so OpenMP is asked, which looked earlier.
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
/// This rank's share of the cores that the ranks of its node may use together: where the launcher
/// bound each rank to cores of its own, those are not to be divided again.
int threads_for_this_rank() {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
  int ranks = 1;
  MPI_Comm_size(node, &ranks);
  const cpu_set_t mine = cores_of_this_thread();
  cpu_set_t all = mine;
  MPI_Allreduce(&mine, &all, static_cast<int>(sizeof mine), MPI_BYTE, MPI_BOR, node);
  MPI_Comm_free(&node);
  const int own = usable_cores();
  const bool thread_is_bound = cores_of(mine) < own;  // then the sets say nothing of the ranks
  const int together = thread_is_bound ? own : cores_of(all);
  return std::max(1, std::min(own, together / ranks));
}
#endif

/// Kokkos gets its own arguments only: it would answer --help too. What it does not know stays.
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
  // A caller's own array need not have a place behind its last argument.
  if (static_cast<int>(others.size()) < argc) argv[others.size()] = nullptr;
  argc = static_cast<int>(others.size());
}

}  // namespace

Environment::Environment(int& argc, char**& argv, Mpi mpi) { start(argc, argv, mpi); }

Environment::Environment(Mpi mpi) {
  int argc = 0;
  char** argv = nullptr;
  start(argc, argv, mpi);
}

void Environment::start(int& argc, char** argv, [[maybe_unused]] Mpi mpi) {
  int threads = usable_cores();
#if SUAN_HAVE_MPI
  if (mpi == Mpi::automatic) {
    int initialized = 0;
    MPI_Initialized(&initialized);
    if (initialized == 0) {
      int provided = 0;
      if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
        throw MpiError(
            "MPI_Init_thread failed; is this program started by the mpirun of the MPI "
            "that it was built with?");
      }
      finalize_mpi_ = true;
    }
    threads = threads_for_this_rank();
    world_ = Communicator(MPI_COMM_WORLD);
  }
#endif
  if (!Kokkos::is_initialized()) {
#if SUAN_HAVE_CUDA
    together(world_, kernels::cuda::require_device);
#endif
    // Kokkos reads these variables; arguments, which come after, override them.
    const bool given = asks_for_threads(argc, argv);
    const bool warnings_set = std::getenv("KOKKOS_DISABLE_WARNINGS") != nullptr;
    if (!given) setenv("KOKKOS_NUM_THREADS", std::to_string(threads).c_str(), 1);
    setenv("KOKKOS_DISABLE_WARNINGS", "1", 0);
    initialize_kokkos(argc, argv);
    if (!given) unsetenv("KOKKOS_NUM_THREADS");
    if (!warnings_set) unsetenv("KOKKOS_DISABLE_WARNINGS");
    finalize_kokkos_ = true;
  }
#if SUAN_HAVE_CUDA
  try {
    together(world_, kernels::cuda::require_same_layouts);
  } catch (...) {
    if (finalize_kokkos_) Kokkos::finalize();
    throw;
  }
#endif
}

Environment::~Environment() {
  world_ = Communicator();  // frees the duplicate while MPI is still there
  if (finalize_kokkos_ && Kokkos::is_initialized() && !Kokkos::is_finalized()) Kokkos::finalize();
#if SUAN_HAVE_MPI
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalize_mpi_ && finalized == 0) MPI_Finalize();
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
