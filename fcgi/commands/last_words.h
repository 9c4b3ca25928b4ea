// What a worker leaves on the board for its manager: why it ends, and how many lines its log has lost.
#pragma once

#include "observe/metrics.h"

#include <string>

namespace aiproject {

class Log;
class Seat;

// Why it ends: the manager says it even when the log of this worker could not take it.
void leaveLastWords(const Seat& seat, const std::string& words);

// As long as it lives, a worker that ends itself, having lost what it cannot do without, says so on the board and in
// the log.
class LastWords {
public:
    LastWords(const Seat& seat, Log& log);
    ~LastWords();
    LastWords(const LastWords&) = delete;
    LastWords& operator=(const LastWords&) = delete;
};

// The log counts what it loses on the board; it is older than that, and stays longer.
class LossesOnBoard {
public:
    LossesOnBoard(Log& log, Count& losses);
    ~LossesOnBoard();
    LossesOnBoard(const LossesOnBoard&) = delete;
    LossesOnBoard& operator=(const LossesOnBoard&) = delete;

private:
    Log& log_;
};

}  // namespace aiproject
