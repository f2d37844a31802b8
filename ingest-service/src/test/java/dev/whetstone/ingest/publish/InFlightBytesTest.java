package dev.whetstone.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InFlightBytesTest {
  private final InFlightBytes inFlight = new InFlightBytes(10_000);

  @Test
  void shouldRefuseBytesOverTheLimitOfAllRequests() {
    try (var first = inFlight.open();
        var second = inFlight.open()) {
      assertThat(first.hold(5_000)).isTrue();
      assertThat(second.hold(2_000)).isTrue();
      assertThat(second.hold(100)).isFalse();
    }
  }

  @Test
  void shouldReserveBytesTemporarily() {
    try (var request = inFlight.open()) {
      assertThat(request.borrow(9_000)).isTrue();
      assertThat(request.borrow(1_001)).isFalse();
      request.giveBack(5_000);
      assertThat(inFlight.held()).isEqualTo(5_001);
    }
    assertThat(inFlight.held()).isZero();
  }

  @Test
  void shouldReleaseTheBytesOfARequest() {
    try (var request = inFlight.open()) {
      assertThat(request.hold(9_001)).isFalse();
    }
    assertThat(inFlight.held()).isZero();
    try (var request = inFlight.open()) {
      assertThat(request.hold(9_000)).isTrue();
      assertThat(inFlight.held()).isEqualTo(10_000);
    }
    assertThat(inFlight.held()).isZero();
  }
}
