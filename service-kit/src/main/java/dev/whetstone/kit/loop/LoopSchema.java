package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.json.JsonPointers;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Holds a declaration against the contract's own schema: whoever reads it from the topic relies on
 * that every field which must be there is there.
 */
final class LoopSchema {
  private static final String RESOURCE = "/schemas/loop-spec.v1.json";
  private static final Schema SCHEMA = schema();

  private LoopSchema() {}

  static List<Fault> check(String file, LoopSpec loop) {
    String canonical = Json.canonicalText(loop);
    JsonNode tree = Json.mapper().valueToTree(loop);
    return SCHEMA.validate(canonical, InputFormat.JSON).stream()
        .map(error -> fault(file, tree, error))
        .distinct()
        .toList();
  }

  private static Fault fault(String file, JsonNode tree, Error error) {
    String pointer = error.getInstanceLocation().toString();
    if ("required".equals(error.getKeyword())) {
      String field = error.getProperty();
      return new Fault(file, JsonPointers.child(pointer, field), "", "a value; it has no default");
    }
    String found = LoopBinding.value(tree.at(pointer));
    return new Fault(file, pointer, found, "a value of which holds: " + error.getMessage());
  }

  private static Schema schema() {
    try (InputStream in = LoopSpec.class.getResourceAsStream(RESOURCE)) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(in.readAllBytes(), StandardCharsets.UTF_8), InputFormat.JSON);
    } catch (IOException e) {
      throw new UncheckedIOException("the contract's schema " + RESOURCE + " is not readable", e);
    }
  }
}
