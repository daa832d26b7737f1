// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Plans for distributed matrices belong to a structure, as those of one rank do (pattern.hpp).
#pragma once

#include <algorithm>
#include <string>

#include "matrix/pattern.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail {

template <Scalar T>
struct DistributedPattern {
  Layout rows;
  Layout columns;
  kernels::CsrView<T> local;  // structures, without values
  kernels::CsrView<T> remote;
  DeviceView<const LocalIndex> row_numbers;
  std::vector<GlobalIndex> ghosts;
};

/// Collective.
template <Scalar T>
DistributedPattern<T> distributed_pattern_of(const DistributedMatrix<T>& a) {
  DistributedPattern<T> result;
  together(a.comm(), [&] {
    result = {a.row_layout(),
              a.column_layout(),
              pattern_of(a.local()),
              pattern_of(a.remote().matrix),
              kept(a.remote().row_numbers),
              a.remote().columns};
  });
  return result;
}

/// "A (9 x 9, 27 entries)", of all ranks.
template <Scalar T>
std::string described(const char* name, const DistributedMatrix<T>& a) {
  return message(name, " (", a.global_rows(), " x ", a.global_columns(), ", ", a.global_entries(),
                 " entries)");
}

/// @throws DimensionMismatch unless both have the same size and distribution.
inline void require_same_layout(const char* what, const std::string& left_name, const Layout& left,
                                const std::string& right_name, const Layout& right) {
  if (left == right) return;
  const bool same_size = left.global_size() == right.global_size();
  throw DimensionMismatch(message(what, ": ", left_name, " are ", to_string(left), ", but ",
                                  right_name, " are ", to_string(right),
                                  same_size ? ", distributed differently" : ""));
}

/// @throws DimensionMismatch or InvalidArgument, on all ranks, unless `a` has the structure `known`
/// on each. Collective.
template <Scalar T>
void require_pattern(const char* what, const char* name, const DistributedPattern<T>& known,
                     const DistributedMatrix<T>& a) {
  together(known.rows.comm(), [&] {
    require_same_layout(what, message("the rows of ", name), a.row_layout(),
                        "those that this was made for", known.rows);
    require_same_layout(what, message("the columns of ", name), a.column_layout(),
                        "those that this was made for", known.columns);
    const auto& remote = a.remote();
    require_pattern(what, message("this rank's columns of ", name).c_str(), known.local, a.local());
    require_pattern(what, message("other ranks' columns of ", name).c_str(), known.remote,
                    remote.matrix);
    if (same_elements(known.row_numbers, remote.row_numbers) && known.ghosts == remote.columns) {
      return;
    }
    throw InvalidArgument(message(what, ": ", described(name, a),
                                  " does not have the structure that this was made for: entries in "
                                  "columns of other ranks are elsewhere; only values may change, "
                                  "so make a new one"));
  });
}

/// The same entries. Free for matrices that share the structure's arrays.
template <Scalar T>
bool has_structure_of(const Csr<T>& a, const Csr<T>& b) {
  return a.rows() == b.rows() && a.columns() == b.columns() &&
         same_elements(a.view().offsets, b.view().offsets) &&
         same_elements(a.view().indices, b.view().indices);
}
/// On all ranks. Collective.
template <Scalar T>
bool has_structure_of(const DistributedMatrix<T>& a, const DistributedMatrix<T>& b) {
  bool same = false;
  together(a.comm(), [&] {
    same = has_structure_of(a.local(), b.local()) &&
           has_structure_of(a.remote().matrix, b.remote().matrix) &&
           a.remote().columns == b.remote().columns &&
           same_elements(a.remote().row_numbers, b.remote().row_numbers);
  });
  return a.comm().min(same ? 1 : 0) == 1;
}

/// @throws InvalidArgument unless both have the same ranks.
template <Scalar T>
void require_same_ranks(const char* what, const char* left_name, const DistributedMatrix<T>& left,
                        const char* right_name, const DistributedMatrix<T>& right) {
  if (left.comm().congruent(right.comm())) return;
  throw InvalidArgument(message(what, ": ", left_name, " is on ", left.comm().size(), " ranks and ",
                                right_name, " on ", right.comm().size(),
                                ", but they must be on the same ranks"));
}

/// @throws DimensionMismatch unless the columns of the left matrix are distributed as the rows of
/// the right one are; InvalidArgument when they are on different ranks.
template <Scalar T>
void require_fitting(const char* what, const char* left_name, const DistributedMatrix<T>& left,
                     const char* right_name, const DistributedMatrix<T>& right) {
  require_same_ranks(what, left_name, left, right_name, right);
  require_same_layout(what, message("the columns of ", described(left_name, left)),
                      left.column_layout(), message("the rows of ", described(right_name, right)),
                      right.row_layout());
}

}  // namespace suan::detail
