// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How names of options are found in a tree, and what is said of those that are not.
#include "suan/core/options.hpp"

#include <algorithm>

#include "core/option_names.hpp"
#include "core/words.hpp"

namespace suan {

namespace {

/// How deep names are looked for. Types may name themselves again (multigrid as its coarse solver).
constexpr int used_levels = 8;
constexpr int help_levels = 2;

bool ends_with_name(std::string_view path, std::string_view name) {
  return path == name || (path.size() > name.size() && path.ends_with(name) &&
                          path[path.size() - name.size() - 1] == '.');
}

const OptionType* type_of_name(const std::vector<OptionType>& types, const std::string& name) {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&name](const OptionType& type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

}  // namespace

auto OptionSchema::add(Declared declared) -> Declared& {
  const std::string& name = declared.description.name;
  if (this->declared(name) != nullptr) {
    throw InvalidArgument(message("option ", name, " is declared twice in one table"));
  }
  if (detail::last_name(name) == "type" && name != "type") {
    throw InvalidArgument(message("option ", name, ": type is what the type of a node is called"));
  }
  declared_.push_back(std::move(declared));
  return declared_.back();
}

auto OptionSchema::declared(std::string_view name) const -> const Declared* {
  for (const auto& one : declared_) {
    if (one.description.name == name) return &one;
  }
  return nullptr;
}

/// The typed node that a name is below of.
auto OptionSchema::node_above(std::string_view path) const -> const Declared* {
  for (const auto& one : declared_) {
    if (one.node && detail::is_below(path, one.description.name)) return &one;
  }
  return nullptr;
}

auto OptionSchema::types_of(const OptionNode& node) -> TypeAt {
  return [&node](const std::string& path, const std::string& usual) {
    const auto* value = node.find(path);
    const auto* type = value == nullptr ? nullptr : std::get_if<std::string>(value);
    return type == nullptr ? usual : *type;
  };
}

auto OptionSchema::types_of(const void* options) const -> TypeAt {
  return [this, options](const std::string& path, const std::string& usual) {
    // Only reads: the accessor serves writers, too.
    auto* fields = const_cast<void*>(options);
    if (const auto* here = declared(path); here != nullptr && here->node) {
      return here->node(fields).type();
    }
    const auto* above = node_above(path);
    if (above == nullptr) return usual;
    return types_of(above->node(fields))(path.substr(above->description.name.size() + 1), usual);
  };
}

/// The option of this full name, `path` being the name of this schema's node.
bool OptionSchema::find(std::string_view name, const std::string& path, const TypeAt& type_at,
                        Found& found) const {
  for (const auto& one : declared_) {
    if (one.description.name != name) continue;
    found.description = one.description;
    found.description.path = found.description.name = dotted(path, one.description.name);
    found.is_type = static_cast<bool>(one.types);
    if (found.is_type) {
      for (const auto& type : one.types()) found.description.choices.push_back(type.name);
    }
    return true;
  }
  for (const auto& one : declared_) {
    if (!one.types || !detail::is_below(name, one.description.name)) continue;
    const std::string here = dotted(path, one.description.name);
    const auto types = one.types();
    const auto* type =
        type_of_name(types, type_at(here, std::get<std::string>(one.description.default_value)));
    if (type == nullptr) continue;
    const auto rest = name.substr(one.description.name.size() + 1);
    if (type->schema->find(rest, here, type_at, found)) return true;
  }
  return false;
}

/// All options below a node: of the types in use, or of all.
auto OptionSchema::list(const std::string& path, const TypeAt& type_at, Reach reach,
                        int levels) const -> std::vector<Found> {
  std::vector<Found> all;
  const auto add_once = [&all](Found found) {
    const auto same = std::find_if(all.begin(), all.end(), [&found](const Found& other) {
      return other.description.path == found.description.path;
    });
    if (same == all.end()) {
      all.push_back(std::move(found));
      return;
    }
    auto& types = same->description.types;
    const auto& more = found.description.types;
    if (!types.empty()) types.insert(types.end(), more.begin(), more.end());
  };
  for (const auto& one : declared_) {
    Found found;
    found.description = one.description;
    found.description.path = found.description.name = dotted(path, one.description.name);
    found.is_type = static_cast<bool>(one.types);
    if (found.is_type) {
      for (const auto& type : one.types()) found.description.choices.push_back(type.name);
    }
    add_once(std::move(found));
  }
  for (const auto& one : declared_) {
    if (!one.types || levels == 0) continue;
    const std::string here = dotted(path, one.description.name);
    const auto& usual = std::get<std::string>(one.description.default_value);
    for (const auto& type : one.types()) {
      if (reach == Reach::used && type.name != type_at(here, usual)) continue;
      for (auto& found : type.schema->list(here, type_at, reach, levels - 1)) {
        if (reach == Reach::all && found.description.types.empty()) {
          found.description.types = {type.name};
        }
        add_once(std::move(found));
      }
    }
  }
  return all;
}

/// The options in use whose names end so; if there are none, those of other types.
auto OptionSchema::ending_with(const std::string& name, const TypeAt& type_at) const
    -> std::vector<Found> {
  const auto others = [&name](const Found& found) {
    return !ends_with_name(found.description.path, name);
  };
  auto found = list({}, type_at, Reach::used, used_levels);
  std::erase_if(found, others);
  if (!found.empty() || name.find('.') != std::string::npos) return found;
  // Nearest to the root first: what a component has by itself, it may also have inside of another.
  for (int levels = 1; levels <= help_levels && found.empty(); ++levels) {
    found = list({}, type_at, Reach::all, levels);
    std::erase_if(found, others);
  }
  for (auto& one : found) one.loose = true;
  return found;
}

auto OptionSchema::resolve(const std::string& name, const TypeAt& type_at) const -> Found {
  Found found;
  if (find(name, {}, type_at, found)) return found;
  auto similar = ending_with(name, type_at);
  if (similar.size() == 1) return similar.front();
  if (similar.empty()) throw_unknown(name, type_at);
  std::vector<std::string> names;
  for (const auto& one : similar) names.push_back(one.description.path);
  throw InvalidArgument(message("option ", name, " may be any of ", detail::joined(names),
                                ": give it by its full name"));
}

void OptionSchema::throw_unknown(const std::string& name, const TypeAt& type_at) const {
  if (name.find('.') == std::string::npos) {
    std::vector<std::string> valid;
    for (const auto& description : descriptions()) valid.push_back(description.name);
    throw_unknown_name("option", name, valid);
  }
  // The deepest node above it that names a type.
  const auto used = list({}, type_at, Reach::used, used_levels);
  const Found* node = nullptr;
  for (const auto& one : used) {
    const bool deeper =
        node == nullptr || one.description.path.size() > node->description.path.size();
    if (one.is_type && detail::is_below(name, one.description.path) && deeper) node = &one;
  }
  std::vector<std::string> valid;
  for (const auto& one : used) {
    const bool near =
        node == nullptr || detail::is_below(one.description.path, node->description.path);
    if (near) valid.push_back(one.description.path);
  }
  if (node == nullptr) throw_unknown_name("option", name, valid);
  const auto& path = node->description.path;
  std::string text = message("unknown option \"", name, "\": ", path, " is ",
                             type_at(path, std::get<std::string>(node->description.default_value)));
  text += valid.empty() ? ", which has no options" : message(", which has ", detail::joined(valid));
  // Only what is below the node is compared: long names would all be near each other.
  std::vector<std::string> below;
  for (const auto& one : valid) below.push_back(one.substr(path.size() + 1));
  auto nearest = nearest_names(name.substr(path.size() + 1), below);
  for (auto& one : nearest) one = dotted(path, one);
  if (!nearest.empty()) text += message("; did you mean ", detail::joined(nearest), "?");
  for (const auto& one : list({}, type_at, Reach::all, help_levels)) {
    if (one.description.path != name || one.description.types.empty()) continue;
    const auto& types = one.description.types;
    text += message("; ", detail::joined(types), types.size() > 1 ? " have it" : " has it");
  }
  throw InvalidArgument(text);
}

/// All values of a node at `path` of this tree.
void OptionSchema::require_known(const OptionNode& node, const std::string& path,
                                 const TypeAt& type_at) const {
  for (const auto& value : node.values()) {
    const std::string name = dotted(path, value.name);
    Found found;
    if (find(name, {}, type_at, found)) {
      found.description.checked(value.value);
    } else if (!value.loose) {
      throw_unknown(name, type_at);
    }
  }
}

void OptionSchema::check(const OptionNode& node) const {
  try {
    require_known(node, {}, types_of(node));
  } catch (const InvalidArgument& error) {
    if (node.path().empty()) throw;
    throw InvalidArgument(message("in ", node.path(), ": ", error.what()));
  }
}

bool OptionSchema::has(const OptionNode& node, std::string_view name) const {
  Found found;
  return find(name, {}, types_of(node), found);
}

OptionNode OptionSchema::known_part(const OptionNode& node) const {
  OptionNode part(node.type());
  part.set_path(node.path());
  for (const auto& value : node.values()) {
    if (has(node, value.name)) part.set(value.name, value.value);
  }
  return part;
}

std::vector<OptionDescription> OptionSchema::descriptions() const {
  const auto usual_type = [](const std::string&, const std::string& usual) { return usual; };
  std::vector<OptionDescription> all;
  for (auto& found : list({}, usual_type, Reach::all, help_levels)) {
    all.push_back(std::move(found.description));
  }
  // The shortest end of the name that no other option has that is as near to the root. Those that
  // are always there come before those of a type.
  const auto dots = [](const std::string& path) {
    return std::count(path.begin(), path.end(), '.');
  };
  const auto stands_alone = [&](std::string_view name, const OptionDescription& one) {
    return std::none_of(all.begin(), all.end(), [&](const OptionDescription& other) {
      const bool counts =
          other.types.empty() || (!one.types.empty() && dots(other.path) <= dots(one.path));
      return counts && other.path != one.path && ends_with_name(other.path, name);
    });
  };
  for (auto& one : all) {
    // The choice of the library has the options of what it chooses from.
    if (one.types.size() > 1) std::erase(one.types, "auto");
    for (std::size_t at = one.path.size(); at != std::string::npos;) {
      at = at == 0 ? std::string::npos : one.path.rfind('.', at - 1);
      const auto name = std::string_view(one.path).substr(at == std::string::npos ? 0 : at + 1);
      if (name != one.path && !stands_alone(name, one)) continue;
      one.name = std::string(name);
      break;
    }
  }
  return all;
}

}  // namespace suan
