package dev.whetstone.kit.store.file;

import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@code file://}: files and directories on a file system that all services share. */
public final class FileScheme implements ArtifactResolver.Scheme {
  private static final String NAME = "file";
  private static final String PREFIX = NAME + "://";

  /** Resolves files only, for programs without settings, and tests. */
  public static ArtifactResolver resolver() {
    return new ArtifactResolver(List.of(new FileScheme()));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String form() {
    return PREFIX + "<absolute path>";
  }

  @Override
  public Artifact resolve(URI uri) {
    return new FileArtifact(path(uri));
  }

  @Override
  public URI canonical(URI uri) {
    return uri(path(uri).normalize());
  }

  @Override
  public ObjectStore openStore(URI uri) {
    return new FileObjectStore(path(uri));
  }

  /**
   * The path of a URI; {@code localhost} is the only host it may name. Characters outside ASCII are
   * accepted unescaped.
   *
   * @throws IllegalArgumentException when it names no absolute path
   */
  static Path path(URI uri) {
    String path = uri.getRawPath();
    String host = uri.getRawAuthority();
    if (!NAME.equalsIgnoreCase(uri.getScheme())
        || path == null
        || path.isEmpty()
        || !(host == null || host.equals("localhost"))) {
      throw new IllegalArgumentException(PREFIX + " must be followed by an absolute path");
    }
    StringBuilder ascii = new StringBuilder(PREFIX);
    for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
      ascii.append(each < 0 ? "%%%02X".formatted(each) : (char) each);
    }
    return Path.of(URI.create(ascii.toString()));
  }

  /** The URI of a path: three slashes, percent-encoded, no slash at its end but the root's. */
  static URI uri(Path path) {
    String raw = path.toUri().getRawPath();
    boolean trailing = raw.length() > 1 && raw.endsWith("/");
    return URI.create(PREFIX + (trailing ? raw.substring(0, raw.length() - 1) : raw));
  }
}
