package dev.whetstone.ingest.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.body.Memory;
import dev.whetstone.ingest.body.Shape;
import dev.whetstone.ingest.config.IngestConfig;
import dev.whetstone.ingest.event.PreparedEvent;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.publish.InFlight;
import dev.whetstone.ingest.publish.IngestMetrics;
import dev.whetstone.ingest.publish.NotAcknowledged;
import dev.whetstone.ingest.publish.Publisher;
import dev.whetstone.ingest.publish.RecordTooLarge;
import dev.whetstone.kit.problem.Problem;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.problem.Problems;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Publishes what a request's items became and answers with a receipt for each. */
@ApplicationScoped
public class Submissions {
  private static final Logger LOG = Logger.getLogger(Submissions.class);

  /** The share of the heap that events may take while their requests wait. */
  private static final int HEAP_SHARE = 4;

  private final RequestBody bodies;
  private final Publisher publisher;
  private final IngestMetrics metrics;
  private final IngestConfig config;
  private final Links links;
  private final InFlight inFlight = new InFlight(Runtime.getRuntime().maxMemory() / HEAP_SHARE);

  public Submissions(
      RequestBody bodies,
      Publisher publisher,
      IngestMetrics metrics,
      IngestConfig config,
      Links links,
      MeterRegistry registry) {
    this.bodies = bodies;
    this.publisher = publisher;
    this.metrics = metrics;
    this.config = config;
    this.links = links;
    registry.gauge("whetstone.ingest.inflight.bytes", inFlight, InFlight::held);
  }

  /** Judges one item, which lies at a JSON Pointer in its body. */
  @FunctionalInterface
  interface Judge {
    Outcome judge(JsonNode item, String place);
  }

  /**
   * Reads a body item by item, publishes what is accepted, and answers.
   *
   * @throws Fault when the body as such is at fault; nothing of it was published then
   * @throws ProblemException 503 when the broker does not acknowledge or the memory is in use
   */
  Response take(HttpHeaders headers, InputStream body, Shape shape, Judge judge) {
    List<Outcome> outcomes = new ArrayList<>();
    try (InFlight.Account account = inFlight.open();
        ItemStream items = bodies.open(headers, body, shape, memoryOf(account))) {
      for (JsonNode item = items.next(); item != null; item = items.next()) {
        Outcome outcome = judge.judge(item, items.many() ? "/" + outcomes.size() : "");
        boolean held =
            switch (outcome) {
              case Outcome.Taken taken -> account.hold(taken.event().data().length);
              case Outcome.Refused refused -> account.hold(refused.fault().characters());
            };
        if (!held) {
          throw overloaded();
        }
        outcomes.add(outcome);
      }
      return answer(outcomes, items.many());
    }
  }

  private Memory memoryOf(InFlight.Account account) {
    return new Memory() {
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
   * 202 when at least one item was accepted and everything accepted is in Kafka; the problem when
   * none was.
   *
   * @param many whether the body held a list, which is answered by a list
   * @throws ProblemException 503 when the broker does not acknowledge in time
   */
  Response answer(List<Outcome> outcomes, boolean many) {
    publish(outcomes);
    List<Receipt> receipts = new ArrayList<>(outcomes.size());
    boolean anyAccepted = false;
    for (Outcome outcome : outcomes) {
      switch (outcome) {
        case Outcome.Taken taken -> {
          anyAccepted = true;
          metrics.accepted(taken.event().attributes().type());
          receipts.add(
              Receipt.accepted(
                  taken.event().attributes().id(), links.fate(taken.event().attributes())));
        }
        case Outcome.Refused refused -> {
          metrics.rejected(refused.fault().code());
          receipts.add(Receipt.rejected(refused.id(), FaultProblems.of(refused.fault())));
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
   * @throws Fault when the broker never takes one of them
   */
  void publishAll(List<PreparedEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    try {
      publisher.publish(events);
    } catch (RecordTooLarge e) {
      throw new Fault(
          FaultCode.ITEM_TOO_LARGE,
          null,
          "an item is larger than the broker takes: " + e.getMessage(),
          "send smaller items; sending this one again is in vain");
    } catch (NotAcknowledged e) {
      LOG.warnf("not-acknowledged events=%d reason=%s", events.size(), e.getMessage());
      throw new ProblemException(
          Problems.unavailable(
              "broker-not-acknowledging",
              "the broker did not acknowledge within " + config.acknowledgeWithin(),
              "send the same request again later; what arrived already is recognised"),
          config.retryAfter());
    }
  }

  private Overloaded overloaded() {
    return new Overloaded(config.retryAfter());
  }

  private void publish(List<Outcome> outcomes) {
    List<PreparedEvent> events = new ArrayList<>(outcomes.size());
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Taken taken) {
        events.add(taken.event());
      }
    }
    publishAll(events);
  }

  /** A single item's problem is the answer; a list's says how many, and the first as an example. */
  private static Response allRejected(List<Receipt> receipts, boolean many) {
    Problem first = receipts.getFirst().problem();
    if (!many) {
      return problem(first, receipts);
    }
    return problem(
        Problems.unprocessable(
            "all-items-rejected",
            "none of %d items was accepted; the first: %s"
                .formatted(receipts.size(), first.detail()),
            first.pointer(),
            first.remedy()),
        receipts);
  }

  private static Response problem(Problem problem, List<Receipt> receipts) {
    return Response.status(problem.status())
        .type(Problem.MEDIA_TYPE)
        .entity(new AllRejected(problem, receipts))
        .build();
  }
}
