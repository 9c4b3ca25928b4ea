// The pages: the HTTP reference has every path, member and code; links lead somewhere; the README is short, and says
// the same in Chinese.
#include "http/envelope.h"
#include "routes/openai_members.h"
#include "routes/routes.h"
#include "support/pages.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <sstream>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct HttpPage : CppUnit::TestCase {
    const std::string text = readFile(sourceFolder() + "/fcgi/routes/HTTP.md");

    void assertNames(const std::string& word) {
        CPPUNIT_ASSERT_MESSAGE("fcgi/routes/HTTP.md lacks " + word, text.find("`" + word + "`") != std::string::npos);
    }
};

struct Readme : CppUnit::TestCase {
    static std::vector<std::string> linesOf(const std::string& page) {
        std::vector<std::string> lines;
        std::istringstream text(readFile(sourceFolder() + "/" + page));
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }
    // Its commands and answers; comments are in the page's language.
    static std::string codeOf(const CodeBlock& block) {
        std::istringstream lines(block.text);
        std::string code = block.language + "\n";
        for (std::string line; std::getline(lines, line);) {
            const auto comment = line.find(" # ");
            std::string kept = line[0] == '#' ? "" : line.substr(0, comment);
            while (!kept.empty() && kept.back() == ' ') kept.pop_back();
            if (!kept.empty()) code += kept + "\n";
        }
        return code;
    }
    // Not the picture, which has words.
    static std::vector<CodeBlock> codeIn(const std::string& page) {
        std::vector<CodeBlock> blocks;
        for (const auto& block : codeBlocksOf(page))
            if (block.language != "text") blocks.push_back(block);
        return blocks;
    }
    static std::vector<std::string> levelsOf(const std::string& page) {
        std::vector<std::string> levels;
        for (const auto& heading : headingsOf(page)) levels.push_back(heading.substr(0, heading.find(' ')));
        return levels;
    }
};

struct Pages : CppUnit::TestCase {
    // As GitHub makes it of a heading.
    static std::string anchorOf(const std::string& heading) {
        std::string anchor;
        for (const char sign : heading.substr(heading.find(' ') + 1)) {
            if (sign == ' ') anchor += '-';
            if (std::isalnum(static_cast<unsigned char>(sign)) || sign == '-' || sign == '_' || (sign & 0x80) != 0)
                anchor += char(std::tolower(static_cast<unsigned char>(sign)));
        }
        return anchor;
    }
    static bool hasAnchor(const std::string& page, const std::string& anchor) {
        const auto headings = headingsOf(page);
        return std::any_of(headings.begin(), headings.end(),
                           [&](const std::string& heading) { return anchorOf(heading) == anchor; });
    }
};

}  // namespace

// Those of browsers are ADMIN.md's.
SPEC(HttpPage, has_every_path) {
    for (const Route& route : allRoutes()) {
        std::string path(route.path);
        if (path.compare(0, 7, "/admin/") == 0) continue;
        for (const auto& [part, written] :
             {std::pair<std::string, std::string>{"{model}", "NAME"}, {"{model...}", "ID"}})
            if (const auto at = path.find(part); at != std::string::npos) path.replace(at, part.size(), written);
        if (path == "/models/NAME/stream") path = "…/stream";  // in the row of its chat
        CPPUNIT_ASSERT_MESSAGE("fcgi/routes/HTTP.md lacks " + path, text.find(path + "`") != std::string::npos);
    }
}

SPEC(HttpPage, names_every_member_of_a_chat) {
    for (const OpenAiMember& member : openAiMembers()) assertNames(std::string(member.name));
}

SPEC(HttpPage, names_every_code) {
    for (int kind = 0; kind < int(ErrorKind::clientLeft); ++kind) assertNames(faceOf(ErrorKind(kind)).code);
}

SPEC(Readme, is_short_in_both_languages) {
    for (const char* page : {"README.md", "README.zh-CN.md"}) {
        const auto lines = linesOf(page);
        CPPUNIT_ASSERT_MESSAGE(page, lines.size() > 60);
        for (const auto& line : lines) CPPUNIT_ASSERT_MESSAGE(page + (": " + line), line.size() <= 240);
    }
    CPPUNIT_ASSERT(linesOf("README.md").size() <= 130);
}

SPEC(Readme, has_the_same_commands_and_answers_in_chinese) {
    const auto english = codeIn("README.md"), chinese = codeIn("README.zh-CN.md");
    for (std::size_t i = 0; i < english.size() && i < chinese.size(); ++i)
        CPPUNIT_ASSERT_EQUAL(codeOf(english[i]), codeOf(chinese[i]));
    CPPUNIT_ASSERT(english.size() > 5);
    CPPUNIT_ASSERT(chinese.size() >= english.size());  // its own blocks come last
}

SPEC(Readme, has_the_same_chapters_in_chinese) {
    const auto english = levelsOf("README.md"), chinese = levelsOf("README.zh-CN.md");
    CPPUNIT_ASSERT(english.size() > 3);
    for (std::size_t i = 0; i < english.size(); ++i) {
        CPPUNIT_ASSERT(i < chinese.size());
        CPPUNIT_ASSERT_EQUAL(english[i], chinese[i]);
    }
    std::set<std::string> there;
    for (const auto& link : linksOf("README.zh-CN.md")) there.insert(link);
    for (const auto& link : linksOf("README.md"))
        CPPUNIT_ASSERT_MESSAGE("README.zh-CN.md does not lead to " + link,
                               there.count(link) > 0 || link == "README.zh-CN.md");
}

SPEC(Pages, lead_to_pages_and_headings_that_exist) {
    int seen = 0;
    for (const std::string& page : pagesOfTheTree()) {
        for (const std::string& link : linksOf(page)) {
            if (link.find("://") != std::string::npos) continue;
            const auto mark = link.find('#');
            const std::string file = link.substr(0, mark);
            const std::filesystem::path folder = std::filesystem::path(page).parent_path();
            const std::string target = file.empty() ? page : (folder / file).lexically_normal().string();
            CPPUNIT_ASSERT_MESSAGE(page + " leads to " + link + ", which is not there",
                                   std::filesystem::exists(sourceFolder() + "/" + target));
            if (mark != std::string::npos)
                CPPUNIT_ASSERT_MESSAGE(page + " leads to " + link + ", a heading that is not there",
                                       hasAnchor(target, link.substr(mark + 1)));
            ++seen;
        }
    }
    CPPUNIT_ASSERT(seen > 40);
}
