package dev.whetstone.kit.auth;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The permissions of a key. */
public enum KeyScope {
  /** Send interactions and feedback. */
  INGEST,
  /** Send feedback with audited provenance, without per-user caps. */
  IMPORT,
  /** Read everything of the tenant. */
  READ,
  /** Declare loops, seal, release from quarantine. */
  OPERATE,
  /** Confirm decisions. */
  APPROVE,
  /** Erase end users and conversations. */
  ERASE,
  /** Join as a host that runs the tenant's workers. */
  WORK;

  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  @JsonCreator
  public static KeyScope parse(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
