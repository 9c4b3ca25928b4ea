#include "host/frame_check.h"

#include "base/utf8.h"

#include <rapidjson/memorystream.h>

namespace aiproject {
namespace {

// Makes nothing of the text but its depth.
class Depth final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Depth> {
public:
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
    if (first == std::string_view::npos || text[first] != '{' || !isUtf8(text)) return false;
    // Iterative, since the stack is a thread's small one.
    constexpr unsigned flags = rapidjson::kParseIterativeFlag;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    Depth depth;
    return reader_.Parse<flags>(bytes, depth);
}

}  // namespace aiproject
