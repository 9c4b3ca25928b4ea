#include "iflytek/core/answer_frame.h"

#include "iflytek/core/answer_counts.h"
#include "iflytek/core/answer_members.h"
#include "iflytek/core/encoding.h"
#include "iflytek/core/json_events.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <vector>

namespace aiproject::iflytek {
namespace {

// Events of the JSON reader; answering false ends the reading: no JSON that we take.
class Reading final : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Reading> {
public:
    Reading(AnswerFrame& frame, const rapidjson::MemoryStream& bytes) : frame_(frame), bytes_(bytes) {}

    bool hasTooMany() const { return values_ > kMostValues; }
    bool isObject() const { return isObject_; }
    bool isLoneValue() const { return isLoneValue_; }
    bool hasCode() const { return hasCode_; }

    void finish(std::string_view json) {
        frame_.hasOther = !hasChoices_ && hasPayload_;
        frame_.usage = counts_.usage();
        if (!gaps_.empty()) complete(json);
    }

    bool Null() { return isTaken(); }
    bool Bool(bool /*value*/) { return isTaken() && takeOther(); }
    bool RawNumber(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (!isTaken()) return false;
        std::int64_t number = 0;
        const auto [end, fault] = std::from_chars(bytes, bytes + size, number);
        return fault == std::errc() && end == bytes + size ? takeInteger(number) : takeOther();
    }
    bool String(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        if (!isTaken() || !isUtf8({bytes, size})) return false;  // a \u escape may make what is none
        switch (meaning_) {
            case Meaning::words: frame_.error.message.assign(bytes, size); return true;
            case Meaning::sid: frame_.error.id.assign(bytes, size); return true;
            case Meaning::content: frame_.content.append(bytes, size); return true;
            default: return takeOther();
        }
    }
    bool Key(const char* bytes, rapidjson::SizeType size, bool /*copy*/) {
        meaning_ = meaningOf(place(), {bytes, size});
        forget(meaning_);
        return isUtf8({bytes, size});
    }
    bool StartObject() {
        if (!isCounted()) return false;
        if (depth_ == 0) return isObject_ = true, enter(Place::message);
        if (place() == Place::text) {
            elementAt_ = bytes_.Tell() + 1;  // it stands before the bracket
            elementBegin_ = frame_.content.size();
            hasContent_ = false;
            return enter(Place::element);
        }
        switch (meaning_) {
            case Meaning::header: return enter(Place::header);
            case Meaning::payload: return enter(Place::payload);
            case Meaning::choices: return hasChoices_ = true, enter(Place::choices);
            case Meaning::usage: return enter(Place::usage);
            case Meaning::counts: return enter(Place::counts);
            default: return takeOther() && enter(Place::elsewhere);
        }
    }
    bool EndObject(rapidjson::SizeType members) {
        const Place left = leave();
        if (left == Place::payload) hasPayload_ = members > 0;
        if (left == Place::element && !hasContent_) gaps_.push_back({elementAt_, members == 0});
        return true;
    }
    bool StartArray() {
        if (!isCounted()) return false;
        if (meaning_ == Meaning::text) return frame_.hasText = true, enter(Place::text);
        return takeOther() && enter(Place::elsewhere);
    }
    bool EndArray(rapidjson::SizeType /*elements*/) {
        leave();
        return true;
    }

private:
    struct Gap {  // an element without content
        std::size_t at;
        bool isEmpty;
    };

    Place place() const { return depth_ == 0 ? Place::elsewhere : places_[depth_ - 1]; }

    bool enter(Place place) {
        if (depth_ == kDeepest) return false;
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

    bool isCounted() { return ++values_ <= kMostValues; }
    bool isTaken() {  // a value that is neither object nor list
        isLoneValue_ |= depth_ == 0;
        return depth_ > 0 && isCounted();
    }

    bool takeInteger(std::int64_t number) {
        constexpr std::int64_t last = 2;
        switch (meaning_) {
            case Meaning::code:
                frame_.error.code = number;
                hasCode_ = true;
                break;
            case Meaning::headerStatus: frame_.headerIsLast = number == last; break;
            case Meaning::choicesStatus: frame_.choicesAreLast = number == last; break;
            default:
                if (meaning_ >= Meaning::question) counts_.of(meaning_).number = number;
        }
        return true;
    }
    bool takeOther() {  // of a type that is good for nothing here
        if (meaning_ >= Meaning::question) counts_.of(meaning_).isFault = true;
        return true;
    }

    // What an earlier member of that name has said.
    void forget(Meaning meaning) {
        switch (meaning) {
            case Meaning::header:
                forget(Meaning::code), forget(Meaning::words), forget(Meaning::sid), forget(Meaning::headerStatus);
                break;
            case Meaning::payload:
                hasPayload_ = false;
                forget(Meaning::choices), forget(Meaning::usage);
                break;
            case Meaning::choices:
                hasChoices_ = false;
                forget(Meaning::choicesStatus), forget(Meaning::text);
                break;
            case Meaning::text:
                frame_.hasText = false;
                frame_.content.clear();
                break;
            case Meaning::content:
                frame_.content.resize(elementBegin_);
                hasContent_ = true;
                break;
            case Meaning::usage:
            case Meaning::counts: counts_ = {}; break;
            case Meaning::code: hasCode_ = false; break;
            case Meaning::words: frame_.error.message.clear(); break;
            case Meaning::sid: frame_.error.id.clear(); break;
            case Meaning::headerStatus: frame_.headerIsLast = false; break;
            case Meaning::choicesStatus: frame_.choicesAreLast = false; break;
            case Meaning::none: break;
            default: counts_.of(meaning) = {};
        }
    }

    // The original's client reads `content` of every element, and cannot step over a frame that lacks one.
    void complete(std::string_view json) {
        std::size_t written = 0;
        for (const Gap& gap : gaps_) {
            frame_.completed.append(json, written, gap.at - written);
            frame_.completed += gap.isEmpty ? R"("content":"")" : R"("content":"",)";
            written = gap.at;
        }
        frame_.completed.append(json, written);
    }

    AnswerFrame& frame_;
    const rapidjson::MemoryStream& bytes_;
    std::array<Place, kDeepest> places_;
    std::size_t depth_ = 0;
    int values_ = 0;
    Meaning meaning_ = Meaning::none;
    bool isObject_ = false, isLoneValue_ = false;
    bool hasCode_ = false, hasPayload_ = false, hasChoices_ = false, hasContent_ = false;
    Counts counts_;
    std::size_t elementAt_ = 0, elementBegin_ = 0;  // in the message; in the content
    std::vector<Gap> gaps_;
};

}  // namespace

const AnswerFrame& AnswerReader::read(std::string_view json) {
    frame_.error.code = 0;
    for (std::string* text : {&frame_.error.message, &frame_.error.id, &frame_.content, &frame_.completed})
        text->clear();
    frame_.headerIsLast = frame_.choicesAreLast = frame_.hasText = false;
    rapidjson::MemoryStream bytes(json.data(), json.size());
    Reading reading(frame_, bytes);
    const bool isRead = readEvents(reader_, bytes, reading);
    if (reading.hasTooMany()) failMessage("has too many values");
    if (!isRead && !reading.isLoneValue()) failMessage("is no JSON");
    if (!reading.isObject()) failMessage("is no JSON object");
    if (!reading.hasCode()) failMessage("has no header.code");
    reading.finish(json);
    return frame_;
}

}  // namespace aiproject::iflytek
