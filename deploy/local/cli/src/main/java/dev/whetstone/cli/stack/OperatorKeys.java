package dev.whetstone.cli.stack;

import dev.whetstone.client.RemedyException;
import dev.whetstone.client.keys.KeyEntry;
import dev.whetstone.client.keys.KeyFile;
import dev.whetstone.client.keys.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys with which the command line calls the services, one per tenant. Their text is stored on
 * this machine, readable by its owner only.
 */
public final class OperatorKeys {
  private static final String SUFFIX = ".key";
  private final StackHome home;

  public OperatorKeys(StackHome home) {
    this.home = home;
  }

  /** Tenants for which this command line has a key. */
  public List<String> tenants() {
    if (!Files.isDirectory(home.secrets())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(home.secrets())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new RemedyException("cannot list " + home.secrets(), "grant read access", e);
    }
  }

  /**
   * The operator key of the tenant, with every scope; created when none exists or it was revoked.
   */
  public String of(String tenant) {
    KeyFile keys = KeyFile.at(home.keysFile());
    Path secret = home.secrets().resolve(tenant + SUFFIX);
    try {
      if (Files.exists(secret)) {
        String text = Files.readString(secret).strip();
        if (keys.contains(text)) {
          return text;
        }
      }
      String id = "operator-" + tenant;
      String text = keys.renew(id, tenant, "whetstone-cli", KeyEntry.SCOPES, false).text();
      PrivateFile.write(secret, (text + "\n").getBytes(StandardCharsets.US_ASCII));
      return text;
    } catch (IOException e) {
      throw new RemedyException(
          "cannot store the operator key in " + secret + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    }
  }
}
