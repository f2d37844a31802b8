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

/** The file of API keys. All services reload it when it changes. */
public final class KeyFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int KEY_BYTES = 32;
  private static final ReentrantLock THREAD_LOCK = new ReentrantLock();

  /** What ingest accepts as the source of an event. */
  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9._:~=+-]{1,200}");

  /** Ingest prepends it to the application of a key with the import scope. */
  private static final String IMPORTED = "import:";

  /** The sources of Whetstone's own events; a key with such an application is not used. */
  private static final List<String> SERVICES =
      List.of("ingest", "curation", "training", "eval", "whetstone");

  private final Path file;

  private record Content(List<KeyEntry> keys) {}

  /**
   * A new key. Its text cannot be retrieved later.
   *
   * @param text the bearer token
   */
  public record NewKey(KeyEntry entry, String text) {}

  private KeyFile(Path file) {
    this.file = file;
  }

  public static KeyFile at(Path file) {
    return new KeyFile(file);
  }

  /** Writes a file without keys unless the file exists. */
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
          "fix the JSON, or delete the file and create the keys again",
          e);
    }
  }

  /**
   * Adds a key.
   *
   * @param id must be unused
   * @throws RemedyException naming the invalid argument and the valid values
   */
  public NewKey create(
      String id, String tenant, String application, List<String> scopes, boolean publishable) {
    return create(id, tenant, application, scopes, publishable, KeyLimits.NONE);
  }

  /**
   * Adds a key with limits.
   *
   * @throws RemedyException naming the invalid argument and the valid values
   */
  public NewKey create(
      String id,
      String tenant,
      String application,
      List<String> scopes,
      boolean publishable,
      KeyLimits limits) {
    return exclusively(() -> add(id, tenant, application, scopes, publishable, limits));
  }

  /** Creates a key in place of the key {@code id}, if that exists: for a key whose text is lost. */
  public NewKey renew(
      String id, String tenant, String application, List<String> scopes, boolean publishable) {
    return exclusively(
        () -> {
          Optional<KeyEntry> ignored = remove(id);
          return add(id, tenant, application, scopes, publishable, KeyLimits.NONE);
        });
  }

  private NewKey add(
      String id,
      String tenant,
      String application,
      List<String> scopes,
      boolean publishable,
      KeyLimits limits) {
    check(id, tenant, application, scopes);
    byte[] random = new byte[KEY_BYTES];
    RANDOM.nextBytes(random);
    String text = "wst_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    KeyEntry entry =
        new KeyEntry(
            id,
            sha256(text),
            tenant,
            application,
            scopes,
            publishable,
            limits.expires() == null ? null : limits.expires().toString(),
            limits.loop());
    List<KeyEntry> all = new ArrayList<>(list());
    all.add(entry);
    write(all);
    return new NewKey(entry, text);
  }

  /** Removes a key; services reject it as soon as they reload the file. */
  public Optional<KeyEntry> revoke(String id) {
    return exclusively(() -> remove(id));
  }

  private Optional<KeyEntry> remove(String id) {
    Optional<KeyEntry> found = list().stream().filter(key -> key.id().equals(id)).findFirst();
    found.ifPresent(key -> write(list().stream().filter(other -> !other.id().equals(id)).toList()));
    return found;
  }

  /** Whether the file contains the digest of this key. */
  public boolean contains(String text) {
    String digest = sha256(text);
    return list().stream().anyMatch(key -> key.sha256().equals(digest));
  }

  private void check(String id, String tenant, String application, List<String> scopes) {
    if (list().stream().anyMatch(key -> key.id().equals(id))) {
      throw new RemedyException(
          "a key named '" + id + "' exists already in " + file,
          "choose another name, or revoke it: ./whetstone key revoke " + id);
    }
    if (!LoopId.NAME.matcher(tenant).matches()) {
      throw new RemedyException(
          "'" + tenant + "' is not a valid tenant name",
          "use 1 to 63 characters of a-z, 0-9 and '-', starting with a letter");
    }
    if (!SOURCE.matcher(application).matches()) {
      throw new RemedyException(
          "'" + application + "' is not a valid application name: it becomes the source of events",
          "use 1 to 200 letters, digits and . _ : ~ = + -");
    }
    if (application.startsWith(IMPORTED)) {
      throw new RemedyException(
          "'" + application + "' is not a valid application name: '" + IMPORTED + "' marks imports",
          "omit the prefix; ingest adds it for keys with the import scope");
    }
    if (SERVICES.contains(application)) {
      throw new RemedyException(
          "'"
              + application
              + "' is not a valid application name: it is one of Whetstone's services",
          "choose another name than " + String.join(", ", SERVICES));
    }
    for (String scope : scopes) {
      if (!KeyEntry.SCOPES.contains(scope)) {
        throw new RemedyException("there is no scope '" + scope + "'", "use " + KeyEntry.SCOPES);
      }
    }
  }

  /**
   * Runs {@code change} under an exclusive lock against other threads and other processes. The
   * thread lock is needed because a file lock belongs to the whole process.
   */
  private <T> T exclusively(Supplier<T> change) {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    THREAD_LOCK.lock();
    try {
      Files.createDirectories(lock.toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = channel.lock()) {
        return change.get();
      }
    } catch (IOException e) {
      throw new RemedyException(
          "cannot lock " + lock + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    } finally {
      THREAD_LOCK.unlock();
    }
  }

  private void write(List<KeyEntry> keys) {
    try {
      PrivateFile.write(file, JSON.writeValueAsBytes(new Content(keys)));
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write the keys to " + file + ": " + e.getMessage(),
          "free disk space or grant write access",
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
