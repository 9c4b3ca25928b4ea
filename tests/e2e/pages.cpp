// Every command of the pages is run as it stands there, and says what stands below it. A command that nothing here runs
// has a row below, with the test that does; a new one without either fails.
#include "support/pages.h"

#include "e2e/site.h"
#include "support/man_page.h"
#include "support/scripted_server.h"
#include "support/spec.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

using namespace aiproject::test;
using namespace std::string_literals;

namespace {

namespace fs = std::filesystem;

struct Elsewhere {
    const char* beginning;  // of the command
    const char* test;       // which file of the tree runs it, or says why nothing can
};

constexpr Elsewhere kElsewhere[] = {
    {"nginx/quickstart.sh", ".ci/quickstart"},
    {"nginx/package.sh", "tests/package/run.sh"},
    {"apt install ./build/package/", "tests/package/inside.sh"},
    {"autopkgtest ", "nginx/debian/tests/control"},
    {"tests/run.sh", ".ci/run"},
    {"cmake --preset release && cmake --build", "tests/run.sh"},
    {"cmake --install build/release", "tests/e2e/system_layout.cpp"},
    {"systemd-sysusers && ", "tests/e2e/system_layout.cpp"},
    {"rm -f /etc/nginx/sites-enabled/default", "tests/e2e/system_layout.cpp"},
    {"ln -s ../sites-available/aiproject", "tests/e2e/system_layout.cpp"},
    {"SPARK_APP_ID=… ", "nginx/quickstart/upstream.sh"},  // needs keys of iFlytek
    {"sudo -u postgres createuser", "tests/support/database_server.cpp"},
    {"mysql -e ", "tests/support/database_server.cpp"},
    {"mysqldump ", "tests/databases/README.md"},  // on the original's host
};

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

bool isElsewhere(const std::string& line) {
    return std::any_of(std::begin(kElsewhere), std::end(kElsewhere),
                       [&](const Elsewhere& one) { return begins(line, one.beginning); });
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// Without those that are run elsewhere; empty: nothing is left.
std::string commandsHere(const CodeBlock& block) {
    std::istringstream lines(block.text);
    std::string commands;
    for (std::string line; std::getline(lines, line);)
        if (!isElsewhere(line) && !line.empty() && line[0] != '#') commands += line + "\n";
    return commands;
}

// "…" stands for anything.
bool fits(const std::string& output, std::string pattern) {
    while (!pattern.empty() && pattern.back() == '\n') pattern.pop_back();
    const std::string anything = "…";
    std::size_t at = 0;
    bool isFirst = true;
    for (;;) {
        const auto end = pattern.find(anything);
        const std::string part = pattern.substr(0, end);
        const auto found =
            isFirst && !part.empty() ? (begins(output, part) ? 0 : std::string::npos) : output.find(part, at);
        if (found == std::string::npos) return false;
        at = found + part.size();
        isFirst = false;
        if (end == std::string::npos) break;
        pattern.erase(0, end + anything.size());
    }
    return pattern.empty() || output.find_first_not_of('\n', at) == std::string::npos;
}

struct Step {
    CodeBlock block;
    std::string commands, answer;
};

std::vector<Step> stepsOf(const std::string& page) {
    std::vector<Step> steps;
    const auto blocks = codeBlocksOf(page);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (blocks[i].language != "sh") continue;
        const bool hasAnswer = i + 1 < blocks.size() && blocks[i + 1].language == "json";
        const std::string commands = commandsHere(blocks[i]);
        if (!commands.empty()) steps.push_back({blocks[i], commands, hasAnswer ? blocks[i + 1].text : ""});
    }
    return steps;
}

// What `aiproject discover` is to find.
std::string modelsOfAServer() {
    const std::string body = R"({"object":"list","data":[{"id":"qwen3","object":"model","owned_by":"library"}]})";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

// The tree of sources as a reader has it after the quick start, with a site in place of the one on port 8080.
class Reader {
public:
    Reader(std::vector<Step> steps, const std::string& preparation) : steps_(std::move(steps)) {
        for (const char* folder : {"nginx", "plugins", "tests"})
            fs::create_directory_symlink(sourceFolder() + "/" + folder, tree_.file(folder));
        Settings settings{{"route.picture", "ocr_tesseract"}, {"model.ocr_tesseract.nice", "0"}};
        if (needsQuickStart()) {
            const Finished installed =
                runToEnd({AIPROJECT_CMAKE, {"--install", buildFolder(), "--prefix", tree_.file(".quickstart")}});
            if (installed.code != 0) throw std::runtime_error(installed.output);
            settings["plugins.dir"] = tree_.path() / ".quickstart" / AIPROJECT_PLUGINS;
        }
        site_ = std::make_unique<Site>(SiteOptions{settings});
        fs::create_directories(tree_.path() / ".quickstart/etc");
        fs::copy_file(site_->configFile(), tree_.path() / ".quickstart/etc/aiproject.properties");
        // In PATH: the site's, and a password for who asks for one.
        fs::create_directories(tree_.path() / "bin");
        tree_.write("bin/aiproject", "#!/bin/bash\n[[ $(readlink /proc/self/fd/0) != /dev/null ]] || exec <\"" +
                                         tree_.write("password", "a good password\n") + "\"\nexec " + programPath() +
                                         " -c " + site_->configFile() + " \"$@\"\n");
        fs::permissions(tree_.path() / "bin/aiproject", fs::perms::owner_all);
        script_ =
            "set -eEuo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\ncd " + tree_.path().string() +
            "\nPATH=$PWD/bin:$PATH KEY=" + site_->newUser("reader") +
            "\nexport AIPROJECT_DISCOVER_MS=10000 AIPROJECT_DISCOVER_PORTS=" + std::to_string(modelServer_.port()) +
            "\n" + preparation + "\n";
    }

    // In one shell, one after the other; each block's output has a file.
    void follow() {
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            std::string commands = steps_[i].commands;
            replaceAll(commands, "http://127.0.0.1:8080", site_->nginx().url(""));
            replaceAll(commands, "https://HOST", site_->nginx().url(""));
            script_ += "exec >output" + std::to_string(i) + " 2>&1\n" + commands;
        }
        const Finished finished = runToEnd({"bash", {tree_.write("script", script_)}});
        for (std::size_t i = 0; i < steps_.size(); ++i) {
            const CodeBlock& block = steps_[i].block;
            const std::string place = block.page + ":" + std::to_string(block.line) + ":\n" + steps_[i].commands;
            const fs::path file = tree_.file("output" + std::to_string(i));
            CPPUNIT_ASSERT_MESSAGE(place + "was not reached; before it:\n" + last_, fs::exists(file));
            last_ = place + readFile(file) + finished.output;
            CPPUNIT_ASSERT_MESSAGE(last_ + "\nis not what the page says:\n" + steps_[i].answer,
                                   steps_[i].answer.empty() || fits(readFile(file), steps_[i].answer));
        }
        CPPUNIT_ASSERT_EQUAL_MESSAGE(last_, 0, finished.code);
    }

private:
    bool needsQuickStart() const {
        return std::any_of(steps_.begin(), steps_.end(),
                           [](const Step& step) { return step.commands.find(".quickstart/") != std::string::npos; });
    }

    std::vector<Step> steps_;
    TempDir tree_;
    const ScriptedServer modelServer_{modelsOfAServer(), Afterwards::closes};
    std::unique_ptr<Site> site_;
    std::string script_, last_;
};

// What a reader of that page has already.
const std::map<std::string, std::string> kPreparations{
    {"fcgi/auth/README.md", "echo 'a good password' >password.txt"},
    {"fcgi/moving/README.md",
     "cat >original.sql <<'END'\n"
     "CREATE TABLE `user` (`Id` int, `UserName` varchar(50), `PassWord` varchar(255), `Email` varchar(50));\n"
     "INSERT INTO `user` VALUES (1,'ann','900150983cd24fb0d6963f7d28e17f72','ann@example.org');\nEND"},
};

struct PageCommands : CppUnit::TestCase {
    static void follow(const std::string& page) {
        const auto found = kPreparations.find(page);
        Reader(stepsOf(page), found == kPreparations.end() ? "" : found->second).follow();
    }
};

// What `aiproject check` says against these lines: errors, and settings that no plugin has.
std::string faultsOf(const Installation& installation, const std::string& lines) {
    const std::string database = installation.dir().file("accounts.db");
    const std::string file =
        installation.dir().write("example.properties", readFile(installation.configFile()) + lines);
    Command check{programPath(), {"check", "--json", "-c", file, "-Ddatabase.url=sqlite:" + database}};
    for (const char* name : {"SPARK_API_KEY", "SPARK_API_SECRET", "DEEPSEEK_API_KEY", "DB_PASSWORD"})
        check.environment[name] = "secret";
    const auto report = objectOf(runToEnd(check).output);
    std::string faults;
    for (const auto& error : *report->getArray("errors")) faults += error.convert<std::string>() + "\n";
    for (const auto& warning : *report->getArray("warnings"))
        if (warning.convert<std::string>().find("setting of this plugin") != std::string::npos)
            faults += warning.convert<std::string>() + "\n";
    return faults;
}

// Those that a spec below follows.
const std::set<std::string> kFollowed{
    "README.md",           "fcgi/auth/README.md",  "fcgi/config/README.md", "fcgi/moving/README.md",
    "fcgi/routes/HTTP.md", "fcgi/store/README.md", "plugins/README.md"};

}  // namespace

