package dev.whetstone.kit.tenant;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.file.FileScheme;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders and the prefixes of buckets below which a tenant's loops may name inputs: those of
 * the tenant and those that all tenants share. A path counts by where it really lies, after
 * symbolic links. Nothing in the object store may be named: it holds every tenant's data.
 */
public final class InputFolders {
  /** Setting with the folders of one tenant; the tenant's name follows. */
  public static final String OF_TENANT = "whetstone.inputs.";

  /** Setting with the folders of all tenants. */
  public static final String SHARED = "whetstone.shared-inputs";

  private static final InputFolders UNRESTRICTED =
      new InputFolders(
          tenant -> null, tenant -> List.of(), null, Optional.empty(), FileScheme.resolver());

  private final Function<String, @Nullable List<Path>> folders;
  private final Function<String, List<URI>> prefixes;
  private final @Nullable Path storeFolder;
  private final Optional<URI> store;
  private final ArtifactResolver artifacts;

  private InputFolders(
      Function<String, @Nullable List<Path>> folders,
      Function<String, List<URI>> prefixes,
      @Nullable Path storeFolder,
      Optional<URI> store,
      ArtifactResolver artifacts) {
    this.folders = folders;
    this.prefixes = prefixes;
    this.storeFolder = storeFolder;
    this.store = store;
    this.artifacts = artifacts;
  }

  /**
   * @param ofTenant the places of a tenant, paths and URIs; empty for none
   * @param shared the places of all tenants
   * @param store the object store, canonical
   * @throws IllegalArgumentException when a place is not one that this version reads
   */
  public static InputFolders of(
      Function<String, List<String>> ofTenant,
      List<String> shared,
      Optional<URI> store,
      ArtifactResolver artifacts) {
    List<String> common = List.copyOf(shared);
    Function<String, List<String>> places =
        tenant -> Stream.concat(ofTenant.apply(tenant).stream(), common.stream()).toList();
    return new InputFolders(
        tenant ->
            places.apply(tenant).stream().filter(InputPrefixRule::isPath).map(Path::of).toList(),
        tenant ->
            places.apply(tenant).stream()
                .filter(place -> !InputPrefixRule.isPath(place))
                .map(place -> InputPrefixRule.prefix(place, artifacts))
                .toList(),
        store.filter(InputFolders::isFile).map(Path::of).orElse(null),
        store.filter(uri -> !isFile(uri)),
        artifacts);
  }

  private static boolean isFile(URI uri) {
    return "file".equalsIgnoreCase(uri.getScheme());
  }

  /**
   * @param ofTenant the folders of a tenant; empty for none
   * @param shared the folders of all tenants
   * @param store the folder of the object store; absent if it is not a file system
   */
  public static InputFolders of(
      Function<String, List<Path>> ofTenant, List<Path> shared, @Nullable Path store) {
    List<Path> common = List.copyOf(shared);
    return new InputFolders(
        tenant -> Stream.concat(ofTenant.apply(tenant).stream(), common.stream()).toList(),
        tenant -> List.of(),
        store,
        Optional.empty(),
        FileScheme.resolver());
  }

  /** Any path, for programs that run with the rights of the author of a loop file, and tests. */
  public static InputFolders unrestricted() {
    return UNRESTRICTED;
  }

  /** Resolves what a tenant may name. */
  public ArtifactResolver artifacts() {
    return artifacts;
  }

  /** The rule in words, as it follows "allowed:". */
  public String rule(String tenant) {
    List<Path> own = folders.apply(tenant);
    String places =
        Stream.concat(own == null ? Stream.of() : own.stream(), prefixes.apply(tenant).stream())
            .map(Object::toString)
            .collect(Collectors.joining(", "));
    String where =
        places.isEmpty()
            ? "a path below a folder that the operator declares for the tenant (none is declared)"
            : "a path below one of " + places;
    return "%s, set by %s%s or %s, and never in the object store"
        .formatted(where, OF_TENANT, tenant, SHARED);
  }

