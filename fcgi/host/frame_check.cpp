#include "host/frame_check.h"

#include "base/utf8.h"

#include <rapidjson/memorystream.h>

namespace aiproject {
namespace {

// Looks at the depth, and whether all strings are UTF-8: nothing above ASCII is legal outside of them, and a \u
// escape may make what is none.
class Look final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Look> {
public:
    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) { return isUtf8({bytes, size}); }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) { return isUtf8({bytes, size}); }
    bool StartObject() { return ++depth_ <= kDeepest; }
    bool StartArray() { return ++depth_ <= kDeepest; }
    bool EndObject(rapidjson::SizeType /*members*/) { return --depth_ >= 0; }
    bool EndArray(rapidjson::SizeType /*elements*/) { return --depth_ >= 0; }

private:
    static constexpr int kDeepest = 128;
    int depth_ = 0;
};

}  // namespace

bool FrameCheck::isObject(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{') return false;
    // Iterative, since the stack is a thread's small one. As strings: nobody needs the numbers' values, and RapidJSON
    // 1.1.0 computes some of them out of bounds.
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    Look look;
    return reader_.Parse<flags>(bytes, look) && bytes.Tell() == text.size();  // it takes a NUL for the end
}

}  // namespace aiproject
