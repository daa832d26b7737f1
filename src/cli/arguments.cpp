// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <sstream>
#include <system_error>

namespace suan::cli {

namespace {

constexpr std::size_t line_width = 100;
constexpr std::size_t sentence_column = 34;

std::vector<OptionDescription> all_options(const Usage& usage) {
  std::vector<OptionDescription> all;
  for (const auto& group : usage.groups) {
    all.insert(all.end(), group.options.begin(), group.options.end());
  }
  return all;
}

bool is_flag(const OptionDescription& option) {
  return std::holds_alternative<bool>(option.default_value);
}

/// Only --help has a short form: the error for `-o` lists the options that start with an o.
[[noreturn]] void throw_unknown_letter(const std::string& word,
                                       const std::vector<std::string>& valid) {
  std::string similar;
  for (const auto& option : valid) {
    if (!option.starts_with(message("--", word[1]))) continue;
    similar += (similar.empty() ? "" : ", ") + option;
  }
  throw InvalidArgument(
      message("unknown option \"", word, "\"; options have long names, ",
              similar.empty() ? "as --help lists them" : message("did you mean ", similar, "?")));
}

[[noreturn]] void throw_unexpected(const Usage& usage, const std::vector<std::string>& words) {
  // An unknown option is reported first: the word after it may be its value rather than an extra
  // one.
  for (const auto& word : words) {
    if (word.size() < 2 || word[0] != '-') continue;
    std::vector<std::string> valid = {"--help"};
    for (const auto& option : all_options(usage)) valid.push_back(message("--", option.flag()));
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--")) throw_unknown_letter(name, valid);
    throw_unknown_name("option", name, valid);
  }
  throw InvalidArgument(message("unexpected \"", words.front(), "\"; `suan ", usage.command,
                                " --help` says what can be given"));
}

[[noreturn]] void throw_empty(const std::string& source, const std::string& name) {
  throw InvalidArgument(message(source.empty() ? "" : source + ": ", "option ", name,
                                " is empty; give it a value or leave it out (is a variable of a "
                                "script not set?)"));
}

/// Treats `--report=` as `--report ""`: CLI11 would take the next word as the value.
std::vector<std::string> with_empty_values(const std::vector<OptionDescription>& options,
                                           const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const auto& word : words) {
    const auto option = std::find_if(options.begin(), options.end(), [&word](const auto& other) {
      return word == message("--", other.flag(), "=");
    });
    const bool empty = option != options.end();
    if (empty && is_flag(*option)) throw_empty("", option->name);  // it takes no next word
    result.push_back(empty ? word.substr(0, word.size() - 1) : word);
    if (empty) result.emplace_back();
  }
  return result;
}

/// CLI11 would take `--report --quiet` for a report in the file "--quiet".
void require_values(const std::vector<OptionDescription>& options,
                    const std::vector<std::string>& words) {
  for (std::size_t k = 0; k + 1 < words.size() && words[k] != "--"; ++k) {
    const std::string& next = words[k + 1];
    if (!next.starts_with("--")) continue;
    for (const auto& option : options) {
      if (is_flag(option) || words[k] != message("--", option.flag())) continue;
      throw InvalidArgument(message("option ", option.name, " needs a value, but ", next,
                                    " follows; write ", words[k], "=", next,
                                    " if that is its value"));
    }
  }
}

void print_option(std::ostream& out, const OptionDescription& option) {
  std::string left = message("  --", option.flag());
  if (!is_flag(option)) left += message(" <", option_type_name(option.default_value), ">");
  out << left;
  if (left.size() + 2 > sentence_column) {
    out << '\n' << std::string(sentence_column, ' ');
  } else {
    out << std::string(sentence_column - left.size(), ' ');
  }
  std::string text = option.sentence;
  const std::string range = option.range_text();
  const std::string usual = to_string(option.default_value);
  std::string note = range;
  if (!is_flag(option) && !usual.empty())
    note += message(note.empty() ? "" : "; ", "default ", usual);
  if (!note.empty()) text += message(" (", note, ")");
  print_wrapped(out, text, sentence_column);
}

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

}  // namespace

std::vector<OptionDescription> without(std::vector<OptionDescription> options,
                                       const std::vector<OptionDescription>& others) {
  std::erase_if(options, [&others](const OptionDescription& option) {
    return std::any_of(others.begin(), others.end(),
                       [&option](const auto& other) { return other.name == option.name; });
  });
  return options;
}

