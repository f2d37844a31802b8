package dev.whetstone.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * A declared loop that a command names.
 *
 * @param declared the loop as eval lists it
 */
public record LoopReference(String tenant, JsonNode declared) {
  /** The parameter label of every command that takes a loop. */
  public static final String LABEL = "[TENANT/]LOOP";

  public String name() {
    return declared.path("loop").asText();
  }

  /** The name with its tenant, as messages show it. */
  public String qualified() {
    return tenant + "/" + name();
  }

  public boolean isPaused() {
    return declared.path("state").asText().equals("paused");
  }

  /** A path of the loop in a service's REST interface. */
  public String path(String rest) {
    return "/v1/loops/" + name() + rest;
  }

  /** The loops of every tenant that this command line has a key for, sorted. */
  public static List<LoopReference> all(CommandContext context) {
    context.requireRunning(StackComponent.EVAL);
    List<LoopReference> loops = new ArrayList<>();
    for (String tenant : context.operatorKeys().tenants()) {
      context.api(tenant).loops().forEach(loop -> loops.add(new LoopReference(tenant, loop)));
    }
    return loops;
  }

  /**
   * The loop that {@code text} names.
   *
   * @param text a name, or tenant and name
   * @throws RemedyException if no loop or more than one has that name
   */
  public static LoopReference find(CommandContext context, String text) {
    return choose(all(context), text);
  }

  static LoopReference choose(List<LoopReference> loops, String text) {
    List<LoopReference> named =
        loops.stream()
            .filter(loop -> text.equals(loop.name()) || text.equals(loop.qualified()))
            .toList();
    if (named.size() == 1) {
      return named.getFirst();
    }
    List<String> names = loops.stream().map(LoopReference::qualified).toList();
    if (named.size() > 1) {
      throw new RemedyException(
          "several tenants have a loop '" + text + "'",
          "name its tenant: " + named.stream().map(LoopReference::qualified).toList());
    }
    List<String> similar = SimilarNames.to(text, loops.stream().map(LoopReference::name).toList());
    throw new RemedyException(
        "there is no loop '" + text + "'",
        !similar.isEmpty()
            ? "did you mean " + String.join(" or ", similar) + "?"
            : names.isEmpty()
                ? "declare one: ./whetstone loop apply FILE"
                : "use one of " + String.join(", ", names));
  }

  /** Calls a service with the tenant's key and requires success. */
  public JsonNode call(CommandContext context, StackComponent service, String method, String rest) {
    context.requireRunning(service);
    ApiReply reply = context.api(tenant).send(service, method, path(rest), null, null);
    return ApiClient.require(service, method + " " + path(rest), reply);
  }
}
