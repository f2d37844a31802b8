package dev.whetstone.doctor.store;

import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.id.IdGenerator;
import dev.whetstone.kit.id.TimeOrderedIdGenerator;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectConflictException;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.UnsupportedSchemeException;
import dev.whetstone.kit.store.file.FileScheme;
import dev.whetstone.kit.store.s3.S3Scheme;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Writes, compares, lists, reads and deletes one small object, as the services do. */
public final class StoreCheck {
  /** Nothing of the services lies below it. */
  static final String FOLDER = "readiness/doctor/";

  /** Objects that are older are of a doctor that was killed. */
  private static final Duration LEFT_BEHIND = Duration.ofHours(1);

  private static final byte[] ONE = "one".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TWO = "two".getBytes(StandardCharsets.UTF_8);

  private final ServiceSettings service;
  private final IdGenerator ids;
  private final IdGenerator pastIds;
  private final String uri;

  public StoreCheck(ServiceSettings service, Clock clock) {
    this.service = service;
    this.ids = new TimeOrderedIdGenerator(clock);
    this.pastIds = new TimeOrderedIdGenerator(Clock.offset(clock, LEFT_BEHIND.negated()));
    this.uri = uri(service);
  }

  /** Services with the same value use one store. */
  public static String uri(ServiceSettings service) {
    return service.config().getValue("whetstone.store.uri", String.class);
  }

  public CheckSubject subject() {
    return new CheckSubject(CheckName.STORE, "object store", uri);
  }

  public List<CheckResult> find() {
    try {
      URI location = URI.create(uri);
      if ("file".equalsIgnoreCase(location.getScheme())
          && !Files.isDirectory(Path.of(location.getPath()))) {
        return List.of(
            subject()
                .fault(
                    "the folder does not exist",
                    "mount the volume there, create the folder, or correct WHETSTONE_STORE_URI"));
      }
      ArtifactResolver artifacts =
          new ArtifactResolver(
              List.of(new FileScheme(), new S3Scheme(service.s3(), service::variable)));
      return List.of(use(artifacts.openStore(location)));
    } catch (UnsupportedSchemeException | IllegalArgumentException e) {
      return List.of(
          subject().fault(String.valueOf(e.getMessage()), "correct WHETSTONE_STORE_URI"));
    } catch (ObjectStoreException e) {
      return List.of(subject().fault(String.valueOf(e.getMessage())));
    }
  }

  private CheckResult use(ObjectStore store) {
    removeLeftBehind(store);
    String key = ids.next(FOLDER);
    store.put(key, ONE);
    try {
      if (replaces(store, key)) {
        return subject()
            .fault(
                "it replaces an object that exists",
                "use a server that supports conditional writes (If-None-Match)");
      }
      if (!Arrays.equals(store.read(key), ONE)) {
        return subject()
            .fault(
                "it gives back other bytes than were written", "check the server and its proxies");
      }
      if (store.list(FOLDER, "", ObjectStore.PAGE).entries().stream()
          .noneMatch(entry -> entry.key().equals(key))) {
        return subject()
            .fault(
                "a list leaves out an object that was written before",
                "use a server whose lists show every object at once");
      }
    } finally {
      store.delete(key);
    }
    return store.exists(key)
        ? subject()
            .fault("a deleted object is still there", "allow the credentials to delete objects")
        : subject().ok("writes, refuses to replace, reads, lists and deletes");
  }

  private void removeLeftBehind(ObjectStore store) {
    // Keys sort by the time at which they were made.
    String firstInUse = pastIds.next(FOLDER);
    store.list(FOLDER, "", ObjectStore.PAGE).entries().stream()
        .map(ObjectPage.Entry::key)
        .takeWhile(key -> key.compareTo(firstInUse) < 0)
        .forEach(store::delete);
  }

  private static boolean replaces(ObjectStore store, String key) {
    try {
      store.put(key, TWO);
      return true;
    } catch (ObjectConflictException e) {
      return false;
    }
  }
}
