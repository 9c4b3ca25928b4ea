// A model whose streams begin, and go on when the test says so. The plugin `scripted` must be in plugins.dir.
#pragma once

#include "support/eventually.h"
#include "support/temp_dir.h"
#include "support/worker_under_test.h"

#include <memory>
#include <string>
#include <utility>

namespace aiproject::test {

class GatedModel {
public:
    // `settings` with this model, called `gated`.
    Settings addedTo(Settings settings) const {
        settings["model.gated.plugin"] = "scripted";
        settings["model.gated.script"] = "delta one|await " + dir_.file("gate") + "|delta two";
        return settings;
    }
    // A stream that has begun; a slow machine may refuse the first.
    std::unique_ptr<FastcgiClient> stream(const std::string& socket, const std::string& uuid,
                                          const std::string& name = "alice") const {
        std::unique_ptr<FastcgiClient> stream;
        ASSERT_EVENTUALLY((stream = streamIfAny(socket, uuid, name)) != nullptr);
        return stream;
    }
    // Null: it was refused.
    std::unique_ptr<FastcgiClient> streamIfAny(const std::string& socket, const std::string& uuid,
                                               const std::string& name) const {
        auto stream = std::make_unique<FastcgiClient>(socket);
        stream->send(jsonRequest("/models/gated/stream", textBody(uuid, name, "hi")));
        return stream->readUntil("one") ? std::move(stream) : nullptr;
    }
    void open() const { dir_.write("gate", ""); }

    static bool isWhole(const FastcgiAnswer& answer) {
        return answer.complete && answer.body.find("\"status\":2") != std::string::npos &&
               answer.body.find("two") != std::string::npos;
    }

private:
    TempDir dir_;
};

}  // namespace aiproject::test
