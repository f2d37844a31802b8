package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.json.ContentDigests;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.VerifiedRead;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An object of a bucket, or all objects below a prefix. */
final class S3Artifact implements Artifact {
  /** A model or a data set has far fewer; a wrong URI can name a whole bucket. */
  private static final int MOST_OBJECTS = 10_000;

  private final Supplier<S3Scheme.Access> access;
  private final S3Location place;

  /**
   * @param access asked for when the bucket is first used, so that a URI that is then refused costs
   *     nothing
   */
  S3Artifact(Supplier<S3Scheme.Access> access, S3Location place) {
    this.access = access;
    this.place = place;
  }

  private S3Bucket bucket() {
    return access.get().bucket();
  }

  @Override
  public URI uri() {
    return place.uri();
  }

  @Override
  public OptionalLong size() {
    return head().stream().mapToLong(S3Bucket.Entry::bytes).findFirst();
  }

  @Override
  public InputStream open() {
    return bucket().open(place).orElseThrow(this::gone);
  }

  @Override
  public Path localPath() {
    List<S3Bucket.Entry> entries = entries();
    if (entries.isEmpty()) {
      throw gone();
    }
    return access.get().cache().copy(place, entries, marker(entries));
  }

  @Override
  public Artifact child(String path) {
    return new S3Artifact(access, place.child(path));
  }

  @Override
  public List<String> files(int most) {
    return bucket().below(place, most).stream().map(this::relative).sorted().toList();
  }

  /** One pass over all objects; nothing is copied. */
  @Override
  public String directorySha256() {
    List<S3Bucket.Entry> entries = below();
    if (entries.isEmpty()) {
      throw gone();
    }
    MessageDigest digest = ContentDigests.newSha256();
    entries.stream()
        .sorted(Comparator.comparing(this::relative))
        .forEach(
            entry -> {
              String line = sha256(entry) + "  " + relative(entry) + "\n";
              digest.update(line.getBytes(StandardCharsets.UTF_8));
            });
    return ContentDigests.hex(digest.digest());
  }

  private String sha256(S3Bucket.Entry entry) {
    S3Location object = new S3Location(place.bucket(), entry.key());
    InputStream in = bucket().open(object).orElseThrow(this::gone);
    return VerifiedRead.of(object.toString(), in, Long.MAX_VALUE, null, all -> true).sha256();
  }

  /** Costs one or two requests; see {@code docs/object-store.md}. */
  @Override
  public @Nullable String changeMarker() {
    List<S3Bucket.Entry> entries = entries();
    return entries.isEmpty() ? null : marker(entries);
  }

  @Override
  public String toString() {
    return place.toString();
  }

  /** The object itself, else what lies below it. */
  private List<S3Bucket.Entry> entries() {
    List<S3Bucket.Entry> own = head();
    return own.isEmpty() ? below() : own;
  }

  private List<S3Bucket.Entry> below() {
    List<S3Bucket.Entry> entries = bucket().below(place, MOST_OBJECTS + 1);
    if (entries.size() > MOST_OBJECTS) {
      throw new ObjectStoreException(
          "%s has more than %d objects. Name the prefix of one model or one data set"
              .formatted(place, MOST_OBJECTS));
    }
    return entries;
  }

  private List<S3Bucket.Entry> head() {
    return place.key().isEmpty() ? List.of() : bucket().head(place).stream().toList();
  }

  private static String marker(List<S3Bucket.Entry> entries) {
    long bytes = entries.stream().mapToLong(S3Bucket.Entry::bytes).sum();
    String versions =
        entries.stream()
            .map(entry -> entry.key() + " " + entry.etag())
            .collect(Collectors.joining("\n"));
    return "%d files, %d bytes, %s"
        .formatted(entries.size(), bytes, ContentDigests.sha256(versions));
  }

  private String relative(S3Bucket.Entry entry) {
    return entry.key().substring(place.below().length());
  }

  private ObjectStoreException gone() {
    return new ObjectStoreException(
        "%s cannot be read: nothing is there. Restore it, or correct the URI".formatted(place));
  }
}
