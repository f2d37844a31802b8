package dev.whetstone.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TenantShareRuleTest {
  private static final TenantShareRule RULE = new TenantShareRule(2, 100);

  private record Sent(String tenant, int number, long bytes) {}

  @Test
  void shouldTakeWhatIsWithinTheShareAtOnce() {
    List<Sent> events = List.of(new Sent("a", 1, 50), new Sent("b", 2, 100), new Sent("a", 3, 50));

    assertThat(split(events, Set.of()).direct()).isEqualTo(events);
    assertThat(split(events, Set.of()).spooled()).isEmpty();
  }

  @Test
  void shouldSpoolEveryEventOfATenantWithTooManyEvents() {
    List<Sent> events =
        List.of(new Sent("a", 1, 1), new Sent("b", 2, 1), new Sent("a", 3, 1), new Sent("a", 4, 1));

    assertThat(split(events, Set.of()).direct()).containsExactly(events.get(1));
    assertThat(split(events, Set.of()).spooled())
        .containsExactly(events.get(0), events.get(2), events.get(3));
  }

  @Test
  void shouldSpoolATenantWithTooManyBytes() {
    List<Sent> events = List.of(new Sent("a", 1, 101), new Sent("b", 2, 1));

    assertThat(split(events, Set.of()).spooled()).containsExactly(events.getFirst());
  }

  @Test
  void shouldSpoolATenantOfWhichEventsWaitAlready() {
    List<Sent> events = List.of(new Sent("a", 1, 1), new Sent("b", 2, 1));

    assertThat(split(events, Set.of("a")).direct()).containsExactly(events.get(1));
  }

  @Test
  void shouldTakeEventsWithoutATenantAtOnce() {
    List<Sent> events = Collections.nCopies(5, new Sent(TenantShareRule.NO_TENANT, 1, 500));

    assertThat(split(events, Set.of(TenantShareRule.NO_TENANT)).direct()).hasSize(5);
  }

  @Property
  void shouldKeepEveryEventAndTheOrderWithinATenant(
      @ForAll @Size(max = 30) List<@IntRange(max = 3) Integer> tenants) {
    List<Sent> events = new ArrayList<>();
    tenants.forEach(tenant -> events.add(new Sent("t" + tenant, events.size(), 30)));

    TenantShareRule.Split<Sent> split = split(events, Set.of("t0"));

    assertThat(split.direct()).isSortedAccordingTo((a, b) -> a.number() - b.number());
    assertThat(split.spooled()).isSortedAccordingTo((a, b) -> a.number() - b.number());
    List<Sent> both = new ArrayList<>(split.direct());
    both.addAll(split.spooled());
    assertThat(both).containsExactlyInAnyOrderElementsOf(events);
    assertThat(Collections.disjoint(tenantsOf(split.direct()), tenantsOf(split.spooled())))
        .isTrue();
  }

  private static Set<String> tenantsOf(List<Sent> events) {
    return events.stream().map(Sent::tenant).collect(Collectors.toSet());
  }

  private static TenantShareRule.Split<Sent> split(List<Sent> events, Set<String> waiting) {
    return RULE.split(events, waiting, Sent::tenant, Sent::bytes);
  }
}
