// /admin/models, /admin/status and /admin/reload: what `aiproject models`, `status` and `reload` show and do.
#include "base/utf8.h"
#include "host/model_description.h"
#include "pool/manager_link.h"
#include "routes/admin_answers.h"
#include "routes/routes.h"

#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

namespace aiproject {
namespace {

constexpr std::chrono::seconds kReloadTime{20};  // then who asked looks at the status: a proxy may wait no longer

// One of the few threads of this process that may wait for the manager: one that hangs takes no more of them.
class ManagerTurn {
public:
    ManagerTurn() {
        if (taken_.fetch_add(1) < kMost) return;
        taken_.fetch_sub(1);
        throw Error(ErrorKind::modelBusy, "others wait for the manager already",
                    "others wait for the manager already; is it busy, or stopped?");
    }
    ~ManagerTurn() { taken_.fetch_sub(1); }
    ManagerTurn(const ManagerTurn&) = delete;
    ManagerTurn& operator=(const ManagerTurn&) = delete;

private:
    static constexpr int kMost = 2;  // a reload, and a look at the status meanwhile
    static inline std::atomic<int> taken_{0};
};

// `ask` with a link to the manager; whatever keeps it from answering passes, or is the operator's to see in the log.
template <class Ask>
void withManager(const Context& context, const Ask& ask) {
    const ManagerTurn turn;
    try {
        ManagerLink link(context.services.config.runDir);
        ask(link);
    } catch (const Error&) {
        throw;
    } catch (const std::runtime_error& e) {
        throw Error(ErrorKind::modelBusy, e.what(),
                    "no manager answers: are these workers of `aiproject serve`, and is it running?");
    }
}

// Paths lose their folders: where things lie is for who has the host.
std::string withoutFolders(const std::string& text) {
    constexpr std::string_view ends = " \t\n\"'(),;=";
    std::string shown;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of(ends, at), text.size());
        const std::string word = text.substr(at, end - at);
        shown += word.substr(0, 1) == "/" ? word.substr(word.rfind('/') + 1) : word;
        if (end < text.size()) shown += text[end];
        at = end + 1;
    }
    return shown;
}

const char* nameOf(Severity severity) {
    switch (severity) {
        case Severity::error: return "error";
        case Severity::warning: return "warning";
        case Severity::note: return "note";
    }
    return "error";  // a value outside the enum
}

}  // namespace

void showModels(Context& context) {
    const ModelRegistry& registry = context.services.models.registry();
    Poco::JSON::Array items, findings;
    for (const auto& entry : registry.models()) items.add(describe(context.services.config, entry.second));
    for (const Finding& finding : registry.findings()) {
        Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
        object.set("severity", std::string(nameOf(finding.severity)));
        object.set("text", printable(withoutFolders(finding.text)));
        findings.add(object);
    }
    Poco::JSON::Object answer(Poco::JSON_PRESERVE_KEY_ORDER);
    answer.set("items", items);
    answer.set("findings", findings);
    sendObject(context.exchange, answer);
}

void showStatus(Context& context) {
    std::string json;
    withManager(context, [&](ManagerLink& link) { json = link.status(); });
    sendObject(context.exchange, *Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>());
}

void reloadAll(Context& context) {
    Poco::JSON::Array messages;
    const char* state = "in progress";
    withManager(context, [&](ManagerLink& link) {
        Audit(context.services.database).add({"reload", "", adminOriginOf(context)});  // a manager is there
        try {
            bool isServing = false;  // the last thing that is said
            const auto take = [&](const std::string& kind, const std::string& text) {
                isServing = kind == "say";
                messages.add(text);
            };
            const bool isWhole = link.ask("reload", take, kReloadTime) == 0;
            state = isWhole ? "done" : isServing ? "done in part" : "refused";
        } catch (const ManagerLink::Late&) {  // it goes on, and the status will say how it ended
        }
    });
    Poco::JSON::Object answer(Poco::JSON_PRESERVE_KEY_ORDER);
    answer.set("state", std::string(state));
    answer.set("messages", messages);
    sendObject(context.exchange, answer, std::string_view(state) == "in progress" ? 202 : 200);
}

}  // namespace aiproject
