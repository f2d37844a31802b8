package dev.whetstone.kit.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Parses replies within a bound on their values: a tree can occupy fifty times the bytes of its
 * text, so a limit on the bytes alone does not protect the heap.
 */
final class ReplyTree {
  /** The scores of a prompt of 32,000 tokens have about this many. */
  static final int MOST_VALUES = 400_000;

  /** Larger replies are parsed one after another. */
  private static final ReentrantLock LARGE = new ReentrantLock();

  private ReplyTree() {}

  /** The reply has more values than a reply to any call has. */
  static final class TooManyValues extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyValues() {
      super("answered more than %d JSON values".formatted(MOST_VALUES));
    }
  }

  /**
   * @throws java.io.UncheckedIOException when it is not JSON
   * @throws TooManyValues when the tree would be too large
   */
  static JsonNode read(byte[] body) {
    if (body.length <= ResponseBudget.SHARED.free()) {
      return Json.read(body, JsonNode.class);
    }
    requireFewValues(body);
    LARGE.lock();
    try {
      return Json.read(body, JsonNode.class);
    } finally {
      LARGE.unlock();
    }
  }

  /** Every value but the first follows one of these bytes; those inside texts count as well. */
  private static void requireFewValues(byte[] body) {
    int values = 1;
    for (byte each : body) {
      if ((each == ',' || each == '[' || each == '{') && ++values > MOST_VALUES) {
        throw new TooManyValues();
      }
    }
  }
}
