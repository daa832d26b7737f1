// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <ostream>
#include <sstream>

#include "arguments.hpp"
#include "core/words.hpp"

namespace suan::cli {

namespace {

constexpr std::size_t line_width = 100;
constexpr std::size_t sentence_column = 34;

void print_named(std::ostream& out, const std::string& left, const std::string& text) {
  out << left;
  if (left.size() + 2 > sentence_column) {
    out << '\n' << std::string(sentence_column, ' ');
  } else {
    out << std::string(sentence_column - left.size(), ' ');
  }
  print_wrapped(out, text, sentence_column);
}

void print_option(std::ostream& out, const OptionDescription& option) {
  std::string left = message("  --", option.flag());
  if (!is_flag(option)) left += message(" <", option_type_name(option.default_value), ">");
  std::string text = option.sentence;
  const std::string range = option.range_text();
  const std::string usual = to_string(option.default_value);
  std::string note;
  const auto add = [&note](const std::string& part) {
    if (!part.empty()) note += message(note.empty() ? "" : "; ", part);
  };
  if (!option.types.empty()) add(message("of ", detail::joined(option.types)));
  add(range);
  if (!is_flag(option) && !usual.empty()) add(message("default ", usual));
  if (!note.empty()) text += message(" (", note, ")");
  print_named(out, left, text);
}

}  // namespace

void print_wrapped(std::ostream& out, const std::string& text, std::size_t indent) {
  std::istringstream words(text);
  std::string word;
  std::size_t column = indent;
  while (words >> word) {
    if (column > indent && column + 1 + word.size() > line_width) {
      out << '\n' << std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out << ' ';
      ++column;
    }
    out << word;
    column += word.size();
  }
  out << '\n';
}

void print_help(std::ostream& out, const Usage& usage) {
  print_wrapped(out, message("suan ", usage.command, ": ", usage.sentence), 0);
  out << "\nUsage: suan " << usage.command;
  for (const auto& name : usage.positionals) out << " [" << name << "]";
  out << " [options]\n";
  for (const auto& group : usage.groups) {
    if (group.options.empty()) continue;
    out << '\n' << group.title << ":\n";
    for (const auto& option : group.options) print_option(out, option);
  }
  for (const auto& group : usage.components) {
    out << '\n' << group.title << ":\n";
    for (const auto& type : group.types) print_named(out, "  " + type.name, type.sentence);
  }
  if (!usage.examples.empty()) out << "\nExamples:\n";
  for (const auto& example : usage.examples) out << "  " << example << '\n';
}

void print_component_help(std::ostream& out, const std::string& node, const OptionType& type) {
  print_wrapped(out, message(type.name, ": ", type.sentence), 0);
  out << "\nUsage: suan solve <matrix> --" << node << " " << type.name << '\n';
  auto options = type.schema->descriptions();
  if (!options.empty()) out << "\nOptions:\n";
  for (auto& option : options) {
    option.name = dotted(node, option.name);
    print_option(out, option);
  }
}

}  // namespace suan::cli
