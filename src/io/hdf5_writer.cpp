// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "hdf5_format.hpp"
#include "hdf5_matrix_rows.hpp"
#include "hdf5_open.hpp"
#include "hdf5_output.hpp"
#include "hdf5_write_matrix.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/io/hdf5.hpp"

namespace suan {

using namespace hdf5;

namespace {

void require_name(const Place& file, const std::string& name) {
  const auto bad = [&](const char* why) {
    throw InvalidArgument(
        message(file.path, ": '", name, "' cannot name an object of the file: ", why));
  };
  if (name.empty()) bad("it is empty");
  if (name.front() == '/' || name.back() == '/') bad("it begins or ends with '/'");
  if (name.find('\0') != std::string::npos) bad("it contains a zero byte");
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") bad("between '/' there must be a name");
    begin = end + 1;
  }
}

/// Throws InvalidArgument for a text that could not be read back.
void require_text(const Place& place, const std::string& text) {
  if (text.size() > longest_text) {
    throw InvalidArgument(message(place.text(), ": is a text of ", text.size(), " bytes; at most ",
                                  longest_text, " are written"));
  }
  if (text.find('\0') != std::string::npos) {
    throw InvalidArgument(message(place.text(), ": the text has a zero byte after ",
                                  text.find('\0'), " bytes, where it would end when it is read"));
  }
}

/// Throws InvalidArgument if `name` cannot be a new object of the file.
void require_free(hid_t file, const std::string& name, const Place& place) {
  for (std::size_t end = 0; end < name.size();) {
    end = std::min(name.find('/', end + 1), name.size());
    const std::string part = name.substr(0, end);
    if (!exists(file, part, place)) return;
    if (end == name.size()) break;
    const Handle object = open_object(file, part, place);
    if (H5Iget_type(object.id()) != H5I_GROUP) {
      throw InvalidArgument(message(place.path, ": '", name, "' cannot be written, because '", part,
                                    "' is there and no group"));
    }
  }
  throw InvalidArgument(message(place.path, ": '", name, "' was written already"));
}

}  // namespace

struct Hdf5Writer::State {
  using Start = Output::Start;

  State(const std::string& its_path, const Communicator& its_comm, Start start)
      : path(its_path),
        comm(its_comm),
        output(std::make_unique<Output>(its_path, its_comm, start)) {}

  /// The position of a new object. `function` is the function called, `told` what else ranks must
  /// agree on.
  /// @throws InvalidArgument when it cannot be written.
  Place begin(const std::string& name, const Communicator* operand, const std::string& function,
              const std::string& told = {}) {
    require_agreement(comm, "Hdf5Writer::" + function,
                      message("path = ", path, "\nname = ", name, "\n", told));
    require_open();
    const Place file{path, {}};
    together(comm, [&] {
      require_name(file, name);
      if (operand != nullptr && !operand->congruent(comm)) {
        throw InvalidArgument(message(path, ": '", name, "' is distributed over ", operand->size(),
                                      " ranks, but the file is written by another group of ",
                                      comm.size()));
      }
    });
    if (flushed) {
      flushed = false;  // a failure below leaves the writer closed and the file unchanged
      output = std::make_unique<Output>(path, comm, Start::copy);
    }
    output->edit([&](hid_t id) { require_free(id, name, file.in(name)); });
    return file.in(name);
  }

  void require_open() const {
    if (output != nullptr || flushed) return;
    throw InvalidArgument(
        "this HDF5 file was closed (or a write to it failed); make another "
        "Hdf5Writer to write more");
  }

  /// Runs a write; after a failure the file can only be discarded.
  template <class Body>
  void attempt(Body&& body) {
    const QuietErrors quiet;
    try {
      body(*output);
      if (output != nullptr) output->reserve();
    } catch (...) {
      output.reset();
      throw;
    }
  }

  /// Renames the written file to its final path.
  void publish() {
    if (output == nullptr) return;  // nothing has been written since
    const QuietErrors quiet;
    const auto done = std::move(output);
    done->commit();
  }

  std::string path;
  Communicator comm;
  std::unique_ptr<Output> output;
  bool flushed = false;  ///< everything written is at its final path, and `output` is null
};

Hdf5Writer::Hdf5Writer(const std::string& path, const Communicator& comm, Mode mode) {
  const bool append = mode == Mode::append;
  require_agreement(comm, "Hdf5Writer",
                    message("path = ", path, "\nmode = ", append ? "append" : "replace", "\n"));
  state_ = std::make_unique<State>(path, comm, append ? Output::Start::copy : Output::Start::empty);
}

