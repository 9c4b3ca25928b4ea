// The program espeak-ng, one process for each passage. Its library has one voice, rate and callback per process, and
// some texts make it read memory that it has freed: so it runs where it can neither hold up nor harm anything else.
#pragma once

#include "aiproject/imodel.h"
#include "speech_espeak/passages.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace aiproject::espeak {

struct Manner {
    std::string program, data;  // its path, and the folder of its voices
    std::string voice;          // as Voices::find() gives it
    int wordsPerMinute, pitch;
};

class Speaker {
public:
    // Begins to speak. Throws std::runtime_error.
    Speaker(const Passage& passage, const Manner& manner, IReply& reply);
    ~Speaker();  // ends the process, if it still runs
    Speaker(const Speaker&) = delete;
    Speaker& operator=(const Speaker&) = delete;

    // The next samples, as many as have come, in `bytes`, which has room for a good many; 0: that was all, or the host
    // wishes the call's end. `ms`: the most to wait. Throws std::runtime_error when the program has failed.
    std::size_t read(char* bytes, std::size_t room, std::uint32_t ms);
    int samplesPerSecond() const noexcept { return samplesPerSecond_; }  // once there are some

private:
    std::size_t receive(char* bytes, std::size_t room);
    void readHead();
    void checkEnd();

    IReply& reply_;
    pid_t process_ = -1;
    int socket_ = -1;
    int samplesPerSecond_ = 0;  // 0: the head has not come
};

}  // namespace aiproject::espeak
