// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Options, declared once. A struct of options has a static table() that lists each field with its
// name, range and one sentence; the default is the field's initialiser. The command line, JSON and
// Python's keyword arguments derive from the table. Unknown names are errors that list the nearest
// valid ones.
//
// Options are a tree. A member that is itself a struct of options is a node with a name of its own,
// and an OptionNode is a node that names its type. An option's full name has dots,
// "preconditioner.smoother.degree"; its end, "degree" or "smoother.degree", stands for it where no
// other option in use ends so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "suan/core/error.hpp"
#include "suan/core/option_node.hpp"

namespace suan {

/// "bool", "int", "float" or "str".
const char* option_type_name(const OptionValue& value);
std::string to_string(const OptionValue& value);
/// Reads a value of the same type as `like`. @throws InvalidArgument naming the option.
OptionValue parse_option_value(const std::string& name, const std::string& text,
                               const OptionValue& like);

/// One option, without the struct that it belongs to.
struct OptionDescription {
  std::string name;  ///< as in JSON and Python: lower case with underscores, and dots where needed
  OptionValue default_value{};
  std::string sentence{};
  /// Numbers: inclusive bounds.
  double minimum = 0;
  double maximum = 0;
  bool bounded = false;
  /// Strings: the valid values; empty if any value is valid.
  std::vector<std::string> choices{};
  /// The full name in its tree; `name` is the shortest that stands for it.
  std::string path{};
  /// The types that have it; empty if all have it.
  std::vector<std::string> types{};

  /// "max-iterations" for "max_iterations".
  std::string flag() const;
  /// "in [1, 1000]" or "one of cg, gmres"; empty when unrestricted.
  std::string range_text() const;
  /// A line for a program's help.
  std::string help(const OptionValue& in_use) const;
  /// Converts between numbers if that loses nothing, and checks range and choices.
  /// @throws InvalidArgument naming option, value and range.
  OptionValue checked(const OptionValue& value) const;
};

/// Name and value of each line "name = value". Skips empty lines and those that start with #.
/// @throws InvalidArgument, naming the line, for any other.
std::vector<std::pair<std::string, std::string>> split_option_lines(std::string_view text);

/// The names and values of a program's arguments "--name value" and "--name=value"; nullopt if one
/// is --help or -h. @throws InvalidArgument, naming the argument, for any other, and for an empty
/// value.
std::optional<std::vector<std::pair<std::string, std::string>>> read_arguments(
    int argc, const char* const* argv);

/// The values of a JSON object: {"a": {"b": 1}} is "a.b" = 1. `source` names the text in messages.
/// @throws InvalidArgument when the text is not such an object, repeats a key, has a list or null
/// for a value, or has more than option_text_max_bytes or nests deeper than option_text_max_depth.
OptionValues parse_option_json(std::string_view text, const std::string& source = "the options");
inline constexpr std::size_t option_text_max_bytes = 1 << 20;
inline constexpr int option_text_max_depth = 32;

/// The names of `valid` that are nearest to `name`, best first, at most three.
std::vector<std::string> nearest_names(std::string_view name,
                                       const std::vector<std::string>& valid);
/// @throws InvalidArgument: `what` "name" is unknown; did you mean ...
[[noreturn]] void throw_unknown_name(const std::string& what, std::string_view name,
                                     const std::vector<std::string>& valid);

class OptionSchema;

/// A type that a node can name.
struct OptionType {
  std::string name;
  std::string sentence;
  std::shared_ptr<const OptionSchema> schema;  ///< its options; not null
};

/// The types of a node, asked for anew each time: more may have been registered.
using OptionTypes = std::function<std::vector<OptionType>()>;

/// The options of a node, without the struct that holds them.
class OptionSchema {
 public:
  /// All options: those of the node, of the nodes below it, and of every type that these may name
  /// (of two levels of types).
  std::vector<OptionDescription> descriptions() const;
  /// Whether there is an option of this full name, for the types that `node` names.
  bool has(const OptionNode& node, std::string_view name) const;
  /// The node with only those values that its options have.
  OptionNode known_part(const OptionNode& node) const;
  /// Checks the values of a node. @throws InvalidArgument for unknown options and values out of
  /// range, with the node's place in the tree.
  void check(const OptionNode& node) const;

