#include "routes/picture_formats.h"

#include "http/upload.h"

namespace aiproject {

PictureFormats::PictureFormats(const std::vector<const Model*>& models) {
    for (const Model* const model : models) add(*model);
}

PictureFormats::PictureFormats(const std::vector<std::string>& names, const ModelRegistry& registry) {
    for (const std::string& name : names)
        if (const Model* const model = registry.find(name)) add(*model);
}

void PictureFormats::add(const Model& model) noexcept {
    hasPng_ = hasPng_ || (model.serves(Kind::picture) && model.hasAll(std::uint64_t(Ability::pngPictures)));
}

std::string_view PictureFormats::of(std::string_view bytes) const noexcept {
    if (isJpeg(bytes)) return "image/jpeg";
    return hasPng_ && isPng(bytes) ? "image/png" : "";
}

std::string PictureFormats::names() const { return hasPng_ ? "JPEG or PNG" : "JPEG"; }

}  // namespace aiproject
