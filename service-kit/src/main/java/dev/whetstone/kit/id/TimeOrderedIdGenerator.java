package dev.whetstone.kit.id;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;

/**
 * Generates ids in the layout of UUID version 7 (RFC 9562): 48 bits of milliseconds, then random.
 */
@ApplicationScoped
@DefaultBean
public class TimeOrderedIdGenerator implements IdGenerator {
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  public TimeOrderedIdGenerator(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String next(String prefix) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    long millis = clock.millis();
    for (int i = 0; i < 6; i++) {
      bytes[i] = (byte) (millis >>> (40 - 8 * i));
    }
    bytes[6] = (byte) (0x70 | (bytes[6] & 0x0f));
    bytes[8] = (byte) (0x80 | (bytes[8] & 0x3f));
    return prefix + HexFormat.of().formatHex(bytes);
  }
}