 protected:
  /// A field, or a node that names its type: then `node` and `types` are set.
  struct Declared {
    OptionDescription description;  // its name is the full one
    std::function<void(void*, const OptionValue&)> set{};
    std::function<OptionValue(const void*)> get{};
    std::function<OptionNode&(void*)> node{};
    OptionTypes types{};
  };
  /// An option found by its name.
  struct Found {
    OptionDescription description;
    bool is_type = false;
    bool loose = false;
  };
  /// A value as it was given.
  struct Given {
    std::string name;
    OptionValue value;
    bool is_text = false;
  };
  using TypeAt = std::function<std::string(const std::string& path, const std::string& usual)>;

  Declared& add(Declared declared);
  void assign(void* options, const Given& given) const;
  void assign_all(void* options, std::vector<Given> given, bool refuse_twice) const;
  OptionValue value_of(const void* options, std::string name) const;
  void check_struct(const void* options) const;
  std::string write_struct(const void* options) const;
  void to_node(OptionNode& node, const void* options, bool all) const;
  void from_node(void* options, const OptionNode& node) const;
  static std::vector<Given> as_given(const OptionValues& values);
  static std::vector<Given> given_in(std::string_view text);

  std::vector<Declared> declared_;

 private:
  enum class Reach { used, all };
  std::vector<Found> list(const std::string& path, const TypeAt& type_at, Reach reach,
                          int levels) const;
  bool find(std::string_view name, const std::string& path, const TypeAt& type_at,
            Found& found) const;
  std::vector<Found> ending_with(const std::string& name, const TypeAt& type_at) const;
  Found resolve(const std::string& name, const TypeAt& type_at) const;
  [[noreturn]] void throw_unknown(const std::string& name, const TypeAt& type_at) const;
  void require_known(const OptionNode& node, const std::string& path, const TypeAt& type_at) const;
  TypeAt types_of(const void* options) const;
  static TypeAt types_of(const OptionNode& node);
  const Declared* declared(std::string_view name) const;
  const Declared* node_above(std::string_view path) const;
  void store(void* options, const Found& found, const OptionValue& value) const;
  void forget_unknown(void* options) const;
};

/// The options of the struct `S`.
template <class S>
class OptionTable : public OptionSchema {
 public:
  /// A number with inclusive bounds. All declarations throw InvalidArgument for a name that the
  /// table has already.
  template <class Field>
  OptionTable& number(const char* name, Field S::*field, double minimum, double maximum,
                      const char* sentence) {
    auto& description = add_field(name, field, sentence).description;
    description.minimum = minimum;
    description.maximum = maximum;
    description.bounded = true;
    return *this;
  }
  /// One of a list of words.
  OptionTable& choice(const char* name, std::string S::*field, std::vector<std::string> choices,
                      const char* sentence) {
    add_field(name, field, sentence).description.choices = std::move(choices);
    return *this;
  }
  /// A boolean or an arbitrary string.
  template <class Field>
  OptionTable& value(const char* name, Field S::*field, const char* sentence) {
    add_field(name, field, sentence);
    return *this;
  }
  /// A node of this name that holds the options of a member, itself a struct of options.
  template <class Part>
  OptionTable& node(const char* name, Part S::*part) {
    add_part(name, part);
    return *this;
  }
  /// A node that names its type, one of `types`.
  OptionTable& typed_node(const char* name, OptionNode S::*member, OptionTypes types,
                          const char* sentence) {
    Declared declared;
    declared.description.name = name;
    declared.description.default_value = (S{}.*member).type();
    declared.description.sentence = sentence;
    declared.node = [member](void* s) -> OptionNode& { return static_cast<S*>(s)->*member; };
    declared.types = std::move(types);
    add(std::move(declared));
    return *this;
  }
  /// All options of a member that is itself a struct of options, in this node.
  template <class Part>
  OptionTable& include(Part S::*part) {
    add_part({}, part);
    return *this;
  }

