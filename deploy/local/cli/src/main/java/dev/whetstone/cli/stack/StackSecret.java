package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A random secret that a service needs and that must stay the same over restarts. */
final class StackSecret {
  private static final int BYTES = 32;

  private StackSecret() {}

  /** The secret called {@code name} in hex, made at first use and readable by its owner only. */
  static String of(StackHome home, String name) {
    Path file = home.secrets().resolve(name);
    try {
      // An empty file is what a kill left half-made before secrets were written in one move.
      if (!Files.exists(file) || Files.size(file) == 0) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        PrivateFile.write(
            file, HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot keep a secret in " + file + ": " + e.getMessage(),
          "free space or give write access",
          e);
    }
  }
}
