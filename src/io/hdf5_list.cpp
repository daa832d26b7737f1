// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_list.hpp"

#include <algorithm>

#include "hdf5_format.hpp"
#include "hdf5_input.hpp"

namespace suan::hdf5 {

namespace {

struct Link {
  std::string name;
  H5L_type_t type;
};

herr_t collect_link(hid_t, const char* name, const H5L_info_t* info, void* links) {
  try {
    static_cast<std::vector<Link>*>(links)->push_back({name, info->type});
  } catch (...) {
    return -1;  // out of memory: must not leave through HDF5's C functions
  }
  return 0;
}

/// Fills the fields that depend on the object alone; `listed.entry.kind` is set before anything can
/// fail.
void describe_into(hid_t object, const Place& place, Listed& listed) {
  Hdf5Entry& entry = listed.entry;
  const H5I_type_t type = H5Iget_type(object);
  if (type != H5I_GROUP && type != H5I_DATASET) {
    listed.note = "a datatype";
    return;
  }
  const auto own = own_kind(object, place);
  if (type == H5I_GROUP) {
    if (own != kind::csr_matrix) {
      listed.note = own ? "of kind '" + *own + "'" : "a group";
      return;
    }
    entry.kind = kind::csr_matrix;
    entry.rows = read_integer(object, attribute::rows, place);
    entry.columns = read_integer(object, attribute::columns, place);
    entry.entries = read_integer(object, attribute::entries, place);
    entry.scalar = read_text_attribute(object, attribute::scalar, place);
    return;
  }
  if (own == kind::text) {
    entry.kind = kind::text;
    return;
  }
  if (own && own != kind::vector) {
    listed.note = "of kind '" + *own + "'";
    return;
  }
  if (lies_elsewhere(object, place)) {
    listed.note = "a dataset whose elements lie in other files";
    return;
  }
  if (!is_stored_scalar(object, place)) {
    listed.note = "a dataset of another type of number";
    return;
  }
  if (!has_elements(object, place)) {
    listed.note = "a dataset without elements";
    return;
  }
  entry.kind = kind::vector;
  entry.scalar = to_string(stored_type(object, place));
  entry.rows = count(extents(object, place));
  entry.columns = 1;
  entry.entries = entry.rows;
}

Listed describe_link(hid_t file, const Link& link, const Place& place) {
  Listed listed;
  listed.entry.name = link.name;
  if (leads_elsewhere(link.type)) {
    listed.note = "a link to another file";
    return listed;
  }
  try {
    const Handle object = open_object(file, link.name, place);
    describe_into(object.id(), place, listed);
  } catch (const IoError& error) {
    listed.damaged = link.type == H5L_TYPE_HARD || !listed.entry.kind.empty();
    listed.note = listed.damaged ? "damaged" : "a link that leads nowhere or to another file";
  }
  return listed;
}

bool is_one_of(const std::string& kind, const std::vector<std::string>& kinds) {
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

/// "matrix or vector"
std::string words_for(const std::vector<std::string>& kinds) {
  std::string text;
  for (const auto& kind : kinds) {
    text += (text.empty() ? "" : " or ") + (kind == kind::csr_matrix ? "matrix" : kind);
  }
  return text.empty() ? "matrix, vector or text" : text;
}

}  // namespace

std::vector<Listed> list_all(hid_t file, const Place& place) {
  std::vector<Link> links;
  checked(H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_link, &links), place,
          "cannot list what it holds");
  std::vector<Listed> list;
  for (const auto& link : links) list.push_back(describe_link(file, link, place.in(link.name)));
  return list;
}

Listed describe(hid_t object, const std::string& name, const Place& place) {
  Listed listed;
  listed.entry.name = name;
  describe_into(object, place, listed);
  return listed;
}

std::string names_of(const std::vector<Listed>& list) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(list.size(), most); ++i) {
    const auto& [entry, note, damaged] = list[i];
    text += message(i == 0 ? "" : ", ", "'", entry.name, "' (", damaged ? "damaged " : "",
                    !entry.kind.empty() ? entry.kind
                    : damaged           ? "object"
                                        : note,
                    ")");
  }
  if (list.size() > most) text += message(" and ", list.size() - most, " more");
  return text.empty() ? "nothing" : text;
}

Listed only_one(const std::vector<Listed>& list, const std::vector<std::string>& kinds,
                const Place& place) {
  std::vector<Listed> fitting;
  for (const auto& one : list) {
    const bool unknown = one.damaged && one.entry.kind.empty();
    const bool fits = !one.entry.kind.empty() && is_one_of(one.entry.kind, kinds);
    if (unknown || fits) fitting.push_back(one);
  }
  const std::string words = words_for(kinds);
  if (fitting.empty()) {
    fail(place, message("holds no ", words, list.empty() ? "" : " at its top level", "; it holds ",
                        names_of(list)));
  }
  if (fitting.size() > 1) {
    throw InvalidArgument(message(place.text(), ": holds more than one ", words, "; name one of ",
                                  names_of(fitting)));
  }
  return fitting.front();
}

}  // namespace suan::hdf5

namespace suan {

using namespace hdf5;

std::vector<Hdf5Entry> list_hdf5(const std::string& path) {
  const QuietErrors quiet;
  const Place place{path, {}};
  const Handle file = open_file(place);
  std::vector<Hdf5Entry> entries;
  for (const auto& listed : list_all(file.id(), place)) {
    if (listed.readable()) entries.push_back(listed.entry);
  }
  return entries;
}

Hdf5Entry find_hdf5(const std::string& path, const std::string& name,
                    const std::vector<std::string>& kinds) {
  const QuietErrors quiet;
  const Place whole{path, {}};
  const Handle file = open_file(whole);
  std::string found = name;
  if (name.empty()) {
    const auto list = list_all(file.id(), whole);
    const bool has_matrix = std::any_of(list.begin(), list.end(), [](const Listed& one) {
      return one.entry.kind == kind::csr_matrix;
    });
    const bool any_matrix = kinds.empty() && has_matrix;
    found = only_one(list, any_matrix ? std::vector<std::string>{kind::csr_matrix} : kinds, whole)
                .entry.name;
  }
  const Place place = whole.in(found);
  if (!exists(file.id(), found, place)) {
    throw InvalidArgument(message(path, ": holds no '", found, "'; it holds ",
                                  names_of(list_all(file.id(), whole)), " at its top level"));
  }
  const Listed listed = describe(open_object(file.id(), found, place).id(), found, place);
  if (listed.entry.kind.empty() || !is_one_of(listed.entry.kind, kinds)) {
    throw InvalidArgument(message(place.text(), ": is ",
                                  listed.entry.kind.empty() ? listed.note : listed.entry.kind,
                                  ", not a ", words_for(kinds)));
  }
  return listed.entry;
}

}  // namespace suan
