package dev.whetstone.client.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.whetstone.client.RemedyException;
import dev.whetstone.contracts.LoopId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The declaration of a loop as read from its file. Relative URIs are made absolute, because the
 * service that receives it does not know the folder of the file.
 */
public record LoopFile(Path file, ObjectNode content) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  /**
   * Reads a loop file in YAML or JSON.
   *
   * @throws RemedyException naming the file, the location and the expected content
   */
  public static LoopFile read(Path file) {
    try {
      if (YAML.readTree(Files.readAllBytes(file)) instanceof ObjectNode object) {
        resolveUris(object, file.toAbsolutePath().getParent());
        LoopFile loop = new LoopFile(file, object);
        loop.require("tenant");
        loop.require("name");
        return loop;
      }
      throw new RemedyException(
          file + " is not a YAML mapping", "start it with apiVersion: and kind:");
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new RemedyException(
          "%s is not well-formed: %s".formatted(file, e.getOriginalMessage()),
          "fix line " + line,
          e);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot read " + file, "pass the path of a loop file, for example loop.yaml", e);
    }
  }

  public String tenant() {
    return content.at("/metadata/tenant").asText();
  }

  public String name() {
    return content.at("/metadata/name").asText();
  }

  private void require(String field) {
    String value = content.at("/metadata/" + field).asText("");
    if (value.isEmpty()) {
      throw new RemedyException(
          file + " has no /metadata/" + field,
          "name the loop: metadata: {tenant: your-company, name: your-feature}");
    }
    if (!LoopId.NAME.matcher(value).matches()) {
      throw new RemedyException(
          "%s /metadata/%s: '%s' is not a valid name".formatted(file, field, value),
          "use 1 to 63 characters of a-z, 0-9 and '-', starting with a letter");
    }
  }

  private static void resolveUris(JsonNode node, Path folder) {
    if (node instanceof ObjectNode object
        && object.path("uri").isTextual()
        && isRelative(object.path("uri").asText())) {
      Path path = folder.resolve(object.path("uri").asText()).normalize();
      String uri = "file://" + path.toUri().getRawPath();
      object.put("uri", uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri);
    }
    node.forEach(child -> resolveUris(child, folder));
  }

  private static boolean isRelative(String uri) {
    return !uri.matches("[a-z][a-z0-9+.-]*:.*");
  }
}