Hdf5Writer::~Hdf5Writer() = default;

template <Scalar T>
void Hdf5Writer::write(const std::string& name, const DistributedMatrix<T>& matrix) {
  const Place place =
      state_->begin(name, &matrix.comm(), message("write<", scalar_name<T>(), ">, a matrix"));
  state_->attempt([&](Output& output) { write_matrix(output, place, matrix); });
}

template <Scalar T>
void Hdf5Writer::write(const std::string& name, const Vector<T>& vector,
                       std::span<const GlobalIndex> shape) {
  std::vector<std::int64_t> extents(shape.begin(), shape.end());
  if (shape.empty()) extents.push_back(vector.global_size());
  const Place place = state_->begin(name, &vector.layout().comm(),
                                    message("write<", scalar_name<T>(), ">, a vector"),
                                    message("shape = ", describe_shape(extents), "\n"));
  require_shape(place, extents, vector.global_size());
  state_->attempt([&](Output& output) {
    const auto& comm = output.comm();
    output.reserve(vector.global_size() * static_cast<std::int64_t>(sizeof(T)));
    OutputDataset to;
    output.edit([&](hid_t file) {
      to = Output::create_dataset(file, name, place, file_type(stored_as<T>(), place),
                                  memory_type(stored_as<T>(), place), extents);
      write_kind(to.dataset.id(), kind::vector, place);
      write_text_attribute(to.dataset.id(), attribute::scalar, scalar_name<T>(), place);
    });
    const auto size = static_cast<std::int64_t>(vector.local_size());
    const GlobalIndex first = vector.layout().first();
    const std::int64_t rounds = comm.max((size + entries_per_block - 1) / entries_per_block);
    std::uint64_t checksum = 0;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const std::int64_t begin = std::min(size, round * entries_per_block);
      const std::int64_t end = std::min(size, begin + entries_per_block);
      HostView<const T> piece;
      together(comm, [&] {
        const auto range =
            std::make_pair(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
        piece = Kokkos::create_mirror_view_and_copy(
            Kokkos::HostSpace(), Kokkos::subview(vector.view(), range), "suan::io::block");
        checksum += checksum_of_values(
            first + begin, std::span<const T>(piece.data(), static_cast<std::size_t>(end - begin)));
      });
      output.write(to, first + begin, end - begin, piece.data());
    }
    checksum = comm.sum(checksum) + shape_checksum(extents);
    output.edit(
        [&](hid_t) { write_unsigned(to.dataset.id(), attribute::checksum, checksum, place); });
  });
}

void Hdf5Writer::write_text(const std::string& name, const std::string& text) {
  const Place place = state_->begin(name, nullptr, "write_text");
  together(state_->comm, [&] { require_text(place, text); });
  state_->attempt([&](Output& output) {
    output.reserve(static_cast<std::int64_t>(text.size()));
    OutputDataset to;
    output.edit([&](hid_t file) {
      Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, place, "cannot make a datatype");
      checked(H5Tset_size(type.id(), std::max<std::size_t>(text.size(), 1)), place,
              "cannot make a datatype");
      checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), place, "cannot make a datatype");
      checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), place, "cannot make a datatype");
      Handle same = checked(H5Tcopy(type.id()), H5Tclose, place, "cannot make a datatype");
      to = Output::create_dataset(file, name, place, std::move(type), std::move(same), {});
      write_kind(to.dataset.id(), kind::text, place);
    });
    output.write(to, 0, output.comm().is_root() ? 1 : 0, text.c_str());
    output.edit([&](hid_t) {
      write_unsigned(to.dataset.id(), attribute::checksum, checksum_of_text(text), place);
    });
  });
}

void Hdf5Writer::flush() {
  require_agreement(state_->comm, "Hdf5Writer::flush", message("path = ", state_->path, "\n"));
  state_->require_open();
  state_->publish();
  state_->flushed = true;
}

void Hdf5Writer::close() {
  require_agreement(state_->comm, "Hdf5Writer::close", message("path = ", state_->path, "\n"));
  state_->require_open();
  state_->publish();
  state_->flushed = false;
}

#define SUAN_INSTANTIATE(T)                                                         \
  template void Hdf5Writer::write(const std::string&, const DistributedMatrix<T>&); \
  template void Hdf5Writer::write(const std::string&, const Vector<T>&,             \
                                  std::span<const GlobalIndex>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
