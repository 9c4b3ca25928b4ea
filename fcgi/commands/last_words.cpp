#include "commands/last_words.h"

#include "base/own_descriptor.h"
#include "observe/log.h"
#include "pool/crash_report.h"
#include "pool/seat.h"

#include <array>

namespace aiproject {

void leaveLastWords(const Seat& seat, const std::string& words) {
    std::array<char, 160>& row = seat.worker().lastWords;
    row.at(words.copy(row.data(), row.size() - 1)) = '\0';
}

LastWords::LastWords(const Seat& seat, Log& log) {
    onLastWords([&seat, &log](const std::string& words) {
        blameRunningModel();
        leaveLastWords(seat, words);
        log.error("cannot go on: " + words);
    });
}

LastWords::~LastWords() { onLastWords({}); }

LossesOnBoard::LossesOnBoard(Log& log, Count& losses) : log_(log) { log_.countLostIn(losses); }

LossesOnBoard::~LossesOnBoard() {
    static Count unseen{0};
    log_.countLostIn(unseen);
}

}  // namespace aiproject
