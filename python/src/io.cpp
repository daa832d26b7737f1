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

/// A path or a name as used by the system and in files. They need not be UTF-8, so they are bytes.
std::string text_of(const nb::bytes& bytes) { return {bytes.c_str(), bytes.size()}; }

/// The matrix that `read` returns, as NumPy arrays. The matrix is freed before the global lock is
/// taken again.
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

nb::dict matrix_market_header(const nb::bytes& path) {
  const MatrixMarketHeader header = read_matrix_market_header(text_of(path));
  nb::dict fields;
  fields["array"] = header.format == MatrixMarketHeader::Format::array;
  fields["complex"] = header.field == MatrixMarketHeader::Field::complex;
  fields["rows"] = header.rows;
  fields["columns"] = header.columns;
  return fields;
}

nb::tuple read_matrix_market_matrix(const nb::bytes& path_bytes, const std::string& scalar,
                                    const nb::dict& keywords) {
  const std::string path = text_of(path_bytes);
  const auto options = options_from<MatrixMarketOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_matrix<T>([&] { return read_matrix_market<T>(path, {}, options); });
  });
}

nb::object read_matrix_market_array(const nb::bytes& path_bytes, const std::string& scalar,
                                    std::int64_t size, const nb::dict& keywords) {
  const std::string path = text_of(path_bytes);
  const auto options = options_from<MatrixMarketOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_vector<T>(
        [&] { return read_matrix_market_vector<T>(path, Layout::serial(size), options); });
  });
}

void write_matrix_market_matrix(const nb::bytes& path_bytes, const CsrArrays& a,
                                bool allow_nonfinite) {
  const std::string path = text_of(path_bytes);
  without_gil([&] {
    visit_scalar(a.values.dtype(), [&]<Scalar T>() {
      std::vector<std::string> copied;
      write_matrix_market(path, DistributedMatrix<T>(borrow_matrix<T>(a, copied)),
                          {allow_nonfinite});
    });
  });
}

void write_matrix_market_array(const nb::bytes& path_bytes, const InputScalars& vector,
                               bool allow_nonfinite) {
  const std::string path = text_of(path_bytes);
  without_gil([&] {
    visit_scalar(vector.dtype(), [&]<Scalar T>() {
      std::vector<std::string> copied;
      const auto view = borrow<T>(elements<T>(vector, "the vector"), "the vector", copied);
      write_matrix_market(path,
                          Vector<T>(Layout::serial(static_cast<GlobalIndex>(vector.size())), view),
                          {allow_nonfinite});
    });
  });
}

nb::dict hdf5_entry(const nb::bytes& path_bytes, const nb::bytes& name_bytes) {
  const std::string path = text_of(path_bytes);
  const std::string name = text_of(name_bytes);
  const Hdf5Entry entry = without_gil([&] { return find_hdf5(path, name); });
  nb::dict fields;
  fields["name"] = nb::bytes(entry.name.data(), entry.name.size());
  fields["kind"] = entry.kind;
  fields["scalar"] = entry.scalar;
  fields["rows"] = entry.rows;
  fields["columns"] = entry.columns;
  fields["entries"] = entry.entries;
  return fields;
}

nb::tuple read_hdf5_csr(const nb::bytes& path_bytes, const std::string& scalar,
                        const nb::bytes& name_bytes, const nb::dict& keywords) {
  const std::string path = text_of(path_bytes);
  const std::string name = text_of(name_bytes);
  const auto options = options_from<Hdf5ReadOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_matrix<T>([&] { return read_hdf5_matrix<T>(path, {}, name, options); });
  });
}

nb::object read_hdf5_array(const nb::bytes& path_bytes, const std::string& scalar,
                           const nb::bytes& name_bytes, std::int64_t size,
                           const nb::dict& keywords) {
  const std::string path = text_of(path_bytes);
  const std::string name = text_of(name_bytes);
  const auto options = options_from<Hdf5ReadOptions>(keywords);
  return visit_scalar(scalar, [&]<Scalar T>() {
    return read_vector<T>(
        [&] { return read_hdf5_vector<T>(path, Layout::serial(size), name, options); });
  });
}

nb::bytes read_hdf5_bytes(const nb::bytes& path_bytes, const nb::bytes& name_bytes) {
  const std::string path = text_of(path_bytes);
  const std::string name = text_of(name_bytes);
  const std::string text = without_gil([&] { return read_hdf5_text(path, name); });
  return nb::bytes(text.data(), text.size());
}

/// A file being written from one process. Unless it is closed, it leaves nothing behind.
class Hdf5File {
 public:
  Hdf5File(const nb::bytes& path_bytes, bool append) {
    const std::string path = text_of(path_bytes);
    const auto mode = append ? Hdf5Writer::Mode::append : Hdf5Writer::Mode::replace;
    writer_ = without_gil([&] { return std::make_unique<Hdf5Writer>(path, Communicator(), mode); });
  }

