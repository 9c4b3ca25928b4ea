// A picture that is to be read: its head, and what becomes of it before the engine sees it.
#include "fuzz/target.h"
#include "ocr_tesseract/page.h"
#include "upstream/failure.h"

#include <leptonica/allheaders.h>

#include <algorithm>

namespace aiproject::fuzz {

void tryInput(std::string_view input) {
    using namespace aiproject::ocr;
    constexpr std::uint64_t quick = 100'000;  // pixels: larger ones take the fuzzer's time, and teach it nothing
    silenceLeptonica();
    try {
        const PictureHead head = headOf(input);
        require(head.width > 0 && head.height > 0, "a picture has pixels");
        require(head.orientation >= 1 && head.orientation <= 8, "an orientation is one of eight");
        if (head.pixels() > quick) return;
        Picture picture = decoded(input, head);
        const auto [shorter, longer] =
            std::minmax({std::uint32_t(pixGetWidth(picture.get())), std::uint32_t(pixGetHeight(picture.get()))});
        if (std::max(head.width, head.height) > kLongestSide)
            require(longer <= kLongestSide && shorter <= std::min(head.width, head.height), "a long picture is halved");
        else
            require(shorter == std::min(head.width, head.height) && longer == std::max(head.width, head.height),
                    "a picture has the size that its head says");
        require(pixGetDepth(picture.get()) == 8, "a decoded picture is gray");
        const Page page = prepared(std::move(picture));
        require(page.picture != nullptr && upsideDown(page.picture) != nullptr, "what is decoded can be prepared");
    } catch (const outbound::CallFailure& refused) {
        require(refused.status() == ModelStatus::badInput && !refused.forClient().empty(),
                "a picture is refused for what it is, and the client is told");
    }
}

}  // namespace aiproject::fuzz
