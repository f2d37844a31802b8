package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.Identifier;
import dev.whetstone.ingest.item.Limits;

/** Rules for what stands in a URL. */
final class Parameters {
  private Parameters() {}

  static void requireIdentifier(String name, String value) {
    if (!Identifier.isValid(value)) {
      throw invalid(name, value, Identifier.ALLOWED);
    }
  }

  static void requireText(String name, String value) {
    boolean storable = value.chars().noneMatch(Character::isISOControl);
    if (value.isBlank() || value.length() > Limits.NAME_CHARACTERS || !storable) {
      throw invalid(
          name,
          value,
          "1 to %d characters, none of them control".formatted(Limits.NAME_CHARACTERS));
    }
  }

  private static Fault invalid(String name, String value, String allowed) {
    String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return new Fault(
        FaultCode.INVALID_PARAMETER, null, "'" + name + "' is '" + shown + "'", "send " + allowed);
  }
}
