// Takes secrets out of text that is to be logged, by their values: whoever repeats one, an upstream's error page or a
// message of a library, does not say which words are a secret. Header-only; needs the standard library alone.
//
// A secret is found as it is, percent-encoded, and in Base64 at any place of a longer text (as in an Authorization
// value). Of one that is long enough to be random, parts are found too, so that a text that was cut off gives little of
// it away; parts of a shorter one may be ordinary words.
//
// THREADS  add() before it is shared; afterwards applied() from many threads at once.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace aiproject {

class Redaction {
public:
    static constexpr std::size_t kShortest = 4;      // shorter ones would be found everywhere
    static constexpr std::size_t kUnmistakable = 8;  // shorter ones, in whichever form: whole words only
    static constexpr std::size_t kInPieces = 16;     // shorter ones: as a whole only
    static constexpr std::size_t kPiece = 12;        // bytes of one that are found wherever they stand

    void add(std::string_view secret) {
        if (secret.size() < kShortest) return;
        const bool inPieces = secret.size() >= kInPieces;
        addForms(std::string(secret), inPieces);
        for (std::size_t before = 0; before < 3; ++before)
            for (const char* last : {"+/", "-_"}) addForms(base64(secret, before, last), inPieces);
    }

    bool empty() const noexcept { return wholes_.empty() && pieces_.empty(); }

    std::string applied(std::string_view text) const {
        std::vector<bool> hidden(empty() ? 0 : text.size());
        if (!pieces_.empty())
            for (std::size_t at = 0; at + kPiece <= text.size(); ++at)
                if (pieces_.count(std::string(text.substr(at, kPiece))) > 0) hide(hidden, at, kPiece);
        for (const std::string& one : wholes_)
            for (std::size_t at = text.find(one); at != std::string_view::npos; at = text.find(one, at + 1))
                if (one.size() >= kUnmistakable || isWord(text, at, one.size())) hide(hidden, at, one.size());
        std::string shown;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (hidden.empty() || !hidden[at])
                shown += text[at];
            else if (at == 0 || !hidden[at - 1])
                shown += "[secret]";
        }
        return shown;
    }

private:
    // Of `secret` behind that many bytes (modulo 3), what depends on it alone.
    static std::string base64(std::string_view secret, std::size_t before, const char* last) {
        static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        const std::string bytes = std::string(before, '\0') + std::string(secret);
        std::string text;
        for (std::size_t bit = 0; bit + 6 <= 8 * bytes.size(); bit += 6) {
            unsigned value = 0;
            for (std::size_t i = bit; i < bit + 6; ++i)
                value = value << 1 | (static_cast<unsigned char>(bytes[i / 8]) >> (7 - i % 8) & 1U);
            text += value < 62 ? digits[value] : last[value - 62];
        }
        return text.substr((8 * before + 5) / 6);
    }

    static std::string percentEncoded(const std::string& text, const char* digits) {
        std::string encoded;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~')
                encoded += c;
            else
                encoded += {'%', digits[byte >> 4], digits[byte & 15]};
        }
        return encoded;
    }

    void addForms(const std::string& text, bool inPieces) {
        for (const std::string& form :
             {text, percentEncoded(text, "0123456789ABCDEF"), percentEncoded(text, "0123456789abcdef")})
            inPieces ? addPieces(form) : void(wholes_.insert(form));
    }

    void addPieces(const std::string& form) {
        for (std::size_t at = 0; at + kPiece <= form.size(); ++at) pieces_.insert(form.substr(at, kPiece));
    }

    static bool isWordSign(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

    static bool isWord(std::string_view text, std::size_t at, std::size_t size) {
        return (at == 0 || !isWordSign(text[at - 1])) && (at + size == text.size() || !isWordSign(text[at + size]));
    }

    static void hide(std::vector<bool>& hidden, std::size_t at, std::size_t size) {
        std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), size, true);
    }

    std::unordered_set<std::string> pieces_;
    std::unordered_set<std::string> wholes_;
};

}  // namespace aiproject
