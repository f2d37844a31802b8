package dev.whetstone.kit.metrics;

import dev.whetstone.contracts.LoopId;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps label values within their bounds: what is beyond is {@link LabelDescription#OTHER}. */
@ApplicationScoped
public class LabelValues {
  private final int mostLoops;
  private final Set<LoopId> loops = new HashSet<>();
  private final Map<String, Set<String>> codes = new HashMap<>();

  public LabelValues(MetricsConfig config) {
    this.mostLoops = config.loops();
  }

  /**
   * The labels of a meter with these values.
   *
   * @param values in the order of the labels; a loop as its key
   * @throws IllegalArgumentException when their number is not that of the labels
   */
  Tags tags(MeterDescription meter, List<String> values) {
    List<Tag> tags = new ArrayList<>();
    List<String> bounded = bounded(meter, values);
    for (int i = 0; i < bounded.size(); i++) {
      tags.add(Tag.of(meter.labels().get(i).name(), bounded.get(i)));
    }
    return Tags.of(tags);
  }

  /** The same values within their bounds. */
  synchronized List<String> bounded(MeterDescription meter, List<String> values) {
    if (values.size() != meter.labels().size()) {
      throw new IllegalArgumentException(
          "meter %s has labels %s, not %d values"
              .formatted(
                  meter.name(),
                  meter.labels().stream().map(LabelDescription::name).toList(),
                  values.size()));
    }
    List<String> bounded = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      bounded.add(bounded(meter, meter.labels().get(i), values.get(i)));
    }
    return bounded;
  }

  private String bounded(MeterDescription meter, LabelDescription label, String value) {
    boolean known =
        switch (label.kind()) {
          case CLOSED -> label.values().contains(value);
          case CODE ->
              admit(
                  codes.computeIfAbsent(meter.name() + " " + label.name(), _ -> new HashSet<>()),
                  value,
                  label.most());
          case LOOP ->
              value.equals(LabelDescription.OTHER) || admit(loops, LoopId.parse(value), mostLoops);
        };
    return known ? value : LabelDescription.OTHER;
  }

  private static <T> boolean admit(Set<T> admitted, T value, int most) {
    return admitted.contains(value) || (admitted.size() < most && admitted.add(value));
  }
}
