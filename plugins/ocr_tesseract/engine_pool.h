// Engines in threads of their own, since generate() runs on small stacks, and in threads that come and go. One is made
// when all are busy and there may be more, and ends when it has had nothing to do for a while.
#pragma once

#include "aiproject/imodel.h"
#include "ocr_tesseract/engine.h"

#include <chrono>
#include <memory>
#include <string_view>

namespace aiproject::ocr {

struct PoolSettings {
    EngineSettings engine;
    int engines = 1;  // at most
    std::chrono::milliseconds idle{60'000};
    int nice = 10;  // at least, of the engines' threads
};

class EnginePool {
public:
    explicit EnginePool(PoolSettings settings);
    // Waits for what is being read to notice its end: pages are laid out without a look at it, at most some seconds.
    // Then no thread is left, not even one that gives back what libraries keep for it.
    ~EnginePool();
    EnginePool(const EnginePool&) = delete;
    EnginePool& operator=(const EnginePool&) = delete;

    // Hands the text in the picture to `reply`. Returns soon after the host has wished its end; the engine notices it
    // by itself, and the next caller waits for it. Throws CallFailure.
    ModelStatus answer(std::string_view bytes, const PictureHead& head, IReply& reply);

    struct State;

private:
    void beginEngine();

    const std::unique_ptr<State> state_;
};

}  // namespace aiproject::ocr
