package dev.whetstone.ingest.event;

import dev.whetstone.contracts.envelope.EventAttributes;
import dev.whetstone.ingest.item.ItemWarning;
import java.util.List;

/**
 * An event that is ready to be published.
 *
 * @param data the JSON of the event's data, serialised once
 * @param warnings for the receipt
 */
public record PreparedEvent(EventAttributes attributes, byte[] data, List<ItemWarning> warnings) {
  public PreparedEvent {
    warnings = List.copyOf(warnings);
  }

  /** The same event of an item at {@code prefix} in its body. */
  public PreparedEvent under(String prefix) {
    return prefix.isEmpty() || warnings.isEmpty()
        ? this
        : new PreparedEvent(
            attributes, data, warnings.stream().map(warning -> warning.under(prefix)).toList());
  }
}
