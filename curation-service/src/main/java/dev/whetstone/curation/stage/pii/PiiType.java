package dev.whetstone.curation.stage.pii;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Types of personal data to redact, as written in {@code curation.pii.types} and in placeholders.
 * Where matches overlap, the earlier type wins.
 */
public enum PiiType {
  /** Private keys, web tokens, cloud and API keys, labelled passwords. */
  SECRET,
  /** User and password inside a URL. */
  URL_CREDENTIALS,
  EMAIL,
  IBAN,
  CREDIT_CARD,
  /** United States social security number. */
  US_SSN,
  /** Internet address, version 4 or 6. */
  IP_ADDRESS,
  PHONE;

  /**
   * The types that a loop names; an empty list means all.
   *
   * @throws IllegalArgumentException for an unknown type; names it and the allowed ones
   */
  public static Set<PiiType> of(List<String> names) {
    if (names.isEmpty()) {
      return EnumSet.allOf(PiiType.class);
    }
    return names.stream()
        .map(PiiType::byName)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(PiiType.class)));
  }

  private static PiiType byName(String name) {
    return Arrays.stream(values())
        .filter(type -> type.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "curation.pii.types: '"
                        + name
                        + "' is not one of "
                        + Arrays.toString(values())));
  }
}
