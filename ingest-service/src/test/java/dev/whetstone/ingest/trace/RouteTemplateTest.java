package dev.whetstone.ingest.trace;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.Path;
import org.junit.jupiter.api.Test;

class RouteTemplateTest {
  @Path("/v1/loops/{loop}")
  static final class Sample {
    @Path("/feedback")
    void below() {}

    void itself() {}
  }

  @Test
  void shouldNameTheRouteAndNotTheRequest() throws NoSuchMethodException {
    assertThat(RouteTemplate.of(Sample.class, Sample.class.getDeclaredMethod("below")))
        .isEqualTo("/v1/loops/{loop}/feedback");
    assertThat(RouteTemplate.of(Sample.class, Sample.class.getDeclaredMethod("itself")))
        .isEqualTo("/v1/loops/{loop}");
  }
}
