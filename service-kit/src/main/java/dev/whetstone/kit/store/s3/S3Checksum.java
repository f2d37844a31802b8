package dev.whetstone.kit.store.s3;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Checksum that goes with what is written. */
enum S3Checksum {
  SHA256,
  CRC32,
  NONE;

  /**
   * @throws IllegalArgumentException naming the setting and its values
   */
  static S3Checksum of(String text) {
    return Arrays.stream(values())
        .filter(each -> each.toString().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "whetstone.s3.checksum is '%s'; set it to one of %s"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(S3Checksum::toString)
                                .collect(Collectors.joining(", ")))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
