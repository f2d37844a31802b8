package dev.whetstone.kit.store;

import java.net.URI;

/** A kind of URI that artifacts and object stores can have. */
interface ArtifactScheme {
  /** The scheme in lower case. */
  String name();

  /** How such a URI is written, for messages. */
  String form();

  /**
   * @throws IllegalArgumentException when the URI has the scheme and yet names nothing
   */
  Artifact resolve(URI uri);

  /** Opens the store whose keys are relative to a URI. */
  ObjectStore openStore(URI uri);
}
