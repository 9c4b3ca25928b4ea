// The console's files as nginx serves them, and what must hold of them without a browser.
#include "console/console.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

using namespace aiproject::test;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

struct ConsolePages : CppUnit::TestCase {
    TempDir pools;  // where no worker listens
    NginxSite site{[this] {
        NginxOptions options;
        options.socketFolder = pools.path();
        return options;
    }()};

    HttpAnswer get(const std::string& path, const Headers& headers = {}) const {
        return requestAt(site.port(), "GET", path, "", headers);
    }
};

std::vector<fs::path> filesOf(const std::string& extension) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(consoleFolder()))
        if (entry.path().extension() == extension) files.push_back(entry.path());
    return files;
}

std::string allScripts() {
    std::string text;
    for (const fs::path& file : filesOf(".js")) text += readFile(file) + "\n";
    return text;
}

std::set<std::string> found(const std::string& text, const std::string& pattern) {
    std::set<std::string> all;
    const std::regex expression(pattern);
    for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator(); ++at)
        for (std::size_t group = 1; group < at->size(); ++group)
            if ((*at)[group].matched) all.insert((*at)[group]);
    return all;
}

std::set<std::string> keysOf(const std::string& language) {
    const auto words = Poco::JSON::Parser()
                           .parse(readFile(consoleFolder() + "/lang/" + language + ".json"))
                           .extract<Poco::JSON::Object::Ptr>();
    const auto names = words->getNames();
    for (const std::string& name : names) CPPUNIT_ASSERT_MESSAGE(name, !words->getValue<std::string>(name).empty());
    return {names.begin(), names.end()};
}

struct ConsoleSources : CppUnit::TestCase {};

}  // namespace

SPEC(ConsolePages, are_served_with_their_types_and_a_policy_that_lets_nothing_else_in) {
    const std::vector<std::pair<std::string, std::string>> files{
        {"/console/", "text/html; charset=utf-8"},
        {"/console/main.js", "text/javascript; charset=utf-8"},
        {"/console/console.css", "text/css; charset=utf-8"},
        {"/console/lang/zh-CN.json", "application/json; charset=utf-8"},
        {"/console/voice/worklet.js", "text/javascript; charset=utf-8"},
        {"/console/icon.svg", "image/svg+xml; charset=utf-8"}};
    for (const auto& [path, type] : files) {
        HttpAnswer answer = get(path);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 200, answer.status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, type, answer.headers["content-type"]);
        const std::string policy = answer.headers["content-security-policy"];
        CPPUNIT_ASSERT_EQUAL_MESSAGE(policy, 0UL, policy.find("default-src 'self';"));
        for (const char* part : {"frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"})
            CPPUNIT_ASSERT_MESSAGE(part, policy.find(part) != std::string::npos);
        for (const char* part : {"unsafe", "blob:", "data:", "http:", "https:", "*"})
            CPPUNIT_ASSERT_MESSAGE(part, policy.find(part) == std::string::npos);
        CPPUNIT_ASSERT_EQUAL("DENY"s, answer.headers["x-frame-options"]);
        CPPUNIT_ASSERT_EQUAL("nosniff"s, answer.headers["x-content-type-options"]);
        CPPUNIT_ASSERT_EQUAL("no-referrer"s, answer.headers["referrer-policy"]);
        CPPUNIT_ASSERT_EQUAL("no-cache"s, answer.headers["cache-control"]);
    }
}

SPEC(ConsolePages, are_not_sent_again_while_they_are_the_same) {
    const std::string etag = get("/console/main.js").headers["etag"];
    CPPUNIT_ASSERT(!etag.empty());
    CPPUNIT_ASSERT_EQUAL(304, get("/console/main.js", {{"If-None-Match", etag}}).status);
}

SPEC(ConsolePages, send_the_address_without_a_slash_on) {
    HttpAnswer answer = get("/console");
    CPPUNIT_ASSERT_EQUAL(301, answer.status);
    CPPUNIT_ASSERT_EQUAL("/console/"s, answer.headers["location"]);
}

SPEC(ConsolePages, are_files_only_and_only_those_of_their_folder) {
    CPPUNIT_ASSERT_EQUAL(404, get("/console/no_such.js").status);
    CPPUNIT_ASSERT_EQUAL(403, get("/console/parts/").status);  // no list of files
    for (const char* path : {"/console/../nginx/packages.sh", "/console/%2e%2e/packages.sh", "/console../packages.sh"})
        CPPUNIT_ASSERT_MESSAGE(path, get(path).status >= 400);
    CPPUNIT_ASSERT_EQUAL(405, requestAt(site.port(), "POST", "/console/", "{}").status);
}

SPEC(ConsoleSources, have_the_same_words_in_both_languages) {
    const auto english = keysOf("en"), chinese = keysOf("zh-CN");
    for (const std::string& key : english)
        CPPUNIT_ASSERT_MESSAGE(key + " is not in zh-CN.json", chinese.count(key) == 1);
    for (const std::string& key : chinese) CPPUNIT_ASSERT_MESSAGE(key + " is not in en.json", english.count(key) == 1);
}