  /// Sets one option by name ("solver.max_iterations", "max_iterations" or "max-iterations").
  /// @throws InvalidArgument for an unknown name, one that stands for several options, or a value
  /// out of range.
  void set(S& options, std::string_view name, const OptionValue& value) const {
    assign(&options, {std::string(name), value});
  }
  /// Sets several; the types of nodes first, so that their order does not matter.
  /// @throws as above, and InvalidArgument for an option that is given by two of its names.
  void set(S& options, const OptionValues& values) const {
    assign_all(&options, as_given(values), true);
  }
  /// The value of an option; where a node was not given one, its default.
  /// @throws InvalidArgument as set().
  OptionValue get(const S& options, std::string_view name) const {
    return value_of(&options, std::string(name));
  }
  /// As set(), with the value written as text.
  void parse(S& options, std::string_view name, const std::string& text) const {
    assign(&options, {std::string(name), text, true});
  }
  /// Of several values for an option, the last one counts.
  void parse(S& options, const std::vector<std::pair<std::string, std::string>>& texts) const {
    std::vector<Given> given;
    for (const auto& [name, text] : texts) given.push_back({name, text, true});
    assign_all(&options, std::move(given), false);
  }
  /// All options as lines "name = value", which read() parses again, to repeat a choice in another
  /// run or program. Of a node's type, it writes the values that it was given.
  /// @throws InvalidArgument for a string of several lines.
  std::string write(const S& options) const { return write_struct(&options); }
  /// Reads the output of write(), or a JSON object; options missing from the text have their
  /// defaults. @throws InvalidArgument, naming line or option, for anything else.
  S read(std::string_view text) const {
    S options;
    assign_all(&options, given_in(text), true);
    return options;
  }
  /// A line for each option, with its value in `options`, for a program that reads its arguments by
  /// read_arguments(). Options whose full name begins with `hidden` are left out, if it is given.
  std::string help(const S& options = {}, std::string_view hidden = {}) const {
    std::string lines;
    for (const auto& option : descriptions()) {
      if (!hidden.empty() && option.path.starts_with(hidden)) continue;
      lines += option.help(value_in_use(options, option));
    }
    return lines;
  }
  /// Checks all fields, however they were set. @throws InvalidArgument
  void check(const S& options) const { check_struct(&options); }
  using OptionSchema::check;

  /// The struct with the values of a node; those that it does not have are left out.
  /// @throws InvalidArgument for values out of range.
  S from(const OptionNode& node) const {
    S options;
    from_node(&options, node);
    return options;
  }
  /// Sets in `node` what differs from the defaults, or all.
  void write_to(OptionNode& node, const S& options, bool all = false) const {
    to_node(node, &options, all);
  }

 private:
  /// The default of an option that only another type has.
  OptionValue value_in_use(const S& options, const OptionDescription& option) const {
    try {
      return get(options, option.path);
    } catch (const InvalidArgument&) {
      return option.default_value;
    }
  }
  template <class Field>
  Declared& add_field(const char* name, Field S::*field, const char* sentence) {
    using Stored = std::conditional_t<
        std::is_same_v<Field, bool>, bool,
        std::conditional_t<std::is_integral_v<Field>, std::int64_t,
                           std::conditional_t<std::is_floating_point_v<Field>, double, Field>>>;
    Declared declared;
    declared.description.name = name;
    declared.description.default_value = static_cast<Stored>(S{}.*field);
    declared.description.sentence = sentence;
    declared.set = [field](void* s, const OptionValue& v) {
      static_cast<S*>(s)->*field = static_cast<Field>(std::get<Stored>(v));
    };
    declared.get = [field](const void* s) {
      return OptionValue(static_cast<Stored>(static_cast<const S*>(s)->*field));
    };
    return add(std::move(declared));
  }
  template <class Part>
  void add_part(const std::string& path, Part S::*part) {
    const auto inside = [part](void* s) -> void* { return &(static_cast<S*>(s)->*part); };
    S usual;  // may give the part other defaults than its own
    for (Declared declared : Part::table().declared_of()) {
      declared.description.name = dotted(path, declared.description.name);
      if (declared.node) {
        declared.node = [inside, node = declared.node](void* s) -> OptionNode& {
          return node(inside(s));
        };
        declared.description.default_value = declared.node(&usual).type();
      } else {
        declared.set = [inside, set = declared.set](void* s, const OptionValue& v) {
          set(inside(s), v);
        };
        declared.get = [part, get = declared.get](const void* s) {
          return get(&(static_cast<const S*>(s)->*part));
        };
        declared.description.default_value = declared.get(&usual);
      }
      add(std::move(declared));
    }
  }
  const std::vector<Declared>& declared_of() const noexcept { return declared_; }
  template <class Other>
  friend class OptionTable;
};

}  // namespace suan
