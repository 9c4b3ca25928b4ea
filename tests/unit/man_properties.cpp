// aiproject.properties(5) beside the table of keys: the same keys, each with what it allows and its default.
#include "config/config_file.h"
#include "config/config_keys.h"
#include "config/price_keys.h"
#include "support/man_page.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <map>
#include <set>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct PropertiesPage : CppUnit::TestCase {
    PropertiesPage() { config.pools["NAME"]; }

    const ManPage page{"fcgi/man/aiproject.properties.5"};
    Config config;

    static void assertSays(const std::string& name, const std::string& text, const std::string& part) {
        CPPUNIT_ASSERT_MESSAGE(name + ": the page lacks '" + part + "' in: " + text,
                               text.find(part) != std::string::npos);
    }
    std::map<std::string, std::string> textsOf(const std::string& section) const {
        std::map<std::string, std::string> texts;
        for (const ManItem& item : page.itemsOf(section)) {
            CPPUNIT_ASSERT_MESSAGE(item.head + " stands there twice", texts.count(item.head) == 0);
            texts[item.head] = item.text;
        }
        return texts;
    }
};

}  // namespace

SPEC(PropertiesPage, has_every_key_with_what_it_allows_and_its_default) {
    const auto texts = textsOf("KEYS");
    for (const Key& key : keysOf(config)) {
        const auto found = texts.find(key.name);
        CPPUNIT_ASSERT_MESSAGE("the page lacks " + key.name, found != texts.end());
        const std::string value = key.get().empty() ? "empty" : key.get();
        assertSays(key.name, found->second, "Allowed: " + key.allowed + ". Default: " + value + ".");
    }
}

SPEC(PropertiesPage, has_no_other_key) {
    std::set<std::string> known;
    for (const Key& key : keysOf(config)) known.insert(key.name);
    for (const auto& entry : textsOf("KEYS"))
        CPPUNIT_ASSERT_MESSAGE("there is no key " + entry.first, known.count(entry.first) > 0);
}

SPEC(PropertiesPage, says_how_the_pools_that_always_exist_differ) {
    const TempDir dir;
    ConfigSource source;
    source.file = dir.write("aiproject.properties", "");
    Config loaded = loadConfig(source);
    const std::string text = page.textOf("KEYS");
    std::map<std::string, std::string> usual;
    for (const Key& key : keysOf(config))
        if (key.name.compare(0, 10, "pool.NAME.") == 0) usual[key.name.substr(10)] = key.get();
    for (const Key& key : keysOf(loaded)) {
        if (key.name.compare(0, 5, "pool.") != 0) continue;
        const auto dot = key.name.find('.', 5);
        const std::string pool = key.name.substr(5, dot - 5), word = key.name.substr(dot + 1);
        if (word == "socket" || key.get() == usual[word]) continue;
        const auto from = text.find(" " + pool + ": ");
        CPPUNIT_ASSERT_MESSAGE("the page says nothing of the pool " + pool, from != std::string::npos);
        const std::string part = text.substr(from, text.find_first_of(";.", from + pool.size() + 3) - from);
        const bool isOfRoutes = pool == "media" && word == "models";
        assertSays(key.name, text.substr(from, 120),
                   word + " " +
                       (isOfRoutes          ? "those of"
                        : key.get().empty() ? "empty"
                                            : key.get()));
    }
}

SPEC(PropertiesPage, has_the_settings_that_every_model_has) {
    const auto texts = textsOf("MODELS");
    std::string heads, all;
    for (const auto& [head, text] : texts) {
        heads += " " + head + " ";
        all += text;
    }
    for (const PriceKey& price : kPriceKeys)
        assertSays(price.name, heads, "model.NAME.price." + std::string(price.name));
    for (const std::string name : {"plugin", "calls", "origin", "accounts", "account.ACCOUNT.weight"})
        assertSays(name, heads, " model.NAME." + name + " ");
    assertSays("model.NAME.calls", texts.at("model.NAME.calls"), "from 0 to " + std::to_string(kMostCalls) + ".");
    assertSays("model.NAME.origin", texts.at("model.NAME.origin"),
               "at most " + std::to_string(kLongestOrigin) + " bytes.");
    assertSays("model.NAME.price.*", all, "from 0 to " + std::to_string(kHighestPrice) + ".");
}
