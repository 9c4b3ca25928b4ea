// Takes an answer apart while it arrives: whatever stands around the body is checked and left out.
//
// ERRORS  std::exception: the answer is not one that frames can be read from; what() is short and names no place, so
//         that equal failures count as one.
#pragma once

#include <memory>
#include <string_view>

namespace aiproject::bench {

class BodySink {
public:
    virtual void body(std::string_view piece) = 0;

protected:
    ~BodySink() = default;
};

class AnswerReader {
public:
    virtual ~AnswerReader() = default;

    virtual void restart() = 0;  // another answer begins
    // True: the answer is complete; what follows is not looked at.
    virtual bool read(std::string_view bytes, BodySink& sink) = 0;
    // The connection has ended: was that a complete answer?
    virtual bool endsWithConnection() const = 0;
};

std::unique_ptr<AnswerReader> newHttpAnswer();
std::unique_ptr<AnswerReader> newFastcgiAnswer();

}  // namespace aiproject::bench
