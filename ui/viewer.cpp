#include "ui/viewer.hpp"
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>
#include <imgui.h>
#include <algorithm>
#include <cstdio>
#include <memory>
#include "ui/headless.hpp"
#include "ui/model_thread.hpp"
#include "ui/panels.hpp"
#include "ui/picture.hpp"
#include "ui/theme.hpp"

namespace lunafab::ui {
namespace {

constexpr int cannot_draw = 2;
constexpr std::int64_t picture_points = 400,
                       window_points = 1600;           // a window also shows the first days large
constexpr int least_width = 1100, least_height = 640;  // below, names are cut
constexpr double redraw_s = 1.0 / 30.0;

ModelOptions model_options(const campaign::Scenario& scenario, const ViewOptions& options,
                           std::int64_t points) {
  ModelOptions model;
  Tick until = scenario.end;
  if (options.until_days >= 0.0) {
    until = std::min(until, Tick{} + ticks_from_seconds(options.until_days * 86400.0));
    model.pause_at = until;
  }
  model.sample_every = {std::max<std::int64_t>(until.us / points, 1)};
  return model;
}

/// About a minute for the whole run, at one of the speeds the window offers.
double comfortable_speed(const campaign::Scenario& scenario) {
  const double wanted = days(scenario.end) / 60.0;
  return wanted > 30.0 ? 100.0 : wanted > 3.0 ? 10.0 : wanted > 0.3 ? 1.0 : 0.1;
}

int take_screenshot(const campaign::Scenario& scenario, const ViewOptions& options) {
  OffscreenContext context;  // first: a machine that cannot draw need not compute
  ModelThread model(scenario, model_options(scenario, options, picture_points));
  std::shared_ptr<const Frame> frame = model.latest();
  while (frame->run == RunState::preparing || frame->run == RunState::running)
    frame = model.wait_newer(frame->number);
  model.rethrow_failure();
  write_png(picture(context, *frame, options.width, options.height), options.screenshot);
  return 0;
}

/// ImGui's share of the window's input.
struct InputBackend {
  explicit InputBackend(GLFWwindow* window) { ImGui_ImplGlfw_InitForOpenGL(window, true); }
  ~InputBackend() { ImGui_ImplGlfw_Shutdown(); }
  InputBackend(const InputBackend&) = delete;
  InputBackend& operator=(const InputBackend&) = delete;
};

using Window = std::unique_ptr<GLFWwindow, decltype(&glfwDestroyWindow)>;

/// GLFW from construction to destruction.
struct Glfw {
  Glfw() : ready(glfwInit() == GLFW_TRUE) {}
  ~Glfw() { glfwTerminate(); }
  Glfw(const Glfw&) = delete;
  Glfw& operator=(const Glfw&) = delete;
  bool ready;
};

Window open_window(const campaign::Scenario& scenario, const ViewOptions& options) {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  const std::string title = "lunafab: " + scenario.title;
  return {glfwCreateWindow(options.width, options.height, title.c_str(), nullptr, nullptr),
          &glfwDestroyWindow};
}

void show_frame(GLFWwindow* window, ModelThread& model) {
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  for (const Command& command : draw_panels(*model.latest()).commands) model.send(command);
  ImGui::Render();
  int width = 0, height = 0;
  glfwGetFramebufferSize(window, &width, &height);
  glViewport(0, 0, width, height);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  glfwSwapBuffers(window);
}

int run_window(const campaign::Scenario& scenario, const ViewOptions& options) {
  const Glfw glfw;
  const Window window = glfw.ready ? open_window(scenario, options) : Window(nullptr, &glfwDestroyWindow);
  if (!window) {
    fmt::print(stderr, "no display; use --screenshot FILE.png\n");
    return cannot_draw;
  }
  glfwSetWindowSizeLimits(window.get(), least_width, least_height, GLFW_DONT_CARE, GLFW_DONT_CARE);
  glfwMakeContextCurrent(window.get());
  glfwSwapInterval(1);
  float scale_x = 1.0f, scale_y = 1.0f;
  glfwGetWindowContentScale(window.get(), &scale_x, &scale_y);
  const Gui gui(std::max(scale_x, scale_y));
  const InputBackend input(window.get());
  ModelOptions start = model_options(scenario, options, window_points);
  start.days_per_s = comfortable_speed(scenario);
  ModelThread model(scenario, start);
  while (glfwWindowShouldClose(window.get()) == GLFW_FALSE) {
    glfwWaitEventsTimeout(redraw_s);
    show_frame(window.get(), model);
  }
  model.rethrow_failure();
  return 0;
}

}  // namespace

int view(const campaign::Scenario& scenario, const ViewOptions& options) {
  if (options.screenshot.empty()) return run_window(scenario, options);
  try {
    return take_screenshot(scenario, options);
  } catch (const DrawError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return cannot_draw;
  }
}

}  // namespace lunafab::ui
