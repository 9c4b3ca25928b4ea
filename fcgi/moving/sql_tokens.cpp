#include "moving/sql_tokens.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/error.h"

namespace aiproject {
namespace {

constexpr std::size_t kBufferBytes = 64UL * 1024;

bool isSpace(int byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }
bool isDigit(int byte) { return byte >= '0' && byte <= '9'; }
bool isWord(int byte) { return byte >= 0x80 || byte == '_' || byte == '$' || (byte > 0 && std::isalnum(byte) != 0); }

int hexDigit(int byte) {
    if (isDigit(byte)) return byte - '0';
    const int lower = byte | 0x20;
    return byte > 0 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Error cutInside(const std::string& what, std::uint64_t line) {
    return {ErrorKind::internal, "line " + std::to_string(line) + ": the file ends inside the " + what +
                                     " that begins here; it is cut, so make the dump again"};
}

}  // namespace

SqlTokens::SqlTokens(std::istream& text) : text_(text), buffer_(kBufferBytes) { checkEncoding(); }

void SqlTokens::checkEncoding() {
    if (looksAt("\xef\xbb\xbf")) at_ += 3;
    if (looksAt("\xff\xfe") || looksAt("\xfe\xff"))
        throw Error(ErrorKind::internal,
                    "line 1: the file is UTF-16, as the > of PowerShell writes it; make the dump with "
                    "mysqldump --result-file=FILE");
    if (looksAt("\x1f\x8b")) throw Error(ErrorKind::internal, "line 1: the file is packed; unpack it with gunzip");
}

int SqlTokens::peek(std::size_t ahead) {
    if (at_ + ahead >= filled_) {
        std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
        filled_ -= at_;
        at_ = 0;
        text_.read(buffer_.data() + filled_, std::streamsize(buffer_.size() - filled_));
        filled_ += std::size_t(text_.gcount());
        if (text_.bad())
            throw Error(ErrorKind::internal, "line " + std::to_string(line_) + ": the file cannot be read");
    }
    return at_ + ahead < filled_ ? static_cast<unsigned char>(buffer_[at_ + ahead]) : kEnd;
}

int SqlTokens::get() {
    const int byte = peek();
    if (byte == kEnd) return kEnd;
    ++at_;
    if (byte == '\n') ++line_;
    return byte;
}

void SqlTokens::keep(int byte) {
    if (token_.text.size() < kMaxTokenBytes) token_.text += char(byte);
}

bool SqlTokens::looksAt(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
        if (peek(i) != static_cast<unsigned char>(text[i])) return false;
    return true;
}

void SqlTokens::drop(std::size_t count) {
    for (; count > 0; --count) get();
}

std::string SqlTokens::restOfLine() {
    std::string rest;
    for (int byte = get(); byte != kEnd && byte != '\n'; byte = get())
        if (rest.size() < kMaxTokenBytes) rest += char(byte);
    return rest;
}

void SqlTokens::skipSpace() {
    for (;;) {
        while (isSpace(peek())) get();
        if (!skipComment()) return;
    }
}

// False: none begins here.
bool SqlTokens::skipComment() {
    const bool isDashes = looksAt("--") && (peek(2) == kEnd || peek(2) <= ' ');
    if (isDashes || peek() == '#') {
        const std::string comment = restOfLine();
        if (comment.rfind("-- MySQL dump", 0) == 0 || comment.rfind("-- MariaDB dump", 0) == 0) sawHead_ = true;
        if (comment.rfind("-- Dump completed", 0) == 0) sawFoot_ = true;
        return true;
    }
    if (executed_ > 0 && looksAt("*/")) {
        drop(2);
        --executed_;
        return true;
    }
    if (looksAt("/*!")) {
        drop(3);
        while (isDigit(peek())) get();  // the version that it is for
        ++executed_;
        return true;
    }
    if (!looksAt("/*")) return false;
    skipBlockComment();
    return true;
}

void SqlTokens::skipBlockComment() {
    const std::uint64_t begin = line_;
    drop(2);
    while (!looksAt("*/"))
        if (get() == kEnd) throw cutInside("comment", begin);
    drop(2);
}

const SqlToken& SqlTokens::next() {
    skipSpace();
    token_.text.clear();
    const int byte = peek();
    token_.kind = SqlTokenKind::value;
    if (byte == kEnd) {
        token_.kind = SqlTokenKind::end;
    } else if (byte == '\'') {
        readString(get());
    } else if (byte == '"') {
        token_.kind = SqlTokenKind::quoted;
        readString(get());
    } else if (byte == '`') {
        token_.kind = SqlTokenKind::name;
        readName();
    } else if (looksAt("0x")) {
        drop(2);
        readHex(kEnd);
    } else if (isDigit(byte) || (byte == '.' && isDigit(peek(1)))) {
        while (isWord(peek()) || peek() == '.') keep(get());
    } else if (isWord(byte)) {
        readPrefixed();
    } else {
        token_.kind = SqlTokenKind::symbol;
        keep(get());
    }
    return token_;
}

// A word, or a literal that a letter introduces: X'4142', b'01', N'text'.
void SqlTokens::readPrefixed() {
    const int letter = std::tolower(peek());
    const bool isPrefix = peek(1) == '\'' && (letter == 'x' || letter == 'b' || letter == 'n');
    if (!isPrefix) return readWord();
    drop(2);
    if (letter == 'x')
        readHex('\'');
    else
        readString('\'');
}

void SqlTokens::readWord() {
    token_.kind = SqlTokenKind::word;
    while (isWord(peek())) keep(get());
}

void SqlTokens::readString(int quote) {
    const std::uint64_t begin = line_;
    for (;;) {
        const int byte = get();
        if (byte == kEnd) throw cutInside("string", begin);
        if (byte == '\\') {
            if (peek() == kEnd) throw cutInside("string", begin);
            readEscape();
        } else if (byte != quote) {
            keep(byte);
        } else if (peek() == quote) {
            keep(get());
        } else {
            return;
        }
    }
}

void SqlTokens::readEscape() {
    const int byte = get();
    switch (byte) {
        case '0': return keep('\0');
        case 'b': return keep('\b');
        case 'n': return keep('\n');
        case 'r': return keep('\r');
        case 't': return keep('\t');
        case 'Z': return keep('\x1a');
        case '%':
        case '_': keep('\\'); return keep(byte);  // these two are for LIKE, and stay as they are elsewhere
        default: return keep(byte);
    }
}

void SqlTokens::readName() {
    const std::uint64_t begin = line_;
    get();
    for (;;) {
        const int byte = get();
        if (byte == kEnd) throw cutInside("name", begin);
        if (byte == '`' && peek() != '`') return;
        if (byte == '`') get();
        keep(byte);
    }
}

// Until `closing`, or with none to the end of the digits.
void SqlTokens::readHex(int closing) {
    const std::uint64_t begin = line_;
    std::string digits;
    while (hexDigit(peek()) >= 0) {
        const int digit = get();
        if (digits.size() < 2 * kMaxTokenBytes) digits += char(digit);
    }
    if (closing != kEnd && get() != closing)
        throw Error(ErrorKind::internal, "line " + std::to_string(begin) + ": a hex literal is malformed");
    if (digits.size() % 2 != 0) digits.insert(0, 1, '0');
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) keep(hexDigit(digits[i]) * 16 + hexDigit(digits[i + 1]));
}

}  // namespace aiproject
