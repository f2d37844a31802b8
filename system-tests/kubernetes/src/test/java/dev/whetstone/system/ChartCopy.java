package dev.whetstone.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The same chart under the next version, as the next release of it would be. */
final class ChartCopy {
  private static final Pattern VERSION =
      Pattern.compile("(?m)^version: (\\d+\\.\\d+\\.)(\\d+)(.*)$");

  private ChartCopy() {}

  static Path withNextVersion(Path chart, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(chart)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(chart.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Matcher version = matched(target);
    int next = Integer.parseInt(version.group(2)) + 1;
    Path file = target.resolve("Chart.yaml");
    Files.writeString(
        file,
        VERSION
            .matcher(Files.readString(file))
            .replaceFirst("version: " + version.group(1) + next + version.group(3)));
    return target;
  }

  static String version(Path chart) throws IOException {
    Matcher version = matched(chart);
    return version.group(1) + version.group(2) + version.group(3);
  }

  private static Matcher matched(Path chart) throws IOException {
    Matcher version = VERSION.matcher(Files.readString(chart.resolve("Chart.yaml")));
    if (!version.find()) {
      throw new AssertionError("no version in " + chart.resolve("Chart.yaml"));
    }
    return version;
  }
}
