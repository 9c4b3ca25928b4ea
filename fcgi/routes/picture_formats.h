// The formats of pictures that one of a question's models takes: JPEG, and PNG where a model has Ability::pngPictures.
#pragma once

#include "host/model_registry.h"

#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

class PictureFormats {
public:
    explicit PictureFormats(const std::vector<const Model*>& models);
    // Names that are not loaded take nothing.
    PictureFormats(const std::vector<std::string>& names, const ModelRegistry& registry);

    // "image/jpeg", as the bytes begin, whatever the client calls them; empty: they are in none of the formats.
    std::string_view of(std::string_view bytes) const noexcept;
    // "JPEG or PNG": for the client.
    std::string names() const;

private:
    void add(const Model& model) noexcept;

    bool hasPng_ = false;
};

}  // namespace aiproject
