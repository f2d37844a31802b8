package dev.whetstone.kit.sql;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a failure that the statement's own values cause from one that may pass. */
public final class DatabaseFaults {
  /**
   * SQLSTATE classes that the same statement with the same values causes again: cardinality, bad
   * data, constraints, statements that do not fit the schema, values over a limit of PostgreSQL (an
   * index row, for example).
   */
  private static final List<String> CAUSED_BY_VALUES = List.of("21", "22", "23", "42", "54");

  /** A missing privilege is granted by an operator; the values are not at fault. */
  private static final String MISSING_PRIVILEGE = "42501";

  /** The server or the connection is gone, shuts down, starts, or is out of resources. */
  private static final List<String> UNREACHABLE =
      List.of("08", "53", "57P01", "57P02", "57P03", "57P05", "58", "25006", MISSING_PRIVILEGE);

  /** Serialization failures, deadlocks and lock timeouts. */
  private static final List<String> CONTENTION = List.of("40", "55P03");

  private DatabaseFaults() {}

  /** Whose fault a failure is. */
  public enum FaultKind {
    /** The work's own: the same work fails again. */
    OWN,
    /** The database's, whatever the work. */
    UNREACHABLE,
    /** Another transaction's, which held a lock or changed the same rows. */
    CONTENTION,
    /** Unknown, or the work took too long. */
    UNCLEAR
  }

  /** Classifies a failure; for {@link FaultKind#UNCLEAR} ask whether the database answers. */
  public static FaultKind kind(Throwable fault) {
    if (!mayPass(fault)) {
      return FaultKind.OWN;
    }
    List<String> states =
        all(fault).stream()
            .filter(SQLException.class::isInstance)
            .map(each -> ((SQLException) each).getSQLState())
            .filter(Objects::nonNull)
            .toList();
    if (states.stream().anyMatch(state -> UNREACHABLE.stream().anyMatch(state::startsWith))) {
      return FaultKind.UNREACHABLE;
    }
    return states.stream().anyMatch(state -> CONTENTION.stream().anyMatch(state::startsWith))
        ? FaultKind.CONTENTION
        : FaultKind.UNCLEAR;
  }

  /**
   * Whether the same work may succeed later. An unknown SQLSTATE counts as passing: an operator can
   * see and end a retry that goes on too long, but a record that is given up too early is lost.
   */
  public static boolean mayPass(Throwable fault) {
    boolean passing = false;
    for (Throwable each : all(fault)) {
      if (each instanceof SQLException sql) {
        if (isCausedByValues(sql.getSQLState())) {
          return false;
        }
        passing = true;
      }
      passing |=
          each instanceof RollbackException
              || each instanceof SystemException
              || each instanceof HeuristicRollbackException
              || each instanceof HeuristicMixedException;
    }
    return passing;
  }

  private static boolean isCausedByValues(@Nullable String state) {
    return state != null
        && !state.equals(MISSING_PRIVILEGE)
        && CAUSED_BY_VALUES.stream().anyMatch(state::startsWith);
  }

  /**
   * The causes, and the suppressed exceptions, where Narayana puts the reason of a failed commit.
   */
  private static Set<Throwable> all(Throwable fault) {
    Set<Throwable> found = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> open = new ArrayList<>(List.of(fault));
    while (!open.isEmpty()) {
      Throwable next = open.removeLast();
      if (found.add(next)) {
        if (next.getCause() != null) {
          open.add(next.getCause());
        }
        open.addAll(List.of(next.getSuppressed()));
      }
    }
    return found;
  }
}
