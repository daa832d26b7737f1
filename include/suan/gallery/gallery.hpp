// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Model problems by name, for the program, the notebooks and the benchmarks.
#pragma once

#include "suan/core/options.hpp"
#include "suan/gallery/poisson.hpp"

namespace suan {

struct GalleryOptions {
  std::int64_t size = 32;  ///< points in each direction
  double convection = 10;  ///< of convection_diffusion2d: strength
  static const OptionTable<GalleryOptions>& table();
};

std::vector<std::string> gallery_names();

struct GallerySize {
  GlobalIndex unknowns = 0;
  std::int64_t entries = 0;
};

/// The sizes that a problem would have, without generating it. Not collective. @throws
/// InvalidArgument as gallery() does.
GallerySize gallery_size(const std::string& name, const GalleryOptions& options);

/// Collective. @throws InvalidArgument for an unknown name, listing the nearest valid ones, when
/// the number of unknowns cannot be represented, and when ranks request different problems.
template <Scalar T = double>
DistributedMatrix<T> gallery(const std::string& name, const GalleryOptions& options,
                             const Communicator& comm = {});

}  // namespace suan
