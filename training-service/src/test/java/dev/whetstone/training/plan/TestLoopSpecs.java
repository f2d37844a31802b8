package dev.whetstone.training.plan;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileReader;
import java.nio.charset.StandardCharsets;

/** Loop specs for pure tests. */
public final class TestLoopSpecs {
  private TestLoopSpecs() {}

  /** A minimal loop with more YAML below {@code spec}. */
  public static LoopSpec with(String yaml) {
    return read("", yaml);
  }

  /** A minimal loop with more settings of {@code serving}, in YAML's flow style. */
  public static LoopSpec serving(String settings) {
    return read(", " + settings, "");
  }

  private static LoopSpec read(String serving, String yaml) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: acme, name: support}
        spec:
          baseModel: {uri: "hf://acme/tiny"}
          consent: {default: allow}
          serving: {endpoint: "http://127.0.0.1:1"%s}
        """
                .formatted(serving)
            + yaml.indent(2);
    return LoopFileReader.read(file.getBytes(StandardCharsets.UTF_8), "loop.yaml", null).spec();
  }

  /** A loop with these settings of {@code training}, in YAML's flow style. */
  public static LoopSpec training(String settings) {
    return with("training: {" + settings + "}");
  }
}
