package dev.whetstone.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventSourceTest {
  @Test
  void shouldTellImportedEventsFromThoseOfTheApplication() {
    String imported = EventSource.imported("support-app");

    assertThat(imported).isEqualTo("import:support-app");
    assertThat(EventSource.isImported(imported)).isTrue();
    assertThat(EventSource.isImported("support-app")).isFalse();
    assertThat(EventSource.application(imported)).isEqualTo("support-app");
    assertThat(EventSource.application("support-app")).isEqualTo("support-app");
  }
}
