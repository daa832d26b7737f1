// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/solve_frame_multi_impl.hpp"
