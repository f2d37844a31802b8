package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.store.ObjectConflictException;
import dev.whetstone.kit.store.ObjectContent;
import dev.whetstone.kit.store.ObjectPage;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.store.StoredObject;
import dev.whetstone.kit.store.VerifiedRead;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Objects below a prefix of a bucket. A key is written with the condition that it is free ({@code
 * If-None-Match: *}), so that of several writers one is first; the others are compared with it.
 */
final class S3ObjectStore implements ObjectStore {
  /** How often an upload is begun while other writers of the key are being decided between. */
  private static final int CONTENTIONS = 5;

  private final S3Bucket bucket;
  private final S3Location root;
  private final Path spool;
  private final S3Upload upload;
  private final ConditionalWriteProbe probe;

  /**
   * @param spool a folder for content that is being written
   */
  S3ObjectStore(S3Bucket bucket, S3Location root, Path spool) {
    this.bucket = bucket;
    this.root = root;
    this.spool = spool;
    this.upload = new S3Upload(bucket.client(), bucket.settings());
    this.probe = new ConditionalWriteProbe(bucket, root);
  }

  @Override
  public StoredObject put(String key, ObjectContent content) {
    S3Location object = location(key);
    try (SpooledContent spooled = SpooledContent.of(spool, content)) {
      return store(key, object, spooled);
    } catch (IOException e) {
      throw notWritten(key, e);
    }
  }

  @Override
  public StoredObject putBlob(ObjectContent content) {
    try (SpooledContent spooled = SpooledContent.of(spool, content)) {
      String key = ObjectStore.blobKey(spooled.sha256());
      return store(key, location(key), spooled);
    } catch (IOException e) {
      throw notWritten(ObjectStore.blobKey("..."), e);
    }
  }

  private StoredObject store(String key, S3Location object, SpooledContent content)
      throws IOException {
    probe.require();
    boolean there = upload.isInParts(content.bytes()) && bucket.head(object).isPresent();
    boolean written = !there && send(object, content);
    if (!written || bucket.settings().checksum() == S3Checksum.NONE) {
      compare(key, content);
    }
    return new StoredObject(key, object.uri(), content.bytes(), content.sha256());
  }

  /** Answers false when something is there already. */
  private boolean send(S3Location object, SpooledContent content) throws IOException {
    SdkException contention = null;
    for (int i = 0; i < CONTENTIONS; i++) {
      try {
        upload.send(object, content);
        return true;
      } catch (SdkException e) {
        if (S3Faults.isTaken(e)) {
          return false;
        }
        if (!S3Faults.isContended(e)) {
          throw bucket.faults().of("written", object, e);
        }
        contention = e;
      }
    }
    throw bucket.faults().of("written", object, contention);
  }

  private void compare(String key, SpooledContent content) {
    VerifiedRead<Boolean> stored =
        VerifiedRead.of(key, open(key), Long.MAX_VALUE, null, in -> true);
    if (!stored.sha256().equals(content.sha256())) {
      throw new ObjectConflictException(key);
    }
  }

  private ObjectStoreException notWritten(String key, IOException e) {
    return new ObjectStoreException(
        "object %s could not be written to %s (%s); nothing of it was stored. The content goes through %s first: free disk space there or set whetstone.s3.cache-folder; the write is tried again"
            .formatted(key, root, e.getMessage(), spool),
        e);
  }

  @Override
  public InputStream open(String key) {
    return bucket
        .open(location(key))
        .orElseThrow(
            () ->
                new ObjectStoreException(
                    "object "
                        + key
                        + " is not in the store; check whetstone.store.uri and retention"));
  }

  @Override
  public OptionalLong size(String key) {
    return bucket.head(location(key)).stream().mapToLong(S3Bucket.Entry::bytes).findFirst();
  }

  @Override
  public ObjectPage list(String prefix, String after, int limit) {
    String below = root.below();
    S3Bucket.Page page =
        bucket.list(root.bucket(), below + prefix, after.isEmpty() ? "" : below + after, limit);
    return new ObjectPage(
        page.entries().stream()
            .map(each -> new ObjectPage.Entry(each.key().substring(below.length()), each.bytes()))
            .filter(each -> !each.key().startsWith(ConditionalWriteProbe.UNLISTED))
            .toList(),
        next(page.next(), below));
  }

  private static @Nullable String next(@Nullable String key, String below) {
    return key == null ? null : key.substring(below.length());
  }

  @Override
  public void delete(String key) {
    S3Location object = location(key);
    try {
      var unused =
          bucket.client().deleteObject(end -> end.bucket(object.bucket()).key(object.key()));
    } catch (SdkException e) {
      if (!S3Faults.isMissing(e)) {
        throw bucket.faults().of("deleted", object, e);
      }
    }
  }

  @Override
  public URI uri(String key) {
    boolean directory = key.endsWith("/");
    String uri = location(directory ? key.substring(0, key.length() - 1) : key).uri().toString();
    return URI.create(directory ? uri + "/" : uri);
  }

  @Override
  public String key(URI uri) {
    try {
      S3Location object = S3Location.of(uri);
      if (root.contains(object) && !object.equals(root)) {
        return object.key().substring(root.below().length());
      }
    } catch (IllegalArgumentException e) {
      throw new ObjectStoreException(elsewhere(uri), e);
    }
    throw new ObjectStoreException(elsewhere(uri));
  }

  private String elsewhere(URI uri) {
    return "%s is not in this store, which is %s".formatted(uri, root);
  }

  private S3Location location(String key) {
    try {
      S3Location.requireInside(key);
    } catch (IllegalArgumentException e) {
      throw new ObjectStoreException(e.getMessage(), e);
    }
    return root.child(key);
  }
}
