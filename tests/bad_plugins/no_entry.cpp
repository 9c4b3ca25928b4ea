// A shared library that is no plugin.
namespace {

[[maybe_unused]] int unrelated() noexcept { return 0; }

}  // namespace
