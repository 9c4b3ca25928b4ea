// A manual page of fcgi/man as its source tells it: what each `.It` of a section lists.
#pragma once

#include <string>
#include <vector>

namespace aiproject::test {

struct ManItem {
    std::string head;                  // the words of its `.It`, without macros: "user add NAME"
    std::vector<std::string> options;  // of the `.Op` and `.Fl` lines below it: "--tokens N"
    std::string text;                  // all that follows, one space between words
};

// Its sections are found by their `.Sh`. Throws std::runtime_error where there is no such page or section.
class ManPage {
public:
    explicit ManPage(const std::string& file);  // below the sources

    std::vector<ManItem> itemsOf(const std::string& section) const;
    std::string textOf(const std::string& section) const;
    // What is displayed literally in EXAMPLES: each block as it would be typed.
    std::vector<std::string> examples() const;

private:
    std::vector<std::string> linesOf(const std::string& section) const;

    std::string file_;
    std::vector<std::string> lines_;
};

}  // namespace aiproject::test
