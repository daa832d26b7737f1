// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// PETSc in the comparison of multigrid, on the ranks of mpirun: the same lines as
// suan_multigrid.cpp prints. Everything that is not read here (-ksp_type, -pc_type and so on) is an
// option of PETSc's own.
#include <petscksp.h>

#include "../peers/common.hpp"
#include "../support/dense_file.hpp"

namespace {

constexpr double tolerance = 1e-8;
constexpr PetscInt most_iterations = 500;

struct Problem {
  Mat a = nullptr;
  Vec x = nullptr;
  Vec b = nullptr;
  Vec r = nullptr;
};

/// Seconds since `start` on the slowest rank.
double elapsed(double start) {
  double seconds = peers::now() - start;
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_MAX, PETSC_COMM_WORLD);
  return seconds;
}

/// Whole nodes of `block` rows for each rank.
PetscErrorCode assemble(const peers::Arguments& arguments, Mat* a) {
  const auto sizes = suan::bench::csr_file_sizes(arguments.file());
  const PetscInt block = arguments.integer("--block-size", 1);
  PetscInt nodes = PETSC_DECIDE;
  auto all_nodes = static_cast<PetscInt>(sizes.rows / block);
  PetscCall(PetscSplitOwnership(PETSC_COMM_WORLD, &nodes, &all_nodes));
  const PetscInt rows = nodes * block;
  PetscInt last = 0;
  MPI_Scan(&rows, &last, 1, MPIU_INT, MPI_SUM, PETSC_COMM_WORLD);
  const auto part = peers::read_csr(arguments.file(), last - rows, last);
  PetscCall(MatCreate(PETSC_COMM_WORLD, a));
  PetscCall(MatSetSizes(*a, rows, rows, PETSC_DETERMINE, PETSC_DETERMINE));
  PetscCall(MatSetBlockSize(*a, block));
  PetscCall(MatSetType(*a, MATAIJ));
  // Of the two, the one that is not for the matrix's type does nothing.
  PetscCall(MatSeqAIJSetPreallocationCSR(*a, part.offsets.data(), part.indices.data(),
                                         part.values.data()));
  PetscCall(MatMPIAIJSetPreallocationCSR(*a, part.offsets.data(), part.indices.data(),
                                         part.values.data()));
  if (arguments.text("--symmetric", "yes") == "yes") {
    PetscCall(MatSetOption(*a, MAT_SPD, PETSC_TRUE));
  }
  return 0;
}

PetscErrorCode set_near_null_space(Mat a, const std::string& file) {
  PetscInt first = 0;
  PetscInt last = 0;
  PetscCall(MatGetOwnershipRange(a, &first, &last));
  const auto given = suan::bench::read_dense_file(file, first, last);
  std::vector<Vec> vectors(static_cast<std::size_t>(given.columns));
  for (std::size_t j = 0; j < vectors.size(); ++j) {
    PetscCall(MatCreateVecs(a, &vectors[j], nullptr));
    PetscScalar* elements = nullptr;
    PetscCall(VecGetArray(vectors[j], &elements));
    for (std::size_t i = 0; i < static_cast<std::size_t>(given.rows); ++i) {
      elements[i] = given.elements[i * vectors.size() + j];
    }
    PetscCall(VecRestoreArray(vectors[j], &elements));
  }
  MatNullSpace space = nullptr;
  PetscCall(MatNullSpaceCreate(PETSC_COMM_WORLD, PETSC_FALSE, static_cast<PetscInt>(vectors.size()),
                               vectors.data(), &space));
  PetscCall(MatSetNearNullSpace(a, space));
  PetscCall(MatNullSpaceDestroy(&space));
  for (auto& vector : vectors) PetscCall(VecDestroy(&vector));
  return 0;
}

PetscErrorCode product_seconds(const Problem& problem, double* seconds) {
  PetscCall(VecSet(problem.x, 1.0));
  std::vector<double> each;
  for (int i = -3; i < 11; ++i) {
    MPI_Barrier(PETSC_COMM_WORLD);
    const double start = peers::now();
    PetscCall(MatMult(problem.a, problem.x, problem.r));
    const double duration = elapsed(start);
    if (i >= 0) each.push_back(duration);
  }
  *seconds = peers::median(each);
  return 0;
}

PetscErrorCode true_residual(const Problem& problem, double* relative) {
  PetscReal norm_b = 0;
  PetscReal norm_r = 0;
  PetscCall(MatResidual(problem.a, problem.b, problem.x, problem.r));
  PetscCall(VecNorm(problem.b, NORM_2, &norm_b));
  PetscCall(VecNorm(problem.r, NORM_2, &norm_r));
  *relative = norm_r / norm_b;
  return 0;
}

PetscErrorCode make(Mat a, KSP* ksp) {
  PetscCall(KSPCreate(PETSC_COMM_WORLD, ksp));
  PetscCall(KSPSetOperators(*ksp, a, a));
  PetscCall(KSPSetNormType(*ksp, KSP_NORM_UNPRECONDITIONED));
  PetscCall(KSPSetTolerances(*ksp, tolerance, 0.0, PETSC_DEFAULT, most_iterations));
  PetscCall(KSPSetFromOptions(*ksp));
  return 0;
}

