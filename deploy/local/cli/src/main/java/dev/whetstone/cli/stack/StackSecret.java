package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A random secret of a service that must not change between restarts. */
final class StackSecret {
  private static final int BYTES = 32;

  private StackSecret() {}

  /** The secret {@code name} in hex, created on first use and readable by its owner only. */
  static String of(StackHome home, String name) {
    Path file = home.secrets().resolve(name);
    try {
      // Earlier versions did not write secrets atomically; a kill could leave an empty file.
      if (!Files.exists(file) || Files.size(file) == 0) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        PrivateFile.write(
            file, HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot store a secret in " + file + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    }
  }
}
