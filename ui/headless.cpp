#define GL_GLEXT_PROTOTYPES
#define EGL_NO_X11
#include "ui/headless.hpp"
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stb_image_write.h>
#include <algorithm>
#include <array>

namespace lunafab::ui {
namespace {

void require(bool ok, const char* what) {
  if (!ok) throw DrawError(std::string("cannot draw without a display: ") + what);
}

EGLContext create_context(EGLDisplay display) {
  require(display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr) == EGL_TRUE,
          "EGL has no surfaceless platform");
  require(eglBindAPI(EGL_OPENGL_API) == EGL_TRUE, "EGL has no OpenGL");
  constexpr std::array<EGLint, 7> wanted{EGL_CONTEXT_MAJOR_VERSION,
                                         3,
                                         EGL_CONTEXT_MINOR_VERSION,
                                         3,
                                         EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                         EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                         EGL_NONE};
  EGLContext context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, wanted.data());
  require(context != EGL_NO_CONTEXT, "EGL gives no OpenGL 3.3 context");
  require(eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context) == EGL_TRUE,
          "EGL needs a surface");
  return context;
}

}  // namespace

OffscreenContext::OffscreenContext()
    : display_(eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr)) {
  context_ = create_context(display_);
  glGenFramebuffers(1, &framebuffer_);
  glGenRenderbuffers(1, &pixels_);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_);
}

OffscreenContext::~OffscreenContext() {
  glDeleteRenderbuffers(1, &pixels_);
  glDeleteFramebuffers(1, &framebuffer_);
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display_, context_);
  // The display is one for the whole process: terminating it would unload a driver that the next picture
  // needs.
}

void OffscreenContext::resize(int width, int height) {
  width_ = width;
  height_ = height;
  glBindRenderbuffer(GL_RENDERBUFFER, pixels_);
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGB8, width, height);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, pixels_);
  require(glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE, "the picture is too large");
  glViewport(0, 0, width, height);
  glClear(GL_COLOR_BUFFER_BIT);
}

Image OffscreenContext::read() const {
  const std::size_t row = static_cast<std::size_t>(width_) * 3;
  Image image{width_, height_, std::vector<std::uint8_t>(row * static_cast<std::size_t>(height_))};
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, width_, height_, GL_RGB, GL_UNSIGNED_BYTE, image.rgb.data());
  // OpenGL counts rows from the bottom.
  for (std::size_t top = 0, bottom = static_cast<std::size_t>(height_) - 1; top < bottom; ++top, --bottom) {
    const auto at = [&](std::size_t y) {
      return image.rgb.begin() + static_cast<std::ptrdiff_t>(y * row);
    };
    std::swap_ranges(at(top), at(top + 1), at(bottom));
  }
  return image;
}

void write_png(const Image& image, const std::string& path) {
  if (stbi_write_png(path.c_str(), image.width, image.height, 3, image.rgb.data(), image.width * 3) == 0) {
    throw DrawError("cannot write " + path);
  }
}

}  // namespace lunafab::ui
