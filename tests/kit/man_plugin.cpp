// aiproject-plugin(7) beside the contract: it names all that imodel.h has, and nothing else; and its examples, and
// those of imodel.h's head, compile and answer.
#include "aiproject/testing.h"
#include "host/plugin_library.h"
#include "kit/raw_http_server.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

using Words = std::set<std::string>;

std::string joined(const Words& words) {
    std::string text;
    for (const auto& word : words) text += "\n  " + word;
    return text;
}

// Identifiers in code without comments and strings.
Words identifiersIn(const std::string& code) {
    const std::string plain =
        std::regex_replace(std::regex_replace(code, std::regex("//[^\n]*"), ""), std::regex("\"[^\"\n]*\""), "");
    Words found;
    const std::regex word("[A-Za-z_][A-Za-z_0-9]*");
    for (std::sregex_iterator at(plain.begin(), plain.end(), word), end; at != end; ++at) found.insert(at->str());
    return found;
}

struct PluginPage : CppUnit::TestCase {
    const std::string page = readFile(sourceFolder() + "/fcgi/man/aiproject-plugin.7");
    const std::string headers = sourceFolder() + "/plugins/sdk/aiproject/";
    TempDir dir;

    // The literal block whose first line is "// NAME.cpp: ...".
    std::string example(const std::string& name) const {
        const std::size_t begin = page.find(".Bd -literal\n// " + name + ".cpp:");
        CPPUNIT_ASSERT_MESSAGE("the page has no example " + name, begin != std::string::npos);
        const std::size_t code = page.find('\n', begin) + 1;
        return std::regex_replace(page.substr(code, page.find("\n.Ed", code) + 1 - code), std::regex("\\\\e"), "\\");
    }
    PluginLibrary built(const std::string& name) const {
        const std::string source = dir.write(name + ".cpp", example(name)), file = dir.file(name + ".so");
        const Finished done =
            runToEnd({"g++",
                      {"-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fPIC", "-shared",
                       "-fvisibility=hidden", "-I", sourceFolder() + "/plugins/sdk", source, "-o", file}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output, 0, done.code);
        return PluginLibrary(file);
    }
};

}  // namespace

SPEC(PluginPage, names_all_that_the_contract_has) {
    const Words notOfTheContract = {
        // the language and its library
        "__attribute__", "__cplusplus", "bool", "char", "class", "const", "constexpr", "cstddef", "cstdint", "cstring",
        "default", "defined", "double", "endif", "enum", "error", "explicit", "extern", "float", "if", "include",
        "inline", "int", "int32_t", "int64_t", "memcpy", "namespace", "noexcept", "nullptr", "once", "operator",
        "pragma", "protected", "public", "return", "size_t", "sizeof", "static_cast", "std", "string", "string_view",
        "struct", "template", "this", "uint32_t", "uint64_t", "virtual", "visibility", "void",
        // names of arguments and of what only the header itself uses
        "L", "T", "contract2", "element", "first", "message", "number", "part", "orAfterMs", "peer", "piece", "reason",
        "reply", "request", "sentence", "stage", "stream", "values", "what", "words"};
    const Words onPage = identifiersIn(page);
    Words missing;
    for (const std::string& name : identifiersIn(readFile(headers + "imodel.h")))
        if (onPage.count(name) == 0 && notOfTheContract.count(name) == 0) missing.insert(name);
    CPPUNIT_ASSERT_EQUAL_MESSAGE("the page lacks" + joined(missing), std::size_t(0), missing.size());
}

SPEC(PluginPage, names_nothing_that_there_is_not) {
    Words known = {"includedir", "templatedir"};  // of the pkg-config file
    for (const auto& entry : std::filesystem::directory_iterator(headers))
        if (entry.is_regular_file()) known.merge(identifiersIn(readFile(entry.path())));
    for (const auto& entry : std::filesystem::directory_iterator(headers + "detail"))
        known.merge(identifiersIn(readFile(entry.path())));
    Words unknown;
    std::istringstream lines(page);
    for (std::string line, macro; std::getline(lines, line);) {
        std::istringstream words(line);
        bool isName = false;
        for (std::string word; words >> word;) {
            const std::string bare = word.front() == '.' ? word.substr(1) : word;
            if (bare == "Vt" || bare == "Fn" || bare == "Va" || bare == "Dv") {
                isName = true;
            } else if (bare == "Pq" || bare == "Qq" || bare == "Pa" || bare == "In" || bare == "Xr" || word == ":") {
                isName = isName && bare == "Pq";
            } else if (isName) {
                for (const std::string& name : identifiersIn(word))
                    if (known.count(name) == 0 && name != "const") unknown.insert(name);
            }
        }
    }
    CPPUNIT_ASSERT_EQUAL_MESSAGE("no header has" + joined(unknown), std::size_t(0), unknown.size());
    std::smatch file;
    for (std::string rest = page; std::regex_search(rest, file, std::regex("In aiproject/([a-z_/]+\\.h)"));
         rest = file.suffix())
        CPPUNIT_ASSERT_MESSAGE(file[1], std::filesystem::exists(headers + file[1].str()));
    CPPUNIT_ASSERT(page.find("The contract is " + std::to_string(kContractMajor) + "." +
                             std::to_string(kContractMinor)) != std::string::npos);
}

