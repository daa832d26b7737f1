// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/words.hpp"

namespace suan {

namespace {

/// The number of insertions, deletions, substitutions and transpositions between two words (optimal
/// string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string number_text(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end.ptr};
}

template <class Number>
Number parse_number(const std::string& name, const std::string& text, const char* type) {
  Number value{};
  const char* last = text.data() + text.size();
  const char* first = text.data() + (text.size() > 1 && text[0] == '+' ? 1 : 0);
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last) {
    throw InvalidArgument(message("option ", name, ": \"", text, "\" is not ", type));
  }
  return value;
}

}  // namespace

const char* option_type_name(const OptionValue& value) {
  constexpr const char* names[] = {"bool", "int", "float", "str"};
  return names[value.index()];
}

std::string to_string(const OptionValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* count = std::get_if<std::int64_t>(&value)) return std::to_string(*count);
  if (const auto* real = std::get_if<double>(&value)) return number_text(*real);
  return std::get<std::string>(value);
}

OptionValue parse_option_value(const std::string& name, const std::string& text,
                               const OptionValue& like) {
  if (std::holds_alternative<bool>(like)) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
    if (text == "false" || text == "0" || text == "no" || text == "off") return false;
    throw InvalidArgument(message("option ", name, ": \"", text, "\" is neither true nor false"));
  }
  if (std::holds_alternative<std::int64_t>(like)) {
    return parse_number<std::int64_t>(name, text, "a whole number");
  }
  if (std::holds_alternative<double>(like)) return parse_number<double>(name, text, "a number");
  return text;
}

std::vector<std::pair<std::string, std::string>> split_option_lines(std::string_view text) {
  const auto trimmed = [](std::string_view part) {
    const auto first = part.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return std::string();
    return std::string(part.substr(first, part.find_last_not_of(" \t\r") - first + 1));
  };
  std::vector<std::pair<std::string, std::string>> result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = line.find('=');
    const std::string name = trimmed(line.substr(0, std::min(equals, line.size())));
    if (name.starts_with('#') || (name.empty() && equals == std::string_view::npos)) continue;
    if (name.empty() || equals == std::string_view::npos) {
      throw InvalidArgument(message("line ", number, " of the options is \"", trimmed(line),
                                    "\", and should be \"name = value\""));
    }
    result.emplace_back(name, trimmed(line.substr(equals + 1)));
  }
  return result;
}

std::optional<std::vector<std::pair<std::string, std::string>>> read_arguments(
    int argc, const char* const* argv) {
  std::vector<std::pair<std::string, std::string>> result;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") return std::nullopt;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--")) {
      throw InvalidArgument(
          message("\"", argument, "\" is not an option; options start with --, see --help"));
    }
    const auto equals = argument.find('=');
    const bool has_value = equals != std::string_view::npos;
    const std::string name(argument.substr(2, has_value ? equals - 2 : equals));
    if (!has_value && (i + 1 == argc || std::string_view(argv[i + 1]).starts_with("--"))) {
      throw InvalidArgument(message("option --", name, " needs a value"));
    }
    const std::string value(has_value ? argument.substr(equals + 1) : argv[++i]);
    if (value.empty()) {
      throw InvalidArgument(message("option --", name,
                                    " is empty; give it a value or leave it out ",
                                    "(is a variable of a script not set?)"));
    }
    result.emplace_back(name, value);
  }
  return result;
}

std::string OptionDescription::help(const OptionValue& in_use) const {
  const auto range = range_text();
  return message("  --", flag(), " <", option_type_name(default_value), ">  ", sentence,
                 " Default: ", suan::to_string(in_use), range.empty() ? "" : ", ", range, ".\n");
}

std::string OptionDescription::flag() const {
  std::string flag = name;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string OptionDescription::range_text() const {
  if (bounded) return "in [" + number_text(minimum) + ", " + number_text(maximum) + "]";
  if (!choices.empty()) return "one of " + detail::joined(choices);
  return {};
}

OptionValue OptionDescription::checked(const OptionValue& value) const {
  OptionValue converted = value;
  if (std::holds_alternative<double>(default_value)) {
    if (const auto* count = std::get_if<std::int64_t>(&value)) {
      converted = static_cast<double>(*count);
    }
  } else if (std::holds_alternative<std::int64_t>(default_value)) {
    const auto* real = std::get_if<double>(&value);
    if (real != nullptr && std::abs(*real) < 9e15 && *real == std::floor(*real)) {
      converted = static_cast<std::int64_t>(*real);
    }
  }
  if (converted.index() != default_value.index()) {
    throw InvalidArgument(message("option ", name, ": ", suan::to_string(value), " is of type ",
                                  option_type_name(value), ", but ",
                                  option_type_name(default_value), " is needed"));
  }
  bool valid = true;
  if (bounded) {
    const auto* count = std::get_if<std::int64_t>(&converted);
    const double number =
        count != nullptr ? static_cast<double>(*count) : std::get<double>(converted);
    valid = number >= minimum && number <= maximum;  // false for NaN
  } else if (!choices.empty()) {
    const auto& word = std::get<std::string>(converted);
    if (std::find(choices.begin(), choices.end(), word) == choices.end()) {
      throw_unknown_name("value of option " + name, word, choices);
    }
  }
  if (!valid) {
    throw InvalidArgument(message("option ", name, ": ", suan::to_string(converted),
                                  " is not allowed; it must be ", range_text()));
  }
  return converted;
}

std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& valid) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const auto& candidate : valid) {
    const bool begins = candidate.starts_with(name) || name.starts_with(candidate);
    ranked.emplace_back(begins ? 1 : edit_distance(name, candidate), candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> nearest;
  for (const auto& [distance, candidate] : ranked) {
    const bool close = distance <= std::max<std::size_t>(2, name.size() / 3);
    if (close && nearest.size() < 3) nearest.push_back(candidate);
  }
  return nearest;
}

void throw_unknown_name(const std::string& what, std::string_view name,
                        const std::vector<std::string>& valid) {
  const auto nearest = nearest_names(name, valid);
  throw InvalidArgument(
      message("unknown ", what, " \"", name, "\"; ", nearest.empty() ? "valid: " : "did you mean ",
              detail::joined(nearest.empty() ? valid : nearest), nearest.empty() ? "" : "?"));
}

}  // namespace suan
