// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// SELL-C-sigma for products on one rank (M. Kreutzer et al., SIAM J. Sci. Comput. 36 (2014),
// C401-C423): slices of eight rows whose k-th entries are adjacent, so that a vector register adds
// one entry of each row at a time. Rows are sorted by their lengths within windows of at most 256
// rows, so that the rows of a slice are about equally long; a step in which only c rows have an
// entry left stores c of them, so nothing is padded. x and y keep their order: the rows of a window
// are put back in the first-level cache.
//
// For matrices of irregular structure that stay in the caches: circuits, power grids, meshes,
// coarse levels. Compact SELL (sell.hpp) needs fewer bytes where neighbouring rows have the same
// structure.
#pragma once

#include "suan/kernels/format_plan.hpp"

namespace suan::kernels {

/// The layout of `a`, from two passes over its structure. It stores values as they are: other
/// storages have -1 bytes and make() refuses them.
/// @throws NotSupported on a device, whose warps need other slices: see plan_sell().
template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sorted_sell(const ExecutionSpace& space,
                                                      const CsrView<T>& a,
                                                      std::shared_ptr<const ValueFacts<T>> facts);

/// `a` in the format above, with its own arrays: per entry a value and 2 or 4 bytes, per row 9
/// bytes. Each row is one sum in the order of its entries; y has the same bits on any number of
/// threads and on any processor.
/// @throws as plan_sorted_sell().
template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_sorted_sell(const ExecutionSpace& space,
                                                          const CsrView<T>& a);

}  // namespace suan::kernels
