package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.LoopFile;
import java.nio.file.Path;

/** The loops of the tests. */
final class TestLoops {
  private TestLoops() {}

  /** The loop file of the demo, for another tenant and the model server of this stack. */
  static LoopFile demo(String tenant, WhetstoneUnderTest whetstone) {
    LoopFile loop =
        LoopFile.read(WhetstoneUnderTest.PROJECT.resolve("deploy/local/demo/loop.yaml"));
    object(loop, "/metadata").put("tenant", tenant);
    object(loop, "/spec/serving")
        .put("endpoint", "http://127.0.0.1:" + whetstone.ports().modelServer());
    return loop;
  }

  /** A loop that collects feedback and never trains. */
  static LoopFile maths() {
    return LoopFile.read(Path.of("src/test/resources/loops/maths.yaml"));
  }

  /** A JSON object inside the file. */
  static ObjectNode object(LoopFile loop, String pointer) {
    return (ObjectNode) loop.content().at(pointer);
  }
}
