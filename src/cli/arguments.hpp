// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Parses a command line and a configuration file into a struct of options. The flags, the keys of
// the file and the help all derive from the struct's OptionTable.
#pragma once

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "suan/core/options.hpp"

namespace suan::cli {

/// Options under one heading of the help.
struct OptionGroup {
  std::string title;
  std::vector<OptionDescription> options;
};

/// The components that an option can name, for the help.
struct ComponentGroup {
  std::string title;
  std::vector<OptionType> types;
};

/// The arguments of a command.
struct Usage {
  std::string command;
  std::string sentence;
  /// Names of options that may be given without their flags, in this order.
  std::vector<std::string> positionals;
  std::vector<OptionGroup> groups;
  /// The lines under the heading "Examples".
  std::vector<std::string> examples;
  std::vector<ComponentGroup> components{};
};

/// The options of several tables, without repeating those of earlier tables.
std::vector<OptionDescription> without(std::vector<OptionDescription> options,
                                       const std::vector<OptionDescription>& others);

/// Whether an option stands alone, without a value.
inline bool is_flag(const OptionDescription& option) {
  return std::holds_alternative<bool>(option.default_value);
}

/// The contents of a command line: names of options (with underscores) and their texts, unchecked.
struct CommandLine {
  bool help = false;
  std::vector<std::pair<std::string, std::string>> values;
  /// Whether an option was given.
  bool has(const std::string& name) const;
  /// Its text; empty when it was not given.
  std::string text(const std::string& name) const;
  /// A line for the command and for each of its options, given or not, for comparing ranks.
  std::string lines(const Usage& usage) const;
};

/// Options have their short names or dotted ones, "--solver.restart=50"; where these begin with a
/// node of the usage, "solver.restart=50" does as well. Dotted names that the usage does not list
/// are left to the table. The last value of a repeated option counts.
/// @throws InvalidArgument for an unknown option, naming the nearest valid one; for a missing or
/// empty value and an extra word.
CommandLine parse_command_line(const Usage& usage, const std::vector<std::string>& given);

/// Wraps a text into lines of at most 100 characters, all but the first one indented; the first one
/// continues a line at column `indent`.
void print_wrapped(std::ostream& out, const std::string& text, std::size_t indent);

/// The help of a command.
void print_help(std::ostream& out, const Usage& usage);
/// The help of a component: of a `type` that the option `node` can name.
void print_component_help(std::ostream& out, const std::string& node, const OptionType& type);

/// Limits for configuration files.
inline constexpr std::size_t config_max_bytes = option_text_max_bytes;
inline constexpr int config_max_depth = option_text_max_depth;

/// Names and values of a configuration file: a JSON object of options, and of nodes with options.
/// `source` is its path, for messages.
/// @throws InvalidArgument when the text is not such an object, is too long or too deep, repeats a
/// key or has an empty value.
OptionValues parse_config(const std::string& source, const std::string& text);

/// Reads a configuration file. Not collective. @throws IoError, or InvalidArgument when too long.
std::string read_config(const std::string& path);

/// Applies the file and then the command line, which overrides it.
/// @throws InvalidArgument naming the option, and the file if that is where it came from.
template <class S>
S make_options(const CommandLine& line, const std::string& config_path = {},
               const std::string& config_text = {}) {
  S options;
  if (!config_path.empty()) {
    const auto values = parse_config(config_path, config_text);
    try {
      S::table().set(options, values);
    } catch (const InvalidArgument& error) {
      throw InvalidArgument(message(config_path, ": ", error.what()));
    }
  }
  S::table().parse(options, line.values);
  return options;
}

}  // namespace suan::cli
