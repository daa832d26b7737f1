// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

namespace suan::bench {

namespace {

struct Named {
  const char* name;
  HostCsr (*make)(std::int64_t size);
};

HostCsr poisson(const char* name, std::int64_t size) {
  return to_host(poisson3d_by_name<double>(name, size, {}).local());
}

// A new shape takes one line here.
const Named known[] = {
    {"7pt", [](std::int64_t n) { return poisson("7pt", n); }},
    {"7pt-general", [](std::int64_t n) { return poisson("7pt-general", n); }},
    {"27pt", [](std::int64_t n) { return poisson("27pt", n); }},
    {"27pt-general", [](std::int64_t n) { return poisson("27pt-general", n); }},
    {"elasticity", elasticity},
    {"rmat", rmat},
    {"circuit", circuit},
    {"road", road},
    {"tall", tall},
    {"ilu", ilu_factor},
    {"27pt-lower", [](std::int64_t n) { return lower_triangle(poisson("27pt-general", n)); }},
    {"7pt-prolongator", [](std::int64_t n) { return smoothed_prolongator(poisson("7pt", n), n); }},
    {"27pt-prolongator",
     [](std::int64_t n) { return smoothed_prolongator(poisson("27pt", n), n); }},
};

}  // namespace

const std::vector<std::string>& matrix_names() {
  static const auto names = [] {
    std::vector<std::string> list;
    for (const auto& one : known) list.emplace_back(one.name);
    return list;
  }();
  return names;
}

const std::vector<std::string>& shape_names() {
  static const std::vector<std::string> names = {"7pt",          "7pt-general", "27pt",
                                                 "27pt-general", "elasticity",  "rmat",
                                                 "circuit",      "road",        "tall"};
  return names;
}

HostCsr host_matrix(const std::string& name, std::int64_t size) {
  for (const auto& one : known) {
    if (name == one.name) return one.make(size);
  }
  throw_unknown_name("matrix", name, matrix_names());
}

HostCsr to_host(const Csr<double>& a) {
  const auto copy = [](const auto& view, auto& to) {
    to.resize(view.extent(0));
    using Element = typename std::decay_t<decltype(to)>::value_type;
    Kokkos::deep_copy(HostView<Element>(to.data(), to.size()), view);
  };
  HostCsr host;
  host.rows = a.rows();
  host.columns = a.columns();
  copy(a.view().offsets, host.offsets);
  copy(a.view().indices, host.indices);
  copy(a.view().values, host.values);
  return host;
}

HostCsr rows_of(const HostCsr& a, std::int64_t first, std::int64_t last) {
  const std::int64_t begin = a.offsets[static_cast<std::size_t>(first)];
  const std::int64_t end = a.offsets[static_cast<std::size_t>(last)];
  HostCsr part;
  part.rows = last - first;
  part.columns = a.columns;
  part.offsets.assign(a.offsets.begin() + first, a.offsets.begin() + last + 1);
  for (auto& offset : part.offsets) offset -= begin;
  part.indices.assign(a.indices.begin() + begin, a.indices.begin() + end);
  part.values.assign(a.values.begin() + begin, a.values.begin() + end);
  return part;
}

std::string MatrixSource::key() const {
  if (!file.empty()) return std::filesystem::path(file).stem().string();
  return name + "/" + std::to_string(size);
}

bool MatrixSource::is_square() const {
  if (file.empty()) return name != "tall" && !name.ends_with("-prolongator");
  const auto sizes = csr_file_sizes(file);
  return sizes.rows == sizes.columns;
}

std::vector<MatrixSource> matrix_sources(const std::string& matrix, std::int64_t size,
                                         const std::string& file,
                                         const std::vector<std::string>& all) {
  if (!file.empty()) return {{std::filesystem::path(file).stem().string(), size, file}};
  std::vector<MatrixSource> sources;
  if (matrix == "all") {
    for (const auto& name : all) sources.push_back({name, size, ""});
    return sources;
  }
  for (std::size_t begin = 0; begin <= matrix.size();) {
    const auto comma = std::min(matrix.find(',', begin), matrix.size());
    const auto name = matrix.substr(begin, comma - begin);
    if (std::ranges::find(matrix_names(), name) == matrix_names().end()) {
      throw_unknown_name("matrix", name, matrix_names());
    }
    sources.push_back({name, size, ""});
    begin = comma + 1;
  }
  return sources;
}

}  // namespace suan::bench
