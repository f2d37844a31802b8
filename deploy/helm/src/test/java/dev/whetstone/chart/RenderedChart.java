package dev.whetstone.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The chart as Helm renders it, without a cluster. */
final class RenderedChart {
  private static final String KUBERNETES = "1.35.0";

  /**
   * Helm's own library asks a cluster for existing Secrets; there is none, as at a first install.
   */
  private static final String LOOKUP = "(lookup \"v1\" \"Secret\" .Release.Namespace $name).data";

  /** Helm's own library renders no hooks. */
  private static final String HOOK = "helm.sh/hook: test";

  private RenderedChart() {}

  /**
   * The objects.
   *
   * @param settings as {@code --set} has them
   * @throws IllegalStateException with what Helm says
   */
  static List<JsonNode> of(Path temporary, List<String> valuesFiles, String... settings)
      throws IOException {
    Path chart = copy(temporary);
    TemplateCommand template =
        new Helm(chart)
            .template()
            .withName("whetstone")
            .withNamespace("whetstone")
            .withKubeVersion(KUBERNETES);
    for (String file : valuesFiles) {
      template = template.withValuesFile(chart.resolve(file));
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      template = template.set(setting.substring(0, equals), setting.substring(equals + 1));
    }
    List<JsonNode> objects = new ArrayList<>();
    try (var documents =
        ChartFiles.YAML
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(new YAMLFactory().createParser(template.call()))) {
      while (documents.hasNext()) {
        JsonNode document = documents.next();
        if (document.isObject()) {
          objects.add(document);
        }
      }
    }
    return objects;
  }

  private static Path copy(Path temporary) throws IOException {
    Path chart = temporary.resolve("whetstone");
    for (Path file : ChartFiles.below(ChartFiles.CHART, "")) {
      if (Files.isRegularFile(file)) {
        Path target = chart.resolve(ChartFiles.CHART.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.writeString(
            target,
            ChartFiles.text(file)
                .replace(LOOKUP, "(dict \"data\" dict).data")
                .replace(HOOK, "whetstone.dev/hook: test"));
      }
    }
    return chart;
  }
}