  /**
   * Where a path really lies, if the tenant may name it. Something need not be there.
   *
   * @throws InputRefusedException with the rule
   */
  public Path require(String tenant, Path path) {
    List<Path> allowed = folders.apply(tenant);
    Path wanted = path.toAbsolutePath().normalize();
    if (allowed == null) {
      return wanted;
    }
    List<Path> real = allowed.stream().flatMap(folder -> real(folder).stream()).toList();
    boolean named =
        Stream.concat(
                allowed.stream().map(folder -> folder.toAbsolutePath().normalize()), real.stream())
            .anyMatch(wanted::startsWith);
    return Optional.of(wanted)
        .filter(unused -> named)
        .flatMap(InputFolders::location)
        .filter(location -> real.stream().anyMatch(location::startsWith))
        .filter(location -> !isInStore(location))
        .orElseThrow(() -> new InputRefusedException(rule(tenant)));
  }

  /**
   * Where a directory really lies, if the tenant may name it and every file in it.
   *
   * @param mostFiles a directory with more is not searched further
   * @throws InputRefusedException with the rule
   */
  public Path requireDirectory(String tenant, Path directory, int mostFiles) {
    Path location = require(tenant, directory);
    if (folders.apply(tenant) != null && Files.isDirectory(location)) {
      try (Stream<Path> files = Files.walk(location)) {
        for (Iterator<Path> each = files.limit(mostFiles + 1L).iterator(); each.hasNext(); ) {
          Path unused = require(tenant, each.next());
        }
      } catch (IOException | java.io.UncheckedIOException e) {
        throw new InputRefusedException(rule(tenant));
      }
    }
    return location;
  }

  /**
   * Where the file of a URI really lies; empty for a URI of another scheme, which is checked all
   * the same where this version reads the scheme.
   *
   * @throws InputRefusedException with the rule
   */
  public Optional<Path> require(String tenant, URI uri) {
    if (isFile(uri)) {
      return Optional.of(require(tenant, Path.of(uri)));
    }
    boolean refused =
        folders.apply(tenant) != null
            && artifacts
                .canonical(uri)
                .filter(
                    place ->
                        !InputPrefixRule.admits(prefixes.apply(tenant), store.orElse(null), place))
                .isPresent();
    if (refused) {
      throw new InputRefusedException(rule(tenant));
    }
    return Optional.empty();
  }

  /**
   * Checks every file that a declaration names, again at the time of use: a link can be moved, and
   * the operator can withdraw a folder.
   *
   * @throws InputRefusedException naming the field, the URI and the rule
   */
  public void requireAll(LoopSpec loop) {
    String tenant = loop.metadata().tenant();
    requireNamed(tenant, "spec.baseModel", loop.spec().baseModel().uri());
    loop.spec()
        .training()
        .replay()
        .forEach(replay -> requireNamed(tenant, "spec.training.replay", replay.uri()));
    loop.spec()
        .evaluation()
        .suites()
        .forEach(suite -> requireNamed(tenant, "spec.evaluation.suites", suite.uri()));
  }

  private void requireNamed(String tenant, String field, String uri) {
    try {
      Optional<Path> unused = require(tenant, URI.create(uri));
    } catch (InputRefusedException e) {
      throw new InputRefusedException(
          "%s: '%s'; allowed: %s".formatted(field, uri, e.getMessage()));
    }
  }

  /** Where a path lies, or would lie; empty when that cannot be told. */
  private static Optional<Path> location(Path wanted) {
    for (Path there = wanted; there != null; there = there.getParent()) {
      if (Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
        Path rest = there.relativize(wanted);
        // A link to nothing has no real path: its target must not be told.
        return real(there).map(location -> location.resolve(rest).normalize());
      }
    }
    return Optional.empty();
  }

  private boolean isInStore(Path location) {
    return storeFolder != null
        && (location.startsWith(storeFolder)
            || real(storeFolder).filter(location::startsWith).isPresent());
  }

  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(path.toRealPath());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
