// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace suan::cli {
namespace {

using testing::HasSubstr;

struct Fruit {
  std::string name;
  std::int64_t count = 3;
  double weight = 0.5;
  bool ripe = false;
  std::string colour = "red";
  static const OptionTable<Fruit>& table() {
    static const auto table =
        OptionTable<Fruit>()
            .value("name", &Fruit::name, "What it is called.")
            .number("item_count", &Fruit::count, 1, 10, "How many there are.")
            .number("weight", &Fruit::weight, -1, 1e3, "What one weighs.")
            .value("ripe", &Fruit::ripe, "Whether it can be eaten.")
            .choice("colour", &Fruit::colour, {"red", "green"}, "What it looks like.");
    return table;
  }
};

Usage fruit_usage() {
  return {"fruit", "Describes fruit.", {"name"}, {{"Fruit", Fruit::table().descriptions()}}, {}};
}

Fruit parse(const std::vector<std::string>& words, const std::string& config = {}) {
  const auto line = parse_command_line(fruit_usage(), words);
  return make_options<Fruit>(line, config.empty() ? "" : "fruit.json", config);
}

std::string error_of(const std::vector<std::string>& words, const std::string& config = {}) {
  try {
    parse(words, config);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

TEST(Arguments, WithoutWordsTheDefaultsStand) {
  const auto fruit = parse({});
  EXPECT_EQ(fruit.name, "");
  EXPECT_EQ(fruit.count, 3);
  EXPECT_EQ(fruit.colour, "red");
}

TEST(Arguments, SetsEveryTypeByFlag) {
  const auto fruit =
      parse({"apple", "--item-count", "7", "--weight=1.5e1", "--ripe", "--colour", "green"});
  EXPECT_EQ(fruit.name, "apple");
  EXPECT_EQ(fruit.count, 7);
  EXPECT_EQ(fruit.weight, 15);
  EXPECT_TRUE(fruit.ripe);
  EXPECT_EQ(fruit.colour, "green");
}

TEST(Arguments, APositionalMayBeGivenByFlagAndAnywhere) {
  EXPECT_EQ(parse({"--name", "plum"}).name, "plum");
  EXPECT_EQ(parse({"--ripe", "plum", "--item-count", "2"}).name, "plum");
}

TEST(Arguments, TakesNegativeNumbers) { EXPECT_EQ(parse({"--weight", "-0.5"}).weight, -0.5); }

TEST(Arguments, AFlagCanBeSwitchedOff) {
  EXPECT_FALSE(parse({"--ripe=false"}, R"({"ripe": true})").ripe);
}

TEST(Arguments, AnUnknownOptionNamesTheNearest) {
  EXPECT_THAT(error_of({"--item-cuont", "3"}), HasSubstr("did you mean --item-count?"));
  EXPECT_THAT(error_of({"--wieght=3", "plum"}), HasSubstr("did you mean --weight?"));
}

TEST(Arguments, AValueThatDoesNotFitNamesTheOptionAndTheRange) {
  EXPECT_THAT(error_of({"--item-count", "11"}), HasSubstr("item_count: 11"));
  EXPECT_THAT(error_of({"--item-count", "11"}), HasSubstr("[1, 10]"));
  EXPECT_THAT(error_of({"--item-count", "many"}), HasSubstr("not a whole number"));
  EXPECT_THAT(error_of({"--item-count", "1.5"}), HasSubstr("not a whole number"));
  EXPECT_THAT(error_of({"--weight", "nan"}), HasSubstr("weight"));
  EXPECT_THAT(error_of({"--colour", "gren"}), HasSubstr("did you mean green"));
}

TEST(Arguments, RefusesWordsTooManyOrTooFew) {
  EXPECT_THAT(error_of({"plum", "pear"}), HasSubstr("unexpected \"pear\""));
  EXPECT_THAT(error_of({"--weight"}), HasSubstr("--weight"));
  EXPECT_THAT(error_of({"--weight", "--ripe"}), HasSubstr("needs a value"));
}

TEST(Arguments, OfAnOptionGivenTwiceTheLastValueCounts) {
  EXPECT_EQ(parse({"--weight", "1", "--weight", "2"}).weight, 2);
  EXPECT_EQ(parse({"--weight=1", "--item-count", "4", "--weight=3"}).weight, 3);
  EXPECT_EQ(parse({"--colour", "green", "--colour", "red"}).colour, "red");
  EXPECT_TRUE(parse({"--ripe", "--ripe"}).ripe);
  EXPECT_FALSE(parse({"--ripe", "--ripe=false"}).ripe);
  EXPECT_TRUE(parse({"--ripe=false", "--ripe"}).ripe);
  EXPECT_EQ(parse({"plum", "--name", "pear"}).name, "pear");
  EXPECT_THAT(error_of({"--weight", "1", "--weight", "heavy"}), HasSubstr("heavy"));
}

TEST(Arguments, AnEmptyValueIsRefused) {
  for (const std::string name : {"name", "item_count", "weight", "colour"}) {
    const std::string flag = "--" + (name == "item_count" ? "item-count" : name);
    EXPECT_THAT(error_of({flag, ""}), HasSubstr("option " + name + " is empty"));
    EXPECT_THAT(error_of({flag + "="}), HasSubstr("option " + name + " is empty"));
    EXPECT_THAT(error_of({flag + "=", "--ripe"}), HasSubstr("option " + name + " is empty"));
  }
  EXPECT_THAT(error_of({""}), HasSubstr("option name is empty"));
  EXPECT_THAT(error_of({"--ripe="}), HasSubstr("option ripe is empty"));
  EXPECT_THAT(error_of({}, R"({"name": ""})"), HasSubstr("fruit.json: option name is empty"));
  EXPECT_EQ(parse({"--name", "", "--name", "plum"}).name, "plum");
}

TEST(Arguments, ALetterIsAnsweredWithTheLongNames) {
  EXPECT_THAT(error_of({"-w", "3"}), HasSubstr("did you mean --weight?"));
  EXPECT_THAT(error_of({"-x"}), HasSubstr("options have long names"));
}

TEST(Arguments, WhatRanksCompareHasALineForEachOption) {
  const auto line = parse_command_line(fruit_usage(), {"plum", "--weight", "2"});
  EXPECT_EQ(line.lines(fruit_usage()),
            "command = fruit\nhelp = no\nname = plum\nitem_count is not given\nweight = 2\n"
            "ripe is not given\ncolour is not given\n");
}

TEST(Arguments, TheCommandLineWinsOverTheFile) {
  const std::string config = R"({"item_count": 5, "weight": 2, "ripe": true, "colour": "green"})";
  const auto fruit = parse({"--item-count", "6"}, config);
  EXPECT_EQ(fruit.count, 6);
  EXPECT_EQ(fruit.weight, 2);
  EXPECT_TRUE(fruit.ripe);
  EXPECT_EQ(fruit.colour, "green");
}

TEST(Arguments, ErrorsOfTheFileNameIt) {
  EXPECT_THAT(error_of({}, R"({"itemcount": 5})"), HasSubstr("fruit.json: "));
  EXPECT_THAT(error_of({}, R"({"itemcount": 5})"), HasSubstr("did you mean item_count?"));
  EXPECT_THAT(error_of({}, R"({"item_count": "five"})"), HasSubstr("type str"));
  EXPECT_THAT(error_of({}, R"({"item_count": [5]})"), HasSubstr("item_count is array"));
  EXPECT_THAT(error_of({}, R"({"item_count": 1e300})"), HasSubstr("item_count"));
  EXPECT_THAT(error_of({}, R"({"item_count": 18446744073709551615})"), HasSubstr("item_count"));
  EXPECT_THAT(error_of({}, R"({"item_count": 4, "item_count": 5})"), HasSubstr("twice"));
  EXPECT_THAT(error_of({}, R"({"item_count": 4)"), HasSubstr("not JSON"));
  EXPECT_THAT(error_of({}, "[1, 2]"), HasSubstr("one JSON object"));
  EXPECT_THAT(error_of({}, "{\"name\": \"\xff\"}"), HasSubstr("not JSON"));
}

TEST(Arguments, LimitsTheDepthAndTheSizeOfTheFile) {
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth - 1);
    return R"({"name": )" + std::string(n, '[') + std::string(n, ']') + "}";
  };
  EXPECT_THAT(error_of({}, nested(config_max_depth)), HasSubstr("name is array"));
  EXPECT_THAT(error_of({}, nested(config_max_depth + 1)), HasSubstr("deeper than 32"));
  EXPECT_THAT(error_of({}, nested(100000)), HasSubstr("deeper than 32"));
  const std::string blanks(config_max_bytes, ' ');
  EXPECT_THAT(error_of({}, "{}" + blanks), HasSubstr("longer than"));
  EXPECT_EQ(error_of({}, "{}" + blanks.substr(2)), "no error");
}

TEST(Arguments, TheHelpHasEachOptionWithRangeAndDefault) {
  std::ostringstream out;
  print_help(out, fruit_usage());
  const std::string help = out.str();
  EXPECT_THAT(help, HasSubstr("Usage: suan fruit [name] [options]"));
  EXPECT_THAT(help, HasSubstr("--item-count <int>"));
  EXPECT_THAT(help, HasSubstr("How many there are. (in [1, 10]; default 3)"));
  EXPECT_THAT(help, HasSubstr("(one of red, green; default red)"));
  EXPECT_THAT(help, HasSubstr("--ripe "));
  std::istringstream lines(help);
  for (std::string text; std::getline(lines, text);) EXPECT_LE(text.size(), 100U) << text;
}

struct Peel {
  std::int64_t thickness = 2;
  static const OptionTable<Peel>& table() {
    static const auto table =
        OptionTable<Peel>().number("thickness", &Peel::thickness, 1, 9, "Of the peel.");
    return table;
  }
};

std::vector<OptionType> knives() {
  return {{"none", "By hand.", std::make_shared<const OptionSchema>()},
          {"peeler", "Takes the peel.", std::make_shared<const OptionSchema>(Peel::table())}};
}

struct Basket {
  Fruit fruit;
  Fruit other;
  OptionNode knife = "none";
  static const OptionTable<Basket>& table() {
    static const auto table = OptionTable<Basket>()
                                  .include(&Basket::fruit)
                                  .node("other", &Basket::other)
                                  .typed_node("knife", &Basket::knife, knives, "With what.");
    return table;
  }
};

Usage basket_usage() {
  return {"basket", "Fills it.",           {"name"}, {{"Basket", Basket::table().descriptions()}},
          {},       {{"Knives", knives()}}};
}

Basket fill(const std::vector<std::string>& words, const std::string& config = {}) {
  const auto line = parse_command_line(basket_usage(), words);
  auto basket = make_options<Basket>(line, config.empty() ? "" : "basket.json", config);
  Basket::table().check(basket);
  return basket;
}

std::string basket_error(const std::vector<std::string>& words, const std::string& config = {}) {
  try {
    fill(words, config);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

std::int64_t thickness(const Basket& basket) {
  return std::get<std::int64_t>(Basket::table().get(basket, "knife.thickness"));
}

TEST(Nodes, AreReachedByDottedNames) {
  const auto basket = fill({"plum", "--other.item-count", "4", "--other.colour=green", "--ripe",
                            "--knife.thickness=5", "--knife=peeler"});
  EXPECT_EQ(basket.fruit.name, "plum");
  EXPECT_EQ(basket.fruit.count, 3);
  EXPECT_EQ(basket.other.count, 4);
  EXPECT_EQ(basket.other.colour, "green");
  EXPECT_EQ(basket.knife, "peeler");
  EXPECT_EQ(thickness(basket), 5);
  EXPECT_EQ(thickness(fill({"--knife", "peeler", "--knife.thickness", "7"})), 7);
  EXPECT_EQ(thickness(fill({"--knife.type", "peeler", "knife.thickness=7"})), 7);
  EXPECT_TRUE(fill({"--other.ripe", "plum"}).other.ripe);
  EXPECT_EQ(fill({"--name", "knife.thickness=7"}).fruit.name, "knife.thickness=7");
  EXPECT_EQ(fill({"a.b=c"}).fruit.name, "a.b=c");
}

TEST(Nodes, AreReachedByShortNames) {
  EXPECT_EQ(thickness(fill({"--thickness", "8", "--knife", "peeler"})), 8);
  EXPECT_EQ(fill({"--thickness", "8"}).knife, "none");
  EXPECT_EQ(thickness(fill({"--knife.thickness=3", "--thickness=4", "--knife=peeler"})), 4);
  EXPECT_EQ(thickness(fill({"--thickness=4", "--knife.thickness=3", "--knife=peeler"})), 3);
}

TEST(Nodes, NestInTheFile) {
  const std::string config =
      R"({"name": "pear", "other": {"name": "fig"}, "knife": {"type": "peeler", "thickness": 6}})";
  const auto basket = fill({}, config);
  EXPECT_EQ(basket.fruit.name, "pear");
  EXPECT_EQ(basket.other.name, "fig");
  EXPECT_EQ(thickness(basket), 6);
  EXPECT_EQ(thickness(fill({"--knife.thickness", "9"}, config)), 9);
  EXPECT_EQ(fill({"--knife", "none"}, config).knife, "none");
}

TEST(Nodes, ErrorsHaveFullNames) {
  EXPECT_THAT(basket_error({"--knife.thicknes=3", "--knife=peeler"}),
              HasSubstr("did you mean knife.thickness?"));
  EXPECT_THAT(basket_error({"--knife.thickness=3"}), HasSubstr("knife is none"));
  EXPECT_THAT(basket_error({"--knife=peeler", "--knife.thickness=30"}),
              HasSubstr("knife.thickness: 30"));
  EXPECT_THAT(basket_error({"--knife.blade"}), HasSubstr("knife.blade needs a value"));
  EXPECT_THAT(basket_error({"--knife.thickness="}), HasSubstr("is empty"));
  EXPECT_THAT(basket_error({"--knife.blade="}), HasSubstr("option knife.blade is empty"));
  EXPECT_THAT(basket_error({"--knife", "peler"}), HasSubstr("did you mean peeler?"));
  EXPECT_THAT(basket_error({}, R"({"knife": {"type": "peeler", "blade": 3}})"),
              HasSubstr("basket.json: unknown option \"knife.blade\""));
  EXPECT_THAT(basket_error({}, R"({"knife": {"type": "peeler", "thickness": ""}})"),
              HasSubstr("knife.thickness is empty"));
  EXPECT_THAT(basket_error({}, R"({"other": {"name": "a", "name": "b"}})"), HasSubstr("twice"));
}

TEST(Nodes, RanksCompareWhatTheUsageDoesNotList) {
  const auto line = parse_command_line(basket_usage(), {"--knife.blade=3"});
  EXPECT_THAT(line.lines(basket_usage()), HasSubstr("knife.blade = 3\n"));
}

TEST(Nodes, TheHelpHasTypesAndTheirOptions) {
  std::ostringstream out;
  print_help(out, basket_usage());
  EXPECT_THAT(out.str(), HasSubstr("(of peeler; in [1, 9]; default 2)"));
  EXPECT_THAT(out.str(), HasSubstr("--other.item-count <int>"));
  EXPECT_THAT(out.str(), HasSubstr("Knives:\n  none"));
  EXPECT_THAT(out.str(), HasSubstr("Takes the peel."));
  std::ostringstream one;
  print_component_help(one, "knife", knives()[1]);
  EXPECT_THAT(one.str(), HasSubstr("peeler: Takes the peel."));
  EXPECT_THAT(one.str(), HasSubstr("--knife.thickness <int>"));
}

TEST(Arguments, HelpIsAskedForInBothWays) {
  EXPECT_TRUE(parse_command_line(fruit_usage(), {"-h"}).help);
  EXPECT_TRUE(parse_command_line(fruit_usage(), {"plum", "--help"}).help);
}

TEST(Arguments, AMissingConfigurationFileIsAnIoError) {
  EXPECT_THROW(read_config("no/such/file.json"), IoError);
  EXPECT_THROW(read_config("."), IoError);
}

}  // namespace
}  // namespace suan::cli
