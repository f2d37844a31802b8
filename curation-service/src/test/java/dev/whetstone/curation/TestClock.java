package dev.whetstone.curation;

import dev.whetstone.kit.time.MutableClock;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Instant;

/** The clock that all tests of the shell move themselves. */
public class TestClock {
  public static final Instant START = Instant.parse("2026-11-02T09:00:00Z");

  @Produces
  @Singleton
  public MutableClock mutableClock() {
    return new MutableClock(START);
  }
}