bool CommandLine::has(const std::string& name) const {
  return std::any_of(values.begin(), values.end(),
                     [&name](const auto& value) { return value.first == name; });
}

std::string CommandLine::text(const std::string& name) const {
  for (const auto& [known, text] : values) {
    if (known == name) return text;
  }
  return {};
}

std::string CommandLine::lines(const Usage& usage) const {
  std::string text = message("command = ", usage.command, "\nhelp = ", help ? "yes" : "no", "\n");
  for (const auto& option : all_options(usage)) {
    text += message(option.name, has(option.name) ? " = " : " is not given",
                    this->text(option.name), "\n");
  }
  return text;
}

CommandLine parse_command_line(const Usage& usage, const std::vector<std::string>& given) {
  CLI::App app;
  app.allow_extras();
  app.set_help_flag();
  CommandLine line;
  app.add_flag("-h,--help", line.help);

  const auto options = all_options(usage);
  const auto words = with_empty_values(options, given);
  require_values(options, words);
  std::map<std::string, std::string> texts;
  std::map<std::string, CLI::Option*> parsed;
  // Positionals are filled in the order in which they are declared.
  auto names = usage.positionals;
  for (const auto& option : options) {
    if (std::find(names.begin(), names.end(), option.name) == names.end()) {
      names.push_back(option.name);
    }
  }
  for (const auto& name : names) {
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&name](const auto& other) { return other.name == name; });
    const bool positional = std::find(usage.positionals.begin(), usage.positionals.end(), name) !=
                            usage.positionals.end();
    const std::string flags = message(positional ? name + "," : "", "--", option->flag());
    parsed[name] =
        is_flag(*option) ? app.add_flag(flags, texts[name]) : app.add_option(flags, texts[name]);
    parsed[name]->take_last();
  }

  try {
    // CLI11 takes the words from the back.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::Error& error) {
    throw InvalidArgument(
        message(error.what(), " (`suan ", usage.command, " --help` says what can be given)"));
  }
  if (line.help) return line;
  if (const auto extra = app.remaining(); !extra.empty()) throw_unexpected(usage, extra);
  for (const auto& name : names) {
    if (parsed[name]->count() == 0) continue;
    if (texts[name].empty()) throw_empty("", name);
    line.values.emplace_back(name, texts[name]);
  }
  return line;
}

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
  if (!usage.examples.empty()) out << "\nExamples:\n";
  for (const auto& example : usage.examples) out << "  " << example << '\n';
}

std::vector<std::pair<std::string, OptionValue>> parse_config(const std::string& source,
                                                              const std::string& text) {
  if (text.size() > config_max_bytes) {
    throw InvalidArgument(message(source, ": longer than ", config_max_bytes, " bytes"));
  }
  std::set<std::string> keys;
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (depth >= config_max_depth) {
      throw InvalidArgument(message(source, ": nested deeper than ", config_max_depth, " levels"));
    }
    if (event == nlohmann::json::parse_event_t::key && depth == 1 &&
        !keys.insert(parsed.get<std::string>()).second) {
      throw InvalidArgument(
          message(source, ": option ", parsed.get<std::string>(), " appears twice"));
    }
    return true;
  };
  nlohmann::json json;
  try {
    json = nlohmann::json::parse(text, check);
  } catch (const nlohmann::json::exception& error) {
    const std::string what = error.what();
    const auto prefix = what.find("] ");
    throw InvalidArgument(message(
        source, ": not JSON: ", prefix == std::string::npos ? what : what.substr(prefix + 2)));
  }
  if (!json.is_object()) {
    throw InvalidArgument(message(source, ": one JSON object of options is needed, such as ",
                                  R"({"solver": "cg", "rtol": 1e-8})"));
  }
  std::vector<std::pair<std::string, OptionValue>> values;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string() && value.get_ref<const std::string&>().empty()) throw_empty(source, name);
    values.emplace_back(name, option_value(source, name, value));
  }
  return values;
}

std::string read_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(config_max_bytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof()) {
    throw IoError(
        message(path, ": cannot read the configuration: ", std::system_category().message(errno)));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace suan::cli
