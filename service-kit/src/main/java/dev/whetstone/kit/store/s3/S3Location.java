package dev.whetstone.kit.store.s3;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A bucket and a key in it, or the prefix of a directory.
 *
 * @param key without a slash at its start and end; empty for the whole bucket
 */
record S3Location(String bucket, String key) {
  static final String SCHEME = "s3";
  static final String FORM = "s3://<bucket>/<prefix>";

  private static final String PREFIX = SCHEME + "://";
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final String UNRESERVED = "-._~";

  /**
   * The location of a URI. Its path is percent-encoded; characters outside ASCII are accepted
   * unescaped.
   *
   * @throws IllegalArgumentException when it names no bucket, or a key that leads elsewhere
   */
  static S3Location of(URI uri) {
    String bucket = uri.getRawAuthority();
    if (!SCHEME.equalsIgnoreCase(uri.getScheme())
        || bucket == null
        || !BUCKET.matcher(bucket).matches()) {
      throw new IllegalArgumentException(
          PREFIX + " must be followed by a bucket, of 3 to 63 of a-z, 0-9, '-' and '.'");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("an s3:// URI has no query and no fragment");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    int start = path.startsWith("/") ? 1 : 0;
    int end = path.endsWith("/") && path.length() > start ? path.length() - 1 : path.length();
    String key = decoded(path.substring(start, end));
    if (!key.isEmpty()) {
      requireInside(key);
    }
    return new S3Location(bucket, key);
  }

  /**
   * Refuses keys that a file system, a URL or a proxy would take for others.
   *
   * @throws IllegalArgumentException naming the key
   */
  static void requireInside(String key) {
    boolean leaves =
        Arrays.stream(key.split("/", -1))
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (leaves || key.chars().anyMatch(each -> each < ' ' || each == 0x7f)) {
      throw new IllegalArgumentException(
          "key '"
              + key
              + "' leaves the store; a key has no empty part, no '.', no '..' and no control"
              + " character");
    }
  }

  /** What lies below this prefix under a relative key. */
  S3Location child(String relative) {
    return new S3Location(bucket, key.isEmpty() ? relative : key + "/" + relative);
  }

  /** With which the keys below this prefix start. */
  String below() {
    return key.isEmpty() ? "" : key + "/";
  }

  /** Whether another location is this one or below it. */
  boolean contains(S3Location other) {
    return bucket.equals(other.bucket) && (other.key.equals(key) || other.key.startsWith(below()));
  }

  /** In the one spelling that every service uses, without a slash at its end. */
  URI uri() {
    StringBuilder text = new StringBuilder(PREFIX).append(bucket);
    if (!key.isEmpty()) {
      text.append('/');
    }
    for (byte each : key.getBytes(StandardCharsets.UTF_8)) {
      char character = (char) (each & 0xff);
      if (character == '/' || isUnreserved(character)) {
        text.append(character);
      } else {
        text.append("%%%02X".formatted(each));
      }
    }
    return URI.create(text.toString());
  }

  @Override
  public String toString() {
    return uri().toString();
  }

  private static boolean isUnreserved(char each) {
    return (each >= 'a' && each <= 'z')
        || (each >= 'A' && each <= 'Z')
        || (each >= '0' && each <= '9')
        || UNRESERVED.indexOf(each) >= 0;
  }

  private static String decoded(String raw) {
    byte[] bytes = raw.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%') {
        // java.net.URI accepts a percent sign only in front of two hex digits.
        out.write(Integer.parseInt(raw(bytes, i + 1), 16));
        i += 2;
      } else {
        out.write(bytes[i]);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(out.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the key '" + raw + "' is not percent-encoded UTF-8", e);
    }
  }

  private static String raw(byte[] bytes, int start) {
    return new String(bytes, start, 2, StandardCharsets.US_ASCII);
  }
}
