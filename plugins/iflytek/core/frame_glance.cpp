#include "iflytek/core/frame_glance.h"

#include "iflytek/core/encoding.h"

#include <rapidjson/memorystream.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace aiproject::iflytek {
namespace {

// Where in a message something stands. What is of no interest, and all below it, is `elsewhere`.
enum class Place { message, header, payload, choices, text, element, elsewhere };

// What the value after a key means there.
enum class Meaning { none, header, payload, choices, text, content, code, status, sid, usage };

struct Member {
    Place place;
    std::string_view key;
    Meaning meaning;
};

constexpr std::array<Member, 10> kMembers = {{
    {Place::message, "header", Meaning::header},
    {Place::message, "payload", Meaning::payload},
    {Place::header, "code", Meaning::code},
    {Place::header, "sid", Meaning::sid},
    {Place::header, "status", Meaning::status},
    {Place::payload, "choices", Meaning::choices},
    {Place::payload, "usage", Meaning::usage},
    {Place::choices, "status", Meaning::status},
    {Place::choices, "text", Meaning::text},
    {Place::element, "content", Meaning::content},
}};

Meaning meaningOf(Place place, std::string_view key) {
    const auto* found = std::find_if(kMembers.begin(), kMembers.end(),
                                     [&](const Member& member) { return member.place == place && member.key == key; });
    return found == kMembers.end() ? Meaning::none : found->meaning;
}

// Events of the JSON reader; answering false ends the reading: no plain frame. What comes twice is never plain,
// because of two readers each may believe another one.
class PlainFrame final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, PlainFrame> {
public:
    static constexpr int kMostMembers = 1'000;  // far more than any frame has

    explicit PlainFrame(FrameGlance::Seen& seen) : seen_(seen) {}

    bool isWhole() const { return hasCode_ && hasText_; }

    bool Default() { return isNeutral(); }  // null, true, false
    bool RawNumber(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        std::int64_t number = 0;
        const auto [end, fault] = std::from_chars(bytes, bytes + size, number);
        return fault == std::errc() && end == bytes + size ? takeInteger(number) : isNeutral();
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (!isUtf8({bytes, size})) return false;  // a \u escape may make what is none
        if (meaning_ == Meaning::sid && seen_.id.empty()) {
            seen_.id.assign(bytes, size);
            return true;
        }
        if (meaning_ != Meaning::content || elementHasContent_) return isNeutral();
        elementHasContent_ = true;
        seen_.hasContent |= size > 0;
        return true;
    }
    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        meaning_ = meaningOf(place(), {bytes, size});
        return meaning_ != Meaning::usage && ++members_ <= kMostMembers && isUtf8({bytes, size});
    }
    bool StartObject() {
        if (depth_ == 0) return enter(Place::message);
        if (place() == Place::text) {
            elementHasContent_ = false;
            return enter(Place::element);
        }
        switch (meaning_) {
            case Meaning::header: return isFirst(hasHeader_) && enter(Place::header);
            case Meaning::payload: return isFirst(hasPayload_) && enter(Place::payload);
            case Meaning::choices: return isFirst(hasChoices_) && enter(Place::choices);
            default: return isNeutral() && enter(Place::elsewhere);
        }
    }
    bool EndObject(rapidjson::SizeType /*members*/) { return leave() != Place::element || elementHasContent_; }
    bool StartArray() {
        if (meaning_ == Meaning::text) return isFirst(hasText_) && enter(Place::text);
        return isNeutral() && enter(Place::elsewhere);
    }
    bool EndArray(rapidjson::SizeType /*elements*/) {
        leave();
        return true;
    }

private:
    Place place() const { return depth_ == 0 ? Place::elsewhere : places_[depth_ - 1]; }

    static bool isFirst(bool& seen) { return !std::exchange(seen, true); }

    bool enter(Place place) {
        if (depth_ == places_.size()) return false;
        places_[depth_++] = place;
        meaning_ = Meaning::none;
        return true;
    }
    Place leave() {
        const Place left = place();
        --depth_;
        meaning_ = Meaning::none;
        return left;
    }
    // A value that stands where nothing is expected, and so says nothing; not an element of the text.
    bool isNeutral() const { return meaning_ == Meaning::none && place() != Place::text && depth_ > 0; }

    bool takeInteger(std::int64_t number) {
        constexpr std::int64_t last = 2;
        if (meaning_ == Meaning::status) return number != last;
        if (meaning_ != Meaning::code) return isNeutral();
        return isFirst(hasCode_) && number == 0;
    }

    std::array<Place, 32> places_;  // no frame of these services is half as deep
    std::size_t depth_ = 0;
    int members_ = 0;
    Meaning meaning_ = Meaning::none;
    bool hasHeader_ = false, hasCode_ = false, hasPayload_ = false, hasChoices_ = false, hasText_ = false;
    bool elementHasContent_ = false;
    FrameGlance::Seen& seen_;
};

}  // namespace

const FrameGlance::Seen* FrameGlance::at(std::string_view json) {
    // Iterative: the depth of a message is the upstream's, the stack is ours. As strings: nobody needs the numbers'
    // values, and RapidJSON 1.1.0 computes some of them out of bounds.
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    seen_.id.clear();
    seen_.hasContent = false;
    PlainFrame frame(seen_);
    rapidjson::MemoryStream bytes(json.data(), json.size());
    // It takes a NUL for the end.
    const bool isRead = reader_.Parse<flags>(bytes, frame) && bytes.Tell() == json.size();
    return isRead && frame.isWhole() ? &seen_ : nullptr;
}

}  // namespace aiproject::iflytek
