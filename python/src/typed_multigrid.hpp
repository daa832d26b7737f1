// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A hierarchy with the matrix and the hints that Python gave, behind the interface without a type.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "amg.hpp"
#include "bindings.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/multigrid/amg_file.hpp"
#include "suan/multigrid/near_null_space.hpp"

namespace suan::python {

/// The elements in double precision, of an array that is; complex where T is. NumPy aligns complex
/// numbers as their parts, and arrays of bytes that it views as numbers not at all.
template <Scalar T>
std::vector<DoubleOf<T>> in_double(const InputScalars& array, const char* name) {
  std::vector<DoubleOf<T>> values(array.size());
  if (array.dtype() == nb::dtype<NumpyScalar<DoubleOf<T>>>()) {
    if (values.empty()) return values;
    std::memcpy(static_cast<void*>(values.data()), array.data(),
                values.size() * sizeof(DoubleOf<T>));
  } else if constexpr (is_complex<T>) {
    const auto parts = in_double<double>(array, name);
    std::copy(parts.begin(), parts.end(), values.begin());
  } else {
    throw InvalidArgument(message(name, " is not of double precision, or complex, but A is real"));
  }
  return values;
}

inline Layout layout_of(std::int64_t rows, std::optional<std::int64_t> comm) {
  return Layout::from_local_size(rows, communicator(comm));
}

struct Hints {
  const std::optional<InputScalars>& near_null;
  const std::optional<InputScalars>& coordinates;
  std::int64_t width;
};

template <Scalar T>
class TypedMultigrid final : public Multigrid {
 public:
  TypedMultigrid(Map a, const Layout& layout, bool distributed, const Hints& hints,
                 const AmgOptions& options)
      : a_(std::move(a)), layout_(layout), distributed_(distributed) {
    const auto matrix = made(*a_);
    is_hermitian_ = probe(*matrix).hermitian;
    const auto vectors = near_null_space(hints);
    amg_ = vectors ? std::make_unique<Amg<T>>(*matrix, *vectors, options)
                   : std::make_unique<Amg<T>>(*matrix, options);
    drop_values();
  }
  /// From a file; without `a` the finest level is there, too.
  TypedMultigrid(std::optional<Map> a, const Layout& layout, bool distributed,
                 const std::string& path, const std::string& name)
      : a_(std::move(a)), layout_(layout), distributed_(distributed) {
    amg_ = std::make_unique<Amg<T>>(a_ ? read_hdf5_amg<T>(path, *made(*a_), name)
                                       : read_hdf5_amg<T>(path, layout.comm(), name));
    layout_ = amg_->row_layout();
    is_hermitian_ = amg_->is_hermitian();
    drop_values();
  }

  Pointer pointer() const override { return amg_.get(); }
  bool is_hermitian() const override { return is_hermitian_; }
  std::string update(Map a) override {
    const auto matrix = made(a);
    const bool is_hermitian = probe(*matrix).hermitian;
    auto done = amg_->update(*matrix);
    is_hermitian_ = is_hermitian;
    a_ = std::move(a);
    drop_values();
    return done;
  }
  void save(const std::string& path, const std::string& name, bool append) const override {
    Hdf5Writer file(path, layout_.comm(),
                    append ? Hdf5Writer::Mode::append : Hdf5Writer::Mode::replace);
    write_hdf5_amg(file, name, *amg_);
    file.close();
  }

 private:
  /// None without hints, and for a matrix without rows, on which all vectors are zero. Collective.
  std::optional<MultiVector<T>> near_null_space(const Hints& hints) const {
    if (layout_.global_size() == 0) return {};
    const auto width = static_cast<LocalIndex>(hints.width);
    if (hints.near_null) {
      std::vector<DoubleOf<T>> values;
      together(layout_.comm(), [&] { values = in_double<T>(*hints.near_null, "near_null_space"); });
      return near_null_vectors<T>(layout_, width, values);
    }
    if (!hints.coordinates) return {};
    std::vector<double> values;
    together(layout_.comm(),
             [&] { values = in_double<double>(*hints.coordinates, "coordinates"); });
    return rigid_body_modes<T>(layout_, width, values);
  }
  std::shared_ptr<const Operator<T>> made(const Map& a) {
    std::vector<std::string> copied;
    return a.make<T>(layout_, distributed_, nullptr, &CallContext::a, copied);
  }
  /// Levels in another precision share the structure of the matrix alone.
  void drop_values() {
    if (a_ && amg_->scalar() != scalar_name<T>()) a_->drop_values();
  }

  // In this order: the levels may read the arrays of the matrix.
  std::optional<Map> a_;
  Layout layout_;
  bool distributed_;
  bool is_hermitian_ = false;
  std::unique_ptr<Amg<T>> amg_;
};

}  // namespace suan::python
