// The order of the layers, as fcgi/CMakeLists.txt states it, against what the sources include.
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Names = std::set<std::string>;
using Layers = std::map<std::string, Names>;

const std::filesystem::path kRoot = sourceFolder();

bool isKeyword(const std::string& word) { return word == "SOURCES" || word == "USES" || word == "LINKS"; }

// What the USES of each aiproject_layer(...) says.
Layers usesOf(const std::string& cmake) {
    const std::string begin = "\naiproject_layer(";
    Layers layers;
    for (auto at = cmake.find(begin); at != std::string::npos; at = cmake.find(begin, at + 1)) {
        const auto arguments = at + begin.size();
        std::istringstream words(cmake.substr(arguments, cmake.find(')', arguments) - arguments));
        std::string name, keyword;
        words >> name;
        Names& uses = layers[name];
        for (std::string word; words >> word;) {
            if (isKeyword(word))
                keyword = word;
            else if (keyword == "USES")
                uses.insert(word);
        }
    }
    return layers;
}

// A layer may also include what those below it use.
Names reachOf(const std::string& name, const Layers& layers) {
    Names reach{name};
    for (const std::string& below : layers.at(name)) reach.merge(reachOf(below, layers));
    return reach;
}

std::vector<std::filesystem::path> sourcesBelow(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") files.push_back(entry.path());
    return files;
}

// What stands between the signs, which are quotes or angle brackets.
Names includesOf(const std::filesystem::path& file, char open) {
    const std::string begin = std::string("#include ") + open;
    const char close = open == '<' ? '>' : open;
    std::istringstream lines(readFile(file));
    Names names;
    for (std::string line; std::getline(lines, line);)
        if (line.compare(0, begin.size(), begin) == 0)
            names.insert(line.substr(begin.size(), line.find(close, begin.size()) - begin.size()));
    return names;
}

std::string folderOf(const std::string& include) { return include.substr(0, include.find('/')); }

struct LayerOrder : CppUnit::TestCase {
    const Layers layers = usesOf(readFile(kRoot / "fcgi/CMakeLists.txt"));

    static void assertAllowed(bool allowed, const std::filesystem::path& file, const std::string& include) {
        CPPUNIT_ASSERT_MESSAGE(file.lexically_relative(kRoot).string() + " includes " + include, allowed);
    }
};

SPEC(LayerOrder, is_read_from_the_build) {
    CPPUNIT_ASSERT(layers.at("base").empty());
    CPPUNIT_ASSERT((layers.at("observe") == Names{"config"}));
    CPPUNIT_ASSERT((reachOf("observe", layers) == Names{"base", "config", "observe"}));
    CPPUNIT_ASSERT((layers.at("call") == Names{"api", "host", "billing", "http"}));
}

SPEC(LayerOrder, names_every_folder) {
    for (const auto& entry : std::filesystem::directory_iterator(kRoot / "fcgi"))
        if (entry.is_directory() && !sourcesBelow(entry.path()).empty())
            CPPUNIT_ASSERT_MESSAGE(entry.path().string(), layers.count(entry.path().filename()) == 1);
}

SPEC(LayerOrder, holds_for_every_source) {
    std::size_t seen = 0;
    for (const auto& [name, unused] : layers) {
        const Names reach = reachOf(name, layers);
        for (const auto& file : sourcesBelow(kRoot / "fcgi" / name))
            for (const std::string& include : includesOf(file, '"')) {
                ++seen;
                const bool mayUseSdk = reach.count("host") == 1 || reach.count("api") == 1;
                const bool isSdk = folderOf(include) == "aiproject" && mayUseSdk;
                assertAllowed(isSdk || reach.count(folderOf(include)) == 1, file, include);
            }
    }
    CPPUNIT_ASSERT(seen > 100);
}

SPEC(LayerOrder, keeps_libfcgi_in_front) {
    for (const auto& file : sourcesBelow(kRoot / "fcgi"))
        for (const std::string& include : includesOf(file, '<'))
            assertAllowed(!says(include, "fcgi") || says(file.string(), "/fcgi/front/"), file, include);
}

SPEC(LayerOrder, lets_a_call_name_no_dialect) {
    const Names neutral{"api/dialect.h", "api/frame_look.h", "api/half_characters.h", "api/tool_call_order.h",
                        "api/whole_answer.h"};
    for (const char* folder : {"fcgi/call", "fcgi/host"})
        for (const auto& file : sourcesBelow(kRoot / folder))
            for (const std::string& include : includesOf(file, '"'))
                assertAllowed(folderOf(include) != "api" || neutral.count(include) == 1, file, include);
}

SPEC(LayerOrder, lets_no_plugin_see_the_worker) {
    for (const auto& file : sourcesBelow(kRoot / "plugins"))
        for (const std::string& include : includesOf(file, '"'))
            assertAllowed(layers.count(folderOf(include)) == 0 && !says(include, "fcgi/") && !says(include, ".."), file,
                          include);
}

SPEC(LayerOrder, keeps_what_vendors_share_free_of_any_vendor) {
    for (const auto& file : sourcesBelow(kRoot / "plugins/upstream"))
        for (const std::string& include : includesOf(file, '"'))
            assertAllowed(folderOf(include) == "aiproject" || folderOf(include) == "upstream", file, include);
}

// Beside the standard library: POSIX where a plugin's test or its HTTP needs it, OpenSSL where that has TLS.
SPEC(LayerOrder, lets_the_sdk_see_little_beside_the_standard_library) {
    const std::filesystem::path sdk = kRoot / "plugins/sdk/aiproject";
    const std::set<std::filesystem::path> withTls{sdk / "detail/http_connection.h", sdk / "detail/http_service.h"};
    const std::set<std::filesystem::path> withPosix{sdk / "testing.h", sdk / "http.h", sdk / "detail/testing_guard.h",
                                                    sdk / "detail/http_talk.h", sdk / "detail/descriptors.h"};
    const Names posixFolders{"arpa", "netinet", "sys"};
    for (const auto& file : sourcesBelow(sdk)) {
        for (const std::string& include : includesOf(file, '"'))
            assertAllowed(folderOf(include) == "aiproject", file, include);
        for (const std::string& include : includesOf(file, '<')) {
            const bool isStandard = include.find_first_of("./") == std::string::npos;
            const bool isPosix = include.find('/') == std::string::npos || posixFolders.count(folderOf(include)) > 0;
            const bool isOpenSsl = folderOf(include) == "openssl" && withTls.count(file) > 0;
            assertAllowed(isStandard || (isPosix && withPosix.count(file) + withTls.count(file) > 0) || isOpenSsl, file,
                          include);
        }
    }
}

SPEC(LayerOrder, keeps_the_models_of_a_family_apart) {
    const Names models{"spark_chat", "spark_iat", "spark_image"};
    for (const std::string& model : models)
        for (const auto& file : sourcesBelow(kRoot / "plugins/iflytek" / model))
            for (const std::string& include : includesOf(file, '"'))
                for (const std::string& other : models)
                    assertAllowed(other == model || !says(include, "iflytek/" + other + "/"), file, include);
}

SPEC(LayerOrder, keeps_the_upstream_simulator_independent) {
    for (const auto& file : sourcesBelow(kRoot / "tests/upstream"))
        for (const std::string& include : includesOf(file, '"'))
            assertAllowed(folderOf(include) == "upstream", file, include);
}

}  // namespace
