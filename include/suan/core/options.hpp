// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Options, declared once. A struct of options has a static table() that lists each field with its
// name, range and one sentence; the default is the field's initialiser. The command line, JSON and
// Python's keyword arguments derive from the table. Unknown names are errors that list the nearest
// valid ones.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "suan/core/error.hpp"

namespace suan {

using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

/// "bool", "int", "float" or "str".
const char* option_type_name(const OptionValue& value);
std::string to_string(const OptionValue& value);
/// Reads a value of the same type as `like`. @throws InvalidArgument naming the option.
OptionValue parse_option_value(const std::string& name, const std::string& text,
                               const OptionValue& like);

/// One option, without the struct that it belongs to.
struct OptionDescription {
  std::string name;  ///< as in JSON and Python: lower case with underscores
  OptionValue default_value{};
  std::string sentence{};
  /// Numbers: inclusive bounds.
  double minimum = 0;
  double maximum = 0;
  bool bounded = false;
  /// Strings: the valid values; empty if any value is valid.
  std::vector<std::string> choices{};

  /// "max-iterations" for "max_iterations".
  std::string flag() const;
  /// "in [1, 1000]" or "one of cg, gmres"; empty when unrestricted.
  std::string range_text() const;
  /// Converts between numbers if that loses nothing, and checks range and choices.
  /// @throws InvalidArgument naming option, value and range.
  OptionValue checked(const OptionValue& value) const;
};

/// Name and value of each line "name = value". Skips empty lines and those that start with #.
/// @throws InvalidArgument, naming the line, for any other.
std::vector<std::pair<std::string, std::string>> split_option_lines(std::string_view text);

/// The names of `valid` that are nearest to `name`, best first, at most three.
std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& valid);
/// @throws InvalidArgument: `what` "name" is unknown; did you mean ...
[[noreturn]] void throw_unknown_name(const std::string& what, std::string_view name,
                                     const std::vector<std::string>& valid);

/// The options of the struct `S`.
template <class S>
class OptionTable {
 public:
  struct Entry {
    OptionDescription description;
    std::function<void(S&, const OptionValue&)> set;
    std::function<OptionValue(const S&)> get;
  };

  /// A number with inclusive bounds.
  template <class Field>
  OptionTable& number(const char* name, Field S::*field, double minimum, double maximum,
                      const char* sentence) {
    auto& entry = add(name, field, sentence);
    entry.description.minimum = minimum;
    entry.description.maximum = maximum;
    entry.description.bounded = true;
    return *this;
  }
  /// One of a list of words.
  OptionTable& choice(const char* name, std::string S::*field, std::vector<std::string> choices,
                      const char* sentence) {
    add(name, field, sentence).description.choices = std::move(choices);
    return *this;
  }
  /// A boolean or an arbitrary string.
  template <class Field>
  OptionTable& value(const char* name, Field S::*field, const char* sentence) {
    add(name, field, sentence);
    return *this;
  }
  /// All options of a member that is itself a struct of options.
  template <class Part>
  OptionTable& include(Part S::*part) {
    for (const auto& entry : Part::table().entries()) {
      entries_.push_back({entry.description,
                          [part, set = entry.set](S& s, const OptionValue& v) { set(s.*part, v); },
                          [part, get = entry.get](const S& s) { return get(s.*part); }});
    }
    return *this;
  }

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  std::vector<OptionDescription> descriptions() const {
    std::vector<OptionDescription> all;
    for (const auto& entry : entries_) all.push_back(entry.description);
    return all;
  }

  /// Sets one option by name ("max_iterations" or "max-iterations").
  /// @throws InvalidArgument for an unknown name or a value out of range.
  void set(S& options, std::string_view name, const OptionValue& value) const {
    const Entry& entry = find(name);
    entry.set(options, entry.description.checked(value));
  }
  /// As set(), with the value written as text.
  void parse(S& options, std::string_view name, const std::string& text) const {
    const Entry& entry = find(name);
    const auto value =
        parse_option_value(entry.description.name, text, entry.description.default_value);
    entry.set(options, entry.description.checked(value));
  }
  /// All options as lines "name = value", which read() parses again, to repeat a choice in another
  /// run or program. @throws InvalidArgument for a string of several lines.
  std::string write(const S& options) const {
    std::string text;
    for (const auto& entry : entries_) {
      const std::string value = to_string(entry.get(options));
      if (value.find('\n') != std::string::npos) {
        throw InvalidArgument(message("option ", entry.description.name,
                                      ": a value of several lines cannot be written"));
      }
      text += entry.description.name + " = " + value + "\n";
    }
    return text;
  }
  /// Reads the output of write(); options missing from the text have their defaults.
  /// @throws InvalidArgument, naming line or option, for anything else.
  S read(std::string_view text) const {
    S options;
    for (const auto& [name, value] : split_option_lines(text)) parse(options, name, value);
    return options;
  }
  /// Checks all fields, however they were set. @throws InvalidArgument
  void check(const S& options) const {
    for (const auto& entry : entries_) entry.description.checked(entry.get(options));
  }

 private:
  template <class Field>
  Entry& add(const char* name, Field S::*field, const char* sentence) {
    using Stored = std::conditional_t<
        std::is_same_v<Field, bool>, bool,
        std::conditional_t<std::is_integral_v<Field>, std::int64_t,
                           std::conditional_t<std::is_floating_point_v<Field>, double, Field>>>;
    OptionDescription description;
    description.name = name;
    description.default_value = static_cast<Stored>(S{}.*field);
    description.sentence = sentence;
    entries_.push_back(
        {std::move(description),
         [field](S& s, const OptionValue& v) {
           s.*field = static_cast<Field>(std::get<Stored>(v));
         },
         [field](const S& s) { return OptionValue(static_cast<Stored>(s.*field)); }});
    return entries_.back();
  }
  const Entry& find(std::string_view name) const {
    std::string plain(name);
    for (char& c : plain) c = c == '-' ? '_' : c;
    std::vector<std::string> valid;
    for (const auto& entry : entries_) {
      if (entry.description.name == plain) return entry;
      valid.push_back(entry.description.name);
    }
    throw_unknown_name("option", plain, valid);
  }
  std::vector<Entry> entries_;
};

}  // namespace suan
