// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Dotted names of options.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace suan::detail {

inline bool is_below(std::string_view name, std::string_view node) {
  return name.size() > node.size() + 1 && name.starts_with(node) && name[node.size()] == '.';
}

inline std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

inline std::string with_underscores(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  if (name.ends_with(".type")) name.resize(name.size() - 5);
  return name;
}

}  // namespace suan::detail
