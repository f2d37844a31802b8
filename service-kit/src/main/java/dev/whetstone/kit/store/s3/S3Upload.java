package dev.whetstone.kit.store.s3;

import dev.whetstone.kit.json.ContentDigests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * Sends content to a key that must be free. A larger object is sent in parts, which no reader sees
 * before the last request joins them.
 */
final class S3Upload {
  private static final Logger LOG = Logger.getLogger(S3Upload.class);
  private static final String FREE = "*";
  private static final int BUFFER_BYTES = 1 << 16;

  private final S3Client client;
  private final S3Settings settings;

  S3Upload(S3Client client, S3Settings settings) {
    this.client = client;
    this.settings = settings;
  }

  /** Whether content of a size is sent in parts. */
  boolean isInParts(long bytes) {
    return bytes > settings.partBytes();
  }

  /**
   * @throws SdkException when the key is taken ({@link S3Faults#isTaken}) or sending fails; nothing
   *     of it can be read then
   */
  void send(S3Location object, SpooledContent content) throws IOException {
    if (isInParts(content.bytes())) {
      sendParts(object, content);
    } else {
      sendWhole(object, content);
    }
  }

  private void sendWhole(S3Location object, SpooledContent content) throws IOException {
    try (FilePart all = new FilePart(content.file(), 0, content.bytes())) {
      Checksum checksum = checksum(all, content.sha256());
      var unused =
          client.putObject(
              PutObjectRequest.builder()
                  .bucket(object.bucket())
                  .key(object.key())
                  .ifNoneMatch(FREE)
                  .contentType(FilePart.TYPE)
                  .checksumSHA256(checksum.sha256())
                  .checksumCRC32(checksum.crc32())
                  .serverSideEncryption(settings.encryption())
                  .ssekmsKeyId(settings.kmsKeyId())
                  .build(),
              all.body());
    }
  }

  private void sendParts(S3Location object, SpooledContent content) throws IOException {
    String upload =
        client
            .createMultipartUpload(
                CreateMultipartUploadRequest.builder()
                    .bucket(object.bucket())
                    .key(object.key())
                    .contentType(FilePart.TYPE)
                    .checksumAlgorithm(algorithm())
                    .serverSideEncryption(settings.encryption())
                    .ssekmsKeyId(settings.kmsKeyId())
                    .build())
            .uploadId();
    boolean complete = false;
    try {
      List<CompletedPart> parts = new ArrayList<>();
      for (long start = 0; start < content.bytes(); start += settings.partBytes()) {
        long length = Math.min(settings.partBytes(), content.bytes() - start);
        try (FilePart part = new FilePart(content.file(), start, length)) {
          parts.add(sendPart(object, upload, parts.size() + 1, part));
        }
      }
      var unused =
          client.completeMultipartUpload(
              join ->
                  join.bucket(object.bucket())
                      .key(object.key())
                      .uploadId(upload)
                      .ifNoneMatch(FREE)
                      .multipartUpload(all -> all.parts(parts)));
      complete = true;
    } finally {
      if (!complete) {
        abort(object, upload);
      }
    }
  }

  private CompletedPart sendPart(S3Location object, String upload, int number, FilePart part)
      throws IOException {
    Checksum checksum = checksum(part, null);
    String etag =
        client
            .uploadPart(
                UploadPartRequest.builder()
                    .bucket(object.bucket())
                    .key(object.key())
                    .uploadId(upload)
                    .partNumber(number)
                    .checksumSHA256(checksum.sha256())
                    .checksumCRC32(checksum.crc32())
                    .build(),
                part.body())
            .eTag();
    return CompletedPart.builder()
        .partNumber(number)
        .eTag(etag)
        .checksumSHA256(checksum.sha256())
        .checksumCRC32(checksum.crc32())
        .build();
  }

  /** Parts that stay are not readable and cost storage until the bucket's lifecycle rule. */
  private void abort(S3Location object, String upload) {
    try {
      var unused =
          client.abortMultipartUpload(
              abort -> abort.bucket(object.bucket()).key(object.key()).uploadId(upload));
    } catch (SdkException e) {
      LOG.warnf(
          "upload-not-aborted bucket=%s key=%s upload=%s reason=%s",
          object.bucket(), object.key(), upload, e.getMessage());
    }
  }

  private @Nullable ChecksumAlgorithm algorithm() {
    return switch (settings.checksum()) {
      case SHA256 -> ChecksumAlgorithm.SHA256;
      case CRC32 -> ChecksumAlgorithm.CRC32;
      case NONE -> null;
    };
  }

  /** In the form of the headers; absent ones are not sent. */
  private record Checksum(@Nullable String sha256, @Nullable String crc32) {}

  /**
   * @param sha256 of the part, where it is known
   */
  private Checksum checksum(FilePart part, @Nullable String sha256) throws IOException {
    return switch (settings.checksum()) {
      case NONE -> new Checksum(null, null);
      case SHA256 -> {
        byte[] digest = sha256 == null ? digest(part) : HexFormat.of().parseHex(sha256);
        yield new Checksum(Base64.getEncoder().encodeToString(digest), null);
      }
      case CRC32 -> new Checksum(null, crc32(part));
    };
  }

  private static byte[] digest(FilePart part) throws IOException {
    MessageDigest digest = ContentDigests.newSha256();
    forEachBlock(part, digest::update);
    return digest.digest();
  }

  private static String crc32(FilePart part) throws IOException {
    CRC32 crc = new CRC32();
    forEachBlock(part, crc::update);
    return Base64.getEncoder()
        .encodeToString(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }

  /** Takes bytes of a buffer. */
  @FunctionalInterface
  private interface Block {
    void accept(byte[] buffer, int offset, int length);
  }

  private static void forEachBlock(FilePart part, Block block) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    InputStream in = part.newStream();
    int read;
    while ((read = in.read(buffer)) >= 0) {
      block.accept(buffer, 0, read);
    }
  }
}
