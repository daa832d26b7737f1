// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/mumps_process.hpp"

#include <cstdlib>

#include "comm/mpi_calls.hpp"

namespace suan::detail {

namespace {

/// Whether a launcher started this process with others, which would have to start MPI, too.
bool has_others() {
  for (const char* name :
       {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "SLURM_STEP_NUM_TASKS"}) {
    const char* text = std::getenv(name);
    if (text != nullptr && std::atoi(text) > 1) return true;
  }
  return false;
}

void end_mpi() {
  if (mpi_runs()) MPI_Finalize();
}

void start_mpi() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0) {
    throw NotSupported("direct: MUMPS needs MPI, which has ended in this process");
  }
  if (has_others()) {
    throw NotSupported(
        "direct: MUMPS needs MPI, which does not run in this process, although it was started with "
        "others; start MPI first (in Python: from mpi4py import MPI)");
  }
  int provided = 0;
  require_success(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided),
                  "MPI_Init_thread");
  std::atexit(end_mpi);
}

}  // namespace

int mumps_communicator(const Communicator& comm) {
  if (comm.mpi() != MPI_COMM_NULL) return static_cast<int>(MPI_Comm_c2f(comm.mpi()));
  if (!mpi_runs()) start_mpi();
  return static_cast<int>(MPI_Comm_c2f(MPI_COMM_SELF));
}

}  // namespace suan::detail
