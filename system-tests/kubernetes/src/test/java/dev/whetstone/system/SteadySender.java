package dev.whetstone.system;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.client.api.ApiReply;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends one interaction after another until it is stopped, and repeats each until it is accepted.
 */
final class SteadySender {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(2);

  private final ProductAppClient app;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final Thread thread;
  private volatile int accepted;
  private volatile int repeated;

  private SteadySender(ProductAppClient app) {
    this.app = app;
    this.thread = Thread.ofVirtual().name("steady sender").unstarted(this::run);
  }

  static SteadySender start(ApiClient api, String loop) {
    var sender = new SteadySender(new ProductAppClient(api, loop));
    sender.thread.start();
    return sender;
  }

  /** Ends after the request that is on its way, and returns the number of accepted events. */
  int stop() {
    stopped.set(true);
    try {
      if (!thread.join(STOP_LIMIT)) {
        throw new AssertionError("an event was not accepted within " + STOP_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while an event was on its way", e);
    }
    return accepted;
  }

  /** Requests that had to be sent again because they were refused or not answered. */
  int repeated() {
    return repeated;
  }

  private void run() {
    for (int number = 0; !stopped.get(); number++) {
      String id = "steady-" + number;
      ObjectNode interaction =
          ProductAppClient.interaction(
              id, "conversation-" + id, "user-" + number % 7, "Question " + number, "Answer");
      while (!isAccepted(interaction)) {
        repeated++;
        pause();
      }
      accepted++;
      pause();
    }
  }

  private boolean isAccepted(ObjectNode interaction) {
    try {
      ApiReply reply = app.send("interactions", interaction);
      return reply.status() == 202;
    } catch (RemedyException e) {
      // Not answered: it may have been accepted, and the same id is accepted again.
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