  void write_matrix(const nb::bytes& name_bytes, const CsrArrays& a) {
    const std::string name = text_of(name_bytes);
    without_gil([&] {
      visit_scalar(a.values.dtype(), [&]<Scalar T>() {
        std::vector<std::string> copied;
        writer().write(name, DistributedMatrix<T>(borrow_matrix<T>(a, copied)));
      });
    });
  }
  void write_vector(const nb::bytes& name_bytes, const InputScalars& vector) {
    const std::string name = text_of(name_bytes);
    without_gil([&] {
      visit_scalar(vector.dtype(), [&]<Scalar T>() {
        std::vector<std::string> copied;
        const auto view = borrow<T>(elements<T>(vector, "the vector"), "the vector", copied);
        writer().write(name,
                       Vector<T>(Layout::serial(static_cast<GlobalIndex>(vector.size())), view));
      });
    });
  }
  void write_text(const nb::bytes& name_bytes, const nb::bytes& text_bytes) {
    const std::string name = text_of(name_bytes);
    const std::string text = text_of(text_bytes);
    without_gil([&] { writer().write_text(name, text); });
  }
  /// Completes the file.
  void close() {
    without_gil([&] { writer().close(); });
    writer_.reset();
  }
  /// Leaves an old file at the path unchanged.
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
             nb::sig("def matrix_market_header(path: bytes) -> dict[str, typing.Any]"),
             "What the banner and the size line say.");
  module.def(
      "matrix_market_options", [] { return MatrixMarketOptions::table().descriptions(); },
      "The keywords of read() for Matrix Market files.");
  module.def(
      "hdf5_options", [] { return Hdf5ReadOptions::table().descriptions(); },
      "The keywords of read() for HDF5 files.");
  module.def("read_matrix_market", read_matrix_market_matrix, nb::arg("path"), nb::arg("scalar"),
             nb::arg("options"),
             nb::sig(signature("def read_matrix_market(path: bytes, scalar: str, "
                               "options: {options}) -> {matrix}")
                         .c_str()),
             "(rows, columns, offsets, indices, values)");
  module.def("read_matrix_market_vector", read_matrix_market_array, nb::arg("path"),
             nb::arg("scalar"), nb::arg("size"), nb::arg("options"),
             nb::sig(signature("def read_matrix_market_vector(path: bytes, scalar: str, size: int, "
                               "options: {options}) -> {array}")
                         .c_str()),
             "A file of one column.");
  module.def("write_matrix_market", write_matrix_market_matrix, nb::arg("path"), nb::arg("a"),
             nb::arg("allow_nonfinite"), "Writes a matrix whose rows are sorted.");
  module.def("write_matrix_market_vector", write_matrix_market_array, nb::arg("path"),
             nb::arg("vector").noconvert(), nb::arg("allow_nonfinite"),
             nb::sig(signature("def write_matrix_market_vector(path: bytes, vector: {array}, "
                               "allow_nonfinite: bool) -> None")
                         .c_str()),
             "Writes an array of one column.");
  module.def("hdf5_entry", hdf5_entry, nb::arg("path"), nb::arg("name"),
             nb::sig("def hdf5_entry(path: bytes, name: bytes) -> dict[str, typing.Any]"),
             "What a name stands for; an empty one for the only matrix, or the only entry.");
  module.def("read_hdf5_matrix", read_hdf5_csr, nb::arg("path"), nb::arg("scalar"), nb::arg("name"),
             nb::arg("options"),
             nb::sig(signature("def read_hdf5_matrix(path: bytes, scalar: str, name: bytes, "
                               "options: {options}) -> {matrix}")
                         .c_str()),
             "(rows, columns, offsets, indices, values)");
  module.def("read_hdf5_vector", read_hdf5_array, nb::arg("path"), nb::arg("scalar"),
             nb::arg("name"), nb::arg("size"), nb::arg("options"),
             nb::sig(signature("def read_hdf5_vector(path: bytes, scalar: str, name: bytes, "
                               "size: int, options: {options}) -> {array}")
                         .c_str()),
             "A vector of `size` elements.");
  module.def("read_hdf5_text", read_hdf5_bytes, nb::arg("path"), nb::arg("name"),
             "A piece of text, in UTF-8.");
  nb::class_<Hdf5File>(module, "Hdf5File", "A file that is being written.")
      .def(nb::init<const nb::bytes&, bool>(), nb::arg("path"), nb::arg("append"))
      .def("write_matrix", &Hdf5File::write_matrix, nb::arg("name"), nb::arg("a"))
      .def("write_vector", &Hdf5File::write_vector, nb::arg("name"), nb::arg("vector").noconvert(),
           nb::sig(
               signature("def write_vector(self, name: bytes, vector: {array}) -> None").c_str()))
      .def("write_text", &Hdf5File::write_text, nb::arg("name"), nb::arg("text"))
      .def("close", &Hdf5File::close, "Completes the file.")
      .def("abandon", &Hdf5File::abandon, "Leaves whatever stood at the path before.");
}

}  // namespace suan::python
