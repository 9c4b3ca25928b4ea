#include "config/install_layout.h"

namespace aiproject {
namespace {

std::filesystem::path prefix() { return ownBinary().parent_path().parent_path(); }

}  // namespace

std::filesystem::path ownBinary() { return std::filesystem::read_symlink("/proc/self/exe"); }

std::filesystem::path installedPluginDir() { return prefix() / AIPROJECT_LIBDIR / "aiproject/plugins"; }

std::filesystem::path installedSqlDir() { return prefix() / AIPROJECT_DATADIR / "aiproject/sql"; }

std::filesystem::path installedTemplateDir() { return prefix() / AIPROJECT_DATADIR / "aiproject/template"; }

std::filesystem::path installedIncludeDir() { return prefix() / AIPROJECT_INCLUDEDIR; }

}  // namespace aiproject
