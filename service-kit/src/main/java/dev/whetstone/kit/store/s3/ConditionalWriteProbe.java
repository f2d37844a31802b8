package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.store.ObjectStoreException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Finds out, before the first write of a process, whether the server obeys {@code If-None-Match}.
 * One that ignores it replaces objects that must never change, and no answer would tell.
 */
final class ConditionalWriteProbe {
  /** Keys below this are no objects of the store. */
  static final String UNLISTED = ".whetstone/";

  private final S3Bucket bucket;
  private final S3Location object;
  private volatile boolean proven;

  ConditionalWriteProbe(S3Bucket bucket, S3Location root) {
    this.bucket = bucket;
    this.object = root.child(UNLISTED + "conditional-write");
  }

  /**
   * @throws ObjectStoreException when the server ignores the condition, or refuses to write at all
   */
  void require() {
    if (proven) {
      return;
    }
    // The first of all writers of the bucket finds the key free, and must not find it so again.
    boolean free = isFree();
    if (free) {
      free = isFree();
    }
    if (free) {
      throw new ObjectStoreException(
          "%s ignores 'If-None-Match: *', so that a writer could replace another's object. Use a server that supports conditional writes"
              .formatted(bucket.settings().server()));
    }
    proven = true;
  }

  private boolean isFree() {
    try {
      var unused =
          bucket
              .client()
              .putObject(
                  PutObjectRequest.builder()
                      .bucket(object.bucket())
                      .key(object.key())
                      .ifNoneMatch("*")
                      .serverSideEncryption(bucket.settings().encryption())
                      .ssekmsKeyId(bucket.settings().kmsKeyId())
                      .build(),
                  RequestBody.fromString("whetstone"));
      return true;
    } catch (SdkException e) {
      if (S3Faults.isTaken(e) || S3Faults.isContended(e)) {
        return false;
      }
      throw bucket.faults().of("written", object, e);
    }
  }
}
