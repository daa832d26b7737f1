// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <memory>
#include <system_error>

namespace suan::cli {

namespace {

std::vector<OptionDescription> all_options(const Usage& usage) {
  std::vector<OptionDescription> all;
  for (const auto& group : usage.groups) {
    all.insert(all.end(), group.options.begin(), group.options.end());
  }
  return all;
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

/// "solver.restart" of "--solver.restart=50" or "--solver.restart"; of a word without dashes, only
/// if it has a value and begins with a node. Empty for any other word.
std::string dotted_name(const std::vector<OptionDescription>& options, const std::string& word) {
  const bool has_dashes = word.starts_with("--");
  const auto equals = word.find('=');
  std::string name = word.substr(has_dashes ? 2 : 0, equals - (has_dashes ? 2 : 0));
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  if (!std::all_of(name.begin(), name.end(), is_part)) return {};
  const auto dot = name.find('.');
  if (dot == std::string::npos || dot == 0) return {};
  std::replace(name.begin(), name.end(), '-', '_');
  const std::string node = name.substr(0, dot + 1);
  const bool is_node = std::any_of(options.begin(), options.end(), [&node](const auto& option) {
    return option.path.starts_with(node);
  });
  return has_dashes || (is_node && equals != std::string::npos) ? name : std::string();
}

/// Whether the word after this one is its value.
bool takes_next(const std::vector<OptionDescription>& options, const std::string& word) {
  if (!word.starts_with("--") || word.find('=') != std::string::npos) return false;
  const std::string name = dotted_name(options, word);
  return std::none_of(options.begin(), options.end(), [&](const auto& option) {
    return is_flag(option) && (option.path == name || word == message("--", option.flag()));
  });
}

/// Takes the options with full names that only some types have, and those that the usage does not
/// list, to `values`: their full names say that they are meant for the type. Others get the names
/// that CLI11 knows.
std::vector<std::string> without_dots(const std::vector<OptionDescription>& options,
                                      const std::vector<std::string>& words,
                                      std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<std::string> rest;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const std::string& word = words[k];
    if (word == "--") {
      rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(k), words.end());
      break;
    }
    const bool is_value = k > 0 && !word.starts_with("--") && takes_next(options, words[k - 1]);
    const std::string name = is_value ? std::string() : dotted_name(options, word);
    const auto equals = word.find('=');
    const bool has_value = equals != std::string::npos;
    if (name.empty()) {
      // Of two values for an option, the last one counts, by whichever name.
      for (const auto& option : options) {
        if (word.substr(0, equals) != message("--", option.flag())) continue;
        std::erase_if(values, [&](const auto& other) { return other.first == option.path; });
      }
      rest.push_back(word);
      continue;
    }
    const auto known = std::find_if(options.begin(), options.end(), [&name](const auto& option) {
      return option.types.empty() && (option.path == name || option.path + ".type" == name);
    });
    if (known != options.end()) {
      rest.push_back(message("--", known->flag(), has_value ? word.substr(equals) : ""));
      continue;
    }
    if (!has_value && (k + 1 == words.size() || words[k + 1].starts_with("--"))) {
      throw InvalidArgument(message("option ", name, " needs a value"));
    }
    values.emplace_back(name, has_value ? word.substr(equals + 1) : words[++k]);
    if (values.back().second.empty()) throw_empty("", name);
  }
  return rest;
}

}  // namespace

std::vector<OptionDescription> without(std::vector<OptionDescription> options,
                                       const std::vector<OptionDescription>& others) {
  std::erase_if(options, [&others](const OptionDescription& option) {
    return std::any_of(others.begin(), others.end(),
                       [&option](const auto& other) { return other.path == option.path; });
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
  const auto listed = all_options(usage);
  for (const auto& [name, value] : values) {
    const bool is_listed = std::any_of(listed.begin(), listed.end(),
                                       [&name](const auto& option) { return option.name == name; });
    if (!is_listed) text += message(name, " = ", value, "\n");
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
  std::vector<std::pair<std::string, std::string>> unlisted;
  const auto words = with_empty_values(options, without_dots(options, given, unlisted));
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
  line.values.insert(line.values.end(), unlisted.begin(), unlisted.end());
  return line;
}

OptionValues parse_config(const std::string& source, const std::string& text) {
  auto values = parse_option_json(text, source);
  for (const auto& [name, value] : values) {
    if (const auto* word = std::get_if<std::string>(&value); word != nullptr && word->empty()) {
      throw_empty(source, name);
    }
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
