package dev.whetstone.eval.serving;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Resolves references to the keys of model servers. The author of a declaration also chooses where
 * the key is sent, so a reference can name only keys that are provided for model servers, and none
 * of this service's own secrets.
 */
final class ServingCredentials {
  static final String PREFIX = "WHETSTONE_SERVING_";
  private final Optional<Path> folder;
  private final UnaryOperator<@Nullable String> environment;

  /**
   * @param folder that contains the keys as files; empty for none
   * @param environment gives the value of a variable, or null if it is not set
   */
  ServingCredentials(Optional<Path> folder, UnaryOperator<@Nullable String> environment) {
    this.folder = folder.map(path -> path.toAbsolutePath().normalize());
    this.environment = environment;
  }

  /**
   * @param reference {@code env:WHETSTONE_SERVING_NAME}, or {@code file:} with a path below the
   *     folder; absent for a server without a key
   * @throws ServingException if there is no key at the reference
   */
  @Nullable String resolve(@Nullable String reference) {
    if (reference == null || reference.isBlank()) {
      return null;
    }
    if (reference.startsWith("env:")) {
      return key(reference, variable(reference, reference.substring(4)));
    }
    if (reference.startsWith("file:")) {
      return key(reference, content(reference, reference.substring(5)));
    }
    throw unresolved(reference, "it must start with env:" + PREFIX + " or file:");
  }

  private String variable(String reference, String name) {
    if (!name.startsWith(PREFIX)) {
      throw unresolved(reference, "the variable's name must start with " + PREFIX);
    }
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      throw unresolved(reference, "that environment variable is not set");
    }
    return value;
  }

  private String content(String reference, String path) {
    Path allowed =
        folder.orElseThrow(
            () ->
                unresolved(
                    reference, "set whetstone.eval.credentials-folder to the folder of the keys"));
    try {
      Path file = allowed.resolve(path.replaceFirst("^//", "")).normalize();
      if (!file.startsWith(allowed)) {
        throw unresolved(reference, "the file must be in whetstone.eval.credentials-folder");
      }
      return Files.readString(file);
    } catch (IOException | InvalidPathException e) {
      throw unresolved(reference, "that file cannot be read");
    }
  }

  /** Checks that a key fits into a header: one word of printable characters. */
  private static String key(String reference, String value) {
    String key = value.strip();
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw unresolved(
          reference, "a key must be one word of printable ASCII, without line breaks and spaces");
    }
    return key;
  }

  private static ServingException unresolved(String reference, String why) {
    return new ServingException(
        ServingException.Kind.MISCONFIGURED,
        "spec.serving.credentialsRef '" + reference + "' cannot be resolved: " + why);
  }
}