/// Solves, and goes on from there where the recurrence has drifted from the true residual.
PetscErrorCode iterate(KSP ksp, const Problem& problem, PetscInt* iterations, std::string* reason,
                       double* relative) {
  for (int turn = 0; turn < 3; ++turn) {
    PetscCall(KSPSetInitialGuessNonzero(ksp, turn == 0 ? PETSC_FALSE : PETSC_TRUE));
    PetscCall(KSPSolve(ksp, problem.b, problem.x));
    PetscInt count = 0;
    KSPConvergedReason why = KSP_CONVERGED_ITERATING;
    PetscCall(KSPGetIterationNumber(ksp, &count));
    PetscCall(KSPGetConvergedReason(ksp, &why));
    *reason = KSPConvergedReasons[why];
    *iterations += count;
    PetscCall(true_residual(problem, relative));
    if (why < 0 || *relative <= tolerance) return 0;
  }
  return 0;
}

/// Cycles alone, for the counter of messages.
PetscErrorCode cycle(KSP ksp, const Problem& problem, PetscInt cycles) {
  if (cycles == 0) return 0;
  PC pc = nullptr;
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PCApply(pc, problem.b, problem.x));
  for (PetscInt k = 0; k < cycles; ++k) {
    MPI_Pcontrol(1);
    PetscCall(PCApply(pc, problem.b, problem.x));
  }
  MPI_Pcontrol(0);
  return 0;
}

PetscErrorCode run_once(const Problem& problem, double product, peers::Line* line,
                        const std::string& name, PetscInt cycles) {
  const suan::bench::PeakMemory memory;
  PetscCall(VecSet(problem.x, 0.0));
  KSP ksp = nullptr;
  MPI_Barrier(PETSC_COMM_WORLD);
  const double start = peers::now();
  PetscCall(make(problem.a, &ksp));
  PetscCall(KSPSetUp(ksp));
  PetscCall(KSPSetUpOnBlocks(ksp));
  const double setup = elapsed(start);
  PetscInt iterations = 0;
  double relative = 0;
  std::string reason;
  MPI_Barrier(PETSC_COMM_WORLD);
  const double begin = peers::now();
  PetscCall(iterate(ksp, problem, &iterations, &reason, &relative));
  const double seconds = elapsed(begin);
  double peak = memory.bytes();
  MPI_Allreduce(MPI_IN_PLACE, &peak, 1, MPI_DOUBLE, MPI_SUM, PETSC_COMM_WORLD);
  PetscInt rows = 0;
  PetscCall(MatGetSize(problem.a, &rows, nullptr));
  *line = peers::solve_line(name, setup, seconds, static_cast<int>(iterations), relative);
  line->number("rows", rows)
      .number("product_seconds", product)
      .number("peak_bytes", peak)
      .text("reason", reason);
  PC pc = nullptr;
  PetscBool is_gamg = PETSC_FALSE;
  PetscCall(KSPGetPC(ksp, &pc));
  PetscCall(PetscObjectTypeCompare(reinterpret_cast<PetscObject>(pc), PCGAMG, &is_gamg));
  if (is_gamg == PETSC_TRUE) {
    PetscReal grid = 0;
    PetscReal entries = 0;
    PetscInt levels = 0;
    PetscCall(PCMGGetGridComplexity(pc, &grid, &entries));
    PetscCall(PCMGGetLevels(pc, &levels));
    line->number("operator_complexity", entries).number("levels", levels);
  }
  PetscCall(cycle(ksp, problem, cycles));
  PetscCall(KSPDestroy(&ksp));
  return 0;
}

PetscErrorCode run(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  int rank = 0;
  MPI_Comm_rank(PETSC_COMM_WORLD, &rank);
  const std::string name = arguments.text("--name", "PETSc");
  if (rank == 0) {
    peers::print_version(name.c_str(), std::to_string(PETSC_VERSION_MAJOR) + '.' +
                                           std::to_string(PETSC_VERSION_MINOR) + '.' +
                                           std::to_string(PETSC_VERSION_SUBMINOR));
  }
  Problem problem;
  PetscCall(assemble(arguments, &problem.a));
  const std::string near_null = arguments.text("--near-null", "");
  if (!near_null.empty()) PetscCall(set_near_null_space(problem.a, near_null));
  PetscCall(MatCreateVecs(problem.a, &problem.x, &problem.b));
  PetscCall(VecDuplicate(problem.b, &problem.r));
  PetscCall(VecSet(problem.b, 1.0));
  double product = 0;
  PetscCall(product_seconds(problem, &product));
  for (int k = 0; k < arguments.repetitions(); ++k) {
    peers::Line line;
    PetscCall(run_once(problem, product, &line, name, arguments.integer("--cycles", 0)));
    if (rank == 0) line.print();
  }
  // hypre tells its complexity only in print; this set-up is not timed.
  if (arguments.text("--explain", "no") == "yes") {
    KSP ksp = nullptr;
    PetscCall(PetscOptionsSetValue(nullptr, "-pc_hypre_boomeramg_print_statistics", "1"));
    PetscCall(make(problem.a, &ksp));
    PetscCall(KSPSetUp(ksp));
    PetscCall(KSPDestroy(&ksp));
  }
  for (Vec* vector : {&problem.x, &problem.b, &problem.r}) PetscCall(VecDestroy(vector));
  PetscCall(MatDestroy(&problem.a));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (PetscInitialize(&argc, &argv, nullptr, nullptr) != 0) return 1;
  const PetscErrorCode status = run(argc, argv);
  return PetscFinalize() != 0 || status != 0 ? 1 : 0;
}
