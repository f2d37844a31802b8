package dev.whetstone.eval.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Secrets of model servers, which declarations only refer to. */
final class Credentials {
  private Credentials() {}

  /**
   * @param reference {@code env:NAME} or {@code file:/path}; absent for a server without a key
   * @throws ServingException when the reference leads nowhere
   */
  static @Nullable String resolve(@Nullable String reference) {
    if (reference == null || reference.isBlank()) {
      return null;
    }
    if (reference.startsWith("env:")) {
      String value = System.getenv(reference.substring(4));
      if (value == null || value.isBlank()) {
        throw unresolved(reference, "that environment variable is not set");
      }
      return value.strip();
    }
    if (reference.startsWith("file:")) {
      try {
        return Files.readString(Path.of(reference.substring(5))).strip();
      } catch (IOException e) {
        throw unresolved(reference, "that file cannot be read");
      }
    }
    throw unresolved(reference, "it must start with env: or file:");
  }

  private static ServingException unresolved(String reference, String why) {
    return new ServingException(
        ServingException.Kind.MISCONFIGURED,
        "spec.serving.credentialsRef '" + reference + "' gives no key: " + why);
  }
}
