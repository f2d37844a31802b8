package dev.whetstone.kit.loop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.loop.LoopFileException.Fault;
import dev.whetstone.kit.tenant.TenantLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads loop files. The values of the file take precedence over those of its profile, and these
 * over the {@code standard} profile. Objects are merged field by field. Lists are replaced as a
 * whole, but a gate without margin, mode or number of items takes the defaults of its role, and a
 * replay set without a share the default share. A null field counts as absent.
 */
public final class LoopFileReader {
  /**
   * Size limit of a suite or replay set. Readers enforce it again, because a file can be replaced
   * after its declaration.
   */
  public static final long MAX_INPUT_BYTES = 256L << 20;

  /** Refuses a key that occurs twice: the parser would drop the first value without a message. */
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> PROFILES = Set.of("cautious", "standard", "fast");

  private LoopFileReader() {}

  /**
   * Reads a file with the rights of its author: it may name every file and endpoint. A service that
   * reads the files of tenants passes their limits.
   *
   * @see #read(byte[], String, Path, TenantLimits)
   */
  public static LoopDeclaration read(
      byte[] content, String fileName, @Nullable Path baseDirectory) {
    return read(content, fileName, baseDirectory, TenantLimits.unrestricted());
  }

  /**
   * @param content YAML or JSON
   * @param fileName the name of the file in error messages
   * @param baseDirectory the directory for relative URIs; without it they are refused
   * @param limits on the files and endpoints that the file may name; those outside are not touched
   * @throws LoopFileException with all faults
   */
  public static LoopDeclaration read(
      byte[] content, String fileName, @Nullable Path baseDirectory, TenantLimits limits) {
    ObjectNode declared = parse(content, fileName);
    List<Fault> faults = new ArrayList<>();
    String profile = profileOf(declared, fileName, faults);
    ObjectNode standard = profile("standard");
    ObjectNode overlay = profile.equals("standard") ? YAML.createObjectNode() : profile(profile);
    faults.addAll(RequiredFields.check(fileName, declared));

    ObjectNode effective = standard.deepCopy();
    JsonTrees.merge(effective, overlay);
    JsonNode gateDefaults = effective.remove("gateDefaults");
    JsonNode replayDefaults = effective.remove("replayDefaults");
    JsonTrees.merge(effective, declared);
    ((ObjectNode) effective.path("spec")).put("profile", profile);
    fillGates(effective, gateDefaults);
    fill(effective.at("/spec/training/replay"), replayDefaults);
    fillSuites(effective);
    LoopInputs.resolve(effective, fileName, baseDirectory, limits.inputs(), faults);

    LoopSpec spec = LoopBinding.bind(effective, standard, fileName, faults);
    if (spec != null) {
      boolean asDeclared = faults.isEmpty();
      LoopSchema.Result result = LoopSchema.check(fileName, spec);
      addOthers(faults, result.faults());
      // Rules between fields mean nothing while a field has its default for want of a valid value.
      if (result.complete() && asDeclared) {
        faults.addAll(LoopRules.check(fileName, spec));
        limits
            .check(spec)
            .forEach(
                refusal ->
                    faults.add(
                        new Fault(fileName, refusal.pointer(), refusal.value(), refusal.rule())));
      }
    }
    faults.addAll(UnreadFields.check(fileName, declared));
    if (!faults.isEmpty() || spec == null) {
      throw new LoopFileException(faults);
    }
    JsonNode canonical = Json.mapper().valueToTree(spec);
    return new LoopDeclaration(
        spec,
        ContentDigests.sha256(Json.canonical(spec)),
        JsonTrees.settings(canonical, declared, overlay, profile),
        LoopYaml.write(effective, declared, new LoopOrigins(declared, overlay, profile)));
  }

  private static String profileOf(ObjectNode declared, String fileName, List<Fault> faults) {
    String profile =
        declared.path("spec").path("profile").asText("standard").toLowerCase(Locale.ROOT);
    if (PROFILES.contains(profile)) {
      return profile;
    }
    faults.add(new Fault(fileName, "/spec/profile", profile, "cautious, standard or fast"));
    return "standard";
  }

  /** Adds the faults of fields that have none yet. */
  private static void addOthers(List<Fault> faults, List<Fault> more) {
    Set<String> faulty = faults.stream().map(Fault::pointer).collect(Collectors.toSet());
    more.stream()
        .filter(
            fault ->
                faulty.stream()
                    .noneMatch(
                        at -> at.equals(fault.pointer()) || at.startsWith(fault.pointer() + "/")))
        .forEach(faults::add);
  }

  private static ObjectNode parse(byte[] content, String fileName) {
    try {
      JsonNode tree = tree(content);
      if (tree instanceof ObjectNode object) {
        JsonTrees.dropNulls(object);
        JsonNode spec = object.path("spec");
        if (!spec.isMissingNode() && !spec.isObject()) {
          throw new LoopFileException(
              List.of(new Fault(fileName, "/spec", LoopBinding.value(spec), "a mapping")));
        }
        return object;
      }
      throw new LoopFileException(
          List.of(new Fault(fileName, "", "not a mapping", "a YAML or JSON mapping")));
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null
              ? ""
              : " (line "
                  + e.getLocation().getLineNr()
                  + ", column "
                  + e.getLocation().getColumnNr()
                  + ")";
      throw new LoopFileException(
          List.of(
              new Fault(fileName, "", e.getOriginalMessage() + place, "well-formed YAML or JSON")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + fileName, e);
    }
  }

  /**
   * Tries JSON first. YAML 1.1 takes U+0085, U+2028 and U+2029 as line breaks, so it would fold
   * them inside a JSON string and would take {@code ---} after one of them for a new document.
   */
  private static JsonNode tree(byte[] content) throws IOException {
    try {
      return JSON.readTree(content);
    } catch (JsonProcessingException notJson) {
      return YAML.readTree(content);
    }
  }

  private static ObjectNode profile(String name) {
    try (InputStream in = LoopFileReader.class.getResourceAsStream("/profiles/" + name + ".yaml")) {
      return (ObjectNode) YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("profile " + name + " is not readable", e);
    }
  }

  private static void fillGates(ObjectNode effective, @Nullable JsonNode defaults) {
    if (defaults == null || !(effective.at("/spec/evaluation/gates") instanceof ArrayNode gates)) {
      return;
    }
    for (JsonNode gate : gates) {
      fill(gate, defaults.path(gate.path("role").asText()));
    }
  }

  /** Gives an object, or every object of a list, what it leaves out. */
  private static void fill(JsonNode node, @Nullable JsonNode defaults) {
    if (!(defaults instanceof ObjectNode given)) {
      return;
    }
    if (node instanceof ArrayNode list) {
      list.forEach(element -> fill(element, given));
    }
    if (node instanceof ObjectNode object) {
      ObjectNode filled = given.deepCopy();
      JsonTrees.merge(filled, object);
      object.setAll(filled);
    }
  }

  private static void fillSuites(ObjectNode effective) {
    for (JsonNode suite : effective.at("/spec/evaluation/suites")) {
      if (suite instanceof ObjectNode object && !object.has("shadow")) {
        object.put("shadow", false);
      }
    }
  }
}
