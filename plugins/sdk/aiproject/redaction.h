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
        std::vector<bool> hidden;  // none, as nearly always: empty
        const auto hide = [&](std::size_t at, std::size_t size) {
            hidden.resize(text.size());
            std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), size, true);
        };
        for (std::size_t at = 0; at + kShortest <= text.size(); ++at) {
            if (!mayBegin(text, at)) continue;
            if (pieces_.count(std::string(text.substr(at, kPiece))) > 0) hide(at, kPiece);
            for (const std::string& one : wholes_)
                if (text.compare(at, one.size(), one) == 0 &&
                    (one.size() >= kUnmistakable || isWord(text, at, one.size())))
                    hide(at, one.size());
        }
        return hidden.empty() ? std::string(text) : without(hidden, text);
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
            inPieces ? addPieces(form) : addWhole(form);
    }

    void addWhole(const std::string& form) {
        noteBegin(form);
        wholes_.insert(form);
    }

    void addPieces(const std::string& form) {
        for (std::size_t at = 0; at + kPiece <= form.size(); ++at) {
            noteBegin(form.substr(at, kPiece));
            pieces_.insert(form.substr(at, kPiece));
        }
    }

    // Two bytes tell nearly always that nothing begins here, and nothing has to be looked up.
    static std::size_t pairAt(std::string_view text, std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(text[at])) << 8 |
               static_cast<unsigned char>(text[at + 1]);
    }
    void noteBegin(std::string_view form) {
        constexpr std::size_t pairs = 1 << 16;
        begins_.resize(pairs);
        begins_[pairAt(form, 0)] = true;
    }
    bool mayBegin(std::string_view text, std::size_t at) const { return !begins_.empty() && begins_[pairAt(text, at)]; }

    static std::string without(const std::vector<bool>& hidden, std::string_view text) {
        std::string shown;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (!hidden[at])
                shown += text[at];
            else if (at == 0 || !hidden[at - 1])
                shown += "[secret]";
        }
        return shown;
    }

    static bool isWordSign(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

    static bool isWord(std::string_view text, std::size_t at, std::size_t size) {
        return (at == 0 || !isWordSign(text[at - 1])) && (at + size == text.size() || !isWordSign(text[at + size]));
    }

    std::unordered_set<std::string> pieces_;
    std::unordered_set<std::string> wholes_;
    std::vector<bool> begins_;  // by the first two bytes of each of both
};

}  // namespace aiproject
