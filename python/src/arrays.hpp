// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// NumPy arrays as the library's views, and back. Nothing is copied if the device is the host and
// the array is aligned; otherwise the name of what is copied is recorded.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <complex>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "session.hpp"
#include "suan/core/error.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::python {

/// A contiguous one-dimensional array that is only read. Arguments of this type are declared
/// noconvert(), so that nanobind never copies.
template <class T>
using InputArray = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
/// As above, of any scalar type.
using InputScalars = nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
/// A contiguous one-dimensional array of any scalar type that is written.
using OutputScalars = nb::ndarray<nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// NumPy's name for the scalar type T.
template <Scalar T>
using NumpyScalar = std::conditional_t<is_complex<T>, std::complex<Real<T>>, T>;

/// Calls body.operator()<T>() with the scalar type of `dtype`.
/// @throws NotSupported for a type that the library is not compiled for.
template <class Body>
decltype(auto) visit_scalar(nb::dlpack::dtype dtype, Body&& body) {
  if (dtype == nb::dtype<float>()) return body.template operator()<float>();
  if (dtype == nb::dtype<double>()) return body.template operator()<double>();
  if (dtype == nb::dtype<std::complex<double>>()) return body.template operator()<Complex>();
  if (dtype == nb::dtype<std::complex<float>>()) return body.template operator()<ComplexFloat>();
  throw NotSupported("arrays must be of float32, float64, complex64 or complex128");
}

/// As above, with the name of the type.
template <class Body>
decltype(auto) visit_scalar(const std::string& name, Body&& body) {
  if (name == "float32") return body.template operator()<float>();
  if (name == "float64") return body.template operator()<double>();
  if (name == "complex128") return body.template operator()<Complex>();
  if (name == "complex64") return body.template operator()<ComplexFloat>();
  throw NotSupported(
      message("scalar type \"", name, "\" is not one of float32, float64, complex64, complex128"));
}

/// The elements of an array as type T. @throws InvalidArgument when they are of another type.
template <Scalar T>
std::span<const T> elements(const InputScalars& array, const char* name) {
  if (array.dtype() != nb::dtype<NumpyScalar<T>>()) {
    throw InvalidArgument(message(name, " is not of type ", scalar_name<T>()));
  }
  return {static_cast<const T*>(array.data()), array.size()};
}

inline constexpr bool device_is_host =
    Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;

/// A view of host memory for the device: the memory itself if possible, else a copy, which is
/// recorded in `copied`. NumPy aligns complex numbers as
/// their parts, the library to their size.
template <class T>
DeviceView<T> borrow(std::span<const T> host, const std::string& name,
                     std::vector<std::string>& copied) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(host.data()) % alignof(T) == 0;
  if (device_is_host && aligned) {
    // The view is writable, as vectors need it, but borrowed inputs are never written.
    return DeviceView<T>(const_cast<T*>(host.data()), host.size());
  }
  DeviceView<T> device(Kokkos::view_alloc("suan::python::copy", Kokkos::WithoutInitializing),
                       host.size());
  if (aligned) {
    Kokkos::deep_copy(
        device, Kokkos::View<const T*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>(
                    host.data(), host.size()));
  } else {
    auto staging = Kokkos::create_mirror_view(device);
    std::memcpy(static_cast<void*>(staging.data()), static_cast<const void*>(host.data()),
                host.size_bytes());
    Kokkos::deep_copy(device, staging);
  }
  copied.emplace_back(name);
  return device;
}

/// Copies what borrow() made of an array back into it, unless it is the array itself.
template <class T>
void give_back(const DeviceView<T>& view, const OutputScalars& array) {
  if (static_cast<const void*>(view.data()) == array.data()) return;
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  std::memcpy(array.data(), static_cast<const void*>(host.data()), array.size() * sizeof(T));
}

/// The arrays of a matrix in compressed sparse rows, as Python holds them. `indices` are 32 bits
/// wide for a matrix of this process, 64 bits for the rows of one rank with global columns.
struct CsrArrays {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  InputArray<std::int64_t> offsets;
  InputScalars indices;
  InputScalars values;
};

/// The matrix called `name` on those arrays, which must outlive it. @throws as Csr's constructor.
template <Scalar T>
Csr<T> borrow_matrix(const CsrArrays& a, std::vector<std::string>& copied,
                     const std::string& name = "A") {
  if (a.indices.dtype() != nb::dtype<LocalIndex>()) {
    throw InvalidArgument(name + ".indices is not of type int32");
  }
  constexpr std::int64_t limit = std::numeric_limits<LocalIndex>::max();
  if (a.rows > limit || a.columns > limit) {
    throw InvalidArgument(message(name, " is ", a.rows, " x ", a.columns,
                                  ", but one process takes at most ", limit,
                                  " rows and columns; spread A over ranks (comm=)"));
  }
  const std::span indices(static_cast<const LocalIndex*>(a.indices.data()), a.indices.size());
  return Csr<T>(static_cast<LocalIndex>(a.rows), static_cast<LocalIndex>(a.columns),
                borrow<Offset>({a.offsets.data(), a.offsets.size()}, name + ".indptr", copied),
                borrow<LocalIndex>(indices, name + ".indices", copied),
                borrow<T>(elements<T>(a.values, (name + ".data").c_str()), name + ".data", copied));
}

/// A new NumPy array with the contents of `data`. The global lock is held.
template <class T, class Source>
nb::object numpy_array(const Source* data, std::size_t size) {
  T* copy = new T[size];
  std::memcpy(static_cast<void*>(copy), static_cast<const void*>(data), size * sizeof(T));
  const nb::capsule owner(copy, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  const std::size_t shape[1] = {size};
  return nb::cast(nb::ndarray<nb::numpy, T>(copy, 1, shape, owner));
}

template <Scalar T>
nb::object numpy_array(const std::vector<T>& values) {
  return numpy_array<NumpyScalar<T>>(values.data(), values.size());
}

/// (rows, columns, offsets, indices, values), as NumPy arrays, of a matrix of one rank.
template <Scalar T>
nb::tuple numpy_matrix(const Csr<T>& a) {
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.view().offsets);
  const auto indices = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.view().indices);
  const auto values = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.view().values);
  return nb::make_tuple(a.rows(), a.columns(),
                        numpy_array<std::int64_t>(offsets.data(), offsets.extent(0)),
                        numpy_array<std::int32_t>(indices.data(), indices.extent(0)),
                        numpy_array<NumpyScalar<T>>(values.data(), values.extent(0)));
}

}  // namespace suan::python
