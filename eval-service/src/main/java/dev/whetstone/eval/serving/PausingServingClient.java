package dev.whetstone.eval.serving;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.eval.serving.ServingException.Kind;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A model server that reconcilers ask again and again: after a failure a call waits for a growing
 * pause. Within the pause it fails at once with the reason of the last failure, as {@link
 * Kind#UNAVAILABLE}: what the server would answer now is not known.
 */
final class PausingServingClient implements ServingPort {
  private final ServingPort server;
  private final EndpointBackoff backoff;
  private final LoopId loop;
  private final String endpoint;

  PausingServingClient(ServingPort server, EndpointBackoff backoff, LoopId loop, String endpoint) {
    this.server = server;
    this.backoff = backoff;
    this.loop = loop;
    this.endpoint = endpoint;
  }

  @Override
  public Set<String> models() {
    return call("models", server::models);
  }

  @Override
  public void load(String name, String path) {
    boolean unused =
        call(
            "load " + name,
            () -> {
              server.load(name, path);
              return true;
            });
  }

  @Override
  public void unload(String name) {
    boolean unused =
        call(
            "unload " + name,
            () -> {
              server.unload(name);
              return true;
            });
  }

  @Override
  public Answer ask(Question question) {
    return call("ask " + question.model(), () -> server.ask(question));
  }

  private <T> T call(String what, Supplier<T> request) {
    EndpointBackoff.Call call = new EndpointBackoff.Call(loop, endpoint, what);
    backoff
        .pausing(call)
        .ifPresent(
            reason -> {
              throw new ServingException(Kind.UNAVAILABLE, reason);
            });
    try {
      T result = request.get();
      backoff.succeeded(call);
      return result;
    } catch (ServingException e) {
      backoff.failed(call, String.valueOf(e.getMessage()));
      throw e;
    }
  }
}
