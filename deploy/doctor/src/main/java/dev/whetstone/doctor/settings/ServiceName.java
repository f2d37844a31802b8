package dev.whetstone.doctor.settings;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The services of an installation. */
public enum ServiceName {
  INGEST,
  CURATION,
  TRAINING,
  EVAL;

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean hasDatabase() {
    return this != INGEST;
  }

  public static Optional<ServiceName> of(String id) {
    return Arrays.stream(values()).filter(service -> service.id().equals(id)).findFirst();
  }
}
