package dev.whetstone.kit.tenant;

import dev.whetstone.kit.store.ArtifactResolver;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a tenant may name a remote input, by URIs in their canonical spelling. There are no
 * links in a bucket: a URI lies where it says.
 */
final class InputPrefixRule {
  private InputPrefixRule() {}

  /**
   * @param allowed prefixes of the tenant and shared ones
   * @param store the object store, of which nothing may be named, nor what contains it
   */
  static boolean admits(List<URI> allowed, @Nullable URI store, URI place) {
    return allowed.stream().anyMatch(prefix -> contains(prefix, place))
        && (store == null || !(contains(store, place) || contains(place, store)));
  }

  /** Whether a declared place is a path of a file system rather than a prefix. */
  static boolean isPath(String place) {
    return !place.contains("://");
  }

  /**
   * A declared prefix in its canonical spelling.
   *
   * @throws IllegalArgumentException naming a place that this version does not read
   */
  static URI prefix(String place, ArtifactResolver artifacts) {
    URI uri = URI.create(place);
    return artifacts
        .canonical(uri)
        .filter(unused -> !"file".equalsIgnoreCase(uri.getScheme()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' in %s<tenant> or %s is neither an absolute path nor one of %s"
                        .formatted(
                            place,
                            InputFolders.OF_TENANT,
                            InputFolders.SHARED,
                            artifacts.forms())));
  }

  private static boolean contains(URI prefix, URI place) {
    return place.equals(prefix) || place.toString().startsWith(prefix + "/");
  }
}
