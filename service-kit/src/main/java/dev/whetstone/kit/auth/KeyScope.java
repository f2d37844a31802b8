package dev.whetstone.kit.auth;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a key may do. */
public enum KeyScope {
  /** Send interactions and feedback. */
  INGEST,
  /** Send feedback with audited provenance, free of per-person caps. */
  IMPORT,
  /** Look at everything of the tenant. */
  READ,
  /** Declare loops, seal, release from quarantine. */
  OPERATE,
  /** Confirm decisions. */
  APPROVE,
  /** Erase people and conversations. */
  ERASE;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  public static KeyScope parse(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
