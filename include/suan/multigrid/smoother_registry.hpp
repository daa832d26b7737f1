// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Smoothers by name, those of the library and those that a program adds.
#pragma once

#include "suan/core/registry.hpp"
#include "suan/preconditioners/smoother.hpp"

namespace suan {

/// Smoothers are made for the matrix of a level. Factories are collective.
template <Scalar T>
using SmootherRegistry = Registry<Smoother<T>, const DistributedMatrix<T>&>;

template <Scalar T>
SmootherRegistry<T>& smoother_registry();

/// What "auto" stands for: Chebyshev polynomials need a spectrum that is an interval, and on coarse
/// levels of convection Gauss-Seidel may diverge.
OptionNode suitable_smoother(bool is_hermitian);

/// What a node may name: "auto" and all smoothers that are registered for any scalar type.
std::vector<OptionType> smoother_types();

}  // namespace suan
