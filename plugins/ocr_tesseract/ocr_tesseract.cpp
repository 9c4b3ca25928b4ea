// Reads the text in pictures with tesseract, in this process and without any key. It reads; it does not understand.
#include "ocr_tesseract/codes.h"
#include "ocr_tesseract/engine_pool.h"
#include "ocr_tesseract/picture_head.h"
#include "upstream/failure.h"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace aiproject;
using namespace aiproject::ocr;

constexpr Setting kSettings[] = {
    {"languages", SettingType::text, "chi_sim+eng", "", 0, 0, "", Secrecy::open,
     "of the text, with '+' between them; the package tesseract-ocr-NAME has each"},
    {"data", SettingType::text, "/usr/share/tesseract-ocr/5/tessdata", "", 0, 0, "", Secrecy::open,
     "the folder of the languages' data"},
    {"engines", SettingType::integer, "0", "", 0, 64, "", Secrecy::open,
     "pictures that are read at once, per process, a core each; 0: as many as the process may use"},
    {"idle_ms", SettingType::integer, "60000", "ms", 1, 86'400'000, "", Secrecy::open,
     "an engine without work for so long gives its memory back"},
    {"nice", SettingType::integer, "10", "", 0, 19, "", Secrecy::open,
     "of the engines' threads, where the process has less: streams of the same worker go first"},
    {"max_pixels", SettingType::integer, "60000000", "pixels", 1, 1e9, "", Secrecy::open,
     "a larger picture is refused before it is decoded; each takes 1 byte, in CMYK 5 for a moment, of a progressive "
     "JPEG up to 7"},
    {"codes", SettingType::flag, "false", "", 0, 0, "", Secrecy::open,
     "read bar and QR codes too: a line for each, behind the text"},
};

int coresOfThisProcess() {
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

void requireSize(const PictureHead& head, std::uint64_t mostPixels) {
    if (head.pixels() <= mostPixels) return;
    const std::string sentence = "the picture has " + std::to_string(head.width) + " x " + std::to_string(head.height) +
                                 " pixels; this model takes at most " + std::to_string(mostPixels) + " in all";
    throw outbound::CallFailure(ModelStatus::inputTooLarge, sentence + " (max_pixels)", sentence);
}

class OcrTesseract final : public IModel {
public:
    OcrTesseract(PoolSettings settings, std::uint64_t mostPixels)
        : engines_(std::move(settings)), mostPixels_(mostPixels) {}

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return outbound::answerAtEdge(reply, [&] {
            const PictureHead head = headOf(request.media);
            requireSize(head, mostPixels_);
            return engines_.answer(request.media, head, reply);
        });
    }
    void destroy() noexcept override { delete this; }

private:
    EnginePool engines_;
    const std::uint64_t mostPixels_;
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "languages", [&]() -> IModel* {
        PoolSettings pool;
        pool.engine = {settings.text("languages").str(), settings.text("data").str(), settings.flag("codes")};
        pool.engines = int(settings.integer("engines"));
        if (pool.engines == 0) pool.engines = coresOfThisProcess();
        pool.idle = std::chrono::milliseconds(settings.integer("idle_ms"));
        pool.nice = int(settings.integer("nice"));
        const std::string missing = missingData(pool.engine);
        if (!missing.empty()) settings.reject("languages", missing);
        const bool lacksZbar = pool.engine.readsCodes && !canReadCodes();
        if (lacksZbar) settings.reject("codes", "this build has no zbar; install libzbar-dev and build again");
        if (!missing.empty() || lacksZbar) return nullptr;
        const auto mostPixels = std::uint64_t(settings.integer("max_pixels"));
        return std::make_unique<OcrTesseract>(std::move(pool), mostPixels).release();
    });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "reads text in pictures",
    std::uint32_t(Kind::picture),
    std::uint64_t(Ability::pngPictures),
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
