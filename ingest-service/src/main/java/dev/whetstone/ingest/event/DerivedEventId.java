package dev.whetstone.ingest.event;

import dev.whetstone.kit.json.ContentDigests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The id of an event for which the app sent none. It covers the source and all data (end user and
 * {@code occurredAt} included), so that a retry is the same event. An app whose users change their
 * minds and change them back sends {@code occurredAt} to distinguish the two events.
 */
public final class DerivedEventId {
  static final String PREFIX = "d-";
  private static final int BYTES = 16;

  private DerivedEventId() {}

  /**
   * @param type the event's type on the wire, so that equal data of two types differ
   * @param data the normalised JSON, with sorted maps
   */
  public static String of(String source, String type, byte[] data) {
    MessageDigest digest = ContentDigests.newSha256();
    digest.update(source.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    digest.update(type.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    byte[] hash = digest.digest(data);
    return PREFIX + HexFormat.of().formatHex(hash, 0, BYTES);
  }
}
