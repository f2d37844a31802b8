package dev.whetstone.images;

import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A runtime of this JDK with the modules that the programs use, made by jlink. */
final class JavaRuntime {
  /** Where it is in the image. */
  static final String PLACE = "/opt/java";

  private static final String MODULES =
      String.join(
          ",",
          "java.se",
          "jdk.unsupported",
          "jdk.zipfs",
          "jdk.net",
          "jdk.management",
          "jdk.jfr",
          "jdk.naming.dns",
          "jdk.security.auth",
          "jdk.security.jgss",
          "jdk.charsets",
          "jdk.httpserver");
  private static final long LIMIT_MINUTES = 5;
  private static final int LINES_SHOWN = 20;

  private JavaRuntime() {}

  /** Makes it in a folder, unless one of this JDK is there already. */
  static Path at(Path folder) {
    Path made = folder.resolve("made-of");
    String wanted = System.getProperty("java.vm.version") + " " + MODULES;
    try {
      if (Files.exists(made) && Files.readString(made).equals(wanted)) {
        return folder.resolve("java");
      }
      FileTrees.delete(folder);
      Files.createDirectories(folder);
      link(folder);
      Files.writeString(made, wanted);
      return folder.resolve("java");
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write the Java runtime to " + folder + ": " + e.getMessage(),
          "free disk space or grant write access");
    }
  }

  private static void link(Path folder) throws IOException {
    Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
    Process process =
        new ProcessBuilder(
                jlink.toString(),
                "--add-modules",
                MODULES,
                "--no-header-files",
                "--no-man-pages",
                "--output",
                folder.resolve("java").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("jlink.log").toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new RemedyException(
            "jlink failed: " + lastLines(folder.resolve("jlink.log")),
            "use a JDK 25 with jlink (JAVA_HOME)");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new RemedyException("interrupted while jlink ran", "run it again");
    }
  }

  private static String lastLines(Path log) throws IOException {
    Deque<String> last = new ArrayDeque<>();
    try (Stream<String> lines = Files.lines(log)) {
      lines.forEach(
          line -> {
            if (last.size() == LINES_SHOWN) {
              last.removeFirst();
            }
            last.addLast(line);
          });
    }
    return String.join("\n", last);
  }
}
