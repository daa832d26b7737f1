// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user of multigrid knows of a matrix and has in files: coordinates, or a near null space.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "files.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/registry.hpp"

namespace suan::cli {

struct HintOptions {
  std::string coordinates;
  std::string near_null_space;
  static const OptionTable<HintOptions>& table();
  bool any() const noexcept { return !coordinates.empty() || !near_null_space.empty(); }
};

/// @throws InvalidArgument for both, without the preconditioner amg, and for coordinates without
/// blocks.
void check_hints(const HintOptions& hints, const SolveOptions& solve);

/// The unknowns of a node, where multigrid was named; else 1.
GlobalIndex rows_of_a_node(const SolveOptions& solve);

/// The matrix with whole nodes of `block` rows on each rank, evenly: itself if that is so already,
/// and if its rows are no whole nodes. Collective.
template <Scalar T>
DistributedMatrix<T> in_whole_nodes(const DistributedMatrix<T>& a, GlobalIndex block);

/// The near null space of a file, which must be given, for these rows; none where there are no
/// rows. Collective.
/// @throws DimensionMismatch, with both sizes, for a file of another size; and as readers do.
template <Scalar T>
std::optional<MultiVector<T>> read_hints(const HintOptions& hints, const Layout& rows,
                                         const SolveOptions& solve,
                                         const MatrixMarketOptions& reading);

/// The preconditioner amg with that near null space. Collective. @throws as Amg.
template <Scalar T>
std::shared_ptr<const Amg<T>> make_amg(const DistributedMatrix<T>& a,
                                       const std::optional<MultiVector<T>>& near_null_space,
                                       const SolveOptions& solve);

}  // namespace suan::cli
