// What a call costs, from how it ended and what is known of it. Pure: the rules are in README.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"

namespace aiproject {

enum class Unit { token, picture, voiceSecond };  // text, picture, voice

struct Amounts {
    std::int64_t tokens = 0;
    std::int64_t pictures = 0;
    std::int64_t voiceSeconds = 0;
    std::int64_t money = 0;  // micro-units, as prices are

    bool isNothing() const noexcept { return tokens == 0 && pictures == 0 && voiceSeconds == 0 && money == 0; }
};

enum class Outcome {
    complete,
    clientLeft,
    broken,  // after something of the answer was passed on
    failed,  // before
    lost,    // its worker was killed
};
enum class Basis { reported, estimated, none };

// The words of the ledger.
const char* nameOf(Outcome outcome) noexcept;
const char* nameOf(Basis basis) noexcept;
const char* nameOf(Unit unit) noexcept;  // the kind: text, picture, voice
Unit unitOf(const std::string& kind) noexcept;

struct ReportedTokens {  // as the upstream said it, believable or not
    std::int64_t question = 0;
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t total = 0;
    std::int64_t cached = 0;     // of prompt
    std::int64_t reasoning = 0;  // of completion
};

struct CallEnd {
    Unit unit = Unit::token;
    Outcome outcome = Outcome::failed;
    bool isWhole = false;                    // the upstream has given its whole answer, whoever was there to read it
    bool isDelivered = false;                // something of the answer was passed on
    std::optional<ReportedTokens> reported;  // text; none: the upstream said nothing
    std::int64_t questionTokens = 0;         // estimated
    std::int64_t answerTokens = 0;           // estimated, of what was passed on
    std::int64_t voiceSeconds = 0;           // of the audio
    std::int64_t spokenSeconds = 0;          // of speech that was passed on
};

struct Bill {
    Amounts amounts;
    std::int64_t tokensIn = 0;
    std::int64_t tokensOut = 0;
    Basis basis = Basis::none;
    std::int64_t tokensCached = 0;     // of tokensIn
    std::int64_t tokensReasoning = 0;  // of tokensOut
    std::int64_t spokenSeconds = 0;    // cost money, and are in no quota
    std::string doubt;                 // why a report was not believed, for the log
};

// Without money.
Bill billFor(const CallEnd& end);

// Rounded up, once. Tokens of the total that are in neither part cost what those of the completion do.
std::int64_t costOf(const Bill& bill, const PriceConfig& price);

}  // namespace aiproject
