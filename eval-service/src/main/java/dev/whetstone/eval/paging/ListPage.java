package dev.whetstone.eval.paging;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A requested page of a list, newest first: {@code ?limit=} entries older than {@code ?before=}.
 * The answer's {@code Link} header leads to the next page, if there is one.
 */
public final class ListPage {
  private static final int DEFAULT_LIMIT = 100;
  private static final int GREATEST_LIMIT = 1000;
  private final int limit;
  private final @Nullable String before;

  private ListPage(int limit, @Nullable String before) {
    this.limit = limit;
    this.before = before;
  }

  /**
   * Reads the query parameters.
   *
   * @throws ProblemException 400 {@code invalid-limit}
   */
  public static ListPage of(@Nullable Integer limit, @Nullable String before) {
    int entries = limit == null ? DEFAULT_LIMIT : limit;
    if (entries < 1 || entries > GREATEST_LIMIT) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-limit",
              "limit is " + entries,
              "/limit",
              "give a limit from 1 to " + GREATEST_LIMIT));
    }
    return new ListPage(entries, before);
  }

  /** Key of the last entry of the previous page; null for the first page. */
  public @Nullable String before() {
    return before;
  }

  /** Number of entries to read: one more than the page shows whether there is a next page. */
  public int read() {
    return limit + 1;
  }

  /**
   * The answer.
   *
   * @param entries as read, at most {@link #read()}
   * @param key of an entry
   * @param shown turns an entry into what is answered
   */
  public <T> Response response(
      List<T> entries, UriInfo uri, Function<T, ?> key, Function<T, ?> shown) {
    List<T> page = entries.size() > limit ? entries.subList(0, limit) : entries;
    Response.ResponseBuilder response = Response.ok(page.stream().<Object>map(shown).toList());
    if (entries.size() > limit) {
      String next =
          uri.getAbsolutePathBuilder()
              .queryParam("limit", limit)
              .queryParam("before", key.apply(page.getLast()))
              .build()
              .toString();
      response.header("Link", "<" + next + ">; rel=\"next\"");
    }
    return response.build();
  }
}
