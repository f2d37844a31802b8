package dev.whetstone.kit.auth;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The caller of the request, identified by the API key. */
@RequestScoped
public class ApiCaller {
  private @Nullable ApiKey key;

  void set(ApiKey newKey) {
    this.key = newKey;
  }

  public String tenant() {
    return key().tenant();
  }

  /** The id of the key, which names it to operators. */
  public String keyId() {
    return key().id();
  }

  public String application() {
    return key().application();
  }

  public Set<KeyScope> scopes() {
    return key().scopes();
  }

  public boolean publishable() {
    return key().publishable();
  }

  /** A loop of the caller's tenant. An invalid name is an unknown loop. */
  public LoopId loop(String name) {
    if (!LoopId.NAME.matcher(name).matches()) {
      throw new ProblemException(
          HttpProblems.notFound(
              "unknown-loop",
              "there is no loop '" + name + "'",
              "a loop's name is " + LoopId.RULE + "; see GET /v1/loops for yours"));
    }
    return new LoopId(tenant(), name);
  }

  private ApiKey key() {
    if (key == null) {
      throw new ProblemException(HttpProblems.unauthorized("the call has no key"));
    }
    return key;
  }
}
