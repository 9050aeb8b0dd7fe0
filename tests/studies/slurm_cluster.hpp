#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>
#include "app/process.hpp"
#include "tests/orbit/ledger_fixture.hpp"

// Slurm itself on this machine: one controller and two nodes of two cores, with nothing shared with a Slurm
// that is installed here, gone with its owner. Needs root, as slurmd does.
namespace lunafab::test {

/// Why there can be no cluster here; empty where there can.
inline std::string no_cluster() {
  for (const char* daemon : {"/usr/sbin/slurmctld", "/usr/sbin/slurmd"})
    if (access(daemon, X_OK) != 0) return fmt::format("there is no {} (Debian: slurm-wlm)", daemon);
  return geteuid() == 0 ? "" : "slurmd needs root";
}

class SlurmCluster {
 public:
  explicit SlurmCluster(const std::string& directory) : directory_(directory) {
    for (const char* name : {"state", "n1", "n2"})
      std::filesystem::create_directories(directory_ + "/" + name);
    orbit::test::write_bytes(config(), configuration());
    setenv("SLURM_CONF", config().c_str(), 1);
    controller_ = start({"/usr/sbin/slurmctld", "-D", "-c", "-f", config()}, "controller.txt");
    nodes_ = {start({"/usr/sbin/slurmd", "-D", "-N", "n1", "-f", config()}, "n1.txt"),
              start({"/usr/sbin/slurmd", "-D", "-N", "n2", "-f", config()}, "n2.txt")};
  }
  ~SlurmCluster() {
    kill_steps("");
    for (pid_t* daemon : {&nodes_[0], &nodes_[1], &controller_}) end(*daemon);
    unsetenv("SLURM_CONF");
  }
  SlurmCluster(const SlurmCluster&) = delete;
  SlurmCluster& operator=(const SlurmCluster&) = delete;

  /// What a command of Slurm prints.
  static std::string ask(const std::vector<std::string>& words) {
    return app::run_process(words, app::ErrorText::hidden).text;
  }

  /// As if the machine n2 had lost its power: the daemon, what it had started, and who watches over that.
  void kill_second_node() {
    end(nodes_[1]);
    kill_steps("n2");
  }

 private:
  std::string config() const { return directory_ + "/slurm.conf"; }

  /// Timings are as short as Slurm lets them be: a dead node is noticed after 10 s instead of 5 min, and a
  /// task goes back to the queue after 5 s (cred_expire) instead of 2 min.
  std::string configuration() const {
    std::array<char, 256> host{};
    gethostname(host.data(), host.size() - 1);
    const std::array<int, 3> ports = free_ports();
    std::string text = fmt::format(
        "ClusterName=test\nSlurmctldHost={0}(127.0.0.1)\nSlurmctldPort={2}\nSlurmUser=root\n"
        "AuthType=auth/none\nAuthInfo=cred_expire=5\nCredType=cred/none\nProctrackType=proctrack/linuxproc\n"
        "TaskPlugin=task/none\nJobAcctGatherType=jobacct_gather/none\nMpiDefault=none\nMailProg=/bin/true\n"
        "AccountingStorageType=accounting_storage/none\nJobCompType=jobcomp/none\nSelectType=select/"
        "cons_tres\n"
        "SelectTypeParameters=CR_Core\nReturnToService=2\nSlurmdTimeout=10\nKillWait=2\n"
        "SlurmdParameters=config_overrides\nStateSaveLocation={1}/state\nSlurmdSpoolDir={1}/%n\n"
        "SlurmctldPidFile={1}/controller.pid\nSlurmdPidFile={1}/%n.pid\nTmpFS={1}/%n\n",
        host.data(), directory_, ports[0]);
    for (const int n : {1, 2})
      text += fmt::format("NodeName=n{0} NodeHostName={1} NodeAddr=127.0.0.1 Port={2} CPUs=2\n", n,
                          host.data(), ports.at(static_cast<std::size_t>(n)));
    return text + "PartitionName=main Nodes=n1,n2 Default=YES State=UP\n";
  }

  static std::array<int, 3> free_ports() {
    std::array<int, 3> sockets{}, ports{};
    for (std::size_t i = 0; i < ports.size(); ++i) {
      sockets[i] = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
      socklen_t size = sizeof address;
      if (bind(sockets[i], reinterpret_cast<sockaddr*>(&address), size) != 0 ||
          getsockname(sockets[i], reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
      ports[i] = ntohs(address.sin_port);
    }
    for (const int socket : sockets) close(socket);
    return ports;
  }

  pid_t start(std::vector<std::string> words, const std::string& log) const {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string path = directory_ + "/" + log;
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process");
    if (child > 0) return child;
    const int text = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (dup2(text, STDOUT_FILENO) >= 0 && dup2(text, STDERR_FILENO) >= 0) execv(argv[0], argv.data());
    _exit(127);
  }

  static void end(pid_t& daemon) {
    if (daemon <= 0) return;
    kill(daemon, SIGKILL);
    waitpid(std::exchange(daemon, -1), nullptr, 0);
  }

  /// Kills the jobs of a node ("": of all) and their slurmstepd, which are children of none of ours. They are
  /// known by their environment, where this cluster's configuration stands.
  void kill_steps(const std::string& node) const {
    const std::string ours = "SLURM_CONF=" + config() + '\0', there = "SLURMD_NODENAME=" + node;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename().string();
      pid_t process = 0;
      if (std::from_chars(name.data(), name.data() + name.size(), process).ec != std::errc{} ||
          process == getpid())
        continue;
      const std::string environment = orbit::test::read_bytes(entry.path().string() + "/environ");
      if (environment.find(ours) == std::string::npos || environment.find(there) == std::string::npos)
        continue;
      const pid_t parent = parent_of(process);
      if (parent > 1 && parent != getpid()) kill(parent, SIGKILL);
      kill(process, SIGKILL);
    }
  }

  static pid_t parent_of(pid_t process) {
    const std::string status = orbit::test::read_bytes(fmt::format("/proc/{}/status", process));
    const std::size_t at = status.find("PPid:\t");
    return at == std::string::npos ? 0 : std::stoi(status.substr(at + 6));
  }

  std::string directory_;
  pid_t controller_ = -1;
  std::array<pid_t, 2> nodes_{-1, -1};
};

/// Looks every fifth of a second; false where it has not happened within the time.
inline bool wait_for(std::chrono::seconds most, const std::function<bool()>& happened) {
  const auto until = std::chrono::steady_clock::now() + most;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return true;
}

}  // namespace lunafab::test
