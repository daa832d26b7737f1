// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The HDF5 functions in a build without HDF5.
#include "suan/core/instantiate.hpp"
#include "suan/io/hdf5.hpp"

namespace suan {

namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw NotSupported(message(path, ": this build of Suan has no HDF5; install the HDF5 library ",
                             "(Debian: libhdf5-openmpi-dev or libhdf5-dev) and build with ",
                             "-DSUAN_ENABLE_HDF5=ON, or use Matrix Market files"));
}

}  // namespace

struct Hdf5Writer::State {};

// No writer can exist, so its other functions are never reached.
Hdf5Writer::Hdf5Writer(const std::string& path, const Communicator&, Mode) { refuse(path); }
Hdf5Writer::~Hdf5Writer() = default;

template <Scalar T>
void Hdf5Writer::write(const std::string& name, const DistributedMatrix<T>&) {
  refuse(name);
}
template <Scalar T>
void Hdf5Writer::write(const std::string& name, const Vector<T>&, std::span<const GlobalIndex>) {
  refuse(name);
}
void Hdf5Writer::write_text(const std::string& name, const std::string&) { refuse(name); }
void Hdf5Writer::flush() { refuse("flush"); }
void Hdf5Writer::close() { refuse("close"); }

std::vector<Hdf5Entry> list_hdf5(const std::string& path) { refuse(path); }
Hdf5Entry find_hdf5(const std::string& path, const std::string&, const std::vector<std::string>&) {
  refuse(path);
}
std::string read_hdf5_text(const std::string& path, const std::string&) { refuse(path); }

template <Scalar T>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Communicator&,
                                      const std::string&, const Hdf5ReadOptions&) {
  refuse(path);
}

template <Scalar T>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Layout&, const Layout&,
                                      const std::string&, const Hdf5ReadOptions&) {
  refuse(path);
}

template <Scalar T>
std::uint64_t hdf5_checksum(const DistributedMatrix<T>&) {
  refuse("hdf5_checksum");
}

template <Scalar T>
Vector<T> read_hdf5_vector(const std::string& path, const Layout&, const std::string&,
                           const Hdf5ReadOptions&) {
  refuse(path);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template void Hdf5Writer::write(const std::string&, const DistributedMatrix<T>&);                \
  template void Hdf5Writer::write(const std::string&, const Vector<T>&,                            \
                                  std::span<const GlobalIndex>);                                   \
  template DistributedMatrix<T> read_hdf5_matrix(const std::string&, const Communicator&,          \
                                                 const std::string&, const Hdf5ReadOptions&);      \
  template DistributedMatrix<T> read_hdf5_matrix(const std::string&, const Layout&, const Layout&, \
                                                 const std::string&, const Hdf5ReadOptions&);      \
  template std::uint64_t hdf5_checksum(const DistributedMatrix<T>&);                               \
  template Vector<T> read_hdf5_vector(const std::string&, const Layout&, const std::string&,       \
                                      const Hdf5ReadOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
