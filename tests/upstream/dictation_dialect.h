// The two envelopes of voice dictation: v2 (common, business, data) and the large model's (header,
// parameter, payload). Both refuse with a Refusal what is not in their shape.
#pragma once

#include "upstream/outlet.h"
#include "upstream/recognition.h"
#include "upstream/shape.h"

#include <memory>
#include <optional>
#include <string>

namespace aiproject::upstream {

struct AudioFormat {
    bool isPcm;
    std::uint64_t bytesPerSecond;  // of PCM
    Correction correction;
};

enum class FrameStatus { first = 0, middle = 1, last = 2 };

class DictationDialect : public Dialect {
public:
    virtual FrameStatus statusOf(const Shape& message) const = 0;
    // What only the first message has.
    virtual AudioFormat begin(const Shape& message) = 0;
    // The Base64 of any message's audio, after all else in it was checked.
    virtual std::string audioOf(const Shape& message, FrameStatus status) = 0;
    // A first answer that says nothing yet.
    virtual std::optional<std::string> greeting() { return std::nullopt; }
    virtual std::string result(const Recognized& recognized, int code) = 0;
};

std::unique_ptr<DictationDialect> classicDictation(const std::string& appId, const std::string& sid);
std::unique_ptr<DictationDialect> largeDictation(const std::string& appId, const std::string& sid);

// What both have in their results: sn, ls, pgs, rg, ws.
Poco::JSON::Object resultObject(const Recognized& recognized, Correction correction);
// Optional integers among the parameters.
struct IntegerParameter {
    const char* name;
    std::int64_t least, most;
};
void checkIntegers(const Shape& parameters, const std::vector<IntegerParameter>& known);
Correction correctionOf(const Shape& parameters);

constexpr ShapeCodes kDictationCodes{10160, 10163, 10163};

}  // namespace aiproject::upstream
