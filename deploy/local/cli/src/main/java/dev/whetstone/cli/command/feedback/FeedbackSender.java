package dev.whetstone.cli.command.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.cli.context.LoopReference;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import dev.whetstone.client.api.StackComponent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sends items in requests of bounded size and collects the receipts of those that are refused. */
final class FeedbackSender implements FeedbackFile.Receiver {
  private static final int ITEMS_PER_REQUEST = 500;

  /** Below ingest's limit of 4 MiB for a body, also with one item of the largest size more. */
  private static final int BYTES_PER_REQUEST = 3 << 20;

  private static final int UNAVAILABLE = 503;
  private static final int MOST_REFUSALS = 20;
  private final ApiClient api;
  private final LoopReference loop;
  private final Retry retry;
  private final List<String> places = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private Optional<FeedbackItem.Kind> kind = Optional.empty();
  private long accepted;
  private long refused;

  FeedbackSender(ApiClient api, LoopReference loop, Retry retry) {
    this.api = api;
    this.loop = loop;
    this.retry = retry;
  }

  /** Repeats a request that was answered with 503 until another answer or a limit. */
  interface Retry {
    ApiReply until(java.util.function.Supplier<Optional<ApiReply>> answered);
  }

  @Override
  public void item(FeedbackItem item) {
    byte[] bytes = ApiClient.bytes(item.json());
    if (kind.filter(item.kind()::equals).isEmpty()
        || places.size() == ITEMS_PER_REQUEST
        || body.size() + bytes.length > BYTES_PER_REQUEST) {
      flush();
    }
    kind = Optional.of(item.kind());
    places.add(item.place());
    body.writeBytes(bytes);
    body.write('\n');
  }

  @Override
  public void unreadable(String place, String reason) {
    refuse(place + " " + reason);
  }

  /** Sends what has been collected. */
  void flush() {
    if (places.isEmpty()) {
      return;
    }
    String path = loop.path(kind.orElseThrow().path());
    byte[] content = body.toByteArray();
    ApiReply reply =
        retry.until(
            () ->
                Optional.of(
                        api.send(
                            StackComponent.INGEST, "POST", path, "application/x-ndjson", content))
                    .filter(answer -> answer.status() != UNAVAILABLE));
    JsonNode receipts = reply.body().isArray() ? reply.body() : reply.body().path("items");
    if (receipts.size() != places.size()) {
      ApiClient.require(StackComponent.INGEST, "POST " + path, reply);
    }
    for (int i = 0; i < receipts.size(); i++) {
      count(places.get(i), receipts.get(i));
    }
    places.clear();
    body.reset();
  }

  private void count(String place, JsonNode receipt) {
    if (receipt.path("status").asText().equals("accepted")) {
      accepted++;
    } else {
      JsonNode problem = receipt.path("problem");
      refuse(
          "%s: %s%s%s"
              .formatted(
                  place,
                  problem.path("detail").asText(problem.path("code").asText()),
                  text(" (at ", problem.path("pointer").asText(""), ")"),
                  text("\n  → ", problem.path("remedy").asText(""), "")));
    }
  }

  private static String text(String before, String value, String after) {
    return value.isEmpty() ? "" : before + value + after;
  }

  private void refuse(String what) {
    refused++;
    if (refusals.size() < MOST_REFUSALS) {
      refusals.add(what);
    }
  }

  long accepted() {
    return accepted;
  }

  long refused() {
    return refused;
  }

  /** The first refusals, each with its place and remedy. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }
}
