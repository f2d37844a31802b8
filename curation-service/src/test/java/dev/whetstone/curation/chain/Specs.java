package dev.whetstone.curation.chain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileReader;
import java.nio.charset.StandardCharsets;

/** Loop specs for tests: the standard profile, and what a test sets on top. */
public final class Specs {
  private Specs() {}

  public static LoopSpec standard() {
    return with("");
  }

  /**
   * @param sections lines below {@code spec:}, indented by two spaces
   */
  public static LoopSpec with(String sections) {
    String file =
        """
        apiVersion: whetstone.dev/v1
        kind: Loop
        metadata: {tenant: test, name: support}
        spec:
          baseModel: {uri: "hf://org/base"}
          consent: {default: allow}
          serving: {endpoint: "http://127.0.0.1:1"}
        """;
    String base =
        sections.contains("  consent:") ? file.replace("  consent: {default: allow}\n", "") : file;
    byte[] yaml = (base + sections).getBytes(StandardCharsets.UTF_8);
    return LoopFileReader.read(yaml, "test.yaml", null).spec();
  }

  /** A declaration that asks for semantic copies to be taken out, which files may not do yet. */
  public static LoopSpec semantic() {
    ObjectNode tree = Json.mapper().valueToTree(standard());
    ((ObjectNode) tree.at("/spec/curation/dedup")).put("semantic", true);
    return Json.read(Json.write(tree), LoopSpec.class);
  }

  /** A declaration accepted before such an effect was refused. */
  public static LoopSpec expecting(LoopSpec spec, double effect) {
    ObjectNode tree = Json.mapper().valueToTree(spec);
    ((ObjectNode) tree.at("/spec/curation/seal")).put("expectedEffect", effect);
    return Json.read(Json.write(tree), LoopSpec.class);
  }
}