SPEC(PluginPage, says_with_the_contract_that_a_quarantine_is_of_all_models_of_a_plugin) {
    const std::string words = "f a plugin that often does so or crashes, no model at all is asked until a reload.";
    CPPUNIT_ASSERT(page.find("\nO" + words + "\n") != std::string::npos);
    CPPUNIT_ASSERT(readFile(headers + "imodel.h").find(" o" + words + "\n") != std::string::npos);
}

SPEC(PluginPage, has_a_plugin_that_computes) {
    const PluginLibrary shout = built("shout");
    const testing::Model model(shout.descriptor(), {{"end", "?"}});
    testing::Reply reply;
    CPPUNIT_ASSERT(model.ask(testing::Question::text("so it is"), reply) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("SO IT IS?"s, reply.content());
}

// One blocks, the other is followed.
SPEC(PluginPage, has_plugins_that_ask) {
    for (const char* name : {"lines", "follower"}) {
        const PluginLibrary plugin = built(name);
        const auto ask = [&](const ServerScript& script, testing::Reply& reply) {
            ServerScript lines = script;
            lines.readsQuestion = false;
            const RawHttpServer server(lines);
            const testing::Model model(plugin.descriptor(), {{"port", server.authority().substr(10)}});
            testing::Question question = testing::Question::text("what?");
            question.request.timeouts.idleFrameMs = script.hangsUp ? 60'000 : 20;
            return model.ask(question, reply);
        };
        testing::Reply whole, late, left, gone;
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::ok), int(ask({{"one\ntw", "o\nthree\n"}}, whole)));
        CPPUNIT_ASSERT_EQUAL("one\ntwo\nthree\n"s, whole.content());
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::timedOut), int(ask({{"one\n"}, false}, late)));
        left.refuseFrom(1);
        CPPUNIT_ASSERT_EQUAL(int(ModelStatus::stopped), int(ask({{"one\n"}, false}, left)));
        const testing::Model alone(plugin.descriptor(), {{"port", "1"}});
        CPPUNIT_ASSERT(alone.ask(testing::Question::text("?"), gone) == ModelStatus::unavailable);
        CPPUNIT_ASSERT_MESSAGE(name, !gone.explanation().empty());
    }
}

// Each generate() in the comment at the top of imodel.h, with the rest of a plugin around it.
SPEC(PluginPage, and_the_head_of_the_contract_have_code_that_compiles) {
    std::istringstream lines(readFile(headers + "imodel.h"));
    const std::string begin = "//                  ", signature = "ModelStatus generate(";
    std::string source =
        "#include \"aiproject/imodel.h\"\n#include <string>\n#include <sys/socket.h>\n#include <unistd.h>\n"
        "using namespace aiproject;\nint connected(const ModelRequest&, IReply&);\nbool readLine(int, std::string&);\n"
        "struct Answer final : IStream {\n    explicit Answer(int);\n    int descriptor() const noexcept override;\n"
        "    Step advance(IReply&) noexcept override;\n    ModelStatus status() const noexcept override;\n"
        "    void destroy() noexcept override;\n};\n";
    int examples = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.compare(0, begin.size(), begin) != 0) continue;
        const std::string code = line.substr(begin.size());
        if (code.compare(0, signature.size(), signature) == 0)
            source += "struct Model" + std::to_string(++examples) + " : IModel {\n";
        source += code + "\n";
        if (code == "}") source += "};\n";
    }
    CPPUNIT_ASSERT_EQUAL(3, examples);
    const Finished done = runToEnd({"g++",
                                    {"-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I",
                                     sourceFolder() + "/plugins/sdk", dir.write("head.cpp", source)}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(done.output + source, 0, done.code);
}
