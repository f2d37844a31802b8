package dev.whetstone.eval.serving;

import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.kit.openai.AdapterLoaderClient;
import dev.whetstone.kit.openai.OpenAiException;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStore;
import dev.whetstone.kit.store.ObjectStoreException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Where a model server finds an adapter. In a store that is a file system it lies at the same path
 * everywhere. A bucket is mounted on the servers' machines, or a loader beside each server copies
 * the adapter there when it is asked to, and checks its digest.
 */
final class AdapterPlacement {
  private static final int MOST_DIGESTS = 1_000;

  private final ArtifactResolver artifacts;
  private final ObjectStore store;
  private final Optional<String> mount;
  private final OptionalInt loaderPort;
  private final Function<URI, AdapterLoaderClient> loaders;

  /** By adapter; objects of the store never change. */
  private final Map<String, String> digests =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MOST_DIGESTS;
        }
      };

  /**
   * @param mount the folder at which servers see the store
   * @param loaderPort of the loader on each server's host
   * @param loaders gives the client of the loader at a base URL
   */
  AdapterPlacement(
      ArtifactResolver artifacts,
      ObjectStore store,
      Optional<String> mount,
      OptionalInt loaderPort,
      Function<URI, AdapterLoaderClient> loaders) {
    this.artifacts = artifacts;
    this.store = store;
    this.mount = mount;
    this.loaderPort = loaderPort;
    this.loaders = loaders;
  }

  /**
   * The path of an adapter for one server. A scheme that this version does not read is left to the
   * server.
   *
   * @throws ServingException when the adapter cannot be placed there
   */
  String path(URI server, String adapterUri) {
    Optional<Artifact> found = artifacts.find(URI.create(adapterUri));
    if (found.isEmpty()) {
      return adapterUri;
    }
    Artifact adapter = found.get();
    if ("file".equals(adapter.uri().getScheme())) {
      return adapter.localPath().toString();
    }
    if (loaderPort.isPresent()) {
      return pulled(server, adapter);
    }
    return mount
        .map(folder -> folder.replaceFirst("/+$", "") + "/" + store.key(adapter.uri()))
        .orElseThrow(
            () ->
                new ServingException(
                    Kind.MISCONFIGURED,
                    "%s cannot find %s: the object store is a bucket. Run the adapter loader beside the model server and set whetstone.eval.loader-port, or mount the bucket there and set whetstone.eval.adapter-mount"
                        .formatted(server, adapterUri)));
  }

  private String pulled(URI server, Artifact adapter) {
    URI loader = URI.create("http://%s:%d".formatted(server.getHost(), loaderPort.getAsInt()));
    try {
      return loaders.apply(loader).pull(adapter.uri().toString(), digest(adapter));
    } catch (ObjectStoreException e) {
      throw new ServingException(Kind.UNAVAILABLE, String.valueOf(e.getMessage()), e);
    } catch (OpenAiException e) {
      throw new ServingException(
          Kind.UNAVAILABLE,
          "the adapter loader at %s did not provide %s: %s. Run 'python -m whetstone_worker.pull' beside the model server; its log has the cause"
              .formatted(loader, adapter.uri(), e.getMessage()),
          e);
    }
  }

  private String digest(Artifact adapter) {
    String uri = adapter.uri().toString();
    synchronized (digests) {
      String known = digests.get(uri);
      if (known != null) {
        return known;
      }
    }
    String digest = adapter.directorySha256();
    synchronized (digests) {
      digests.put(uri, digest);
    }
    return digest;
  }
}
