// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "suan/core/options.hpp"

namespace suan {

namespace {

OptionValue option_value(const std::string& source, const std::string& name,
                         const nlohmann::json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return value.get<double>();
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  throw InvalidArgument(message(source, ": option ", name, " is ", value.type_name(),
                                ", but one number, text or truth value is needed"));
}

void flatten(const std::string& source, const std::string& path, const nlohmann::json& object,
             OptionValues& values) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = dotted(path, key);
    if (value.is_object()) {
      flatten(source, name, value, values);
    } else {
      values.emplace_back(name, option_value(source, name, value));
    }
  }
}

}  // namespace

OptionValues parse_option_json(std::string_view text, const std::string& source) {
  if (text.size() > option_text_max_bytes) {
    throw InvalidArgument(message(source, ": longer than ", option_text_max_bytes, " bytes"));
  }
  std::vector<std::set<std::string>> keys;  // of the open objects
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (depth >= option_text_max_depth) {
      throw InvalidArgument(
          message(source, ": nested deeper than ", option_text_max_depth, " levels"));
    }
    const auto level = static_cast<std::size_t>(depth);
    if (event == nlohmann::json::parse_event_t::object_start) {
      keys.resize(level);
      keys.emplace_back();
    }
    if (event == nlohmann::json::parse_event_t::key && level <= keys.size() && level > 0 &&
        !keys[level - 1].insert(parsed.get<std::string>()).second) {
      throw InvalidArgument(
          message(source, ": option ", parsed.get<std::string>(), " appears twice"));
    }
    return true;
  };
  nlohmann::json parsed;
  try {
    parsed = nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    const std::string what = error.what();
    const auto prefix = what.find("] ");
    throw InvalidArgument(message(
        source, ": not JSON: ", prefix == std::string::npos ? what : what.substr(prefix + 2)));
  }
  if (!parsed.is_object()) {
    throw InvalidArgument(message(source, ": one JSON object of options is needed, such as ",
                                  R"({"solver": "cg", "rtol": 1e-8})"));
  }
  OptionValues values;
  flatten(source, {}, parsed, values);
  return values;
}

}  // namespace suan
