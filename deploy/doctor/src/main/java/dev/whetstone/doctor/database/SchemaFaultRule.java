package dev.whetstone.doctor.database;

import java.util.List;
import java.util.Optional;

/** Compares a database's migrations with those of this version. */
final class SchemaFaultRule {
  private SchemaFaultRule() {}

  /**
   * How the migrations of a database and of this version relate, by their versions.
   *
   * @param applied that the database has
   * @param failed that ended halfway
   * @param pending of this version that the database has not
   * @param unknown that the database has and this version has not
   * @param changed that this version has with another content
   */
  record SchemaState(
      List<String> applied,
      List<String> failed,
      List<String> pending,
      List<String> unknown,
      List<String> changed) {}

  /**
   * @param remedy an instruction
   */
  record SchemaFault(String detail, String remedy) {}

  static Optional<SchemaFault> fault(SchemaState state, String service) {
    if (!state.unknown().isEmpty()) {
      return Optional.of(
          new SchemaFault(
              "it was migrated by a later version: this one does not know %s"
                  .formatted(String.join(", ", state.unknown())),
              "start the version of %s that migrated it, or restore the database's backup"
                  .formatted(service)));
    }
    if (!state.failed().isEmpty()) {
      return Optional.of(
          new SchemaFault(
              "migration %s failed".formatted(String.join(", ", state.failed())),
              "see the log of %s for the reason, then restore the database's backup"
                  .formatted(service)));
    }
    if (!state.changed().isEmpty()) {
      return Optional.of(
          new SchemaFault(
              "migration %s was applied with another content"
                  .formatted(String.join(", ", state.changed())),
              "use a release of %s, not a build whose migrations were edited".formatted(service)));
    }
    if (state.applied().isEmpty()) {
      return Optional.of(
          new SchemaFault(
              "it has no tables of Whetstone",
              "start %s, which creates them, or name its own database in WHETSTONE_DB_URL"
                  .formatted(service)));
    }
    if (!state.pending().isEmpty()) {
      return Optional.of(
          new SchemaFault(
              "migrations %s of this version are not applied"
                  .formatted(String.join(", ", state.pending())),
              "start this version of %s, which applies them".formatted(service)));
    }
    return Optional.empty();
  }
}
