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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells what a record does to the database from what the database does to everyone. */
public final class DatabaseFaults {
  /**
   * The SQLSTATE classes that the same statement with the same values meets again: bad data,
   * cardinality, constraints, statements that the schema does not know, values past a limit of the
   * program (an index row, for example).
   */
  private static final List<String> OF_THE_RECORD = List.of("21", "22", "23", "42", "54");

  /** A right that is missing is granted by people; until then nothing is wrong with the record. */
  private static final String MISSING_RIGHT = "42501";

  private DatabaseFaults() {}

  /**
   * Whether the same work may succeed later. What is not known is taken for passing: trying for too
   * long can be seen and mended, a record given up for nothing is lost work.
   */
  public static boolean mayPass(Throwable fault) {
    boolean passing = false;
    for (Throwable each : all(fault)) {
      if (each instanceof SQLException sql) {
        if (isOfTheRecord(sql.getSQLState())) {
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

  private static boolean isOfTheRecord(@Nullable String state) {
    return state != null
        && !state.equals(MISSING_RIGHT)
        && OF_THE_RECORD.stream().anyMatch(state::startsWith);
  }

  /** The transaction manager hands over the reason of a failed commit as a suppressed one. */
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
