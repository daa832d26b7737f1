// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/registry.hpp"

#include <algorithm>

namespace suan::detail {

namespace {

bool can_be_name(const std::string& name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), fits) &&
         name != "auto";
}

}  // namespace

void require_addable(const std::string& kind, const OptionType& type) {
  if (!can_be_name(type.name)) {
    throw InvalidArgument(message("a ", kind, " cannot be called \"", type.name,
                                  "\": a name has small letters, digits and underscores, starts ",
                                  "with a letter and is not auto"));
  }
  // Without asking for the types of its nodes: this registry may still be being filled.
  if (type.schema->has({}, "type")) {
    throw InvalidArgument(message("the ", kind, " ", type.name, " has an option called type, ",
                                  "which is its own name's: call it otherwise"));
  }
}

void require_new(const std::string& kind, const std::string& name,
                 const std::vector<OptionType>& types) {
  for (const auto& other : types) {
    if (other.name != name) continue;
    throw InvalidArgument(
        message("there is a ", kind, " called ", name, " already: give this one another name"));
  }
}

void add_types(std::vector<OptionType>& all, std::vector<OptionType> more) {
  for (auto& type : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&type](const OptionType& other) {
      return other.name == type.name;
    });
    if (!known) all.push_back(std::move(type));
  }
}

void throw_unknown_component(const std::string& kind, const OptionNode& node,
                             const std::vector<OptionType>& types) {
  std::vector<std::string> names;
  for (const auto& type : types) names.push_back(type.name);
  const bool has_place = node.path().find('.') != std::string::npos;
  throw_unknown_name(has_place ? message(kind, ", in ", node.path(), ",") : kind, node.type(),
                     names);
}

}  // namespace suan::detail
