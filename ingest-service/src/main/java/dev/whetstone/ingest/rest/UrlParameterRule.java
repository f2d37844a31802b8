package dev.whetstone.ingest.rest;

import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.IdentifierRule;
import dev.whetstone.ingest.item.NameRule;

/** Rules for values in a URL. */
final class UrlParameterRule {
  private UrlParameterRule() {}

  static void requireIdentifier(String name, String value) {
    if (!IdentifierRule.isValid(value)) {
      throw invalid(name, value, IdentifierRule.ALLOWED);
    }
  }

  static void requireText(String name, String value) {
    if (!NameRule.isValid(value)) {
      throw invalid(name, value, NameRule.ALLOWED);
    }
  }

  private static Fault invalid(String name, String value, String allowed) {
    String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return new Fault(
        FaultCode.INVALID_PARAMETER, null, "'" + name + "' is '" + shown + "'", "send " + allowed);
  }
}
