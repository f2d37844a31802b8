package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.StackComponent;
import dev.whetstone.client.api.StackPorts;
import dev.whetstone.embedded.InfrastructureMain;
import dev.whetstone.embedded.PostgresProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The infrastructure of the stack as a real process that is killed and restarted. */
class LocalStackTest {
  @TempDir private Path folder;

  @Test
  void shouldKeepItsDataAfterAKillOfTheInfrastructure() throws SQLException {
    StackOptions options = infraOnly(StackPorts.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      execute(options, "create table kept (word text)");
      execute(options, "insert into kept values ('still here')");
      ProcessHandle first = stack.process(StackComponent.INFRA).orElseThrow();

      stack.kill(StackComponent.INFRA);
      assertThat(stack.isRunning(StackComponent.INFRA)).isFalse();
      assertThat(first.isAlive()).isFalse();
      // A new object, as in another call of the script.
      LocalStack again = LocalStack.of(options);
      again.start();

      assertThat(again.process(StackComponent.INFRA).orElseThrow().pid()).isNotEqualTo(first.pid());
      assertThat(read(options, "select word from kept")).isEqualTo("still here");
    }
    assertThat(postmaster(options)).isEmpty();
    assertThat(StackProcesses.marked(options.home().directory())).isEmpty();
    assertThat(options.home().pidFile(StackComponent.INFRA.id()))
        .as("the process id may be reused")
        .doesNotExist();
  }

  @Test
  void shouldAdoptRunningProcesses() {
    StackOptions options = infraOnly(StackPorts.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      long pid = stack.process(StackComponent.INFRA).orElseThrow().pid();

      LocalStack.of(options).start();

      assertThat(stack.process(StackComponent.INFRA).orElseThrow().pid()).isEqualTo(pid);
    }
  }

