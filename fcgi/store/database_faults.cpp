// What the faults of a database are called, for the log and for whoever may try again.
#include "base/error.h"
#include "store/database.h"

#include <Poco/Exception.h>

#include <cerrno>
#include <system_error>

namespace aiproject {
namespace {

// Of this machine: what others hold now, and give back.
bool isPassing(const std::error_code& error) {
    for (const auto passing : {EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC, EDQUOT})
        if (error == std::error_code(passing, std::generic_category())) return true;
    return false;
}

}  // namespace

// SQLite says "unable to open database file" for what another user may.
std::string Database::withDenial(const std::string& what) const {
    const std::string denial = dialect_->denial();
    return denial.empty() ? what : what + ": " + denial;
}

std::string Database::withShortage(const Poco::Exception& e) const {
    const std::string shortage = dialect_->shortage(e);
    return shortage.empty() ? e.displayText() : shortage + " (" + e.displayText() + ")";
}

std::string Database::placed(const std::string& what) const { return "database " + dialect_->place() + ": " + what; }

Error Database::fault(const std::string& what) const {
    if (metrics_) add(metrics_->faults);
    return {ErrorKind::internal, placed(what)};
}

Error Database::busy(const std::string& what) const {
    if (metrics_) add(metrics_->busy);
    return {ErrorKind::databaseBusy, placed(what)};
}

void Database::guarded(const std::function<void()>& work) const {
    try {
        work();
    } catch (const Poco::Exception& e) {
        const std::string limit = "; database.timeout_ms is " + std::to_string(timeout_.count());
        switch (dialect_->kindOf(e)) {
            case FaultKind::constraint: throw ConstraintViolation(e.displayText());
            case FaultKind::locked: throw busy("locked by another process for too long: " + e.displayText() + limit);
            case FaultKind::slow: throw busy("a statement took longer than it may: " + e.displayText() + limit);
            case FaultKind::conflict:
            case FaultKind::lost: throw busy(e.displayText());
            case FaultKind::exhausted: throw busy(withShortage(e));
            case FaultKind::other: throw fault(withDenial(e.displayText()));
        }
    } catch (const std::system_error& e) {
        throw isPassing(e.code()) ? busy(e.what()) : fault(withDenial(e.what()));
    }
}

}  // namespace aiproject
