package dev.whetstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/** The meters that a service under test has registered, compared with those that it describes. */
public final class RegisteredMeters {
  private static final String OWN = "whetstone.";

  private final MeterRegistry registry;

  public RegisteredMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A meter's name with its labels.
   *
   * @param labels label names in ascending order
   */
  public record Signature(String name, List<String> labels) {
    public Signature {
      labels = labels.stream().sorted().toList();
    }
  }

  /** Checks that Whetstone's own meters have no other names and labels than these. */
  public void shouldAllBeAmong(Collection<Signature> described) {
    assertThat(registry.getMeters().stream().map(meter -> signature(meter.getId())))
        .filteredOn(signature -> signature.name().startsWith(OWN))
        .isNotEmpty()
        .allSatisfy(signature -> assertThat(signature).isIn(described));
  }

  /** Checks that each of these meters exists with at least one combination of label values. */
  public void shouldInclude(Stream<String> names) {
    assertThat(names).allSatisfy(name -> assertThat(registry.find(name).meters()).isNotEmpty());
  }

  private static Signature signature(Meter.Id id) {
    return new Signature(id.getName(), id.getTags().stream().map(Tag::getKey).toList());
  }
}
