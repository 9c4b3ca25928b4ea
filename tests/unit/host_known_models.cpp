// Which names may stand for a model, and what is said of others.
#include "host/known_models.h"

#include "support/spec.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct KnownModels : CppUnit::TestCase {
    Config config;
    const std::set<std::string> plugins{"echo", "spark_chat", "no name"};

    KnownModels() {
        config.models["deepseek"].plugin = "openai";  // whether or not there is such a plugin
        config.routes.aliases = {"gpt-4o=deepseek", "deepseek/deepseek-chat=deepseek", "=x"};
    }
    std::string reasonAgainst(const std::string& name) const {
        return expectError(ErrorKind::badRequest, [&] { requireKnown({"echo", name}, config, plugins); }).forClient();
    }
};

SPEC(KnownModels, are_those_of_plugins_of_the_configuration_and_aliases) {
    CPPUNIT_ASSERT((knownModels(config, plugins) ==
                    std::set<std::string>{"deepseek", "deepseek/deepseek-chat", "echo", "gpt-4o", "spark_chat"}));
    requireKnown({"echo", "deepseek", "deepseek/deepseek-chat"}, config, plugins);
    requireKnown({}, config, plugins);
}

SPEC(KnownModels, are_listed_where_another_name_is_refused) {
    const std::string sentence = reasonAgainst("nonsense");
    assertSays(sentence,
               "there is no model or alias 'nonsense'; there are: deepseek, deepseek/deepseek-chat, gpt-4o;"
               " of plugins, set up or not: echo, spark_chat");
    CPPUNIT_ASSERT(sentence.find("did you mean") == std::string::npos);
    assertSays(reasonAgainst(""), "''");
    Config none;
    none.routes.aliases.clear();
    assertSays(expectError(ErrorKind::badRequest, [&] { requireKnown({"a"}, none, {}); }).forClient(),
               "no model is set up");
}

SPEC(KnownModels, are_proposed_where_one_is_near) {
    for (const auto& [typed, meant] :
         {std::pair{"spark_caht", "spark_chat"}, std::pair{"spark-chat", "spark_chat"}, std::pair{"Echo", "echo"},
          std::pair{"GPT-4", "gpt-4o"}, std::pair{"deepseak", "deepseek"}, std::pair{"echoo", "echo"}})
        assertSays(reasonAgainst(typed), "did you mean "s + meant + "?");
}

SPEC(KnownModels, are_told_in_a_short_sentence_however_long_the_name_is) {
    CPPUNIT_ASSERT(reasonAgainst(std::string(100'000, 'x')).size() < 400);
    assertSays(reasonAgainst("a\nb\xff"), "there is no model");
}

}  // namespace