SPEC(ConsoleSources, ask_for_words_that_are_there_and_no_others_are_there) {
    const std::string scripts = allScripts();
    const auto keys = keysOf("en");
    const auto asked = found(scripts, R"re(\bt\((?:[^'"`()]*\? )?'([^']+)'(?: : '([^']+)')?)re");
    CPPUNIT_ASSERT(asked.size() > 100);
    for (const std::string& key : asked) CPPUNIT_ASSERT_MESSAGE(key + " has no words", keys.count(key) == 1);
    // What the server or the page puts together: wordFor('PREFIX', name), t(`PREFIX.${name}`).
    auto prefixes = found(scripts, R"re((?:wordFor|hasWord)\('([^']+)')re");
    for (const std::string& prefix : found(scripts, R"re(\bt\(`([a-z_.]+)\.\$\{)re")) prefixes.insert(prefix);
    for (const std::string& key : keys) {
        const bool isComposed = std::any_of(prefixes.begin(), prefixes.end(),
                                            [&](const std::string& prefix) { return key.find(prefix + ".") == 0; });
        CPPUNIT_ASSERT_MESSAGE(key + " is asked for nowhere", isComposed || asked.count(key) == 1);
    }
}

// The list of the audit screen's filter, and its words.
SPEC(ConsoleSources, know_each_event_of_the_audit_log) {
    std::set<std::string> recorded{"enabled", "invitation_added"};  // beside another word; on a line of its own
    for (const auto& entry : fs::recursive_directory_iterator(sourceFolder() + "/fcgi")) {
        if (entry.path().extension() != ".cpp") continue;
        recorded.merge(found(
            readFile(entry.path()),
            R"re((?:Audit::add\(session, \{|(?:audit_|Audit\(context\.services\.database\))\.add\(\{|onRecord\(|change\(userId, |entryOf\(context, |AuditEntry entry\{)(?:\w+ \? )?"([a-z_]+)"(?: : "([a-z_]+)")?)re"));
    }
    CPPUNIT_ASSERT(recorded.size() > 20);
    const std::string screen = readFile(consoleFolder() + "/screens/audit.js");
    const std::size_t begin = screen.find("const events = ["), end = screen.find("];", begin);
    CPPUNIT_ASSERT(begin != std::string::npos && end != std::string::npos);
    const std::set<std::string> listed = found(screen.substr(begin, end - begin), "'([a-z_]+)'");
    const auto keys = keysOf("en");
    for (const std::string& event : recorded)
        CPPUNIT_ASSERT_MESSAGE(event + " is not in screens/audit.js", listed.count(event) == 1);
    for (const std::string& event : listed) {
        CPPUNIT_ASSERT_MESSAGE(event + " is recorded nowhere", recorded.count(event) == 1);
        CPPUNIT_ASSERT_MESSAGE(event + " has no words", keys.count("event." + event) == 1);
    }
}

SPEC(ConsoleSources, parse_no_html_run_no_text_and_name_no_other_host) {
    const std::string scripts = allScripts();
    for (const char* word : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(",
                             "new Function", "createContextualFragment", "setHTML", "localStorage.setItem('token"})
        CPPUNIT_ASSERT_MESSAGE(word, scripts.find(word) == std::string::npos);
    const auto hosts = found(scripts + readFile(consoleFolder() + "/console.css"),
                             R"re((?:from|import\(|fetch\(|url\()\s*['"]?(https?:)?//)re");
    CPPUNIT_ASSERT(hosts.empty());
    const std::string page = readFile(consoleFolder() + "/index.html");
    for (const std::string& script : found(page, "<script([^>]*)>"))
        CPPUNIT_ASSERT_MESSAGE(script, script.find(" src=\"main.js\"") != std::string::npos);
    for (const char* word : {" style=", "<style", " onclick", "javascript:"})
        CPPUNIT_ASSERT_MESSAGE(word, page.find(word) == std::string::npos);
}

SPEC(ConsoleSources, export_only_what_another_file_uses) {
    std::vector<std::pair<fs::path, std::string>> texts;
    for (const fs::path& file : filesOf(".js")) texts.emplace_back(file, readFile(file));
    for (const auto& entry : fs::directory_iterator(sourceFolder() + "/tests/console"))
        if (entry.path().extension() == ".mjs") texts.emplace_back(entry.path(), readFile(entry.path()));
    for (const auto& [file, text] : texts)
        for (const std::string& name : found(text, R"re(\nexport (?:const|(?:async )?function\*?|class) (\w+))re")) {
            const std::regex word("\\b" + name + "\\b");
            const bool isUsed = std::any_of(texts.begin(), texts.end(), [&, own = file](const auto& other) {
                return other.first != own && std::regex_search(other.second, word);
            });
            CPPUNIT_ASSERT_MESSAGE(name + " of " + file.string() + " is used nowhere else", isUsed);
        }
}

SPEC(ConsoleSources, are_installed_without_what_is_for_developers) {
    const TempDir dir;
    Command install{AIPROJECT_CMAKE,
                    {"-DCMAKE_INSTALL_PREFIX=/usr", "-P", buildFolder() + "/nginx/cmake_install.cmake"},
                    {},
                    -1,
                    {}};
    install.environment["DESTDIR"] = dir.path();
    const Finished finished = runToEnd(install);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    const fs::path installed = dir.path() / fs::path("usr/share/aiproject/console");
    for (const auto& entry : fs::recursive_directory_iterator(consoleFolder()))
        CPPUNIT_ASSERT_EQUAL_MESSAGE(entry.path().string(), entry.path().extension() != ".md",
                                     fs::exists(installed / fs::relative(entry.path(), consoleFolder())));
}

SPEC(ConsoleSources, are_files_of_at_most_250_lines) {
    for (const fs::path& file : filesOf(".js")) {
        const std::string text = readFile(file);
        CPPUNIT_ASSERT_MESSAGE(file.string(), std::count(text.begin(), text.end(), '\n') <= 250);
    }
}
