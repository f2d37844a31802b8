package dev.whetstone.eval.paging;

import dev.whetstone.kit.paging.ListPage;
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
public final class NewestFirstPage {
  private final int limit;
  private final @Nullable String before;

  private NewestFirstPage(int limit, @Nullable String before) {
    this.limit = limit;
    this.before = before;
  }

  /**
   * Reads the query parameters.
   *
   * @throws ProblemException 400 {@code invalid-limit}
   */
  public static NewestFirstPage of(@Nullable Integer limit, @Nullable String before) {
    return new NewestFirstPage(ListPage.limit(limit), before);
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
    boolean more = entries.size() > limit;
    List<T> page = more ? entries.subList(0, limit) : entries;
    return ListPage.of(
        page.stream().<Object>map(shown).toList(),
        "before",
        more ? key.apply(page.getLast()).toString() : null,
        uri);
  }
}
