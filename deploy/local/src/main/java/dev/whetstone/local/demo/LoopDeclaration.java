package dev.whetstone.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.local.api.Api;
import dev.whetstone.local.api.Declaring;
import dev.whetstone.local.api.LoopFile;
import dev.whetstone.local.api.Reply;
import dev.whetstone.local.stack.Component;
import dev.whetstone.local.stack.StackException;
import dev.whetstone.local.terminal.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Declares the demo's loop from its file.
 *
 * @param name of the loop, over the one in the file
 * @param seed of training, over the profile's
 */
record LoopDeclaration(Path file, Api api, String name, long seed, Terminal terminal) {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Declares it and returns when every service knows of it. */
  void apply(boolean abuseStage) {
    ObjectNode content = LoopFile.read(file).content().deepCopy();
    ((ObjectNode) content.path("metadata")).put("name", name);
    ((ObjectNode) content.at("/spec/serving")).put("endpoint", api.baseUrl(Component.MODEL_SERVER));
    ((ObjectNode) content.at("/spec/training")).put("seed", seed);
    if (!abuseStage) {
      ((ObjectNode) content.at("/spec/curation")).putObject("abuse").put("enabled", false);
    }
    Reply reply = Declaring.declare(api, name, content);
    JsonNode declared = Api.require(Component.EVAL, "PUT /v1/loops/" + name, reply);
    String digest = declared.path("specSha256").asText();
    terminal.say(
        "  declared   loop %s, revision %d, digest %s%s",
        name,
        declared.path("revision").asLong(),
        Watch.shortId(digest),
        abuseStage ? "" : ", curation.abuse.enabled: false");
    Optional<Boolean> known =
        terminal.await(
            "the services to learn of the loop",
            LIMIT,
            () -> "",
            () ->
                Declaring.unaware(api, name, digest).isEmpty()
                    ? Optional.of(true)
                    : Optional.empty());
    if (known.isEmpty()) {
      throw new StackException(
          "the services did not learn of the loop's declaration within " + LIMIT.toSeconds() + " s",
          "look at: ./whetstone logs");
    }
  }
}
