// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices as Python holds them, and facts about them.
#include <nanobind/stl/string.h>

#include <sstream>

#include "arrays.hpp"
#include "bindings.hpp"
#include "suan/matrix/analysis.hpp"

namespace suan::python {

namespace {

nb::tuple analyse_arrays(const CsrArrays& a) {
  std::string json;
  std::ostringstream table;
  without_gil([&] {
    visit_scalar(a.values.dtype(), [&]<Scalar T>() {
      std::vector<std::string> copied;
      const MatrixFacts facts = analyse(DistributedMatrix<T>(borrow_matrix<T>(a, copied)));
      json = facts.to_json();
      table << facts;
    });
  });
  return nb::make_tuple(json, table.str());
}

}  // namespace

void bind_matrix(nb::module_& module) {
  nb::class_<CsrArrays>(module, "CsrArrays",
                        "The arrays of a matrix in compressed sparse rows; they are not copied.")
      .def(
          "__init__",
          [](CsrArrays* self, std::int64_t rows, std::int64_t columns,
             const InputArray<std::int64_t>& offsets, const InputScalars& indices,
             const InputScalars& values) {
            new (self) CsrArrays{rows, columns, offsets, indices, values};
          },
          nb::arg("rows"), nb::arg("columns"), nb::arg("offsets").noconvert(),
          nb::arg("indices").noconvert(), nb::arg("values").noconvert(),
          nb::sig("def __init__(self, rows: int, columns: int, offsets: "
                  "numpy.typing.NDArray[numpy.int64], "
                  "indices: numpy.typing.NDArray[numpy.int32] | numpy.typing.NDArray[numpy.int64], "
                  "values: numpy.typing.NDArray[typing.Any]) -> None"))
      .def_prop_ro(
          "addresses",
          [](const CsrArrays& a) {
            return nb::make_tuple(reinterpret_cast<std::uintptr_t>(a.offsets.data()),
                                  reinterpret_cast<std::uintptr_t>(a.indices.data()),
                                  reinterpret_cast<std::uintptr_t>(a.values.data()));
          },
          nb::sig("def addresses(self) -> tuple[int, int, int]"),
          "Where the library will read offsets, indices and values.");

  module.def("analyse", analyse_arrays, nb::arg("a"),
             nb::sig("def analyse(a: CsrArrays) -> tuple[str, str]"),
             "Facts about a matrix, as JSON and as a table.");
}

}  // namespace suan::python
