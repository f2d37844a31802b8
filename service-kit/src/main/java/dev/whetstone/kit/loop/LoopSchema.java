package dev.whetstone.kit.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Validates a declaration against the JSON Schema of the contract. */
final class LoopSchema {
  private static final String RESOURCE = "/schemas/loop-spec.v1.json";

  /** Errors after which a declaration has absent or null values where code expects some. */
  private static final Set<String> STRUCTURAL = Set.of("required", "type");

  private static final byte[] TEXT = text();
  private static final JsonNode TREE = Json.read(TEXT, JsonNode.class);
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(TEXT, StandardCharsets.UTF_8), InputFormat.JSON);

  private LoopSchema() {}

  /**
   * The result of a validation.
   *
   * @param complete every required value is there and of its type, so that {@link LoopRules} can be
   *     checked too
   */
  record Result(List<Fault> faults, boolean complete) {}

  static Result check(String file, LoopSpec loop) {
    String canonical = Json.canonicalText(loop);
    JsonNode tree = Json.mapper().valueToTree(loop);
    List<Error> errors = SCHEMA.validate(canonical, InputFormat.JSON);
    SchemaErrorTranslator translator = new SchemaErrorTranslator(file, tree, TREE);
    return new Result(
        errors.stream().map(translator::translate).distinct().toList(),
        errors.stream().noneMatch(error -> STRUCTURAL.contains(error.getKeyword())));
  }

  private static byte[] text() {
    try (InputStream in = LoopSpec.class.getResourceAsStream(RESOURCE)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("the contract's schema " + RESOURCE + " is not readable", e);
    }
  }
}
