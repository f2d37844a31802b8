package dev.whetstone.training.engine;

import dev.whetstone.training.config.TrainingConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API key of a loop's model server for its workers. A run names the key by reference; the
 * key itself is passed in the worker's environment and is stored nowhere.
 */
@ApplicationScoped
public class ServingKeyReader {
  /** The worker's variable. */
  public static final String VARIABLE = "WHETSTONE_SERVING_KEY";

  private static final String PREFIX = "WHETSTONE_SERVING_";
  private static final int MOST_BYTES = 16 * 1024;

  private final Optional<Path> folder;
  private final UnaryOperator<@Nullable String> environment;

  @Inject
  public ServingKeyReader(TrainingConfig config) {
    this(config.credentialsFolder(), System::getenv);
  }

  ServingKeyReader(Optional<Path> folder, UnaryOperator<@Nullable String> environment) {
    this.folder = folder.map(path -> path.toAbsolutePath().normalize());
    this.environment = environment;
  }

  /** The key at a reference cannot be used. The message has the remedy. */
  public static final class UnresolvedKeyException extends Exception {
    private static final long serialVersionUID = 1L;

    private UnresolvedKeyException(String reference, String remedy) {
      super(
          "spec.serving.credentialsRef '%s' cannot be resolved by the training service: %s"
              .formatted(reference, remedy));
    }
  }

  /**
   * @param reference {@code env:WHETSTONE_SERVING_NAME}, or {@code file:} with a path below {@code
   *     whetstone.training.credentials-folder}
   */
  public String read(String reference) throws UnresolvedKeyException {
    if (reference.startsWith("env:")) {
      return word(reference, variable(reference, reference.substring("env:".length())));
    }
    if (reference.startsWith("file:")) {
      return word(reference, content(reference, reference.substring("file:".length())));
    }
    throw new UnresolvedKeyException(reference, "start it with env:" + PREFIX + " or file:");
  }

  private String variable(String reference, String name) throws UnresolvedKeyException {
    if (!name.startsWith(PREFIX)) {
      throw new UnresolvedKeyException(reference, "name a variable that starts with " + PREFIX);
    }
    String value = environment.apply(name);
    if (value == null || value.isBlank()) {
      throw new UnresolvedKeyException(reference, "set that variable for the training service");
    }
    return value;
  }

  private String content(String reference, String path) throws UnresolvedKeyException {
    if (folder.isEmpty()) {
      throw new UnresolvedKeyException(
          reference, "set whetstone.training.credentials-folder to the folder of the keys");
    }
    try {
      Path root = folder.get().toRealPath();
      Path file = root.resolve(path.replaceFirst("^/+", "")).toRealPath();
      if (!file.startsWith(root)) {
        throw new UnresolvedKeyException(
            reference, "name a file in whetstone.training.credentials-folder");
      }
      try (InputStream in = Files.newInputStream(file)) {
        return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
      }
    } catch (IOException | InvalidPathException e) {
      throw new UnresolvedKeyException(reference, "make that file readable for the service");
    }
  }

  /** A key has to fit into a header. */
  private static String word(String reference, String value) throws UnresolvedKeyException {
    String key = value.strip();
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new UnresolvedKeyException(
          reference, "write the key as one word of printable ASCII, without spaces");
    }
    return key;
  }
}
