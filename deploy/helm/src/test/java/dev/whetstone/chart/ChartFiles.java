package dev.whetstone.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the chart and of the checkout around it. */
final class ChartFiles {
  static final Path CHART = Path.of("whetstone").toAbsolutePath();
  static final Path PROJECT = CHART.resolve("../../..").normalize();
  static final YAMLMapper YAML = new YAMLMapper();

  private ChartFiles() {}

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode values(String name) {
    try {
      return (ObjectNode) YAML.readTree(CHART.resolve(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files below a folder with a suffix. */
  static List<Path> below(Path folder, String suffix) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Overrides {@code base} as Helm does: objects field by field, everything else as a whole. */
  static ObjectNode merged(ObjectNode base, JsonNode over) {
    ObjectNode result = base.deepCopy();
    over.properties()
        .forEach(
            field -> {
              JsonNode below = result.get(field.getKey());
              boolean objects =
                  below instanceof ObjectNode && field.getValue() instanceof ObjectNode;
              result.set(
                  field.getKey(),
                  objects ? merged((ObjectNode) below, field.getValue()) : field.getValue());
            });
    return result;
  }
}
