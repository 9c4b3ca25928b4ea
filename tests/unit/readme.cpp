// The root README names every configuration key, path and code.
#include "config/config_keys.h"
#include "http/envelope.h"
#include "routes/openai_members.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Readme : CppUnit::TestCase {
    const std::string text = readFile(sourceFolder() + "/README.md");

    void assertNames(const std::string& word) {
        CPPUNIT_ASSERT_MESSAGE("README.md lacks " + word, text.find("`" + word + "`") != std::string::npos);
    }
};

}  // namespace

SPEC(Readme, names_every_key) {
    Config config;
    config.pools["NAME"];
    for (const Key& key : keysOf(config)) assertNames(key.name);
}

SPEC(Readme, tells_every_default_as_it_is) {
    Config config;
    for (const Key& key : keysOf(config)) {
        const std::string shown = key.get().empty() ? "" : "`" + key.get() + "`";
        const std::string row = "| `" + key.name + "` | " + shown + " |";
        CPPUNIT_ASSERT_MESSAGE("README.md lacks " + row, text.find(row) != std::string::npos);
    }
}

SPEC(Readme, names_every_member_of_a_chat) {
    for (const OpenAiMember& member : openAiMembers()) assertNames(std::string(member.name));
}

SPEC(Readme, names_every_code) {
    for (int kind = 0; kind < int(ErrorKind::clientLeft); ++kind) assertNames(faceOf(ErrorKind(kind)).code);
}
