package dev.whetstone.demo.loop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.cli.terminal.Terminal;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.LoopDeclarer;
import dev.whetstone.client.api.LoopFile;
import dev.whetstone.client.api.StackComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Declares the loop of the demo from its file.
 *
 * @param name name of the loop, overrides the one in the file
 * @param seed training seed, overrides that of the profile
 */
public record DemoLoopDeclaration(
    Path file, ApiClient api, String name, long seed, Terminal terminal) {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Declares the loop and returns when every service has the declaration. */
  public void apply(boolean abuseStage) {
    ObjectNode content = LoopFile.read(file).content().deepCopy();
    ((ObjectNode) content.path("metadata")).put("name", name);
    ((ObjectNode) content.at("/spec/serving"))
        .put("endpoint", api.baseUrl(StackComponent.MODEL_SERVER));
    ((ObjectNode) content.at("/spec/training")).put("seed", seed);
    if (!abuseStage) {
      ((ObjectNode) content.at("/spec/curation")).putObject("abuse").put("enabled", false);
    }
    ApiReply reply = LoopDeclarer.declare(api, name, content);
    JsonNode declared = ApiClient.require(StackComponent.EVAL, "PUT /v1/loops/" + name, reply);
    String digest = declared.path("specSha256").asText();
    terminal.print(
        "  declared   loop %s, revision %d, digest %s%s",
        name,
        declared.path("revision").asLong(),
        LoopWatcher.shortId(digest),
        abuseStage ? "" : ", curation.abuse.enabled: false");
    Optional<Boolean> known =
        terminal.await(
            "propagating the declaration to all services",
            LIMIT,
            () -> "",
            () ->
                LoopDeclarer.servicesMissing(api, name, digest).isEmpty()
                    ? Optional.of(true)
                    : Optional.empty());
    if (known.isEmpty()) {
      throw new RemedyException(
          "not every service received the declaration of the loop within "
              + LIMIT.toSeconds()
              + " s",
          "see ./whetstone logs");
    }
  }
}
