// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// For programs with a scalar type of their own: the definitions of vectors, operators, CG and
// GMRES, from which a compiler makes those of another type than suan.hpp has, say `long double`.
// For the library's own types they are not compiled again.
#pragma once

#include "suan/comm/detail/exchange_impl.hpp"
#include "suan/comm/detail/reductions_impl.hpp"
#include "suan/kernels/detail/cg_update_impl.hpp"
#include "suan/kernels/detail/cg_update_multi_impl.hpp"
#include "suan/kernels/detail/krylov_basis_impl.hpp"
#include "suan/kernels/detail/level1_impl.hpp"
#include "suan/kernels/detail/multi_level1_impl.hpp"
#include "suan/kernels/detail/spmv_plan_impl.hpp"
#include "suan/kernels/detail/symmetric_updates_impl.hpp"
#include "suan/matrix/detail/assembly_impl.hpp"
#include "suan/matrix/detail/csr_impl.hpp"
#include "suan/matrix/detail/distributed_matrix_impl.hpp"
#include "suan/matrix/detail/operator_impl.hpp"
#include "suan/matrix/detail/row_sources_impl.hpp"
#include "suan/solvers/detail/cg_impl.hpp"
#include "suan/solvers/detail/cg_multi_impl.hpp"
#include "suan/solvers/detail/cg_pipelined_impl.hpp"
#include "suan/solvers/detail/cg_single_impl.hpp"
#include "suan/solvers/detail/chebyshev_iteration_impl.hpp"
#include "suan/solvers/detail/cr_impl.hpp"
#include "suan/solvers/detail/gmres_impl.hpp"
#include "suan/solvers/detail/inner_impl.hpp"
#include "suan/solvers/detail/minres_impl.hpp"
#include "suan/solvers/detail/own_scalars.hpp"
#include "suan/solvers/detail/run_impl.hpp"
#include "suan/solvers/detail/solve_frame_impl.hpp"
#include "suan/solvers/detail/solve_frame_multi_impl.hpp"
#include "suan/solvers/detail/solver_impl.hpp"
#include "suan/solvers/detail/symmlq_impl.hpp"
#include "suan/solvers/detail/units_impl.hpp"
#include "suan/solvers/detail/verdict_impl.hpp"
#include "suan/solvers/detail/workspace_impl.hpp"
#include "suan/vector/detail/blas1_impl.hpp"
#include "suan/vector/detail/multi_vector_impl.hpp"
#include "suan/vector/detail/powers_of_two_impl.hpp"
#include "suan/vector/detail/vector_impl.hpp"
