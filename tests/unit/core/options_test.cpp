// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/options.hpp"

#include <gmock/gmock.h>

namespace {

using suan::InvalidArgument;
using suan::OptionTable;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct Inner {
  std::int64_t restart = 30;
  static const OptionTable<Inner>& table() {
    static const auto table = OptionTable<Inner>().number("restart", &Inner::restart, 1, 1000,
                                                          "Vectors before a restart.");
    return table;
  }
};

struct Outer {
  double rtol = 1e-8;
  bool verbose = false;
  std::string method = "fast";
  Inner inner;
  static const OptionTable<Outer>& table() {
    static const auto table = OptionTable<Outer>()
                                  .number("rtol", &Outer::rtol, 0, 1, "The tolerance.")
                                  .value("verbose", &Outer::verbose, "Say more.")
                                  .choice("method", &Outer::method, {"fast", "safe"}, "The method.")
                                  .include(&Outer::inner);
    return table;
  }
};

TEST(OptionTable, DescribesNameDefaultRangeAndSentence) {
  const auto all = Outer::table().descriptions();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].name, "rtol");
  EXPECT_EQ(std::get<double>(all[0].default_value), 1e-8);
  EXPECT_EQ(all[0].range_text(), "in [0, 1]");
  EXPECT_EQ(all[2].range_text(), "one of fast, safe");
  EXPECT_EQ(all[3].name, "restart");
  EXPECT_EQ(std::get<std::int64_t>(all[3].default_value), 30);
  EXPECT_EQ(all[3].sentence, "Vectors before a restart.");
}

TEST(OptionTable, WritesAHelp) {
  Outer options;
  options.rtol = 0.5;
  const auto help = Outer::table().help(options);
  EXPECT_THAT(help, HasSubstr("--rtol <float>  The tolerance. Default: 0.5, in [0, 1].\n"));
  EXPECT_THAT(help, HasSubstr("--verbose <bool>  Say more. Default: false.\n"));
  EXPECT_THAT(help, HasSubstr("--restart"));
  EXPECT_THAT(Outer::table().help({}, "res"), testing::Not(HasSubstr("--restart")));
}

TEST(ReadArguments, TakesBothForms) {
  using Pair = std::pair<std::string, std::string>;
  const auto read = [](std::vector<const char*> words) {
    words.insert(words.begin(), "program");
    return suan::read_arguments(static_cast<int>(words.size()), words.data());
  };
  EXPECT_THAT(read({"--rtol", "1e-3", "--method=safe", "--rtol=-2"}),
              testing::Optional(
                  ElementsAre(Pair("rtol", "1e-3"), Pair("method", "safe"), Pair("rtol", "-2"))));
  EXPECT_THAT(read({}), testing::Optional(testing::IsEmpty()));
  EXPECT_EQ(read({"--rtol", "1", "--help"}), std::nullopt);
  EXPECT_EQ(read({"-h"}), std::nullopt);
  EXPECT_EQ(read({"x", "--rtol", "--help"}), std::nullopt);
  const auto refusal = [&](std::vector<const char*> words, const char* text) {
    EXPECT_THAT([&] { read(words); }, ThrowsMessage<InvalidArgument>(HasSubstr(text))) << text;
  };
  refusal({"rtol"}, "\"rtol\" is not an option");
  refusal({"--rtol"}, "option --rtol needs a value");
  refusal({"--rtol", "--method=safe"}, "option --rtol needs a value");
  refusal({"--rtol="}, "option --rtol is empty");
  refusal({"--rtol", ""}, "option --rtol is empty");
}

TEST(OptionTable, SetsFieldsOfPartsToo) {
  Outer options;
  Outer::table().parse(options, "rtol", "1e-3");
  Outer::table().parse(options, "verbose", "true");
  Outer::table().parse(options, "method", "safe");
  Outer::table().parse(options, "restart", "50");
  EXPECT_EQ(options.rtol, 1e-3);
  EXPECT_TRUE(options.verbose);
  EXPECT_EQ(options.method, "safe");
  EXPECT_EQ(options.inner.restart, 50);
}

TEST(OptionTable, ConvertsNumbersOnlyWhenNothingIsLost) {
  Outer options;
  Outer::table().set(options, "rtol", std::int64_t{1});
  EXPECT_EQ(options.rtol, 1.0);
  Outer::table().set(options, "restart", 7.0);
  EXPECT_EQ(options.inner.restart, 7);
  EXPECT_THROW(Outer::table().set(options, "restart", 7.5), InvalidArgument);
  EXPECT_THROW(Outer::table().set(options, "rtol", std::string("small")), InvalidArgument);
}

