#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace lunafab::ui {

/// There is nothing to draw on, or no way to keep the picture.
class DrawError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Rows from the top, three bytes (red, green, blue) a pixel.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

/// An OpenGL 3.3 context without window or display (EGL surfaceless), current from construction to
/// destruction, that draws into a framebuffer object. @throws DrawError where the machine cannot do
/// that
class OffscreenContext {
 public:
  OffscreenContext();
  ~OffscreenContext();
  OffscreenContext(const OffscreenContext&) = delete;
  OffscreenContext& operator=(const OffscreenContext&) = delete;

  /// Gives the framebuffer this size, and clears it. @throws DrawError where it is too large
  void resize(int width, int height);
  Image read() const;

 private:
  void* display_ = nullptr;
  void* context_ = nullptr;
  unsigned framebuffer_ = 0, pixels_ = 0;
  int width_ = 0, height_ = 0;
};

/// @throws DrawError where the file cannot be written
void write_png(const Image& image, const std::string& path);

}  // namespace lunafab::ui
