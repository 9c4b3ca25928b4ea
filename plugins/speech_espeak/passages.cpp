#include "speech_espeak/passages.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace aiproject::espeak {
namespace {

constexpr std::size_t kMostPassages = 100;  // each is a process

enum class Script { none, han, other };  // none: digits, signs and spaces, which go with any

Script scriptOf(UChar32 c) {
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &status);
    if (script == USCRIPT_HAN) return Script::han;
    return script == USCRIPT_COMMON || script == USCRIPT_INHERITED ? Script::none : Script::other;
}

// As it is spoken; 0: it is not.
UChar32 spoken(UChar32 c) {
    constexpr UChar32 nonJoiner = 0x200C, joiner = 0x200D;  // words of some scripts are written with them
    if (c < 0) return 0;
    if (c == '\n') return c;
    if (u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR) return ' ';
    if (c == joiner || c == nonJoiner) return c;
    return (U_GET_GC_MASK(c) & U_GC_C_MASK) != 0 ? 0 : c;
}

class Cutter {
public:
    void add(UChar32 c) {
        const Script script = scriptOf(c);
        const bool isOther = script != Script::none && script_ != Script::none && script != script_;
        if (isOther && passages_.size() + 1 < kMostPassages) end();
        // The voice for Chinese characters reads others as well, which is not so the other way round.
        if (script != Script::none && script_ != Script::han) script_ = script;
        if (c == '[' && last_ == '[') append(' ');
        append(c);
    }

    std::vector<Passage> finish() {
        end();
        if (!passages_.empty()) passages_.back().hasPause = true;
        return std::move(passages_);
    }

private:
    void append(UChar32 c) {
        std::array<char, U8_MAX_LENGTH> bytes{};
        std::size_t size = 0;
        U8_APPEND_UNSAFE(bytes.data(), size, c);
        passage_.append(bytes.data(), size);
        last_ = c;
        if (u_isgraph(c)) lastSeen_ = c;
    }

    void end() {
        constexpr std::u32string_view ends = U".!?;:\u3002\uFF01\uFF1F\uFF1B\uFF1A";
        const bool hasPause = ends.find(char32_t(lastSeen_)) != std::u32string_view::npos;
        if (lastSeen_ != 0) passages_.push_back({std::move(passage_), script_ == Script::han, hasPause});
        passage_.clear();
        script_ = Script::none;
        last_ = lastSeen_ = 0;
    }

    std::vector<Passage> passages_;
    std::string passage_;  // that is open
    Script script_ = Script::none;
    UChar32 last_ = 0, lastSeen_ = 0;  // of the open one; the second is no space
};

}  // namespace

std::vector<Passage> passagesOf(std::string_view text) {
    Cutter cutter;
    const auto size = std::int64_t(text.size());
    for (std::int64_t at = 0; at < size;) {
        UChar32 c = 0;
        U8_NEXT(text.data(), at, size, c);
        if (const UChar32 said = spoken(c)) cutter.add(said);
    }
    return cutter.finish();
}

}  // namespace aiproject::espeak
