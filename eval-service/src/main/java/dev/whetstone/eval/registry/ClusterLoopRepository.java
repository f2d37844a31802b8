package dev.whetstone.eval.registry;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.kit.problem.HttpProblems;
import dev.whetstone.kit.problem.ProblemException;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Which Loop resource declares a loop: one resource for each loop. */
@ApplicationScoped
public class ClusterLoopRepository {
  private final Sql sql;

  public ClusterLoopRepository(Sql sql) {
    this.sql = sql;
  }

  /**
   * Records that a resource declares a loop, unless another does.
   *
   * @return the name of the resource that declares it
   */
  public String claim(LoopId loop, String resource) {
    Optional<String> owner = owner(loop);
    if (owner.isPresent()) {
      return owner.get();
    }
    sql.updateInNewTransaction(
        "insert into cluster_loop (tenant, loop, resource) values (?, ?, ?) on conflict do nothing",
        loop.tenant(),
        loop.loop(),
        resource);
    return owner(loop).orElse(resource);
  }

  /** The name of the resource that declares a loop. */
  public Optional<String> owner(LoopId loop) {
    return sql.first(
        "select resource from cluster_loop where tenant = ? and loop = ?",
        row -> row.getString(1),
        loop.tenant(),
        loop.loop());
  }

  /** Forgets a resource that is gone. */
  public void remove(String resource) {
    sql.updateInNewTransaction("delete from cluster_loop where resource = ?", resource);
  }

  /**
   * @throws ProblemException 409 {@code declared-by-a-resource} if a Loop resource declares the
   *     loop, since the next pass would declare it again
   */
  public void requireNone(LoopId loop) {
    owner(loop)
        .ifPresent(
            resource -> {
              throw new ProblemException(
                  HttpProblems.conflict(
                      "declared-by-a-resource",
                      "loop '%s' is declared by the Loop resource '%s'"
                          .formatted(loop.loop(), resource),
                      "delete the resource instead: kubectl delete loop " + resource));
            });
  }
}
