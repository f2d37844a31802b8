package dev.whetstone.kit.start;

import dev.whetstone.kit.sql.SqlFaultText;
import java.net.BindException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Why a service could not start, or cannot use its database. Pure.
 *
 * @param reason one line
 * @param remedy one line, an instruction
 */
public record StartFault(String reason, String remedy) {
  private static final int MOST_CHARACTERS = 500;

  /** Reads the whole chain of causes, from the outermost to the root. */
  public static StartFault of(Throwable fault) {
    List<Throwable> chain = chain(fault);
    for (Throwable one : chain) {
      if (one instanceof SQLException sql) {
        StartFault known = ofDatabase(sql);
        if (known != null) {
          return known;
        }
      }
    }
    Throwable root = chain.getLast();
    String reason = line(root);
    if (root instanceof BindException || nameOf(root).equals("QuarkusBindException")) {
      return new StartFault(
          reason, "end the process that listens there, or set another port in WHETSTONE_HTTP_PORT");
    }
    if (nameOf(root).startsWith("Flyway")) {
      return new StartFault(
          reason,
          "start the version of the service that migrated the database, or restore the database's"
              + " backup");
    }
    if (nameOf(root).startsWith("Config") || reason.contains("SRCFG")) {
      return new StartFault(
          reason, "set the named property, or its environment variable in capitals with _ for .");
    }
    return new StartFault(reason, "see the stack trace above");
  }

  /** By SQLSTATE: appendix A of PostgreSQL's manual. */
  private static @Nullable StartFault ofDatabase(SQLException fault) {
    @Nullable String state = fault.getSQLState();
    if (state == null) {
      return null;
    }
    String told = line(SqlFaultText.withoutValues(fault));
    String reason = "the database refused: " + told + " (SQLSTATE " + state + ")";
    return switch (state) {
      case "28P01", "28000" ->
          new StartFault(
              reason,
              "set WHETSTONE_DB_USER and WHETSTONE_DB_PASSWORD to a user whom the database accepts");
      case "3D000" ->
          new StartFault(reason, "create the database, or name another one in WHETSTONE_DB_URL");
      case "42501" -> new StartFault(reason, "make the user the owner of its database");
      case "53300" ->
          new StartFault(reason, "raise max_connections of PostgreSQL, or run fewer instances");
      default ->
          state.startsWith("08")
              ? new StartFault(
                  "the database does not answer: " + told,
                  "check host and port in WHETSTONE_DB_URL, that PostgreSQL runs, and that a"
                      + " NetworkPolicy or firewall lets this service reach it")
              : null;
    };
  }

  private static List<Throwable> chain(Throwable fault) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (Throwable one = fault; one != null && seen.add(one); one = one.getCause()) {
      chain.add(one);
    }
    return chain;
  }

  private static String nameOf(Throwable fault) {
    return fault.getClass().getSimpleName();
  }

  private static String line(Throwable fault) {
    String message = fault.getMessage();
    if (message == null || message.isBlank()) {
      return nameOf(fault).replace("Exception", "").toLowerCase(Locale.ROOT);
    }
    String one = String.join(" ", message.lines().map(String::strip).toList()).strip();
    return one.length() <= MOST_CHARACTERS ? one : one.substring(0, MOST_CHARACTERS) + "…";
  }
}
