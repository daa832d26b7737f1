// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything.
#pragma once

#include "suan/config.hpp"
#include "suan/core/environment.hpp"
#include "suan/core/error.hpp"
#include "suan/core/event_log.hpp"
#include "suan/core/options.hpp"
#include "suan/core/report.hpp"
#include "suan/core/timer.hpp"
#include "suan/core/types.hpp"
#include "suan/distributed/assembly.hpp"
#include "suan/distributed/communicator.hpp"
#include "suan/distributed/distributed_matrix.hpp"
#include "suan/distributed/halo.hpp"
#include "suan/gallery/gallery.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/io/hdf5.hpp"
#include "suan/io/matrix_market.hpp"
#include "suan/matrix/csr.hpp"
#include "suan/matrix/operator.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/registry.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/layout.hpp"
#include "suan/vector/vector.hpp"
