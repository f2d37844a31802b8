package dev.whetstone.eval.serving;

import java.net.URI;
import java.util.Set;

/** A model server that is told where it finds an adapter, given the adapter's URI. */
final class PlacedAdapterClient implements ServingPort {
  private final ServingPort server;
  private final URI endpoint;
  private final AdapterPlacement placement;

  PlacedAdapterClient(ServingPort server, URI endpoint, AdapterPlacement placement) {
    this.server = server;
    this.endpoint = endpoint;
    this.placement = placement;
  }

  @Override
  public Set<String> models() {
    return server.models();
  }

  /**
   * @param adapterUri in the object store
   */
  @Override
  public void load(String name, String adapterUri) {
    server.load(name, placement.path(endpoint, adapterUri));
  }

  @Override
  public void unload(String name) {
    server.unload(name);
  }

  @Override
  public Answer ask(Question question) {
    return server.ask(question);
  }
}
