// The dialects of frames that this worker knows: the one place that lists them.
#include "api/frame_look.h"
#include "api/openai_frames.h"
#include "api/spark_frames.h"

namespace aiproject {

std::optional<FrameLook> lookAt(std::string_view dialect, std::string_view frame) {
    if (dialect == "spark") return lookAtSpark(frame);
    if (dialect == "openai") return lookAtOpenAi(frame);
    return std::nullopt;
}

}  // namespace aiproject
