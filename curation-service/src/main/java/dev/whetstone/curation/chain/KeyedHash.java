package dev.whetstone.curation.chain;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A keyed order for ties and samples: the same on every machine, and not predictable without the
 * seed.
 */
public final class KeyedHash {
  private KeyedHash() {}

  /** A well-mixed number that depends only on seed and text. */
  public static long of(long seed, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long mixed = seed ^ 0x9E3779B97F4A7C15L;
    for (byte b : bytes) {
      mixed = (mixed ^ (b & 0xff)) * 0x100000001B3L;
    }
    var crc = new CRC32C();
    crc.update(bytes);
    mixed ^= crc.getValue() << 32;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
