package dev.whetstone.client.keys;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whetstone.client.RemedyException;
import dev.whetstone.contracts.LoopId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The file of API keys that all services read again when it changes. */
public final class KeyFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 32;
  private static final ReentrantLock ONE_THREAD = new ReentrantLock();

  /** What ingest takes as the source of an event. */
  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9._:~=+-]{1,200}");

  /** Ingest puts it before the application of a key that may import. */
  private static final String IMPORTED = "import:";

  private final Path file;

  private record Content(List<KeyEntry> keys) {}

  /**
   * A new key: the only time its text is known.
   *
   * @param text what callers send as bearer token
   */
  public record NewKey(KeyEntry entry, String text) {}

  private KeyFile(Path file) {
    this.file = file;
  }

  public static KeyFile at(Path file) {
    return new KeyFile(file);
  }

  /** Writes a file without keys unless there is one. */
  public void createIfAbsent() {
    if (!Files.exists(file)) {
      write(List.of());
    }
  }

  /** All entries, oldest first. */
  public List<KeyEntry> list() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return JSON.readValue(file.toFile(), Content.class).keys();
    } catch (IOException e) {
      throw new RemedyException(
          "cannot read the keys in " + file + ": " + e.getMessage(),
          "mend the JSON by hand, or delete the file and create the keys anew",
          e);
    }
  }

  /**
   * Adds a key.
   *
   * @param id must not be taken
   * @throws RemedyException naming what does not fit and what would
   */
  public NewKey create(
      String id, String tenant, String application, List<String> scopes, boolean publishable) {
    return alone(() -> added(id, tenant, application, scopes, publishable));
  }

  /**
   * The same in place of the key called {@code id}, if there is one: its text is not known any
   * more.
   */
  public NewKey renew(
      String id, String tenant, String application, List<String> scopes, boolean publishable) {
    return alone(
        () -> {
          Optional<KeyEntry> ignored = removed(id);
          return added(id, tenant, application, scopes, publishable);
        });
  }

  private NewKey added(
      String id, String tenant, String application, List<String> scopes, boolean publishable) {
    check(id, tenant, application, scopes);
    byte[] random = new byte[KEY_BYTES];
    RANDOM.nextBytes(random);
    String text = "wst_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    KeyEntry entry = new KeyEntry(id, sha256(text), tenant, application, scopes, publishable);
    List<KeyEntry> all = new ArrayList<>(list());
    all.add(entry);
    write(all);
    return new NewKey(entry, text);
  }

  /** Removes a key; services refuse it as soon as they read the file again. */
  public Optional<KeyEntry> revoke(String id) {
    return alone(() -> removed(id));
  }

  private Optional<KeyEntry> removed(String id) {
    Optional<KeyEntry> found = list().stream().filter(key -> key.id().equals(id)).findFirst();
    found.ifPresent(key -> write(list().stream().filter(other -> !other.id().equals(id)).toList()));
    return found;
  }

  /** Whether the file holds this key's digest. */
  public boolean knows(String text) {
    String digest = sha256(text);
    return list().stream().anyMatch(key -> key.sha256().equals(digest));
  }

  private void check(String id, String tenant, String application, List<String> scopes) {
    if (list().stream().anyMatch(key -> key.id().equals(id))) {
      throw new RemedyException(
          "a key called '" + id + "' is there already in " + file,
          "choose another name, or ./whetstone key revoke " + id);
    }
    if (!LoopId.NAME.matcher(tenant).matches()) {
      throw new RemedyException(
          "'" + tenant + "' cannot be a tenant's name",
          "use 1 to 63 of a-z, 0-9 and '-', starting with a letter");
    }
    if (!SOURCE.matcher(application).matches()) {
      throw new RemedyException(
          "'" + application + "' cannot be an application's name: it becomes the events' source",
          "use 1 to 200 of letters, digits and . _ : ~ = + -");
    }
    if (application.startsWith(IMPORTED)) {
      throw new RemedyException(
          "'" + application + "' cannot be an application's name: '" + IMPORTED + "' marks imports",
          "leave it away; the scope import adds it to what the key sends");
    }
    for (String scope : scopes) {
      if (!KeyEntry.SCOPES.contains(scope)) {
        throw new RemedyException(
            "there is no scope '" + scope + "'", "scopes are " + KeyEntry.SCOPES);
      }
    }
  }

  /**
   * Reads, changes and writes with nobody else doing so: no other thread, because the system's lock
   * is the whole process's, and no other process.
   */
  private <T> T alone(Supplier<T> change) {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    ONE_THREAD.lock();
    try {
      Files.createDirectories(lock.toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = channel.lock()) {
        return change.get();
      }
    } catch (IOException e) {
      throw new RemedyException(
          "cannot lock " + lock + ": " + e.getMessage(), "free space or give write access", e);
    } finally {
      ONE_THREAD.unlock();
    }
  }

  private void write(List<KeyEntry> keys) {
    try {
      PrivateFile.write(file, JSON.writeValueAsBytes(new Content(keys)));
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write the keys to " + file + ": " + e.getMessage(),
          "free space or give write access",
          e);
    }
  }

  static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
