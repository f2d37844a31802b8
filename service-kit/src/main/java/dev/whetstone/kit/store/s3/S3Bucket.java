package dev.whetstone.kit.store.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Reads and listings, with failures that name the object and the remedy. */
final class S3Bucket {
  /** Most entries of an answer, by the API. */
  private static final int PAGE = 1_000;

  private final S3Client client;
  private final S3Settings settings;
  private final S3Faults faults;

  S3Bucket(S3Client client, S3Settings settings) {
    this.client = client;
    this.settings = settings;
    this.faults = new S3Faults(settings);
  }

  S3Client client() {
    return client;
  }

  S3Settings settings() {
    return settings;
  }

  S3Faults faults() {
    return faults;
  }

  /**
   * An object as a listing or its headers describe it.
   *
   * @param etag changes when the object does
   */
  record Entry(String key, long bytes, String etag) {}

  /**
   * @param next the last key of the page; null on the last page
   */
  record Page(List<Entry> entries, @Nullable String next) {}

  /** What an object's headers say; empty when it is not there. */
  Optional<Entry> head(S3Location object) {
    try {
      HeadObjectResponse head =
          client.headObject(get -> get.bucket(object.bucket()).key(object.key()));
      return Optional.of(new Entry(object.key(), head.contentLength(), head.eTag()));
    } catch (SdkException e) {
      if (S3Faults.isMissing(e)) {
        return Optional.empty();
      }
      throw faults.of("read", object, e);
    }
  }

  /** The bytes of an object; empty when it is not there. */
  Optional<S3ObjectStream> open(S3Location object) {
    try {
      return Optional.of(S3ObjectStream.open(client, settings, object));
    } catch (SdkException e) {
      if (S3Faults.isMissing(e)) {
        return Optional.empty();
      }
      throw faults.of("read", object, e);
    }
  }

  /**
   * A page of the keys with a prefix, in their order. What other programs store to stand for a
   * directory, a key that ends in a slash, is no object.
   *
   * @param after only keys behind this one; empty for the first page
   */
  Page list(String bucket, String prefix, String after, int limit) {
    try {
      ListObjectsV2Response answer =
          client.listObjectsV2(
              list ->
                  list.bucket(bucket)
                      .prefix(prefix)
                      .startAfter(after.isEmpty() ? null : after)
                      .maxKeys(Math.min(limit, PAGE)));
      List<Entry> entries =
          answer.contents().stream()
              .map(each -> new Entry(each.key(), each.size(), each.eTag()))
              .toList();
      return new Page(
          entries.stream().filter(each -> !each.key().endsWith("/")).toList(),
          Boolean.TRUE.equals(answer.isTruncated()) && !entries.isEmpty()
              ? entries.getLast().key()
              : null);
    } catch (SdkException e) {
      throw faults.of("listed", new S3Location(bucket, prefix), e);
    }
  }

  /**
   * All objects below a location.
   *
   * @param most objects that are listed
   */
  List<Entry> below(S3Location directory, int most) {
    List<Entry> all = new ArrayList<>();
    String after = "";
    while (after != null && all.size() < most) {
      Page page = list(directory.bucket(), directory.below(), after, most - all.size());
      all.addAll(page.entries());
      after = page.next();
    }
    return all;
  }
}
