#include "support/man_page.h"

#include "support/places.h"
#include "support/temp_dir.h"

#include <set>
#include <sstream>
#include <stdexcept>

namespace aiproject::test {
namespace {

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

// Without what is meant for the formatter; `.Fl -json` is --json.
std::string plain(const std::string& line) {
    static const std::set<std::string> macros{"It", "Op", "Oo", "Oc", "Ar", "Cm", "Li", "No", "Ns", "Pa", "Ev",
                                              "Dv", "Nm", "Xr", "Sq", "Pq", "Sx", "Fn", "Dl", "Ss", "Pp", "br"};
    std::istringstream words(begins(line, ".") ? line.substr(1) : line);
    const bool isRequest = begins(line, ".");
    std::string result, word;
    bool isFlag = false;
    while (words >> word) {
        if (word.compare(0, 2, "\\e") == 0) word.replace(0, 2, "\\");
        if (isRequest && word == "Fl") {
            isFlag = true;
            continue;
        }
        if (isRequest && macros.count(word) > 0) continue;
        const bool joins = isRequest && word.find_first_not_of(".,:;") == std::string::npos;
        result += (result.empty() || joins ? "" : " ") + (isFlag ? "-" + word : word);
        isFlag = false;
    }
    return result;
}

void append(std::string& text, const std::string& more) {
    if (!more.empty()) text += (text.empty() ? "" : " ") + more;
}

}  // namespace

ManPage::ManPage(const std::string& file) : file_(file) {
    std::istringstream lines(readFile(sourceFolder() + "/" + file));
    for (std::string line; std::getline(lines, line);) lines_.push_back(line);
    if (lines_.empty()) throw std::runtime_error("there is no page " + file);
}

std::vector<std::string> ManPage::linesOf(const std::string& section) const {
    std::vector<std::string> found;
    bool isInside = false, isThere = false;
    for (const std::string& line : lines_) {
        if (begins(line, ".Sh ")) isThere |= isInside = line == ".Sh " + section;
        if (isInside && !begins(line, ".Sh ")) found.push_back(line);
    }
    if (!isThere) throw std::runtime_error(file_ + " has no section " + section);
    return found;
}

std::vector<ManItem> ManPage::itemsOf(const std::string& section) const {
    std::vector<ManItem> items;
    bool isSynopsis = false;  // the lines right below an `.It`
    for (const std::string& line : linesOf(section)) {
        if (begins(line, ".It ")) {
            items.push_back({plain(line), {}, {}});
            isSynopsis = true;
        } else if (!items.empty()) {
            isSynopsis = isSynopsis && (begins(line, ".Op ") || begins(line, ".Fl "));
            if (isSynopsis)
                items.back().options.push_back(plain(line));
            else
                append(items.back().text, plain(line));
        }
    }
    return items;
}

std::string ManPage::textOf(const std::string& section) const {
    std::string text;
    for (const std::string& line : linesOf(section)) append(text, plain(line));
    return text;
}

std::vector<std::string> ManPage::examples() const {
    std::vector<std::string> blocks;
    bool isLiteral = false;
    for (const std::string& line : linesOf("EXAMPLES")) {
        if (begins(line, ".Bd -literal"))
            blocks.emplace_back();
        else if (isLiteral && line != ".Ed")
            blocks.back() += line + "\n";
        if (begins(line, ".Bd ") || line == ".Ed") isLiteral = line != ".Ed";
    }
    return blocks;
}

}  // namespace aiproject::test
