// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Model problems by name.
#include "suan/gallery/gallery.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "options.hpp"

namespace suan::python {

namespace {

nb::tuple generate_problem(const std::string& name, const std::string& scalar,
                           const nb::dict& keywords) {
  const auto options = options_from<GalleryOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    nb::object result;
    without_gil([&] {
      const DistributedMatrix<T> matrix = gallery<T>(name, options);
      const nb::gil_scoped_acquire gil;
      result = numpy_matrix(matrix.local());
    });
    return nb::tuple(result);
  });
}

}  // namespace

void bind_gallery(nb::module_& module) {
  module.def("gallery_names", gallery_names, "The problems that generate() knows.");
  module.def(
      "gallery_options", [] { return GalleryOptions::table().descriptions(); },
      "The keywords of generate().");
  module.def(
      "generate", generate_problem, nb::arg("name"), nb::arg("scalar"), nb::arg("options"),
      nb::sig(signature("def generate(name: str, scalar: str, options: {options}) -> {matrix}")
                  .c_str()),
      "(rows, columns, offsets, indices, values)");
}

}  // namespace suan::python
