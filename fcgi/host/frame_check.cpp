#include "host/frame_check.h"

#include "base/utf8.h"

#include <rapidjson/memorystream.h>

#include <algorithm>
#include <array>

namespace aiproject {
namespace {

// Looks at the depth, and whether all strings are UTF-8: nothing above ASCII is legal outside of them, and a \u
// escape may make what is none. Follows the way to the answer text, which is payload.choices.text[*].content; the
// thoughts beside it, which upstreams bill as well, count as much.
class Look final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Look> {
public:
    Look(TokenEstimate& answer, std::string* content) : answer_(answer), content_(content) {}

    bool Default() {  // a value of another type
        isOnWay_ = false;
        return true;
    }
    bool RawNumber(const char* /*bytes*/, rapidjson::SizeType /*size*/, bool /*copy*/) { return Default(); }
    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        const std::string_view key(bytes, size);
        isOnWay_ = way_ == depth_ && (key == kWay.at(std::size_t(std::min(depth_, kContent))) ||
                                      (depth_ == kContent && key == kThoughts));
        isThought_ = key == kThoughts;
        return isUtf8(key);
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (isOnWay_ && depth_ == kContent) take({bytes, size});
        isOnWay_ = false;
        return isUtf8({bytes, size});
    }
    bool StartObject() {
        const bool isElement = depth_ == kList && way_ == kList;
        return enter(depth_ == 0 || isElement || (isOnWay_ && depth_ < kList - 1));
    }
    bool StartArray() { return enter(isOnWay_ && depth_ == kList - 1); }
    bool EndObject(rapidjson::SizeType /*members*/) { return leave(); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return leave(); }

private:
    static constexpr int kDeepest = 128;
    static constexpr std::string_view kThoughts = "reasoning_content";
    // The keys by the depth at which they stand; the list is an array, whose elements have no key.
    static constexpr int kList = 4, kContent = 5;
    static constexpr std::array<std::string_view, kContent + 1> kWay{"", "payload", "choices", "text", "", "content"};

    void take(std::string_view text) {
        answer_.add(text);
        if (content_ && !isThought_) *content_ += text;
    }
    bool enter(bool isOnWay) {
        if (isOnWay && way_ == depth_) ++way_;
        isOnWay_ = false;
        return ++depth_ <= kDeepest;
    }
    bool leave() {
        way_ = std::min(way_, --depth_);
        return depth_ >= 0;
    }

    TokenEstimate& answer_;
    std::string* const content_;
    int depth_ = 0;
    int way_ = 0;  // so many of the open values are on the way, from the outermost on
    bool isOnWay_ = false;
    bool isThought_ = false;  // the value of the last key
};

}  // namespace

bool FrameCheck::isObject(std::string_view text, TokenEstimate& answer, std::string* content) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{') return false;
    // Iterative, since the stack is a thread's small one. As strings: nobody needs the numbers' values, and RapidJSON
    // 1.1.0 computes some of them out of bounds.
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    Look look(answer, content);
    return reader_.Parse<flags>(bytes, look) && bytes.Tell() == text.size();  // it takes a NUL for the end
}

}  // namespace aiproject
