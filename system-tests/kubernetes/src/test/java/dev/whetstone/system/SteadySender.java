package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Sends one interaction after another until it is stopped, and repeats each until it is accepted.
 */
final class SteadySender {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

  private final ProductAppClient app;
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("steady sender").factory());
  private volatile boolean stopped;
  private volatile int accepted;
  private volatile int repeated;

  /** Whether the current interaction was sent and not accepted. Used by the schedule only. */
  private boolean pending;

  private SteadySender(ProductAppClient app) {
    this.app = app;
  }

  static SteadySender start(ApiClient api, String loop) {
    var sender = new SteadySender(new ProductAppClient(api, loop));
    var unused =
        sender.schedule.scheduleWithFixedDelay(
            sender::sendNext, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    return sender;
  }

  /** Ends once the current interaction is accepted, and returns the number of accepted events. */
  int stop() {
    stopped = true;
    try {
      if (!schedule.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("an event was not accepted within " + STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while an event was sent", e);
    }
    return accepted;
  }

  /** Requests that had to be sent again because they were refused or not answered. */
  int repeated() {
    return repeated;
  }

  private void sendNext() {
    if (stopped && !pending) {
      schedule.shutdown();
      return;
    }
    pending = !isAccepted(interaction(accepted));
    if (pending) {
      repeated++;
    } else {
      accepted++;
    }
  }

  private static ObjectNode interaction(int number) {
    String id = "steady-" + number;
    return ProductAppClient.interaction(
        id, "conversation-" + id, "user-" + number % 7, "Question " + number, "Answer");
  }

  private boolean isAccepted(ObjectNode interaction) {
    try {
      return app.send("interactions", interaction).status() == 202;
    } catch (RemedyException e) {
      // Not answered: it may have been accepted, and the same id is accepted again.
      return false;
    }
  }
}
