// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrix Market and HDF5 files.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>

#include "arrays.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "suan/io/hdf5.hpp"
#include "suan/io/matrix_market.hpp"

namespace suan::python {

namespace {

/// The matrix that `read` returns, as NumPy arrays. It is freed before the global lock is back.
template <Scalar T, class Read>
nb::tuple read_matrix(Read&& read) {
  nb::object result;
  without_gil([&] {
    const DistributedMatrix<T> matrix = std::forward<Read>(read)();
    const nb::gil_scoped_acquire gil;
    result = numpy_matrix(matrix.local());
  });
  return nb::tuple(result);
}

template <Scalar T, class Read>
nb::object read_vector(Read&& read) {
  return numpy_array<T>(without_gil([&] { return std::forward<Read>(read)().to_host(); }));
}

nb::dict matrix_market_header(const std::string& path) {
  const MatrixMarketHeader header = read_matrix_market_header(path);
  nb::dict fields;
  fields["array"] = header.format == MatrixMarketHeader::Format::array;
  fields["complex"] = header.field == MatrixMarketHeader::Field::complex;
  fields["rows"] = header.rows;
  fields["columns"] = header.columns;
  return fields;
}

nb::tuple read_matrix_market_matrix(const std::string& path, const std::string& scalar,
                                    const nb::dict& keywords) {
  const auto options = options_from<MatrixMarketOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_matrix<T>([&] { return read_matrix_market<T>(path, {}, options); });
  });
}

nb::object read_matrix_market_array(const std::string& path, const std::string& scalar,
                                    std::int64_t size, const nb::dict& keywords) {
  const auto options = options_from<MatrixMarketOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_vector<T>(
        [&] { return read_matrix_market_vector<T>(path, Layout::serial(size), options); });
  });
}

void write_matrix_market_matrix(const std::string& path, const CsrArrays& a) {
  without_gil([&] {
    visit_scalar(a.values.dtype(), [&]<Scalar T>() {
      std::vector<std::string> copied;
      write_matrix_market(path, DistributedMatrix<T>(borrow_matrix<T>(a, copied)));
    });
  });
}

void write_matrix_market_array(const std::string& path, const InputScalars& vector) {
  without_gil([&] {
    visit_scalar(vector.dtype(), [&]<Scalar T>() {
      std::vector<std::string> copied;
      const auto view = borrow<T>(elements<T>(vector, "the vector"), "the vector", copied);
      write_matrix_market(path,
                          Vector<T>(Layout::serial(static_cast<GlobalIndex>(vector.size())), view));
    });
  });
}

nb::list hdf5_entries(const std::string& path) {
  nb::list entries;
  for (const Hdf5Entry& entry : without_gil([&] { return list_hdf5(path); })) {
    nb::dict fields;
    fields["name"] = entry.name;
    fields["kind"] = entry.kind;
    fields["scalar"] = entry.scalar;
    fields["rows"] = entry.rows;
    fields["columns"] = entry.columns;
    fields["entries"] = entry.entries;
    entries.append(fields);
  }
  return entries;
}

nb::tuple read_hdf5_csr(const std::string& path, const std::string& scalar,
                        const std::string& name) {
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_matrix<T>([&] { return read_hdf5_matrix<T>(path, {}, name); });
  });
}

nb::object read_hdf5_array(const std::string& path, const std::string& scalar,
                           const std::string& name, std::int64_t size) {
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_vector<T>([&] { return read_hdf5_vector<T>(path, Layout::serial(size), name); });
  });
}

