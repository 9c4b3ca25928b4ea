// How the parts of the simulator end a conversation; thrown, because it may end at any read or write.
#pragma once

#include <string>

namespace aiproject::upstream {

// The client has left, the simulator stops, or all that had to be said was said.
struct ConversationOver {};

// What a strict service refuses: the code of its error frame and the words that go with it.
struct Refusal {
    int code;
    std::string message;
};

// The client broke RFC 6455; answered with a close frame.
struct FramingError {
    int closeCode;
    std::string reason;
};

}  // namespace aiproject::upstream
