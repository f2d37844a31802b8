package dev.whetstone.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack's infrastructure as a real process, killed and started again. */
class LocalStackTest {
  @TempDir private Path folder;

  @Test
  void shouldGoOnWithItsDataAfterKillOfEverything() throws SQLException {
    StackOptions options = infraOnly(Ports.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      execute(options, "create table kept (word text)");
      execute(options, "insert into kept values ('still here')");
      ProcessHandle first = stack.process(Component.INFRA).orElseThrow();

      stack.kill(Component.INFRA);
      assertThat(stack.isRunning(Component.INFRA)).isFalse();
      assertThat(first.isAlive()).isFalse();
      // Another object, as another call of the script would be.
      LocalStack again = LocalStack.of(options);
      again.start();

      assertThat(again.process(Component.INFRA).orElseThrow().pid()).isNotEqualTo(first.pid());
      assertThat(read(options, "select word from kept")).isEqualTo("still here");
    }
    assertThat(Processes.workingIn(options.home().data())).as("PostgreSQL's processes").isEmpty();
    assertThat(Processes.marked(options.home().directory())).isEmpty();
  }

  @Test
  void shouldAdoptWhatRunsAlready() {
    StackOptions options = infraOnly(Ports.free());
    try (LocalStack stack = LocalStack.of(options)) {
      stack.start();
      long pid = stack.process(Component.INFRA).orElseThrow().pid();

      LocalStack.of(options).start();

      assertThat(stack.process(Component.INFRA).orElseThrow().pid()).isEqualTo(pid);
    }
  }

  @Test
  void shouldNameWhoHoldsAPort() throws IOException {
    Ports ports = Ports.free();
    try (var held = new ServerSocket(ports.postgres(), 1, InetAddress.getLoopbackAddress())) {
      StackOptions options = infraOnly(ports);

      assertThatThrownBy(() -> LocalStack.of(options).start())
          .isInstanceOf(StackException.class)
          .hasMessageContaining("port " + held.getLocalPort())
          .hasMessageContaining("PostgreSQL")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("WHETSTONE_PORT_OFFSET");
    }
  }

  @Test
  void shouldSayWhatIsNotBuilt() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("checkout"));
    StackOptions options =
        StackOptions.standard(empty)
            .at(folder.resolve("home"), Ports.free())
            .withComponents(EnumSet.of(Component.INGEST));

    assertThatThrownBy(() -> LocalStack.of(options).start())
        .isInstanceOf(StackException.class)
        .hasMessageContaining("ingest-service/target/quarkus-app/quarkus-run.jar is not there")
        .hasMessageContaining("./whetstone up");
  }

  private StackOptions infraOnly(Ports ports) {
    return StackOptions.standard(Path.of("../.."))
        .at(folder.resolve("home"), ports)
        .withComponents(EnumSet.of(Component.INFRA));
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