/// A file that is being written from one process. What is not closed leaves nothing behind.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& path)
      : writer_(without_gil([&] { return std::make_unique<Hdf5Writer>(path, Communicator()); })) {}

  void write_matrix(const std::string& name, const CsrArrays& a) {
    without_gil([&] {
      visit_scalar(a.values.dtype(), [&]<Scalar T>() {
        std::vector<std::string> copied;
        writer().write(name, DistributedMatrix<T>(borrow_matrix<T>(a, copied)));
      });
    });
  }
  void write_vector(const std::string& name, const InputScalars& vector) {
    without_gil([&] {
      visit_scalar(vector.dtype(), [&]<Scalar T>() {
        std::vector<std::string> copied;
        const auto view = borrow<T>(elements<T>(vector, "the vector"), "the vector", copied);
        writer().write(name,
                       Vector<T>(Layout::serial(static_cast<GlobalIndex>(vector.size())), view));
      });
    });
  }
  void write_text(const std::string& name, const std::string& text) {
    without_gil([&] { writer().write_text(name, text); });
  }
  /// Completes the file.
  void close() {
    without_gil([&] { writer().close(); });
    writer_.reset();
  }
  /// Leaves whatever stood at the path before.
  void abandon() {
    without_gil([&] { writer_.reset(); });
  }

 private:
  Hdf5Writer& writer() {
    if (!writer_) throw InvalidArgument("the file has been closed");
    return *writer_;
  }
  std::unique_ptr<Hdf5Writer> writer_;
};

}  // namespace

void bind_io(nb::module_& module) {
  module.def("matrix_market_header", matrix_market_header, nb::arg("path"),
             nb::sig("def matrix_market_header(path: str) -> dict[str, typing.Any]"),
             "What the banner and the size line say.");
  module.def(
      "matrix_market_options", [] { return MatrixMarketOptions::table().descriptions(); },
      "The keywords of read() for Matrix Market files.");
  module.def("read_matrix_market", read_matrix_market_matrix, nb::arg("path"), nb::arg("scalar"),
             nb::arg("options"),
             nb::sig(signature("def read_matrix_market(path: str, scalar: str, "
                               "options: {options}) -> {matrix}")
                         .c_str()),
             "(rows, columns, offsets, indices, values)");
  module.def("read_matrix_market_vector", read_matrix_market_array, nb::arg("path"),
             nb::arg("scalar"), nb::arg("size"), nb::arg("options"),
             nb::sig(signature("def read_matrix_market_vector(path: str, scalar: str, size: int, "
                               "options: {options}) -> {array}")
                         .c_str()),
             "A file of one column.");
  module.def("write_matrix_market", write_matrix_market_matrix, nb::arg("path"), nb::arg("a"),
             "Writes a matrix whose rows are sorted.");
  module.def(
      "write_matrix_market_vector", write_matrix_market_array, nb::arg("path"),
      nb::arg("vector").noconvert(),
      nb::sig(
          signature("def write_matrix_market_vector(path: str, vector: {array}) -> None").c_str()),
      "Writes a file of one column.");

  module.def("hdf5_entries", hdf5_entries, nb::arg("path"),
             nb::sig("def hdf5_entries(path: str) -> list[dict[str, typing.Any]]"),
             "name, kind, scalar, rows, columns and entries of what a file holds.");
  module.def("read_hdf5_matrix", read_hdf5_csr, nb::arg("path"), nb::arg("scalar"), nb::arg("name"),
             nb::sig(signature("def read_hdf5_matrix(path: str, scalar: str, name: str) "
                               "-> {matrix}")
                         .c_str()),
             "(rows, columns, offsets, indices, values)");
  module.def("read_hdf5_vector", read_hdf5_array, nb::arg("path"), nb::arg("scalar"),
             nb::arg("name"), nb::arg("size"),
             nb::sig(signature("def read_hdf5_vector(path: str, scalar: str, name: str, "
                               "size: int) -> {array}")
                         .c_str()),
             "A vector of `size` elements.");
  module.def(
      "read_hdf5_text",
      [](const std::string& path, const std::string& name) {
        return without_gil([&] { return read_hdf5_text(path, name); });
      },
      nb::arg("path"), nb::arg("name"), "A piece of text.");
  nb::class_<Hdf5File>(module, "Hdf5File", "A file that is being written.")
      .def(nb::init<const std::string&>(), nb::arg("path"))
      .def("write_matrix", &Hdf5File::write_matrix, nb::arg("name"), nb::arg("a"))
      .def("write_vector", &Hdf5File::write_vector, nb::arg("name"), nb::arg("vector").noconvert(),
           nb::sig(signature("def write_vector(self, name: str, vector: {array}) -> None").c_str()))
      .def("write_text", &Hdf5File::write_text, nb::arg("name"), nb::arg("text"))
      .def("close", &Hdf5File::close, "Completes the file.")
      .def("abandon", &Hdf5File::abandon, "Leaves whatever stood at the path before.");
}

}  // namespace suan::python
