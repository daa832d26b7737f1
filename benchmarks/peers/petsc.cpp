// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// PETSc on the ranks of mpirun: MatMult of an MPIAIJ matrix, and CG with a preconditioner and a
// tolerance on ||b - A x|| / ||b||.
#include <petscksp.h>

#include "common.hpp"

namespace {

Mat assemble(const std::string& file) {
  const auto sizes = suan::bench::csr_file_sizes(file);
  const auto share = [](std::int64_t all) {
    PetscInt local = PETSC_DECIDE;
    auto global = static_cast<PetscInt>(all);
    PetscCallAbort(PETSC_COMM_WORLD, PetscSplitOwnership(PETSC_COMM_WORLD, &local, &global));
    return local;
  };
  const PetscInt rows = share(sizes.rows);
  // Rows and columns of a square matrix are distributed alike; both come from the same function.
  const PetscInt columns = share(sizes.columns);
  PetscInt last = 0;
  MPI_Scan(&rows, &last, 1, MPIU_INT, MPI_SUM, PETSC_COMM_WORLD);
  const auto part = peers::read_csr(file, last - rows, last);
  Mat a = nullptr;
  PetscCallAbort(
      PETSC_COMM_WORLD,
      MatCreateMPIAIJWithArrays(PETSC_COMM_WORLD, rows, columns, PETSC_DETERMINE, PETSC_DETERMINE,
                                part.offsets.data(), part.indices.data(), part.values.data(), &a));
  return a;
}

/// Seconds since `start` on the slowest rank.
double elapsed(double start) {
  double seconds = peers::now() - start;
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, PETSC_COMM_WORLD);
  return seconds;
}

PetscErrorCode run_spmv(Mat a, int repetitions, bool print) {
  Vec x = nullptr;
  Vec y = nullptr;
  PetscCall(MatCreateVecs(a, &x, &y));
  PetscInt first = 0;
  PetscInt last = 0;
  PetscCall(VecGetOwnershipRange(x, &first, &last));
  for (PetscInt i = first; i < last; ++i) {
    PetscCall(VecSetValue(x, i, peers::element(i), INSERT_VALUES));
  }
  PetscCall(VecAssemblyBegin(x));
  PetscCall(VecAssemblyEnd(x));
  std::vector<double> seconds;
  for (int i = -3; i < repetitions; ++i) {
    MPI_Barrier(PETSC_COMM_WORLD);
    const double start = peers::now();
    PetscCall(MatMult(a, x, y));
    const double duration = elapsed(start);
    if (i >= 0) seconds.push_back(duration);
  }
  PetscScalar checksum = 0;
  PetscCall(VecSum(y, &checksum));
  MatInfo info;
  PetscCall(MatGetInfo(a, MAT_GLOBAL_SUM, &info));
  PetscInt rows = 0;
  PetscInt columns = 0;
  PetscCall(MatGetSize(a, &rows, &columns));
  if (print) {
    const double bytes = peers::spmv_bytes(info.nz_used, rows, columns);
    peers::vector_line("PETSc", "spmv", seconds, bytes, checksum).print();
  }
  PetscCall(VecDestroy(&x));
  PetscCall(VecDestroy(&y));
  return 0;
}

PetscErrorCode run_solve(Mat a, const std::string& preconditioner, bool print) {
  Vec x = nullptr;
  Vec b = nullptr;
  PetscCall(MatCreateVecs(a, &x, &b));
  PetscCall(VecSet(b, 1.0));
  KSP ksp = nullptr;
  PetscCall(KSPCreate(PETSC_COMM_WORLD, &ksp));
  PetscCall(KSPSetOperators(ksp, a, a));
  PetscCall(KSPSetType(ksp, KSPCG));
  PetscCall(KSPSetNormType(ksp, KSP_NORM_UNPRECONDITIONED));
  PetscCall(KSPSetTolerances(ksp, 1e-8, 0.0, PETSC_DEFAULT, 10000));
  PC pc = nullptr;
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PCSetType(pc, preconditioner.c_str()));
  PetscCall(KSPSetFromOptions(ksp));
  MPI_Barrier(PETSC_COMM_WORLD);
  const double start = peers::now();
  PetscCall(KSPSetUp(ksp));
  const double setup = elapsed(start);
  MPI_Barrier(PETSC_COMM_WORLD);
  const double begin = peers::now();
  PetscCall(KSPSolve(ksp, b, x));
  const double seconds = elapsed(begin);
  PetscInt iterations = 0;
  PetscCall(KSPGetIterationNumber(ksp, &iterations));
  PetscReal norm_b = 0;
  PetscReal norm_r = 0;
  Vec r = nullptr;
  PetscCall(VecDuplicate(b, &r));
  PetscCall(MatResidual(a, b, x, r));
  PetscCall(VecNorm(b, NORM_2, &norm_b));
  PetscCall(VecNorm(r, NORM_2, &norm_r));
  if (print) {
    const std::string shown = preconditioner == "jacobi" ? "Jacobi"
                              : preconditioner == "gamg" ? "GAMG"
                                                         : preconditioner;
    peers::solve_line("PETSc CG + " + shown, setup, seconds, static_cast<int>(iterations),
                      norm_r / norm_b)
        .print();
  }
  PetscCall(KSPDestroy(&ksp));
  PetscCall(VecDestroy(&r));
  PetscCall(VecDestroy(&x));
  PetscCall(VecDestroy(&b));
  return 0;
}

PetscErrorCode run(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  int rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  if (rank == 0) {
    peers::print_version("PETSc", std::to_string(PETSC_VERSION_MAJOR) + '.' +
                                      std::to_string(PETSC_VERSION_MINOR) + '.' +
                                      std::to_string(PETSC_VERSION_SUBMINOR));
  }
  Mat a = assemble(arguments.file());
  if (arguments.operation() == "spmv") {
    PetscCall(run_spmv(a, arguments.repetitions(), rank == 0));
  } else {
    PetscCall(run_solve(a, arguments.text("--preconditioner", "jacobi"), rank == 0));
  }
  PetscCall(MatDestroy(&a));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (PetscInitialize(&argc, &argv, nullptr, nullptr) != 0) return 1;
  const PetscErrorCode status = run(argc, argv);
  return PetscFinalize() != 0 || status != 0 ? 1 : 0;
}
