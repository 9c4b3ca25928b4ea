#include "support/pages.h"

#include "support/places.h"
#include "support/temp_dir.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace aiproject::test {
namespace {

namespace fs = std::filesystem;

bool isFence(const std::string& line) { return line.compare(0, 3, "```") == 0; }

std::string trimmed(const std::string& line) {
    const auto first = line.find_first_not_of(' ');
    return first == std::string::npos ? "" : line.substr(first);
}

template <class Take>
void eachLine(const std::string& page, const Take& take) {
    std::istringstream lines(readFile(sourceFolder() + "/" + page));
    int number = 0;
    for (std::string line; std::getline(lines, line);) take(++number, line);
}

// Without its code blocks.
std::string prose(const std::string& page) {
    std::string text;
    bool isCode = false;
    eachLine(page, [&](int, const std::string& line) {
        if (isFence(trimmed(line)))
            isCode = !isCode;
        else if (!isCode && line.compare(0, 4, "    ") != 0)
            text += line + "\n";
    });
    return text;
}

// Splits at backquotes: the even parts are text, the odd ones code.
std::vector<std::string> partsOf(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char sign : text) {
        if (sign == '`')
            parts.emplace_back();
        else
            parts.back() += sign;
    }
    return parts;
}

}  // namespace

std::vector<std::string> pagesOfTheTree() {
    std::vector<std::string> pages;
    const fs::path root = sourceFolder();
    for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
        const std::string name = entry->path().filename();
        const bool isOurs = name == ".ci" || (name[0] != '.' && name != "build");
        if (entry->is_directory() && !isOurs) entry.disable_recursion_pending();
        if (entry->is_regular_file() && entry->path().extension() == ".md")
            pages.push_back(entry->path().lexically_relative(root));
    }
    std::sort(pages.begin(), pages.end());
    return pages;
}

std::vector<CodeBlock> codeBlocksOf(const std::string& page) {
    std::vector<CodeBlock> blocks;
    bool isInside = false;
    std::size_t indent = 0;
    eachLine(page, [&](int number, const std::string& line) {
        const std::string text = trimmed(line);
        if (isFence(text)) {
            isInside = !isInside;
            indent = line.size() - text.size();
            if (isInside) blocks.push_back({page, number + 1, text.substr(3), {}});
        } else if (isInside) {
            blocks.back().text += line.substr(std::min(indent, line.size() - text.size())) + "\n";
        }
    });
    return blocks;
}

std::vector<std::string> headingsOf(const std::string& page) {
    std::vector<std::string> headings;
    std::istringstream lines(prose(page));
    for (std::string line; std::getline(lines, line);)
        if (line[0] == '#') headings.push_back(line);
    return headings;
}

std::vector<std::string> linksOf(const std::string& page) {
    std::vector<std::string> links;
    const auto parts = partsOf(prose(page));
    // A link whose text is code has its address in the part behind: "](address)".
    for (std::size_t i = 0; i < parts.size(); i += 2)
        for (auto at = parts[i].find("]("); at != std::string::npos; at = parts[i].find("](", at + 2))
            links.push_back(parts[i].substr(at + 2, parts[i].find(')', at) - at - 2));
    return links;
}

std::vector<std::string> codeSpansOf(const std::string& page) {
    std::vector<std::string> spans;
    const auto parts = partsOf(prose(page));
    for (std::size_t i = 1; i < parts.size(); i += 2) spans.push_back(parts[i]);
    return spans;
}

}  // namespace aiproject::test
