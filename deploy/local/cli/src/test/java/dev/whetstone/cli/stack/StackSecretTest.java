package dev.whetstone.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackSecretTest {
  @TempDir private Path folder;

  @Test
  void shouldStayTheSameAndBeReadableByItsOwnerOnly() throws IOException {
    StackHome home = new StackHome(folder.resolve("home"));
    home.create();

    String secret = StackSecret.of(home, "hmac");

    assertThat(secret).matches("[0-9a-f]{64}");
    assertThat(StackSecret.of(home, "hmac")).isEqualTo(secret);
    assertThat(permissions(home.directory())).isEqualTo("rwx------");
    assertThat(permissions(home.secrets().resolve("hmac"))).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(home.secrets())) {
      assertThat(files).as("no temporary file is left").hasSize(1);
    }
  }

  @Test
  void shouldBeCreatedAgainWhenAKillLeftItEmpty() throws IOException {
    StackHome home = new StackHome(folder);
    Files.createDirectories(home.secrets());
    Files.createFile(home.secrets().resolve("hmac"));

    assertThat(StackSecret.of(home, "hmac")).matches("[0-9a-f]{64}");
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
