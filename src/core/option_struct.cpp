// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How structs of options are filled, checked and written.
#include <algorithm>

#include "core/option_names.hpp"
#include "suan/core/options.hpp"

namespace suan {

void OptionSchema::store(void* options, const Found& found, const OptionValue& value) const {
  const std::string& path = found.description.path;
  if (const auto* here = declared(path); here != nullptr && here->set) {
    here->set(options, value);
    // The last word counts, not what the node above was given before.
    if (const auto* above = node_above(path); above != nullptr) {
      above->node(options).erase(path.substr(above->description.name.size() + 1));
    }
    return;
  }
  if (const auto* here = declared(path); here != nullptr) {
    here->node(options).set("type", value);
  } else {
    const auto* above = node_above(path);
    above->node(options).set(path.substr(above->description.name.size() + 1), value, found.loose);
  }
  if (found.is_type) forget_unknown(options);
}

/// Drops the values that belonged to types named before.
void OptionSchema::forget_unknown(void* options) const {
  const auto type_at = types_of(options);
  for (const auto& one : declared_) {
    if (!one.node) continue;
    auto& node = one.node(options);
    for (bool again = true; again;) {
      again = false;
      for (const auto& value : node.values()) {
        Found found;
        if (value.loose || find(dotted(one.description.name, value.name), {}, type_at, found)) {
          continue;
        }
        const std::string name = value.name;
        node.erase(name);
        again = true;
        break;
      }
    }
  }
}

void OptionSchema::assign(void* options, const Given& given) const {
  const auto found = resolve(detail::with_underscores(given.name), types_of(options));
  const auto& description = found.description;
  const auto value = given.is_text
                         ? parse_option_value(description.name, std::get<std::string>(given.value),
                                              description.default_value)
                         : given.value;
  store(options, found, description.checked(value));
}

void OptionSchema::assign_all(void* options, std::vector<Given> given, bool refuse_twice) const {
  std::vector<std::pair<std::string, std::string>> seen;  // full names, and the names given
  const auto note = [&](const std::string& path, const std::string& name) {
    for (const auto& [other, as] : seen) {
      if (!refuse_twice || other != path) continue;
      throw InvalidArgument(message("option ", path, " is given twice",
                                    as == name ? "" : message(", as ", as, " and as ", name)));
    }
    seen.emplace_back(path, name);
  };
  const auto is_type = [&](const Given& one) {
    const auto type_at = types_of(options);
    const auto name = detail::with_underscores(one.name);
    Found found;
    if (find(name, {}, type_at, found)) return found.is_type;
    const auto similar = ending_with(name, type_at);
    return similar.size() == 1 && similar.front().is_type;
  };
  const auto take = [&](const Given& one) {
    note(resolve(detail::with_underscores(one.name), types_of(options)).description.path, one.name);
    assign(options, one);
  };
  // A type may open nodes whose types are given, too.
  for (bool again = true; again;) {
    const auto types = std::stable_partition(given.begin(), given.end(), is_type);
    again = types != given.begin();
    std::for_each(given.begin(), types, take);
    given.erase(given.begin(), types);
  }
  for (const auto& one : given) take(one);
}

OptionValue OptionSchema::value_of(const void* options, std::string name) const {
  const auto type_at = types_of(options);
  const auto found = resolve(detail::with_underscores(std::move(name)), type_at);
  const std::string& path = found.description.path;
  // What the node itself was given comes before a field of it.
  if (const auto* above = found.is_type ? nullptr : node_above(path); above != nullptr) {
    const auto& node = above->node(const_cast<void*>(options));
    const auto* value = node.find(path.substr(above->description.name.size() + 1));
    if (value != nullptr) return *value;
  }
  if (const auto* here = declared(path); here != nullptr && here->get) return here->get(options);
  if (found.is_type) {
    return type_at(path, std::get<std::string>(found.description.default_value));
  }
  return found.description.default_value;
}

void OptionSchema::check_struct(const void* options) const {
  const auto type_at = types_of(options);
  for (const auto& one : declared_) {
    if (!one.node) {
      one.description.checked(one.get(options));
      continue;
    }
    const auto& node = one.node(const_cast<void*>(options));
    Found found;
    find(one.description.name, {}, type_at, found);
    found.description.checked(node.type());
    require_known(node, one.description.name, type_at);
  }
}

std::string OptionSchema::write_struct(const void* options) const {
  std::string text;
  const auto line = [&text](const std::string& name, const OptionValue& value) {
    const std::string written = to_string(value);
    if (written.find('\n') != std::string::npos) {
      throw InvalidArgument(
          message("option ", name, ": a value of several lines cannot be written"));
    }
    text += name + " = " + written + "\n";
  };
  const auto type_at = types_of(options);
  for (const auto& one : declared_) {
    const auto& name = one.description.name;
    if (!one.node) {
      // A field of a typed node: what the node itself was given comes first.
      const auto* above = node_above(name);
      const auto* given = above == nullptr
                              ? nullptr
                              : above->node(const_cast<void*>(options))
                                    .find(name.substr(above->description.name.size() + 1));
      line(name, given == nullptr ? one.get(options) : *given);
      continue;
    }
    const auto& node = one.node(const_cast<void*>(options));
    line(name, node.type());
    for (const auto& value : node.values()) {
      const std::string full = dotted(name, value.name);
      if (declared(full) != nullptr) continue;
      Found found;
      const bool is_used = !value.loose || find(full, {}, type_at, found);
      line(is_used ? full : std::string(detail::last_name(full)), value.value);
    }
  }
  return text;
}

void OptionSchema::to_node(OptionNode& node, const void* options, bool all) const {
  for (const auto& one : declared_) {
    const auto& name = one.description.name;
    if (!one.node) {
      if (auto value = one.get(options); all || value != one.description.default_value) {
        node.set(name, std::move(value));
      }
      continue;
    }
    const auto& part = one.node(const_cast<void*>(options));
    if (all || OptionValue(part.type()) != one.description.default_value) {
      node.set(name, part.type());
    }
    for (const auto& value : part.values()) {
      node.set(dotted(name, value.name), value.value, value.loose);
    }
  }
}

void OptionSchema::from_node(void* options, const OptionNode& node) const {
  for (const auto& one : declared_) {
    const auto& name = one.description.name;
    if (!one.node) {
      if (const auto* value = node.find(name)) one.set(options, one.description.checked(*value));
      continue;
    }
    auto child = node.child(name);
    auto& member = one.node(options);
    if (child.type().empty() || child.type() == member.type()) {
      child.set("type", member.type());
      for (const auto& usual : member.values()) {
        if (child.find(usual.name) == nullptr) child.set(usual.name, usual.value, usual.loose);
      }
    }
    member = std::move(child);
  }
}

auto OptionSchema::as_given(const OptionValues& values) -> std::vector<Given> {
  std::vector<Given> given;
  for (const auto& [name, value] : values) given.push_back({name, value});
  return given;
}

/// The values of a JSON object or of lines "name = value".
auto OptionSchema::given_in(std::string_view text) -> std::vector<Given> {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    return as_given(parse_option_json(text));
  }
  std::vector<Given> given;
  for (const auto& [name, value] : split_option_lines(text)) given.push_back({name, value, true});
  return given;
}

}  // namespace suan
