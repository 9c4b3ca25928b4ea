// Speech recognition without ears: phrases that depend on the number of audio bytes alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aiproject::upstream {

enum class Correction { off, dynamic };  // dynamic: dwa=wpgs

struct Recognized {
    int number;  // sn, from 1
    std::string text;
    bool isLast = false;
    std::optional<std::pair<int, int>> replaced = std::nullopt;  // numbers, both included
};

class Recognition {
public:
    explicit Recognition(Correction correction) : correction_(correction) {}

    // What has become known when so many bytes are there in all.
    std::vector<Recognized> hear(std::uint64_t bytes);
    Recognized end(std::uint64_t bytes);

private:
    Recognized settle(std::string text);

    const Correction correction_;
    std::uint64_t quarters_ = 0;  // of phrases, heard so far
    int number_ = 0;
    int guesses_ = 0;  // results that the next settled text replaces
};

}  // namespace aiproject::upstream
