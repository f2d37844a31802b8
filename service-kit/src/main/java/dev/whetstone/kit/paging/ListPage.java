package dev.whetstone.kit.paging;

import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.ws.rs.core.Link;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list. A list is a JSON array; where there is more, the answer has a header {@code
 * Link: <URL>; rel="next"} with the URL of the next page.
 */
public final class ListPage {
  public static final int DEFAULT_LIMIT = 100;
  public static final int MOST = 1_000;
  public static final String LIMIT_TEXT = "Entries of a page, 1 to 1000; 100 without it";
  public static final String AFTER_TEXT =
      "Where the page begins, from the Link header of the page before; opaque";
  public static final String LINK_TEXT =
      "URL of the next page with rel=next; absent on the last page";

  private ListPage() {}

  /**
   * The requested number of entries.
   *
   * @throws ProblemException 400 {@code invalid-limit}
   */
  public static int limit(@Nullable Integer limit) {
    if (limit == null) {
      return DEFAULT_LIMIT;
    }
    if (limit < 1 || limit > MOST) {
      throw new ProblemException(
          HttpProblems.badRequest(
              "invalid-limit",
              "the query parameter limit is %d".formatted(limit),
              null,
              "set limit to a number from 1 to %d".formatted(MOST)));
    }
    return limit;
  }

  /** The answer to a cursor that did not come from a page of this list. */
  public static ProblemException invalidCursor(String after) {
    return new ProblemException(
        HttpProblems.badRequest(
            "invalid-cursor",
            "the query parameter after is '%s', which is no place in this list".formatted(after),
            null,
            "use the URL in the Link header of the page before, or leave after out"));
  }

  /**
   * The answer with one page of a list whose cursor is the parameter {@code after}.
   *
   * @param next cursor of the next page; null on the last one
   */
  public static Response of(Object body, @Nullable String next, UriInfo uri) {
    return of(body, "after", next, uri);
  }

  /**
   * The answer with one page.
   *
   * @param cursor name of the query parameter that holds the cursor
   * @param next cursor of the next page; null on the last one
   */
  public static Response of(Object body, String cursor, @Nullable String next, UriInfo uri) {
    Response.ResponseBuilder answer = Response.ok(body);
    if (next != null) {
      var url = uri.getRequestUriBuilder().replaceQueryParam(cursor, "{next}").build(next);
      answer.links(Link.fromUri(url).rel("next").build());
    }
    return answer.build();
  }
}
