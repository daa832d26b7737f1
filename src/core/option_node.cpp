// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/option_node.hpp"

#include <algorithm>
#include <ostream>

#include "suan/core/error.hpp"

namespace suan {

namespace {

constexpr std::string_view type_suffix = ".type";

std::string_view without_type(std::string_view name) {
  if (name.ends_with(type_suffix)) name.remove_suffix(type_suffix.size());
  return name;
}

}  // namespace

std::string dotted(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

void OptionNode::set_type(std::string type) {
  type_ = std::move(type);
  for (auto& value : values_) value.loose = true;
}

OptionNode& OptionNode::set(std::string_view name, OptionValue value, bool loose) {
  if (name == "type") {
    const auto* type = std::get_if<std::string>(&value);
    if (type == nullptr) {
      throw InvalidArgument(message("option ", dotted(path_, "type"), " is not a name"));
    }
    type_ = *type;
    return *this;
  }
  const auto plain = without_type(name);
  const auto place = std::find_if(values_.begin(), values_.end(),
                                  [plain](const Value& other) { return other.name == plain; });
  if (place == values_.end()) {
    values_.push_back({std::string(plain), std::move(value), loose});
  } else {
    place->value = std::move(value);
    place->loose = loose;
  }
  return *this;
}

void OptionNode::erase(std::string_view name) {
  std::erase_if(values_, [name](const Value& value) { return value.name == name; });
}

const OptionValue* OptionNode::find(std::string_view name) const {
  const auto plain = without_type(name);
  for (const auto& value : values_) {
    if (value.name == plain) return &value.value;
  }
  return nullptr;
}

OptionNode OptionNode::child(std::string_view name) const {
  OptionNode node;
  node.set_path(dotted(path_, std::string(name)));
  for (const auto& value : values_) {
    if (value.name == name) {
      node.set("type", value.value);
    } else if (value.name.size() > name.size() + 1 && value.name.starts_with(name) &&
               value.name[name.size()] == '.') {
      node.set(value.name.substr(name.size() + 1), value.value, value.loose);
    }
  }
  return node;
}

std::ostream& operator<<(std::ostream& out, const OptionNode& node) { return out << node.type(); }

}  // namespace suan
