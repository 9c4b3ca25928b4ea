// The dialects that this worker knows: the one place that lists them.
#include "api/dialect.h"
#include "api/documented.h"
#include "api/frame_look.h"
#include "api/spark_frames.h"

#include <stdexcept>

namespace aiproject {

std::optional<FrameLook> lookAt(std::string_view dialect, std::string_view frame) {
    if (dialect == "spark") return lookAtSpark(frame);
    return std::nullopt;
}

std::unique_ptr<AnswerWriter> writerFor(std::string_view dialect, FrameSink& sink) {
    if (dialect == "documented") return std::make_unique<DocumentedWriter>(sink);
    throw std::invalid_argument("no writer for clients of the dialect '" + std::string(dialect) + "'");
}

}  // namespace aiproject
