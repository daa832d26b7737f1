// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "io/file_name.hpp"
#include "io/output_file.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/io/hdf5.hpp"

namespace suan::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_matrix_name = "A";
constexpr const char* default_vector_name = "x";
constexpr const char* report_name = "report";

FileContents inspect_hdf5(const FileName& file, Wanted wanted) {
  std::vector<std::string> kinds;
  if (wanted != Wanted::vector) kinds.emplace_back("csr_matrix");
  if (wanted != Wanted::matrix) kinds.emplace_back("vector");
  const Hdf5Entry found = find_hdf5(file.path, file.object, kinds);
  return {found.kind == "vector" ? FileContents::Kind::vector : FileContents::Kind::matrix,
          found.scalar, found.rows};
}

FileContents inspect_matrix_market(const FileName& file, Wanted wanted) {
  const auto header = read_matrix_market_header(file.path);
  const bool is_column = header.format == MatrixMarketHeader::Format::array && header.columns == 1;
  const bool is_vector = wanted == Wanted::vector || (wanted == Wanted::either && is_column);
  return {is_vector ? FileContents::Kind::vector : FileContents::Kind::matrix,
          header.field == MatrixMarketHeader::Field::complex ? "complex128" : "float64",
          header.rows};
}

std::string object_or(const FileName& file, const char* usual) {
  return file.object.empty() ? usual : file.object;
}

/// Whether `path` exists and is neither a file nor a folder: a device or a pipe.
bool is_special(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

/// Messages refer to the place as `name`.
void write_directly(const std::string& path, const std::string& name, const std::string& text) {
  std::ofstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::ostream& out = path == "-" ? std::cout : file;
  if (out << text && out.flush()) return;
  const int error = errno;
  throw IoError(detail::system_error_text(name, "cannot write to it", error));
}

}  // namespace

FileName parse_file_name(const std::string& text) {
  for (const char* ending : {".mtx", ".mtx.gz"}) {
    if (detail::has_ending(text, ending)) return {text, "", FileName::Format::matrix_market};
  }
  for (const char* ending : {".h5", ".hdf5"}) {
    if (detail::has_ending(text, ending)) return {text, "", FileName::Format::hdf5};
  }
  // The last colon after an extension: object names may contain colons, too, but rarely extensions.
  for (auto colon = text.rfind(':'); colon != std::string::npos && colon > 0;
       colon = text.rfind(':', colon - 1)) {
    const std::string path = text.substr(0, colon);
    const bool is_hdf5 = detail::has_ending(path, ".h5") || detail::has_ending(path, ".hdf5");
    if (is_hdf5 && colon + 1 < text.size()) {
      return {path, text.substr(colon + 1), FileName::Format::hdf5};
    }
  }
  throw InvalidArgument(message("\"", text,
                                "\" does not end in .mtx, .mtx.gz (Matrix Market), .h5 ",
                                "or .hdf5 (HDF5), so its format is unknown; rename it"));
}

FileContents inspect(const FileName& file, Wanted wanted, const Communicator& comm) {
  FileContents contents;
  together(comm, [&] {
    if (!comm.is_root()) return;
    contents = file.format == FileName::Format::hdf5 ? inspect_hdf5(file, wanted)
                                                     : inspect_matrix_market(file, wanted);
  });
  std::ostringstream sent;
  sent << static_cast<int>(contents.kind) << ' ' << contents.rows << ' ' << contents.scalar;
  std::istringstream received(comm.broadcast(sent.str()));
  int kind = 0;
  received >> kind >> contents.rows >> contents.scalar;
  contents.kind = static_cast<FileContents::Kind>(kind);
  return contents;
}

template <Scalar T>
DistributedMatrix<T> read_matrix(const FileName& file, const Communicator& comm,
                                 const MatrixMarketOptions& options) {
  if (file.format == FileName::Format::hdf5) {
    return read_hdf5_matrix<T>(file.path, comm, file.object, {options.memory_limit_gib});
  }
  return read_matrix_market<T>(file.path, comm, options);
}

template <Scalar T>
Vector<T> read_vector(const FileName& file, const Layout& layout,
                      const MatrixMarketOptions& options) {
  if (file.format == FileName::Format::hdf5) {
    return read_hdf5_vector<T>(file.path, layout, file.object, {options.memory_limit_gib});
  }
  return read_matrix_market_vector<T>(file.path, layout, options);
}

template <Scalar T>
void write(const FileName& file, const DistributedMatrix<T>& matrix,
           const MatrixMarketWriteOptions& options) {
  if (file.format == FileName::Format::matrix_market) {
    return write_matrix_market(file.path, matrix, options);
  }
  Hdf5Writer writer(file.path, matrix.comm());
  writer.write(object_or(file, default_matrix_name), matrix);
  writer.close();
}

template <Scalar T>
void write(const FileName& file, const Vector<T>& vector, const std::string& report,
           const MatrixMarketWriteOptions& options) {
  if (file.format == FileName::Format::matrix_market) {
    return write_matrix_market(file.path, vector, options);
  }
  Hdf5Writer writer(file.path, vector.layout().comm());
  writer.write(object_or(file, default_vector_name), vector);
  if (!report.empty()) writer.write_text(report_name, report);
  writer.close();
}

void write_text(const std::string& path, const std::string& text, const Communicator& comm) {
  bool direct = false;
  together(comm, [&] {
    if (!comm.is_root()) return;
    direct = path == "-" || is_special(path);
    if (direct) write_directly(path, path == "-" ? "standard output" : path, text);
  });
  if (comm.broadcast(direct ? "direct" : "aside") == "direct") return;
  detail::OutputFile output(path, comm);
  together(comm, [&] {
    if (comm.is_root()) write_directly(output.part_path(), path, text);
  });
  output.commit();
}

void require_writable(const std::string& path, const Communicator& comm) {
  together(comm, [&] {
    if (!comm.is_root() || path == "-") return;
    if (path.empty()) throw IoError("a path for output is empty");
    std::error_code error;
    if (fs::is_directory(path, error)) {
      throw IoError(message(path, ": is a folder; name a file in it"));
    }
    auto folder = fs::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (!fs::is_directory(folder, error)) {
      throw IoError(message(path, ": the folder ", folder.string(), " does not exist"));
    }
    const auto place = is_special(path) ? path : folder.string();
    if (::access(place.c_str(), W_OK) != 0) {
      throw IoError(detail::system_error_text(path, "cannot write there", errno));
    }
  });
}

void require_different(const std::string& input, const std::string& output,
                       const Communicator& comm) {
  together(comm, [&] {
    if (!comm.is_root()) return;
    std::error_code error;
    if (input == output || fs::equivalent(input, output, error)) {
      throw InvalidArgument(
          message("input and output are the same file: ", output, "; name another output"));
    }
  });
}

#define SUAN_INSTANTIATE(T)                                                                   \
  template DistributedMatrix<T> read_matrix(const FileName&, const Communicator&,             \
                                            const MatrixMarketOptions&);                      \
  template Vector<T> read_vector(const FileName&, const Layout&, const MatrixMarketOptions&); \
  template void write(const FileName&, const DistributedMatrix<T>&,                           \
                      const MatrixMarketWriteOptions&);                                       \
  template void write(const FileName&, const Vector<T>&, const std::string&,                  \
                      const MatrixMarketWriteOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::cli
