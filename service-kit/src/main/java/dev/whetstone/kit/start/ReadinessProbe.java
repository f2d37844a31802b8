package dev.whetstone.kit.start;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;

/**
 * Asks a service whether it is ready: the health check of its container, whose image has no other
 * program that could ask. Ends with 0 if it is, with 1 if it is not or does not answer.
 */
public final class ReadinessProbe {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private ReadinessProbe() {}

  /**
   * @param arguments the URL of its readiness
   */
  public static void main(String... arguments) {
    System.exit(isReady(URI.create(arguments[0])) ? 0 : 1);
  }

  static boolean isReady(URI readiness) {
    try {
      var connection = (HttpURLConnection) readiness.toURL().openConnection();
      connection.setConnectTimeout((int) LIMIT.toMillis());
      connection.setReadTimeout((int) LIMIT.toMillis());
      try {
        return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      System.err.println(readiness + " does not answer: " + e.getMessage());
      return false;
    }
  }
}
