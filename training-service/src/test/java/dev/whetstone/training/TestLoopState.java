package dev.whetstone.training;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.testing.TestKeys;
import dev.whetstone.training.batch.Batch;
import dev.whetstone.training.batch.BatchRepository;
import dev.whetstone.training.loop.ChampionRepository;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Reads a loop's state for tests and sets its champion. */
@ApplicationScoped
public class TestLoopState {
  private final BatchRepository batches;
  private final ChampionRepository champions;

  public TestLoopState(BatchRepository batches, ChampionRepository champions) {
    this.batches = batches;
    this.champions = champions;
  }

  /** The states of its batches, oldest batch first. */
  public List<String> batchStates(LoopId loop) {
    return batches.all(loop).stream().map(Batch::state).map(state -> state.wireName()).toList();
  }

  /** A champion that was made elsewhere. */
  public void setChampion(LoopId loop, String adapterUri) {
    setChampion(loop, "champion-1", adapterUri);
  }

  public void setChampion(LoopId loop, String checkpointId, String adapterUri) {
    Instant now = Instant.parse("2026-11-20T10:00:00Z");
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                champions.set(
                    loop, new ChampionSet(4, checkpointId, adapterUri, "served", null, now)));
  }

  /** Checks reason and message of the status that the service answers. */
  public void assertStatus(LoopId loop, String reason, String message) {
    given()
        .header("Authorization", TestKeys.ACME.bearer())
        .get("/v1/loops/" + loop.loop() + "/status")
        .then()
        .statusCode(200)
        .body("conditions[0].type", is("Training"))
        .body("conditions[0].reason", is(reason))
        .body("conditions[0].message", containsString(message));
  }
}
