package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ChildProcessesTest {
  @TempDir Path folder;

  @Test
  void shouldReturnWhenTheLineIsWritten() throws IOException {
    Process child = child("echo starting; echo ready; cat");
    try {
      ChildProcesses.awaitLine(child, "ready", folder.resolve("log"), Duration.ofSeconds(20));
      assertThat(child.isAlive()).isTrue();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void shouldShowTheLogOfAChildThatEnds() throws IOException {
    Path log = Files.writeString(folder.resolve("log"), "the port is taken");
    assertThatThrownBy(
            () -> ChildProcesses.awaitLine(child("exit 1"), "ready", log, Duration.ofSeconds(20)))
        .hasMessageContaining("exited before it wrote 'ready'")
        .hasMessageContaining("the port is taken");
  }

  @Test
  void shouldKillAChildThatHangs() throws Exception {
    Path log = Files.writeString(folder.resolve("log"), "waiting for a lock");
    // exec: a child of the shell would keep the output open after the shell exits.
    Process child = child("exec cat");

    assertThatThrownBy(() -> ChildProcesses.awaitLine(child, "ready", log, Duration.ofMillis(200)))
        .hasMessageContaining("within PT0.2S did not write 'ready'")
        .hasMessageContaining("waiting for a lock");
    assertThat(child.waitFor()).isNotZero();
  }

  private static Process child(String script) throws IOException {
    return new ProcessBuilder("sh", "-c", script).start();
  }
}
