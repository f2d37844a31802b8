package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of a loop file that have no default. */
final class RequiredFields {
  private static final Map<String, String> REQUIRED = new LinkedHashMap<>();

  static {
    REQUIRED.put("/apiVersion", LoopSpec.API_VERSION);
    REQUIRED.put("/kind", LoopSpec.KIND);
    REQUIRED.put("/metadata/tenant", "1 to 63 of a-z, 0-9 and '-', starting with a letter");
    REQUIRED.put("/metadata/name", "1 to 63 of a-z, 0-9 and '-', starting with a letter");
    REQUIRED.put(
        "/spec/baseModel/uri",
        "file://<absolute path>, hf://<org>/<name> or s3://<bucket>/<prefix>");
    REQUIRED.put(
        "/spec/consent/default", "allow or deny; it has no default, since it is your decision");
    REQUIRED.put(
        "/spec/serving/endpoint", "base URL of an OpenAI-compatible server, http:// or https://");
  }

  private RequiredFields() {}

  static List<Fault> check(String file, JsonNode declared) {
    List<Fault> faults = new ArrayList<>();
    REQUIRED.forEach(
        (pointer, allowed) -> {
          JsonNode value = declared.at(pointer);
          if (value.isMissingNode() || value.isNull() || value.asText().isBlank()) {
            faults.add(new Fault(file, pointer, "", allowed));
          }
        });
    exact(file, declared, "/apiVersion", LoopSpec.API_VERSION, faults);
    exact(file, declared, "/kind", LoopSpec.KIND, faults);
    for (String pointer : List.of("/metadata/tenant", "/metadata/name")) {
      String name = declared.at(pointer).asText();
      if (!name.isBlank() && !LoopId.NAME.matcher(name).matches()) {
        faults.add(new Fault(file, pointer, name, REQUIRED.get(pointer)));
      }
    }
    return faults;
  }

  private static void exact(
      String file, JsonNode declared, String pointer, String only, List<Fault> faults) {
    String value = declared.at(pointer).asText();
    if (!value.isBlank() && !value.equals(only)) {
      faults.add(new Fault(file, pointer, value, only));
    }
  }
}
