package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.body.BodyItem;
import dev.whetstone.ingest.body.BodyShape;
import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.body.MemoryBudget;
import dev.whetstone.ingest.config.IngestConfig;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.EventPublisher;
import dev.whetstone.ingest.publish.InFlightBytes;
import dev.whetstone.ingest.publish.IngestMeter;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.ingest.publish.NotAcknowledgedException;
import dev.whetstone.ingest.publish.OversizedRecordException;
import dev.whetstone.kit.metrics.MeterRegistrar;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.Problem;
import dev.whetstone.kit.problem.ProblemException;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Publishes the events of a request's items and answers with one receipt per item. */
@Startup
@ApplicationScoped
public class SubmissionHandler {
  private static final Logger LOG = Logger.getLogger(SubmissionHandler.class);

  /** Share of the heap that events of waiting requests can use. */
  private static final int HEAP_SHARE = 4;

  private final RequestBodyOpener bodies;
  private final EventPublisher publisher;
  private final IngestMetrics metrics;
  private final IngestConfig config;
  private final CurationLinks links;
  private final InFlightBytes inFlight =
      new InFlightBytes(Runtime.getRuntime().maxMemory() / HEAP_SHARE);

  public SubmissionHandler(
      RequestBodyOpener bodies,
      EventPublisher publisher,
      IngestMetrics metrics,
      IngestConfig config,
      CurationLinks links,
      MeterRegistrar meters) {
    this.bodies = bodies;
    this.publisher = publisher;
    this.metrics = metrics;
    this.config = config;
    this.links = links;
    meters.gauge(IngestMeter.INFLIGHT_BYTES, inFlight::held);
  }

  /** Turns one item, at a JSON Pointer of its body, into an outcome. */
  @FunctionalInterface
  interface ItemHandler {
    ItemOutcome handle(JsonNode item, String place);
  }

  /**
   * Reads a body item by item, publishes the accepted items, and answers.
   *
   * @throws Fault when the body as a whole is invalid; then no item was published
   * @throws ProblemException 503 when the broker does not acknowledge, or when no memory is left
   */
  Response take(HttpHeaders headers, InputStream body, BodyShape shape, ItemHandler handler) {
    List<ItemOutcome> outcomes = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    try (InFlightBytes.Account account = inFlight.open();
        ItemStream items = bodies.open(headers, body, shape, memoryOf(account))) {
      for (BodyItem item = items.next(); item != null; item = items.next()) {
        String place = items.many() ? "/" + outcomes.size() : "";
        ItemOutcome outcome =
            switch (item) {
              case BodyItem.Readable readable -> handler.handle(readable.tree(), place);
              case BodyItem.Unreadable unreadable ->
                  new ItemOutcome.Refused(null, unreadable.fault().under(place));
            };
        boolean held =
            switch (outcome) {
              case ItemOutcome.Taken taken -> account.hold(taken.event().data().length);
              case ItemOutcome.Refused refused -> account.hold(refused.fault().characters());
            };
        if (!held) {
          throw overloaded();
        }
        outcomes.add(outcome);
        lines.add(item.line());
      }
      return answer(outcomes, lines, items.many());
    }
  }

  private MemoryBudget memoryOf(InFlightBytes.Account account) {
    return new MemoryBudget() {
      @Override
      public void hold(long bytes) {
        if (!account.borrow(bytes)) {
          throw overloaded();
        }
      }

      @Override
      public void release(long bytes) {
        account.giveBack(bytes);
      }
    };
  }

  /**
   * 202 if at least one item was accepted and all accepted items are in Kafka; the problem if none
   * was accepted.
   *
   * @param lines the line number of each item; 0 where items are not lines
   * @param many whether the body is a list; a list is answered with a list
   * @throws ProblemException 503 when the broker does not acknowledge in time
   */
  Response answer(List<ItemOutcome> outcomes, List<Integer> lines, boolean many) {
    publish(outcomes);
    List<ItemReceipt> receipts = new ArrayList<>(outcomes.size());
    boolean anyAccepted = false;
    for (int i = 0; i < outcomes.size(); i++) {
      Integer line = lines.get(i) == 0 ? null : lines.get(i);
      switch (outcomes.get(i)) {
        case ItemOutcome.Taken taken -> {
          anyAccepted = true;
          metrics.accepted(taken.event().attributes().type());
          receipts.add(
              ItemReceipt.accepted(
                  line,
                  taken.event().attributes().id(),
                  links.fate(taken.event().attributes()),
                  taken.event().warnings()));
        }
        case ItemOutcome.Refused refused -> {
          metrics.rejected(refused.fault().code());
          receipts.add(ItemReceipt.rejected(line, refused.id(), FaultProblems.of(refused.fault())));
        }
      }
    }
    if (anyAccepted) {
      return Response.accepted(many ? receipts : receipts.getFirst()).build();
    }
    return allRejected(receipts, many);
  }

  /**
   * Publishes events and returns when they are in Kafka.
   *
   * @throws Fault when the broker cannot accept one of them
   */
  void publishAll(List<PreparedEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    try {
      publisher.publish(events);
    } catch (OversizedRecordException e) {
      throw new Fault(
          FaultCode.ITEM_TOO_LARGE,
          null,
          "an item is larger than the broker accepts: " + e.getMessage(),
          "send smaller items; do not retry this one");
    } catch (NotAcknowledgedException e) {
      LOG.warnf("not-acknowledged events=%d reason=%s", events.size(), e.getMessage());
      throw new ProblemException(
          HttpProblems.unavailable(
              "broker-not-acknowledging",
              "the broker did not acknowledge within " + config.acknowledgeWithin(),
              "send the same request again later; events that arrived are recognised"),
          config.retryAfter());
    }
  }

  private OverloadedException overloaded() {
    return new OverloadedException(config.retryAfter());
  }

  private void publish(List<ItemOutcome> outcomes) {
    List<PreparedEvent> events = new ArrayList<>(outcomes.size());
    for (ItemOutcome outcome : outcomes) {
      if (outcome instanceof ItemOutcome.Taken taken) {
        events.add(taken.event());
      }
    }
    publishAll(events);
  }

  /** For a single item its problem; for a list the count and the first problem as an example. */
  private static Response allRejected(List<ItemReceipt> receipts, boolean many) {
    Problem first = receipts.getFirst().problem();
    if (!many) {
      return problem(first, receipts);
    }
    return problem(
        HttpProblems.unprocessable(
            "all-items-rejected",
            "none of %d items was accepted; the first: %s"
                .formatted(receipts.size(), first.detail()),
            first.pointer(),
            first.remedy()),
        receipts);
  }

  private static Response problem(Problem problem, List<ItemReceipt> receipts) {
    return Response.status(problem.status())
        .type(Problem.MEDIA_TYPE)
        .entity(new AllRejectedProblem(problem, receipts))
        .build();
  }
}
