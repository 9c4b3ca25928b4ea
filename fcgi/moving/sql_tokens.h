// The words of a MySQL dump, one at a time, in constant memory however long its lines and strings are.
//
// ERRORS   Error(internal) with the line when the text ends inside a string, a name or a comment.
// THREADS  One at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

enum class SqlTokenKind {
    word,    // a keyword, or a name without quotes
    name,    // `in backticks`
    quoted,  // "in double quotes": a name or a string, as the server's mode has it
    value,   // a string, a number without its sign, or a hex literal as the bytes that it stands for
    symbol,  // any other character
    end
};

struct SqlToken {
    SqlTokenKind kind = SqlTokenKind::end;
    std::string text;  // no more than kMaxTokenBytes of it: the rest is read and dropped
};

class SqlTokens {
public:
    static constexpr std::size_t kMaxTokenBytes = 4096;

    // Skips a byte order mark; Error(internal) for UTF-16 and for what gzip has packed. `text` outlives this.
    explicit SqlTokens(std::istream& text);

    // Comments are skipped, but for the content of /*! ... */, which a server executes. Good until the next call.
    const SqlToken& next();
    // What is left of the line, as far as kMaxTokenBytes.
    std::string restOfLine();

    std::uint64_t line() const noexcept { return line_; }
    bool atEnd() { return peek() == kEnd; }

    // The first lines say that mysqldump wrote this, and its last one is missing.
    bool isCut() const noexcept { return sawHead_ && !sawFoot_; }

private:
    static constexpr int kEnd = -1;

    int peek(std::size_t ahead = 0);
    int get();
    void keep(int byte);
    bool looksAt(std::string_view text);
    void drop(std::size_t count);
    void checkEncoding();

    void skipSpace();
    bool skipComment();
    void skipBlockComment();
    void readString(int quote);
    void readEscape();
    void readName();
    void readWord();
    void readHex(int closing);
    void readPrefixed();

    std::istream& text_;
    std::vector<char> buffer_;
    std::size_t at_ = 0, filled_ = 0;
    std::uint64_t line_ = 1;
    int executed_ = 0;  // how many /*! are open
    bool sawHead_ = false, sawFoot_ = false;
    SqlToken token_;
};

}  // namespace aiproject
