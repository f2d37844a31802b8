package dev.whetstone.kit.store;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what a URI names. The only place that chooses an implementation by a URI's scheme. */
public final class ArtifactResolver {
  private final List<Scheme> schemes;

  /** A kind of URI that artifacts and object stores can have. */
  public interface Scheme {
    /** The scheme in lower case. */
    String name();

    /** How such a URI is written, for messages. */
    String form();

    /**
     * @throws IllegalArgumentException when the URI has the scheme and yet names nothing
     */
    Artifact resolve(URI uri);

    /**
     * The URI in the one spelling that every service uses, without a slash at its end.
     *
     * @throws IllegalArgumentException when the URI has the scheme and yet names nothing
     */
    URI canonical(URI uri);

    /** Opens the store whose keys are relative to a URI. */
    ObjectStore openStore(URI uri);
  }

  public ArtifactResolver(List<Scheme> schemes) {
    this.schemes = List.copyOf(schemes);
  }

  /**
   * @throws UnsupportedSchemeException when this version does not support its scheme
   * @throws IllegalArgumentException when the URI names nothing
   */
  public Artifact resolve(URI uri) {
    return scheme(uri)
        .map(scheme -> scheme.resolve(uri))
        .orElseThrow(() -> new UnsupportedSchemeException(uri, forms()));
  }

  /**
   * What a URI names; empty when this version does not support its scheme.
   *
   * @throws IllegalArgumentException when the URI names nothing
   */
  public Optional<Artifact> find(URI uri) {
    return scheme(uri).map(scheme -> scheme.resolve(uri));
  }

  /**
   * A URI in the one spelling that every service uses, without touching what it names; empty when
   * this version does not support its scheme.
   *
   * @throws IllegalArgumentException when the URI names nothing
   */
  public Optional<URI> canonical(URI uri) {
    return scheme(uri).map(scheme -> scheme.canonical(uri));
  }

  /** What lies at a path of this machine. */
  public Artifact local(Path path) {
    return resolve(path.toAbsolutePath().normalize().toUri());
  }

  /**
   * Opens the object store at a URI.
   *
   * @throws UnsupportedSchemeException when this version does not support its scheme
   */
  public ObjectStore openStore(URI uri) {
    return scheme(uri)
        .map(scheme -> scheme.openStore(uri))
        .orElseThrow(() -> new UnsupportedSchemeException(uri, forms()));
  }

  /** How supported URIs are written, for messages. */
  public String forms() {
    return schemes.stream().map(Scheme::form).collect(Collectors.joining(", "));
  }

  private Optional<Scheme> scheme(URI uri) {
    return schemes.stream()
        .filter(scheme -> scheme.name().equalsIgnoreCase(uri.getScheme()))
        .findFirst();
  }
}
