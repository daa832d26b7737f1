// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_output.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <span>

#include "descriptor.hpp"
#include "hdf5_disk.hpp"
#include "hdf5_open.hpp"
#include "hdf5_types.hpp"

namespace suan::hdf5 {

namespace {

/// Version 2 of HDF5's object headers has its own checksums; HDF5 1.8 and newer read it.
Handle output_access(const Place& place) {
  Handle access = file_access(place);
  checked(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), place,
          "cannot choose the version of the HDF5 format");
  return access;
}

/// Writes `count` elements, of which there is at least one.
void write_piece(const OutputDataset& to, std::int64_t first, std::int64_t count,
                 const char* data) {
  const Handle file_space =
      checked(H5Dget_space(to.dataset.id()), H5Sclose, to.place, "cannot read the dataspace");
  select_range(file_space.id(), to.extents, first, count, to.place);
  const auto length = static_cast<hsize_t>(count);
  const Handle memory_space =
      checked(H5Screate_simple(1, &length, nullptr), H5Sclose, to.place, "cannot make a dataspace");
  checked(H5Dwrite(to.dataset.id(), to.memory_type.id(), memory_space.id(), file_space.id(),
                   H5P_DEFAULT, data),
          to.place, "cannot write the elements; is the disk full?");
}

}  // namespace

Output::Output(const std::string& path, const Communicator& comm, Start start)
    : comm_(comm), place_{path, {}}, target_(path, comm, start) {
  const QuietErrors quiet;
  // Once before HDF5 knows of the file, and again because creating it releases the space.
  reserve();
  together(comm_, [&] {
    if (comm_.is_root()) file_ = open();
  });
  try {
    reserve();
  } catch (...) {
    abandon();
    throw;
  }
}

Handle Output::open() const {
  const Handle access = output_access(place_);
  const char* part = target_.part_path().c_str();
  const detail::Descriptor copied(target_.part_path(), O_RDONLY);
  struct stat status {};
  if (!copied || ::fstat(copied.id(), &status) != 0 || status.st_size == 0) {
    // The root group would store when it was made.
    const Handle creation =
        checked(H5Pcreate(H5P_FILE_CREATE), H5Pclose, place_, "cannot set up a file");
    checked(H5Pset_obj_track_times(creation.id(), false), place_, "cannot set up a file");
    return checked(H5Fcreate(part, H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose, place_,
                   "cannot create the file; is the disk full?");
  }
  require_hdf5(copied.id(), place_);
  return checked(H5Fopen(part, H5F_ACC_RDWR, access.id()), H5Fclose, place_,
                 "cannot be opened to add to it; it is damaged or being written");
}

Output::~Output() { abandon(); }

void Output::abandon() noexcept {
  const QuietErrors quiet;
  close_without_writing(file_);
}

void Output::reserve(std::int64_t bytes) {
  // Names, attributes and HDF5's structures for finding them: more than one object needs.
  constexpr std::int64_t room_for_object = std::int64_t{1} << 14;
  const QuietErrors quiet;
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    hsize_t size = 0;
    if (file_) checked(H5Fget_filesize(file_.id(), &size), place_, "cannot tell its size");
    reserve_room(target_.part_path(), static_cast<std::int64_t>(size) + bytes + room_for_object,
                 place_);
  });
}

OutputDataset Output::create_dataset(hid_t parent, const std::string& name, const Place& place,
                                     Handle file_type, Handle memory_type,
                                     std::vector<std::int64_t> extents) {
  const Handle properties =
      checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, place, "cannot set up a dataset");
  // Every element is written, so filling the dataset first would be wasted; without creation times
  // the file is the same each time.
  checked(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), place, "cannot set up a dataset");
  checked(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), place,
          "cannot set up a dataset");
  checked(H5Pset_obj_track_times(properties.id(), false), place, "cannot set up a dataset");
  const Handle links =
      checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, place, "cannot set up a dataset");
  checked(H5Pset_create_intermediate_group(links.id(), 1), place, "cannot set up a dataset");
  const Handle space = dataspace(extents, place);
  OutputDataset result;
  result.dataset = checked(H5Dcreate2(parent, name.c_str(), file_type.id(), space.id(), links.id(),
                                      properties.id(), H5P_DEFAULT),
                           H5Dclose, place, "cannot create the dataset");
  result.element_size = H5Tget_size(memory_type.id());
  result.memory_type = std::move(memory_type);
  result.extents = std::move(extents);
  result.place = place;
  return result;
}

void Output::write(const OutputDataset& dataset, std::int64_t first, std::int64_t count,
                   const void* data) {
  const QuietErrors quiet;
  const auto* elements = static_cast<const char*>(data);
  // Ranks without the file learn here how large an element is.
  const auto size = comm_.max(static_cast<std::int64_t>(dataset.element_size));
  const std::int64_t most = std::max<std::int64_t>(piece_bytes / size / comm_.size(), 1);
  const std::int64_t rounds = comm_.max((count + most - 1) / most);
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t done = std::min(count, round * most);
    const std::int64_t number = std::min(most, count - done);
    const auto firsts = comm_.all_gather(first + done);
    const auto numbers = comm_.all_gather(number);
    const std::span<const char> mine(elements + done * size,
                                     static_cast<std::size_t>(number * size));
    const auto gathered = comm_.size() > 1 ? comm_.gather(mine) : std::vector<char>();
    const char* from = comm_.size() > 1 ? gathered.data() : mine.data();
    together(comm_, [&] {
      if (!comm_.is_root()) return;
      for (std::size_t r = 0; r < numbers.size(); ++r) {
        if (numbers[r] == 0) continue;
        write_piece(dataset, firsts[r], numbers[r], from);
        from += numbers[r] * size;
      }
    });
  }
}

void Output::commit() {
  const QuietErrors quiet;
  reserve();
  together(comm_, [&] {
    if (holds_file() && H5Fflush(file_.id(), H5F_SCOPE_GLOBAL) < 0) {
      fail_call(place_, "cannot write all of the file; is the disk full?");
    }
  });
  together(comm_, [&] {
    if (!file_.close()) fail_call(place_, "cannot complete the file; is the disk full?");
    if (comm_.is_root()) release_room(target_.part_path());
  });
  target_.commit();
}

}  // namespace suan::hdf5
