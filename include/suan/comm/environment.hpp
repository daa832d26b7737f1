// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Scoped start-up and shut-down of MPI and Kokkos, in the right order.
#pragma once

#include "suan/comm/communicator.hpp"

namespace suan {

/// Initialises MPI (if the library has it) and Kokkos unless they already are, and finalises what
/// it initialised. Create one at the top of main and keep it until the end, or let suan::run
/// (run.hpp) do so; objects of the library must not outlive it. MPI and Kokkos can only start once
/// per process, so there is no second environment after the first has ended.
///
/// Threads: OMP_NUM_THREADS and --kokkos-num-threads are obeyed. Without them, the cores that this
/// process may use are divided among the ranks of its node, so that `mpirun -n k` does not start k
/// times as many threads as there are cores.
///
/// Constructors throw InvalidArgument after an environment has ended, DeviceError when there is no
/// device for this build, and MpiError; on all ranks. They then finalise what they had started.
class Environment {
 public:
  enum class Mpi { automatic, never };

  /// Removes the arguments of MPI and Kokkos (--kokkos-...) from argc and argv.
  /// Collective over all ranks of the program.
  Environment(int& argc, char**& argv, Mpi mpi = Mpi::automatic);
  /// For callers without a command line. Mpi::never leaves MPI alone, for instance in a notebook.
  explicit Environment(Mpi mpi = Mpi::automatic);
#if SUAN_HAVE_MPI
  /// For some of a program's ranks: collective over `ranks`, which becomes world(). The program
  /// initialises MPI, with at least MPI_THREAD_FUNNELED, and finalises it.
  explicit Environment(MPI_Comm ranks);
  Environment(int& argc, char**& argv, MPI_Comm ranks);
#endif
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// All ranks of the program, or those passed to the constructor.
  const Communicator& world() const noexcept { return world_; }

  /// One line: version, execution space, threads, ranks.
  std::string description() const;

 private:
  /// What was started here; shut down in reverse order, even if a constructor throws.
  struct StartedMpi {
    bool here = false;
    ~StartedMpi();
  };
  struct StartedKokkos {
    bool here = false;
    ~StartedKokkos();
  };

  void start_mpi(int& argc, char**& argv, Mpi mpi);
  void start_kokkos(int& argc, char** argv);

  StartedMpi mpi_;
  StartedKokkos kokkos_;
  Communicator world_;
};

}  // namespace suan
