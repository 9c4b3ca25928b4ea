// The Markdown pages of the tree: what a test needs of them.
#pragma once

#include <string>
#include <vector>

namespace aiproject::test {

struct CodeBlock {
    std::string page;      // below the sources: "fcgi/README.md"
    int line = 0;          // of its first line of code
    std::string language;  // "sh", "json"; empty: the page does not say
    std::string text;      // lines, each with its end
};

// All of them, below the sources, in order; not what a build or a quick start has left there.
std::vector<std::string> pagesOfTheTree();

std::vector<CodeBlock> codeBlocksOf(const std::string& page);

// "## Backup", in order.
std::vector<std::string> headingsOf(const std::string& page);

// Where its links lead, as written, but those in code.
std::vector<std::string> linksOf(const std::string& page);

// What stands between single backquotes, outside of code blocks.
std::vector<std::string> codeSpansOf(const std::string& page);

}  // namespace aiproject::test
