package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.Identifier;
import dev.whetstone.ingest.item.Name;

/** Rules for what stands in a URL. */
final class Parameters {
  private Parameters() {}

  static void requireIdentifier(String name, String value) {
    if (!Identifier.isValid(value)) {
      throw invalid(name, value, Identifier.ALLOWED);
    }
  }

  static void requireText(String name, String value) {
    if (!Name.isValid(value)) {
      throw invalid(name, value, Name.ALLOWED);
    }
  }

  private static Fault invalid(String name, String value, String allowed) {
    String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return new Fault(
        FaultCode.INVALID_PARAMETER, null, "'" + name + "' is '" + shown + "'", "send " + allowed);
  }
}