SPEC(PageCommands, of_the_five_minutes_answer_what_the_readme_says) { follow("README.md"); }
SPEC(PageCommands, of_accounts_do_it) { follow("fcgi/auth/README.md"); }
SPEC(PageCommands, of_the_configuration_do_it) { follow("fcgi/config/README.md"); }
SPEC(PageCommands, of_moving_in_do_it) { follow("fcgi/moving/README.md"); }
SPEC(PageCommands, of_the_interface_are_answered) { follow("fcgi/routes/HTTP.md"); }
SPEC(PageCommands, of_the_database_do_it) { follow("fcgi/store/README.md"); }
SPEC(PageCommands, of_plugins_do_it) { follow("plugins/README.md"); }

SPEC(PageCommands, of_the_manual_page_do_it) {
    std::vector<Step> steps;
    for (const std::string& example : ManPage("fcgi/man/aiproject.1").examples())
        steps.push_back({{"fcgi/man/aiproject.1", 0, "sh", example}, example, ""});
    CPPUNIT_ASSERT(!steps.empty());
    Reader(std::move(steps), "").follow();
}

SPEC(PageCommands, are_all_run_somewhere) {
    std::set<std::string> english;
    for (const auto& step : stepsOf("README.md")) english.insert(step.commands);
    for (const std::string& page : pagesOfTheTree()) {
        for (const CodeBlock& block : codeBlocksOf(page))
            CPPUNIT_ASSERT_MESSAGE(page + ":" + std::to_string(block.line) + " does not say its language",
                                   !block.language.empty());
        if (kFollowed.count(page) > 0) continue;
        for (const auto& step : stepsOf(page))
            CPPUNIT_ASSERT_MESSAGE(page + ":" + std::to_string(step.block.line) + ": no test runs\n" + step.commands,
                                   page == "README.zh-CN.md" && english.count(step.commands) > 0);
    }
    for (const Elsewhere& one : kElsewhere)
        CPPUNIT_ASSERT_MESSAGE(one.test, fs::exists(sourceFolder() + "/" + one.test));
}

// Settings that a page shows are ones that the program and its plugins take; the database of an example is not there.
SPEC(PageCommands, show_settings_that_exist) {
    const Installation installation;
    CPPUNIT_ASSERT_MESSAGE("an unknown setting is not found",
                           !faultsOf(installation, "model.spark_chat.no_such = 1\n").empty());
    for (const std::string& example : ManPage("fcgi/man/aiproject.properties.5").examples())
        CPPUNIT_ASSERT_EQUAL_MESSAGE(example, ""s, faultsOf(installation, example));
    int seen = 0;
    for (const std::string& page : pagesOfTheTree()) {
        for (const CodeBlock& block : codeBlocksOf(page)) {
            if (block.language != "properties") continue;
            CPPUNIT_ASSERT_EQUAL_MESSAGE(page + ":" + std::to_string(block.line), ""s,
                                         faultsOf(installation, block.text));
            ++seen;
        }
    }
    CPPUNIT_ASSERT(seen > 3);
}
