// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/gallery/gallery.hpp"

#include "gallery/grid.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

template <Scalar T>
struct Entry {
  const char* name;
  int dimensions;
  bool has_corners;  // neighbours also along the diagonals
  DistributedMatrix<T> (*make)(const GalleryOptions& options, const Communicator& comm);
};

// A new problem takes one line here.
template <Scalar T>
constexpr Entry<T> problems[] = {
    {"poisson1d", 1, false,
     [](const GalleryOptions& o, const Communicator& c) { return poisson1d<T>(o.size, c); }},
    {"poisson2d", 2, false,
     [](const GalleryOptions& o, const Communicator& c) {
       return poisson2d<T>(o.size, o.size, c);
     }},
    {"poisson3d", 3, false,
     [](const GalleryOptions& o, const Communicator& c) {
       return poisson3d<T>(o.size, o.size, o.size, c);
     }},
    {"poisson3d_27pt", 3, true,
     [](const GalleryOptions& o, const Communicator& c) {
       return poisson3d_27pt<T>(o.size, o.size, o.size, c);
     }},
    {"convection_diffusion2d", 2, false,
     [](const GalleryOptions& o, const Communicator& c) {
       return convection_diffusion2d<T>(o.size, o.size, o.convection, c);
     }},
};

}  // namespace

const OptionTable<GalleryOptions>& GalleryOptions::table() {
  static const auto table = OptionTable<GalleryOptions>()
                                .number("size", &GalleryOptions::size, 1, 1e9,
                                        "Grid points in each direction of the model problem.")
                                .number("convection", &GalleryOptions::convection, 0, 1e6,
                                        "Strength of the convection in convection_diffusion2d.");
  return table;
}

std::vector<std::string> gallery_names() {
  std::vector<std::string> names;
  for (const auto& problem : problems<double>) names.emplace_back(problem.name);
  return names;
}

GallerySize gallery_size(const std::string& name, const GalleryOptions& options) {
  GalleryOptions::table().check(options);
  for (const auto& problem : problems<double>) {
    if (name != problem.name) continue;
    const GlobalIndex n = options.size;
    const int d = problem.dimensions;
    const auto grid = detail::checked_grid(problem.name, n, d > 1 ? n : 1, d > 2 ? n : 1);
    if (problem.has_corners) return {grid.size(), (3 * n - 2) * (3 * n - 2) * (3 * n - 2)};
    // 2 d neighbours, minus those beyond the 2 d sides.
    return {grid.size(), (2 * d + 1) * grid.size() - 2 * d * (grid.size() / n)};
  }
  throw_unknown_name("problem", name, gallery_names());
}

template <Scalar T>
DistributedMatrix<T> gallery(const std::string& name, const GalleryOptions& options,
                             const Communicator& comm) {
  require_agreement(comm, "gallery",
                    "problem = " + name + "\n" + GalleryOptions::table().write(options));
  GalleryOptions::table().check(options);
  for (const auto& problem : problems<T>) {
    if (name == problem.name) return problem.make(options, comm);
  }
  throw_unknown_name("problem", name, gallery_names());
}

#define SUAN_INSTANTIATE(T)                                                        \
  template DistributedMatrix<T> gallery(const std::string&, const GalleryOptions&, \
                                        const Communicator&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
