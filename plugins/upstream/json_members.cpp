#include "upstream/json_members.h"

#include <algorithm>

namespace aiproject::outbound {
namespace {

class Reader {
public:
    explicit Reader(std::string_view json) : json_(json) {}

    bool takes(char wanted) {
        at_ = std::min(json_.find_first_not_of(" \t\r\n", at_), json_.size());
        if (at_ == json_.size() || json_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    bool isAtEnd() const { return json_.find_first_not_of(" \t\r\n", at_) == std::string_view::npos; }
    std::size_t at() const { return at_; }

    // Behind its first quote. Nothing: it does not end.
    std::optional<std::string_view> text() {
        const std::size_t begin = at_;
        for (;;) {
            const std::size_t quote = json_.find('"', at_);  // pictures are long, and have neither quotes nor escapes
            if (quote == std::string_view::npos) return std::nullopt;
            at_ = quote + 1;
            const std::string_view text = json_.substr(begin, quote - begin);
            const std::size_t escapes = text.size() - (text.find_last_not_of('\\') + 1);
            if (escapes % 2 == 0) return text;
        }
    }
    // Of any kind. False: it does not end.
    bool skipValue() {
        std::size_t depth = 0;
        for (at_ = json_.find_first_not_of(" \t\r\n", at_); at_ < json_.size();) {
            const char c = json_[at_];
            if (depth == 0 && (c == ',' || c == '}' || c == ']')) return true;
            ++at_;
            if (c == '"' && !text()) return false;
            depth += c == '{' || c == '[' ? 1 : 0;
            depth -= c == '}' || c == ']' ? 1 : 0;
        }
        return false;
    }

private:
    const std::string_view json_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<JsonMember>> membersOf(std::string_view json) {
    Reader reader(json);
    std::vector<JsonMember> members;
    constexpr std::size_t usual = 16;
    members.reserve(usual);
    if (!reader.takes('{')) return std::nullopt;
    if (reader.takes('}')) return reader.isAtEnd() ? std::optional(members) : std::nullopt;
    do {
        if (!reader.takes('"')) return std::nullopt;
        const std::size_t begin = reader.at() - 1;
        const auto name = reader.text();
        if (!name || name->find('\\') != std::string_view::npos || !reader.takes(':')) return std::nullopt;
        const std::size_t valueAt = reader.at();
        if (!reader.skipValue()) return std::nullopt;
        members.push_back(
            {*name, json.substr(begin, reader.at() - begin), json.substr(valueAt, reader.at() - valueAt)});
    } while (reader.takes(','));
    return reader.takes('}') && reader.isAtEnd() ? std::optional(members) : std::nullopt;
}

std::optional<std::vector<std::string_view>> elementsOf(std::string_view json) {
    Reader reader(json);
    std::vector<std::string_view> elements;
    if (!reader.takes('[')) return std::nullopt;
    if (reader.takes(']')) return reader.isAtEnd() ? std::optional(elements) : std::nullopt;
    do {
        const std::size_t begin = reader.at();
        if (!reader.skipValue()) return std::nullopt;
        elements.push_back(json.substr(begin, reader.at() - begin));
    } while (reader.takes(','));
    return reader.takes(']') && reader.isAtEnd() ? std::optional(elements) : std::nullopt;
}

}  // namespace aiproject::outbound
