// The head of an answer, collected up to its blank line.
#pragma once

#include <string>
#include <string_view>

namespace aiproject::bench {

class AnswerHead {
public:
    void clear() { text_.clear(); }
    // Takes what belongs to the head off the front; true: it is complete, blank line included.
    bool take(std::string_view& bytes) {
        const std::size_t before = text_.size();
        text_.append(bytes);
        const auto blank = text_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (blank == std::string::npos) {
            bytes = {};
            return false;
        }
        bytes.remove_prefix(blank + 4 - before);
        text_.resize(blank + 4);
        return true;
    }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

}  // namespace aiproject::bench