TEST(OptionTable, UnknownNameListsTheNearest) {
  Outer options;
  EXPECT_THAT([&] { Outer::table().parse(options, "rtool", "1"); },
              ThrowsMessage<InvalidArgument>(HasSubstr("did you mean rtol?")));
  EXPECT_THAT([&] { Outer::table().parse(options, "quux", "1"); },
              ThrowsMessage<InvalidArgument>(HasSubstr("valid: rtol, verbose, method, restart")));
  EXPECT_THAT([&] { Outer::table().parse(options, "method", "fats"); },
              ThrowsMessage<InvalidArgument>(HasSubstr("did you mean fast?")));
}

TEST(OptionTable, RefusesValuesOutOfRangeWithTheRange) {
  Outer options;
  EXPECT_THAT([&] { Outer::table().parse(options, "rtol", "2"); },
              ThrowsMessage<InvalidArgument>(HasSubstr("must be in [0, 1]")));
  EXPECT_THROW(Outer::table().parse(options, "rtol", "nan"), InvalidArgument);
  EXPECT_THROW(Outer::table().parse(options, "restart", "0"), InvalidArgument);
  EXPECT_THROW(Outer::table().parse(options, "restart", "12x"), InvalidArgument);
  EXPECT_THROW(Outer::table().parse(options, "restart", ""), InvalidArgument);
  EXPECT_THROW(Outer::table().parse(options, "verbose", "maybe"), InvalidArgument);
}

TEST(OptionTable, WhatIsWrittenIsReadBack) {
  Outer options;
  options.rtol = 1.0 / 3;
  options.verbose = true;
  options.method = "safe";
  options.inner.restart = 7;
  const std::string text = Outer::table().write(options);
  EXPECT_EQ(text, "rtol = 0.3333333333333333\nverbose = true\nmethod = safe\nrestart = 7\n");
  const Outer again = Outer::table().read(text);
  EXPECT_EQ(again.rtol, options.rtol);
  EXPECT_TRUE(again.verbose);
  EXPECT_EQ(again.method, "safe");
  EXPECT_EQ(again.inner.restart, 7);
}

TEST(OptionTable, ReadLeavesOutCommentsAndKeepsDefaults) {
  const Outer options = Outer::table().read("# chosen\n\n  method=safe  \r\n");
  EXPECT_EQ(options.method, "safe");
  EXPECT_EQ(options.rtol, 1e-8);
  EXPECT_EQ(Outer::table().read("").inner.restart, 30);
}

TEST(OptionTable, ReadRefusesOtherTextInWords) {
  const auto read = [](const char* text) { return [=] { Outer::table().read(text); }; };
  EXPECT_THAT(read("rtol = 1e-3\nmethod safe\n"),
              ThrowsMessage<InvalidArgument>(AllOf(HasSubstr("line 2"), HasSubstr("method safe"))));
  EXPECT_THAT(read("= 3\n"), ThrowsMessage<InvalidArgument>(HasSubstr("line 1")));
  EXPECT_THAT(read("methot = safe\n"), ThrowsMessage<InvalidArgument>(HasSubstr("method")));
  EXPECT_THAT(read("restart = 0\n"), ThrowsMessage<InvalidArgument>(HasSubstr("[1, 1000]")));
}

TEST(OptionTable, WriteRefusesSeveralLines) {
  Outer options;
  options.method = "fast\nrestart = 9";
  EXPECT_THAT([&] { Outer::table().write(options); },
              ThrowsMessage<InvalidArgument>(HasSubstr("option method")));
}

TEST(OptionTable, CheckFindsFieldsThatWereSetDirectly) {
  Outer options;
  EXPECT_NO_THROW(Outer::table().check(options));
  options.inner.restart = -1;
  EXPECT_THROW(Outer::table().check(options), InvalidArgument);
}

TEST(OptionTable, DashesAndUnderscoresAreTheSame) {
  EXPECT_EQ(suan::OptionDescription{.name = "max_iterations"}.flag(), "max-iterations");
  EXPECT_THAT(suan::nearest_names("blocksize", {"block_size", "restart"}),
              ElementsAre("block_size"));
}

}  // namespace
