package dev.whetstone.chart;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings that the services read, as environment variables, taken from their sources: keys and
 * placeholders of their property files, {@code @ConfigProperty} and {@code @ConfigMapping}.
 */
final class KnownSettings {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]+)");
  private static final Pattern KEY = Pattern.compile("(?m)^(?:%[a-z]+\\.)?([a-z][A-Za-z0-9.-]*)=");
  private static final Pattern CONFIG_PROPERTY =
      Pattern.compile("@ConfigProperty\\(\\s*name = \"([^\"]+)\"");
  private static final Pattern MAPPING =
      Pattern.compile("@ConfigMapping\\(\\s*prefix = \"([^\"]+)\"");
  private static final Pattern OPTION = Pattern.compile("\\$\\{env:([A-Z0-9_]+)");
  private static final Pattern CONSTANT = Pattern.compile("\"(whetstone\\.[a-z.-]+)\"");
  private static final Pattern GETENV = Pattern.compile("\"(WHETSTONE_[A-Z_]+)\"");

  /** An interface of settings, a method of it, or the end of one of these. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "interface (\\w+)[^{]*\\{|^ {2,}(?!default|static|return)[\\w<>.?, ]+ (\\w+)\\(\\);|^ *\\}",
          Pattern.MULTILINE);

  private final Set<String> names = new TreeSet<>();

  private KnownSettings() {}

  static Set<String> ofServices() {
    var settings = new KnownSettings();
    for (String module :
        new String[] {
          "service-kit",
          "ingest-service",
          "curation-service",
          "training-service",
          "eval-service",
          "clients/java",
          "deploy/local/embedded",
          "deploy/doctor"
        }) {
      Path main = ChartFiles.PROJECT.resolve(module).resolve("src/main");
      ChartFiles.below(main, ".properties")
          .forEach(file -> settings.readProperties(ChartFiles.text(file)));
      ChartFiles.below(main, ".java").forEach(file -> settings.readSource(ChartFiles.text(file)));
    }
    return settings.names;
  }

  private void readProperties(String text) {
    PLACEHOLDER.matcher(text).results().forEach(found -> names.add(found.group(1)));
    KEY.matcher(text).results().forEach(found -> add(found.group(1)));
  }

  private void readSource(String text) {
    CONFIG_PROPERTY.matcher(text).results().forEach(found -> add(found.group(1)));
    CONSTANT.matcher(text).results().forEach(found -> add(found.group(1)));
    OPTION.matcher(text).results().forEach(found -> names.add(found.group(1)));
    GETENV.matcher(text).results().forEach(found -> names.add(found.group(1)));
    Matcher mapping = MAPPING.matcher(text);
    if (mapping.find()) {
      readMapping(text.substring(mapping.end()), mapping.group(1));
    }
  }

  /** A nested interface belongs to the method that is declared before it and returns it. */
  private void readMapping(String text, String prefix) {
    Deque<String> prefixes = new ArrayDeque<>();
    String last = prefix;
    for (Matcher member = MEMBER.matcher(text); member.find(); ) {
      if (member.group(1) != null) {
        prefixes.push(last);
      } else if (member.group(2) != null && !prefixes.isEmpty()) {
        last = prefixes.peek() + "." + kebab(member.group(2));
        add(last);
      } else if (prefixes.size() > 1 && member.group().equals("  }")) {
        prefixes.pop();
      }
    }
  }

  private void add(String property) {
    names.add(property.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"));
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }
}
