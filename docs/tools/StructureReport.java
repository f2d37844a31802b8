import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints figures on the structure of the main Java code, one column for each git revision:
 *
 * <pre>java docs/tools/StructureReport.java 6595df2 HEAD</pre>
 *
 * <p>Reads the revisions with {@code git}, so it needs a clone with history. Nothing is written. The dependency
 * analysis is Maven's: {@code ./mvnw verify} fails where a dependency is unused or undeclared.
 */
public final class StructureReport {
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package\\s+([\\w.]+);");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import\\s+(static\\s+)?(dev\\.whetstone\\.[\\w.]+);");
  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?<![:\"])//[^\\n]*");
  private static final Pattern ONE_WORD = Pattern.compile("[A-Z][a-z0-9]*");
  private static final Pattern FILE_SCHEME = Pattern.compile("file://|\"file\"");
  private static final Pattern BACK_OFF =
      Pattern.compile("multipliedBy\\(\\s*(2\\b|1L?\\s*<<|[^)]*\\?\\s*1L?\\s*<<)");
  private static final Pattern EVENT_SWITCH =
      Pattern.compile("switch \\((?:[\\w.()]*\\bdata(?:\\(\\))?|[\\w.()]*\\bevent(?:\\(\\))?)\\)\\s*\\{");

  private StructureReport() {}

  /** One source file of main code. */
  private record Source(String path, String module, String packageName, String name, String text) {
    boolean isPackageInfo() {
      return name.equals("package-info");
    }

    String code() {
      return COMMENT.matcher(text).replaceAll(" ");
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> revisions = arguments.length == 0 ? List.of("HEAD") : List.of(arguments);
    Map<String, List<String>> table = new LinkedHashMap<>();
    for (String revision : revisions) {
      measure(sources(revision))
          .forEach((figure, value) -> table.computeIfAbsent(figure, _ -> new ArrayList<>()).add(value));
    }
    System.out.println("| figure | " + String.join(" | ", revisions) + " |");
    System.out.println("|---|" + "---|".repeat(revisions.size()));
    table.forEach((figure, values) -> System.out.println("| " + figure + " | " + String.join(" | ", values) + " |"));
  }

  private static Map<String, String> measure(List<Source> all) {
    Map<String, String> figures = new LinkedHashMap<>();
    List<Source> classes = all.stream().filter(source -> !source.isPackageInfo()).toList();
    long oneWord = classes.stream().filter(source -> ONE_WORD.matcher(source.name()).matches()).count();
    figures.put("main classes", String.valueOf(classes.size()));
    figures.put(
        "one-word class names", "%d (%.0f %%)".formatted(oneWord, 100.0 * oneWord / classes.size()));
    Map<String, List<Source>> packages = new TreeMap<>();
    all.forEach(source -> packages.computeIfAbsent(source.packageName(), _ -> new ArrayList<>()).add(source));
    List<Integer> sizes = packages.values().stream().map(List::size).sorted().toList();
    figures.put("packages", String.valueOf(packages.size()));
    figures.put("files per package: median", String.valueOf(percentile(sizes, 0.5)));
    figures.put("files per package: largest", largest(packages));
    List<List<String>> circles = circles(all, packages.keySet());
    figures.put("package circles", circles.isEmpty() ? "0" : circles.size() + ": " + circles);
    List<Integer> lines = classes.stream().map(source -> (int) source.text().lines().count()).sorted().toList();
    figures.put(
        "lines per file: median / p90 / max",
        percentile(lines, 0.5) + " / " + percentile(lines, 0.9) + " / " + lines.getLast());
    figures.put("files that name the scheme `file:`", filesWith(classes, FILE_SCHEME));
    figures.put("files with a back-off of their own", filesWith(classes, BACK_OFF));
    figures.put("`default` in switches on events", String.valueOf(defaultsOnEvents(classes)));
    return figures;
  }

  private static String filesWith(List<Source> classes, Pattern pattern) {
    List<String> names =
        classes.stream().filter(source -> pattern.matcher(source.code()).find()).map(Source::name).sorted().toList();
    return names.size() + (names.isEmpty() ? "" : " (" + String.join(", ", names) + ")");
  }

  private static String largest(Map<String, List<Source>> packages) {
    Map.Entry<String, List<Source>> largest =
        Collections.max(packages.entrySet(), Comparator.comparingInt(entry -> entry.getValue().size()));
    return largest.getValue().size() + " (" + largest.getKey().replace("dev.whetstone.", "") + ")";
  }

  private static int percentile(List<Integer> sorted, double share) {
    return sorted.get(Math.min(sorted.size() - 1, (int) (share * sorted.size())));
  }

  private static int defaultsOnEvents(List<Source> classes) {
    int found = 0;
    for (Source source : classes) {
      Matcher matcher = EVENT_SWITCH.matcher(source.code());
      while (matcher.find()) {
        String body = block(source.code(), matcher.end() - 1);
        if (Pattern.compile("\\bdefault\\s*->").matcher(body).find()) {
          found++;
        }
      }
    }
    return found;
  }

  /** The text from an opening brace to the one that closes it. */
  private static String block(String code, int open) {
    int depth = 0;
    for (int i = open; i < code.length(); i++) {
      depth += code.charAt(i) == '{' ? 1 : code.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return code.substring(open, i);
      }
    }
    return code.substring(open);
  }

  /** Strongly connected groups of packages, by imports. */
  private static List<List<String>> circles(List<Source> all, Set<String> packages) {
    Map<String, Set<String>> uses = new HashMap<>();
    for (Source source : all) {
      Matcher matcher = IMPORT.matcher(source.text());
      while (matcher.find()) {
        String imported = packageOf(matcher.group(2), packages);
        if (!imported.isEmpty() && !imported.equals(source.packageName())) {
          uses.computeIfAbsent(source.packageName(), _ -> new HashSet<>()).add(imported);
        }
      }
    }
    Map<String, Set<String>> reached = new TreeMap<>();
    packages.forEach(name -> reached.put(name, reachable(name, uses)));
    List<List<String>> groups = new ArrayList<>();
    Set<String> grouped = new HashSet<>();
    for (String name : reached.keySet()) {
      List<String> group =
          reached.get(name).stream()
              .filter(other -> !other.equals(name) && reached.get(other).contains(name))
              .sorted()
              .toList();
      if (!group.isEmpty() && grouped.add(name)) {
        grouped.addAll(group);
        List<String> circle = new ArrayList<>(group);
        circle.add(name);
        groups.add(circle.stream().map(one -> one.replace("dev.whetstone.", "")).sorted().toList());
      }
    }
    return groups;
  }

  private static String packageOf(String imported, Set<String> packages) {
    String name = imported;
    while (name.contains(".")) {
      name = name.substring(0, name.lastIndexOf('.'));
      if (packages.contains(name)) {
        return name;
      }
    }
    return "";
  }

  private static Set<String> reachable(String start, Map<String, Set<String>> uses) {
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(uses.getOrDefault(start, Set.of()));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (seen.add(next)) {
        open.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return seen;
  }

  private static List<Source> sources(String revision) throws IOException, InterruptedException {
    Path archive = Files.createTempFile("structure", ".tar");
    Path folder = Files.createTempDirectory("structure");
    try {
      run("git", "archive", "-o", archive.toString(), revision);
      run("tar", "-xf", archive.toString(), "-C", folder.toString());
      List<Path> files;
      try (var walk = Files.walk(folder)) {
        files =
            walk.filter(file -> file.toString().contains("/src/main/java/"))
                .filter(file -> file.toString().endsWith(".java"))
                .sorted()
                .toList();
      }
      List<Source> sources = new ArrayList<>();
      for (Path file : files) {
        sources.add(source(folder.relativize(file).toString(), Files.readString(file)));
      }
      return sources;
    } finally {
      Files.deleteIfExists(archive);
      run("rm", "-rf", folder.toString());
    }
  }

  private static Source source(String path, String text) {
    Matcher matcher = PACKAGE.matcher(text);
    String packageName = matcher.find() ? matcher.group(1) : "";
    String file = path.substring(path.lastIndexOf('/') + 1);
    return new Source(
        path,
        path.substring(0, path.indexOf("/src/main/java/")),
        packageName,
        file.substring(0, file.length() - ".java".length()),
        text);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output;
    try (InputStream stream = process.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output.strip());
    }
  }
}
