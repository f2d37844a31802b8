package dev.whetstone.cli.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Terminal output: an animated progress line, or plain lines when the output is not a terminal. */
public final class Terminal implements ProgressDisplay {
  private static final String[] SPINNER = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(10);
  private static final Duration NO_LIMIT = Duration.ofDays(1);
  private static final int WIDTH = 110;

  /** The detail is queried about once a second, because a query may call a service. */
  private static final int TICKS_PER_DETAIL = 4;

  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final boolean interactive;

  public Terminal(PrintStream out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Standard output; the script sets whether it is a terminal. */
  public static Terminal standard() {
    return new Terminal(
        new PrintStream(
            new java.io.FileOutputStream(java.io.FileDescriptor.out),
            true,
            java.nio.charset.StandardCharsets.UTF_8),
        Boolean.getBoolean("whetstone.tty"));
  }

  @Override
  public void print(String line) {
    // Clears the progress line: another thread may print while it is shown.
    out.println((interactive ? CLEAR_LINE : "") + line);
  }

  /** Prints with {@link String#format}. */
  public void print(String format, Object... values) {
    out.println(String.format(java.util.Locale.ROOT, format, values));
  }

  /** Bold, if the output is a terminal. */
  public String bold(String text) {
    return style("1", text);
  }

  public String dim(String text) {
    return style("2", text);
  }

  public String green(String text) {
    return style("32", text);
  }

  public String red(String text) {
    return style("31", text);
  }

  public String yellow(String text) {
    return style("33", text);
  }

  private String style(String code, String text) {
    return interactive ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  @Override
  public <T> Optional<T> await(
      String what, Duration limit, Supplier<String> detail, Supplier<Optional<T>> condition) {
    AtomicLong ticks = new AtomicLong();
    AtomicReference<String> newestDetail = new AtomicReference<>("");
    AtomicLong nextPlainSecond = new AtomicLong(2);
    Optional<T> answer =
        ConditionWait.until(
            limit,
            condition,
            elapsed -> {
              if (interactive) {
                long tick = ticks.getAndIncrement();
                String spinner = SPINNER[(int) (tick % SPINNER.length)];
                if (tick % TICKS_PER_DETAIL == 0) {
                  newestDetail.set(detail.get());
                }
                String line =
                    "  %s %s  %d s  %s"
                        .formatted(spinner, what, elapsed.toSeconds(), newestDetail.get());
                out.print(CLEAR_LINE + shortened(line));
                out.flush();
              } else if (elapsed.toSeconds() >= nextPlainSecond.get()) {
                nextPlainSecond.set(elapsed.toSeconds() + PLAIN_INTERVAL.toSeconds());
                out.println(
                    shortened(
                        "  … %s  %d s  %s".formatted(what, elapsed.toSeconds(), detail.get())));
              }
            });
    if (interactive) {
      out.print(CLEAR_LINE);
      out.flush();
    }
    return answer;
  }

  /**
   * Runs {@code work} and shows the elapsed time and {@code detail} meanwhile.
   *
   * @param detail called on another thread than the one that runs {@code work}
   */
  public <T> T during(String what, Supplier<String> detail, Supplier<T> work) {
    CompletableFuture<T> done = CompletableFuture.supplyAsync(work, Thread::startVirtualThread);
    Optional<Boolean> ignored =
        await(what, NO_LIMIT, detail, () -> done.isDone() ? Optional.of(true) : Optional.empty());
    try {
      return done.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private static String shortened(String line) {
    return line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
  }
}
