// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/detail/blas1_impl.hpp"

namespace suan {

void require_same_layout(const char* what, const char* left_name, const Layout& left,
                         const char* right_name, const Layout& right) {
  if (left == right) return;
  const bool same_size = left.global_size() == right.global_size();
  throw DimensionMismatch(message(what, ": ", left_name, " has ", to_string(left), " and ",
                                  right_name, " has ", to_string(right),
                                  same_size ? ", distributed differently" : ""));
}

void require_same_columns(const char* what, const char* left_name, LocalIndex left,
                          const char* right_name, LocalIndex right) {
  if (left == right) return;
  throw DimensionMismatch(
      message(what, ": ", left_name, " has ", left, " vectors and ", right_name, " has ", right));
}

}  // namespace suan