  @Test
  void shouldRecogniseItsPostgresWhenTheCheckoutIsReachedThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.toRealPath());
    StackOptions options = infraOnly(StackPorts.free()).at(link.resolve("home"), StackPorts.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      stack.kill(StackComponent.INFRA);

      stack.start();

      assertThat(stack.isReady(StackComponent.INFRA)).isTrue();
    }
    assertThat(StackProcesses.marked(options.home().directory())).isEmpty();
  }

  @Test
  void shouldNotBeReadyWithoutPostgres() {
    StackOptions options = infraOnly(StackPorts.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      ProcessHandle infra = stack.process(StackComponent.INFRA).orElseThrow();

      postmaster(options).orElseThrow().process().destroyForcibly();

      await().atMost(Duration.ofSeconds(5)).until(() -> !stack.isReady(StackComponent.INFRA));
      await().atMost(Duration.ofSeconds(30)).until(() -> !infra.isAlive());
    }
  }

  @Test
  void shouldNotStopAForeignProcessThatWorksInItsFolder() throws IOException {
    StackOptions options = infraOnly(StackPorts.free());
    options.home().create();
    Process foreign =
        new ProcessBuilder("sleep", "60").directory(options.home().data().toFile()).start();
    try {
      LocalStack.of(options).down();

      assertThat(foreign.isAlive()).isTrue();
    } finally {
      foreign.destroyForcibly();
    }
  }

  /** Like the shell that training starts, which records the exit code of its worker. */
  @Test
  void shouldLetTheParentShellRecordItsWorkersExitCode() throws IOException {
    StackOptions options = infraOnly(StackPorts.free());
    options.home().create();
    Path work = options.home().work();
    String worker = "trap 'exit 75' TERM; touch ready; while :; do sleep 0.1; done";
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", "sh -c \"$1\"; echo $? > exit", "shell", worker)
            .directory(work.toFile());
    shell.environment().put(StackProcesses.MARK, options.home().directory().toString());
    Process started = shell.start();
    await().until(() -> Files.exists(work.resolve("ready")));

    LocalStack.of(options).down();

    assertThat(started.isAlive()).isFalse();
    assertThat(work.resolve("exit")).hasContent("75");
    assertThat(StackProcesses.marked(options.home().directory())).isEmpty();
  }

  @Test
  void shouldWaitForAnotherStartOrStopOfTheStack() throws Exception {
    StackOptions options = infraOnly(StackPorts.free());
    options.home().create();
    StackLock held = StackLock.tryTake(options.home()).orElseThrow();

    Thread down = Thread.ofVirtual().start(() -> LocalStack.of(options).down());

    assertThat(down.join(Duration.ofMillis(500))).as("it continued despite the lock").isFalse();
    held.close();
    assertThat(down.join(Duration.ofSeconds(20))).isTrue();
  }

  /** Ctrl-C during the start: stops the processes that it started and no others. */
  @Test
  void shouldStopWhatItStartedWhenInterrupted() throws Exception {
    StackOptions options = infraOnly(StackPorts.free());
    options.home().create();
    Process foreign =
        new ProcessBuilder("sleep", "60").directory(options.home().data().toFile()).start();
    try {
      Process starting = StartingInfra.start(options);
      await().atMost(Duration.ofSeconds(30)).until(() -> postmaster(options).isPresent());
      ProcessHandle postmaster = postmaster(options).orElseThrow().process();
      ProcessHandle infra = LocalStack.of(options).process(StackComponent.INFRA).orElseThrow();

      assertThat(
              new ProcessBuilder("kill", "-INT", Long.toString(starting.pid())).start().waitFor())
          .isZero();

      String output = new String(starting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(starting.waitFor()).isEqualTo(130);
      assertThat(output).contains("interrupted: stopping the components that this command started");
      assertThat(output).contains("stopping Kafka and PostgreSQL");
      assertThat(infra.isAlive()).isFalse();
      await().atMost(Duration.ofSeconds(10)).until(() -> !postmaster.isAlive());
      assertThat(StackProcesses.marked(options.home().directory())).isEmpty();
      assertThat(foreign.isAlive()).isTrue();
    } finally {
      foreign.destroyForcibly();
      LocalStack.of(options).down();
    }
  }

  private static Optional<PostgresProcess> postmaster(StackOptions options) {
    return PostgresProcess.in(InfrastructureMain.postgresData(options.home().data()));
  }

  @Test
  void shouldNameTheProcessThatHoldsAPort() throws IOException {
    StackPorts ports = StackPorts.free();
    try (var held = new ServerSocket(ports.postgres(), 1, InetAddress.getLoopbackAddress())) {
      StackOptions options = infraOnly(ports);

      assertThatThrownBy(() -> LocalStack.of(options).start())
          .isInstanceOf(RemedyException.class)
          .hasMessageContaining("port " + held.getLocalPort())
          .hasMessageContaining("PostgreSQL")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("WHETSTONE_PORT_OFFSET");
    }
  }

  @Test
  void shouldNameAMissingBuildOutput() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("checkout"));
    StackOptions options =
        StackOptions.standard(empty)
            .at(folder.resolve("home"), StackPorts.free())
            .withComponents(EnumSet.of(StackComponent.INGEST));

    assertThatThrownBy(() -> LocalStack.of(options).start())
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("ingest-service/target/quarkus-app/quarkus-run.jar does not exist")
        .hasMessageContaining("./whetstone up");
  }

  private StackOptions infraOnly(StackPorts ports) {
    return StackOptions.standard(Path.of("../../.."))
        .at(folder.resolve("home"), ports)
        .withComponents(EnumSet.of(StackComponent.INFRA));
  }

  private static void execute(StackOptions options, String sql) throws SQLException {
    try (Connection connection = connect(options);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String read(StackOptions options, String sql) throws SQLException {
    try (Connection connection = connect(options);
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }

  private static Connection connect(StackOptions options) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + options.ports().postgres() + "/curation",
        "postgres",
        "postgres");
  }
}
